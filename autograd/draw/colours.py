"""The style of a picture: one table of colours, light and dark, from which the style sheet of the SVG is generated."""

from __future__ import annotations

__all__ = ["COLOURS", "THEMES", "sheet"]

THEMES = ("auto", "light", "dark")

# Colours are written out where used: many programs that read SVG don't support CSS variables.
COLOURS = {  # name: (light, dark); orange and blue are distinguishable with any colour vision deficiency
    "paper": ("#ffffff", "#16181d"), "ink": ("#212529", "#e9ecef"), "soft": ("#6c757d", "#98a0a8"),
    "line": ("#ced4da", "#4b525b"), "frame": ("#f6f7f9", "#1e2127"), "frame line": ("#dee2e6", "#343a42"),
    "op": ("#3b4252", "#c8cfda"), "op ink": ("#ffffff", "#16181d"), "head": ("#eceef1", "#2b3038"),
    "leaf": ("#e8eef4", "#262e38"), "leaf ink": ("#34495e", "#c3d0de"), "leaf line": ("#b6c4d4", "#51606f"),
    "weight": ("#efeafc", "#2d2546"), "weight ink": ("#4f2fa3", "#cdbdf7"), "weight line": ("#b9a6ec", "#6b57a8"),
    "input": ("#e3f3e7", "#1f3326"), "input ink": ("#1f6b31", "#a5dbb4"), "input line": ("#9fd0ab", "#3f6f4d"),
    "target": ("#eff5da", "#2c331c"), "target ink": ("#4a6b0b", "#c9dd8f"), "target line": ("#bfd48c", "#667a34"),
    "plus": ("#d9480f", "#ffa94d"), "minus": ("#1864ab", "#74c0fc"),
    "plus fill": ("#ff922b", "#d9480f"), "minus fill": ("#4dabf7", "#1c7ed6"),
    "layer": ("#fbfcfd", "#191c21"), "group": ("#e6ecf5", "#27303f"), "group ink": ("#27405f", "#c0d2ea"),
    "group line": ("#9fb3cc", "#566b87"), "size fill": ("#868e96", "#868e96"),
}  # fmt: skip

# Never wider than its container; within a media rule, as PNG and PDF converters read height "auto" as 0.
FITTING = "@media screen{.scalargrad{max-width:100%;height:auto}}"

_SHAPES = (
    "{font-family:Helvetica,Arial,'Liberation Sans',sans-serif}",
    " text{font-size:11px;text-anchor:middle}",
    " .name{font-size:12px;font-weight:700}",
    " .name.long{text-anchor:start}",
    " .sub{font-size:9px}",
    " .symbol{font-size:13px;font-weight:700}",
    " .border{fill:none}",
    " .root .border{stroke-width:1.5}",
    " .edge path{fill:none}",
    " .label{pointer-events:none}",
    " .label text{font-size:9px}",
    " .frame-plate{fill-opacity:.85}",
    " .layer{stroke-dasharray:4 3}",
    " .frame-name{font-weight:700;text-anchor:start}",
    " .headline{font-size:14px;font-weight:700;text-anchor:start}",
    " .legend{font-size:10px;text-anchor:start}",
    " .legend.middle{text-anchor:middle}",
)

_KINDS = ("leaf", "weight", "input", "target", "group")

_PAINTS = [
    (" text", "fill", "ink"),
    (" .paper", "fill", "paper"),
    (" .cell", "fill", "paper"),
    (" .symbol", "fill", "op ink"),
    (" .op", "fill", "op"),
    (" .head", "fill", "head"),
    (" .border", "stroke", "line"),
    *[(f" .{kind} .head", "fill", kind) for kind in _KINDS],
    *[(f" .{kind} .name", "fill", f"{kind} ink") for kind in _KINDS],
    *[(f" .{kind} .border", "stroke", f"{kind} line") for kind in _KINDS],
    (" .root .border", "stroke", "ink"),
    (" .plus", "fill", "plus fill"),
    (" .minus", "fill", "minus fill"),
    (" .size", "fill", "size fill"),
    (" .edge path", "stroke", "line"),
    (" .edge polygon", "fill", "line"),
    (" .sample path", "stroke", "soft"),
    (" .sample polygon", "fill", "soft"),
    (" .up path", "stroke", "plus"),
    (" .up polygon", "fill", "plus"),
    (" .down path", "stroke", "minus"),
    (" .down polygon", "fill", "minus"),
    (" .label rect", "fill", "paper"),
    (" .label text", "fill", "soft"),
    (" .frame", "fill", "frame"),
    (" .frame", "stroke", "frame line"),
    (" .frame-name", "fill", "soft"),
    (" .frame-plate", "fill", "frame"),
    (" .layer", "fill", "layer"),
    (" .layer", "stroke", "line"),
    (" .legend", "fill", "soft"),
]


def _paints(dark: bool) -> str:
    return "".join(f".scalargrad{part}{{{what}:{COLOURS[name][dark]}}}" for part, what, name in _PAINTS)


def sheet(theme: str) -> str:
    """Return the style sheet in light or dark colours, or following the reader's system."""
    shapes = "".join(f".scalargrad{shape}" for shape in _SHAPES) + FITTING
    if theme != "auto":
        return shapes + _paints(dark=theme == "dark")
    return f"{shapes}{_paints(dark=False)}@media (prefers-color-scheme:dark){{{_paints(dark=True)}}}"
