"""Functions composed of ops: limits, extremes of a sequence, products, variance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, overload

from autograd.engine import backend, modes
from autograd.engine.operands import sequence_of

if TYPE_CHECKING:
    from autograd.engine.value import Operand, Value

__all__ = ["clip", "max", "min", "prod", "std", "var"]


@overload
def max(x: float, y: float, /) -> float: ...  # type: ignore[overload-overlap]
@overload
def max(x: Operand, y: Operand, /) -> Value: ...
@overload
def max(values: Iterable[Operand], /) -> Value: ...
def max(*operands: Any, **named: Any) -> Any:
    """Largest of two operands, or of a sequence of one or more; a float if none is a Value.

    Tied operands share the derivative equally.

    Examples
    --------
    >>> max(backend.Value(1.0), 2.0), max([backend.Value(1.0), 5, 3.5])
    (Value(2), Value(5))
    """
    return _extreme("max", backend.max, operands, named)


@overload
def min(x: float, y: float, /) -> float: ...  # type: ignore[overload-overlap]
@overload
def min(x: Operand, y: Operand, /) -> Value: ...
@overload
def min(values: Iterable[Operand], /) -> Value: ...
def min(*operands: Any, **named: Any) -> Any:
    """Smallest of two operands, or of a sequence of one or more; a float if none is a Value.

    Tied operands share the derivative equally.

    Examples
    --------
    >>> min(backend.Value(1.0), 2.0), min([backend.Value(1.0), 5, 3.5])
    (Value(1), Value(1))
    """
    return _extreme("min", backend.min, operands, named)


def _extreme(name: str, of_two: Callable[..., Any], operands: tuple[Any, ...], named: dict[str, Any]) -> Any:
    if len(operands) != 1 or named or isinstance(operands[0], backend.Value):
        return of_two(*operands, **named)
    values = sequence_of(name, "values", operands[0], 1)
    if not any(isinstance(x, backend.Value) for x in values) or len(values) < 3:
        return reduce(of_two, values)
    recording = modes.recorder() is not None
    if not recording and 0.0 < _ties(values, reduce(of_two, map(_number, values))) < 3.0:
        return reduce(of_two, values)
    of_all, equal, shared = (_hidden(op) for op in (f"{name}_of_all", "equal", "shared"))
    extreme = reduce(of_all, values)
    ties = backend.sum([equal(x, extreme) for x in values]) if recording else _ties(values, extreme.data)
    return shared(extreme, ties)


def _hidden(op: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(backend, op)
    return function


def _ties(values: Sequence[Any], extreme: float) -> float:
    return float(sum(_number(x) == extreme for x in values))


def _number(x: Any) -> float:
    return x.data if isinstance(x, backend.Value) else x


def clip(x: Operand, low: Operand, high: Operand) -> Any:
    """Limit x to [low, high], as min(max(x, low), high); a float if no operand is a Value.

    At a limit, x and the limit each get half of the derivative; outside, the limit gets all of it.

    Examples
    --------
    >>> clip(backend.Value(1.5), 0.0, 1.0), clip(0.5, 0.0, 1.0)
    (Value(1), 0.5)
    """
    return backend.min(backend.max(x, low), high)


def prod(values: Iterable[Operand]) -> Any:
    """Product of any number of values, from left to right; 1 if there are none, a float if none is a Value.

    Examples
    --------
    >>> prod([backend.Value(2.0), 3, 0.5])
    Value(3)
    """
    return reduce(backend.mul, sequence_of("prod", "values", values), 1.0)


def var(values: Iterable[Operand], ddof: int = 0) -> Any:
    """Variance of one or more values: Σ (x − mean)² / (n − ddof); a float if none is a Value.

    Parameters
    ----------
    values : iterable of Value or number
        At least one.
    ddof : int
        0 for the population variance, 1 for the unbiased sample variance.

    Raises
    ------
    ValueError
        If there are `ddof` values or fewer.

    Examples
    --------
    >>> var([backend.Value(1.0), 2.0, 6.0])
    Value(4.667)
    """
    deviations, divisor = _deviations("var", values, ddof)
    return backend.div(backend.dot(deviations, deviations), divisor)


def std(values: Iterable[Operand], ddof: int = 0) -> Any:
    """Standard deviation, the square root of `var`; where all values are equal its derivatives are 0.

    Examples
    --------
    >>> std([backend.Value(1.0), 2.0, 6.0])
    Value(2.16)
    """
    deviations, divisor = _deviations("std", values, ddof)
    return backend.div(reduce(backend.hypot, _largest_first(deviations), 0.0), math.sqrt(divisor))


def _largest_first(values: Sequence[Any]) -> list[Any]:
    """Return the same values with one of the largest size first: then no `hypot` of them is at its kink at (0, 0)."""
    recording = modes.recorder() is not None
    largest, rest = values[0], []
    for x in values[1:]:
        if recording:
            size = backend.abs(largest)
            keeps = _hidden("equal")(backend.max(size, backend.abs(x)), size)
            rest.append(backend.where(keeps, x, largest))
            largest = backend.where(keeps, largest, x)
        elif abs(_number(largest)) >= abs(_number(x)):
            rest.append(x)
        else:
            rest.append(largest)
            largest = x
    return [largest, *rest]


def _deviations(name: str, values: Iterable[Operand], ddof: int) -> tuple[list[Any], float]:
    operands = sequence_of(name, "values", values, 1)
    if len(operands) <= ddof:
        raise ValueError(f"{name}: needs more than ddof = {ddof!r} values, got {len(operands)}")
    mean = backend.mean(operands)
    return [backend.sub(x, mean) for x in operands], float(len(operands) - ddof)
