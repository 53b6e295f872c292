"""The rows of a note: statements with their sides and verdicts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from autograd.notes import nodes as n
from autograd.notes.equation import Equation
from autograd.notes.finding import Block, Page
from autograd.notes.nodes import Node
from autograd.notes.splitting import Statement

__all__ = [
    "COSTS",
    "RATES",
    "Row",
    "digits",
    "is_constant",
    "is_estimate",
    "is_open",
    "low_indices",
    "place_of",
    "scaled_update_of",
    "update_of",
]


COSTS: Final = ("L", "J", "C", "E", "Q", "ℒ", "ℓ", "Loss", "loss", "Cost", "cost")
"""Names of what is minimised."""
RATES: Final = ("α", "η", "ε", "γ", "μ", "lr", "rate", "learning_rate")
"""Names of learning rates."""


@dataclass
class Row:
    """A statement: its position, its sides, and its verdict."""

    equation: Equation
    statement: Statement
    section: int
    order: int
    page: Page
    block: Block
    sides: list[Node | None] = field(default_factory=list)
    inherited: int = 0
    conditions: tuple[Node, ...] = ()
    problem: str = ""
    read_as: dict[str, str] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)
    damaged_sides: set[int] = field(default_factory=set)
    restored: bool = False

    @property
    def display(self) -> bool:
        """Whether it is on separate lines."""
        return self.block.display

    @property
    def left(self) -> Node | None:
        """The first side, if there is one and it could be parsed."""
        return self.sides[0] if self.sides else None

    def readable(self) -> list[Node]:
        """Return the sides that could be parsed."""
        return [each for each in self.sides if each is not None]


def is_open(node: Node) -> bool:
    """Return whether something in it has no value: dots, sums over nothing, lists."""
    return any(
        each.head in ("dots", "unknown", "prime") or (each.head == "prod" and each.text == "?") for each in node.walk()
    )


def place_of(name: Node) -> str:
    """Return the lookup key of a symbol with its indices, or of a derivative."""
    if name.head == "d":
        return n.show(name)
    bold = "**" if name.bold else ""
    return (
        bold + name.text + "".join(f"|{int(each.number) if each.head == 'num' else n.show(each)}" for each in name.args)
    )


def low_indices(name: Node) -> tuple[Node, ...]:
    """Return the low indices that distinguish quantities, without those that count steps."""
    return tuple(each for each in name.low if not _is_shift_of(each))


def _is_shift_of(index: Node) -> bool:
    return (
        index.head == "+"
        or (index.head == "sym" and index.text in "tkn")
        or index.text in ("new", "old", "next", "prev")
    )


def is_constant(name: Node) -> bool:
    """Return whether a symbol is e or π."""
    return name.text in ("e", "π") and not name.args


def is_estimate(name: Node) -> bool:
    """Return whether a name has an accent, as ŷ has."""
    return any(unicodedata.combining(each) for each in unicodedata.normalize("NFD", name.text))


def digits(value: float) -> str:
    """Write a number with nine digits."""
    return f"{value:.9g}".replace("-", "−")


def update_of(row: Row) -> tuple[Node, Node, Node | None] | None:
    """Return the name, the step, and the derivative in w = w − α ∂e/∂w."""
    left = row.left
    if left is None or left.head != "sym":
        return None
    for right in row.readable()[1:]:
        if right.head != "+" or right.args[0].head != "sym" or right.args[0].text != left.text.rstrip("′"):
            continue
        if right.args[0] != left and low_indices(right.args[0]) != low_indices(left):
            continue
        slopes = [
            each for each in right.walk() if each.head == "d" and len(each.args) == 2 and each.args[1].head == "sym"
        ]
        is_same = right.args[0] == left
        if not is_same and not slopes and not any(each.head == "label" for each in (*left.args, *right.args[0].args)):
            return None
        return left, right.args[1], slopes[0] if slopes else None
    return None


def scaled_update_of(row: Row) -> tuple[str, Node] | None:
    """Return what is too much in w = −(w − α ∂e/∂w) or w = 2(w − α ∂e/∂w), and the update without it."""
    if len(row.readable()) < 2 or row.left is None:
        return None
    for right in row.readable()[1:]:
        inner, what = right, "sign"
        if right.head == "neg":
            inner = right.args[0]
        elif right.head == "*" and len(right.args) == 2 and not any(True for _ in right.args[0].symbols()):
            inner, what = right.args[1], f"the factor {n.show(right.args[0])} is too much"
        found = update_of(replace(row, sides=[row.left, inner])) if inner is not right else None
        rated = found is not None and any(each.text in RATES for each in found[1].symbols())
        if found is not None and (found[2] is not None or rated):
            return what, inner
    return None
