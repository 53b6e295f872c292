"""Find the op that made a loss or a gradient nan: samples are computed again, eagerly, with `detect_anomaly`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import autograd as ag
from autograd.engine.backend import Value
from autograd.errors import AnomalyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

__all__ = ["explained"]


def explained(where: str, of_sample: Callable[..., Any], batch: Array, names: Any, penalty: Any) -> AnomalyError:
    """Return an error that names the op, its label and the sample; `names` are the positions of a batch's samples."""
    for recorded in (False, True):  # as Values, what is computed of the data alone is recorded as well, and named
        for name, numbers in zip(map(int, names), batch.tolist(), strict=True):
            columns = [Value(x, f"column {i}") for i, x in enumerate(numbers)] if recorded else numbers
            found = _anomaly(partial(of_sample, *columns))
            if found:
                return AnomalyError(f"{where}, sample {name}: {found}")
    found = _anomaly(penalty) if penalty is not None else ""
    if found:
        return AnomalyError(f"{where}, penalty: {found}")
    return AnomalyError(
        f"{where}: the loss or a gradient of the batch became nan or inf, though no op of a sample by itself did: "
        f"their sum overflowed, or the model draws random numbers"
    )


def _anomaly(function: Callable[[], Any]) -> str:
    """Return the message of the anomaly, or an empty string."""
    try:
        with ag.detect_anomaly():
            found = function()
            if isinstance(found, Value):
                found.backward()
    except (AnomalyError, ValueError, TypeError) as error:  # a loss may refuse what replay could only make a nan of
        return str(error)
    return ""
