"""Numbers in nested arguments and results: taken apart into a hashable structure and a flat list, and put together."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

__all__ = ["LEAF", "apart", "arguments_apart", "filled", "together"]

LEAF: Final = ("*",)
DEEPEST: Final = 100

Structure = tuple[Any, ...]
"""LEAF; ("fixed", type, it); ("list", parts); ("tuple", type, parts); ("dict", (key, part)…); ("array", shape)."""

_flat: dict[tuple[type, int], Structure] = {}  # structures of lists and tuples of nothing but floats, by length


def apart(nested: Any, leaves: list[Any], arrays: bool, depth: int = 0) -> Structure:
    """Return the structure of what is nested; what is neither container nor None, bool or text goes to `leaves`.

    Parameters
    ----------
    nested : anything
        Lists, tuples and dicts of numbers, say.
    leaves : list
        Is extended.
    arrays : bool
        Whether a numpy array holds so many numbers, as in a result; else it is a leaf, one number per sample, or if it
        is 2-D a list of its columns.

    Raises
    ------
    ValueError
        If it is nested more than 100 deep.

    Examples
    --------
    >>> leaves = []
    >>> together(apart({"a": [1.0, 2.0], "b": None}, leaves, arrays=False), iter([x * 10 for x in leaves]))
    {'a': [10.0, 20.0], 'b': None}
    """
    kind = type(nested)
    if kind is float:
        leaves.append(nested)
        return LEAF
    if depth > DEEPEST:
        raise ValueError(f"call: arguments and results may be nested {DEEPEST} deep, these are deeper")
    if nested is None or isinstance(nested, (bool, str)):
        return ("fixed", kind, nested)
    if isinstance(nested, (list, tuple)):
        if kind in (list, tuple) and len(nested) < 1000 and set(map(type, nested)) == {float}:
            leaves.extend(nested)
            return _of_floats(kind, len(nested))
        parts = tuple([apart(x, leaves, arrays, depth + 1) for x in nested])
        return ("list", parts) if isinstance(nested, list) else ("tuple", kind, parts)
    if isinstance(nested, dict):
        return ("dict", tuple([(key, apart(x, leaves, arrays, depth + 1)) for key, x in nested.items()]))
    if _is_array(nested) and arrays:
        leaves.extend(nested.ravel().tolist())
        return ("array", nested.shape)
    if not arrays and getattr(nested, "ndim", 0) == 2:
        columns = [nested[:, i] for i in range(nested.shape[1])]
        leaves.extend(columns)
        return ("list", (LEAF,) * len(columns))
    leaves.append(nested)
    return LEAF


def _of_floats(kind: type, length: int) -> Structure:
    known = _flat.get((kind, length))
    if known is None:
        parts = (LEAF,) * length
        known = _flat[kind, length] = ("list", parts) if kind is list else ("tuple", kind, parts)
    return known


def arguments_apart(arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Structure, list[Any]]:
    """Return the structure of a call's arguments, hashable, and the leaves in them."""
    leaves: list[Any] = []
    positional = tuple([apart(x, leaves, arrays=False) for x in arguments])
    return (positional, tuple([(name, apart(x, leaves, arrays=False)) for name, x in sorted(named.items())])), leaves


def together(structure: Structure, leaves: Iterator[Any]) -> Any:
    """Put leaves into a structure; those of an array become an array of floats, or with samples last to first axis."""
    if structure is LEAF or structure == LEAF:
        return next(leaves)
    kind = structure[0]
    if kind == "fixed":
        return structure[2]
    if kind == "list":
        parts = structure[1]
        if parts.count(LEAF) == len(parts):  # a row of numbers, as all of a Hessian's are
            return list(islice(leaves, len(parts)))
        return [together(x, leaves) for x in parts]
    if kind == "dict":
        return {key: together(x, leaves) for key, x in structure[1]}
    if kind == "array":
        return _array(structure[1], leaves)
    made = [together(x, leaves) for x in structure[2]]
    return structure[1](*made) if hasattr(structure[1], "_fields") else structure[1](made)


def filled(structure: Structure, leaves: Iterator[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return arguments of a call's structure, with other leaves."""
    positional, named = structure
    return [together(x, leaves) for x in positional], {name: together(x, leaves) for name, x in named}


def _array(shape: tuple[int, ...], leaves: Iterator[Any]) -> Any:
    import numpy as np

    count = 1
    for length in shape:
        count *= length
    numbers: Sequence[Any] = [next(leaves) for _ in range(count)]
    rows = np.array(numbers, dtype=float)  # (count,), or of a batch (count, samples)
    return rows.T.reshape(*rows.shape[1:], *shape)


def _is_array(x: object) -> bool:
    numpy = sys.modules.get("numpy")  # who holds an array has imported it
    return numpy is not None and isinstance(x, numpy.ndarray)
