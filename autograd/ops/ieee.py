"""IEEE 754 arithmetic on plain floats: the results of C's libm where Python's `math` would raise.

`math.exp(1000)` raises `OverflowError` and `math.log(-1)` raises `ValueError`; here they are `inf` and `nan`.
Other results are those of the platform's libm to the last bit, so that the C backend can be compared exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import asinh, atan, atan2, copysign, erf, erfc, inf, nan, tanh

__all__ = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "copysign", "cos", "cosh", "div", "erf", "erfc", "exp",
    "expm1", "floor", "fmod", "inf", "log", "log10", "log1p", "log2", "nan", "pow", "sin", "sinh", "sqrt", "tan",
    "tanh",
]  # fmt: skip


def div(x: float, y: float) -> float:
    """Return x / y; x / ±0 is an infinity with the sign of the quotient, or nan for 0 / 0.

    Examples
    --------
    >>> div(1.0, -0.0), div(0.0, 0.0)
    (-inf, nan)
    """
    try:
        return x / y
    except ZeroDivisionError:
        return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def pow(x: float, y: float) -> float:
    """Return x to the y as C's `pow` does: (−0)⁻³ is −inf, (−8)^0.5 is nan, 10^400 is inf.

    Examples
    --------
    >>> pow(-0.0, -3.0), pow(-8.0, 0.5), pow(-10.0, 401.0)
    (-inf, nan, -inf)
    """
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and _is_odd(y) else inf
    except ValueError:
        if x != 0.0:
            return nan
        return copysign(inf, x) if _is_odd(y) else inf


def fmod(x: float, y: float) -> float:
    """Return the remainder of x / y with the sign of x, exactly; nan for infinite x and for y = 0.

    Examples
    --------
    >>> fmod(-7.0, 3.0), fmod(1.0, 0.0)
    (-1.0, nan)
    """
    try:
        return math.fmod(x, y)
    except ValueError:
        return nan


def floor(x: float) -> float:
    """Return the largest whole number that is at most x, as a float.

    Examples
    --------
    >>> floor(-2.5), floor(inf)
    (-3.0, inf)
    """
    return float(math.floor(x)) if 0.0 < abs(x) < 2.0**52 else x


def _is_odd(y: float) -> bool:
    return abs(y) != inf and math.fmod(y, 2.0) in (1.0, -1.0)  # Python 3.10 asks about 0 to the -inf


def _grows(name: str) -> Callable[[float], float]:
    """Return `math`'s function of that name, with ±inf where the result is too large for a double."""
    raw: Callable[[float], float] = getattr(math, name)
    odd = name == "sinh"

    def ieee(x: float) -> float:
        try:
            return raw(x)
        except OverflowError:
            return -inf if odd and x < 0.0 else inf

    ieee.__name__ = name
    ieee.__doc__ = f"Return {name}(x); an infinity where it overflows."
    return ieee


def _bounded(name: str, pole: float | None = None, at_pole: float = inf) -> Callable[[float], float]:
    """Return `math`'s function of that name, with nan outside its domain and `at_pole` at its pole."""
    raw: Callable[[float], float] = getattr(math, name)

    def ieee(x: float) -> float:
        try:
            return raw(x)
        except ValueError:
            return at_pole if x == pole else nan

    ieee.__name__ = name
    ieee.__doc__ = f"Return {name}(x); nan outside its domain."
    return ieee


def atanh(x: float) -> float:
    """Return the inverse hyperbolic tangent; ±inf at ±1, nan beyond."""
    if x == 1.0 or x == -1.0:
        return copysign(inf, x)
    return _atanh(x)


exp, expm1, sinh, cosh = (_grows(name) for name in ("exp", "expm1", "sinh", "cosh"))
sin, cos, tan, sqrt, asin, acos, acosh, _atanh = (
    _bounded(name) for name in ("sin", "cos", "tan", "sqrt", "asin", "acos", "acosh", "atanh")
)
log, log2, log10 = (_bounded(name, pole=0.0, at_pole=-inf) for name in ("log", "log2", "log10"))
log1p = _bounded("log1p", pole=-1.0, at_pole=-inf)
