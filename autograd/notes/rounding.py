"""Stated numbers: comparison of two numeric sides within the precision of their digits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from autograd.notes.grammar import FUNCTIONS
from autograd.notes.grids import Grid
from autograd.notes.nodes import Node, is_number
from autograd.notes.world import Book, Options, Unknown, World

__all__ = ["Stated", "agreement", "is_numeric", "literal", "stated", "unit_of", "with_other_bases"]

ROUNDED_DECIMALS: Final = 3
SHORT: Final = 0.05
ROUGH: Final = 0.03
ULPS: Final = 1e-15
"""What floating point leaves of a sum of terms that cancel, for each unit of the largest of them."""


@dataclass(frozen=True)
class Stated:
    """A number with the tolerance of its digits: `slack` for long decimals, `widest` for every decimal."""

    value: float
    unit: float
    slack: float
    widest: float


def is_numeric(node: Node) -> bool:
    """Return whether a side consists of numbers only."""
    heads = {each.head for each in node.walk()}
    known = all(each.text in FUNCTIONS for each in node.walk() if each.head == "call")
    return heads <= {"num", "+", "*", "neg", "/", "^", "call"} and "num" in heads and known


def literal(node: Node) -> Node | None:
    """Return the number that a side is, without its sign; None if it is more than one."""
    bare = node.args[0] if node.head == "neg" else node
    if bare.head == "num":
        return bare
    if bare.head == "*" and len(bare.args) == 2 and bare.args[0].head == "num" and bare.args[1].head == "^":
        base, _ = bare.args[1].args
        if is_number(base, 10.0):
            return bare.args[0]
    return None


def unit_of(text: str) -> float:
    """Return one unit of the last written digit; 0 for a whole number."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals) if decimals else 0.0


def _number(node: Node) -> float:
    value = World(Book(), 0, 0, 0, Options()).value(node, {})
    if isinstance(value, Grid):
        raise Unknown("a matrix of numbers")
    return float(value)


def _literals(node: Node) -> Iterator[Node]:
    return (each for each in node.walk() if each.head == "num" and unit_of(each.text))


def stated(node: Node) -> Stated:
    """Compute a numeric side, and the tolerance of its digits."""
    value = _number(node)
    slack = ULPS * max((abs(each.number) for each in node.walk() if each.head == "num"), default=0.0)
    widest = 0.0
    for place, each in enumerate(_literals(node)):
        unit = unit_of(each.text)
        effect = abs(_number(_moved(node, place, 0.5 * unit)) - value)
        if unit < SHORT:
            widest += 2.0 * effect
        if len(each.text.partition(".")[2]) >= ROUNDED_DECIMALS:
            slack += effect
    single = literal(node)
    if single is None:
        return Stated(value, 0.0, slack, widest)
    scale = abs(value / single.number) if single.number else 1.0
    return Stated(value, unit_of(single.text) * scale, 0.0, 0.0)


def _moved(node: Node, place: int, by: float) -> Node:
    """Change the literal at a position among those with decimals."""
    count = -1

    def change(each: Node) -> Node | None:
        nonlocal count
        if each.head == "num" and unit_of(each.text):
            count += 1
            if count == place:
                return replace(each, number=each.number + by)
        return None

    return node.replaced(change)


def with_other_bases(*sides: Node) -> Iterator[tuple[Node, ...]]:
    """Yield sides with their logarithms to base 10 and to base 2, if they have any."""
    if not any(each.head == "call" and each.text == "log" for side in sides for each in side.walk()):
        return
    for base in (10.0, 2.0):
        scale = Node("num", text=f"{base:g}", number=math.log(base))

        def change(each: Node, scale: Node = scale) -> Node | None:
            return Node("/", (each, scale)) if each.head == "call" and each.text == "log" else None

        yield tuple(side.replaced(change) for side in sides)


def agreement(left: Stated, right: Stated, *, rough: bool = False) -> str:
    """Compare two numbers: "equal", "last digit", "rounding", or "unequal"."""
    if not (math.isfinite(left.value) and math.isfinite(right.value)):
        return "unknown"
    error = abs(left.value - right.value)
    tiny = 1e-9 * max(abs(left.value), abs(right.value))
    units = 0.5 * (left.unit + right.unit) * (1.0 + 1e-6)
    if error <= units + left.slack + right.slack + tiny:
        return "equal"
    if error <= 2.0 * units + left.slack + right.slack + tiny:
        return "last digit"
    near = error <= 0.02 * abs(left.value)
    if near and error <= 2.0 * units + left.widest + right.widest + tiny:
        return "rounding"
    if rough and error <= ROUGH * abs(left.value):
        return "rounding"
    if error <= 2.0 * units + left.widest + right.widest + tiny:
        return "unknown"
    return "unequal"
