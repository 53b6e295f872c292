"""Learning rate schedules: functions of the step, with the names and formulas of `torch.optim.lr_scheduler`.

`schedule(n)` is the learning rate of step n, counted from 0, and depends on nothing else; `nn.fit(schedule=…)` calls
it. In a training loop, `schedule.step()` after each `optimizer.step()` sets the rate of the next step. Each function
takes an optimiser, whose learning rate is the base rate, or the base rate itself. `ReduceLROnPlateau` has state and is
a class.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from autograd.engine.backend import Value
from nn._common.checks import entries_of, number_in, number_of, shown, size
from nn.optim.optimizer import Optimizer

__all__ = [
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "ExponentialLR", "LambdaLR",
    "LinearLR", "MultiStepLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "Schedule", "SequentialLR", "StepLR",
]  # fmt: skip

Rated: TypeAlias = Optimizer | float


class Schedule:
    """A learning rate for each step, returned by the functions of this module or made from a function.

    Parameters
    ----------
    optimizer : Optimizer or float
        The optimiser whose rate is set, to `self(0)` at first; or the base rate.
    rate : callable
        A function of the base rate and the step that returns the rate of the step.
    name : str
        Name in errors and in `state_dict`.

    Attributes
    ----------
    base_lr : float
        The base rate.
    last_step : int
        The step whose rate is set, counted from 0.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.8)
    >>> schedule = Schedule(optimizer, lambda base, step: base * 0.5**step)
    >>> schedule.step()
    >>> optimizer.lr
    0.4
    """

    def __init__(
        self,
        optimizer: Rated,
        rate: Callable[[float, int], float],
        name: str = "Schedule",
        base_lr: float | None = None,
    ) -> None:
        self.name, self.rate, self.last_step = name, rate, 0
        self.optimizer = optimizer if isinstance(optimizer, Optimizer) else None
        base: Any = optimizer.lr if isinstance(optimizer, Optimizer) else optimizer
        if isinstance(base, Value) or not hasattr(type(base), "__float__"):
            raise TypeError(f"{name}: optimizer must be an Optimizer or a rate, got {shown(base)}")
        self.base_lr = number_in(f"{name}: base rate", base if base_lr is None else base_lr, 0.0, math.inf)
        self._set()

    def __call__(self, step: int) -> float:
        """Return the rate of a step, counted from 0."""
        return self.rate(self.base_lr, step)

    def step(self) -> None:
        """Set the rate of the optimiser's next step.

        Raises
        ------
        TypeError
            If the schedule was made from a base rate, without an optimiser.
        """
        if self.optimizer is None:
            raise TypeError(
                f"{self.name}: step() needs a schedule made from an optimizer; this one was made from a rate"
            )
        self.optimizer.lr = self(self.last_step + 1)
        self.last_step += 1

    def _set(self) -> None:
        if self.optimizer is not None:
            self.optimizer.lr = self(self.last_step)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the schedule, which can be written as JSON."""
        return {"kind": self.name, "base_lr": self.base_lr, "last_step": self.last_step}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore a state from `state_dict()` and set the optimiser's rate.

        Raises
        ------
        ValueError
            If it is the state of another schedule; nothing changes.
        """
        where = f"load_state_dict of {self.name}"
        given = entries_of(where, state, tuple(self.state_dict()))
        if given["kind"] != self.name:
            raise ValueError(f"{where}: the state is that of {given['kind']!r}")
        base = number_in(f"{where}: base_lr", given["base_lr"], 0.0, math.inf)
        self.last_step = size(f"{where}: last_step", given["last_step"], least=0)
        self.base_lr = base
        self._set()

    def __repr__(self) -> str:
        return f"{self.name}(base_lr={self.base_lr!r}, last_step={self.last_step})"


def LambdaLR(optimizer: Rated, lr_lambda: Callable[[int], float]) -> Schedule:
    """Multiply the base rate by a function of the step.

    Examples
    --------
    >>> LambdaLR(0.5, lambda step: 1 / (step + 1))(1)
    0.25
    """
    if not callable(lr_lambda):
        raise TypeError(f"LambdaLR: lr_lambda must be a function of the step, got {shown(lr_lambda)}")

    def rate(base: float, step: int) -> float:
        given = lr_lambda(step)
        try:
            return base * number_of(given)
        except TypeError as error:
            raise TypeError(f"LambdaLR: lr_lambda must return a number, {error}") from None

    return Schedule(optimizer, rate, "LambdaLR")


def StepLR(optimizer: Rated, step_size: int, gamma: float = 0.1) -> Schedule:
    """Multiply the rate by `gamma` every `step_size` steps.

    Examples
    --------
    >>> [StepLR(0.5, step_size=2, gamma=0.5)(n) for n in range(5)]
    [0.5, 0.5, 0.25, 0.25, 0.125]
    """
    every, factor = size("StepLR: step_size", step_size), _gamma("StepLR", gamma)
    return Schedule(optimizer, lambda base, step: base * factor ** (step // every), "StepLR")


def MultiStepLR(optimizer: Rated, milestones: Sequence[int], gamma: float = 0.1) -> Schedule:
    """Multiply the rate by `gamma` at each milestone, a step number.

    Examples
    --------
    >>> [MultiStepLR(1.0, [1, 3], gamma=0.5)(n) for n in range(5)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """
    places = sorted(size("MultiStepLR: milestone", step, least=0) for step in milestones)
    factor = _gamma("MultiStepLR", gamma)
    return Schedule(optimizer, lambda base, step: base * factor ** bisect_right(places, step), "MultiStepLR")


def ExponentialLR(optimizer: Rated, gamma: float) -> Schedule:
    """Multiply the rate by `gamma` at every step.

    Examples
    --------
    >>> ExponentialLR(1.0, gamma=0.5)(3)
    0.125
    """
    factor = _gamma("ExponentialLR", gamma)
    return Schedule(optimizer, lambda base, step: base * factor**step, "ExponentialLR")


def ConstantLR(optimizer: Rated, factor: float = 1 / 3, total_iters: int = 5) -> Schedule:
    """Use the base rate times `factor` for `total_iters` steps, then the base rate.

    Examples
    --------
    >>> [ConstantLR(1.0, 0.25, total_iters=2)(n) for n in range(3)]
    [0.25, 0.25, 1.0]
    """
    first = number_in("ConstantLR: factor", factor, 0.0, 1.0, open_high=False)
    count = size("ConstantLR: total_iters", total_iters)
    return Schedule(optimizer, lambda base, step: base * (first if step < count else 1.0), "ConstantLR")


def LinearLR(optimizer: Rated, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5) -> Schedule:
    """Multiply the base rate by a factor that goes linearly from `start_factor` to `end_factor` in `total_iters` steps.

    Examples
    --------
    >>> [LinearLR(1.0, start_factor=0.5, total_iters=2)(n) for n in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """
    start = number_in("LinearLR: start_factor", start_factor, 0.0, 1.0, open_low=True, open_high=False)
    end = number_in("LinearLR: end_factor", end_factor, 0.0, 1.0, open_high=False)
    count = size("LinearLR: total_iters", total_iters)
    return Schedule(
        optimizer, lambda base, step: base * (start + (end - start) * (min(step, count) / count)), "LinearLR"
    )


def PolynomialLR(optimizer: Rated, total_iters: int = 5, power: float = 1.0) -> Schedule:
    """Decay the rate as (1 − step/total_iters)^power times the base rate, then 0.

    Examples
    --------
    >>> [PolynomialLR(1.0, total_iters=4, power=2.0)(n) for n in range(6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """
    count = size("PolynomialLR: total_iters", total_iters)
    exponent = number_in("PolynomialLR: power", power, 0.0, math.inf, open_low=True)
    return Schedule(optimizer, lambda base, step: base * (1.0 - min(step, count) / count) ** exponent, "PolynomialLR")


def CosineAnnealingLR(optimizer: Rated, T_max: int, eta_min: float = 0.0) -> Schedule:
    """Anneal the rate along half a cosine from the base rate to `eta_min` in `T_max` steps, then back, periodically.

    Examples
    --------
    >>> [round(CosineAnnealingLR(1.0, T_max=2)(n), 9) for n in range(4)]
    [1.0, 0.5, 0.0, 0.5]
    """
    period = size("CosineAnnealingLR: T_max", T_max)
    low = number_in("CosineAnnealingLR: eta_min", eta_min, 0.0, math.inf)
    return Schedule(optimizer, lambda base, step: _cosine(base, low, step / period), "CosineAnnealingLR")


def CosineAnnealingWarmRestarts(optimizer: Rated, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> Schedule:
    """Anneal the rate along half a cosine and restart, after `T_0` steps and then periods `T_mult` times as long each.

    Examples
    --------
    >>> [round(CosineAnnealingWarmRestarts(1.0, T_0=2, T_mult=2)(n), 4) for n in range(7)]
    [1.0, 0.5, 1.0, 0.8536, 0.5, 0.1464, 1.0]
    """
    first, times = size("CosineAnnealingWarmRestarts: T_0", T_0), size("CosineAnnealingWarmRestarts: T_mult", T_mult)
    low = number_in("CosineAnnealingWarmRestarts: eta_min", eta_min, 0.0, math.inf)

    def rate(base: float, step: int) -> float:
        period = first
        if times == 1:
            step %= period
        while step >= period:
            step, period = step - period, period * times
        return _cosine(base, low, step / period)

    return Schedule(optimizer, rate, "CosineAnnealingWarmRestarts")


def OneCycleLR(
    optimizer: Rated,
    max_lr: float,
    total_steps: int,
    *,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Raise the rate from max_lr/div_factor to max_lr, then lower it to the first rate/final_div_factor (Smith 2018).

    Momentum stays as it is, as with `cycle_momentum=False` in torch.

    Parameters
    ----------
    optimizer : Optimizer or float
        The optimiser; its own rate is not used.
    max_lr : float
        The maximum.
    total_steps : int
        Length of the cycle.
    pct_start : float
        The fraction of the cycle in which the rate rises.
    anneal_strategy : {"cos", "linear"}
        The shape of the rise and fall.
    div_factor, final_div_factor : float
        The first rate is max_lr/div_factor; the last is the first divided by `final_div_factor`.

    Raises
    ------
    ValueError
        If a setting is out of range; or in a call, if the step is after the end of the cycle. `step()` may be called
        after each of the `total_steps` steps: after the last one the rate stays where it is.

    Examples
    --------
    >>> schedule = OneCycleLR(1.0, 1.0, total_steps=10, anneal_strategy="linear", div_factor=4)
    >>> [round(schedule(n), 4) for n in range(10)]
    [0.25, 0.625, 1.0, 0.8571, 0.7143, 0.5714, 0.4286, 0.2857, 0.1429, 0.0]
    """
    if anneal_strategy not in ("cos", "linear"):
        raise ValueError(f"OneCycleLR: unknown anneal_strategy, got {anneal_strategy!r}; allowed cos, linear")
    top_rate = number_in("OneCycleLR: max_lr", max_lr, 0.0, math.inf)
    count = size("OneCycleLR: total_steps", total_steps)
    first = top_rate / number_in("OneCycleLR: div_factor", div_factor, 0.0, math.inf, open_low=True)
    last = first / number_in("OneCycleLR: final_div_factor", final_div_factor, 0.0, math.inf, open_low=True)
    top = number_in("OneCycleLR: pct_start", pct_start, 0.0, 1.0, open_high=False) * count - 1.0

    def between(start: float, end: float, part: float) -> float:
        return (end - start) * part + start if anneal_strategy == "linear" else _cosine(start, end, part)

    def rate(base: float, step: int) -> float:
        if step > count:
            raise ValueError(f"OneCycleLR: the cycle has {count} steps, got step {step} counted from 0")
        step = min(step, count - 1)
        if step <= top:
            return between(first, top_rate, step / top if top else 1.0)
        return between(top_rate, last, (step - top) / (count - 1.0 - top))

    return Schedule(optimizer, rate, "OneCycleLR")


def SequentialLR(optimizer: Rated, schedulers: Sequence[Schedule], milestones: Sequence[int]) -> Schedule:
    """Run schedules one after another, each counted from its own first step, such as a warm-up and a decay.

    Parameters
    ----------
    optimizer : Optimizer or float
        The optimiser of all the schedules, or their base rate.
    schedulers : sequence of Schedule
        Schedules of this optimiser; the base rate of the first is used for all.
    milestones : sequence of int
        The steps at which the next schedule begins: one fewer than schedules, increasing.

    Raises
    ------
    ValueError
        If the milestones don't match the schedules, or a schedule belongs to another optimiser.

    Examples
    --------
    >>> schedule = SequentialLR(1.0, [LinearLR(1.0, 0.5, total_iters=2), ExponentialLR(1.0, 0.5)], milestones=[2])
    >>> [schedule(n) for n in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """
    parts, places = list(schedulers), [size("SequentialLR: milestone", n) for n in milestones]
    if not parts or len(places) != len(parts) - 1:
        raise ValueError(f"SequentialLR: {len(parts)} schedules need one milestone fewer, got {len(places)}")
    if places != sorted(set(places)):
        raise ValueError(f"SequentialLR: milestones must rise, got {places!r}")
    _of_one("SequentialLR", optimizer, parts)

    def rate(base: float, step: int) -> float:
        turn = bisect_right(places, step)
        return parts[turn].rate(base, step - (places[turn - 1] if turn else 0))

    return Schedule(optimizer, rate, "SequentialLR", parts[0].base_lr)


def ChainedScheduler(schedulers: Sequence[Schedule]) -> Schedule:
    """Multiply the factors of several schedules of one optimiser: each rate divided by the base rate.

    Raises
    ------
    ValueError
        If there is no schedule, or they belong to different optimisers.

    Examples
    --------
    >>> [ChainedScheduler([ConstantLR(1.0, 0.5, total_iters=2), ExponentialLR(1.0, 0.5)])(n) for n in range(4)]
    [0.5, 0.25, 0.25, 0.125]
    """
    parts = list(schedulers)
    if not parts or not isinstance(parts[0], Schedule):
        raise ValueError(f"ChainedScheduler: there must be schedules, got {shown(schedulers)}")
    rated: Rated = parts[0].base_lr if parts[0].optimizer is None else parts[0].optimizer
    _of_one("ChainedScheduler", rated, parts)

    def rate(base: float, step: int) -> float:
        return base * math.prod(part.rate(base, step) / base for part in parts) if base else 0.0

    return Schedule(rated, rate, "ChainedScheduler", parts[0].base_lr)


class ReduceLROnPlateau:
    """Multiply the rate by a factor when a measure has stopped improving.

    Call `step(measure)` once per epoch; `nn.fit(schedule=…)` does so with the validation loss, or with the training
    loss if there is no validation.

    Parameters
    ----------
    optimizer : Optimizer
        The optimiser whose rate is set.
    mode : {"min", "max"}
        Whether the measure improves by falling, as a loss does, or by rising.
    factor : float
        In (0, 1).
    patience : int
        The number of measures in a row without improvement that are tolerated.
    threshold : float
        The least improvement that counts, relative to the size of the best measure.
    cooldown : int
        The number of measures after a reduction that are ignored.
    min_lr : float
        The least rate.

    Raises
    ------
    TypeError, ValueError
        If a setting has the wrong type or is out of range.

    Examples
    --------
    >>> from autograd import Value
    >>> from nn import SGD
    >>> descent = SGD([Value(1.0)], lr=1.0)
    >>> plateau = ReduceLROnPlateau(descent, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     plateau.step(loss)
    >>> descent.lr
    0.5
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        where = "ReduceLROnPlateau"
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{where}: optimizer must be an Optimizer, got {shown(optimizer)}")
        if mode not in ("min", "max"):
            raise ValueError(f"{where}: unknown mode, got {mode!r}; allowed min, max")
        self.optimizer, self.mode = optimizer, mode
        self.factor = number_in(f"{where}: factor", factor, 0.0, 1.0, open_low=True)
        self.patience = size(f"{where}: patience", patience, least=0)
        self.threshold = number_in(f"{where}: threshold", threshold, 0.0, math.inf)
        self.cooldown = size(f"{where}: cooldown", cooldown, least=0)
        self.min_lr = number_in(f"{where}: min_lr", min_lr, 0.0, math.inf)
        self.best = math.inf if mode == "min" else -math.inf
        self.bad_calls = self.cooling = 0

    def step(self, measure: float) -> None:
        """Record the next measure, such as the validation loss; nan is no improvement."""
        number = number_of(measure)
        sign = 1.0 if self.mode == "min" else -1.0
        margin = self.threshold * abs(self.best) if math.isfinite(self.best) else 0.0
        if sign * number < sign * self.best - margin:
            self.best, self.bad_calls = number, 0
        else:
            self.bad_calls += 1
        if self.cooling:
            self.cooling -= 1
            self.bad_calls = 0
        if self.bad_calls > self.patience:
            lower = max(self.optimizer.lr * self.factor, self.min_lr)
            if self.optimizer.lr - lower > 1e-8:
                self.optimizer.lr = lower
            self.cooling, self.bad_calls = self.cooldown, 0

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the schedule; the rate itself is part of the optimiser's state."""
        return {"best": self.best, "bad_calls": self.bad_calls, "cooling": self.cooling}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore a state from `state_dict()`."""
        where = "load_state_dict of ReduceLROnPlateau"
        given = entries_of(where, state, tuple(self.state_dict()))
        try:
            best = number_of(given["best"])
        except TypeError as error:
            raise ValueError(f"{where}: best must be a number, {error}") from None
        bad_calls, cooling = (size(f"{where}: {name}", given[name], least=0) for name in ("bad_calls", "cooling"))
        self.best, self.bad_calls, self.cooling = best, bad_calls, cooling


def _gamma(where: str, gamma: float) -> float:
    return number_in(f"{where}: gamma", gamma, 0.0, math.inf)


def _cosine(start: float, end: float, part: float) -> float:
    """Interpolate along half a cosine."""
    return end + (start - end) * (1.0 + math.cos(math.pi * part)) / 2.0


def _of_one(where: str, optimizer: Rated, parts: Sequence[Any]) -> None:
    wanted = optimizer if isinstance(optimizer, Optimizer) else None
    for schedule in parts:
        if not isinstance(schedule, Schedule) or schedule.optimizer is not wanted:
            raise ValueError(f"{where}: must be schedules of its own optimiser, got {shown(schedule)}")
