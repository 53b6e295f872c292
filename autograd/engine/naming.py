"""Labelled Values from keywords, and labels from a namespace."""

from __future__ import annotations

from collections.abc import Mapping

from autograd.engine.backend import Value

__all__ = ["label", "values"]


def values(**numbers: float) -> tuple[Value, ...]:
    """Return a labelled leaf for each keyword, in order.

    Examples
    --------
    >>> w5, w6 = values(w5=0.40, w6=0.45)
    >>> w6
    Value(0.45, label='w6')
    """
    return tuple(Value(number, label=name) for name, number in numbers.items())


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
