"""A module's numbers by name: reading them all, and writing all or none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from autograd.engine.backend import Value
from nn._common.checks import flattened, number_of, shape_of

__all__ = ["Entry", "Stateful", "entries", "load", "parts"]


class Stateful:
    """What keeps its numbers in attributes: the base of `Module`."""

    buffers: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Entry:
    """One name of a state: Values in a list of some shape, or a plain number that its module keeps."""

    name: str
    content: Any  # a Value, or nested lists of them; for a buffer its attribute's name
    shape: tuple[int | str, ...] = ()
    owner: Stateful | None = None  # of a buffer

    def read(self) -> Any:
        """The number, or nested lists of them."""
        if self.owner is not None:
            return float(getattr(self.owner, self.content))
        return _numbers_in(self.content)

    def values(self) -> list[Value]:
        """Every Value in it, row by row."""
        return flattened(self.content, self.shape)


def parts(found: object) -> list[tuple[str, Any]] | None:
    """What a module, dict, list or tuple is made of, by name; None for anything else."""
    if isinstance(found, Stateful):
        return [(name, part) for name, part in vars(found).items() if not name.startswith("_")]
    if isinstance(found, dict):
        return [(str(key), part) for key, part in found.items()]
    if isinstance(found, (list, tuple)):
        return [(str(position), part) for position, part in enumerate(found)]
    return None


def entries(module: Stateful) -> list[Entry]:
    """Every entry of a module's state, in the order of its attributes."""
    found: list[Entry] = []
    seen: set[int] = set()
    stack: list[tuple[str, object]] = [("", module)]
    while stack:
        path, part = stack.pop()
        if id(part) in seen:
            continue
        shape = _values_shape(part)
        if shape is not None:
            seen.add(id(part))
            found.append(Entry(path, part, shape))
            continue
        below = parts(part)
        if below is None:
            continue
        seen.add(id(part))
        prefix = f"{path}." if path else ""
        if isinstance(part, Stateful):
            found += [Entry(prefix + name, name, (), part) for name in type(part).buffers]
        stack.extend([(prefix + name, inner) for name, inner in reversed(below)])
    return found


def load(module: Stateful, numbers: Mapping[str, Any]) -> None:
    """Write `numbers` into a module once every entry has been found right."""
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
    """Note what an entry writes; what is wrong with it, else nothing."""
    shape = shape_of(given)
    if shape != entry.shape:
        wanted = f"of shape {entry.shape}" if entry.shape else "one number"
        return f"{entry.name!r} must be {wanted}, got {f'shape {shape}' if shape else repr(given)[:60]}"
    numbers = []
    for number in flattened(given, shape):
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
    for value, number in zip(entry.values(), numbers, strict=True):
        before = writes.setdefault(id(value), (value, number, entry.name))
        if before[1] != number and not (math.isnan(before[1]) and math.isnan(number)):
            return f"{entry.name!r} gives a parameter {number!r} to which {before[2]!r} gives {before[1]!r}"
    return ""


def _values_shape(part: object, depth: int = 8) -> tuple[int, ...] | None:
    """Shape of what is a parameter, or equally long lists of nothing but parameters; None for anything else."""
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
