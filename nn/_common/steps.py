"""Optimiser steps, one row each, and numbers of many Values at once.

A row is straight-line Python over the floats of one parameter: its number `x`, its gradient `g` and the optimiser's
state for it, which stand before the `/`, then the settings. It returns the new `x` and the new state. Formulas and
their order are those of `torch.optim`. The C loops are generated from these rows (`nn._common.codegen`); `step` below
runs them in Python, for the same bits.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from autograd.engine.backend import Value
from autograd.ops import ieee

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Doubles: TypeAlias = array[float]

__all__ = ["ROWS", "finite", "permute", "read", "step", "write"]


def sgd(x: float, g: float, /, lr: float, decay: float, maximize: float) -> tuple[float, ...]:
    """Gradient descent."""
    g = -g if maximize else g
    g = g + decay * x if decay else g
    x = x - lr * g
    return (x,)


def momentum(
    x: float, g: float, buffer: float, /,
    lr: float, decay: float, maximize: float, momentum: float, dampening: float, nesterov: float, steps: float,
) -> tuple[float, ...]:  # fmt: skip
    """Gradient descent with momentum, whose `buffer` the first step starts with the gradient."""
    g = -g if maximize else g
    g = g + decay * x if decay else g
    buffer = momentum * buffer + (1.0 - dampening) * g if steps else g
    x = x - lr * (g + momentum * buffer if nesterov else buffer)
    return x, buffer


def adam(
    x: float, g: float, mean: float, square: float, largest: float, /,
    rate: float, unbias: float, beta1: float, beta2: float, eps: float, decay: float, shrink: float, amsgrad: float,
    maximize: float,
) -> tuple[float, ...]:  # fmt: skip
    """Adam: `rate` is lr/(1 − β₁ᵗ), `unbias` 1/√(1 − β₂ᵗ); `decay` adds to gradients, `shrink` multiplies the data."""
    g = -g if maximize else g
    x = x * shrink
    g = g + decay * x if decay else g
    mean = mean + (1.0 - beta1) * (g - mean)
    square = beta2 * square + (1.0 - beta2) * g * g
    largest = square if square > largest or square != square else largest
    x = x - rate * ieee.div(mean, ieee.sqrt(largest if amsgrad else square) * unbias + eps)
    return x, mean, square, largest


def rmsprop(
    x: float, g: float, square: float, mean: float, buffer: float, /,
    lr: float, alpha: float, eps: float, decay: float, momentum: float, centered: float, maximize: float,
) -> tuple[float, ...]:  # fmt: skip
    """RMSprop, with a running mean of the gradient where it is centred."""
    g = -g if maximize else g
    g = g + decay * x if decay else g
    square = alpha * square + (1.0 - alpha) * g * g
    mean = mean + (1.0 - alpha) * (g - mean)
    change = ieee.div(g, ieee.sqrt(square - mean * mean if centered else square) + eps)
    buffer = momentum * buffer + change
    x = x - lr * (buffer if momentum else change)
    return x, square, mean, buffer


ROWS: Final[dict[str, Callable[..., tuple[float, ...]]]] = {row.__name__: row for row in (sgd, momentum, adam, rmsprop)}


def step(name: str, values: tuple[Value, ...], states: tuple[Doubles | None, ...], settings: tuple[float, ...]) -> None:
    """Run a row for all parameters; a state that is None counts as zeros and is not kept."""
    row, kept = ROWS[name], [zeros(len(values)) if state is None else state for state in states]
    moved = [
        row(value.data, value.grad, *state, *settings)
        for value, *state in zip(values, *kept, strict=True)
    ]  # fmt: skip
    for position, state in enumerate(states, 1):
        if state is not None:
            state[:] = array("d", [new[position] for new in moved])
    for value, new in zip(values, moved, strict=True):
        value.data = new[0]


def zeros(count: int) -> Doubles:
    """Return an array of zeros."""
    return array("d", bytes(8 * count))


def read(values: tuple[Value, ...], what: str) -> Doubles:
    """Return `data` or `grad` of every Value."""
    if what not in ("data", "grad"):
        raise ValueError(f"read: what must be 'data' or 'grad', got {what!r}")
    return array("d", [getattr(value, what) for value in values])


def finite(values: tuple[Value, ...], what: str) -> bool:
    """Return whether `data` or `grad` of every Value is finite."""
    return all(map(math.isfinite, read(values, what)))


def write(values: tuple[Value, ...], what: str, numbers: Sequence[float]) -> None:
    """Set `data` or `grad` of every Value."""
    if what not in ("data", "grad"):
        raise ValueError(f"write: what must be 'data' or 'grad', got {what!r}")
    if len(numbers) != len(values):
        raise ValueError(f"write: there must be {len(values)} numbers, got {len(numbers)}")
    for value, number in zip(values, numbers, strict=True):
        setattr(value, what, number)


def permute(draws: NDArray[np.uint64], order: NDArray[np.int64]) -> None:
    """Write a random permutation of 0 to n − 1, from n draws of 64 bits (Fisher and Yates)."""
    random, found = draws.data, order.data  # lists would hold an object for each sample
    for i in range(len(draws)):
        found[i] = i
    for i in range(len(draws) - 1, 0, -1):
        j = random[i] * (i + 1) >> 64
        found[i], found[j] = found[j], found[i]
