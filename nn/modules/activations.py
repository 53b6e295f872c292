"""Activation functions by name, and softmax."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.ops import TABLE
from nn._common.checks import check_operands, listed
from nn.modules.module import Module

__all__ = [
    "ACTIVATIONS", "Activation", "Elementwise", "FUNCTIONS", "checked", "function_of", "log_softmax", "softmax",
    "spelled",
]  # fmt: skip

Activation: TypeAlias = str | Callable[[Value], Value] | None
Operand: TypeAlias = Value | float

# Every op of one number.
ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    name: getattr(backend, name)
    for name, op in TABLE.items()
    if op.arity is not None and op.arity - len(op.defaults) == 1
}

# Looked up at each call, so that a copied or unpickled module uses the backend of its process.
FUNCTIONS: dict[str, Callable[[Value], Value] | None] = {"": None, **ACTIVATIONS}


def checked(activation: Activation) -> str | Callable[[Value], Value]:
    """Return the validated name or function; an empty string for none."""
    if activation is None or activation == "linear":
        return ""
    if isinstance(activation, type):
        raise ValueError(f"activation must be a name or a function of one Value, got the class {activation.__name__}")
    for name, function in ACTIVATIONS.items():
        if activation is function:
            return name  # by which a copy or pickle finds the function of its backend
    if callable(activation) or activation in list(ACTIVATIONS):  # a list, as other objects may not be hashable
        return activation
    small = str(activation).lower()
    here = f"; here: {small!r}" if small in ACTIVATIONS else ""
    allowed = listed(("linear", *ACTIVATIONS))
    raise ValueError(f"unknown activation, got {activation!r}; allowed {allowed}, or a function{here}")


def function_of(activation: str | Callable[[Value], Value]) -> Callable[[Value], Value] | None:
    """Return the function of an activation, or None."""
    return FUNCTIONS[activation] if isinstance(activation, str) else activation


def spelled(activation: str | Callable[[Value], Value]) -> str:
    """Return an activation as a repr shows it."""
    return getattr(activation, "__name__", "function") if callable(activation) else repr(activation or "linear")


class Elementwise(Module):
    """An activation as a module: applied to each of the values it is called with.

    Parameters
    ----------
    activation : str or callable
        A name in `ACTIVATIONS`, or a function of one Value.

    Examples
    --------
    >>> Elementwise("relu")([-1.0, Value(2.0)])
    [0.0, Value(2)]
    """

    def __init__(self, activation: Activation) -> None:
        self.activation = checked(activation)

    def __call__(self, xs: Sequence[Operand]) -> list[Any]:
        """Return the activation of each value."""
        function: Any = function_of(self.activation)
        try:
            return list(xs) if function is None else [function(x) for x in xs]
        except TypeError:
            check_operands(repr(self), None, xs)
            raise

    def __repr__(self) -> str:
        return f"Elementwise({spelled(self.activation)})"


def softmax(xs: Sequence[Operand]) -> list[Any]:
    """Softmax, e^x / Σ e^x for each of one or more values, computed without overflow.

    Examples
    --------
    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    parts = [backend.exp(x) for x in log_softmax(xs)]
    total = backend.sum(parts)  # 1 up to rounding of the logarithm, which grows with the values
    return [backend.div(part, total) for part in parts]


def log_softmax(xs: Sequence[Operand]) -> list[Any]:
    """Logarithm of `softmax`, x − ln(Σ e^x) for each of one or more values.

    Examples
    --------
    >>> log_softmax([Value(0.0), -1000.0])
    [Value(0), Value(-1000)]
    """
    try:
        total = backend.logsumexp(xs)
    except TypeError:
        check_operands("softmax", None, xs)
        raise
    return [backend.sub(x, total) for x in xs]
