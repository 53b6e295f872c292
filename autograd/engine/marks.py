"""Marks on nodes: the recording and the group in which they were made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from autograd.engine import modes
from autograd.engine.node import FORGOTTEN, LEAF, Node

__all__ = ["group_of", "mark", "marks_of", "put_in_group", "recorded"]

AnyNode = TypeVar("AnyNode", bound=Node)


def recorded(node: AnyNode) -> AnyNode:
    """Apply the modes of this context to a new node: check it, mark it, put it in a group, or make it a leaf."""
    if not modes.active:
        return node
    node = modes.recorded(node)
    if node._row is LEAF:
        node._row = FORGOTTEN
        return node
    if modes.elsewhere is not None:
        mark(node, modes.mark())
    if group := modes.group_here():
        put_in_group(node, group)
    return node


def mark(node: Any, by: object) -> None:
    """Mark a node for its lifetime."""
    node._made_in = by, group_of(node)


def marks_of(nodes: Iterable[Any]) -> set[Any]:
    """Return the set of the marks of nodes."""
    return {node._mark for node in nodes} - {None}


def put_in_group(node: Any, name: str) -> None:
    """Put a node in a group for its lifetime."""
    node._made_in = node._mark, name


def group_of(node: Any) -> str | None:
    """Return the name of a node's group, or None."""
    group: str | None = getattr(node, "_made_in", (None, None))[1]
    return group
