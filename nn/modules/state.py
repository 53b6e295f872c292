"""The parts of a module by name, and its numbers: read together, written all or none."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set, ValuesView
from dataclasses import dataclass
from operator import countOf
from types import GeneratorType, SimpleNamespace
from typing import Any, ClassVar

from autograd.engine.backend import Value
from nn._common.checks import flattened, number_of, shape_of

__all__ = ["PLAIN", "Entry", "Stateful", "entries", "is_row", "load", "opened", "parts", "walk"]

PLAIN = (str, int, float, bool, type(None))
"""Types without parameters."""


class Stateful:
    """Base of `Module`."""

    buffers: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Entry:
    """An entry of a state: Values in nested lists of some shape, or a number that is an attribute of a module."""

    name: str
    content: Any  # a Value, or nested lists of them; for a buffer its attribute's name
    shape: tuple[int | str, ...] = ()
    owner: Stateful | None = None  # of a buffer

    def read(self) -> Any:
        """Return the number, or nested lists of numbers."""
        return _numbers_in(self.content) if self.owner is None else float(self.attribute())

    def attribute(self) -> Any:
        """Return the attribute of a buffer, unconverted."""
        return getattr(self.owner, self.content)

    def values(self) -> list[Value]:
        """Return the parameters row by row; none for a buffer."""
        return flattened(self.content, self.shape) if self.owner is None else []


def opened(part: Any) -> Any:
    """Return a container as a list, tuple or dict, and other objects unchanged."""
    kind = type(part)
    if kind is dict and any(isinstance(key, (Value, Stateful)) for key in part):
        raise TypeError("parameters can't be the keys of a dict; use them as its values, or a list")
    if kind in (list, tuple, dict) or isinstance(part, (Value, Stateful, *PLAIN)):
        return part
    if isinstance(part, Set) and any(isinstance(x, (Value, Stateful)) for x in part):
        raise TypeError(f"parameters can't be kept in a {kind.__name__}, which has no order; use a list, tuple or dict")
    if isinstance(part, (GeneratorType, map, filter, zip)):
        raise TypeError(
            f"parameters can't be kept in a {kind.__name__}, which can be read once; use a list, tuple or dict"
        )
    if isinstance(part, Mapping):
        return dict(part)
    if isinstance(part, (Sequence, ValuesView)) and not isinstance(part, (bytes, bytearray, memoryview, range)):
        return list(part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return {field.name: getattr(part, field.name, None) for field in dataclasses.fields(part)}
    if isinstance(part, SimpleNamespace):
        return vars(part)
    if str(getattr(part, "dtype", "")) == "object" and hasattr(part, "tolist"):
        return part.tolist()
    return part


def parts(found: Any) -> list[tuple[str, Any]]:
    """Return the named parts of a module or an opened container; none for other objects."""
    if isinstance(found, Stateful):
        return [(name, part) for name, part in vars(found).items() if not name.startswith("_")]
    if isinstance(found, dict):
        return [(str(key), part) for key, part in found.items()]
    if isinstance(found, (list, tuple)):
        return [(str(position), part) for position, part in enumerate(found)]
    return []


def walk(root: Stateful, whole: Callable[[Any], object] = lambda part: False) -> Iterator[tuple[str, Any]]:
    """Yield pairs of a path and a module, opened container or parameter, from `root` on, without repetition.

    Parts that are `whole` are not searched.
    """
    seen: dict[int, object] = {}  # kept alive, so that an id belongs to one object
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        path, given = stack.pop()
        if id(given) in seen or isinstance(given, PLAIN) or (isinstance(given, Value) and given.op):
            continue
        seen[id(given)] = given
        found = opened(given)
        yield path, found
        if not whole(found):
            prefix = f"{path}." if path else ""
            stack += [(prefix + name, part) for name, part in reversed(parts(found))]


def is_row(part: object) -> bool:
    """Return whether it is a list of nothing but Values."""
    return type(part) is list and countOf(map(type, part), Value) == len(part)  # faster than a set of the types


def entries(module: Stateful) -> list[Entry]:
    """Return the entries of a module's state, in the order of the attributes."""
    found: dict[str, Entry] = {}
    for path, part in walk(module, lambda part: _values_shape(part) is not None):
        shape, prefix = _values_shape(part), f"{path}." if path else ""
        fresh = [Entry(path, part, shape)] if shape is not None else []
        if isinstance(part, Stateful):
            fresh = [Entry(prefix + name, name, (), part) for name in type(part).buffers]
        for entry in fresh:
            if entry.name in found:
                raise ValueError(f"{type(module).__name__}: two entries are called {entry.name!r}; rename one")
            found[entry.name] = entry
    return list(found.values())


def load(module: Stateful, numbers: Mapping[str, Any]) -> None:
    """Write numbers into a module after all entries have been validated."""
    where = f"load_state_dict of {type(module).__name__}"
    if not isinstance(numbers, Mapping):
        raise TypeError(f"{where}: must be a mapping of names to numbers, got {type(numbers).__name__}")
    wanted = {entry.name: entry for entry in entries(module)}
    complaints = [f"missing {name!r}" for name in wanted if name not in numbers]
    complaints += [f"unexpected {name!r}" for name in numbers if name not in wanted]
    given, writes = {}, dict[int, tuple[Value, float, str]]()
    for name in filter(numbers.__contains__, wanted):
        try:
            given[name] = _checked(wanted[name], numbers[name])
            for value, number in zip(wanted[name].values(), given[name]):
                before = writes.setdefault(id(value), (value, number, name))
                if before[1] != number and not (math.isnan(before[1]) and math.isnan(number)):
                    raise ValueError(f"gives a parameter {number!r} to which {before[2]!r} gives {before[1]!r}")
        except (TypeError, ValueError) as error:
            complaints.append(f"{name!r} {error}")
    if complaints:
        raise ValueError(f"{where}: {'; '.join(complaints)}")
    for value, number, _ in writes.values():
        value.data = number
    for name, entry in wanted.items():
        if entry.owner is not None:
            setattr(entry.owner, entry.content, type(entry.attribute())(given[name][0]))


def _checked(entry: Entry, given: Any) -> list[float]:
    """Return the numbers of an entry in a row; a TypeError or ValueError says what is wrong with them."""
    shape = shape_of(given)
    if shape != entry.shape:
        wanted = f"of shape {entry.shape}" if entry.shape else "one number"
        raise ValueError(f"must be {wanted}, got {f'shape {shape}' if shape else repr(given)[:60]}")
    flat = flattened(given, shape)
    if any(type(number).__name__.startswith("bool") for number in flat):  # of Python or of an array
        raise TypeError("must hold numbers, got True or False")
    try:
        numbers = [number_of(number) for number in flat]
    except TypeError as error:
        raise TypeError(f"must hold numbers, {error}") from None
    if entry.owner is not None and isinstance(entry.attribute(), int) and not numbers[0].is_integer():
        raise ValueError(f"must be a whole number, got {numbers[0]!r}")
    return numbers


def _values_shape(part: object, depth: int = 8) -> tuple[int, ...] | None:
    """Return the shape of a parameter or of nested lists of parameters of equal lengths; None for anything else."""
    if isinstance(part, Value):
        return None if part.op else ()
    if not isinstance(part, (list, tuple)) or not part:
        return None
    first = part[0]
    if isinstance(first, Value):
        return (len(part),) if all(isinstance(x, Value) and not x.op for x in part) else None
    if depth == 0 or not isinstance(first, (list, tuple)):
        return None
    if not all(isinstance(x, (list, tuple)) and len(x) == len(first) for x in part):
        return None
    shapes = {_values_shape(x, depth - 1) for x in part}
    inner = shapes.pop()
    return None if shapes or inner is None else (len(part), *inner)


def _numbers_in(content: Any) -> Any:
    if isinstance(content, Value):
        return float(content.data)
    return [_numbers_in(part) for part in content]
