"""A learning rate that falls when training makes no more progress."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nn._common.checks import entries_of, number_in, number_of, shown, size
from nn.optim.optimizer import Optimizer

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau:
    """The rate times `factor` when a measure has not got better for more than `patience` calls of `step(measure)`.

    Unlike the others it depends on what happened, and is no function of the step.

    Parameters
    ----------
    optimizer : Optimizer
        Whose rate.
    mode : {"min", "max"}
        Whether less or more is better.
    factor : float
        In (0, 1).
    patience : int
        How many calls without progress are let pass.
    threshold : float
        Relative size of what counts as progress.
    cooldown : int
        For how many calls after a change progress isn't asked for.
    min_lr : float
        No rate is less.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> descent = SGD([Value(1.0)], lr=1.0)
    >>> plateau = ReduceLROnPlateau(descent, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     plateau.step(loss)
    >>> descent.lr
    0.5
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"ReduceLROnPlateau: optimizer must be an Optimizer, got {shown(optimizer)}")
        if mode not in ("min", "max"):
            raise ValueError(f"ReduceLROnPlateau: unknown mode, got {mode!r}; allowed min, max")
        self.optimizer, self.mode = optimizer, mode
        self.factor = number_in("ReduceLROnPlateau: factor", factor, 0.0, 1.0, open_low=True)
        self.patience = size("ReduceLROnPlateau: patience", patience, least=0)
        self.threshold = number_in("ReduceLROnPlateau: threshold", threshold, 0.0, math.inf)
        self.cooldown = size("ReduceLROnPlateau: cooldown", cooldown, least=0)
        self.min_lr = number_in("ReduceLROnPlateau: min_lr", min_lr, 0.0, math.inf)
        self.best = math.inf if mode == "min" else -math.inf
        self.bad_calls = self.cooling = 0

    def step(self, measure: float) -> None:
        """Take the next measure, such as the validation loss; nan is no progress."""
        number = number_of(measure)
        sign = 1.0 if self.mode == "min" else -1.0
        if sign * number < sign * self.best * (1.0 - sign * self.threshold):
            self.best, self.bad_calls = number, 0
        else:
            self.bad_calls += 1
        if self.cooling:
            self.cooling -= 1
            self.bad_calls = 0
        if self.bad_calls > self.patience:
            lower = max(self.optimizer.lr * self.factor, self.min_lr)
            if self.optimizer.lr - lower > 1e-8:
                self.optimizer.lr = lower
            self.cooling, self.bad_calls = self.cooldown, 0

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed schedule needs to know; the optimiser's rate is in the optimiser's own state."""
        return {"best": self.best, "bad_calls": self.bad_calls, "cooling": self.cooling}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take what `state_dict()` gave."""
        where = "load_state_dict of ReduceLROnPlateau"
        given = entries_of(where, state, tuple(self.state_dict()))
        best = number_of(given["best"])
        bad_calls, cooling = (size(f"{where}: {name}", given[name], least=0) for name in ("bad_calls", "cooling"))
        self.best, self.bad_calls, self.cooling = best, bad_calls, cooling
