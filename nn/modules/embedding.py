"""Embedding: a table of vectors."""

from __future__ import annotations

import math
from typing import Any

from autograd._common.foreign import explained
from autograd.engine import backend
from autograd.engine.backend import Value
from nn._common.checks import number_of, shape_of, shown, size
from nn._common.seeds import Seed, source
from nn.modules.init import Initialiser, filled
from nn.modules.module import Module

__all__ = ["Embedding"]


class Embedding(Module):
    """A table of vectors of parameters, looked up by index.

    Parameters
    ----------
    count, width : int
        Number of rows and their length; the weights are (count, width).
    name, init, seed
        See `Layer`; the default is the standard normal distribution.

    Examples
    --------
    >>> table = Embedding(3, 2, init="ones")
    >>> table(1)
    [Value(1, label='e1_1'), Value(1, label='e1_2')]
    >>> len(table([2, 0, 2]))
    3
    >>> table(3)
    Traceback (most recent call last):
        ...
    ValueError: embedding: an index must be a whole number from 0 to 2, of 3 rows, got 3 (int)
    """

    @explained("layer")
    def __init__(
        self, count: int, width: int, *, name: str = "embedding", init: str | Initialiser = "normal", seed: Seed = None
    ) -> None:
        self.name = name
        self.count, self.width = size(f"{name}: count", count), size(f"{name}: width", width)
        self.weights = filled(name, init, self.count, self.width, source(seed))
        for row, values in enumerate(self.weights):
            for column, value in enumerate(values, 1):
                value.label = f"e{row}_{column}"

    def __call__(self, index: Any) -> list[Any]:
        """Return the row of an index, or the list of rows of a sequence of indices.

        An index that is a Value selects its row by arithmetic, so that a recorded graph can be replayed for any index;
        an index out of range then gives nan.
        """
        if shape_of(index):
            return [self(each) for each in index]
        if isinstance(index, Value):
            return self._selected(index)
        where = f"{self.name}: an index must be a whole number"
        try:
            number = number_of(index)
        except TypeError as error:
            raise TypeError(f"{where}, {error}") from None
        if not (number.is_integer() and 0 <= number < self.count):
            raise ValueError(f"{where} from 0 to {self.count - 1}, of {self.count} rows, got {shown(index)}")
        return list(self.weights[int(number)])

    def _selected(self, index: Value) -> list[Value]:
        """Return the sum of the rows, weighted by 1 for the index and 0 otherwise; nan if no row has the index."""
        chosen = [backend.where(backend.sub(index, float(row)), 0.0, 1.0) for row in range(self.count)]
        known = backend.where(backend.sum(chosen), 0.0, math.nan)
        return [backend.dot(column, chosen, known) for column in zip(*self.weights, strict=True)]

    def __repr__(self) -> str:
        return f"Embedding({self.count}, {self.width})"
