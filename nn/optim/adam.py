"""Adam and its variant with decoupled weight decay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from nn._common import flat
from nn._common.checks import number_in, shown
from nn.optim.optimizer import Optimizer, Parameters

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015): steps scaled by running means of the gradient and of its square.

    As in `torch.optim.Adam`: g = ∂E/∂w + λw; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
    w ← w − lr · m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at step t.

    Parameters
    ----------
    parameters : Module, or iterable of Value
        Leaves, each once.
    lr : float
        Learning rate; not negative.
    betas : (float, float)
        β₁ and β₂, each in [0, 1).
    eps : float
        ε; not negative.
    weight_decay : float
        λ; not negative.
    amsgrad : bool
        Use the largest v so far in place of v.

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
    >>> adam = Adam([w], lr=0.1)
    >>> (w * w).backward()
    >>> adam.step()
    >>> round(w.data, 6)
    0.9
    """

    settings: ClassVar[tuple[str, ...]] = ("betas", "eps", "weight_decay", "amsgrad")
    decoupled: ClassVar[bool] = False

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1e-3,
        *,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        name = type(self).__name__
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise ValueError(f"{name}: betas must be two numbers, got {shown(betas)}")
        self.betas = (
            number_in(f"{name}: betas[0]", betas[0], 0.0, 1.0),
            number_in(f"{name}: betas[1]", betas[1], 0.0, 1.0),
        )
        self.eps = number_in(f"{name}: eps", eps, 0.0, math.inf)
        self.weight_decay = number_in(f"{name}: weight_decay", weight_decay, 0.0, math.inf)
        self.amsgrad = bool(amsgrad)
        super().__init__(parameters, lr)

    def _arrays(self) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", *(("max_exp_avg_sq",) if self.amsgrad else ()))

    def _move(self) -> None:
        beta1, beta2 = self.betas
        step = self.steps + 1
        state = self._state
        flat.adam(
            self._values,
            state["exp_avg"],
            state["exp_avg_sq"],
            self._begun("max_exp_avg_sq") if self.amsgrad else None,
            self._lr / (1.0 - beta1**step),
            1.0 / math.sqrt(1.0 - beta2**step),
            beta1,
            beta2,
            self.eps,
            0.0 if self.decoupled else self.weight_decay,
            1.0 - self._lr * self.weight_decay if self.decoupled else 1.0,
        )


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019): w ← (1 − lr·λ)w before each step of Adam.

    Parameters are those of `Adam`; `weight_decay` is 0.01 unless given.

    Examples
    --------
    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> w.data
    0.95
    """

    decoupled: ClassVar[bool] = True

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1e-3,
        *,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
