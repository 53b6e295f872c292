"""Gradient clipping."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

from nn._common import flat
from nn._common.checks import setting
from nn.optim.optimizer import Optimizer, Parameters, checked_parameters

if TYPE_CHECKING:
    from autograd.engine.backend import Value

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


def clip_grad_norm_(
    parameters: Parameters | Optimizer, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Scale the gradients so that their norm is at most `max_norm`, and return the norm before scaling.

    The factor is min(1, max_norm/(norm + 1e-6)), as in `torch.nn.utils.clip_grad_norm_`. The norm doesn't overflow.

    Parameters
    ----------
    parameters : Module, Optimizer, or iterable of Value
        The parameters whose gradients are clipped.
    max_norm, norm_type : float
        The limit, not negative, and p of the p-norm, positive; inf for the largest absolute value.
    error_if_nonfinite : bool
        Raise a ValueError if the norm is nan or inf, and change nothing.

    Examples
    --------
    >>> from autograd import Value
    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_grad_norm_([a, b], 1.0)
    5.0
    >>> round(a.grad, 5), round(b.grad, 5)
    (0.6, 0.8)
    """
    limit = setting("clip_grad_norm_", "max_norm", max_norm)
    power = setting("clip_grad_norm_", "norm_type", norm_type)
    values = _values("clip_grad_norm_", parameters)
    gradients = flat.read(values, "grad")
    norm = _norm(gradients, power)
    if setting("clip_grad_norm_", "error_if_nonfinite", error_if_nonfinite) and not math.isfinite(norm):
        raise ValueError(f"clip_grad_norm_: the norm of the gradients is {norm}")
    factor = limit / (norm + 1e-6)
    if not factor >= 1.0:
        flat.write(values, "grad", array("d", [g * factor for g in gradients]))
    return norm


def clip_grad_value_(parameters: Parameters | Optimizer, clip_value: float) -> None:
    """Clip every gradient to [−clip_value, clip_value]; nan stays nan.

    `clip_value` must not be negative; parameters are as in `clip_grad_norm_`.

    Examples
    --------
    >>> from autograd import Value
    >>> a = Value(0.0)
    >>> a.grad = -7.0
    >>> clip_grad_value_([a], 0.5)
    >>> a.grad
    -0.5
    """
    limit = setting("clip_grad_value_", "clip_value", clip_value)
    values = _values("clip_grad_value_", parameters)
    clipped = [-limit if g < -limit else limit if g > limit else g for g in flat.read(values, "grad")]
    flat.write(values, "grad", array("d", clipped))


def _values(where: str, parameters: Parameters | Optimizer) -> tuple[Value, ...]:
    return parameters.parameters if isinstance(parameters, Optimizer) else checked_parameters(where, parameters)


def _norm(gradients: array[float], power: float) -> float:
    sizes = [abs(g) for g in gradients]
    if any(size != size for size in sizes):
        return math.nan
    largest = max(sizes)
    if power == math.inf or largest in (0.0, math.inf):
        return largest
    if power == 2.0:
        return math.hypot(*sizes)
    return float(largest * math.fsum((size / largest) ** power for size in sizes) ** (1.0 / power))
