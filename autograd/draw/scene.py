"""What there is to draw: each Value a box with its op fused in, each operand an edge, each neuron a cluster."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograd.core import Value
from autograd.draw.fonts import fit, width
from autograd.errors import DrawError
from autograd.graph import topological
from autograd.ops import TABLE

__all__ = ["Box", "Cluster", "Edge", "Scene", "number", "scene"]

TEXT, NAME, SUBSCRIPT, SYMBOL, SMALL = 11.0, 12.0, 9.0, 13.0, 9.0
ROW, HEADER = 20.0, 19.0
WIDEST_NAME, WIDEST_SYMBOL = 150.0, 84.0
PER_OPERAND, TALLEST = 4.0, 90.0  # a box with many operands is higher, for its edges to arrive side by side


@dataclass(frozen=True)
class Box:
    """A Value as drawn: a dark cell with the op, a header with the label, the value and its gradient.

    `kind` is empty for a computed Value; else what the label lets one think: weight, input, target, or just leaf.
    """

    key: str
    value: Value
    kind: str
    symbol: str
    base: str
    subscript: str
    data: str
    gradient: str | None
    symbol_width: float
    data_width: float
    gradient_width: float

    @property
    def named(self) -> bool:
        """Whether it has a header."""
        return bool(self.base)

    @property
    def row(self) -> float:
        """Height of the row with value and gradient."""
        return max(ROW, min(TALLEST, PER_OPERAND * len(self.value.parents)))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return (
            self.symbol_width + self.data_width + self.gradient_width,
            self.row + (HEADER if self.named else 0.0),
        )


@dataclass(frozen=True)
class Edge:
    """One operand of a computed Value."""

    key: str
    tail: Box
    head: Box
    derivative: float
    flow: float | None


@dataclass
class Cluster:
    """The boxes of one neuron or one error term, under a common name, cut to fit."""

    name: str
    boxes: list[Box] = field(default_factory=list)


@dataclass(frozen=True)
class Scene:
    """Boxes in topological order, edges, clusters, and the scale of the gradients."""

    boxes: list[Box]
    edges: list[Edge]
    clusters: list[Cluster]
    largest: float | None


def scene(roots: Sequence[Value], limit: int) -> Scene:
    """Return what to draw below `roots`; DrawError if that is more than `limit` values."""
    nodes = topological(*roots)
    if len(nodes) > limit:
        raise DrawError(
            f"draw: {len(nodes):,} values are more than can be read (limit {limit:,}); draw a part, such as "
            "one neuron's output, or raise limit="
        )
    # Leaves may hold gradients of another graph's sweep; those of computed values come from a sweep of this one.
    swept = any(node.grad for node in nodes if node.op) or any(root.grad for root in roots)
    boxes = {id(node): _box(f"n{i}", node, swept) for i, node in enumerate(nodes)}
    edges = [
        Edge(
            f"e{boxes[id(node)].key[1:]}_{i}",
            boxes[id(parent)],
            boxes[id(node)],
            derivative,
            _flow(node, derivative) if swept else None,
        )
        for node in nodes
        for i, (parent, derivative) in enumerate(zip(node.parents, node.local_derivatives, strict=True))
    ]
    sizes = [abs(node.grad) for node in nodes if math.isfinite(node.grad)]
    largest = max(sizes, default=0.0) or 1.0
    return Scene(list(boxes.values()), edges, _clusters(nodes, boxes), largest if swept else None)


def number(x: float) -> str:
    """Return a number as shown in a box: four significant digits, a true minus, ∞ for inf.

    Examples
    --------
    >>> number(-0.000123456), number(1e300), number(float("inf"))
    ('−0.0001235', '1e300', '∞')
    """
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    text = f"{x:.4g}"
    mantissa, e, exponent = text.partition("e")
    return (f"{mantissa}e{int(exponent)}" if e else mantissa).replace("-", "−")


def split(label: str) -> tuple[str, str]:
    """Return a label's base and its subscript: out_o1 is out with o1 below, w5 is w with 5.

    Examples
    --------
    >>> split("out_o1"), split("w11_2"), split("b"), split("_x")
    (('out', 'o1'), ('w', '11,2'), ('b', ''), ('_x', ''))
    """
    if match := re.fullmatch(r"([^\W\d_]+)(\d+)((?:_\d+)*)", label):
        return match[1], match[2] + match[3].replace("_", ",")
    base, _, subscript = label.partition("_")
    return (base, subscript) if base and subscript and not subscript.startswith("_") else (label, "")


def _flow(node: Value, derivative: float) -> float:
    return 0.0 if node.op == "where" and derivative == 0.0 else derivative * node.grad


def _box(key: str, node: Value, swept: bool) -> Box:
    base, subscript = split(_one_line(node.label))
    base = fit(base, NAME, WIDEST_NAME, bold=True)
    subscript = fit(subscript, SUBSCRIPT, WIDEST_NAME - width(base, NAME, bold=True), bold=True)
    symbol = fit(_symbol(node), SYMBOL, WIDEST_SYMBOL, bold=True) if node.op else ""
    data, gradient = number(node.data), number(node.grad) if swept else None
    symbol_width = max(22.0, width(symbol, SYMBOL, bold=True) + 11) if symbol else 0.0
    data_width = max(44.0, width(data, TEXT) + 13)
    gradient_width = max(44.0, width(gradient, TEXT) + 13) if gradient is not None else 0.0
    name_width = width(base, NAME, bold=True) + width(subscript, SUBSCRIPT, bold=True) + 14
    data_width += max(0.0, name_width - data_width - gradient_width) if base else 0.0
    return Box(
        key, node, "" if node.op else _kind(node.label), symbol, base, subscript, data, gradient,
        math.ceil(symbol_width), math.ceil(data_width), math.ceil(gradient_width),
    )  # fmt: skip


def _one_line(label: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in label).split())


def _kind(label: str) -> str:
    """What a leaf's label lets one think it is: w5 and b1_2 are weights, x0 and i1 inputs, target_o1 and y targets."""
    match = re.match(r"[^\W\d_]+", label)
    return _KINDS.get(match[0].lower(), "leaf") if match else "leaf"


_KINDS = {
    **dict.fromkeys(("w", "b", "weight", "bias"), "weight"),
    **dict.fromkeys(("x", "i", "input"), "input"),
    **dict.fromkeys(("y", "t", "target"), "target"),
}


def _symbol(node: Value) -> str:
    """The op as its dark cell shows it, with a constant operand folded in: ×0.5, x², 1 −, max 0."""
    symbol = TABLE[node.op].symbol
    constants = [x for x in node.operands if isinstance(x, float)]
    if len(node.operands) != 2 or len(constants) != 1:
        return symbol
    shown = number(constants[0])
    first = isinstance(node.operands[0], float)
    if node.op == "pow":
        return f"{shown}ˣ" if first else f"x{shown.translate(_SUPERSCRIPTS)}"
    if node.op in ("add", "mul") or (node.op in ("sub", "div") and not first):
        return f"{symbol}{shown}"
    return f"{shown} {symbol}" if first else f"{symbol} {shown}"


_SUPERSCRIPTS = str.maketrans("0123456789−.e", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·ᵉ")


# Clusters


def _clusters(nodes: list[Value], boxes: dict[int, Box]) -> list[Cluster]:
    """Each named step with the unnamed ones that lead to it alone; a step and its activation share one cluster."""
    users: dict[int, list[Value]] = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in node.parents:
            users[id(parent)].append(node)
    home: dict[int, int] = {}
    for node in reversed(nodes):
        if node.op:
            home[id(node)] = _home(node, users[id(node)], home)
    clusters: dict[int, Cluster] = {}
    names = {id(node): fit(_title(node), TEXT, WIDEST_NAME, bold=True) for node in nodes if node.op}
    for node in nodes:
        if node.op:
            key = home[id(node)]
            clusters.setdefault(key, Cluster(names[key])).boxes.append(boxes[id(node)])
    computed = sum(1 for node in nodes if node.op)
    # A frame around one box, or around all that is computed, would tell nothing.
    return [cluster for cluster in clusters.values() if 1 < len(cluster.boxes) < computed and cluster.name]


def _home(node: Value, users: list[Value], home: dict[int, int]) -> int:
    """By identity, the named node in whose cluster `node` stands; itself where it leads to several."""
    homes = {home[id(user)] for user in users}
    if len(homes) != 1 or (len({id(user) for user in users}) > 1 and node.label):
        return id(node)
    if not node.label:
        return homes.pop()
    user = users[0]
    activates = len(user.operands) == 1 and bool(user.label) and _suffix(user) == _suffix(node)
    return homes.pop() if activates else id(node)


def _suffix(node: Value) -> str:
    """What names a neuron: h1 of net_h1 and out_h1; of a label without a subscript the label."""
    base, subscript = split(_one_line(node.label))
    return subscript if base in ("net", "out", "z", "a") and subscript else _one_line(node.label)


def _title(node: Value) -> str:
    """A cluster's name: h1, but a1 where the suffix alone would be a number."""
    suffix = _suffix(node)
    return _one_line(node.label) if suffix[:1].isdigit() else suffix
