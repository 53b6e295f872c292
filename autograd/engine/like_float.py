"""The methods by which a Value behaves like a float: conversions, comparisons, formatting; and its signature.

Comparisons and conversions read the number; a recording for replay observes this, see `observing`.
"""

from __future__ import annotations

import inspect
import math
from typing import Any, Final

from autograd._common.numbers import is_number, shown

__all__ = ["LikeFloat", "Signature"]


class LikeFloat:
    """Conversions and comparisons of a float."""

    __slots__ = ()

    # Between those of NumPy's scalars, which leave operators to us, and of arrays, which apply them to each entry.
    __array_priority__: Final = -1.0

    _number: float
    label: str

    def __float__(self) -> float:
        return self._number

    def __int__(self) -> int:
        return int(self._number)

    def __bool__(self) -> bool:
        return bool(self._number)

    def __round__(self, ndigits: int | None = None) -> float:
        return round(self._number, ndigits)

    def __trunc__(self) -> int:
        return math.trunc(self._number)

    def __floor__(self) -> int:
        return math.floor(self._number)

    def __ceil__(self) -> int:
        return math.ceil(self._number)

    def __format__(self, specification: str) -> str:
        return format(self._number, specification) if specification else repr(self)

    def __eq__(self, other: object) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._number == number

    def __ne__(self, other: object) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._number != number

    def __lt__(self, other: LikeFloat | float) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._number < number

    def __le__(self, other: LikeFloat | float) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._number <= number

    def __gt__(self, other: LikeFloat | float) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._number > number

    def __ge__(self, other: LikeFloat | float) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._number >= number

    def __pos__(self) -> Any:
        return self

    def __divmod__(self, other: Any) -> Any:
        x: Any = self
        return x // other, x % other

    def __rdivmod__(self, other: Any) -> Any:
        x: Any = self
        return other // x, other % x

    def __repr__(self) -> str:
        gradient = getattr(self, "_grad", 0.0)  # repr is not an observation
        grad = f", grad={gradient:.4g}" if gradient else ""
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}({self._number:.4g}{grad}{label})"

    __hash__ = object.__hash__

    @property
    def __class__(self) -> Any:
        """The class; it determines the memory layout of a node and can't be set."""
        return type(self)

    @__class__.setter
    def __class__(self, kind: object) -> None:
        raise TypeError(f"__class__: the class of a Value can't be changed, got {shown(kind)}")


def _comparable(other: Any) -> float | None:
    if isinstance(other, LikeFloat):
        return other._number
    if isinstance(other, int):
        return other  # may be an int larger than any float
    return float(other) if is_number(other) else None


class Signature:
    """The signature of a class of Values for `inspect`: that of `__init__`, since `__new__` takes anything."""

    def __get__(self, instance: object, owner: type[Any]) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")
        base = next(kind for kind in owner.__mro__ if self in vars(kind).values())
        called = "__init__" if owner.__new__ is base.__new__ else "__new__"
        made = getattr(owner, called)
        parameters = list(inspect.signature(made).parameters.values())[1:]
        if made is vars(base)["__init__"]:  # as the C backend does
            parameters = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
        return inspect.Signature(parameters)
