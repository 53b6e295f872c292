"""Validation of operands that aren't Values, and of sequences of operands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd._common.numbers import is_number, not_a_number, shown
from autograd.ops import Op

__all__ = ["as_float", "operand", "other_operand", "sequence_of"]


def as_float(what: str, x: Any) -> float:
    """Return a number as a float; the TypeError for anything else names `what`."""
    if not is_number(x):
        raise TypeError(f"{what} must be a number, got {not_a_number(x)}")
    return float(x)


def operand(op: Op, x: Any) -> float:
    """Return an operand that isn't a Value as a float."""
    if type(x) is not int and not is_number(x):
        raise TypeError(f"{op.name}: operands must be Values or numbers, got {not_a_number(x)}")
    return float(x)


def other_operand(op: Op, other: Any, reflected: str) -> Any:
    """Return an operator's right operand, or NotImplemented if its class implements the operator, as arrays do."""
    kind = type(other)
    if kind is not int and kind.__module__ != "builtins" and hasattr(kind, reflected) and not is_number(other):
        return NotImplemented
    return operand(op, other)


def sequence_of(op: str, what: str, values: Iterable[Any], least: int = 0) -> tuple[Any, ...]:
    """Return operands as a tuple; raise TypeError or ValueError if they aren't a sequence with enough elements."""
    iterable = hasattr(type(values), "__iter__") or hasattr(type(values), "__getitem__")
    if not iterable or isinstance(values, (str, bytes)):
        raise TypeError(f"{op}: {what} must be a sequence of Values or numbers, got {shown(values)}")
    operands = tuple(values)
    if len(operands) < least:
        raise ValueError(f"{op}: needs at least one value, got an empty sequence")
    return operands
