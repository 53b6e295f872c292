"""Tests for numbers, and the JSON spelling of infinities and nan."""

from __future__ import annotations

import math
import operator
from numbers import Complex, Real
from typing import Final

__all__ = ["from_json", "is_number", "not_a_number", "shown", "to_json", "whole_number"]

_NOT_FINITE: Final = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}


def is_number(x: object) -> bool:
    """Return whether `x` is one real number.

    Floats, ints, bools, NumPy scalars and 0-d arrays are, and any other object with `__float__` and no length. Complex
    numbers are not, although NumPy's have a `__float__`, which drops the imaginary part; nor are masked entries.

    Examples
    --------
    >>> is_number(2), is_number("2"), is_number(1 + 2j), is_number([2.0])
    (True, False, False, False)
    """
    kind = type(x)
    if issubclass(kind, (float, int)):
        return True
    if not hasattr(kind, "__float__") or (issubclass(kind, Complex) and not issubclass(kind, Real)):
        return False
    if getattr(getattr(x, "dtype", None), "kind", "f") not in "fiubO":  # complex numbers, dates and strings
        return False
    if not hasattr(kind, "__len__"):
        return True
    item = getattr(x, "item", None)
    whole = getattr(x, "shape", None) == () and callable(item) and not getattr(x, "mask", False)
    return whole and is_number(item())  # type: ignore[misc]


def whole_number(x: object) -> int | None:
    """Return `x` as an int if it is an integer, NumPy's included; None for anything else, bools included.

    Examples
    --------
    >>> whole_number(3), whole_number(3.0), whole_number(True)
    (3, None, None)
    """
    if isinstance(x, bool) or not hasattr(type(x), "__index__"):
        return None
    try:
        return operator.index(x)  # type: ignore[arg-type]
    except TypeError:  # such as an array of several numbers
        return None


def shown(x: object) -> str:
    """Return an object's shortened repr and its type, for error messages."""
    text = repr(x)
    return f"{text if len(text) <= 50 else text[:49] + '…'} ({type(x).__name__})"


def not_a_number(x: object) -> str:
    """Return the text for an object that isn't a single number, with advice if it holds several.

    Examples
    --------
    >>> not_a_number("3")
    "'3' (str)"
    >>> not_a_number([1.0, 2.0])
    '[1.0, 2.0] (list); a Value is one number: take each by itself, or pass arrays to a function that ag.compile made'
    """
    several = isinstance(x, (list, tuple)) or hasattr(type(x), "__array__")
    advice = "; a Value is one number: take each by itself, or pass arrays to a function that ag.compile made"
    return shown(x) + (advice if several else "")


def to_json(number: float) -> float | str:
    """Return a number for JSON: infinities and nan as the strings that `float` and JavaScript's `Number` read.

    Examples
    --------
    >>> to_json(0.5), to_json(math.inf), to_json(-math.inf), to_json(math.nan)
    (0.5, 'Infinity', '-Infinity', 'NaN')
    """
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def from_json(entry: object) -> object:
    """Invert `to_json`; other objects are returned unchanged.

    Examples
    --------
    >>> from_json("-Infinity"), from_json(0.5), from_json("w")
    (-inf, 0.5, 'w')
    """
    return _NOT_FINITE.get(entry, entry) if isinstance(entry, str) else entry
