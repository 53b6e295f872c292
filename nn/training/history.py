"""The history of a training run: losses by epoch, as text or a plot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["History", "sparkline"]

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(numbers: list[float], width: int = 40) -> str:
    """Return numbers as a line of block characters.

    Parameters
    ----------
    numbers : list of float
        The numbers; nan and inf are shown as ×.
    width : int
        The greatest length of the line; longer lists are averaged.

    Examples
    --------
    >>> sparkline([1.0, 2.0, 4.0, 8.0])
    '▁▂▄█'
    """
    if len(numbers) > width:
        edges = [len(numbers) * i // width for i in range(width + 1)]
        numbers = [sum(x / (b - a) for x in numbers[a:b]) for a, b in itertools.pairwise(edges)]  # without overflow
    height = _scale(numbers)
    return "".join(BLOCKS[round(height(x) * (len(BLOCKS) - 1))] if math.isfinite(x) else "×" for x in numbers)


def _scale(numbers: list[float]) -> Callable[[float], float]:
    """Return a function that maps the range of the finite numbers to [0, 1], without overflow."""
    finite = [number for number in numbers if math.isfinite(number)]
    low, high = min(finite, default=0.0) / 2, max(finite, default=0.0) / 2
    return lambda number: (number / 2 - low) / (high - low or 1.0)


@dataclass
class History:
    """The result of `fit`: how the training went.

    Attributes
    ----------
    loss : list of float
        For each epoch, the mean loss of the samples (their sum, with `reduction="sum"`) during the epoch, including the
        penalty.
    validation : list of float
        For each epoch, the mean loss of the validation samples after it; empty if there is no validation.
    best_epoch : int
        The epoch, counted from 1, with the least validation loss, or training loss if there is no validation; 0 before
        the first.
    steps : int
        The number of optimiser steps.
    seconds : float
        The duration in this process.
    stopped : str
        The reason for ending before the last epoch: "early", "interrupted", or empty.

    Examples
    --------
    >>> History(loss=[4.0, 2.0, 1.0, 0.5], best_epoch=4, steps=4)
    History(4 epochs, 4 steps, loss 4 → 0.5 █▄▂▁)
    """

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    best_epoch: int = 0
    steps: int = 0
    seconds: float = 0.0
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """The number of finished epochs."""
        return len(self.loss)

    def __repr__(self) -> str:
        curves = [("loss", self.loss), ("validation", self.validation)]
        parts = [f"{self.epochs} epochs", f"{self.steps} steps", *[_described(*curve) for curve in curves if curve[1]]]
        return f"History({', '.join(parts + ([self.stopped] if self.stopped else []))})"

    def plot(self, axes: Any = None) -> Any:
        """Plot the losses with matplotlib (extra `plots`) into axes, by default new ones, and return the axes."""
        from nn.training import plots

        return plots.curves(self, axes)


def _described(name: str, numbers: list[float]) -> str:
    return f"{name} {numbers[0]:.4g} → {numbers[-1]:.4g} {sparkline(numbers)}"
