"""The type of a node of either backend, for modules that import neither."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["FORGOTTEN", "LEAF", "Leaf", "Node"]


class Node(Protocol):
    """A `Value` of either backend.

    `_parents`, `_derivatives` and `_row` are `parents`, `local_derivatives` and the row, as the sweep reads them: on
    the Python backend slots, which are faster than properties.
    """

    data: float
    grad: float
    label: str
    op: Any
    operands: Any
    parents: Any
    local_derivatives: Any
    _parents: Any
    _derivatives: Any
    _row: Any
    _hooks: Any
    _forgotten: Any

    def detach(self) -> Any:
        """Return a new leaf with the same data and label."""


class Leaf:
    """Stands for the row of values that no op computed."""

    name = ""
    selects = False


LEAF, FORGOTTEN = Leaf(), Leaf()  # of values that a user made, and of those that `no_grad` made of a result
