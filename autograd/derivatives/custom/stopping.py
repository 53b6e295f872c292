"""Constants: numbers through which no derivative passes."""

from __future__ import annotations

from typing import Any

from autograd._common.containers import Tree
from autograd.derivatives import over_values
from autograd.derivatives.custom import registry
from autograd.engine.backend import Value

__all__ = ["stop_gradient"]


def stop_gradient(nested: Any) -> Any:
    """Return the same numbers as constants: derivatives don't pass through them.

    Parameters
    ----------
    nested : Value, number, or nested lists, tuples, dicts, arrays of them
        The numbers to treat as constant.

    Examples
    --------
    >>> import autograd as ag
    >>> ag.grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    numbers, tree = Tree.flatten(nested, "stop_gradient")
    return tree.build([_held(x) if isinstance(x, Value) else x for x in numbers])


def _held(x: Value) -> Any:
    """Return a `stop_gradient` node, so that a replay follows the number although no sweep passes it."""
    return over_values.record(_row, (x,))


_row = registry.enter_ephemeral(
    "stop_gradient",
    ("x",),
    lambda x: (x, 0.0),
    None,
    ("0",),
    selects=True,
    doc="x, through which no derivative passes.",
)
