"""Learning rates that change with an optimiser's steps; names and formulas are those of `torch.optim.lr_scheduler`.

A schedule is a function of the number of steps: `schedule(n)` is the rate for step n, counted from 0, and depends on
nothing else. `schedule.step()`, after each `optimizer.step()`, sets the optimiser's rate to that of the next step.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nn._common.checks import entries_of, number_in, number_of, shown, size
from nn.optim.optimizer import Optimizer
from nn.optim.plateau import ReduceLROnPlateau

__all__ = [
    "ConstantLR", "CosineAnnealingLR", "ExponentialLR", "LambdaLR", "LinearLR", "MultiStepLR", "OneCycleLR",
    "ReduceLROnPlateau", "Schedule", "SequentialLR", "StepLR",
]  # fmt: skip


class Schedule:
    """Base of the schedules: sets the optimiser's rate to `self(0)` at once, and at each `step()` to the next.

    A class of its own defines `factor(step)`, by which the optimiser's first rate is multiplied, or `__call__`.

    Parameters
    ----------
    optimizer : Optimizer
        Whose rate; the one it has now is the base.

    Attributes
    ----------
    base_lr : float
        The rate that the optimiser had.
    last_step : int
        For which step the rate is set, counted from 0.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> class Halved(Schedule):
    ...     def factor(self, step):
    ...         return 0.5**step
    >>> optimizer = SGD([Value(1.0)], lr=0.8)
    >>> schedule = Halved(optimizer)
    >>> schedule.step()
    >>> optimizer.lr
    0.4
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: optimizer must be an Optimizer, got {shown(optimizer)}")
        self.optimizer = optimizer
        self.base_lr = optimizer.lr
        self.last_step = 0
        optimizer.lr = self(0)

    def factor(self, step: int) -> float:
        """Return what the base rate is multiplied by for a step, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__}: a class of its own must define factor or __call__")

    def __call__(self, step: int) -> float:
        """Return the rate for a step, counted from 0."""
        return self.base_lr * self.factor(step)

    def step(self) -> None:
        """Set the rate for the optimiser's next step."""
        self.optimizer.lr = self(self.last_step + 1)
        self.last_step += 1

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed schedule needs to know; it can be written as JSON."""
        return {"kind": type(self).__name__, "base_lr": self.base_lr, "last_step": self.last_step}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take what `state_dict()` gave, and set the optimiser's rate by it.

        Raises
        ------
        ValueError
            If it is another schedule's; nothing changes then.
        """
        where = f"load_state_dict of {type(self).__name__}"
        given = entries_of(where, state, tuple(self.state_dict()))
        if given["kind"] != type(self).__name__:
            raise ValueError(f"{where}: the state is that of {given['kind']!r}")
        base = number_in(f"{where}: base_lr", given["base_lr"], 0.0, math.inf)
        self.last_step = size(f"{where}: last_step", given["last_step"], least=0)
        self.base_lr = base
        self.optimizer.lr = self(self.last_step)


class LambdaLR(Schedule):
    """The base rate times a function of the step.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> descent = SGD([Value(1.0)], lr=0.5)
    >>> schedule = LambdaLR(descent, lambda step: 1 / (step + 1))
    >>> schedule.step()
    >>> descent.lr
    0.25
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        if not callable(lr_lambda):
            raise TypeError(f"LambdaLR: lr_lambda must be a function of the step, got {shown(lr_lambda)}")
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def factor(self, step: int) -> float:
        """Return what the function does."""
        given = self.lr_lambda(step)
        try:
            return number_of(given)
        except TypeError as error:
            raise TypeError(f"LambdaLR: lr_lambda must return a number, {error}") from None


class StepLR(Schedule):
    """The rate times gamma every `step_size` steps.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = StepLR(SGD([Value(1.0)], lr=0.5), step_size=2, gamma=0.5)
    >>> [schedule(n) for n in range(5)]
    [0.5, 0.5, 0.25, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = size("StepLR: step_size", step_size)
        self.gamma = number_in("StepLR: gamma", gamma, 0.0, math.inf)
        super().__init__(optimizer)

    def factor(self, step: int) -> float:
        """Return gamma to the number of full periods."""
        return float(self.gamma ** (step // self.step_size))


class MultiStepLR(Schedule):
    """The rate times gamma at each milestone, a number of steps.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = MultiStepLR(SGD([Value(1.0)], lr=1.0), [1, 3], gamma=0.5)
    >>> [schedule(n) for n in range(5)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        self.milestones = sorted(size("MultiStepLR: milestone", step, least=0) for step in milestones)
        self.gamma = number_in("MultiStepLR: gamma", gamma, 0.0, math.inf)
        super().__init__(optimizer)

    def factor(self, step: int) -> float:
        """Return gamma to the number of milestones passed."""
        return float(self.gamma ** bisect_right(self.milestones, step))


class ExponentialLR(Schedule):
    """The rate times gamma at every step.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> ExponentialLR(SGD([Value(1.0)], lr=1.0), gamma=0.5)(3)
    0.125
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = number_in("ExponentialLR: gamma", gamma, 0.0, math.inf)
        super().__init__(optimizer)

    def factor(self, step: int) -> float:
        """Return gamma to the step."""
        return float(self.gamma**step)


class ConstantLR(Schedule):
    """The base rate times `factor` for `total_iters` steps, then the base rate.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = ConstantLR(SGD([Value(1.0)], lr=1.0), 0.25, total_iters=2)
    >>> [schedule(n) for n in range(3)]
    [0.25, 0.25, 1.0]
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5) -> None:
        self.first_factor = number_in("ConstantLR: factor", factor, 0.0, 1.0, open_high=False)
        self.total_iters = size("ConstantLR: total_iters", total_iters)
        super().__init__(optimizer)

    def factor(self, step: int) -> float:
        """Return the factor, or 1 once the steps are over."""
        return self.first_factor if step < self.total_iters else 1.0


class LinearLR(Schedule):
    """The base rate times a factor that goes from `start_factor` to `end_factor` in `total_iters` steps: warm-up.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = LinearLR(SGD([Value(1.0)], lr=1.0), start_factor=0.5, total_iters=2)
    >>> [schedule(n) for n in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        self.start_factor = number_in("LinearLR: start_factor", start_factor, 0.0, 1.0, open_low=True, open_high=False)
        self.end_factor = number_in("LinearLR: end_factor", end_factor, 0.0, 1.0, open_high=False)
        self.total_iters = size("LinearLR: total_iters", total_iters)
        super().__init__(optimizer)

    def factor(self, step: int) -> float:
        """Return the factor on the line, then its end."""
        part = min(step, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * part


class CosineAnnealingLR(Schedule):
    """From the base rate to `eta_min` in `T_max` steps along half a cosine, and back, without end.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = CosineAnnealingLR(SGD([Value(1.0)], lr=1.0), T_max=2)
    >>> [round(schedule(n), 9) for n in range(4)]
    [1.0, 0.5, 0.0, 0.5]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = size("CosineAnnealingLR: T_max", T_max)
        self.eta_min = number_in("CosineAnnealingLR: eta_min", eta_min, 0.0, math.inf)
        super().__init__(optimizer)

    def __call__(self, step: int) -> float:
        """Return the rate on the cosine."""
        return self.eta_min + (self.base_lr - self.eta_min) * (1.0 + math.cos(math.pi * step / self.T_max)) / 2.0


class OneCycleLR(Schedule):
    """Up from max_lr/div_factor to max_lr, then down to the first rate/final_div_factor (Smith 2018).

    Only the rate changes: momentum stays as it is (`cycle_momentum=False` in torch).

    Parameters
    ----------
    optimizer : Optimizer
        Its own rate plays no part.
    max_lr : float
        The top.
    total_steps : int
        Length of the cycle; there is no rate after it.
    pct_start : float
        The part of the cycle, from 0 to 1, in which the rate rises.
    anneal_strategy : {"cos", "linear"}
        How it rises and falls.
    div_factor, final_div_factor : float
        The first rate is max_lr/div_factor, the last is the first/final_div_factor.

    Raises
    ------
    ValueError
        If a setting is out of range, or a step is asked for that is after the cycle.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = OneCycleLR(SGD([Value(1.0)], lr=1.0), 1.0, total_steps=10, anneal_strategy="linear", div_factor=4)
    >>> [round(schedule(n), 4) for n in range(10)]
    [0.25, 0.625, 1.0, 0.8571, 0.7143, 0.5714, 0.4286, 0.2857, 0.1429, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int,
        *,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"OneCycleLR: unknown anneal_strategy, got {anneal_strategy!r}; allowed cos, linear")
        self.max_lr = number_in("OneCycleLR: max_lr", max_lr, 0.0, math.inf)
        self.total_steps = size("OneCycleLR: total_steps", total_steps)
        self.pct_start = number_in("OneCycleLR: pct_start", pct_start, 0.0, 1.0, open_high=False)
        self.anneal_strategy = anneal_strategy
        self.first = self.max_lr / number_in("OneCycleLR: div_factor", div_factor, 0.0, math.inf, open_low=True)
        self.last = self.first / number_in(
            "OneCycleLR: final_div_factor", final_div_factor, 0.0, math.inf, open_low=True
        )
        super().__init__(optimizer)

    def __call__(self, step: int) -> float:
        """Return the rate of the cycle; it has `total_steps` of them."""
        if step >= self.total_steps:
            raise ValueError(f"OneCycleLR: the cycle has {self.total_steps} steps, got step {step} counted from 0")
        top, end = self.pct_start * self.total_steps - 1.0, float(self.total_steps - 1)
        if step <= top:
            return self._between(self.first, self.max_lr, step / top if top else 1.0)
        return self._between(self.max_lr, self.last, (step - top) / (end - top))

    def _between(self, start: float, end: float, part: float) -> float:
        if self.anneal_strategy == "linear":
            return (end - start) * part + start
        return end + (start - end) / 2.0 * (1.0 + math.cos(math.pi * part))


class SequentialLR(Schedule):
    """Schedules one after another, each counted from its own first step: a warm-up, then what follows it.

    Parameters
    ----------
    optimizer : Optimizer
        Of all of them.
    schedulers : sequence of Schedule
        Made before with this optimiser.
    milestones : sequence of int
        At which steps the next begins: one fewer, rising.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> descent = SGD([Value(1.0)], lr=1.0)
    >>> parts = [LinearLR(descent, 0.5, total_iters=2), ExponentialLR(descent, 0.5)]
    >>> schedule = SequentialLR(descent, parts, milestones=[2])
    >>> [schedule(n) for n in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[Schedule], milestones: Sequence[int]) -> None:
        self.schedulers, self.milestones = list(schedulers), [size("SequentialLR: milestone", n) for n in milestones]
        if not self.schedulers or len(self.milestones) != len(self.schedulers) - 1:
            raise ValueError(
                f"SequentialLR: {len(self.schedulers)} schedules need one milestone fewer, got {len(self.milestones)}"
            )
        if self.milestones != sorted(set(self.milestones)):
            raise ValueError(f"SequentialLR: milestones must rise, got {milestones!r}")
        for schedule in self.schedulers:
            if getattr(schedule, "optimizer", None) is not optimizer:
                raise ValueError(f"SequentialLR: must be schedules of its own optimiser, got {shown(schedule)}")
        self._share(self.schedulers[0].base_lr)  # those made later saw a rate that an earlier one had set
        super().__init__(optimizer)
        self.base_lr = self.schedulers[0].base_lr

    def _share(self, base_lr: float) -> None:
        for schedule in self.schedulers:
            schedule.base_lr = base_lr

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take what `state_dict()` gave, and set the optimiser's rate by it."""
        super().load_state_dict(state)
        self._share(self.base_lr)
        self.optimizer.lr = self(self.last_step)

    def __call__(self, step: int) -> float:
        """Return the rate of the schedule whose turn it is."""
        turn = bisect_right(self.milestones, step)
        return self.schedulers[turn](step - (self.milestones[turn - 1] if turn else 0))
