"""Numbers of many Values at once, and optimiser steps on them: picks the twin, in C where the core is.

`read(values, "data")` gives an array of doubles, `write(values, "grad", numbers)` sets one; `values` is a tuple.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.engine import backend

__all__ = ["COMPILED", "adam", "finite", "read", "rmsprop", "sgd", "write"]

if TYPE_CHECKING:
    from nn._common import steps as _twin
else:
    from nn._common import steps as _twin

    if backend.CORE == "c":
        from autograd.engine import _value

        try:
            from nn._common import _steps as _twin
        except ImportError:  # this extension alone was not built: slower, the same results
            pass
        else:
            _twin.use(_value.Value, *_value._layout)

COMPILED = _twin.__name__ == "nn._common._steps"

adam, finite, read, rmsprop, sgd, write = _twin.adam, _twin.finite, _twin.read, _twin.rmsprop, _twin.sgd, _twin.write
