"""Matrices of Values, with the few operations that handwritten notation needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from autograd.engine.backend import Value

__all__ = ["Grid", "Quantity", "Scalar", "ShapeError", "apply", "combine", "convolve", "multiply", "transpose"]

Scalar: TypeAlias = "Value | float"


class ShapeError(Exception):
    """Raised if shapes do not fit; the text says which."""


class Grid:
    """A matrix; a vector is one of a single column."""

    __slots__ = ("rows",)

    def __init__(self, rows: Sequence[Sequence[Scalar]]) -> None:
        self.rows = [list(row) for row in rows]

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def entries(self) -> list[Scalar]:
        """All entries, row by row."""
        return [entry for row in self.rows for entry in row]


Quantity: TypeAlias = "Grid | Value | float"
_ONE: Final = (1, 1)


def shape(x: Quantity) -> tuple[int, int]:
    """Return the number of rows and columns; a scalar has one of each."""
    return x.shape if isinstance(x, Grid) else _ONE


def apply(function: Callable[[Scalar], Scalar], x: Quantity) -> Quantity:
    """Apply a function to each entry."""
    if isinstance(x, Grid):
        return Grid([[function(entry) for entry in row] for row in x.rows])
    return function(x)


def combine(function: Callable[[Scalar, Scalar], Scalar], x: Quantity, y: Quantity, sign: str) -> Quantity:
    """Combine entry by entry; scalars and columns are broadcast."""
    if not isinstance(x, Grid) and not isinstance(y, Grid):
        return function(x, y)
    (m, n), (p, q) = shape(x), shape(y)
    if sign == "+" and q == 1 and m != p == n != 1:  # a bias, added to every row
        y, p, q = transpose(y), q, p
    if not ((m == p or 1 in (m, p)) and (n == q or 1 in (n, q))) or ((m, n) != (p, q) and _crossed(m, n, p, q)):
        raise ShapeError(f"[{m} × {n}] {sign} [{p} × {q}] does not fit")
    return Grid([[function(_entry(x, i, j), _entry(y, i, j)) for j in range(max(n, q))] for i in range(max(m, p))])


def _crossed(m: int, n: int, p: int, q: int) -> bool:
    """Return whether a row would be broadcast over a column."""
    return (n == 1 and p == 1 and m > 1 and q > 1) or (m == 1 and q == 1 and n > 1 and p > 1)


def _entry(x: Quantity, i: int, j: int) -> Scalar:
    if not isinstance(x, Grid):
        return x
    m, n = x.shape
    return x.rows[i if m > 1 else 0][j if n > 1 else 0]


def multiply(x: Quantity, y: Quantity, joint: str = " ", *, entrywise: bool = False) -> Quantity:
    """Multiply: scalars with anything, matrices as matrices, two columns with a dot between them as a dot product.

    With `entrywise`, what does not fit otherwise is multiplied entry by entry.
    """
    if not isinstance(x, Grid) or not isinstance(y, Grid):
        return combine(lambda a, b: a * b, x, y, "·")
    (m, n), (p, q) = x.shape, y.shape
    if n == p:
        return _reduced([[_dot(row, [y.rows[k][j] for k in range(p)]) for j in range(q)] for row in x.rows])
    if (m, n) == (p, q) and n == 1 and joint == "·":
        return _dot(x.entries, y.entries)
    if (m, n) == (p, q) and (joint == "*" or entrywise):
        return combine(lambda a, b: a * b, x, y, "*")
    raise ShapeError(f"[{m} × {n}] · [{p} × {q}] does not fit")


def convolve(x: Quantity, kernel: Quantity) -> Quantity:
    """Slide a kernel over a matrix, without flipping and padding, as in networks."""
    if not isinstance(x, Grid) or not isinstance(kernel, Grid):
        raise ShapeError("a convolution is of matrices")
    (m, n), (p, q) = x.shape, kernel.shape
    if p > m or q > n:
        raise ShapeError(f"a kernel [{p} × {q}] does not fit on [{m} × {n}]")
    return _reduced(
        [
            [
                _dot([entry for row in x.rows[i : i + p] for entry in row[j : j + q]], kernel.entries)
                for j in range(n - q + 1)
            ]
            for i in range(m - p + 1)
        ]
    )


def _dot(xs: Sequence[Scalar], ys: Sequence[Scalar]) -> Scalar:
    total: Scalar = 0.0
    for x, y in zip(xs, ys, strict=True):
        total = total + x * y
    return total


def _reduced(rows: list[list[Scalar]]) -> Quantity:
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else Grid(rows)


def transpose(x: Quantity) -> Quantity:
    """Transpose."""
    if not isinstance(x, Grid):
        return x
    return Grid(list(zip(*x.rows, strict=True)))
