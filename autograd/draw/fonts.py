"""Text widths, so that boxes can be sized without a font library.

A picture is shown in Helvetica, Arial or Liberation Sans if available, else in a system font, of which DejaVu Sans is
the widest common one. Character widths here are the maximum of Helvetica's and DejaVu Sans's. The only font of a bare
Debian is DejaVu Sans Mono, in which narrow letters are wider: no text is narrower than in that.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect
from functools import lru_cache

__all__ = ["fit", "width"]

# Advance widths in thousandths of the font size, rounded up to tens, and the characters that have them.
_REGULAR = {
    280: "'ijl", 300: "I", 320: " ,.", 340: "/:;\\|·", 360: "f", 370: "-", 390: "()[]", 400: "t", 410: "!²³¹₄₅₆₇₈₉",
    420: "r", 430: "ᵉ⁰⁴⁵⁶⁷⁸⁹₀₁₂₃", 450: "ˣ", 460: "\"", 500: "*J`", 520: "∂", 530: "sz⁻", 550: "cε", 560: "?L_",
    580: "k", 600: "vxyγλ", 610: "πτ", 620: "FTaeoδθ", 640: "$0123456789bdghnpqu{}Σβμρσ√∛", 660: "αφψ", 670: "EKPSY",
    690: "ABVXZΔ", 730: "CR", 740: "U", 750: "N", 760: "HΠ", 770: "DΩ", 780: "&G", 790: "OQ", 800: "Φ", 820: "w",
    840: "#+<=>^~×÷ω−∞≤≥", 870: "M", 950: "%", 980: "m", 990: "W", 1000: "…→", 1020: "@",
}  # fmt: skip
_BOLD = {
    310: "'", 350: " ijl", 370: "/\\|", 380: ",.I·", 400: ":;", 420: "-", 440: "f²³¹₄₅₆₇₈₉", 460: "!()[]", 480: "t",
    500: "`rˣᵉ⁰⁴⁵⁶⁷⁸⁹₀₁₂₃", 530: "\"*⁻", 550: "∂", 560: "J_ε", 590: "z", 600: "cs", 620: "?", 640: "Lλτ", 650: "x",
    660: "vy", 670: "k√∛", 680: "ae", 690: "EFToΣαγδθ", 700: "$0123456789", 720: "Sbdghnpqu{}βρ", 730: "YZ",
    740: "CPμ", 770: "BR", 780: "AKVXΔσ", 790: "φ", 800: "πψ", 820: "U", 830: "DG", 840: "#+<=>HN^~×÷Π−∞≤≥",
    850: "OQΦΩ", 870: "ω", 880: "&", 930: "w", 1000: "@M…→", 1010: "%", 1050: "m", 1110: "W",
}  # fmt: skip
_WIDTHS = {
    bold: {c: thousandths for thousandths, characters in table.items() for c in characters}
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}
_MONO = 603  # of DejaVu Sans Mono
_LETTER, _IDEOGRAPH, _EMOJI = 950, 1000, 1380  # of characters not in the tables, drawn in a substitute font


@lru_cache(maxsize=4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of `text` in pixels at a font size in pixels; rather too large than too small.

    Examples
    --------
    >>> width("0.25", 10.0), width("é", 10.0) == width("e", 10.0)
    (24.12, True)
    """
    each = [_thousandths(c, bold) for c in text]
    return max(sum(each), _MONO * (len(each) - each.count(0))) * size / 1000


@lru_cache(maxsize=4096)
def _thousandths(c: str, bold: bool) -> int:
    known = _WIDTHS[bold].get(c) or _WIDTHS[bold].get(unicodedata.normalize("NFD", c)[0])
    if known is not None:
        return known
    if unicodedata.combining(c):
        return 0
    if c >= "\U0001f000":
        return _EMOJI
    parts = unicodedata.normalize("NFKD", c)  # ligatures: as wide as their parts
    if parts != c:
        return max(_LETTER, sum(_thousandths(part, bold) for part in parts))
    return _IDEOGRAPH if unicodedata.east_asian_width(c) in "WF" else _LETTER


def fit(text: str, size: float, limit: float, bold: bool = False) -> str:
    """Return `text`, cut with an ellipsis if it is wider than `limit` pixels.

    Examples
    --------
    >>> fit("a very long label", 12.0, 60.0), fit("short", 12.0, 60.0)
    ('a very…', 'short')
    """
    if width(text, size, bold) <= limit:
        return text
    end = bisect(range(len(text)), limit, key=lambda last: width(f"{text[: last + 1]}…", size, bold))
    return f"{text[:end].rstrip()}…"
