"""L-BFGS, through SciPy."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import Any

from autograd._common.foreign import explained
from nn._common import flat
from nn._common.checks import number_of, shown
from nn.optim.optimizer import Optimizer, Parameters

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Limited-memory BFGS (Nocedal 1980) through `scipy.optimize.minimize`, for smooth losses over all samples.

    One `step(closure)` is a minimisation of at most `max_iter` iterations. It requires SciPy, the extra
    `scalargrad[optim]`.

    Parameters
    ----------
    parameters : Module, or iterable of Value
        Leaves, without repetition.
    max_iter, history_size : int
        The most iterations in one step, and the number of past ones from which the curvature is estimated.
    tolerance_grad, tolerance_change : float
        Stop when no derivative is larger than the one in absolute value, or the loss falls by less than the other,
        relative to its size (SciPy's gtol and ftol).

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(0.0)
    >>> lbfgs = LBFGS([x])
    >>> def closure():
    ...     lbfgs.zero_grad()
    ...     loss = (x - 3.0) ** 2
    ...     loss.backward()
    ...     return loss
    >>> loss = lbfgs.step(closure)  # doctest: +SKIP
    >>> round(x.data, 6)  # doctest: +SKIP
    3.0
    """

    @explained("optimizer")
    def __init__(
        self, parameters: Parameters, lr: float = 1.0, *, max_iter: int = 20, history_size: int = 10,
        tolerance_grad: float = 1e-7, tolerance_change: float = 1e-9,
    ) -> None:  # fmt: skip
        self.max_iter, self.history_size = max_iter, history_size
        self.tolerance_grad, self.tolerance_change = tolerance_grad, tolerance_change
        super().__init__(parameters, lr)
        if len(self._groups) > 1:
            raise ValueError("LBFGS: takes one group of parameters, as it makes one step of them all")

    def _check(self, settings: Any) -> None:
        if settings.lr != 1.0:
            raise ValueError(f"LBFGS: lr must be 1, as the line search finds the length of a step, got {settings.lr!r}")

    def step(self, closure: Callable[[], Any] | None = None) -> float:  # type: ignore[override]
        """Minimise the loss, leave the parameters at the lowest loss found, and return it.

        `closure` zeroes the gradients, computes the loss, calls `backward()` on it, and returns it. Without SciPy an
        ImportError is raised.
        """
        if not callable(closure):
            raise TypeError(f"LBFGS: step takes a function that computes the loss, got {shown(closure)}")
        try:
            from scipy.optimize import minimize
        except ImportError as error:
            raise ImportError("LBFGS: needs SciPy; install it with `pip install 'scalargrad[optim]'`") from error
        parameters = self.parameters
        start = flat.read(parameters, "data")
        lowest, best = math.nan, start

        def loss_and_gradient(point: Any) -> tuple[float, Any]:
            nonlocal lowest, best
            flat.write(parameters, "data", array("d", point))
            try:
                loss = number_of(closure())
            except TypeError as error:
                raise TypeError(f"LBFGS: the closure must return a Value or number, {error}") from None
            if loss < lowest or math.isnan(lowest):
                lowest, best = loss, array("d", point)
            return loss, list(flat.read(parameters, "grad"))

        options: dict[str, float] = {"maxiter": self.max_iter, "maxcor": self.history_size}
        options |= {"gtol": self.tolerance_grad, "ftol": self.tolerance_change}
        try:
            minimize(loss_and_gradient, list(start), jac=True, method="L-BFGS-B", options=options)
        finally:  # also after an error or Ctrl-C
            flat.write(parameters, "data", best)
        self.steps += 1
        return lowest
