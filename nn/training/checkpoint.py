"""Checkpoints of a training run: JSON files, written atomically and validated when read."""

from __future__ import annotations

import math
import time
import zlib
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

from autograd._common.files import as_path
from autograd.errors import AutogradError
from nn._common import documents
from nn._common.checks import number_in, size

if TYPE_CHECKING:
    import os

__all__ = ["Checkpoint", "CheckpointError", "fingerprint", "structure"]

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
    batch size and `seed` must be the same; weights and the optimiser's settings are those of the file, whatever the
    model was initialised with.

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
        self.seconds = number_in("Checkpoint: seconds", seconds, 0.0, math.inf)
        self.steps = None if steps is None else size("Checkpoint: steps", steps)
        self._written = time.monotonic()

    def due(self, step: int) -> bool:
        """Return whether the file should be written after so many steps."""
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
        for name in ("best", "loss", "validation"):
            if not all(type(x) is float or (type(x) is int and abs(x) < 2**53) for x in found[name]):
                raise CheckpointError(f"checkpoint: {self.path}: {name} must be numbers")
        epochs = len(found["loss"])
        if found["samples_done"] < 0 or found["steps"] < 0 or not 0 <= found["best_epoch"] <= epochs:
            raise CheckpointError(f"checkpoint: {self.path}: a count is out of range")
        counts = (found["steps"], found["samples_done"], found["best_epoch"], found["running"])
        if any(type(x) is int and abs(x) >= 2**53 for x in counts):
            raise CheckpointError(f"checkpoint: {self.path}: running, steps or samples_done is out of range")
        if found["stopped"] not in ("", "early", "interrupted"):
            raise CheckpointError(f"checkpoint: {self.path}: stopped is {found['stopped']!r:.40}")
        if len(found["validation"]) not in (0, epochs):
            raise CheckpointError(f"checkpoint: {self.path}: validation must have a number for each epoch")

    def __repr__(self) -> str:
        how = f"seconds={self.seconds}" if self.steps is None else f"steps={self.steps}"
        return f"Checkpoint({str(self.path)!r}, {how})"


def fingerprint(function: Any) -> Any:
    """Return the name of a function and a checksum of its code and of the plain data that it uses."""
    if isinstance(function, partial):
        given = sorted(function.keywords)
        return [fingerprint(function.func), _plain(function.args), given, _plain(map(function.keywords.get, given))]
    code = getattr(function, "__code__", None)
    kind = function if code is not None else type(function)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if code is None:
        return [name, 0]
    cells = [_content(cell) for cell in function.__closure__ or ()]
    data = [cells, function.__defaults__, [function.__globals__.get(name) for name in code.co_names]]
    return [name, zlib.crc32(repr([_spelled(code), *map(_plain, data)]).encode())]


def structure(model: Any) -> dict[str, Any]:
    """Return the classes of a model's modules with checksums of their code, and their plain attributes, by path."""
    found: dict[str, Any] = {}
    for path, module in model.named_modules() if hasattr(model, "named_modules") else [("", model)]:
        kind, prefix = type(module), f"model {path}".rstrip()
        called = [fingerprint(getattr(kind, name)) for name in ("__call__", "forward") if hasattr(kind, name)]
        found[prefix] = [kind.__qualname__, called]
        for name, x in getattr(module, "__dict__", {}).items():
            if name.startswith("_") or name in getattr(kind, "buffers", ()):
                continue
            if isinstance(x, FunctionType):
                found[f"{prefix}.{name}"] = fingerprint(x)
            elif isinstance(x, (int, float, str)):
                found[f"{prefix}.{name}"] = x if x == x else "nan"
    return found


def _spelled(code: CodeType) -> Any:
    inner = [_spelled(x) if isinstance(x, CodeType) else repr(x) for x in code.co_consts]
    return [code.co_code.hex(), inner, code.co_names]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _plain(data: Any) -> list[Any]:
    """Numbers and strings; the repr of other objects differs from run to run."""
    return [x if isinstance(x, (int, float, str, bool)) else None for x in data or ()]
