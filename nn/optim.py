"""Optimisers: what moves parameters against their gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable

from autograd.core import Value

__all__ = ["SGD"]


class SGD:
    """Gradient descent: `w ← w − rate · ∂E/∂w`, all parameters at once.

    Parameters
    ----------
    parameters : iterable of Value
        Leaves, each once.
    rate : float
        Learning rate; positive.

    Raises
    ------
    TypeError
        If a parameter isn't a Value or the rate isn't a number.
    ValueError
        If there is no parameter, one is computed or given twice, or the rate isn't positive and finite.

    Examples
    --------
    >>> w = Value(0.40, label="w5")
    >>> descent = SGD([w], rate=0.5)
    >>> (w * w).backward()
    >>> descent.step()
    >>> w.data
    0.0
    >>> descent.zero_grad()
    >>> w.grad
    0.0
    """

    def __init__(self, parameters: Iterable[Value], rate: float) -> None:
        self.parameters = list(parameters)
        self.rate = rate
        for parameter in self.parameters:
            if not isinstance(parameter, Value):
                raise TypeError(f"SGD: parameters must be Values, got {parameter!r} ({type(parameter).__name__})")
            if parameter.op:
                raise ValueError(f"SGD: parameters must be leaves, got {parameter!r}, a result of {parameter.op}")
        if len({id(parameter) for parameter in self.parameters}) != len(self.parameters):
            raise ValueError("SGD: a parameter is given twice; each must come once")
        if not self.parameters:
            raise ValueError("SGD: there must be parameters, got none")
        if not isinstance(rate, (int, float)):
            raise TypeError(f"SGD: rate must be a number, got {rate!r} ({type(rate).__name__})")
        if not 0.0 < rate < math.inf:
            raise ValueError(f"SGD: rate must be positive and finite, got {rate!r}")

    def step(self) -> None:
        """Move every parameter by its gradient."""
        rate = self.rate
        for parameter in self.parameters:
            parameter.data -= rate * parameter.grad

    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0; `backward()` adds to it."""
        for parameter in self.parameters:
            parameter.grad = 0.0
