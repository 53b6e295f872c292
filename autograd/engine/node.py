"""The type of a node of either backend, for modules that must not import one."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["FORGOTTEN", "LEAF", "Leaf", "Node"]


class Node(Protocol):
    """A `Value` of either backend.

    `_x`, `_y`, `_to_x` and `_to_y` are the operands and local derivatives, as the sweep reads them: slots in the Python
    backend, see `value.py`; nodes of the C backend answer like nodes whose operands are in tuples.
    """

    data: float
    grad: float
    label: str
    op: Any
    _x: Any
    _y: Any
    _to_x: Any
    _to_y: Any
    _row: Any
    _hooks: Any
    _forgotten: Any

    @property
    def operands(self) -> Any:
        """The operands of the op."""

    @property
    def parents(self) -> Any:
        """The operands that are Values."""

    @property
    def local_derivatives(self) -> Any:
        """∂self/∂parent, for each parent."""

    def detach(self) -> Any:
        """Return a new leaf with the same data and label."""


class Leaf:
    """The row of leaves, which no op computed."""

    name = ""
    selects = False


LEAF, FORGOTTEN = Leaf(), Leaf()  # of values made by a user, and of results of ops inside `no_grad`
