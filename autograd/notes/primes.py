"""Derivatives by an implicit variable: (u v)′ = u′ v + u v′, and f′ = … of f = u/v."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograd.notes import nodes as n
from autograd.notes.nodes import Node
from autograd.notes.rows import Row, is_constant

__all__ = ["write_out"]


def write_out(rows: Sequence[Row]) -> None:
    """Read the left side of a row as a derivative by x or, if x is not in it, by an implicit variable.

    In the second case names that are primed in the row are functions of that variable.

    Rows are unchanged if the left side is not a primed expression, or the right has names without a prime.
    """
    for row in rows:
        body, order = _differentiated(row, rows)
        sides = row.sides[1:]
        if body is None or any(each is None for each in sides):
            continue
        if n.symbol("x") in set(body.symbols()):
            row.sides = [Node("d", (body, *[n.symbol("x")] * order)), *sides]
            continue
        primed = {_name(each) for side in sides if side for each in side.symbols() if _is_primed(each)}
        if order == 1 and primed and {each.text for each in body.symbols() if not is_constant(each)} <= primed:
            row.sides = [
                n.derivative(_of_variable(body, primed), n.UNWRITTEN),
                *(_of_variable(side, primed) for side in sides if side),
            ]


def _differentiated(row: Row, rows: Sequence[Row]) -> tuple[Node | None, int]:
    """Return what the left side is a derivative of, and of which order: a bracket, or what defines f of f′."""
    left = row.left
    if left is None or row.inherited:
        return None, 0
    if left.head == "prime":
        return left.args[0], 1
    order = len(left.text) - len(left.text.rstrip("′"))
    if left.head != "sym" or left.args or not order:
        return None, 0
    same = [
        other.sides[1]
        for other in rows
        if other.order < row.order
        and other.section == row.section
        and len(other.sides) > 1
        and other.sides[0] == replace(left, text=left.text.rstrip("′"))
    ]
    return (same[-1] if same else None), order


def _is_primed(node: Node) -> bool:
    return node.text.endswith("′") and not node.text.endswith("′′") and not node.args


def _name(node: Node) -> str:
    return node.text.removesuffix("′")


def _of_variable(side: Node, functions: set[str]) -> Node:
    def change(each: Node) -> Node | None:
        if each.head == "sym" and not each.args and _name(each) in functions:
            return Node("call", (n.UNWRITTEN,), _name(each), primes=int(_is_primed(each)))
        return None

    return side.replaced(change)
