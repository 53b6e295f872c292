"""Checkpoints of a training run: JSON files, written atomically and validated when read."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from functools import partial
from inspect import getattr_static
from itertools import islice
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd._common.files import as_path
from autograd.engine.backend import Value
from autograd.errors import AutogradError
from nn._common import documents
from nn._common.checks import setting
from nn.modules.module import Module

if TYPE_CHECKING:
    import os

__all__ = ["Checkpoint", "CheckpointError", "fingerprint", "structure"]

FORMAT: Final = "scalargrad checkpoint"
VERSION: Final = 1
LONGEST: Final = 64  # entries of a container in a fingerprint
MOST: Final = 200  # objects in one
STATE: Final = ("optimizer", "last_step", "best", "bad_calls", "cooling")
"""Attributes of schedules that change, or are stored elsewhere."""
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


def fingerprint(x: Any, known: dict[int, Any] | None = None) -> Any:
    """Return a JSON value that distinguishes a function or a setting from others.

    A function is its name and a checksum of its code and of the plain data and functions that it uses; an object is its
    class and its attributes. What can't be told apart from run to run is None. Of long containers and deep objects the
    first `LONGEST` entries and `MOST` objects are looked at.
    """
    if x is None or isinstance(x, (int, float, str)):
        return "nan" if x != x else x
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype != object:
        return zlib.crc32(x.tobytes())
    if isinstance(x, (type, ModuleType, Value, Module)):
        return getattr(x, "__qualname__", None)
    known = {} if known is None else known  # by identity, each once
    inner = partial(fingerprint, known=known)
    if id(x) in known or len(known) > MOST:
        return known.get(id(x))
    known[id(x)] = None
    if isinstance(x, (list, tuple)):
        found: Any = [*map(inner, x[:LONGEST])]
    elif isinstance(x, Mapping):
        found = [[str(key), inner(part)] for key, part in islice(x.items(), LONGEST)]
    elif isinstance(x, partial):
        found = [inner(x.func), inner(x.args), [[name, inner(x.keywords[name])] for name in sorted(x.keywords)]]
    elif isinstance(x, MethodType):
        found = [inner(x.__func__), inner(x.__self__)]
    elif isinstance(x, FunctionType):
        found = f"{x.__module__}.{x.__qualname__}"
        if str(x.__module__).partition(".")[0] not in ("autograd", "nn"):
            used = [x.__globals__.get(name) for name in x.__code__.co_names]
            parts = [*map(_content, x.__closure__ or ()), x.__defaults__, x.__kwdefaults__, *used]
            found = [found, zlib.crc32(repr([_spelled(x.__code__), *map(inner, parts)]).encode())]
    else:
        called, attributes = getattr_static(type(x), "__call__", None), getattr(x, "__dict__", {}).items()
        kept = [[name, inner(part)] for name, part in attributes if name[0] != "_" and name not in STATE]
        found = [type(x).__qualname__, inner(called) if isinstance(called, FunctionType) else None, kept]
    known[id(x)] = found
    return found


def structure(model: Any) -> dict[str, Any]:
    """Return the classes of a model's modules with checksums of their code, and their plain attributes, by path."""
    found: dict[str, Any] = {}
    for path, module in model.named_modules() if hasattr(model, "named_modules") else [("", model)]:
        kind, prefix = type(module), f"model {path}".rstrip()
        buffers = getattr(kind, "buffers", ())
        called = [fingerprint(getattr(kind, name)) for name in ("__call__", "forward") if hasattr(kind, name)]
        found[prefix] = [kind.__qualname__, called]
        for name, x in getattr(module, "__dict__", {}).items():
            if name[0] != "_" and name not in buffers and isinstance(x, (int, float, str, FunctionType)):
                found[f"{prefix}.{name}"] = fingerprint(x)
    return found


def _spelled(code: CodeType) -> Any:
    inner = [_spelled(x) if isinstance(x, CodeType) else repr(x) for x in code.co_consts]
    return [code.co_code.hex(), inner, code.co_names]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None
