"""Guards: questions that Python asked of recorded values, and whether they get the same answers."""

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

__all__ = ["answers", "described"]

COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def answers(guard: Guard, asked: Array, other: Array | None) -> Array:
    """Return for each sample whether the question gets the recorded answer."""
    import numpy as np

    held: Any
    if other is not None:
        held = COMPARISONS[guard.kind](asked, other) == guard.outcome
    elif guard.kind == "finite":
        held = np.isfinite(asked) == guard.outcome
    elif guard.kind == "bool":
        held = (asked != 0.0) == guard.outcome
    elif guard.kind in ("float", "data"):
        number = np.float64(guard.outcome)
        held = (asked == number) & (np.signbit(asked) == np.signbit(number)) | (np.isnan(asked) & np.isnan(number))
    elif guard.kind == "round":
        held = np.array([math.isfinite(x) and round(x, guard.digits) == guard.outcome for x in asked.tolist()], bool)
    else:
        rounded = {"int": np.trunc, "trunc": np.trunc, "floor": np.floor, "ceil": np.ceil}[guard.kind](asked)
        held = rounded == float(guard.outcome)
    result: Array = held
    return result


def described(guard: Guard, name_of: Callable[[int], str]) -> str:
    """Return a guard as it stood in the code, with names for the entries of the tape."""
    name = name_of(guard.node)
    if guard.other is not None:
        return f"{name} {guard.kind} {name_of(guard.other)}"
    if guard.kind == "data":
        return f"{name}.data"
    return f"{guard.kind}({name}{'' if guard.digits is None else f', {guard.digits}'})"
