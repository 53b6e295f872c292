"""Nested lists, tuples, dicts and arrays as flat lists of leaves and back, as JAX's pytrees.

`flatten` splits a container into its structure, which is hashable, and its leaves; `unflatten` fills the structure with
other leaves. The list that collects the leaves, a `Leaves`, defines what counts as one.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from operator import countOf
from typing import Any, Final

from autograd._common.numbers import is_number

__all__ = [
    "LEAF",
    "Leaves",
    "Numbers",
    "Refused",
    "Structure",
    "Tree",
    "as_array",
    "flatten",
    "is_array",
    "paths",
    "unflatten",
]

Structure = tuple[Any, ...]
"""LEAF; ("fixed", type, it); ("sequence", type, parts); ("mapping", type, factory, (key, part)…); ("array", shape)."""

LEAF: Final[Structure] = ("leaf",)
DEEPEST: Final = 100

_flat: dict[tuple[type, int], Structure] = {}  # structures of flat lists and tuples of leaves, by length


class Leaves(list[Any]):
    """A list of leaves that defines what counts as one."""

    def are_plain(self, kinds: set[type]) -> bool:
        """Return whether all these types are leaf types, so that a list of nothing else is added in one step."""
        return kinds == {float}

    def take(self, x: Any) -> Structure:
        """Add a leaf and return its structure; raise TypeError if it isn't an allowed kind."""
        self.append(x)
        return LEAF


class Refused(TypeError):
    """Raised for an object in a container that is not a leaf; `path` says where it is."""

    path = ""


def flatten(nested: Any, leaves: Leaves, depth: int = 0) -> Structure:
    """Return the structure of a container, and add its leaves to `leaves`.

    Raises
    ------
    ValueError
        If it is nested more than 100 deep.
    Refused
        For what is not a leaf.

    Examples
    --------
    >>> leaves = Leaves()
    >>> structure = flatten({"w": [1.0, 2.0], "b": 3.0}, leaves)
    >>> leaves, paths(structure)
    ([1.0, 2.0, 3.0], ["['w'][0]", "['w'][1]", "['b']"])
    >>> unflatten(structure, [10, 20, 30])
    {'w': [10, 20], 'b': 30}
    """
    kind = type(nested)
    if kind is float:
        leaves.append(nested)
        return LEAF
    if not isinstance(nested, (list, tuple, dict)):
        return leaves.take(nested)
    if depth > DEEPEST:
        raise ValueError(f"containers may be nested {DEEPEST} deep, these are deeper")
    if isinstance(nested, dict):
        entries = tuple([(key, _part(x, leaves, depth, key)) for key, x in nested.items()])
        return ("mapping", kind, nested.default_factory if isinstance(nested, defaultdict) else None, entries)
    if kind is list or kind is tuple:
        floats = countOf(map(type, nested), float) == len(nested)  # twice as fast as a set of the types
        if floats or leaves.are_plain(set(map(type, nested))):
            leaves.extend(nested)
            return _of_leaves(kind, len(nested))
    return ("sequence", kind, tuple([_part(x, leaves, depth, i) for i, x in enumerate(nested)]))


def _part(x: Any, leaves: Leaves, depth: int, key: Any) -> Structure:
    try:
        return flatten(x, leaves, depth + 1)
    except Refused as error:
        error.path = f"[{key!r}]{error.path}"
        raise


def _of_leaves(kind: type, length: int) -> Structure:
    known = _flat.get((kind, length))
    if known is None:
        known = ("sequence", kind, (LEAF,) * length)
        if length <= 1024:
            _flat[kind, length] = known
    return known


def _are_leaves(kind: type, parts: tuple[Structure, ...]) -> bool:
    """Return whether all parts of a list or tuple are leaves; those made by `_of_leaves` are known by identity."""
    return _known(kind, len(parts)) is parts or parts.count(LEAF) == len(parts)


def _known(kind: type, length: int) -> tuple[Structure, ...] | None:
    known = _flat.get((kind, length))
    return known and known[2]


def unflatten(
    structure: Structure,
    leaves: Iterable[Any],
    array: Callable[[tuple[int, ...], Iterator[Any]], Any] | None = None,
) -> Any:
    """Fill a structure with leaves.

    Parameters
    ----------
    structure : Structure
        As `flatten` returned it.
    leaves : iterable
        As many as the structure has.
    array : callable, optional
        Returns an array, given its shape and an iterator over leaves. By default an array of floats if all entries
        are, else of objects; entries that are arrays of one length add a leading axis.
    """
    if isinstance(leaves, list) and structure[:2] == ("sequence", list) and structure[2] is _known(list, len(leaves)):
        return [*leaves]  # faster than an iterator
    return _put(structure, iter(leaves), array or _array)


def _put(structure: Structure, leaves: Iterator[Any], array: Callable[[tuple[int, ...], Iterator[Any]], Any]) -> Any:
    what = structure[0]
    if what == "leaf":
        return next(leaves)
    if what == "sequence":
        kind, parts = structure[1], structure[2]
        if _are_leaves(kind, parts):
            parts = [*islice(leaves, len(parts))]
        else:
            parts = [_put(part, leaves, array) for part in parts]
        if kind is list or kind is tuple:
            return parts if kind is list else (*parts,)
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    if what == "fixed":
        return structure[2]
    if what == "array":
        return array(structure[1], leaves)
    kind = structure[1]
    entries = {key: _put(part, leaves, array) for key, part in structure[3]}
    return entries if kind is dict else kind(structure[2], entries) if structure[2] else kind(entries)


def _is_flat(structure: Structure) -> bool:
    """Return whether a structure is a list or tuple of leaves."""
    return bool(structure[0] == "sequence" and _are_leaves(structure[1], structure[2]))


def paths(structure: Structure, path: str = "") -> list[str]:
    """Return the path of each leaf, such as ``[0]['w']``; for an array, of each element in order."""
    what = structure[0]
    if what == "leaf":
        return [path]
    if what == "array":
        return [f"{path}[{i}]" for i in range(count(structure[1]))]
    entries = () if what == "fixed" else structure[3] if what == "mapping" else enumerate(structure[2])
    return [name for key, part in entries for name in paths(part, f"{path}[{key!r}]")]


def shapes(structure: Structure) -> list[tuple[int, ...] | None]:
    """Return None for each leaf and the shape of each array."""
    what = structure[0]
    if what in ("leaf", "array"):
        return [None if what == "leaf" else structure[1]]
    if _is_flat(structure):
        return [None] * len(structure[2])
    entries = () if what == "fixed" else structure[3] if what == "mapping" else enumerate(structure[2])
    return [shape for _, part in entries for shape in shapes(part)]


def count(shape: tuple[int, ...] | None) -> int:
    """Return the number of elements of an array of this shape; None stands for a single number."""
    found = 1
    for length in shape or ():
        found *= length
    return found


def is_array(x: object) -> bool:
    """Return whether x is a numpy array, without importing numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.ndarray)


def as_array(x: Any) -> Any:
    """Return a numpy array for an array of another package, such as a tensor or a data frame; else x itself.

    Raises
    ------
    Refused
        For a numpy array with masked entries.
    """
    if not hasattr(type(x), "__array__"):
        return x
    import numpy

    if isinstance(x, numpy.ma.MaskedArray) and numpy.any(x.mask):
        raise Refused("got a masked array; pass x.compressed(), or x.filled(…)")
    return x if isinstance(x, (numpy.ndarray, numpy.generic)) else numpy.asarray(x)


def _array(shape: tuple[int, ...], leaves: Iterator[Any]) -> Any:
    import numpy

    entries = [*islice(leaves, count(shape))]
    first = type(entries[0]) if entries else float
    kinds = {first} if countOf(map(type, entries), first) == len(entries) else set(map(type, entries))
    if all(issubclass(kind, float) for kind in kinds):
        return numpy.array(entries, dtype=float).reshape(shape)
    if all(issubclass(kind, numpy.ndarray) for kind in kinds):
        rows = numpy.array(entries, dtype=float)  # (count, samples)
        return rows.T.reshape(*rows.shape[1:], *shape)
    array = numpy.fromiter(entries, dtype=object, count=len(entries))  # does not ask Values for their length
    return array.reshape(shape)


class Numbers(Leaves):
    """Leaves that are numbers, as floats, or Values; array elements count one by one. None is not a leaf."""

    hold_values = False  # whether any of them is a Value

    def are_plain(self, kinds: set[type]) -> bool:
        """Return whether all these types are floats or Values."""
        if kinds == {float}:
            return True
        plain = all(kind is float or _is_value(kind) for kind in kinds)
        self.hold_values |= plain and bool(kinds)
        return plain

    def _add(self, x: Any) -> None:
        is_value = _is_value(type(x))
        self.hold_values |= is_value
        self.append(x if is_value else float(x))

    def take(self, x: Any) -> Structure:
        """Add a number, or the elements of an array."""
        if type(x) is float or _is_value(type(x)):  # the usual case
            self._add(x)
            return LEAF
        if x is None:
            return ("fixed", type(None), None)
        x = as_array(x)
        if is_array(x) and x.shape:  # a 0-d array is a number
            if x.dtype.kind not in "fiubO":
                raise Refused(f"an array must hold numbers, got dtype {x.dtype}")
            entries = x.ravel().tolist()
            if x.dtype.kind == "f" and x.dtype.itemsize <= 8:
                self.extend(entries)
                return ("array", x.shape)
            if self.are_plain(set(map(type, entries))):
                self.extend(entries)
                return ("array", x.shape)
            for entry in entries:
                if not is_number(entry):
                    raise Refused(f"an array must hold numbers, got {entry!r} ({type(entry).__name__})")
                self._add(entry)
            return ("array", x.shape)
        if not is_number(x):
            allowed = "numbers, Values, numpy arrays, and lists, tuples and dicts of them"
            raise Refused(f"got {x!r} ({type(x).__name__}); allowed are {allowed}")
        self._add(x)
        return LEAF


def _is_value(kind: type) -> bool:
    return hasattr(kind, "local_derivatives")


class Tree:
    """The structure of a container of numbers, with methods for matrices indexed by two such structures.

    Attributes
    ----------
    structure : Structure
        As `flatten` returned it.
    where : str
        The argument's name in error messages.

    Examples
    --------
    >>> numbers, tree = Tree.flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> numbers, tree.names
    ([1.0, 2.0, 3.0], ["['w'][0]", "['w'][1]", "['b']"])
    >>> tree.build([10, 20, 30])
    {'w': [10, 20], 'b': 30}
    """

    def __init__(self, structure: Structure, where: str = "tree") -> None:
        self.structure, self.where = structure, where

    @classmethod
    def flatten(cls, nested: Any, where: str = "tree") -> tuple[Numbers, Tree]:
        """Return the numbers in order, and the tree; raise TypeError for anything else."""
        numbers = Numbers()
        try:
            return numbers, cls(flatten(nested, numbers), where)
        except Refused as error:
            raise TypeError(f"{where}{error.path}: {error}") from None

    @cached_property
    def shapes(self) -> list[tuple[int, ...] | None]:
        """None for each number, the shape for each array."""
        return shapes(self.structure)

    @classmethod
    def of_list(cls, length: int, where: str = "tree") -> Tree:
        """Return the tree of a list of so many numbers."""
        return cls(_of_leaves(list, length), where)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return sum(map(count, self.shapes))

    @property
    def names(self) -> list[str]:
        """The path of each number, such as ``[0]['w']``."""
        return paths(self.structure)

    @property
    def is_array(self) -> bool:
        """Whether the container is a single array."""
        return bool(self.structure[0] == "array")

    def is_list_of(self, length: int) -> bool:
        """Return whether the container is a list of so many numbers."""
        return self.structure == _of_leaves(list, length)

    @property
    def kind(self) -> Any:
        """The type of the outermost container."""
        return self.structure[1] if self.structure[0] in ("sequence", "mapping") else None

    def build(self, numbers: Sequence[Any]) -> Any:
        """Fill the structure with numbers."""
        return unflatten(self.structure, numbers)

    def build_from(self, numbers: list[Any]) -> Any:
        """Do the same with a list that nobody else holds, which may become the result."""
        return numbers if self.is_list_of(len(numbers)) else self.build(numbers)

    def build_array(self, matrix: Any) -> Any:
        """Reshape a square matrix so that each axis has the shape of the single array."""
        shape = self.shapes[0] or ()
        return matrix.reshape(*shape, *shape)

    def build_rows(self, rows: Sequence[Sequence[Any]], columns: Tree) -> Any:
        """Nest a matrix: this structure over the rows, `columns` over each row; two arrays give one array."""
        if _is_flat(self.structure) and _is_flat(columns.structure) and {self.kind, columns.kind} == {list}:
            return [row if type(row) is list else [*row] for row in rows]
        blocks, start = [], 0
        for shape in self.shapes:
            block = rows[start : start + count(shape)]
            start += count(shape)
            blocks.append(columns.build(block[0]) if shape is None else columns._beside(block, shape))
        return self._of_whole(blocks)

    def _beside(self, rows: Sequence[Sequence[Any]], above: tuple[int, ...]) -> Any:
        """Return rows indexed by an array's shape, in this structure, with that shape prepended to each leaf's."""
        blocks, start = [], 0
        for shape in self.shapes:
            entries = (x for row in rows for x in row[start : start + count(shape)])
            blocks.append(_array((*above, *(shape or ())), entries))
            start += count(shape)
        return self._of_whole(blocks)

    def _of_whole(self, blocks: Sequence[Any]) -> Any:
        return unflatten(self.structure, blocks, lambda _, leaves: next(leaves))

    def same_as(self, other: Tree) -> bool:
        """Return whether the other tree has the same number of leaves, with the same shapes."""
        return self.shapes == other.shapes
