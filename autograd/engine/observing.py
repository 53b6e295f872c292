"""Observation of every access to a value's number, on which Python code may branch, for recording.

Methods of the Python backend's `Value` are wrapped only while a recording is open, so that observation otherwise costs
nothing. The C backend tests a flag.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import getattr_static
from typing import Any, Final

from autograd.engine import modes

__all__ = ["observe"]

KINDS: Final = {
    "__float__": "float", "__int__": "int", "__bool__": "bool", "__round__": "round", "__trunc__": "trunc",
    "__floor__": "floor", "__ceil__": "ceil", "__eq__": "==", "__ne__": "!=", "__lt__": "<", "__le__": "<=",
    "__gt__": ">", "__ge__": ">=", "zero_grad": "set_grad",
}  # fmt: skip


def observe(kind: type[Any]) -> Callable[[int, frozenset[int] | None], None]:
    """Return a listener for `modes` that wraps the methods of a class of Values while something records."""
    bare = {name: getattr_static(kind, name) for name in (*KINDS, "data", "grad")}
    wrapped: dict[str, Any] = {name: _observed(what, bare[name]) for name, what in KINDS.items()}
    wrapped["data"] = property(
        _observed("data", bare["data"].fget), _setter("set", bare["data"].fset), doc=bare["data"].__doc__
    )
    wrapped["grad"] = property(
        _observed("grad", bare["grad"].fget), _setter("set_grad", bare["grad"].fset), doc=bare["grad"].__doc__
    )
    now = bare

    def listen(active: int, elsewhere: frozenset[int] | None) -> None:
        nonlocal now
        wanted = bare if elsewhere is None else wrapped
        if wanted is not now:
            now = wanted
            for name, method in wanted.items():
                setattr(kind, name, method)

    return listen


def _observed(kind: str, method: Callable[..., Any]) -> Callable[..., Any]:
    def observed(self: Any, *more: Any, **named: Any) -> Any:
        try:
            outcome = method(self, *more, **named)
        except (ValueError, OverflowError):  # such as int(nan): whether it raises depends on the number
            modes.observed("float", self, None, self._number)
            raise
        other = more[0] if more else next(iter(named.values()), None)
        return outcome if outcome is NotImplemented else modes.observed(kind, self, other, outcome)

    return wraps(method)(observed) if hasattr(method, "__name__") else observed


def _setter(kind: str, setter: Callable[..., None]) -> Callable[..., None]:
    def observed(self: Any, number: Any) -> None:
        setter(self, number)
        modes.observed(kind, self, None, None)

    return observed
