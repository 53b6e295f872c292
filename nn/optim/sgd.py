"""Gradient descent, plain or with momentum."""

from __future__ import annotations

import math
from typing import ClassVar

from nn._common import flat
from nn._common.checks import number_in
from nn.optim.optimizer import Optimizer, Parameters

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent: `w ← w − lr · ∂E/∂w`, all parameters at once.

    With momentum μ, dampening τ and weight decay λ, as in `torch.optim.SGD`: g = ∂E/∂w + λw; v = g at the first step,
    then v ← μv + (1 − τ)g; w ← w − lr·v, or with Nesterov's momentum w ← w − lr·(g + μv).

    Parameters
    ----------
    parameters : Module, or iterable of Value
        Leaves, each once.
    lr : float
        Learning rate; not negative.
    momentum, dampening, weight_decay : float
        μ, τ and λ; not negative.
    nesterov : bool
        Look ahead by the momentum; needs momentum and no dampening.

    Raises
    ------
    TypeError
        If a parameter isn't a Value or a setting isn't a number.
    ValueError
        If there is no parameter, one is computed or given twice, or a setting is out of range.

    Examples
    --------
    >>> from autograd import Value
    >>> w = Value(0.40, label="w5")
    >>> descent = SGD([w], lr=0.5)
    >>> (w * w).backward()
    >>> descent.step()
    >>> w.data
    0.0
    >>> descent.zero_grad()
    >>> w.grad
    0.0
    """

    settings: ClassVar[tuple[str, ...]] = ("momentum", "dampening", "weight_decay", "nesterov")

    def __init__(
        self,
        parameters: Parameters,
        lr: float,
        *,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.momentum = number_in("SGD: momentum", momentum, 0.0, math.inf)
        self.dampening = number_in("SGD: dampening", dampening, 0.0, math.inf)
        self.weight_decay = number_in("SGD: weight_decay", weight_decay, 0.0, math.inf)
        self.nesterov = bool(nesterov)
        if self.nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ValueError(
                f"SGD: nesterov needs momentum and no dampening, got momentum {momentum!r} and dampening {dampening!r}"
            )
        super().__init__(parameters, lr)

    def _arrays(self) -> tuple[str, ...]:
        return ("momentum_buffer",) if self.momentum else ()

    def _move(self) -> None:
        flat.sgd(
            self._values,
            self._begun("momentum_buffer") if self.momentum else None,
            self.steps == 0,
            self._lr,
            self.momentum,
            self.dampening,
            self.weight_decay,
            self.nesterov,
        )
