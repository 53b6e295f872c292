"""The numbers in a function's arguments and results."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from autograd._common.containers import LEAF, Leaves, Refused, Structure, as_array, count, flatten, is_array, unflatten

__all__ = ["Arguments", "Results", "flatten_call", "from_row", "in_shapes", "shapes_of"]

Shapes = tuple["tuple[Any, ...] | None", ...]
"""For each argument None if it is a number, (type, length) of a list or tuple, the shape of an array."""

FIXED = (bool, str, type(None))


class Columns(list[Any]):
    """The columns of a 2-D array, as a list that rejects `columns * 2`, which would repeat it instead of scaling."""

    def __mul__(self, other: object) -> Any:
        raise TypeError(f"a {len(self)}-column array is a list here, whose columns are scaled one by one")

    __rmul__ = __imul__ = __mul__


class Arguments(Leaves):
    """Leaves of arguments: everything but bools, strings and None, which are passed unchanged.

    A numpy array is one leaf, a number for each sample; a 2-D array is a list of its columns. As a vector, an array is
    its elements.
    """

    vector = False

    def take(self, x: Any) -> Structure:
        """Add a leaf, the columns of an array, or the elements of a vector."""
        if isinstance(x, FIXED):
            return ("fixed", type(x), x)
        if not isinstance(x, (int, float)):
            x = as_array(x)
            if self.vector and is_array(x):
                self.extend(x.ravel().tolist())
                return ("array", x.shape)
            if getattr(x, "ndim", 0) == 2 and not self.vector:
                columns = [x[:, i] for i in range(x.shape[1])]
                self.extend(columns)
                return ("sequence", Columns, (LEAF,) * len(columns))
        self.append(x)
        return LEAF


class Vectors(Arguments):
    """Leaves of arguments in which an array is a vector."""

    vector = True


class Results(Leaves):
    """Leaves of a result; an array counts as its elements."""

    def take(self, x: Any) -> Structure:
        """Add a leaf, or the elements of an array."""
        if isinstance(x, FIXED):
            return ("fixed", type(x), x)
        if is_array(x):
            self.extend(x.ravel().tolist())
            return ("array", x.shape)
        self.append(x)
        return LEAF


def flatten_call(arguments: tuple[Any, ...], named: dict[str, Any], vector: bool) -> tuple[Structure, list[Any]]:
    """Return the structure of a call's arguments, as (arguments, named), and their leaves."""
    if not (named or vector):
        shapes: list[tuple[type, int] | None] = []
        leaves: list[Any] = []
        for x in arguments:
            kind = type(x)
            if kind is float or getattr(x, "ndim", 0) == 1:
                shapes.append(None)
                leaves.append(x)
            elif (kind is list or kind is tuple) and set(map(type, x)) == {float}:
                shapes.append((kind, len(x)))
                leaves += x
            else:
                break
        else:
            return _of_shapes(tuple(shapes)), leaves
    found = Vectors() if vector else Arguments()
    try:
        return flatten((arguments, dict(sorted(named.items()))), found), found
    except Refused as error:
        raise TypeError(f"call: {error}") from None


def shapes_of(arguments: tuple[Any, ...], vector: bool) -> Shapes | None:
    """Return the shapes of arguments without looking into lists; None if one is neither flat nor a float."""
    shapes: list[tuple[Any, ...] | None] = []
    for x in arguments:
        kind = type(x)
        if kind is float:
            shapes.append(None)
        elif kind is list or kind is tuple:
            shapes.append((kind, len(x)))
        elif vector and is_array(x):
            shapes.append(x.shape)
        else:
            return None
    return tuple(shapes)


def in_shapes(shapes: Shapes, numbers: Any) -> tuple[Any, ...]:
    """Fill arguments of these shapes with numbers: a tuple, or an array where one of the shapes is an array's."""
    listed = numbers if isinstance(numbers, tuple) or len(shapes) == 1 else numbers.tolist()
    found: list[Any] = []
    place = 0
    for shape in shapes:
        start, flat = place, shape is not None and shape[:1] in ((list,), (tuple,))
        place += 1 if shape is None else shape[1] if flat else count(shape)
        if shape is None:
            found.append(listed[start])
        elif flat:
            found.append(shape[0](listed[start:place]))
        else:
            found.append(numbers[start:place].reshape(shape))
    return tuple(found)


def from_row(structure: Structure, row: Any) -> Any:
    """Fill a structure with the numbers of a 1-D array; arrays in it become views of that one."""
    place = 0

    def next_array(shape: tuple[int, ...], _: Any) -> Any:
        nonlocal place
        place += count(shape)
        return row[place - count(shape) : place].reshape(shape)

    def numbers() -> Iterator[float]:
        nonlocal place
        while True:
            place += 1
            yield float(row[place - 1])

    return unflatten(structure, numbers(), next_array)


@lru_cache(maxsize=256)
def _of_shapes(shapes: tuple[tuple[type, int] | None, ...]) -> Structure:
    """Return the structure of arguments that are numbers, or lists and tuples of numbers."""
    return flatten((tuple(shape[0]([0.0] * shape[1]) if shape else 0.0 for shape in shapes), {}), Arguments())
