"""The ops of the table as functions and methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from autograd._common.foreign import install
from autograd._common.numbers import shown
from autograd.engine import _operators, modes
from autograd.engine.observing import observe
from autograd.engine.operands import operand
from autograd.engine.value import Value, record
from autograd.ops import BUILT_IN, NAMES, TABLE, Op

__all__ = ["FUNCTIONS", "apply"]


def apply(op: Op, operands: tuple[Any, ...]) -> Any:
    """Apply an op: a Value if an operand is one, else a float."""
    if any(isinstance(x, Value) for x in operands):
        return record(op, operands)
    return op.compute(*(operand(op, x) for x in operands))[0]


def _bind(op: Op, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Return the operands in order, from positional arguments, keywords and defaults."""
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


_fixed = [TABLE[name] for name in BUILT_IN if TABLE[name].arity is not None]

FUNCTIONS: dict[str, Callable[..., Any]] = {op.name: _function(op) for op in _fixed}
"""Functions of a fixed number of operands, by name; `n_ary` has the others."""

for _op in [op for op in _fixed if op.name in NAMES]:
    for _name in filter(None, (_op.name, _op.numpy)):
        if _name not in vars(Value):
            setattr(Value, _name, _method(_op))
for _method_ in _operators.OPERATORS:
    setattr(Value, _method_.__name__, _method_)
install(Value, "Value")
modes.listeners.append(observe(Value))
