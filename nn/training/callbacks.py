"""Callbacks, which are called at the end of each epoch and may stop the training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograd._common.foreign import explained
from nn._common.checks import entries_of, number_of, setting
from nn.training.history import History

__all__ = ["Callback", "EarlyStopping", "Epoch"]


@dataclass(frozen=True)
class Epoch:
    """The argument of a callback: the state of the training after an epoch.

    Attributes
    ----------
    number : int
        The number of the epoch, counted from 1.
    loss, validation : float
        The losses of the epoch, as in `History`; the latter is None if there is no validation.
    model, optimizer, history
        Model and optimiser, which a callback may read and change, and the history including this epoch.
    """

    number: int
    loss: float
    validation: float | None
    model: Any
    optimizer: Any
    history: History


Callback: TypeAlias = Callable[[Epoch], Any]


class EarlyStopping:
    """A callback that stops the training when the loss has stopped improving.

    It monitors the validation loss, or the training loss if there is no validation.

    Parameters
    ----------
    patience : int
        The number of epochs in a row without improvement after which training stops.
    min_delta : float
        The least decrease of the best loss that counts as an improvement.
    restore : bool
        Whether the weights of the best epoch are restored at the end.

    Examples
    --------
    >>> stopping = EarlyStopping(patience=2)
    >>> stopping
    EarlyStopping(patience=2, min_delta=0.0, restore=True)
    """

    @explained("stopping")
    def __init__(self, patience: int = 10, *, min_delta: float = 0.0, restore: bool = True) -> None:
        self.patience: int = setting("EarlyStopping", "patience", patience)
        self.min_delta: float = setting("EarlyStopping", "min_delta", min_delta)
        self.restore: bool = setting("EarlyStopping", "restore", restore)
        self._best: float | None = None
        self._waited = 0

    def __call__(self, epoch: Epoch) -> bool:
        """Return whether to stop."""
        if epoch.number == 1:
            self._best, self._waited = None, 0  # another training
        found = epoch.loss if epoch.validation is None else epoch.validation
        if found < (math.inf if self._best is None else self._best - self.min_delta):  # nan is never the best
            self._best, self._waited = found, 0
        else:
            self._waited += 1
        return self._waited >= self.patience

    def state_dict(self) -> dict[str, Any]:
        """Return the state that a checkpoint keeps."""
        return {"best": self._best, "waited": self._waited}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state from `state_dict()`; a malformed one raises a ValueError or TypeError and changes nothing."""
        where = "load_state_dict of EarlyStopping"
        given = entries_of(where, state, ("best", "waited"))
        best = None if given["best"] is None else number_of(given["best"])
        self._waited, self._best = setting(where, "waited", given["waited"]), best

    def __repr__(self) -> str:
        return f"EarlyStopping(patience={self.patience}, min_delta={self.min_delta}, restore={self.restore})"
