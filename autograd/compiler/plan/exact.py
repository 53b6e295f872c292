"""The rows for which a kernel's last bits may differ from eager computation.

What a guard depends on is computed exactly as in eager computation, so that a batch takes the same branches as its
samples one by one.
"""

from __future__ import annotations

import functools
import math
from types import FunctionType
from typing import Any, Final

from autograd.ops import HELPERS, TABLE, ieee
from autograd.ops.slopes import SOURCES

__all__ = ["uses_libm"]

SAME_EVERYWHERE: Final = frozenset({"div", "sqrt", "copysign", "inf", "nan"})
"""Functions that IEEE 754 defines to the last bit."""


@functools.cache
def uses_libm(name: str) -> bool:
    """Return whether a row calls a function of libm, whose last bits differ in vector libraries."""
    compute = TABLE[name].compute
    if name in SOURCES:  # a row that calls other rows
        return any(uses_libm(each) for each in compute.__code__.co_names if each in TABLE)
    return _calls_libm(compute)


def _calls_libm(function: Any) -> bool:
    if not isinstance(function, FunctionType):
        return True
    names = set(function.__code__.co_names)
    called = {name for name in names if hasattr(ieee, name)} - SAME_EVERYWHERE if "ieee" in names else set()
    helpers = [getattr(module, name, None) for module in HELPERS for name in names - set(vars(math))]
    return bool(called) or any(_calls_libm(helper) for helper in helpers if isinstance(helper, FunctionType))
