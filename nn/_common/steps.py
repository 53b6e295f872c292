"""Optimiser steps in Python: the reference for `_steps.c`, which does the same in the same order, to the last bit.

A step reads data and gradients of all parameters, computes what they and the state become, and only then writes.
Formulas and their order are those of `torch.optim`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from autograd.engine.backend import Value
from autograd.ops import ieee

if TYPE_CHECKING:
    Doubles: TypeAlias = array[float]

__all__ = ["adam", "finite", "read", "rmsprop", "sgd", "write"]


def read(values: tuple[Value, ...], what: str) -> Doubles:
    """`data` or `grad` of every Value."""
    if what not in ("data", "grad"):
        raise ValueError(f"read: what must be 'data' or 'grad', got {what!r}")
    return array("d", [getattr(value, what) for value in values])


def finite(values: tuple[Value, ...], what: str) -> bool:
    """Whether `data` or `grad` of every Value is neither nan nor inf."""
    if what not in ("data", "grad"):
        raise ValueError(f"finite: what must be 'data' or 'grad', got {what!r}")
    return all(math.isfinite(getattr(value, what)) for value in values)


def write(values: tuple[Value, ...], what: str, numbers: Doubles) -> None:
    """Set `data` or `grad` of every Value."""
    if what not in ("data", "grad"):
        raise ValueError(f"write: what must be 'data' or 'grad', got {what!r}")
    if len(numbers) != len(values):
        raise ValueError(f"write: there must be {len(values)} numbers, got {len(numbers)}")
    for value, number in zip(values, numbers, strict=True):
        setattr(value, what, number)


def sgd(
    values: tuple[Value, ...],
    buffer: Doubles | None,
    first: bool,
    lr: float,
    momentum: float,
    dampening: float,
    decay: float,
    nesterov: bool,
) -> None:
    """Gradient descent; `buffer` is the momentum's, which the first step starts with the gradient."""
    xs, kept = [], []
    for i, (x, g) in enumerate(_read(values)):
        if decay != 0.0:
            g = g + decay * x
        if buffer is not None:
            b = g if first else momentum * buffer[i] + (1.0 - dampening) * g
            kept.append(b)
            g = g + momentum * b if nesterov else b
        xs.append(x - lr * g)
    _write(values, xs, (buffer, kept))


def adam(
    values: tuple[Value, ...],
    mean: Doubles,
    square: Doubles,
    largest: Doubles | None,
    rate: float,
    unbias: float,
    beta1: float,
    beta2: float,
    eps: float,
    decay: float,
    shrink: float,
) -> None:
    """Adam: `rate` is lr/(1 − β₁ᵗ), `unbias` 1/√(1 − β₂ᵗ); `decay` adds to gradients, `shrink` multiplies the data."""
    xs, means, squares, tops = [], [], [], []
    for i, (x, g) in enumerate(_read(values)):
        x = x * shrink
        if decay != 0.0:
            g = g + decay * x
        m = mean[i] + (1.0 - beta1) * (g - mean[i])
        v = beta2 * square[i] + (1.0 - beta2) * g * g
        means.append(m)
        squares.append(v)
        if largest is not None:
            v = v if v > largest[i] or v != v else largest[i]
            tops.append(v)
        xs.append(x - rate * ieee.div(m, ieee.sqrt(v) * unbias + eps))
    _write(values, xs, (mean, means), (square, squares), (largest, tops))


def rmsprop(
    values: tuple[Value, ...],
    square: Doubles,
    mean: Doubles | None,
    buffer: Doubles | None,
    lr: float,
    alpha: float,
    eps: float,
    decay: float,
    momentum: float,
) -> None:
    """RMSprop; with `mean` it is centred, with `buffer` it has momentum."""
    xs, squares, means, kept = [], [], [], []
    for i, (x, g) in enumerate(_read(values)):
        if decay != 0.0:
            g = g + decay * x
        v = alpha * square[i] + (1.0 - alpha) * g * g
        squares.append(v)
        if mean is not None:
            m = mean[i] + (1.0 - alpha) * (g - mean[i])
            means.append(m)
            v = v - m * m
        step = ieee.div(g, ieee.sqrt(v) + eps)
        if buffer is not None:
            step = momentum * buffer[i] + step
            kept.append(step)
        xs.append(x - lr * step)
    _write(values, xs, (square, squares), (mean, means), (buffer, kept))


def _read(values: tuple[Value, ...]) -> list[tuple[float, float]]:
    return [(value.data, value.grad) for value in values]


def _write(values: tuple[Value, ...], data: Sequence[float], *states: tuple[Doubles | None, list[float]]) -> None:
    for state, numbers in states:
        if state is not None:
            state[:] = array("d", numbers)
    for value, number in zip(values, data, strict=True):
        value.data = number
