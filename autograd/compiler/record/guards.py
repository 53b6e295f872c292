"""Guards: tests whether comparisons and conversions have the same outcome as when the graph was recorded."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from autograd.compiler.record.tape import Guard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["described", "holds"]

COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def holds(guard: Guard, value: Array, other: Array | None) -> Array:
    """Return for each sample whether a guard has the recorded outcome."""
    import numpy as np

    held: Any
    if other is not None:
        held = COMPARISONS[guard.kind](value, other) == guard.outcome
    elif guard.kind == "finite":
        held = np.isfinite(value) == guard.outcome
    elif guard.kind == "bool":
        held = (value != 0.0) == guard.outcome
    elif guard.kind in ("float", "data"):
        number = np.float64(guard.outcome)
        held = (value == number) & (np.signbit(value) == np.signbit(number)) | (np.isnan(value) & np.isnan(number))
    elif guard.kind == "round":
        held = np.array([math.isfinite(x) and round(x, guard.digits) == guard.outcome for x in value.tolist()], bool)
    else:
        rounded = {"int": np.trunc, "trunc": np.trunc, "floor": np.floor, "ceil": np.ceil}[guard.kind](value)
        held = rounded == float(guard.outcome)
    result: Array = held
    return result


def described(guard: Guard, name_of: Callable[[int], str]) -> str:
    """Return a guard as a Python expression, with names for the entries of the tape."""
    name = name_of(guard.node)
    if guard.other is not None:
        return f"{name} {guard.kind} {name_of(guard.other)}"
    if guard.kind == "data":
        return f"{name}.data"
    return f"{guard.kind}({name}{'' if guard.digits is None else f', {guard.digits}'})"
