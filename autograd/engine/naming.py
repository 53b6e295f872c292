"""Labelled Values from keywords, labels from a namespace, and the data of several Values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograd.engine.backend import Value
from autograd.engine.operands import as_float

__all__ = ["assign", "label", "values"]


def values(**numbers: float) -> tuple[Value, ...]:
    """Return a labelled leaf for each keyword, in order.

    Examples
    --------
    >>> w5, w6 = values(w5=0.40, w6=0.45)
    >>> w6
    Value(0.45, label='w6')
    """
    return tuple(Value(number, label=name) for name, number in numbers.items())


def assign(leaves: Iterable[Value], numbers: Iterable[float]) -> None:
    """Set the data of several leaves, such as the parameters of a model that is written without `nn`.

    Parameters
    ----------
    leaves : iterable of Value
        The leaves, in the order of the numbers.
    numbers : iterable of float
        As many numbers: a list, or a 1-D array such as a minimiser's result.

    Raises
    ------
    TypeError, ValueError
        If one is not a Value, not a leaf or not a number, or the counts differ; nothing changes.

    Examples
    --------
    >>> w, b = values(w=1.0, b=2.0)
    >>> assign([w, b], [0.5, 0.25])
    >>> w, b
    (Value(0.5, label='w'), Value(0.25, label='b'))
    """
    found = [*leaves]
    for i, leaf in enumerate(found):
        if not isinstance(leaf, Value):
            raise TypeError(f"assign: leaves[{i}] must be a Value, got {leaf!r:.60} ({type(leaf).__name__})")
        if leaf.op:
            raise ValueError(f"assign: leaves[{i}] must be a leaf, got a result of {leaf.op}, {leaf!r}")
    floats = [as_float(f"assign: numbers[{i}]", number) for i, number in enumerate(numbers)]
    if len(floats) != len(found):
        raise ValueError(f"assign: takes one number for each leaf, got {len(floats)} for {len(found)}")
    for leaf, number in zip(found, floats, strict=True):
        leaf.data = number


def label(namespace: Mapping[str, object]) -> None:
    """Label each unlabelled Value in a namespace with its variable name, as in `label(locals())`.

    Names that begin with an underscore are skipped, and existing labels are kept. If a Value has several names, the
    first is used.

    Examples
    --------
    >>> x = Value(2.0)
    >>> y = x * x
    >>> label({"x": x, "y": y})
    >>> y
    Value(4, label='y')
    """
    for name, value in namespace.items():
        if isinstance(value, Value) and not value.label and not name.startswith("_"):
            value.label = name
