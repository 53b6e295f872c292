"""Numbers of many Values at once, and optimiser steps on them, in C if the engine runs in C.

`read(values, "data")` returns an array of doubles, `write(values, "grad", numbers)` sets the numbers; `values` is a
tuple.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine import backend, modes
from nn._common import steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.engine.backend import Value
    from nn._common.steps import Doubles

__all__ = ["COMPILED", "bind", "finite", "permute", "read", "step", "write"]

_backend = steps
permute = steps.permute

if not TYPE_CHECKING:
    try:
        from nn._common import _steps
    except ImportError:  # this extension was not built: slower, with the same results
        pass
    else:
        permute = _steps.permute
        if backend.CORE == "c":
            from autograd.engine import _value

            _backend = _steps
            _backend.use(_value.Value, *_value._layout)

COMPILED = _backend.__name__ == "nn._common._steps"

finite, step = _backend.finite, _backend.step

bind: Any = getattr(_backend, "bind", None)
"""A step of a row over a part of an array, called from C; None if steps run in Python."""


def read(values: tuple[Value, ...], what: str) -> Doubles:
    """Return `data` or `grad` of every Value."""
    return (steps.read if modes.active else _backend.read)(values, what)  # a recording observes attributes


def write(values: tuple[Value, ...], what: str, numbers: Sequence[float]) -> None:
    """Set `data` or `grad` of every Value."""
    (steps.write if modes.active else _backend.write)(values, what, numbers)
