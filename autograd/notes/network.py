"""The network of a worksheet as the subject of a note: its steps become definitions, its names the note's names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from autograd.formula.equations import spellings
from autograd.formula.evaluate import Array, Operand, Scalar, element_label
from autograd.formula.tree import COMPARISONS, Formula
from autograd.formula.tree import name as formula_of
from autograd.notes import nodes as n
from autograd.notes.grammar import Notation
from autograd.notes.lookalikes import alike
from autograd.notes.nodes import Node
from autograd.notes.rows import RATES, Row
from autograd.notes.world import EVERYWHERE, Definition
from autograd.worksheet import Worksheet
from autograd.worksheet.evaluate import walk

__all__ = ["Network"]

_RATES: Final = (*RATES, "λ")


class Network:
    """The network that a note is about, from a worksheet.

    Parameters
    ----------
    sheet : Worksheet
        Its steps and numbers.

    Examples
    --------
    >>> network = Network(Worksheet.parse("w, x = 2, 3" + chr(10) + "z = w*x"))
    >>> [(n.show(each.pattern), n.show(each.body)) for each in network.definitions]
    [('z', 'w · x')]
    """

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.names = list(dict.fromkeys([*sheet.shapes, *sheet.aliases.values()]))
        self._known = spellings(self.names)

    @cached_property
    def definitions(self) -> list[Definition]:
        """Return the steps of the sheet, each quantity in terms of those it is computed from."""
        bodies: dict[str, Node] = {}
        walk(self.sheet.steps, lambda name, operand: self._named(name, operand, bodies))
        return [Definition(n.symbol(label), body, EVERYWHERE, EVERYWHERE) for label, body in bodies.items()]

    @cached_property
    def numbers(self) -> dict[str, float]:
        """Return the numbers of the sheet's leaves, and of its learning rate under its usual letters."""
        rate = self.sheet.rate
        rates = {} if rate is None else {each: rate for each in _RATES if not self._known(each)}
        return {**rates, **self.sheet.leaves}

    def _named(self, name: str, operand: Operand, bodies: dict[str, Node]) -> Operand:
        if not isinstance(operand, Array):
            return self._scalar(name, operand, bodies)
        labels = [element_label(name, operand.shape, at) for at in range(len(operand.items))]
        items = tuple(self._scalar(label, each, bodies) for label, each in zip(labels, operand.items, strict=True))
        rows = Array(operand.shape, items).rows() if len(operand.shape) == 2 else [(each,) for each in items]
        bodies[name] = Node("matrix", tuple(Node("row", tuple(map(_node, row))) for row in rows))
        return Array(operand.shape, items)

    def _scalar(self, label: str, item: Scalar, bodies: dict[str, Node]) -> Formula:
        if label in self.sheet.leaves:
            return formula_of(label)
        if isinstance(item, Formula) and item.head == "name" and "[" in label:
            return item  # an element that is another quantity
        bodies[label] = _node(item)
        return formula_of(label)

    def inform(self, notation: Notation) -> None:
        """Declare that the sheet's names are not functions, so that v₂(1 − h) is a product."""
        bases = {each for name in self.names for each in re.findall(r"^[^\W\d_]+", name)}
        notation.functions -= bases | {each.swapcase() for each in bases}

    def place(self, rows: Sequence[Row], notation: Notation, *, damaged: bool) -> None:
        """Replace the note's names by the sheet's: w_{5} is w5; a name that resembles a single one is read as that."""
        for name, body in notation.labelled.items():
            change = {each: label for each in body.symbols() if (label := self._known(n.show(each))) is not None}
            notation.labelled[name] = _renamed(body, change)
        own = {n.key(each): each for row in rows for each in _defined(row)}
        for row in rows:
            names = dict.fromkeys(each for side in row.readable() for each in side.symbols() if not _is_family(each))
            exact = {each: label for each in names if (label := self._exact(each)) is not None}
            near = {
                each: label
                for each in names
                if each not in exact and n.key(each) not in own and (label := self._near(each, damaged)) is not None
            }
            taken = set(exact.values())
            read_as = {each: label for each, label in near.items() if label not in taken}
            change = {**exact, **read_as}
            row.sides = [each and _renamed(each, change) for each in row.sides]
            row.read_as.update((n.show(each), label) for each, label in read_as.items())

    def _exact(self, name: Node) -> str | None:
        """Return the quantity of a spelling; c′ is c after an update."""
        bare = name.text.rstrip("′")
        label = self._known(n.show(replace(name, text=bare)))
        return label and label + name.text[len(bare) :]

    def _near(self, name: Node, damaged: bool) -> str | None:
        """Return the only quantity that a spelling may stand for: α₁ for a1, W₂ for w2, χ for x."""
        found = {label for text in alike(n.show(name), damaged=damaged) if (label := self._known(text)) is not None}
        return found.pop() if len(found) == 1 else None


def _renamed(side: Node, change: Mapping[Node, str]) -> Node:
    return side.replaced(lambda each: n.symbol(change[each]) if each.head == "sym" and each in change else None)


def _defined(row: Row) -> Iterator[Node]:
    """Yield the name that a row may define."""
    if row.left is not None and row.left.head == "sym" and not row.inherited:
        yield row.left


def _is_family(name: Node) -> bool:
    return any(each.head not in ("num", "label") for each in name.args)


def _node(item: Scalar) -> Node:
    """Convert a worksheet's formula to a note's."""
    if not isinstance(item, Formula):
        return n.number(float(item))
    parts = tuple(map(_node, item.operands))
    if item.head == "number":
        return n.number(item.number)
    if item.head == "name":
        return n.symbol(item.text)
    if item.head in COMPARISONS:
        sign = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}.get(item.head, item.head)
        return Node("cmp", parts, sign)
    if item.head == "*":
        return n.product(*parts)
    if item.head in ("+", "/", "^", "neg"):
        return Node(item.head, parts)
    return Node("op", parts, item.head)
