"""What is called at the end of each epoch, and may end the training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from nn._common.checks import entries_of, number_in, number_of, size
from nn.training.history import History

__all__ = ["Callback", "EarlyStopping", "Epoch"]


@dataclass(frozen=True)
class Epoch:
    """What a callback is told.

    Attributes
    ----------
    number : int
        The epoch that has ended, counted from 1.
    loss : float
        Its loss, as in `History.loss`.
    validation : float or None
        The validation loss after it.
    model, optimizer
        What is trained, and by what; a callback may look at them and change them.
    history : History
        Everything so far, this epoch included.
    """

    number: int
    loss: float
    validation: float | None
    model: Any
    optimizer: Any
    history: History


Callback: TypeAlias = Callable[[Epoch], Any]


class EarlyStopping:
    """A callback that ends training when nothing gets better any more.

    It looks at the validation loss, or at the loss where there is no validation.

    Parameters
    ----------
    patience : int
        How many epochs in a row may pass without a new best one.
    min_delta : float
        By how much a loss must be below the best one to count.
    restore : bool
        Whether the model is left with the weights of its best epoch, rather than the last ones.

    Raises
    ------
    ValueError
        If patience is less than 1 or min_delta is negative.

    Examples
    --------
    >>> stopping = EarlyStopping(patience=2)
    >>> stopping
    EarlyStopping(patience=2, min_delta=0.0, restore=True)
    """

    def __init__(self, patience: int = 10, *, min_delta: float = 0.0, restore: bool = True) -> None:
        self.patience = size("EarlyStopping: patience", patience)
        self.min_delta = number_in("EarlyStopping: min_delta", min_delta, 0.0, math.inf)
        self.restore = bool(restore)
        self._best: float | None = None
        self._waited = 0

    def __call__(self, epoch: Epoch) -> bool:
        """Return whether to stop."""
        if epoch.number == 1:
            self._best, self._waited = None, 0  # another training
        found = epoch.loss if epoch.validation is None else epoch.validation
        if found < (math.inf if self._best is None else self._best - self.min_delta):  # nan never is the best
            self._best, self._waited = found, 0
        else:
            self._waited += 1
        return self._waited >= self.patience

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint has to keep."""
        return {"best": self._best, "waited": self._waited}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take what `state_dict` gave; a ValueError or TypeError says what is wrong, and nothing changes."""
        where = "load_state_dict of EarlyStopping"
        given = entries_of(where, state, ("best", "waited"))
        best = None if given["best"] is None else number_of(given["best"])
        self._waited, self._best = size(f"{where}: waited", given["waited"], least=0), best

    def __repr__(self) -> str:
        return f"EarlyStopping(patience={self.patience}, min_delta={self.min_delta}, restore={self.restore})"
