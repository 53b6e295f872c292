"""Batches on the workers of an executor: in other processes or on other machines.

A batch is divided by its length alone, and the parts' sums are added in order, so results don't depend on the number of
workers or on who finishes first. If a worker dies, its part and with it the whole call fails; there are no partial
sums.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import OrderedDict
from concurrent.futures import TimeoutError  # differs from the built-in one before Python 3.11
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from autograd.compiler.run.results import Outcome
from autograd.errors import AutogradError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["run", "work"]

SMALLEST: Final = 1024
MOST: Final = 64
KEPT: Final = 16

_programs: OrderedDict[str, Any] = OrderedDict()  # in a worker, the programs used last


class Shippable(Protocol):
    """The part of a program's interface that workers use."""

    def tape_bytes(self) -> bytes:
        """Return the program without its parameters' Values, pickled: its `run` takes their numbers."""

    def numbers(self) -> list[float]:
        """Return the current data of the parameters."""


def shard_size(samples: int) -> int:
    """Return the number of samples in a part: at least 1024, with at most 64 parts."""
    return max(SMALLEST, -(-samples // MOST))


def run(
    program: Shippable,
    executor: Executor,
    columns: Array,
    seeds: Array | None,
    inputs: bool,
    parameters: str,
    threads: int | None,
    timeout: float | None = None,
) -> Outcome:
    """Run a batch in parts on an executor; see `Program.run`.

    `timeout` is the time in seconds for all parts together: if a worker is killed, an executor may wait for ever.

    Raises
    ------
    TypeError
        If the executor has no `submit`.
    ValueError
        If `timeout` is not a positive number.
    AutogradError
        If a part was lost, or time is up; it has the part's number and the executor's message, and the executor's error
        as its cause.
    """
    import numpy as np

    if not callable(getattr(executor, "submit", None)):
        raise TypeError(f"executor: must have submit(), as concurrent.futures.Executor, got {type(executor).__name__}")
    if timeout is not None and not timeout > 0.0:
        raise ValueError(f"timeout: must be a positive number of seconds, got {timeout!r}")
    until = None if timeout is None else monotonic() + timeout
    text = program.tape_bytes()
    key = hashlib.sha256(text).hexdigest()
    numbers = program.numbers()
    samples = columns.shape[1]
    size = shard_size(samples)
    starts = range(0, samples, size) if samples else range(1)
    futures: list[Any] = []
    results: list[tuple[Any, ...]] = []
    try:
        for start in starts:
            part = slice(start, start + size)
            own_seeds = None if seeds is None else np.ascontiguousarray(seeds[:, part])
            own_columns = np.ascontiguousarray(columns[:, part])
            task = (key, text, numbers, own_columns, own_seeds, inputs, parameters, threads or 1)
            futures.append(executor.submit(work, task))
        for start, future in zip(starts, futures, strict=True):
            left = None if until is None else max(0.0, until - monotonic())
            results.append(_checked(future.result(left), min(size, samples - start)))
    except Exception as error:
        for waiting in futures:
            waiting.cancel()
        late = isinstance(error, TimeoutError) and until is not None and monotonic() >= until
        what = f"there was no answer within {timeout} s" if late else f"{type(error).__name__}: {error}"
        raise AutogradError(
            f"executor: part {len(results)} of {len(starts)} was lost, no gradient has changed: {what}"
        ) from error
    outputs, rows, found, holds = zip(*results, strict=True)
    if parameters == "each":
        total = np.concatenate(found, axis=1)
    else:
        total = found[0]
        for part_sum in found[1:]:
            total = total + part_sum
    return Outcome(
        np.concatenate(outputs, axis=1),
        np.concatenate(rows, axis=1),
        total,
        None if holds[0] is None else np.concatenate(holds),
    )


def _checked(result: Any, samples: int) -> tuple[Any, ...]:
    """Reject an answer that doesn't fit this part."""
    outputs, rows, found, holds = result
    if outputs.shape[1] != samples:
        raise ValueError(f"the worker answered for {outputs.shape[1]} samples instead of {samples}")
    return outputs, rows, found, holds


def work(task: tuple[Any, ...]) -> tuple[Any, ...]:
    """Run one part, in a worker."""
    key, text, numbers, columns, seeds, inputs, parameters, threads = task
    program = _programs.get(key)
    if program is None:
        program = _programs[key] = pickle.loads(text)
        while len(_programs) > KEPT:
            _programs.popitem(last=False)
    outcome: tuple[Any, ...] = tuple(program.run(columns, seeds, inputs, parameters, threads, numbers))
    return outcome
