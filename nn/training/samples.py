"""Training samples: checked once, then yielded in batches."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nn._common import flat
from nn._common.checks import listed, number_in, number_of

Array: TypeAlias = NDArray[np.float64]

__all__ = ["Samples", "array", "shuffled", "table"]

CHECKED: Final = 65_536
"""The number of entries that are checked for nan and inf at a time."""

BLOCK: Final = 32_768
"""The number of entries that are copied at a time."""


class Samples:
    """Features and targets of any numeric type, which are not copied; batches are floats."""

    def __init__(self, where: str, X: Any, y: Any, weights: Any = None, class_weight: Any = None) -> None:
        self.X = table(where, "X", X)
        self.y = array(where, "y", y)
        if self.y.ndim > 2 or not self.y.ndim:
            raise ValueError(f"{where}: y must be of shape (samples,) or (samples, targets), got {self.y.shape}")
        if len(self.y) != len(self.X):
            raise ValueError(f"{where}: X and y must have as many samples, got {len(self.X)} and {len(self.y)}")
        check_finite(where, "y", self.y)
        self.weights = _weights(where, weights, class_weight, self.y)
        self.whole: Array | None = None  # columns of all samples
        self.features = self.X.shape[1]
        self.targets = self.y.shape[1] if self.y.ndim == 2 else 0
        """The number of targets of a sample; 0 if the target is a number rather than a list."""

    def __len__(self) -> int:
        return len(self.X)

    def fingerprint(self) -> int:
        """Return a checksum of all numbers."""
        found = 0
        for numbers in (self.X, self.y, *([] if self.weights is None else [self.weights])):
            rows = max(1, CHECKED * len(numbers) // max(1, numbers.size))
            for begin in range(0, len(numbers), rows):
                found = zlib.crc32(numbers[begin : begin + rows].astype(float).tobytes(), found)
        return found

    def row(self, sample: int) -> list[float]:
        """Return features and targets of one sample."""
        targets = self.y[sample]
        return [*map(float, self.X[sample]), *(map(float, targets) if self.targets else [float(targets)])]

    def columns(self) -> int:
        """Return the number of features and targets of a sample."""
        return int(self.features + max(1, self.targets))

    def batches(self, size: int) -> Iterator[Array]:
        """Yield batches of shape (samples, columns), whose memory is reused; the last may be smaller."""
        for table in self.tables(size):
            for first in range(0, len(table), size):
                yield table[first : first + size]

    def tables(self, size: int, order: Any = None, start: int = 0) -> Iterator[Array]:
        """Yield tables of shape (samples, columns) that hold one batch or more, whose memory is reused.

        The samples are in the order of a permutation, if it is given, and the first `start` of them are skipped.
        """
        if order is None and not start and size >= len(self):
            if self.whole is None:  # the same in every epoch
                self.whole = np.empty((self.columns(), len(self)))
                self._put(self.whole, slice(None))
            yield self.whole.T
            return
        rows = min(max(1, BLOCK // (self.columns() * size)) * size, len(self) - start)
        block = np.empty((self.columns(), rows))
        for begin in range(start, len(self), rows):
            count = min(rows, len(self) - begin)
            self._put(block[:, :count], slice(begin, begin + count) if order is None else order[begin : begin + count])
            yield block[:, :count].T

    def _put(self, columns: Array, chosen: Any) -> None:
        """Write the chosen samples into columns."""
        for numbers, part in ((self.X, columns[: self.features]), (self.y, columns[self.features :])):
            if isinstance(chosen, slice) or not numbers.flags.c_contiguous:  # which `take` would copy
                part[:] = numbers[chosen].T
            else:  # three times as fast as an index
                part[:] = numbers.take(chosen, axis=0, mode="clip").T


def shuffled(generator: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return a random permutation of `count` numbers, three times as fast as `permutation`."""
    order = np.empty(count, dtype=np.int64)
    flat.permute(generator.bit_generator.random_raw(count), order)
    return order


def _weights(where: str, given: Any, by_class: Any, y: Any) -> Any:
    """Return the weights of the samples, with mean 1; None if they are equal."""
    if given is None and by_class is None:
        return None
    found = np.ones(len(y)) if given is None else array(where, "sample_weight", given).astype(float)
    if found.shape != (len(y),):
        raise ValueError(f"{where}: sample_weight must be of shape ({len(y)},), got {found.shape}")
    check_finite(where, "sample_weight", found)
    if by_class is not None:
        found = found * _class_weights(where, by_class, y)
    if (found < 0.0).any() or not found.any():
        raise ValueError(f"{where}: weights of samples must not be negative, nor all 0")
    return found / found.mean()


def _class_weights(where: str, given: Any, y: Any) -> Any:
    if y.ndim != 1:
        raise ValueError(f"{where}: class_weight needs a class for each sample, y of shape (samples,), got {y.shape}")
    if (y % 1 != 0).any():
        raise ValueError(f"{where}: class_weight needs classes, whole numbers in y")
    classes, codes = np.unique(y, return_inverse=True)
    if isinstance(given, str) and given == "balanced":
        return (len(y) / (len(classes) * np.bincount(codes)))[codes]
    if not isinstance(given, Mapping):
        raise TypeError(f"{where}: class_weight must be 'balanced' or a dict of class to weight, got {given!r:.60}")
    unknown = [name for name in given if name not in classes.tolist()]
    if unknown:
        raise ValueError(f"{where}: class_weight has classes that y lacks: {listed(map(repr, unknown))}")
    return np.array(
        [number_in(f"{where}: class_weight of {k!r}", given.get(k, 1.0), "[0, inf)") for k in classes.tolist()]
    )[codes]


def table(where: str, what: str, given: Any) -> Any:
    """Return features as an array of shape (samples, features), of finite numbers."""
    found = array(where, what, given)
    if found.ndim == 1:
        found = found[:, None]
    if found.ndim != 2:
        raise ValueError(f"{where}: {what} must be of shape (samples, features), got {found.shape}")
    if not found.shape[0] or not found.shape[1]:
        raise ValueError(f"{where}: {what} must have at least one sample and one feature, got shape {found.shape}")
    check_finite(where, what, found)
    return found


def array(where: str, what: str, given: Any) -> Any:
    """Return an array of numbers, without a copy if it is one."""
    if hasattr(given, "to_numpy"):
        given = given.to_numpy()
    elif hasattr(type(given), "__array__") and not isinstance(given, np.ndarray):  # a tensor of another package
        given = np.asarray(given)
    if isinstance(given, np.ma.MaskedArray):
        if np.ma.getmaskarray(given).any():
            raise ValueError(f"{where}: {what} has masked entries; fill them, or leave out their samples")
        given = given.data
    if isinstance(given, (memoryview, np.matrix)):
        given = np.asarray(given)
    if isinstance(given, np.ndarray) and given.dtype.kind in "fiub":
        with np.errstate(over="ignore"):  # of numbers longer than a double: inf is refused
            return given.astype(float) if given.dtype.itemsize > 8 else given
    if isinstance(given, (str, bytes, dict, set)) or given is None:
        raise TypeError(f"{where}: {what} must be numbers, got {given!r:.60} ({type(given).__name__})")
    rows = given if isinstance(given, np.ndarray) else list(given) if hasattr(type(given), "__iter__") else given
    if isinstance(rows, list) and any(isinstance(row, np.ma.MaskedArray) for row in rows):
        return array(where, what, np.ma.stack(rows))
    lengths = [_length(row) for row in rows] if isinstance(rows, list) else []
    if len(set(lengths)) > 1:
        odd = next(i for i, length in enumerate(lengths) if length != lengths[0])
        raise ValueError(
            f"{where}: {what} must have rows of one length, got {lengths[0]} in row 0 and {lengths[odd]} in row {odd}"
        )
    try:
        found = np.asarray(rows)
    except ValueError as error:
        raise ValueError(f"{where}: {what} must be a table: {error}") from None
    if found.dtype.kind in "fiub":
        return found
    if found.dtype.kind != "O":  # numpy would read "1.5", the time since 1970, the real part of a complex number
        raise TypeError(f"{where}: {what} must be numbers, got {found.dtype}, such as {found.flat[0]!r:.60}")
    try:
        return np.array([number_of(x) for x in found.ravel().tolist()]).reshape(found.shape)
    except TypeError as error:
        raise TypeError(f"{where}: {what} must be numbers: {error}") from None


def _length(row: Any) -> int | str:
    return "a number" if isinstance(row, (str, bytes)) or not hasattr(row, "__len__") else len(row)


def check_finite(where: str, what: str, numbers: Any) -> None:
    """Raise a ValueError that names the position of the first nan or inf."""
    if numbers.dtype.kind != "f":
        return
    rows = max(1, CHECKED * len(numbers) // max(1, numbers.size))
    for begin in range(0, len(numbers), rows):
        finite = np.isfinite(numbers[begin : begin + rows])
        if not finite.all():
            wrong = np.argwhere(~finite)
            sample, *column = wrong[0].tolist()
            place = f"sample {begin + sample}" + "".join(f", column {c}" for c in column)
            found = float(numbers[begin + sample].ravel()[column[0] if column else 0])
            raise ValueError(f"{where}: {what} must be finite, got {found!r} at {place}")
