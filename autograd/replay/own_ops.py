"""Ops that a program's user added, in a replay: their Python functions are called sample by sample.

Where a function raises, its sample goes on with nan. Whether the error counts is known at the end: in a sample whose
branches are others than the recorded ones, eager computation would not have called it.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from autograd.errors import AutogradError
from autograd.ops import TABLE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["ALIAS", "by_sample", "check_known", "introduced", "origins", "raise_for", "watched"]

ALIAS: Final = "stop_gradient"
"""The one added op that plans know themselves: another name for its operand, without a derivative."""

EVERY: Final = -1

_failures: ContextVar[dict[int, Exception] | None] = ContextVar("autograd_failures", default=None)


def by_sample(name: str, count: int, start: int, *columns: Array) -> Array:
    """Return value and derivatives of an added op, one row for each, for `count` samples from `start` on.

    Parameters
    ----------
    name : str
        The op.
    count, start : int
        How many samples, and the number of the first; -1 for what is the same in every sample.
    *columns : array of (count,) or (1,)
        The operands.
    """
    import numpy as np

    compute = TABLE[name].compute
    results = np.empty((1 + len(columns), count))
    operands = [np.broadcast_to(column, count).tolist() for column in columns]
    for i, xs in enumerate(zip(*operands, strict=True)):
        try:
            results[:, i] = compute(*xs)
        except Exception as error:
            results[:, i] = math.nan
            failures = _failures.get()
            if failures is None:
                raise
            failures.setdefault(start + i if start >= 0 else EVERY, error)
    return results


class watched:
    """Collects, inside the block, the errors of added ops by sample.

    Examples
    --------
    >>> with watched() as failures:
    ...     pass
    >>> failures
    {}
    """

    def __enter__(self) -> dict[int, Exception]:
        failures: dict[int, Exception] = {}
        self._token = _failures.set(failures)
        return failures

    def __exit__(self, *error: object) -> None:
        _failures.reset(self._token)


def raise_for(failures: dict[int, Exception], samples: int, holds: Any) -> None:
    """Raise the error of the first sample that has one and takes the recorded branches (all, if `holds` is None)."""
    for sample in sorted(failures):
        reached = samples > 0 if holds is None else bool(holds.any() if sample == EVERY else holds[sample])
        if reached:
            raise failures[sample]


def check_known(names: Sequence[str]) -> None:
    """Raise AutogradError if an op that a program calls wasn't added in this process."""
    for name in names:
        if name not in TABLE and name != ALIAS:
            raise AutogradError(
                f"program: calls the op {name!r}, which isn't known here; import the module that adds it first"
            )


# In other processes


def origins(names: Sequence[str]) -> tuple[Any, ...]:
    """Return for each op what a pickle needs to add it again where it isn't known; None where there is no such way."""
    return tuple(map(_origin, names))


def _origin(name: str) -> Any:
    from autograd.extend import origin

    found = origin(name)
    try:
        pickle.dumps(found)
    except Exception:  # whatever stands in a pickle's way: then its op must be added there by other means
        return None
    return found


def introduced(names: Sequence[str], known: Sequence[Any]) -> tuple[str, ...]:
    """Add ops that aren't known here, from their origins; return the names that they have here."""
    found = []
    for name, origin in zip(names, known, strict=True):
        add: Callable[..., str] | None = getattr(origin[0], "introduce", None) if origin else None
        found.append(add(*origin[1:]) if add is not None else name)
    return tuple(found)
