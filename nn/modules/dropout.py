"""Dropout, with masks that depend on a seed and a count of draws."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

from autograd._common.foreign import explained
from autograd.engine import backend, modes
from autograd.engine.backend import Value
from nn._common.checks import check_operands, setting
from nn._common.seeds import Seed, source
from nn.modules.activations import Operand
from nn.modules.module import Module

__all__ = ["Dropout"]


class Dropout(Module):
    """Set each value to 0 with probability `p` and divide the others by 1 − p, in training mode only.

    The mask depends on the seed and on the number of earlier draws, both part of `state_dict()`, so that a resumed
    training uses the same masks. In a recorded graph the mask consists of Values, which `redraw()` of the model draws
    again before a replay. A compiled function follows `train()` and `eval()`.

    Parameters
    ----------
    p : float
        The probability, in [0, 1).
    seed : int or random.Random, optional
        Source of the masks; by default the generator that `nn.seed` sets.

    Examples
    --------
    >>> dropout = Dropout(0.5, seed=1)
    >>> dropout([1.0, 2.0, 3.0, 4.0])
    [2.0, 4.0, 0.0, 8.0]
    >>> dropout.eval()([1.0, 2.0])
    [1.0, 2.0]
    """

    buffers: ClassVar[tuple[str, ...]] = ("draws", "seed")

    @explained("layer")
    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        self.p = setting("dropout", "p", p)
        self.seed = source(seed).getrandbits(32)
        self.draws = 0
        self._masks: list[list[Value]] = []  # of recorded graphs

    def __call__(self, xs: Sequence[Operand]) -> list[Any]:
        """Return the values, in training mode with some set to 0."""
        if not {float, Value}.issuperset(map(type, xs)):
            check_operands("dropout", None, xs)
        modes.depends_on("whether dropout is on", self._random)
        if not self._random():
            return list(xs)
        factors = self._drawn(len(xs))
        if modes.active and modes.recorder() is not None:
            mask = [Value(factor, label="mask") for factor in factors]
            self._masks.append(mask)
            return [backend.mul(x, m) for x, m in zip(xs, mask, strict=True)]
        return [backend.mul(x, factor) if factor else 0.0 for x, factor in zip(xs, factors, strict=True)]

    def _drawn(self, count: int) -> list[float]:
        draw = random.Random(self.seed << 64 | self.draws)
        self.draws += 1
        kept = 1.0 / (1.0 - self.p)
        return [0.0 if draw.random() < self.p else kept for _ in range(count)]

    def _random(self) -> bool:
        return self._training and self.p > 0.0

    def _redraw(self) -> None:
        for mask in self._masks if self._random() else []:
            for value, factor in zip(mask, self._drawn(len(mask)), strict=True):
                value.data = factor

    def __repr__(self) -> str:
        return f"Dropout({self.p!r})"
