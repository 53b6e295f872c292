"""Plain Python state that a function reads: numbers, flags and small containers in closures, globals and attributes.

A recording contains its values as constants. Before a replay each is compared, and if one has changed the function is
recorded again. Detected state is what the function's code names, and in turn what the functions and objects named there
name; generators (`random`, numpy's global one, and those named) are checked for draws.
"""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from operator import is_
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from autograd.engine.backend import Value

__all__ = ["Draws", "State", "still", "states_of"]

PLAIN: Final = (int, float, complex, bool, str, bytes, type(None))
SMALL: Final = 64
"""Containers with more entries are looked at by identity alone."""
MOST: Final = 192
"""How many functions and objects are looked through: of a chain of them fewer than Python's frames."""
OURS: Final = frozenset({"autograd", "nn", "numpy", "scipy"})


class State:
    """One piece of state: its name, how to read it, and its value at creation."""

    __slots__ = ("_entries", "_fixed", "_was", "name", "read")

    def __init__(self, name: str, read: Callable[[], object]) -> None:
        self.name, self.read = name, read
        x = read()
        self._was = _snapshot(x)
        # Immutable objects are compared by identity.
        self._fixed = x if type(x) in PLAIN or isinstance(self._was, _Identity) else self
        # So is a list of such objects.
        self._entries = [*x] if type(x) is list and all(map(_is_fixed, self._was[1:])) else None

    def holds(self) -> bool:
        """Return whether it is unchanged."""
        x = self.read()
        if x is self._fixed:
            return True
        entries = self._entries
        if entries is not None and type(x) is list and len(x) == len(entries) and all(map(is_, x, entries)):
            return True
        return _same(_snapshot(x), self._was)


def still(states: Sequence[State]) -> bool:
    """Return whether all states are unchanged."""
    for state in states:  # noqa: SIM110  # half the time of `all` on a generator, at each call
        if state.read() is not state._fixed and not state.holds():
            return False
    return True


def states_of(function: Callable[..., Any]) -> list[State]:
    """Return the state that a function's code names."""
    return [State(name, read) for name, read in _Reader().of_callable(function, "")]


def _same(x: Any, y: Any) -> bool:
    if x is y:
        return True
    if type(x) is not type(y) or not isinstance(x, (*PLAIN, tuple)):
        return False
    if isinstance(x, tuple):
        return len(x) == len(y) and all(map(_same, x, y))
    return bool(x == y) or (x != x and y != y)


def _is_fixed(snapshot: object) -> bool:
    return type(snapshot) in PLAIN or isinstance(snapshot, _Identity)


class _Identity(NamedTuple):
    """An object compared by identity."""

    number: int


def _snapshot(x: Any, budget: int = SMALL) -> Any:
    """Return an object that compares equal as long as plain state is unchanged."""
    kind = type(x)
    if kind in PLAIN:
        return x
    if kind in (list, tuple, set, frozenset, dict) and len(x) <= budget:
        entries = [*x.items()] if kind is dict else [*x]
        left = budget - len(entries)
        return (kind.__name__, *[_snapshot(entry, left) for entry in entries])
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(x, numpy.generic):
        return x.item()
    if numpy is not None and isinstance(x, numpy.ndarray) and x.dtype != object and x.size <= SMALL:
        return ("array", x.shape, x.tobytes())
    return _Identity(id(x))


class _Reader:
    """Finds the state named by functions and objects, visiting each once."""

    def __init__(self) -> None:
        self.seen: set[tuple[object, ...]] = set()

    def of_callable(self, function: Any, where: str) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield the name of each state and how to read it."""
        while isinstance(function, functools.partial):
            for name, x in [*enumerate(function.args), *function.keywords.items()]:
                yield from self.of_named(f"{where}argument {name}", functools.partial(_itself, x), ())
            function = function.func
        if isinstance(function, MethodType):
            yield from self.of_code(function.__func__, function.__self__, where)
        elif isinstance(function, FunctionType):
            yield from self.of_code(function, None, where)
        else:
            for part in (function, *_modules_below(function)):
                for name in ("__call__", "forward"):  # by which a module is called
                    called = getattr(type(part), name, None)
                    if isinstance(called, FunctionType) and _is_users(called):
                        yield from self.of_code(called, part, where)

    def of_code(self, function: Any, owner: Any, where: str) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield the state named by a Python function, or by a method of `owner`."""
        function = getattr(function, "__wrapped__", function)
        key = (id(function), id(owner))
        if not isinstance(function, FunctionType) or key in self.seen or len(self.seen) > MOST:
            return
        self.seen.add(key)
        names = [*_names(function.__code__)]
        users = _is_users_module(function.__globals__.get("__name__", ""))
        found: list[tuple[str, Callable[[], object]]] = []
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            if users or not isinstance(_content(cell), PLAIN):  # our wrapper may hold a user's function
                found.append((name, functools.partial(_content, cell)))
        if users:
            known = function.__globals__
            found += [(name, functools.partial(known.get, name)) for name in names if name in known]
        if function.__defaults__:
            yield f"{where}defaults", lambda: function.__defaults__
        if function.__kwdefaults__:
            yield f"{where}keyword defaults", lambda: function.__kwdefaults__
        for name, read in found:
            yield from self.of_named(f"{where}{name}", read, names)
        if owner is not None:
            yield from self.of_attributes(f"{where}self", owner, names)

    def of_named(
        self, name: str, read: Callable[[], object], names: Sequence[str]
    ) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield a variable, and the state of the object it refers to."""
        x = read()
        if isinstance(x, ModuleType):
            if _is_users_module(x.__name__):
                for inner in names:
                    if inner in vars(x) and not isinstance(vars(x)[inner], ModuleType):
                        yield from self.of_named(f"{name}.{inner}", functools.partial(vars(x).get, inner), ())
            return
        yield name, read
        if isinstance(x, (FunctionType, MethodType, functools.partial)):
            yield from self.of_callable(x, f"{name}: ") if _is_users(x) else ()
        elif not isinstance(x, (*PLAIN, Value, type, list, tuple, dict, set)):
            yield from self.of_attributes(name, x, names)
            yield from self.of_callable(x, f"{name}: ")

    def of_attributes(self, where: str, owner: Any, names: Sequence[str]) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield the attributes of an object that the code names, and those named by the methods it names."""
        key = (id(owner), *names)  # another function may name other attributes of it
        attributes = getattr(owner, "__dict__", None)
        if key in self.seen or not isinstance(attributes, dict) or isinstance(owner, type) or len(self.seen) > MOST:
            return
        self.seen.add(key)
        for name in names:
            if name in attributes and not isinstance(attributes[name], Value):
                yield from self.of_named(f"{where}.{name}", functools.partial(attributes.get, name), names)
            method = getattr(type(owner), name, None) if _is_users(type(owner)) else None
            if isinstance(method, FunctionType):
                yield from self.of_code(method, owner, f"{where}.{name}: ")


def _names(code: CodeType) -> Iterator[str]:
    """Return the names in a function's code and in the functions defined in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _modules_below(module: Any) -> Iterator[Any]:
    """Yield the submodules of an `nn` module, as it may call any of them."""
    below = getattr(type(module), "modules", None)
    if isinstance(below, FunctionType) and not _is_users(below):
        yield from (part for part in below(module) if part is not module)


def _itself(x: object) -> object:
    return x


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # an empty cell
        return None


def _is_users(x: Any) -> bool:
    while isinstance(x, functools.partial):
        x = x.func
    return _is_users_module(getattr(x, "__module__", None) or "")


def _is_users_module(name: str | None) -> bool:
    package = (name or "").partition(".")[0]  # None for code that was run without a module
    return package not in OURS and (package not in sys.stdlib_module_names or package == "__main__")


class Draws:
    """Whether random numbers were drawn: from `random`, numpy's global generator, or one that the code names."""

    def __init__(self, function: Callable[..., Any]) -> None:
        generators = [read() for _, read in _Reader().of_callable(function, "")]
        self._reads = [read for read in map(_state_of, (random, _numpy_random(), *generators)) if read is not None]
        self._before = [read() for read in self._reads]

    def any(self) -> bool:
        """Return whether any have been drawn."""
        return any(read() != before for read, before in zip(self._reads, self._before, strict=True))


def _numpy_random() -> Any:
    if "numpy" not in sys.modules:
        return None
    import numpy.random  # lazily imported by numpy too

    return numpy.random.mtrand._rand


def _state_of(x: Any) -> Callable[[], object] | None:
    """Return how to read a generator's state as a comparable object; None if x isn't a generator."""
    if x is random or isinstance(x, random.Random):
        return x.getstate
    numpy = sys.modules.get("numpy.random")
    if numpy is not None and isinstance(x, numpy.Generator):
        return lambda: repr(x.bit_generator.state)
    if numpy is not None and isinstance(x, numpy.RandomState):
        return lambda: repr((*x.get_state()[2:], x.get_state()[1].tobytes()))
    return None
