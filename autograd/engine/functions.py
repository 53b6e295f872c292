"""The ops of the table as functions and methods: names, defaults and any number of operands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any

from autograd._common.foreign import install
from autograd._common.numbers import shown
from autograd.engine import _operators, modes
from autograd.engine.observing import observe
from autograd.engine.value import (  # noqa: F401  (the backend is this module: see backend.py)
    Operand,
    Value,
    _group_of,
    _mark,
    _marks_of,
    _put_in_group,
    operand,
    record,
    restore,
)
from autograd.ops import BUILT_IN, NAMES, TABLE, Op

__all__ = ["FUNCTIONS", "Value", "dot", "layer", "logsumexp", "mean", "restore", "sum"]


def apply(op: Op, operands: tuple[Any, ...]) -> Any:
    """Apply an op: a Value if an operand is one, else a float."""
    if any(isinstance(x, Value) for x in operands):
        return record(op, operands)
    return op.compute(*(operand(op, x) for x in operands))[0]


def _bind(op: Op, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Return the operands in order, from positions, names and defaults."""
    operands = list(given)
    optional = len(op.parameters) - len(op.defaults)
    for position, name in enumerate(op.parameters[len(given) :], len(given)):
        if name in named:
            operands.append(named.pop(name))
        elif position >= optional:
            operands.append(op.defaults[position - optional])
    if named or len(operands) != len(op.parameters):
        got = ", ".join([*map(shown, given), *named])
        raise TypeError(f"{op.name}: takes ({', '.join(op.parameters)}), got ({got})")
    return tuple(operands)


def _function(op: Op) -> Callable[..., Any]:
    unary = _operators.UNARY.get(op.name)

    def function(*given: Any, **named: Any) -> Any:
        if unary and len(given) == 1 and not named and isinstance(given[0], Value):
            return unary(given[0])
        return apply(op, _bind(op, given, named))

    return _described(function, op, op.parameters[0])


def _method(op: Op) -> Callable[..., Any]:
    if op.name in _operators.UNARY:
        unary = _operators.UNARY[op.name]
        return _described(FunctionType(unary.__code__, unary.__globals__), op, "self")
    return _described(lambda self, *given, **named: record(op, _bind(op, (self, *given), named)), op, "self")


def _described(function: Callable[..., Any], op: Op, first: str) -> Callable[..., Any]:
    """Give a function the name, docstring and signature of an op."""
    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = op.doc
    names = (first, *op.parameters[1:])
    defaults = (inspect.Parameter.empty,) * (len(names) - len(op.defaults)) + op.defaults
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, kind, default=default) for name, default in zip(names, defaults)]
    )
    return function


# Any number of operands


def _sequence(op: str, what: str, values: Iterable[Any], least: int = 0) -> tuple[Any, ...]:
    iterable = hasattr(type(values), "__iter__") or hasattr(type(values), "__getitem__")
    if not iterable or isinstance(values, (str, bytes)):
        raise TypeError(f"{op}: {what} must be a sequence of Values or numbers, got {shown(values)}")
    operands = tuple(values)
    if len(operands) < least:
        raise ValueError(f"{op}: needs at least one value, got an empty sequence")
    return operands


def sum(values: Iterable[Operand]) -> Any:
    """Sum of any number of values, from left to right, as one node; a float if none is a Value.

    Examples
    --------
    >>> sum([Value(1.0), 2, 3.5])
    Value(6.5)
    """
    return apply(TABLE["sum"], _sequence("sum", "values", values))


def mean(values: Iterable[Operand]) -> Any:
    """Arithmetic mean of one or more values, as one node; a float if none is a Value.

    Raises
    ------
    ValueError
        If there is no value.

    Examples
    --------
    >>> mean([Value(1.0), 2, 6])
    Value(3)
    """
    return apply(TABLE["mean"], _sequence("mean", "values", values, 1))


def logsumexp(values: Iterable[Operand]) -> Any:
    """ln(Σ e^x) of one or more values, without overflow, as one node; a float if none is a Value.

    Raises
    ------
    ValueError
        If there is no value.

    Examples
    --------
    >>> logsumexp([Value(1000.0), 1000])
    Value(1001)
    """
    return apply(TABLE["logsumexp"], _sequence("logsumexp", "values", values, 1))


def dot(ws: Iterable[Operand], xs: Iterable[Operand], bias: Operand = 0.0) -> Any:
    """w₁x₁ + … + wₙxₙ + bias as one node; a float if none is a Value.

    Parameters
    ----------
    ws, xs : sequences of Value or number
        Of one length n, 0 or more.
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
    weights, inputs = _sequence("dot", "ws", ws), _sequence("dot", "xs", xs)
    if len(weights) != len(inputs):
        raise ValueError(f"dot: ws and xs must have one length, got {len(weights)} and {len(inputs)}")
    return apply(TABLE["dot"], (*weights, *inputs, bias))


def layer(
    rows: Sequence[Iterable[Operand]],
    xs: Iterable[Operand],
    biases: Sequence[Operand],
    activation: Callable[[Value], Value] | None,
    labels: Sequence[tuple[str, str]],
) -> list[Value]:
    """Outputs of neurons with the same inputs, each one `dot` and one activation, in one call.

    Parameters
    ----------
    rows : sequence of sequences of Value or number
        The weights, one row for each neuron.
    xs : sequence of Value or number
        The inputs.
    biases : sequence of Value or number
        One for each neuron.
    activation : callable or None
        Applied to each net input.
    labels : sequence of (str, str)
        For each neuron the labels of its net input and of its output.

    Raises
    ------
    ValueError
        If lengths differ.

    Examples
    --------
    >>> layer([[Value(0.3), Value(0.4)]], [1.0, 2.0], [0.5], Value.tanh, [("net", "out")])
    [Value(0.9217, label='out')]
    """
    inputs = _sequence("dot", "xs", xs)
    if not len(rows) == len(biases) == len(labels):
        lengths = f"{len(rows)}, {len(biases)} and {len(labels)}"
        raise ValueError(f"layer: rows, biases and labels must have one length, got {lengths}")
    outputs = []
    for ws, bias, (net_label, out_label) in zip(rows, biases, labels, strict=True):
        output: Value = dot(ws, inputs, bias)
        output.label = net_label
        if activation is not None:
            output = activation(output)
            output.label = out_label
        outputs.append(output)
    return outputs


_fixed = [TABLE[name] for name in BUILT_IN if TABLE[name].arity is not None]

FUNCTIONS: dict[str, Callable[..., Any]] = {op.name: _function(op) for op in _fixed} | {
    "sum": sum, "mean": mean, "logsumexp": logsumexp, "dot": dot,
}  # fmt: skip

for _op in [op for op in _fixed if op.name in NAMES]:
    for _name in filter(None, (_op.name, _op.numpy)):
        if _name not in vars(Value):
            setattr(Value, _name, _method(_op))
for _method_ in _operators.OPERATORS:
    setattr(Value, _method_.__name__, _method_)
install(Value, "Value")
modes.listeners.append(observe(Value))
