"""Gradient descent, Adam, AdamW and RMSprop: the steps of `torch.optim`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from autograd._common.foreign import explained
from nn.optim.optimizer import Optimizer, Parameters

__all__ = ["SGD", "Adam", "AdamW", "RMSprop"]

# The settings of a row that are read as they are, in its order.
_SGD: Callable[[Any], tuple[float, ...]] = attrgetter("lr", "weight_decay", "maximize")
_MOMENTUM: Callable[[Any], tuple[float, ...]] = attrgetter(
    "lr", "weight_decay", "maximize", "momentum", "dampening", "nesterov", "steps"
)
_ADAM: Callable[[Any], tuple[Any, ...]] = attrgetter("lr", "betas", "eps", "weight_decay", "amsgrad", "maximize")
_RMSPROP: Callable[[Any], tuple[float, ...]] = attrgetter(
    "lr", "alpha", "eps", "weight_decay", "momentum", "centered", "maximize"
)


class SGD(Optimizer):
    """Gradient descent: `w ← w − lr · ∂E/∂w`.

    With momentum μ, dampening τ and weight decay λ: g = ∂E/∂w + λw; v = g at the first step, then v ← μv + (1 − τ)g;
    w ← w − lr·v, or with Nesterov's momentum w ← w − lr·(g + μv).

    Parameters
    ----------
    parameters, lr, maximize
        As for `Optimizer`.
    momentum, dampening, weight_decay : float
        μ, τ and λ, not negative.
    nesterov : bool
        Use Nesterov's momentum, which requires momentum and no dampening.

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

    @explained("optimizer")
    def __init__(
        self, parameters: Parameters, lr: float, *, momentum: float = 0.0, dampening: float = 0.0,
        weight_decay: float = 0.0, nesterov: bool = False, maximize: bool = False,
    ) -> None:  # fmt: skip
        self.momentum, self.dampening, self.weight_decay = momentum, dampening, weight_decay
        self.nesterov, self.maximize = nesterov, maximize
        super().__init__(parameters, lr)

    def _check(self, settings: Any) -> None:
        if settings.nesterov and (settings.momentum == 0.0 or settings.dampening != 0.0):
            raise ValueError(
                f"SGD: nesterov needs momentum and no dampening, got momentum {settings.momentum!r} "
                f"and dampening {settings.dampening!r}"
            )

    def _row(self, settings: Any) -> Any:
        if settings.momentum:
            return "momentum", ("momentum_buffer",), _MOMENTUM(settings)
        return "sgd", (), _SGD(settings)

    def _changes(self) -> bool:
        return self.steps == 0  # where the buffer starts


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015): steps scaled by running means of the gradient and of its square.

    g = ∂E/∂w + λw; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − lr · m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ) and
    v̂ = v/(1 − β₂ᵗ) at step t.

    Parameters
    ----------
    parameters, lr, maximize
        As for `Optimizer`.
    betas : (float, float)
        β₁ and β₂, each in [0, 1).
    eps, weight_decay : float
        ε and λ, not negative.
    amsgrad : bool
        Use the largest v so far instead of v.

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

    decoupled: ClassVar[bool] = False

    @explained("optimizer")
    def __init__(
        self, parameters: Parameters, lr: float = 1e-3, *, betas: Sequence[float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0.0, amsgrad: bool = False, maximize: bool = False,
    ) -> None:  # fmt: skip
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay
        self.amsgrad, self.maximize = amsgrad, maximize
        super().__init__(parameters, lr)

    def _row(self, settings: Any) -> Any:
        lr, (beta1, beta2), eps, decay, amsgrad, maximize = _ADAM(settings)
        step, decoupled = self.steps + 1, self.decoupled
        return (
            "adam",
            ("exp_avg", "exp_avg_sq", "max_exp_avg_sq" if amsgrad else None),
            (
                lr / (1.0 - beta1**step), 1.0 / math.sqrt(1.0 - beta2**step), beta1, beta2, eps,
                0.0 if decoupled else decay, 1.0 - lr * decay if decoupled else 1.0, amsgrad, maximize,
            ),
        )  # fmt: skip


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019): w ← (1 − lr·λ)w before each step of Adam.

    The parameters are those of `Adam`; `weight_decay` is 0.01 by default.

    Examples
    --------
    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> w.data
    0.95
    """

    decoupled: ClassVar[bool] = True

    @explained("optimizer")
    def __init__(
        self, parameters: Parameters, lr: float = 1e-3, *, betas: Sequence[float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 1e-2, amsgrad: bool = False, maximize: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize
        )


class RMSprop(Optimizer):
    """RMSprop (Hinton 2012): steps scaled by a running mean of the squared gradient.

    g = ∂E/∂w + λw; v ← αv + (1 − α)g²; w ← w − lr · g/(√v + ε). If centred, the square of the running mean of g is
    subtracted from v; with momentum μ, the fraction is added to μ times the previous update.

    Parameters
    ----------
    parameters, lr, maximize
        As for `Optimizer`.
    alpha : float
        α, in [0, 1).
    eps, weight_decay, momentum : float
        ε, λ and μ, not negative.
    centered : bool
        Whether v is centred.

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

    @explained("optimizer")
    def __init__(
        self, parameters: Parameters, lr: float = 1e-2, *, alpha: float = 0.99, eps: float = 1e-8,
        weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False, maximize: bool = False,
    ) -> None:  # fmt: skip
        self.alpha, self.eps, self.weight_decay, self.momentum = alpha, eps, weight_decay, momentum
        self.centered, self.maximize = centered, maximize
        super().__init__(parameters, lr)

    def _row(self, settings: Any) -> Any:
        mean = "grad_avg" if settings.centered else None
        return "rmsprop", ("square_avg", mean, "momentum_buffer" if settings.momentum else None), _RMSPROP(settings)

    def _changes(self) -> bool:
        return False
