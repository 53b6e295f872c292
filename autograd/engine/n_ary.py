"""Functions of any number of operands, each recorded as one node."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd.engine.functions import apply
from autograd.engine.operands import sequence_of
from autograd.engine.value import Operand, Value  # noqa: F401  (examples use it)
from autograd.ops import TABLE

__all__ = ["dot", "logsumexp", "mean", "sum"]


def sum(values: Iterable[Operand]) -> Any:
    """Sum of any number of values, from left to right, as one node; a float if none is a Value.

    Examples
    --------
    >>> sum([Value(1.0), 2, 3.5])
    Value(6.5)
    """
    return apply(TABLE["sum"], sequence_of("sum", "values", values))


def mean(values: Iterable[Operand]) -> Any:
    """Arithmetic mean of one or more values, as one node; a float if none is a Value.

    Raises
    ------
    ValueError
        If there are no values.

    Examples
    --------
    >>> mean([Value(1.0), 2, 6])
    Value(3)
    """
    return apply(TABLE["mean"], sequence_of("mean", "values", values, 1))


def logsumexp(values: Iterable[Operand]) -> Any:
    """ln(Σ e^x) of one or more values, without overflow, as one node; a float if none is a Value.

    Raises
    ------
    ValueError
        If there are no values.

    Examples
    --------
    >>> logsumexp([Value(1000.0), 1000])
    Value(1001)
    """
    return apply(TABLE["logsumexp"], sequence_of("logsumexp", "values", values, 1))


def dot(ws: Iterable[Operand], xs: Iterable[Operand], bias: Operand = 0.0) -> Any:
    """w₁x₁ + … + wₙxₙ + bias as one node; a float if none is a Value.

    Parameters
    ----------
    ws, xs : sequences of Value or number
        Of the same length n, which may be 0.
    bias : Value or number
        Added last.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> dot([Value(1.0), Value(2.0)], [3.0, 4.0], 0.5)
    Value(11.5)
    """
    weights, inputs = sequence_of("dot", "ws", ws), sequence_of("dot", "xs", xs)
    if len(weights) != len(inputs):
        raise ValueError(f"dot: ws and xs must have one length, got {len(weights)} and {len(inputs)}")
    return apply(TABLE["dot"], (*weights, *inputs, bias))
