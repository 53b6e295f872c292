"""Numbers in nested lists, tuples, dicts and numpy arrays, as one flat list and back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from autograd.engine.backend import Value

__all__ = ["Tree", "is_number"]


class _Place:
    """Stands where the leaf of that index is."""

    def __init__(self, index: int) -> None:
        self.index = index


class Tree:
    """The shape of a nested container: what `flatten` took apart, `build` puts together.

    Attributes
    ----------
    shapes : list
        For each leaf None if it is a number, the shape if it is an array.

    Examples
    --------
    >>> numbers, tree = Tree.flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> numbers, tree.names
    ([1.0, 2.0, 3.0], ["['w'][0]", "['w'][1]", "['b']"])
    >>> tree.build([10, 20, 30])
    {'w': [10, 20], 'b': 30}
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.shapes: list[tuple[int, ...] | None] = []
        self._paths: list[str] = []  # of each leaf
        self._template: Any = None
        self._flat: type[Any] | None = None  # list or tuple, when it holds nothing but numbers

    @classmethod
    def flatten(cls, nested: Any, where: str = "tree") -> tuple[list[Any], Tree]:
        """Return the numbers in order, dicts in theirs, and the tree; TypeError for what is neither."""
        tree, numbers = cls(where), list[Any]()
        if type(nested) in (list, tuple) and set(map(type, nested)) <= {float, Value}:
            tree._flat, tree.shapes = type(nested), [None] * len(nested)
            return list(nested), tree
        tree._template = tree._take(nested, "", numbers)
        return numbers, tree

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return sum(map(_count, self.shapes))

    @property
    def names(self) -> list[str]:
        """For each number how it is reached, such as ``[0]['w']``."""
        if self._flat is not None:
            return [f"[{i}]" for i in range(len(self.shapes))]
        named: list[str] = []
        for path, shape in zip(self._paths, self.shapes):
            named.extend([path] if shape is None else [f"{path}[{i}]" for i in range(_count(shape))])
        return named

    @property
    def is_array(self) -> bool:
        """Whether it is one array."""
        return isinstance(self._template, _Place) and self.shapes[0] is not None

    def build_array(self, matrix: Any) -> Any:
        """Put a square array into the shape of one array, in both directions."""
        shape = self.shapes[0] or ()
        return matrix.reshape(*shape, *shape)

    def _take(self, nested: Any, path: str, numbers: list[Any]) -> Any:
        if nested is None:
            return None
        if isinstance(nested, dict):
            items = {key: self._take(x, f"{path}[{key!r}]", numbers) for key, x in nested.items()}
            return items if type(nested) is dict else type(nested)(items)
        if isinstance(nested, (list, tuple)):
            parts = [self._take(x, f"{path}[{i}]", numbers) for i, x in enumerate(nested)]
            return type(nested)(*parts) if hasattr(nested, "_fields") else type(nested)(parts)
        if _is_array(nested):
            return self._take_array(nested, path, numbers)
        if not is_number(nested):
            allowed = "numbers, Values, numpy arrays, and lists, tuples and dicts of them"
            raise TypeError(f"{self.where}{path}: got {nested!r} ({type(nested).__name__}); allowed are {allowed}")
        numbers.append(nested if isinstance(nested, Value) else float(nested))
        self._paths.append(path)
        self.shapes.append(None)
        return _Place(len(self.shapes) - 1)

    def _take_array(self, array: Any, path: str, numbers: list[Any]) -> _Place:
        if array.dtype.kind not in "fiubO":
            raise TypeError(f"{self.where}{path}: an array must hold numbers, got dtype {array.dtype}")
        inner: list[Any] = array.ravel().tolist()
        for x in inner if array.dtype.kind == "O" else ():
            if not is_number(x):
                raise TypeError(f"{self.where}{path}: an array must hold numbers, got {x!r} ({type(x).__name__})")
        if array.dtype.kind == "O":
            numbers.extend(x if isinstance(x, Value) else float(x) for x in inner)
        else:
            numbers.extend(map(float, inner))
        self._paths.append(path)
        self.shapes.append(array.shape)
        return _Place(len(self.shapes) - 1)

    def build(self, numbers: Sequence[Any]) -> Any:
        """Put numbers into the shape; arrays hold floats if all are floats, else objects."""
        if self._flat is not None:
            return self._flat(numbers)
        leaves, start = [], 0
        for shape in self.shapes:
            count = _count(shape)
            leaves.append(numbers[start] if shape is None else _array(numbers[start : start + count], shape))
            start += count
        return self._put(leaves)

    def build_rows(self, rows: Sequence[Sequence[Any]], columns: Tree) -> Any:
        """Put a matrix into this shape, each entry of it in the shape of `columns`; array with array is one array."""
        if self._flat is list and columns._flat is list and all(type(row) is list for row in rows):
            return list(rows)
        leaves, start = [], 0
        for shape in self.shapes:
            count = _count(shape)
            leaves.append(rows[start] if shape is None else rows[start : start + count])
            start += count
        blocks = [
            columns.build(block) if shape is None else columns._put(columns._blocks(block, shape))
            for block, shape in zip(leaves, self.shapes)
        ]
        return self._put(blocks)

    def _blocks(self, rows: Sequence[Sequence[Any]], above: tuple[int, ...]) -> list[Any]:
        blocks, start = [], 0
        for shape in self.shapes:
            count = _count(shape)
            entries = [x for row in rows for x in row[start : start + count]]
            blocks.append(_array(entries, (*above, *(shape or ()))))
            start += count
        return blocks

    def _put(self, leaves: Sequence[Any]) -> Any:
        return self._fill(self._template, leaves) if self._flat is None else self._flat(leaves)

    def _fill(self, template: Any, leaves: Sequence[Any]) -> Any:
        if isinstance(template, _Place):
            return leaves[template.index]
        if isinstance(template, dict):
            items = {key: self._fill(x, leaves) for key, x in template.items()}
            return items if type(template) is dict else type(template)(items)
        if isinstance(template, (list, tuple)):
            parts = [self._fill(x, leaves) for x in template]
            return type(template)(*parts) if hasattr(template, "_fields") else type(template)(parts)
        return template

    def same_as(self, other: Tree) -> bool:
        """Whether the other has as many numbers in leaves of the same shapes."""
        return self.shapes == other.shapes


def is_number(x: object) -> bool:
    """Whether x stands for one number: what has `__float__` and no length."""
    kind = type(x)
    return kind is float or (hasattr(kind, "__float__") and not hasattr(kind, "__len__"))


def _is_array(x: object) -> bool:
    numpy = sys.modules.get("numpy")  # who holds an array has imported it
    return numpy is not None and isinstance(x, numpy.ndarray)


def _count(shape: tuple[int, ...] | None) -> int:
    count = 1
    for length in shape or ():
        count *= length
    return count


def _array(entries: Sequence[Any], shape: tuple[int, ...]) -> Any:
    import numpy

    if all(issubclass(kind, float) for kind in set(map(type, entries))):
        return numpy.array(entries, dtype=float).reshape(shape)
    array = numpy.empty(len(entries), dtype=object)
    for i, x in enumerate(entries):  # one by one: numpy would ask a Value for its length
        array[i] = x
    return array.reshape(shape)
