"""The parts of a module by name, and its numbers: read together, written all or none."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set, ValuesView
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

from autograd.engine.backend import Value
from nn._common.checks import flattened, number_of, shape_of

__all__ = ["PLAIN", "Entry", "Stateful", "entries", "load", "opened", "parts", "walk"]

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
        if self.owner is not None:
            return float(getattr(self.owner, self.content))
        return _numbers_in(self.content)


def opened(part: Any) -> Any:
    """Return a container as a list, tuple or dict, and anything else as it is.

    Raises
    ------
    TypeError
        For a set that holds Values or modules, as their order differs from run to run.
    """
    kind = type(part)
    if kind in (list, tuple, dict) or isinstance(part, (Value, Stateful, *PLAIN)):
        return part
    if isinstance(part, Set) and any(isinstance(x, (Value, Stateful)) for x in part):
        raise TypeError(f"parameters can't be kept in a {kind.__name__}, which has no order; use a list, tuple or dict")
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


def entries(module: Stateful) -> list[Entry]:
    """Return the entries of a module's state, in the order of the attributes.

    Raises
    ------
    ValueError
        If two entries have the same path.
    """
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
    writes: dict[int, tuple[Value, float, str]] = {}
    buffers: list[tuple[Stateful, str, float]] = []
    for name, entry in wanted.items():
        if name in numbers:
            complaint = _prepare(entry, numbers[name], writes, buffers)
            complaints += [complaint] if complaint else []
    if complaints:
        raise ValueError(f"{where}: {'; '.join(complaints)}")
    for value, number, _ in writes.values():
        value.data = number
    for owner, name, number in buffers:
        kind = type(getattr(owner, name))
        setattr(owner, name, kind(number))


def _prepare(
    entry: Entry, given: Any, writes: dict[int, tuple[Value, float, str]], buffers: list[tuple[Stateful, str, float]]
) -> str:
    """Collect the writes of an entry; return what is wrong with it, or an empty string."""
    shape = shape_of(given)
    if shape != entry.shape:
        wanted = f"of shape {entry.shape}" if entry.shape else "one number"
        return f"{entry.name!r} must be {wanted}, got {f'shape {shape}' if shape else repr(given)[:60]}"
    numbers = []
    for number in flattened(given, shape):
        if isinstance(number, bool):
            return f"{entry.name!r} must hold numbers, got {number}"
        try:
            numbers.append(number_of(number))
        except TypeError as error:
            return f"{entry.name!r} must hold numbers, {error}"
    if entry.owner is not None:
        kept = getattr(entry.owner, entry.content)
        if isinstance(kept, int) and not numbers[0].is_integer():
            return f"{entry.name!r} must be a whole number, got {numbers[0]!r}"
        buffers.append((entry.owner, entry.content, numbers[0]))
        return ""
    for value, number in zip(flattened(entry.content, entry.shape), numbers, strict=True):
        before = writes.setdefault(id(value), (value, number, entry.name))
        if before[1] != number and not (math.isnan(before[1]) and math.isnan(number)):
            return f"{entry.name!r} gives a parameter {number!r} to which {before[2]!r} gives {before[1]!r}"
    return ""


def _values_shape(part: object, depth: int = 8) -> tuple[int, ...] | None:
    """The shape of a parameter or of nested lists of parameters of equal lengths; None for anything else."""
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
