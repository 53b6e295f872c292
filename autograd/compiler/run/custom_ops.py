"""User-added ops in a replay: their Python functions are called for each sample.

If a function raises, its sample continues with nan. Whether the error is raised is decided at the end: for a sample
that takes other branches than recorded, eager computation would not have called the function.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from autograd.compiler.record.tape import ALIAS
from autograd.errors import AutogradError
from autograd.ops import TABLE, Op

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["by_sample", "introduced", "origins", "raise_for", "rows", "watched"]

EVERY: Final = -1

_watcher: ContextVar[watched | None] = ContextVar("autograd_own_ops", default=None)


def by_sample(name: str, count: int, start: int, *columns: Array) -> Array:
    """Return value and derivatives of an op, one row for each, for `count` samples from `start` on.

    Parameters
    ----------
    name : str
        An added op; or one of the table, to get the same bits as eager computation.
    count, start : int
        The number of samples, and the index of the first; -1 for an entry that is the same in every sample.
    *columns : array of (count,) or (1,)
        The operands.
    """
    import numpy as np

    watcher = _watcher.get()
    row = (watcher.own.get(name) if watcher is not None else None) or TABLE[name]
    results = np.empty((1 + len(columns), count))
    operands = [np.broadcast_to(column, count).tolist() for column in columns]
    for i, xs in enumerate(zip(*operands, strict=True)):
        try:
            results[:, i] = row.compute(*xs)
        except Exception as error:
            results[:, i] = math.nan
            if watcher is None:
                raise
            watcher.failures.setdefault(start + i if start >= 0 else EVERY, error)
    return results


class watched:
    """Defines, inside the block, the added ops, and collects their errors by sample.

    Parameters
    ----------
    own : mapping of str to Op
        The rows with which a program was made: another op may have taken the name since.

    Examples
    --------
    >>> with watched({}) as failures:
    ...     pass
    >>> failures
    {}
    """

    def __init__(self, own: Mapping[str, Op]) -> None:
        self.own = own
        self.failures: dict[int, Exception] = {}

    def __enter__(self) -> dict[int, Exception]:
        self._token = _watcher.set(self)
        return self.failures

    def __exit__(self, *error: object) -> None:
        _watcher.reset(self._token)


def raise_for(failures: dict[int, Exception], samples: int, holds: Any) -> None:
    """Raise the error of the first sample that has one and takes the recorded branches (all, if `holds` is None)."""
    for sample in sorted(failures):
        reached = samples > 0 if holds is None else bool(holds.any() if sample == EVERY else holds[sample])
        if reached:
            raise failures[sample]


def without_failed(failures: dict[int, Exception], samples: int, holds: Any) -> Any:
    """Return for each sample whether it takes the recorded branches and has no error."""
    import numpy as np

    found = np.full(samples, EVERY not in failures) if holds is None else holds & (EVERY not in failures)
    found[[sample for sample in failures if sample != EVERY]] = False
    return found


def rows(names: Sequence[str]) -> dict[str, Op]:
    """Return the rows of a program's added ops; raise AutogradError if one wasn't added in this process."""
    found = {}
    for name in names:
        if name in TABLE:
            found[name] = TABLE[name]
        elif name != ALIAS:
            raise AutogradError(
                f"program: calls the op {name!r}, which isn't known here; import the module that adds it first"
            )
    return found


# In other processes


def origins(own: Mapping[str, Op], names: Sequence[str]) -> tuple[Any, ...]:
    """Return for each op its picklable origin, from which it can be added in another process; None if there is none."""
    return tuple(_origin(own[name]) if name in own else None for name in names)


def _origin(row: Op) -> Any:
    from autograd.derivatives.custom.operation import origin

    found = origin(row)
    try:
        pickle.dumps(found)
    except Exception:  # not picklable for any reason: then the op must be added there by other means
        return None
    return found


def introduced(names: Sequence[str], known: Sequence[Any]) -> tuple[str, ...]:
    """Add unknown ops from their origins; return their names in this process."""
    found = []
    for name, origin in zip(names, known, strict=True):
        add: Callable[..., str] | None = getattr(origin[0], "introduce", None) if origin else None
        found.append(add(*origin[1:]) if add is not None else name)
    return tuple(found)
