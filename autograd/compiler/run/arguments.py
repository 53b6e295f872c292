"""Conversion of a program's arguments to arrays, with errors for invalid ones."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence, Set
from typing import TYPE_CHECKING, Any

from autograd._common.numbers import whole_number
from autograd.engine.backend import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["columns_of", "seeds_of", "threads_for"]


def columns_of(arguments: Sequence[Any], inputs: int) -> tuple[Array, bool]:
    """Return the arguments as an array of (inputs, samples), and whether they are plain numbers."""
    import numpy as np

    if len(arguments) == 1 and isinstance(arguments[0], np.ndarray) and arguments[0].ndim == 2:
        table = _numbers(arguments[0], "call: argument 0", table=True)
        if table.shape[1] != inputs:
            raise ValueError(f"call: a 2-D array must have {inputs} columns, one per input, got shape {table.shape}")
        return np.ascontiguousarray(table.T), False
    if len(arguments) != inputs:
        raise TypeError(f"call: takes {inputs} arguments, one per input, got {len(arguments)}")
    if arguments and all(type(x) is np.ndarray for x in arguments):
        shapes = {(x.shape, x.dtype) for x in arguments}
        if len(shapes) == 1 and arguments[0].ndim == 1 and arguments[0].dtype == np.float64:
            return np.array(arguments), False
    if all(type(x) is float for x in arguments):
        return np.array(arguments, dtype=float).reshape(inputs, 1), True
    columns = [_numbers(x, f"call: argument {i}") for i, x in enumerate(arguments)]
    lengths = {len(column) for column in columns if column.ndim}
    if len(lengths) > 1:
        found = ", ".join(str(len(column)) if column.ndim else "one number" for column in columns)
        raise ValueError(f"call: arguments must have one length, got {found}")
    samples = lengths.pop() if lengths else 1
    result = np.empty((inputs, samples))
    for row, column in zip(result, columns, strict=True):
        row[:] = column
    return result, not any(column.ndim for column in columns)


def _numbers(x: Any, where: str, table: bool = False) -> Array:
    """Return an argument or seed as a float array of at most one dimension, or two if it is a table."""
    import numpy as np

    if type(x) is np.ndarray and x.ndim == 1 and x.dtype == np.float64:
        return x
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{where} must be numbers, got a masked array; pass x.compressed(), or x.filled(…)")
    if isinstance(x, (str, bytes, dict, Set, deque, Value)) or x is None:
        raise TypeError(f"{where} must be a number or numbers, got {x!r:.60} ({type(x).__name__})")
    try:
        array = np.asarray(x)
        if array.dtype.kind not in "fiub" and array.dtype != object:
            raise TypeError(f"dtype {array.dtype}")
        if array.dtype == object:
            array = np.array([_float(y) for y in array.ravel()]).reshape(array.shape)
        result = array.astype(float)
    except OverflowError:
        raise ValueError(f"{where} must be numbers that a double holds, got {x!r:.60}") from None
    except (TypeError, ValueError) as error:
        raise TypeError(f"{where} must be a number or a sequence of numbers, got {type(x).__name__}: {error}") from None
    if result.ndim > 1 and not table:
        raise ValueError(f"{where} must be a number or 1-D, got shape {result.shape}")
    return result


def _float(x: Any) -> float:
    if isinstance(x, (str, bytes, Value)):
        raise TypeError(f"{type(x).__name__} isn't a number")
    return float(x)


def seeds_of(seed: Any, outputs: int, samples: int) -> Array | None:
    """Return the weights as an array of (outputs, samples), None if all are 1."""
    import numpy as np

    if seed is None:
        return None
    parts = seed if isinstance(seed, tuple) else (seed,) * outputs
    if len(parts) != outputs:
        raise ValueError(f"seed: a tuple must have one entry per output, {outputs}, got {len(parts)}")
    result = np.empty((outputs, samples))
    for i, (row, part) in enumerate(zip(result, parts, strict=True)):
        where = f"seed: entry {i}" if isinstance(seed, tuple) else "seed:"
        weights = _numbers(part, where)
        if weights.ndim and len(weights) != samples:
            raise ValueError(f"seed: must be a number or one per sample, {samples}, got {len(weights)}")
        row[:] = weights
    return result


def threads_for(threads: int | None, samples: int, steps: int) -> int:
    """Return the number of threads to use: as given, else one per 10⁷ sample-instructions at most."""
    if threads is None:
        available = os.cpu_count() or 1
        return max(1, min(available, samples * steps // 10_000_000))
    count = whole_number(threads)
    if count is None or count < 1:
        raise ValueError(f"threads: must be an int of 1 or more, got {threads!r}")
    return min(count, 256)
