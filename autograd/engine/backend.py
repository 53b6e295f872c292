"""Selects the backend: `Value` and the functions in C where they were built, else in Python.

The environment variable `AUTOGRAD_CORE` may be `c` (an ImportError if not built), `python`, or unset for C if
available. `CORE` is the name of the one in use.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from autograd._common.foreign import install
from autograd.engine import modes, pickling
from autograd.ops import BUILT_IN

if TYPE_CHECKING:
    from autograd.engine._signatures import *  # noqa: F403  (generated: every function of the table)
    from autograd.engine.layer import layer as layer
    from autograd.engine.python_backend import restore as restore
    from autograd.engine.value import Value as Value


def _pick(wanted: str) -> tuple[str, Any]:
    if wanted not in ("", "c", "python"):
        raise ImportError(f"AUTOGRAD_CORE must be 'c', 'python' or unset, got {wanted!r}")
    if wanted != "python":
        try:
            from autograd.engine import _value
        except ImportError as error:
            if wanted == "c":
                raise ImportError(f"AUTOGRAD_CORE is 'c', but the C core was not built: {error}") from error
        else:
            modes.listeners.append(_value._set_modes)
            install(_value.Value, "Value")
            return "c", _value
    from autograd.engine import python_backend

    return "python", python_backend


CORE, _module = _pick(os.environ.get("AUTOGRAD_CORE", "").strip().lower())
pickling.backend = _module

if not TYPE_CHECKING:
    Value, layer, restore = _module.Value, _module.layer, _module.restore
    globals().update({name: _module.FUNCTIONS[name] for name in BUILT_IN})
