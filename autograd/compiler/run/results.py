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
        As from the call itself.
    inputs : tuple of float or of arrays
        For each input the derivative, per sample.
    parameters : array
        For each parameter the derivative: summed over the samples, (parameters,), or per sample, (parameters, samples).
    """

    outputs: Any
    inputs: tuple[Any, ...]
    parameters: Any


class Outcome(NamedTuple):
    """All numbers of one run, of samples whose branches are as recorded; arrays as in `Gradients`."""

    outputs: Array
    inputs: Array
    parameters: Array
    holds: Array | None
