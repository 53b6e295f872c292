"""The one painter: a scene and a plan to SVG, whichever layout made the plan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from autograd.draw.arrange import Frame, Plan
from autograd.draw.fonts import fit, width
from autograd.draw.layered import Point
from autograd.draw.scene import HEADER, ROW, SMALL, TEXT, Box, Edge, Scene, number
from autograd.ops import TABLE

__all__ = ["paint"]

MARGIN = 18.0
LEGEND = 30.0
HEADLINE = 26.0
DECADES = 4.0  # the smallest gradient that has a colour is 10⁻⁴ of the largest

STYLE = """
.scalargrad{--paper:#fff;--ink:#212529;--soft:#868e96;--line:#ced4da;--frame:#f6f7f9;--frame-line:#dee2e6;--op:#3b4252;
--op-ink:#fff;--head:#eceef1;--leaf:#efeafc;--leaf-ink:#4f2fa3;--leaf-line:#b9a6ec;--plus:#d9480f;--minus:#1864ab;
--plus-fill:#ff922b;--minus-fill:#4dabf7;font-family:Helvetica,Arial,'Liberation Sans',sans-serif}
@media (prefers-color-scheme:dark){.scalargrad{--paper:#16181d;--ink:#e9ecef;--soft:#98a0a8;--line:#4b525b;
--frame:#1e2127;--frame-line:#343a42;--op:#c8cfda;--op-ink:#16181d;--head:#2b3038;--leaf:#2d2546;--leaf-ink:#cdbdf7;
--leaf-line:#6b57a8;--plus:#ffa94d;--minus:#74c0fc;--plus-fill:#d9480f;--minus-fill:#1c7ed6}}
.scalargrad text{font-size:11px;fill:var(--ink);text-anchor:middle}
.scalargrad .paper{fill:var(--paper)}
.scalargrad .name{font-size:12px;font-weight:700}.scalargrad .sub{font-size:9px}
.scalargrad .leaf .name{fill:var(--leaf-ink)}
.scalargrad .symbol{font-size:13px;font-weight:700;fill:var(--op-ink)}
.scalargrad .op{fill:var(--op)}.scalargrad .head{fill:var(--head)}.scalargrad .leaf .head{fill:var(--leaf)}
.scalargrad .cell{fill:var(--paper)}.scalargrad .border{fill:none;stroke:var(--line)}
.scalargrad .leaf .border{stroke:var(--leaf-line)}.scalargrad .root .border{stroke:var(--ink);stroke-width:1.5}
.scalargrad .plus{fill:var(--plus-fill)}.scalargrad .minus{fill:var(--minus-fill)}
.scalargrad .edge path{fill:none;stroke:var(--line)}.scalargrad .edge polygon{fill:var(--line)}
.scalargrad .edge.up path{stroke:var(--plus)}.scalargrad .edge.up polygon{fill:var(--plus)}
.scalargrad .edge.down path{stroke:var(--minus)}.scalargrad .edge.down polygon{fill:var(--minus)}
.scalargrad .edge text{font-size:9px;fill:var(--soft);stroke:var(--paper);stroke-width:3px;paint-order:stroke}
.scalargrad .frame{fill:var(--frame);stroke:var(--frame-line)}
.scalargrad .frame-name{font-weight:700;fill:var(--soft);text-anchor:start}
.scalargrad .headline{font-size:14px;font-weight:700;text-anchor:start}
.scalargrad .legend{font-size:10px;fill:var(--soft);text-anchor:start}
""".replace("\n", "")


def paint(scene: Scene, plan: Plan, title: str) -> str:
    """Return the picture as SVG text: valid XML whatever the labels are."""
    legend = list(_legend(scene))
    legend_width = sum(part[1] for part in legend)
    head = HEADLINE if title else 0.0
    wide = max(plan.width, legend_width, width(title, 14, bold=True)) + 2 * MARGIN
    high = plan.height + head + LEGEND + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="scalargrad" role="img" viewBox="0 0 {wide:.0f} {high:.0f}" '
        f'width="{wide:.0f}" height="{high:.0f}">',
        f"<title>{_safe(title or _root_name(scene))}</title><desc>{_safe(_description(scene))}</desc>",
        f'<style>{STYLE}</style><rect class="paper" width="100%" height="100%"/>',
    ]
    if title:
        parts.append(f'<text class="headline" x="{MARGIN}" y="{MARGIN + 10}">{_safe(title)}</text>')
    left = (wide - plan.width) / 2
    parts.append(f'<g transform="translate({left:.1f} {MARGIN + head:.1f})">')
    parts += [_frame(frame) for frame in plan.frames]
    labels = _Labels(scene, plan)
    parts += [_edge(edge, plan.curves[edge.key], scene.largest, labels) for edge in scene.edges]
    users = {edge.tail.key for edge in scene.edges}
    parts += [_box(box, plan.centres[box.key], scene.largest, box.key not in users) for box in scene.boxes]
    parts.append(f'</g><g transform="translate({MARGIN} {high - MARGIN:.1f})">')
    x = 0.0
    for text, advance in legend:
        parts.append(f'<g transform="translate({x:.1f} 0)">{text}</g>')
        x += advance
    parts.append("</g></svg>\n")
    return "".join(parts)


def _safe(text: str) -> str:
    """Text for XML 1.0: escaped, without the characters that it can't hold."""
    return escape("".join(c if _is_xml(c) else "�" for c in text))


def _is_xml(c: str) -> bool:
    return c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "�" or c > "\uffff"


def _name(box: Box) -> str:
    return box.value.label or (f"an unnamed {box.value.op}" if box.value.op else "an unnamed leaf")


def _root_name(scene: Scene) -> str:
    return f"Computation graph of {_name(scene.boxes[-1])}"


def _description(scene: Scene) -> str:
    root = scene.boxes[-1]
    swept = "with gradients" if scene.largest is not None else "before backward()"
    return f"{len(scene.boxes)} values and {len(scene.edges)} operands, {swept}; {_name(root)} is {root.value.data!r}."


def _strength(x: float, largest: float) -> float:
    """From 0 to 1: the size of a gradient beside the largest, on a logarithmic scale."""
    if x == 0.0 or math.isnan(x):
        return 0.0
    if math.isinf(x):
        return 1.0
    return min(1.0, max(0.08, 1.0 + math.log10(abs(x) / largest) / DECADES))


def _frame(frame: Frame) -> str:
    name = _safe(fit(frame.name, TEXT, frame.width - 14, bold=True))
    return (
        f'<g><rect class="frame" x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.width:.1f}" '
        f'height="{frame.height:.1f}" rx="8"/>'
        f'<text class="frame-name" x="{frame.x + 8:.1f}" y="{frame.y + 14:.1f}">{name}</text></g>'
    )


def _edge(edge: Edge, curve: list[Point], largest: float | None, labels: _Labels) -> str:
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
    place = labels.place(edge, curve)
    label = f'<text x="{place[0]:.1f}" y="{place[1] + 3:.1f}">{number(edge.derivative)}</text>' if place else ""
    flow = "" if edge.flow is None else f", passes on {edge.flow:.9g}"
    title = f"∂{_name(edge.head)}/∂{_name(edge.tail)} = {edge.derivative:.9g}{flow}"
    faint = f' opacity="{0.35 + 0.65 * strength:.2f}"' if kind else ""
    return (
        f'<g class="edge{kind}" id="{edge.key}" data-from="{edge.tail.key}" data-to="{edge.head.key}">'
        f"<title>{_safe(title)}</title>"
        f'<path d="{path}" stroke-width="{thickness:.2f}"{faint}/><polygon points="{tip}"{faint}/>{label}</g>'
    )


def _box(box: Box, centre: Point, largest: float | None, root: bool) -> str:
    wide, high = box.size
    top = HEADER if box.named else 0.0
    kinds = "node" + ("" if box.value.op else " leaf") + (" root" if root and box.value.op else "")
    x = box.symbol_width
    inner = [f'<rect class="cell" width="{wide}" height="{high}" rx="4"/>']
    if box.named:
        inner.append(f'<path class="head" d="{_rounded(x, 0, wide - x, HEADER, not box.symbol, True, False, False)}"/>')
    if box.gradient is not None and largest is not None:
        strength = _strength(box.value.grad, largest)
        fill = "plus" if box.value.grad > 0 else "minus"
        shape = _rounded(x + box.data_width, top, box.gradient_width, ROW, False, not box.named, True, False)
        inner.append(f'<path class="{fill}" fill-opacity="{0.55 * strength:.2f}" d="{shape}"/>')
    if box.symbol:
        inner.append(f'<path class="op" d="{_rounded(0, 0, x, high, True, False, False, True)}"/>')
        inner.append(f'<text class="symbol" x="{x / 2:.1f}" y="{high / 2 + 4.5:.1f}">{_safe(box.symbol)}</text>')
    if box.named:
        sub = f'<tspan class="sub" dy="3">{_safe(box.subscript)}</tspan>' if box.subscript else ""
        middle = x + (wide - x) / 2
        inner.append(f'<text class="name" x="{middle:.1f}" y="13.5">{_safe(box.base)}{sub}</text>')
    inner.append(f'<text class="data" x="{x + box.data_width / 2:.1f}" y="{top + 14}">{box.data}</text>')
    if box.gradient is not None:
        middle = x + box.data_width + box.gradient_width / 2
        inner.append(f'<text class="grad" x="{middle:.1f}" y="{top + 14}">{box.gradient}</text>')
    inner.append(f'<rect class="border" width="{wide}" height="{high}" rx="4"/>')
    corner = f"translate({centre[0] - wide / 2:.1f} {centre[1] - high / 2:.1f})"
    title = f"<title>{_safe(_hover(box))}</title>"
    return f'<g class="{kinds}" id="{box.key}" transform="{corner}">{title}{"".join(inner)}</g>'


def _hover(box: Box) -> str:
    op = f"\n{TABLE[box.value.op].doc}" if box.value.op else ""
    gradient = f"\ngradient {box.value.grad!r}" if box.gradient is not None else ""
    return f"{_name(box)}\nvalue {box.value.data!r}{gradient}{op}"


def _rounded(x: float, y: float, w: float, h: float, tl: bool, tr: bool, br: bool, bl: bool, r: float = 4.0) -> str:
    """A rectangle of which some corners are round, as an SVG path."""
    a, b, c, d = (r if corner else 0 for corner in (tl, tr, br, bl))
    return (
        f"M{x + a} {y}h{w - a - b}q{b} 0 {b} {b}v{h - b - c}q0 {c} {-c} {c}h{-(w - c - d)}q{-d} 0 {-d} {-d}"
        f"v{-(h - d - a)}q0 {-a} {a} {-a}z"
    )


class _Labels:
    """Places for edge labels: along the edge, clear of boxes and of each other."""

    def __init__(self, scene: Scene, plan: Plan) -> None:
        self.taken = [
            (x - box.size[0] / 2 - 2, y - box.size[1] / 2 - 1, x + box.size[0] / 2 + 2, y + box.size[1] / 2 + 1)
            for box in scene.boxes
            for x, y in [plan.centres[box.key]]
        ]

    def place(self, edge: Edge, curve: list[Point]) -> Point | None:
        """The middle of the label's free place nearest the middle of the edge's last part; None if there is none."""
        half, high = width(number(edge.derivative), SMALL) / 2 + 2, 5.5
        for segment in range((len(curve) - 4) // 3 * 3, -1, -3):
            for t in (0.5, 0.6, 0.4, 0.7, 0.3, 0.78, 0.22, 0.85, 0.15):
                x, y = _bezier(curve[segment : segment + 4], t)
                spot = (x - half, y - high, x + half, y + high)
                if not any(_overlap(spot, other) for other in self.taken):
                    self.taken.append(spot)
                    return x, y
        return None


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _bezier(points: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return sum(w * x for w, (x, _) in zip(weights, points)), sum(w * y for w, (_, y) in zip(weights, points))


def _legend(scene: Scene) -> Iterator[tuple[str, float]]:
    """The parts of the legend, each with its width."""

    def words(text: str) -> tuple[str, float]:
        return f'<text class="legend">{_safe(text)}</text>', width(text, 10) + 18

    if scene.largest is None:
        yield words("value")
        yield words("edge: local derivative")
        yield words("no gradients yet: call backward() first")
        return
    yield words("value | gradient")
    yield words("edge: local derivative")
    yield '<text class="legend">gradient −</text>', width("gradient −", 10) + 6
    for kind, strength in (("minus", 1.0), ("minus", 0.4), ("plus", 0.0), ("plus", 0.4), ("plus", 1.0)):
        swatch = f'<rect class="{kind}" fill-opacity="{0.55 * strength:.2f}" y="-9" width="16" height="11"/>'
        yield f'{swatch}<rect class="border" y="-9" width="16" height="11"/>', 16.0
    yield '<text class="legend" x="6">+</text>', 22.0
    yield words(f"logarithmic, largest {number(scene.largest)}")
