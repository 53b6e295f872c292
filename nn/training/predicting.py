"""Prediction: the outputs of a model for many samples, by replay."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from autograd._common.containers import is_array
from autograd._common.foreign import explained
from autograd.compiler import Function
from autograd.engine.backend import Value
from nn._common.checks import shown
from nn.training.samples import table

Array: TypeAlias = NDArray[np.float64]

__all__ = ["evaluating", "predict"]

CHUNK: Final = 16_384


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Put a module into evaluation mode inside the block."""
    before = getattr(model, "training", None)
    if before:
        model.eval()
    try:
        yield
    finally:
        if before:
            model.train()


@explained("predict")
def predict(
    model: Any,
    X: Any,
    *,
    compiled: bool = True,
    threads: int | None = None,
    executor: Executor | None = None,
    timeout: float | None = None,
) -> Array:
    """Return the outputs of a model for many samples, computed in evaluation mode.

    Parameters
    ----------
    model : Module, or function of a list of numbers
        The model, called with a list of features; returns a Value or a list of them.
    X : array-like of shape (samples, features), or (samples,) for one feature
        The samples, such as an array or a data frame, of finite numbers.
    compiled : bool
        Whether the model is compiled and replayed; otherwise it is called for each sample.
    threads, executor, timeout
        As of a compiled function's call.

    Returns
    -------
    array of shape (samples,), or (samples, outputs) where there are several outputs

    Examples
    --------
    >>> import nn
    >>> net = nn.MLP(2, [2, 1], seed=3)
    >>> abs(float(nn.predict(net, [[0.5, 1.0], [2.0, 3.0]])[1]) - net([2.0, 3.0]).data) < 1e-12
    True
    """
    rows = table("predict", "X", X)
    if not callable(model):
        raise TypeError(f"predict: model must be a Module or a function, got {shown(model)}")

    def outputs(*numbers: Any) -> Any:
        found = model(list(numbers))
        several = isinstance(found, (list, tuple)) or is_array(found)
        if not ((several and len(found)) or isinstance(found, (Value, float, int))):
            raise TypeError(f"predict: a model must return a Value or a list of them, got {shown(found)}")
        return found if not several else found[0] if len(found) == 1 else list(found)

    with evaluating(model):
        if not compiled:
            with ag.no_grad():
                return np.array([_plain(outputs(*map(float, row))) for row in rows])
        function = Function(outputs)
        parts = []
        for begin in range(0, len(rows), CHUNK):
            columns = np.ascontiguousarray(rows[begin : begin + CHUNK].T, dtype=float)
            found = function(*columns, threads=threads, executor=executor, timeout=timeout)
            parts.append(np.column_stack(found) if isinstance(found, (tuple, list)) else np.asarray(found))
    return np.concatenate(parts)


def _plain(found: Any) -> Any:
    return [float(part) for part in found] if isinstance(found, list) else float(found)
