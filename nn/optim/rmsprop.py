"""RMSprop: steps scaled by a running mean of squared gradients."""

from __future__ import annotations

import math
from typing import ClassVar

from nn._common import flat
from nn._common.checks import number_in
from nn.optim.optimizer import Optimizer, Parameters

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """RMSprop (Hinton 2012): steps divided by a running root mean square of the gradient.

    As in `torch.optim.RMSprop`: g = ∂E/∂w + λw; v ← αv + (1 − α)g²; s = g/(√v + ε), where centred by the root of
    v − ḡ² with ḡ the running mean of g; w ← w − lr·s, or with momentum b ← μb + s and w ← w − lr·b.

    Parameters
    ----------
    parameters : Module, or iterable of Value
        Leaves, each once.
    lr : float
        Learning rate; not negative.
    alpha : float
        α, in [0, 1).
    eps, weight_decay, momentum : float
        ε, λ and μ; not negative.
    centered : bool
        Divide by an estimate of the gradient's standard deviation.

    Raises
    ------
    TypeError
        If a parameter isn't a Value or a setting isn't a number.
    ValueError
        If there is no parameter, one is computed or given twice, or a setting is out of range.

    Examples
    --------
    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> rmsprop = RMSprop([w], lr=0.1)
    >>> (w * w).backward()
    >>> rmsprop.step()
    >>> round(w.data, 6)
    0.0
    """

    settings: ClassVar[tuple[str, ...]] = ("alpha", "eps", "weight_decay", "momentum", "centered")

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1e-2,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        self.alpha = number_in("RMSprop: alpha", alpha, 0.0, 1.0)
        self.eps = number_in("RMSprop: eps", eps, 0.0, math.inf)
        self.weight_decay = number_in("RMSprop: weight_decay", weight_decay, 0.0, math.inf)
        self.momentum = number_in("RMSprop: momentum", momentum, 0.0, math.inf)
        self.centered = bool(centered)
        super().__init__(parameters, lr)

    def _arrays(self) -> tuple[str, ...]:
        optional = {"grad_avg": self.centered, "momentum_buffer": self.momentum > 0.0}
        return ("square_avg", *[name for name, wanted in optional.items() if wanted])

    def _move(self) -> None:
        state = self._state
        flat.rmsprop(
            self._values,
            state["square_avg"],
            self._begun("grad_avg") if self.centered else None,
            self._begun("momentum_buffer") if self.momentum else None,
            self._lr,
            self.alpha,
            self.eps,
            self.weight_decay,
            self.momentum,
        )
