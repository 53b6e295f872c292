"""Checkpoints of a training run: JSON files, written atomically and validated when read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from autograd._common.files import as_path
from autograd.errors import AutogradError
from nn._common import documents
from nn._common.checks import setting

if TYPE_CHECKING:
    import os

__all__ = ["Checkpoint", "CheckpointError"]

FORMAT: Final = "scalargrad checkpoint"
VERSION: Final = 1
KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "settings": dict,
    "weights": dict,
    "optimizer": dict,
    "best": list,
    "loss": list,
    "validation": list,
    "best_epoch": int,
    "steps": int,
    "samples_done": int,
    "running": (int, float),
    "shuffle": dict,
    "callbacks": list,
    "stopped": str,
}


class CheckpointError(AutogradError, ValueError):
    """A file isn't a checkpoint of this training; nothing has changed."""


class Checkpoint:
    """The file to which `fit` writes its state, and how often.

    A training that is started again with the same checkpoint continues from the file, and ends with the same weights,
    bit for bit, as one that was never interrupted. Model (classes, code and plain attributes), data, loss, penalty,
    schedule, `clip`, the classes of callbacks that have a state, batch size and `seed` must be the same; weights and
    the optimiser's settings are those of the file, whatever the model was initialised with.

    Parameters
    ----------
    path : path
        The JSON file.
    seconds : float
        The least time between two writes. The file is also written at the end of the training.
    steps : int, optional
        Write after every `steps` steps of the optimiser instead.

    Raises
    ------
    ValueError
        If `seconds` is negative or `steps` is less than 1.

    Examples
    --------
    >>> Checkpoint("moons.json", steps=100)
    Checkpoint('moons.json', steps=100)
    """

    def __init__(self, path: str | os.PathLike[str], *, seconds: float = 10.0, steps: int | None = None) -> None:
        self.path = as_path("Checkpoint", path)
        self.seconds: float = setting("Checkpoint", "seconds", seconds)
        self.steps: int | None = None if steps is None else setting("Checkpoint", "steps", steps)
        self._written = time.monotonic()

    def due(self, step: int) -> bool:
        """Return whether the file should be written after a number of steps."""
        if self.steps is not None:
            return step % self.steps == 0
        return time.monotonic() - self._written >= self.seconds

    def write(self, state: dict[str, Any]) -> None:
        """Write a state atomically.

        Raises
        ------
        OSError
            If the file can't be written; a previous file is kept.
        """
        documents.write(self.path, FORMAT, VERSION, state)
        self._written = time.monotonic()

    def read(self) -> dict[str, Any] | None:
        """Return the state in the file, or None if there is no file.

        Raises
        ------
        CheckpointError
            If the file isn't a checkpoint.
        FileNotFoundError
            If the folder of the file doesn't exist.
        """
        if not self.path.exists():
            if not self.path.parent.is_dir():
                raise FileNotFoundError(f"checkpoint: {self.path}: there is no folder {self.path.parent}")
            return None
        found = documents.read(self.path, "checkpoint", FORMAT, VERSION, CheckpointError)
        for name, kind in KINDS.items():
            if not isinstance(found.get(name), kind) or isinstance(found[name], bool):
                raise CheckpointError(f"checkpoint: {self.path}: {name} is missing or of another kind")
        self._check_numbers(found)
        return found

    def _check_numbers(self, found: dict[str, Any]) -> None:
        epochs, counts = len(found["loss"]), [found[name] for name in ("steps", "samples_done", "best_epoch")]
        wrong = ""
        for name in ("best", "loss", "validation"):
            if not all(type(x) is float or (type(x) is int and abs(x) < 2**53) for x in found[name]):
                wrong = f"{name} must be numbers"
        if not all(0 <= count < 2**53 for count in counts) or counts[2] > epochs:
            wrong = "a count is out of range"
        if type(found["running"]) is int and abs(found["running"]) >= 2**53:
            wrong = "running is out of range"
        if found["stopped"] not in ("", "early", "interrupted"):
            wrong = f"stopped is {found['stopped']!r:.40}"
        if len(found["validation"]) not in (0, epochs):
            wrong = "validation must have a number for each epoch"
        if wrong:
            raise CheckpointError(f"checkpoint: {self.path}: {wrong}")

    def __repr__(self) -> str:
        how = f"seconds={self.seconds}" if self.steps is None else f"steps={self.steps}"
        return f"Checkpoint({str(self.path)!r}, {how})"
