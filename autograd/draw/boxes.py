"""Boxes and edges of a picture, sized to their text, and the formatting of numbers and labels."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from autograd.draw.fonts import fit, width
from autograd.engine.backend import Value
from autograd.ops import TABLE
from autograd.ops.table import POWER

__all__ = ["ELLIPSIS", "Box", "Edge", "Rectangle", "box", "kind", "number", "one_line", "op_box", "split", "value_box"]

Rectangle = tuple[float, float, float, float]  # x, y, width, height

TEXT, NAME, SUBSCRIPT, SYMBOL, SMALL = 11.0, 12.0, 9.0, 13.0, 9.0
ROW, STACKED_ROW, HEADER = 20.0, 17.0, 19.0
NARROWEST, BESIDE, BESIDE_NAME = 40.0, 8.0, 10.0
WIDEST_NAME, WIDEST_SYMBOL = 150.0, 84.0
ELLIPSIS = " … "  # between the names of a layer's first and last neuron
PER_OPERAND, TALLEST = 4.0, 90.0  # a box with many operands is higher, so that its edges arrive apart


@dataclass(frozen=True)
class Box:
    """A Value as drawn: a dark cell with the op, a header with the label, the value and its gradient.

    `kind` is empty for a computed Value; for a leaf, the role suggested by its label: weight, input, target, or leaf;
    "group" for several Values in one box, "op" for an op with its own box. Only the last two have no `value`.
    `stacked` boxes have the gradient below the value, others next to it.
    """

    key: str
    value: Value | None
    kind: str
    symbol: str
    base: str
    subscript: str
    data: str
    gradient: str | None
    symbol_width: float
    data_width: float
    gradient_width: float
    operands: int
    label: str
    hover: str
    slope: float | None = None
    least: float = NARROWEST
    stacked: bool = False

    @property
    def named(self) -> bool:
        """Whether it has a header."""
        return bool(self.base)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return self._inner + self.symbol_width, self._rows + (HEADER if self.named else 0.0)

    @property
    def data_cell(self) -> Rectangle:
        """The position of the value, relative to the box's corner."""
        top, high = self._top_and_height
        return self.symbol_width, top, self._inner if self._is_stacked else self.data_width, high

    @property
    def gradient_cell(self) -> Rectangle:
        """The position of the gradient, relative to the box's corner."""
        top, high = self._top_and_height
        if self._is_stacked:
            return self.symbol_width, top + high, self._inner, high
        return self.symbol_width + self.data_width, top, self.gradient_width, high

    @property
    def _is_stacked(self) -> bool:
        return self.stacked and self.gradient is not None

    @property
    def _inner(self) -> float:
        """Width without the op's cell; a long name widens the cells of value and gradient."""
        if self._is_stacked:
            name = width(self.base, NAME, bold=True) + width(self.subscript, SUBSCRIPT, bold=True) + BESIDE_NAME
            natural = max(width(self.data, TEXT), width(self.gradient or "", TEXT)) + BESIDE
            return math.ceil(max(self.least, natural, name if self.base else 0.0))
        return self.data_width + self.gradient_width

    @property
    def _rows(self) -> float:
        least = 2 * STACKED_ROW if self._is_stacked else ROW
        return max(least, min(TALLEST, PER_OPERAND * self.operands))

    @property
    def _top_and_height(self) -> tuple[float, float]:
        return (HEADER if self.named else 0.0), self._rows / (2 if self._is_stacked else 1)


@dataclass(frozen=True)
class Edge:
    """One operand of a computed Value; between groups, all operands from one to the other, `count` of them.

    `derivative` is the local one, None if there are several; `flow` is the sum of the gradients along it.
    """

    key: str
    tail: Box
    head: Box
    derivative: float | None
    flow: float | None
    count: int = 1

    @property
    def text(self) -> str:
        """The label of the edge."""
        if self.derivative is not None:
            return number(self.derivative)
        return f"×{self.count:,}" if self.count > 1 else ""


def number(x: float) -> str:
    """Return a number as shown in a box: four significant digits, a true minus sign, ∞ for inf.

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


_NUMBERED = re.compile(r"([^\W\d_]+)(\d+)((?:_\d+)*)").fullmatch
_BRACED = re.compile(r"([^\s_{}]+)_\{([^{}]+)\}").fullmatch  # as in TeX


def split(label: str) -> tuple[str, str]:
    """Return a label's base and its subscript: out and o1 for out_o1, w and 5 for w5.

    Examples
    --------
    >>> split("out_o1"), split("w11_2"), split("w_{11}"), split("b"), split("_x")
    (('out', 'o1'), ('w', '11,2'), ('w', '11'), ('b', ''), ('_x', ''))
    """
    if match := _NUMBERED(label):
        return match[1], match[2] + match[3].replace("_", ",")
    if label.endswith("}") and (match := _BRACED(label)):
        return match[1], match[2]
    base, _, subscript = label.partition("_") if " " not in label else (label, "", "")
    plain = subscript.isalnum() or (not subscript.startswith("_") and not set(subscript) & set("{}^"))
    return (base, subscript) if base and subscript and plain else (label, "")


def one_line(label: str) -> str:
    """Return a label without line breaks and other characters that can't be displayed."""
    shown = label if label.isprintable() else "".join(c if c.isprintable() else " " for c in label)
    return " ".join(shown.split()) if " " in shown else shown


def value_box(key: str, node: Value, slope: float | None, fused: bool = True, least: float = NARROWEST) -> Box:
    """Return the box of a Value with its gradient `slope`, and with its op unless that has its own box."""
    name = node.label or (f"an unnamed {node.op}" if node.op else "an unnamed leaf")
    gradient = f"\ngradient {slope!r}" if slope is not None else ""
    doc = f"\n{TABLE[node.op].doc}" if node.op else ""
    return box(
        key,
        node,
        "" if node.op else kind(node.label.rpartition("/")[2]),
        symbol(node) if fused else "",
        node.label,
        number(node.data),
        number(slope) if slope is not None else None,
        label=name,
        hover=f"{name}\nvalue {node.data!r}{gradient}{doc}",
        slope=slope,
        operands=len(node.parents) if fused else 1,
        least=least,
    )


def op_box(key: str, node: Value) -> Box:
    """Return the box of an op with its own box."""
    shown = fit(symbol(node), SYMBOL, WIDEST_SYMBOL, bold=True)
    wide = math.ceil(max(24.0, width(shown, SYMBOL, bold=True) + 10))
    return Box(
        key, None, "op", shown, "", "", "", None, wide, 0.0, 0.0, max(6, len(node.parents)), node.op,
        TABLE[node.op].doc,
    )  # fmt: skip


def box(
    key: str,
    value: Value | None,
    kind: str,
    mark: str,
    name: str,
    data: str,
    gradient: str | None,
    *,
    label: str,
    hover: str,
    slope: float | None,
    operands: int = 1,
    least: float = NARROWEST,
) -> Box:
    """Return a box with cells as wide as their text, and at least `least`."""
    base, subscript = split(one_line(name))
    base = fit(base, NAME, WIDEST_NAME, bold=True)
    subscript = fit(subscript, SUBSCRIPT, WIDEST_NAME - width(base, NAME, bold=True), bold=True)
    mark = fit(mark, SYMBOL, WIDEST_SYMBOL, bold=True)
    symbol_width = max(22.0, width(mark, SYMBOL, bold=True) + 8) if mark else 0.0
    data_width = max(least, width(data, TEXT) + BESIDE)
    gradient_width = max(least, width(gradient, TEXT) + BESIDE) if gradient is not None else 0.0
    name_width = width(base, NAME, bold=True) + width(subscript, SUBSCRIPT, bold=True) + BESIDE_NAME
    data_width += max(0.0, name_width - data_width - gradient_width) if base else 0.0
    return Box(
        key, value, kind, mark, base, subscript, data, gradient, math.ceil(symbol_width), math.ceil(data_width),
        math.ceil(gradient_width), operands, label, hover, slope, least,
    )  # fmt: skip


def kind(label: str) -> str:
    """Guess the role of a leaf from its label: w5 and b1_2 are weights, x0 and i1 inputs, target_o1 and y targets."""
    match = re.match(r"[^\W\d_]+", label)
    return _KINDS.get(match[0].lower(), "leaf") if match else "leaf"


_KINDS = {
    **dict.fromkeys(("w", "b", "weight", "bias"), "weight"),
    **dict.fromkeys(("x", "i", "input"), "input"),
    **dict.fromkeys(("y", "t", "target"), "target"),
}


def symbol(node: Value) -> str:
    """Return the op as shown in its dark cell, with a constant operand folded in: ×0.5, x², 1 −, max 0."""
    if not node.op:
        return ""
    row = TABLE[node.op]
    mark = row.symbol
    constants = [x for x in node.operands if isinstance(x, float)]
    if len(node.operands) != 2 or len(constants) != 1:
        return mark
    shown = number(constants[0])
    first = isinstance(node.operands[0], float)
    if row.precedence == POWER:
        return f"{shown}ˣ" if first else f"x{shown.translate(_SUPERSCRIPTS)}"
    if first and not row.commutes:
        return f"{shown} {mark}"
    return f"{mark}{shown}" if row.operator and not mark.isalpha() else f"{mark} {shown}"


_SUPERSCRIPTS = str.maketrans("0123456789−.e", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·ᵉ")
