"""Plain Python state that a function reads: numbers, flags and containers in closures, globals, defaults, attributes.

A recording contains its values as constants. Before a replay each is compared, and if one has changed the function is
recorded again. Detected state is what can be reached from the function by the names in its code and in the code of the
functions, methods and classes reached. Random generators and iterators among it are checked for draws.
"""

from __future__ import annotations

import functools
import io
import itertools
import operator
import os
import random
import sys
import types
import weakref
from array import array
from collections import ChainMap, UserDict, UserList, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from operator import is_
from types import FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from autograd._common.code import content_of, names_in
from autograd.engine import backend
from autograd.engine.backend import Value

__all__ = ["Draws", "Reached", "State", "States", "states_of"]

PLAIN: Final = (int, float, complex, bool, str, bytes, type(None))
_PLAIN: Final = frozenset(PLAIN)
ENTRIES: Final = 4096
"""Containers with more entries are compared by identity alone."""
BYTES: Final = 8 * ENTRIES
"""So are arrays of more bytes."""
MOST: Final = 1024
"""The number of functions, objects and containers that are searched; the nearest first."""
LIBRARIES: Final = frozenset({"autograd", "jax", "matplotlib", "nn", "numpy", "pandas", "scipy", "sklearn", "torch"})
"""Their code isn't looked through, as it has no state that a function sets; functions that they hold are."""
CONTAINERS: Final = (
    list, tuple, dict, set, frozenset, deque, UserList, UserDict, ChainMap, types.MappingProxyType, type(os.environ),
)  # fmt: skip
FIXED: Final = (*PLAIN, tuple, frozenset)
BUILT_IN: Final = (list, tuple, dict, set, frozenset)
BUFFERS: Final = (bytearray, memoryview, array)
MEMBERS: Final = (types.MemberDescriptorType, types.GetSetDescriptorType)
ANY_NAME: Final = frozenset({"__dict__", "getattr", "vars"})
"""Code with one of these names may read attributes whose names aren't in it."""
ENVIRONMENT: Final = frozenset({"environ", "getenv"})
"""Names of `os` that read environment variables."""
UNREAD: Final = frozenset({"__init__", "__new__", "__repr__", "__str__", "__del__", "__init_subclass__", "__reduce__"})
"""Special methods that operations on an existing object don't call."""

ENTRY, MEMBER, CELL, CODE, LIST, DICT, SIZE, CALL, HELD = range(9)
"""Kinds of places, numbered as in csrc/value/identity.h; C compares all but the last."""

Read = Callable[[], object]
_unchanged = getattr(backend._module, "_unchanged", None)


class Place(NamedTuple):
    """The location of a piece of state: a kind from ENTRY to HELD, its holder, and the key of an entry or a member."""

    kind: int
    holder: Any
    key: Any = None

    def read(self) -> object:
        """Return the object at this place."""
        kind, holder, key = self
        if kind == ENTRY:
            return holder.get(key)
        if kind == MEMBER:
            return vars(holder).get(key)
        if kind == CELL:
            return content_of(holder)
        if kind == CODE:
            return holder.__code__
        if kind == SIZE:
            return len(holder)
        return holder if kind == HELD else holder()


class State:
    """One piece of state: its name, how to read it, and its value at creation.

    `in_c` are the places with the objects expected there, for comparison in C; None if that needs Python.
    """

    __slots__ = ("_was", "in_c", "name", "place", "read")

    def __init__(self, name: str, read: Read, place: Place | None = None) -> None:
        self.name, self.place = name, place or Place(CALL, read)
        self.read = read
        x = read()
        self._was = _snapshot(x)
        self.in_c = None if _unchanged is None else self._in_c(x)

    def holds(self) -> bool:
        """Return whether it is unchanged."""
        x, was = self.read(), self._was
        if type(was) is _Entries:
            return was.are(x)
        return x is was or _same(_snapshot(x), was)

    def _in_c(self, x: object) -> list[tuple[int, object, object, object]] | None:
        kind, holder, key = self.place
        was = self._was
        if type(was) is _Bytes or (kind == CALL and holder() is not x):  # a new object at each call
            return None
        found: list[tuple[int, object, object, object]] = [] if kind == HELD else [(kind, holder, key, x)]
        if type(was) is _Entries and not isinstance(x, (tuple, frozenset)):
            if type(x) is list:
                found.append((LIST, x, None, tuple(was.entries)))
            elif type(x) is dict:
                half = len(was.entries) // 2
                pairs = zip(was.entries[:half], was.entries[half:], strict=True)
                found.append((DICT, x, None, tuple(itertools.chain.from_iterable(pairs))))
            else:
                return None
        return found


class States(Sequence[State]):
    """The state of one recording, compared before each of its replays."""

    def __init__(self, states: Iterable[State]) -> None:
        self._all = tuple(states)
        self._rest = tuple(state for state in self._all if state.in_c is None)
        self._places = tuple(place for state in self._all for place in state.in_c or ())

    def __getitem__(self, i: Any) -> Any:
        return self._all[i]

    def __len__(self) -> int:
        return len(self._all)

    def hold(self) -> bool:
        """Return whether all states are unchanged."""
        looked = self._all
        if self._places and _unchanged is not None and _unchanged(self._places):
            looked = self._rest  # otherwise an equal number may be there
        for state in looked:  # noqa: SIM110  # half the time of `all` on a generator, at each call
            if not state.holds():
                return False
        return True


def states_of(function: Callable[..., Any]) -> States:
    """Return the state that a function can reach by names in its code."""
    return States(Reached(function).states())


class _Entries:
    """The entries of a container: plain ones are compared by value, others by identity."""

    __slots__ = ("entries", "kind", "plain")

    def __init__(self, x: Any) -> None:
        self.kind, self.entries = type(x), _entries_of(x)
        self.plain = not _PLAIN.isdisjoint(map(type, self.entries))

    def are(self, x: Any) -> bool:
        """Return whether x is a container of the same type with these entries."""
        if type(x) is not self.kind:
            return False
        entries, found = self.entries, x if self.kind is list else _entries_of(x)
        if len(found) != len(entries):
            return False
        return all(map(is_, found, entries)) or (self.plain and all(map(_same, found, entries)))


class _Bytes(NamedTuple):
    """The content of a buffer or an array."""

    kind: type
    shape: object
    content: bytes


def _entries_of(x: Any) -> Sequence[Any]:
    if type(x) is list or type(x) is tuple:
        return [*x]
    if isinstance(x, Mapping):
        return [*x.keys(), *x.values()]
    return x.ravel().tolist() if hasattr(x, "ravel") else [*x]


def _snapshot(x: Any) -> Any:
    """Return an object to compare later: x itself, if only its identity counts."""
    if type(x) in _PLAIN:
        return x
    if isinstance(x, CONTAINERS):
        return _Entries(x) if len(x) <= ENTRIES else x
    if isinstance(x, BUFFERS):
        view = memoryview(x)
        return _Bytes(type(x), view.shape, view.tobytes()) if view.nbytes <= BYTES else x
    array_of = getattr(x, "to_numpy", None) if _package(type(x)) == "pandas" else None
    numpy, held = sys.modules.get("numpy"), array_of() if callable(array_of) else x
    if numpy is not None and isinstance(held, (numpy.ndarray, numpy.generic)) and held.nbytes <= BYTES:
        return _Entries(held) if held.dtype.hasobject else _Bytes(type(x), (held.dtype, held.shape), held.tobytes())
    return x


def _same(x: Any, y: Any) -> bool:
    """Return whether two snapshots, or plain entries of containers, are the same."""
    if x is y:
        return True
    if type(x) is not type(y):
        return False
    if type(x) in (float, complex):
        return repr(x) == repr(y)  # nan is unchanged, and 0.0 isn't -0.0
    return type(x) in (*PLAIN, _Bytes) and bool(x == y)


class Reached:
    """All objects that a function can reach by the names in its code.

    Attributes are followed if their names occur in any reached code, as names or as strings that may be passed to
    `getattr`; the search is therefore repeated if it passed by a name that was found later.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._names: set[str] = set()
        self._passed: set[str] = set()  # names that were not followed, as no code had them
        first = True
        while first or not self._passed.isdisjoint(self._names):
            first = False
            self._passed.clear()
            self._found: list[tuple[str, Place]] = []
            self._seen: dict[tuple[int, int], tuple[object, object]] = {}
            self._leaves: set[int] = set()
            self._waiting = deque([("", function, None)])
            while self._waiting:
                self._inside(*self._waiting.popleft())

    def leaves(self) -> set[int]:
        """Return the ids of the Values reached."""
        return self._leaves

    def states(self) -> list[State]:
        """Return the state as it is now."""
        return [State(name, place.read, place) for name, place in self._found]

    def draws(self) -> Draws:
        """Return an object that detects draws of random numbers, and advanced iterators, from now on."""
        return Draws([x for x, _ in self._seen.values()])

    def _variable(self, name: str, kind: int, holder: Any, key: Any = None) -> None:
        """Add a variable, and search the object it refers to."""
        place = Place(kind, holder, key)
        self._found.append((name, place))
        self._enter(name, place.read())

    def _enter(self, name: str, x: Any, owner: Any = None) -> None:
        """Queue an object for the search, a function as a method of its owner."""
        if type(x) in _PLAIN:
            return
        if isinstance(x, Value):
            self._leaves.add(id(x))
            return
        key = (id(x), id(owner))
        if key not in self._seen and len(self._seen) < MOST:
            self._seen[key] = (x, owner)
            self._waiting.append((name, x, owner))

    def _inside(self, name: str, x: Any, owner: Any) -> None:
        if type(x) in BUILT_IN:
            self._container(name, x)
            return
        where = f"{name}: " if name else ""
        if isinstance(x, FunctionType):
            self._function(name, where, x)
            self._enter(f"{where}self", owner)
        elif isinstance(x, MethodType):
            self._enter(name, x.__func__, x.__self__)
            self._enter(f"{where}self", x.__self__)  # of a function of C
        elif hasattr(type(x), "__self__"):  # a stored `d.get` or `rng.random`
            self._held(f"{where}self", x.__self__)
        elif isinstance(x, (functools.partial, functools.partialmethod)):
            for key, argument in [*enumerate(x.args), *x.keywords.items()]:
                self._held(f"{where}argument {key}", argument)
            self._found.append((f"{where}arguments by name", Place(HELD, x.keywords)))
            self._enter(name, x.func, owner)
        elif isinstance(x, (classmethod, staticmethod)):
            self._enter(name, x.__func__, owner)
        elif isinstance(x, (property, functools.cached_property)):
            self._enter(name, x.fget if isinstance(x, property) else x.func, owner)
        elif isinstance(x, ContextVar):
            self._variable(name, CALL, functools.partial(x.get, None))
        elif isinstance(x, weakref.ref):
            self._variable(name, CALL, x)
        elif isinstance(x, (operator.attrgetter, operator.methodcaller)):
            self._names |= {part for text in x.__reduce__()[1] if isinstance(text, str) for part in text.split(".")}
        elif isinstance(x, ModuleType):
            if _is_users_package(x.__name__.partition(".")[0]):
                self._attributes(name, x, vars(x))
            elif x is os and not self._passes(ENVIRONMENT):
                self._held("the environment", os.environ)
        else:
            self._object(name, x)

    def _function(self, name: str, where: str, function: FunctionType) -> None:
        users = _is_users_package(str(function.__globals__.get("__name__")).partition(".")[0])
        for cell_name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            if users or type(content_of(cell)) not in PLAIN:  # our wrapper may hold a user's function
                self._variable(f"{where}{cell_name}", CELL, cell)
        for kind in ("__defaults__", "__kwdefaults__"):
            if getattr(function, kind):
                self._variable(f"{where}{kind.strip('_')}", CALL, functools.partial(getattr, function, kind))
        self._attributes(name, function, vars(function))
        if not users:
            return
        self._found.append((f"{where}code", Place(CODE, function)))
        names, known = {*names_in(function.__code__)}, function.__globals__
        self._names |= names
        for each in sorted(names):
            if each in known:
                self._variable(f"{where}{each}", ENTRY, known, each)
            elif each in sys.modules:  # imported within the function
                self._enter(f"{where}{each}", sys.modules[each])

    def _object(self, name: str, x: Any) -> None:
        kind = type(x)
        if isinstance(x, CONTAINERS):
            self._container(name, x)
        attributes = _attributes_of(x)
        if isinstance(x, type):
            self._members(name, x, x)
        elif isinstance(attributes, dict):
            if _package(kind) not in LIBRARIES:  # a new attribute may hide one of the class
                self._found.append((f"{name}: attributes", Place(SIZE, attributes)))
            self._attributes(name, x, attributes, _package(kind) == "nn")
        self._members(name, kind, x)
        if _is_users(kind):
            self._found.append((f"{name}: class", Place(CALL, functools.partial(type, x))))

    def _container(self, name: str, x: Any) -> None:
        entries = _entries_of(x) if len(x) <= ENTRIES else ()
        if _are_values(entries):
            self._leaves.update(map(id, entries))
            return
        for i, entry in enumerate(entries):
            kind = type(entry)
            if kind is list and _are_values(entry) and len(entry) <= ENTRIES:  # such as the weights of a neuron
                self._found.append((f"{name}[{i}]", Place(HELD, entry)))
                self._leaves.update(map(id, entry))
            elif kind not in _PLAIN and (kind is not tuple or not _PLAIN.issuperset(map(type, entry))):
                self._held(f"{name}[{i}]", entry)

    def _held(self, name: str, x: Any) -> None:
        """Add an object whose place is fixed: only its content can change."""
        changes = len(x) <= ENTRIES if type(x) is list else not isinstance(x, FIXED) and _snapshot(x) is not x
        if changes:
            self._found.append((name, Place(HELD, x)))
        self._enter(name, x)

    def _attributes(self, where: str, x: Any, attributes: dict[str, Any], everything: bool = False) -> None:
        """Add the attributes that code names, or all those of a module of a network."""
        everything = everything or (not isinstance(x, (FunctionType, ModuleType)) and not self._passes(ANY_NAME))
        for name in [*attributes]:
            if name == "__wrapped__" or (name in self._names if not everything else isinstance(name, str)):
                self._variable(f"{where}.{name}", ENTRY, attributes, name)
            else:
                self._passed.add(name)

    def _passes(self, names: frozenset[str]) -> bool:
        """Return whether no code has one of these names; note them if so."""
        unknown = self._names.isdisjoint(names)
        if unknown:
            self._passed |= names
        return unknown

    def _members(self, where: str, kind: type, owner: Any) -> None:
        """Add the members of a class and its bases that code names, and special methods that operations call."""
        below: list[type] = []
        for part in filter(_is_users, kind.__mro__):
            for name, member in [*vars(part).items()]:
                called = isinstance(member, FunctionType) and (name == "forward" or name[:2] == "__")
                if name not in self._names:
                    self._passed.add(name)
                if isinstance(member, MEMBERS):
                    if name in self._names and not isinstance(owner, type):
                        self._variable(f"{where}.{name}", CALL, functools.partial(getattr, owner, name, None))
                elif name in self._names or (called and (name not in UNREAD or isinstance(owner, type))):
                    # None in a subclass, as long as that doesn't define the member itself
                    self._found += [(f"{where}.{name}", Place(MEMBER, each, name)) for each in (*below, part)]
                    self._enter(f"{where}.{name}", member, owner)
            below.append(part)


def _are_values(entries: Sequence[object]) -> bool:
    return operator.countOf(map(type, entries), Value) == len(entries)  # faster than a set of the types


def _attributes_of(x: Any) -> object:
    try:
        return getattr(x, "__dict__", None)
    except Exception:  # of a `__getattr__` that doesn't follow the protocol
        return None


def _package(x: object) -> str:
    """Return the package in which a class or a function was defined, or an empty string."""
    module = getattr(x, "__module__", None)
    return module.partition(".")[0] if isinstance(module, str) else ""


def _is_users(x: object) -> bool:
    return _is_users_package(_package(x))


def _is_users_package(name: str) -> bool:
    return name not in LIBRARIES and (name not in sys.stdlib_module_names or name == "__main__")


class Draws:
    """Whether random numbers were drawn: from `random`, numpy's global generator, or a given one.

    Given iterators count as well: a replay can't advance them.
    """

    def __init__(self, given: Sequence[object]) -> None:
        self._reads = [read for read in map(_state_of, (random, _numpy_random(), *given)) if read is not None]
        self._before = [read() for read in self._reads]

    def any(self) -> bool:
        """Return whether any have been drawn."""
        return any(read() != before for read, before in zip(self._reads, self._before, strict=True))


def _numpy_random() -> Any:
    if "numpy" not in sys.modules:
        return None
    import numpy.random  # lazily imported by numpy too

    return numpy.random.mtrand._rand


def _state_of(x: Any) -> Read | None:
    """Return how to read a generator's state as a comparable object; None if x isn't a generator."""
    if x is random or (isinstance(x, random.Random) and not isinstance(x, random.SystemRandom)):
        return x.getstate
    if isinstance(x, GeneratorType):
        return lambda: (x.gi_frame is None, getattr(x.gi_frame, "f_lasti", 0), str(getattr(x.gi_frame, "f_locals", 0)))
    if isinstance(x, Iterator) and hasattr(x, "__length_hint__"):
        return functools.partial(operator.length_hint, x)
    if isinstance(x, itertools.count):
        return lambda: repr(x)
    if isinstance(x, Iterator) and isinstance(type(x).__next__, FunctionType):
        return states_of(x.__next__).hold  # what its own code reads
    if isinstance(x, Iterator) and not isinstance(x, io.IOBase):
        return object  # such as a map: what is left can't be read, and it is of no use but to be advanced
    numpy = sys.modules.get("numpy.random")
    if numpy is not None and isinstance(x, (numpy.Generator, numpy.BitGenerator)):
        bits = getattr(x, "bit_generator", x)
        return lambda: repr(bits.state)
    if numpy is not None and isinstance(x, numpy.RandomState):
        return lambda: repr((*x.get_state()[2:], x.get_state()[1].tobytes()))
    return None
