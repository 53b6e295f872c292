"""Numbers of many Values at once, and optimiser steps on them, in C if the engine runs in C.

`read(values, "data")` returns an array of doubles, `write(values, "grad", numbers)` sets the numbers; `values` is a
tuple.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine import backend

__all__ = ["COMPILED", "bind", "finite", "permute", "read", "step", "write"]

if TYPE_CHECKING:
    from nn._common import steps as _backend
    from nn._common.steps import permute as permute
else:
    from nn._common import steps as _backend

    try:
        from nn._common import _steps
    except ImportError:  # this extension was not built: slower, with the same results
        permute = _backend.permute
    else:
        permute = _steps.permute
        if backend.CORE == "c":
            from autograd.engine import _value

            _backend = _steps
            _backend.use(_value.Value, *_value._layout)

COMPILED = _backend.__name__ == "nn._common._steps"

finite, read, step, write = _backend.finite, _backend.read, _backend.step, _backend.write

bind: Any = getattr(_backend, "bind", None)
"""A step of a row over a part of an array, called from C; None if steps run in Python."""
