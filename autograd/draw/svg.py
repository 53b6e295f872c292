"""Rendering of a scene and a plan as SVG, for either layout."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from html import escape

from autograd.draw.boxes import ELLIPSIS
from autograd.draw.colours import sheet
from autograd.draw.fonts import fit, width
from autograd.draw.layout import labels
from autograd.draw.layout.plan import Frame, Plan, Point
from autograd.draw.scene import HEADER, NAME, SMALL, SUBSCRIPT, TEXT, Box, Edge, Scene, number, split

__all__ = ["render"]

MARGIN = 18.0
LEGEND = 30.0
HEADLINE = 26.0
LONGEST_HEADLINE = 400.0
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECADES = 4.0  # the smallest coloured gradient is 10⁻⁴ of the largest


def render(scene: Scene, plan: Plan, title: str, prefix: str = "", theme: str = "auto") -> str:
    """Return the picture as SVG text: valid XML for any labels.

    `prefix` is prepended to every id, so that several pictures can be in one page.
    """
    legend = list(_legend(scene))
    headline = fit(" ".join(title.split()), 14, max(plan.width, LONGEST_HEADLINE), bold=True)
    head = HEADLINE if headline else 0.0
    wide = max(plan.width, sum(advance for _, advance in legend), width(headline, 14, bold=True)) + 2 * MARGIN
    high = plan.height + head + LEGEND + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="scalargrad" role="img" viewBox="0 0 {wide:.0f} {high:.0f}" '
        f'width="{wide:.0f}" height="{high:.0f}">',
        f"<title>{_safe(title or _root_name(scene))}</title><desc>{_safe(_description(scene))}</desc>",
        f'<style>{sheet(theme)}</style><rect class="paper" width="{wide:.0f}" height="{high:.0f}"/>',
    ]
    if headline:
        parts.append(f'<text class="headline" x="{MARGIN}" y="{MARGIN + 10}">{_safe(headline)}</text>')
    parts.append(f'<g transform="translate({(wide - plan.width) / 2:.1f} {MARGIN + head:.1f})">')
    parts += _graph(scene, plan, prefix)
    parts.append(f'</g><g transform="translate({MARGIN} {high - MARGIN:.1f})">')
    x = 0.0
    for text, advance in legend:
        parts.append(f'<g transform="translate({x:.1f} 0)">{text}</g>')
        x += advance
    parts.append("</g></svg>\n")
    return "".join(parts)


def _graph(scene: Scene, plan: Plan, prefix: str) -> Iterator[str]:
    """Return frames, then edges, then the labels of edges, then the boxes."""
    for frame in plan.frames:
        yield _frame(frame)
    for edge in scene.edges:
        yield _edge(edge, plan.curves[edge.key], scene.largest, prefix)
    for frame in plan.frames:
        yield _frame_name(frame)
    places = labels.places(scene, plan)
    for edge in scene.edges:
        if edge.key in places:
            yield _label(edge, places[edge.key], prefix)
    users = {edge.tail.key for edge in scene.edges}
    for box in scene.boxes:
        yield _box(box, plan.centres[box.key], scene.largest, box.key not in users, prefix)


def _safe(text: str) -> str:
    """Escape a text for XML 1.0, removing characters that it can't represent."""
    return escape(_NOT_XML.sub("\ufffd", text))


def _root_name(scene: Scene) -> str:
    return f"Computation graph of {scene.boxes[-1].label}"


def _description(scene: Scene) -> str:
    root, what = scene.boxes[-1], f"{len(scene.boxes)} values and {len(scene.edges)} operands"
    if any(box.kind == "group" for box in scene.boxes):
        what = f"{scene.values:,} values in {len(scene.boxes)} boxes with {len(scene.edges)} connections"
    swept = "with gradients" if scene.largest is not None else "before backward()"
    result = f"; {root.label} is {root.value.data!r}" if root.value is not None else ""
    return f"{what}, {swept}{result}."


def _strength(x: float, largest: float) -> float:
    """Return the size of a gradient relative to the largest on a logarithmic scale, from 0 to 1."""
    if x == 0.0 or math.isnan(x):
        return 0.0
    if math.isinf(x):
        return 1.0
    # Not the logarithm of the quotient, which may underflow.
    return min(1.0, max(0.08, 1.0 + (math.log10(abs(x)) - math.log10(largest)) / DECADES))


def _frame(frame: Frame) -> str:
    kind = "frame layer" if frame.layer else "frame"
    return (
        f'<rect class="{kind}" x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.width:.1f}" '
        f'height="{frame.height:.1f}" rx="8"/>'
    )


def _frame_name(frame: Frame) -> str:
    """Return a frame's name, cut to fit, on a plate that separates it from passing edges."""
    parts = _parts(fit(frame.name, TEXT, max(frame.width - 14.0, 20.0), bold=True))
    wide = _parts_width(parts, TEXT) + 6.0
    return (
        f'<g><rect class="frame-plate" x="{frame.x + 5:.1f}" y="{frame.y + 3:.1f}" width="{wide:.1f}" height="14" '
        f'rx="3"/><text class="frame-name" x="{frame.x + 8:.1f}" y="{frame.y + 14:.1f}">{_typeset(parts)}</text></g>'
    )


def _parts(name: str) -> list[tuple[str, str]]:
    """Return the names in a layer's name, h1 … h4, each with its subscript."""
    return [split(part) for part in name.split(ELLIPSIS)]


def _parts_width(parts: Sequence[tuple[str, str]], size: float) -> float:
    bases, subscripts = ELLIPSIS.join(base for base, _ in parts), "".join(subscript for _, subscript in parts)
    return width(bases, size, bold=True) + width(subscripts, SUBSCRIPT, bold=True)


def _typeset(parts: Sequence[tuple[str, str]]) -> str:
    written, low = "", False
    for i, (base, subscript) in enumerate(parts):
        text = _safe(f"{ELLIPSIS}{base}" if i else base)
        written += f'<tspan dy="-3">{text}</tspan>' if low else text
        written += f'<tspan class="sub" dy="3">{_safe(subscript)}</tspan>' if subscript else ""
        low = bool(subscript)
    return written


def _edge(edge: Edge, curve: list[Point], largest: float | None, prefix: str) -> str:
    strength = _strength(edge.flow, largest) if edge.flow is not None and largest else 0.0
    kind = "" if not strength else " up" if (edge.flow or 0.0) > 0 else " down"
    thickness = 1.0 + 1.8 * strength
    (x, y), (u, v) = curve[-1], next((p for p in reversed(curve) if p != curve[-1]), curve[0])
    angle, reach = math.atan2(y - v, x - u), 4.5 + thickness
    tip = " ".join(
        f"{x - reach * stretch * math.cos(angle + turn):.1f},{y - reach * stretch * math.sin(angle + turn):.1f}"
        for turn, stretch in ((0.0, 0.0), (0.42, 1.2), (-0.42, 1.2))
    )
    path = f"M{curve[0][0]:.1f} {curve[0][1]:.1f}C" + " ".join(f"{a:.1f} {b:.1f}" for a, b in curve[1:])
    flow = "" if edge.flow is None else f", passes on {edge.flow:.9g}"
    title = (
        f"∂{edge.head.label}/∂{edge.tail.label} = {edge.derivative:.9g}"
        if edge.derivative is not None
        else (f"{edge.tail.label} → {edge.head.label}: {edge.count:,} operand{'s' * (edge.count > 1)}")
    )
    faint = f' opacity="{0.35 + 0.65 * strength:.2f}"' if kind else ""
    return (
        f'<g class="edge{kind}" id="{prefix}{edge.key}" data-from="{prefix}{edge.tail.key}" '
        f'data-to="{prefix}{edge.head.key}">'
        f"<title>{_safe(title + flow)}</title>"
        f'<path d="{path}" stroke-width="{thickness:.2f}"{faint}/><polygon points="{tip}"{faint}/></g>'
    )


def _label(edge: Edge, place: Point, prefix: str) -> str:
    text = edge.text
    wide, (x, y) = width(text, SMALL) + 3.0, place
    plate = (
        f'<rect x="{x - wide / 2:.1f}" y="{y - labels.HEIGHT / 2:.1f}" width="{wide:.1f}" height="{labels.HEIGHT}" '
        'rx="3" fill-opacity="0.88"/>'
    )
    return f'<g class="label" data-edge="{prefix}{edge.key}">{plate}<text x="{x:.1f}" y="{y + 3:.1f}">{text}</text></g>'


def _box(box: Box, centre: Point, largest: float | None, root: bool, prefix: str) -> str:
    wide, high = box.size
    computed = box.value is not None and bool(box.value.op)
    kinds = f"node {box.kind}".rstrip() + (" root" if root and computed else "")
    x = box.symbol_width
    inner = [f'<rect class="cell" width="{wide}" height="{high}" rx="4"/>']
    if box.named:
        inner.append(f'<path class="head" d="{_rounded(x, 0, wide - x, HEADER, not box.symbol, True, False, False)}"/>')
    if box.slope is not None and largest is not None:
        inner.append(_gradient_cell(box, largest))
    if box.symbol:
        alone = wide == x
        inner.append(f'<path class="op" d="{_rounded(0, 0, x, high, True, alone, alone, True)}"/>')
        inner.append(f'<text class="symbol" x="{x / 2:.1f}" y="{high / 2 + 4.5:.1f}">{_safe(box.symbol)}</text>')
    if box.named:
        inner.append(_box_name(box, x, wide))
    for kind, text, (left, top, w, h) in (
        ("data", box.data, box.data_cell),
        ("grad", box.gradient, box.gradient_cell),
    ):
        if text:
            at = f'x="{left + w / 2:.1f}" y="{top + h / 2 + 4:.1f}"'
            inner.append(f'<text class="{kind}" {at}>{_safe(text)}</text>')
    inner.append(f'<rect class="border" width="{wide}" height="{high}" rx="4"/>')
    corner = f"translate({centre[0] - wide / 2:.1f} {centre[1] - high / 2:.1f})"
    title = f"<title>{_safe(box.hover)}</title>"
    return f'<g class="{kinds}" id="{prefix}{box.key}" transform="{corner}">{title}{"".join(inner)}</g>'


def _box_name(box: Box, left: float, right: float) -> str:
    parts = [(box.base, box.subscript)] if box.subscript else _parts(box.base)
    if not any(subscript for _, subscript in parts):
        return f'<text class="name" x="{(left + right) / 2:.1f}" y="13.5">{_safe(box.base)}</text>'
    # From its left end: some programs that read SVG centre only the first part of a text in two sizes.
    # Widths are those of the widest font; the difference from the usual font is halved on each side.
    wide = _parts_width(parts, NAME)
    space = (right - left - wide) / 2
    start = left + space + min(0.05 * wide, max(0.0, space - 2.0))
    return f'<text class="name long" x="{start:.1f}" y="13.5">{_typeset(parts)}</text>'


def _gradient_cell(box: Box, largest: float) -> str:
    """Return the coloured background of the gradient: orange above zero, blue below, grey if it is only a magnitude."""
    slope, (x, y, w, h) = box.slope or 0.0, box.gradient_cell
    stacked = x == box.symbol_width
    fill = "size" if box.kind == "group" else "plus" if slope > 0 else "minus"
    shape = _rounded(x, y, w, h, False, not box.named and not stacked, True, stacked and not box.symbol)
    return f'<path class="tint {fill}" fill-opacity="{0.55 * _strength(slope, largest):.2f}" d="{shape}"/>'


def _rounded(x: float, y: float, w: float, h: float, tl: bool, tr: bool, br: bool, bl: bool, r: float = 4.0) -> str:
    """Return a rectangle with some round corners, as an SVG path."""
    a, b, c, d = (r if corner else 0 for corner in (tl, tr, br, bl))
    return (
        f"M{x + a} {y}h{w - a - b}q{b} 0 {b} {b}v{h - b - c}q0 {c} {-c} {c}h{-(w - c - d)}q{-d} 0 {-d} {-d}"
        f"v{-(h - d - a)}q0 {-a} {a} {-a}z"
    )


# The legend


def _legend(scene: Scene) -> Iterator[tuple[str, float]]:
    """Yield the parts of the legend, each with its width."""
    stacked = any(box.stacked and box.gradient is not None for box in scene.boxes)
    yield _sample_stack() if stacked else _sample_box(scene.largest is not None)
    collapsed = any(box.kind == "group" for box in scene.boxes)
    yield _sample_edge()
    if collapsed:
        yield _words("×n operands between groups")
    if scene.largest is None:
        yield _words("no gradients yet: call backward() first")
    else:
        yield from _scale(scene.largest)
    if collapsed and scene.largest is not None:
        yield _words("rms: root mean square of a group's gradients")
    present = {box.kind for box in scene.boxes}
    kinds = [kind for kind in ("weight", "input", "target") if kind in present]
    for kind in kinds if len(kinds) > 1 else []:
        chip = '<rect class="head" y="-9" width="12" height="11" rx="2"/>'
        border = '<rect class="border" y="-9" width="12" height="11" rx="2"/>'
        text, advance = _words(kind, 17.0)
        yield f'<g class="{kind}">{chip}{border}</g>{text}', advance


def _words(text: str, x: float = 0.0) -> tuple[str, float]:
    return f'<text class="legend" x="{x}">{_safe(text)}</text>', x + width(text, 10) + 14


def _sample_box(swept: bool) -> tuple[str, float]:
    """Return a small box that explains the parts of the others."""
    words = ["op", "value", "gradient"] if swept else ["op", "value"]
    x, parts = 0.0, []
    for word in words:
        advance = width(word, 10) + 10
        if word == "op":
            parts.append(f'<path class="op" d="{_rounded(0, -12, advance, 16, True, False, False, True)}"/>')
        kind = "symbol" if word == "op" else "legend middle"
        parts.append(f'<text class="{kind}" style="font-size:10px" x="{x + advance / 2:.1f}">{word}</text>')
        x += advance
        if word == "value" and swept:
            parts.append(f'<path class="border" d="M{x:.1f} -12v16"/>')
    parts.append(f'<rect class="border" y="-12" width="{x:.1f}" height="16" rx="4"/>')
    return "".join(parts), x + 14


def _sample_stack() -> tuple[str, float]:
    """Return the same if gradients are below values."""
    left, wide = width("op", 10) + 10, width("gradient", 10) + 10
    cell = f'<path class="op" d="{_rounded(0, -19, left, 26, True, False, False, True)}"/>'
    texts = [f'<text class="symbol" style="font-size:10px" x="{left / 2:.1f}" y="-2.5">op</text>']
    texts += [
        f'<text class="legend middle" x="{left + wide / 2:.1f}" y="{y}">{word}</text>'
        for word, y in (("value", -9.5), ("gradient", 3.5))
    ]
    lines = f'<path class="border" d="M{left:.1f} -6h{wide:.1f}"/>'
    border = f'<rect class="border" y="-19" width="{left + wide:.1f}" height="26" rx="4"/>'
    return f"{cell}{''.join(texts)}{lines}{border}", left + wide + 14


def _sample_edge() -> tuple[str, float]:
    line = '<g class="sample"><path d="M0 -4H24" stroke-width="1.5"/><polygon points="30,-4 22,-7 22,-1"/></g>'
    text, advance = _words("local derivative", 36.0)
    return line + text, advance


def _scale(largest: float) -> Iterator[tuple[str, float]]:
    """Yield the colours of gradients between the largest below and above zero."""
    low = f"gradient {number(-largest)}"
    yield f'<text class="legend">{low}</text>', width(low, 10) + 4
    for strength in (-1.0, -0.7, -0.4, 0.0, 0.4, 0.7, 1.0):
        kind = "plus" if strength > 0 else "minus"
        yield f'<rect class="{kind}" fill-opacity="{0.55 * abs(strength):.2f}" y="-9" width="14" height="11"/>', 14.0
    outline = '<rect class="border" x="-98" y="-9" width="98" height="11"/>'
    text, advance = _words(f"{number(largest)} (logarithmic)", 6.0)
    yield outline + text, advance
