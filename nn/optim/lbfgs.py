"""L-BFGS, through SciPy."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import Any, ClassVar

from nn._common import flat
from nn._common.checks import number_of, shown
from nn.optim.optimizer import Optimizer, Parameters

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Limited-memory BFGS (Nocedal 1980) by `scipy.optimize.minimize`: few, large steps for smooth, full-batch losses.

    One `step(closure)` is a whole minimisation of at most `max_iter` iterations. It needs SciPy: install
    `scalargrad[optim]`.

    Parameters
    ----------
    parameters : Module, or iterable of Value
        Leaves, each once.
    max_iter : int
        Iterations in one step.
    history_size : int
        How many past steps the estimate of the curvature keeps.
    tolerance_grad : float
        Stop when no derivative is larger than this.
    tolerance_change : float
        Stop when the loss falls by less than this, relative to its size (SciPy's ftol).

    Raises
    ------
    ImportError
        In a step, if SciPy isn't installed.
    ValueError
        If there is no parameter, one is computed or given twice, or a setting is out of range.

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

    max_iter: int
    history_size: int
    tolerance_grad: float
    tolerance_change: float
    bounds: ClassVar = {
        "max_iter": int,
        "history_size": int,
        "tolerance_grad": math.inf,
        "tolerance_change": math.inf,
    }

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1.0,
        *,
        max_iter: int = 20,
        history_size: int = 10,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
    ) -> None:
        super().__init__(
            parameters, lr, max_iter=max_iter, history_size=history_size, tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
        )  # fmt: skip
        if lr != 1.0:
            raise ValueError(f"LBFGS: lr must be 1, as the line search finds the length of a step, got {lr!r}")
        if len(self._groups) > 1:
            raise ValueError("LBFGS: takes one group of parameters, as it makes one step of them all")

    def step(self, closure: Callable[[], Any] | None = None) -> float:  # type: ignore[override]
        """Minimise; leave the parameters where the loss was lowest and return the loss there.

        Parameters
        ----------
        closure : callable
            Sets the gradients to 0, computes the loss, calls its `backward()`, and returns it.

        Raises
        ------
        ImportError
            If SciPy isn't installed.
        TypeError
            If there is no closure, or it doesn't return a Value or number.
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

        options = {
            "maxiter": self.max_iter,
            "maxcor": self.history_size,
            "gtol": self.tolerance_grad,
            "ftol": self.tolerance_change,
        }
        try:
            minimize(loss_and_gradient, list(start), jac=True, method="L-BFGS-B", options=options)
        finally:  # also where the closure raised, or somebody lost patience
            flat.write(parameters, "data", best)
        self.steps += 1
        return lowest
