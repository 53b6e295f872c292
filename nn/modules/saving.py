"""Weights in files: JSON, or safetensors (an extra). Reading a file never runs code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, TypeVar

from autograd._common.files import write_whole
from autograd.errors import AutogradError
from nn._common import documents
from nn._common.checks import shown
from nn.modules.module import Module

__all__ = ["WeightsError", "load", "save"]

FORMAT: Final = "scalargrad weights"
VERSION: Final = 1
SUFFIXES: Final = (".json", ".safetensors")

DTYPES: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip
"""Numpy's names of the types in safetensors."""

AnyModule = TypeVar("AnyModule", bound=Module)


class WeightsError(AutogradError, ValueError):
    """A file doesn't hold the weights of this model; the model has not changed."""


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write the weights of a model to a file, atomically.

    The `state_dict` is written in double precision, as the suffix of the path says: `.json`, or `.safetensors` (extra
    `safetensors`, without which an ImportError is raised). If the file can't be written, an OSError is raised and a
    previous file is kept.

    Examples
    --------
    >>> import nn, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "net.json")
    ...     save(nn.MLP(2, [3, 1], seed=1), path)
    ...     net = load(nn.MLP(2, [3, 1], seed=2), path)
    >>> net([0.5, 0.5]).data == nn.MLP(2, [3, 1], seed=1)([0.5, 0.5]).data
    True
    """
    if not isinstance(model, Module):
        raise TypeError(f"save: model must be a Module, got {shown(model)}")
    suffix = _suffix("save", path)
    state = model.state_dict()
    if suffix == ".json":
        documents.write(path, FORMAT, VERSION, {"weights": state})
    else:
        import numpy as np

        arrays = {name: np.array(numbers, dtype=np.float64) for name, numbers in state.items()}
        write_whole(path, _safetensors("save").numpy.save(arrays, metadata={"format": FORMAT}))


def load(model: AnyModule, path: str | os.PathLike[str]) -> AnyModule:
    """Read weights into a model and return it; safe for untrusted files.

    A file that is damaged or doesn't hold the weights of this model raises a WeightsError, which names the entries that
    are missing, unexpected or of the wrong shape, and the model stays as it is. One that can't be read raises an
    OSError.

    Examples
    --------
    >>> import nn, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "neuron.json")
    ...     save(nn.Neuron(2, seed=1), path)
    ...     load(nn.Linear(2, 1), path)
    Traceback (most recent call last):
    ...
    nn.modules.saving.WeightsError: load: ...
    """
    if not isinstance(model, Module):
        raise TypeError(f"load: model must be a Module, got {shown(model)}")
    suffix = _suffix("load", path)
    weights = _from_json(Path(path)) if suffix == ".json" else _from_safetensors(Path(path))
    try:
        model.load_state_dict(weights)
    except (ValueError, TypeError) as error:
        raise WeightsError(f"load: {os.fspath(path)}: {error}") from None
    return model


def _suffix(where: str, path: str | os.PathLike[str]) -> str:
    suffix = Path(path).suffix
    if suffix not in SUFFIXES:
        raise ValueError(
            f"{where}: the suffix selects the format, got {os.fspath(path)!r}; allowed {', '.join(SUFFIXES)}"
        )
    return suffix


def _from_json(path: Path) -> dict[str, Any]:
    weights = documents.read(path, "load", FORMAT, VERSION, WeightsError).get("weights")
    if not isinstance(weights, dict):
        raise WeightsError(f"load: {path}: weights must be an object, got {type(weights).__name__}")
    return weights


def _from_safetensors(path: Path) -> dict[str, Any]:
    reader = _safetensors("load")
    data = path.read_bytes()
    try:
        entries = reader.deserialize(data)
    except Exception as error:  # the library's own class
        raise WeightsError(f"load: {path}: not safetensors, or cut off: {error}") from None
    return {name: _tensor(path, name, entry) for name, entry in entries}


def _tensor(path: Path, name: str, entry: dict[str, Any]) -> Any:
    import numpy as np

    kind, data = entry["dtype"], bytes(entry["data"])
    if kind == "BF16":  # the upper half of a float32
        array = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    elif kind in DTYPES:
        array = np.frombuffer(data, DTYPES[kind])
    else:
        raise WeightsError(f"load: {path}: {name} must be numbers, got {kind}; allowed BF16, {', '.join(DTYPES)}")
    return array.reshape(entry["shape"]).astype(float).tolist()


def _safetensors(where: str) -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError(
            f"{where}: .safetensors needs the package safetensors, the extra `safetensors`: "
            f"pip install 'scalargrad[safetensors]'; .json needs nothing"
        ) from None
    return safetensors
