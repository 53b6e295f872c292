"""Derivatives by a variable that is not written: (u v)′ = u′ v + u v′, and f′ = … of f = u/v."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from autograd.notes import nodes as n
from autograd.notes.nodes import Node
from autograd.notes.rows import Row, is_constant

__all__ = ["unwritten", "write_out"]

_VARIABLE: Final = n.symbol("τ")


def write_out(rows: Sequence[Row]) -> list[Row]:
    """Take names that are primed in a row for functions of one variable, and its left side for a derivative by it.

    Rows are left as they are where the left side is no primed expression, or has names without a prime on the right;
    the others are returned.
    """
    changed = []
    for row in rows:
        body = _differentiated(row, rows)
        sides = row.sides[1:]
        if body is None or any(each is None for each in sides):
            continue
        primed = {_name(each) for side in sides if side for each in side.symbols() if _is_primed(each)}
        if primed and {each.text for each in body.symbols() if not is_constant(each)} <= primed:
            row.sides = [
                n.derivative(_of_variable(body, primed), _VARIABLE),
                *(_of_variable(side, primed) for side in sides if side),
            ]
            changed.append(row)
    return changed


def unwritten(text: str) -> str:
    """Leave the variable out of a message again."""
    return text.replace("(τ)", "")


def _differentiated(row: Row, rows: Sequence[Row]) -> Node | None:
    left = row.sides[0] if row.sides else None
    if left is None or row.inherited:
        return None
    if left.head == "prime":
        return left.args[0]
    if left.head != "sym" or not _is_primed(left):
        return None
    same = [
        other.sides[1]
        for other in rows
        if other.order < row.order
        and other.section == row.section
        and len(other.sides) > 1
        and other.sides[0] == replace(left, text=_name(left))
    ]
    return same[-1] if same else None


def _is_primed(node: Node) -> bool:
    return node.text.endswith("′") and not node.text.endswith("′′") and not node.args


def _name(node: Node) -> str:
    return node.text.removesuffix("′")


def _of_variable(side: Node, functions: set[str]) -> Node:
    def change(each: Node) -> Node | None:
        if each.head == "sym" and not each.args and _name(each) in functions:
            return Node("call", (_VARIABLE,), _name(each), primes=int(_is_primed(each)))
        return None

    return side.replaced(change)
