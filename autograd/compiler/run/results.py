"""Results of running a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Gradients", "Outcome"]


class Gradients(NamedTuple):
    """The result of `gradients`.

    Attributes
    ----------
    outputs : float, array or tuple of them
        As returned by the call itself.
    inputs : tuple of float or of arrays
        The derivative for each input, per sample.
    parameters : array
        The derivative for each parameter: summed over the samples, (parameters,), or per sample, (parameters, samples).
    """

    outputs: Any
    inputs: tuple[Any, ...]
    parameters: Any


class Outcome(NamedTuple):
    """All results of one run, for samples that take the recorded branches; arrays as in `Gradients`."""

    outputs: Array
    inputs: Array
    parameters: Array
    holds: Array | None
