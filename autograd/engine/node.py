"""The type of a node of either backend, for modules that import neither."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["FORGOTTEN", "LEAF", "Leaf", "Node"]


class Node(Protocol):
    """A `Value` of either backend.

    `_x`, `_y`, `_to_x` and `_to_y` are the operands and local derivatives, as the sweep reads them: slots on the Python
    backend, see `value.py`; a node of the C backend answers as one that has them in tuples.
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
    """Stands for the row of values that no op computed."""

    name = ""
    selects = False


LEAF, FORGOTTEN = Leaf(), Leaf()  # of values that a user made, and of those that `no_grad` made of a result
