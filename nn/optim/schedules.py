"""Learning rate schedules: functions of the step, with the names and formulas of `torch.optim.lr_scheduler`.

`schedule(n)` is the learning rate of step n, counted from 0, and depends on nothing else; `nn.fit(schedule=…)` calls
it. In a training loop, `schedule.step()` after each `optimizer.step()` sets the rate of the next step. Each function
takes an optimiser, whose learning rate is the base rate, or the base rate itself. `ReduceLROnPlateau` has state and is
a class. Settings of the wrong type or out of range raise a TypeError or ValueError.
"""

from __future__ import annotations

import inspect
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from autograd._common.foreign import explained, install, refuse_keywords
from autograd.engine.backend import Value
from nn._common.checks import entries_of, number_in, number_of, setting, shown, size
from nn.optim.optimizer import Optimizer

__all__ = [
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "ExponentialLR", "LambdaLR",
    "LinearLR", "MultiStepLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "Schedule", "SequentialLR", "StepLR",
]  # fmt: skip

Rated: TypeAlias = Optimizer | float
P = ParamSpec("P")


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

    def __init__(self, optimizer: Rated, rate: Callable[[float, int], float], name: str = "Schedule") -> None:
        self.name, self.rate, self.last_step = name, rate, 0
        self.optimizer = optimizer if isinstance(optimizer, Optimizer) else None
        base: Any = optimizer.lr if isinstance(optimizer, Optimizer) else optimizer
        if isinstance(base, Value) or not hasattr(type(base), "__float__"):
            raise TypeError(f"{name}: optimizer must be an Optimizer or a rate, got {shown(base)}")
        self.base_lr: float = number_in(f"{name}: base rate", base, "[0, inf)")
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
        base, last = (setting(where, name, given[name]) for name in ("base_lr", "last_step"))
        self.base_lr, self.last_step = base, last
        self._set()

    def __repr__(self) -> str:
        return f"{self.name}(base_lr={self.base_lr!r}, last_step={self.last_step})"


install(Schedule, "Schedule")


def _function(where: str, name: str, given: Any) -> Any:
    if not callable(given):
        raise TypeError(f"{where}: {name} must be a function of the step, got {shown(given)}")
    return given


def _places(where: str, name: str, given: Any, least: int = 0) -> list[int]:
    if not hasattr(type(given), "__iter__"):
        raise TypeError(f"{where}: {name} must be numbers of steps, got {shown(given)}")
    return [size(f"{where}: {name}", place, least) for place in given]


_FORMULAS: dict[str, Callable[..., float]] = {}
_OWN: dict[str, Callable[[str, str, Any], Any]] = {"lr_lambda": _function, "milestones": _places}
"""The formulas by the schedules' names, and the checks of settings that only schedules have."""


def _rate(name: str, settings: Mapping[str, Any], base: float, step: int) -> float:
    return _FORMULAS[name](base, step, **settings)


def _schedule(formula: Callable[Concatenate[float, int, P], float]) -> Callable[Concatenate[Rated, P], Schedule]:
    """Make a schedule of a formula of the base rate, the step and settings: a function of an optimiser and those."""
    name = formula.__name__
    first, _, *settings = inspect.signature(formula).parameters.values()
    signature = inspect.Signature([first.replace(name="optimizer", annotation="Rated"), *settings])

    @wraps(formula)
    def made(*args: Any, **kwargs: Any) -> Schedule:
        refuse_keywords(name, "schedule", kwargs)
        try:
            given = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from None
        given.apply_defaults()
        optimizer, *settings = given.arguments
        checked = {key: _OWN.get(key, setting)(name, key, given.arguments[key]) for key in settings}
        return Schedule(given.arguments[optimizer], partial(_rate, name, checked), name)

    _FORMULAS[name] = formula
    made.__signature__ = signature  # type: ignore[attr-defined]
    return made


@_schedule
def LambdaLR(base: float, step: int, lr_lambda: Callable[[int], float]) -> float:
    """Multiply the base rate by a function of the step.

    Examples
    --------
    >>> LambdaLR(0.5, lambda step: 1 / (step + 1))(1)
    0.25
    """
    try:
        return base * number_of(lr_lambda(step))
    except TypeError as error:
        raise TypeError(f"LambdaLR: lr_lambda must return a number, {error}") from None


@_schedule
def StepLR(base: float, step: int, step_size: int, gamma: float = 0.1) -> float:
    """Multiply the rate by `gamma` every `step_size` steps.

    Examples
    --------
    >>> [StepLR(0.5, step_size=2, gamma=0.5)(n) for n in range(5)]
    [0.5, 0.5, 0.25, 0.25, 0.125]
    """
    return float(base * gamma ** (step // step_size))


@_schedule
def MultiStepLR(base: float, step: int, milestones: Sequence[int], gamma: float = 0.1) -> float:
    """Multiply the rate by `gamma` at each milestone, a step number.

    Examples
    --------
    >>> [MultiStepLR(1.0, [1, 3], gamma=0.5)(n) for n in range(5)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """
    return float(base * gamma ** sum(place <= step for place in milestones))


@_schedule
def ExponentialLR(base: float, step: int, gamma: float) -> float:
    """Multiply the rate by `gamma` at every step.

    Examples
    --------
    >>> ExponentialLR(1.0, gamma=0.5)(3)
    0.125
    """
    return float(base * gamma**step)


@_schedule
def ConstantLR(base: float, step: int, factor: float = 1 / 3, total_iters: int = 5) -> float:
    """Use the base rate times `factor` for `total_iters` steps, then the base rate.

    Examples
    --------
    >>> [ConstantLR(1.0, 0.25, total_iters=2)(n) for n in range(3)]
    [0.25, 0.25, 1.0]
    """
    return base * (factor if step < total_iters else 1.0)


@_schedule
def LinearLR(
    base: float, step: int, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
) -> float:
    """Multiply the base rate by a factor that goes linearly from `start_factor` to `end_factor` in `total_iters` steps.

    Examples
    --------
    >>> [LinearLR(1.0, start_factor=0.5, total_iters=2)(n) for n in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """
    return base * (start_factor + (end_factor - start_factor) * (min(step, total_iters) / total_iters))


@_schedule
def PolynomialLR(base: float, step: int, total_iters: int = 5, power: float = 1.0) -> float:
    """Decay the rate as (1 − step/total_iters)^power times the base rate, then 0.

    Examples
    --------
    >>> [PolynomialLR(1.0, total_iters=4, power=2.0)(n) for n in range(6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """
    return float(base * (1.0 - min(step, total_iters) / total_iters) ** power)


@_schedule
def CosineAnnealingLR(base: float, step: int, T_max: int, eta_min: float = 0.0) -> float:
    """Anneal the rate along half a cosine from the base rate to `eta_min` in `T_max` steps, then back, periodically.

    Examples
    --------
    >>> [round(CosineAnnealingLR(1.0, T_max=2)(n), 9) for n in range(4)]
    [1.0, 0.5, 0.0, 0.5]
    """
    return _cosine(base, eta_min, step / T_max)


@_schedule
def CosineAnnealingWarmRestarts(base: float, step: int, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> float:
    """Anneal the rate along half a cosine and restart, after `T_0` steps and then periods `T_mult` times as long each.

    Examples
    --------
    >>> [round(CosineAnnealingWarmRestarts(1.0, T_0=2, T_mult=2)(n), 4) for n in range(7)]
    [1.0, 0.5, 1.0, 0.8536, 0.5, 0.1464, 1.0]
    """
    step = step % T_0 if T_mult == 1 else step
    while step >= T_0:
        step, T_0 = step - T_0, T_0 * T_mult
    return _cosine(base, eta_min, step / T_0)


@_schedule
def OneCycleLR(
    base: float, step: int, max_lr: float, total_steps: int, *, pct_start: float = 0.3, anneal_strategy: str = "cos",
    div_factor: float = 25.0, final_div_factor: float = 1e4,
) -> float:  # fmt: skip
    """Raise the rate from max_lr/div_factor to max_lr, then lower it to the first rate/final_div_factor (Smith 2018).

    Momentum stays as it is, as with `cycle_momentum=False` in torch, and the optimiser's own rate is not used.

    The rate rises for the fraction `pct_start` of the `total_steps`; `anneal_strategy`, "cos" or "linear", is the shape
    of rise and fall. A call for a step after the end of the cycle raises a ValueError; `step()` may be called after
    each of the steps, and after the last one the rate stays where it is.

    Examples
    --------
    >>> schedule = OneCycleLR(1.0, 1.0, total_steps=10, anneal_strategy="linear", div_factor=4)
    >>> [round(schedule(n), 4) for n in range(10)]
    [0.25, 0.625, 1.0, 0.8571, 0.7143, 0.5714, 0.4286, 0.2857, 0.1429, 0.0]
    """
    if step > total_steps:
        raise ValueError(f"OneCycleLR: the cycle has {total_steps} steps, got step {step} counted from 0")
    first, top, step = max_lr / div_factor, pct_start * total_steps - 1.0, min(step, total_steps - 1)
    between = _cosine if anneal_strategy == "cos" else _line
    if step <= top:
        return between(first, max_lr, step / top if top else 1.0)
    return between(max_lr, first / final_div_factor, (step - top) / (total_steps - 1.0 - top))


@explained("schedule")
def SequentialLR(optimizer: Rated, schedulers: Sequence[Schedule], milestones: Sequence[int]) -> Schedule:
    """Run schedules one after another, each counted from its own first step, such as a warm-up and a decay.

    `milestones` are the steps at which the next schedule begins: one fewer than schedules, increasing. All schedules
    must be of the optimiser, or of a rate; the base rate of the first is used.

    Examples
    --------
    >>> schedule = SequentialLR(1.0, [LinearLR(1.0, 0.5, total_iters=2), ExponentialLR(1.0, 0.5)], milestones=[2])
    >>> [schedule(n) for n in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """
    parts, places = list(schedulers), _places("SequentialLR", "milestones", milestones, least=1)
    if not parts or len(places) != len(parts) - 1:
        raise ValueError(f"SequentialLR: {len(parts)} schedules need one milestone fewer, got {len(places)}")
    if places != sorted(set(places)):
        raise ValueError(f"SequentialLR: milestones must rise, got {places!r}")
    return _combined("SequentialLR", optimizer, parts, partial(_sequential, parts, places))


@explained("schedule")
def ChainedScheduler(schedulers: Sequence[Schedule]) -> Schedule:
    """Multiply the factors of several schedules of one optimiser: each rate divided by the base rate.

    Examples
    --------
    >>> [ChainedScheduler([ConstantLR(1.0, 0.5, total_iters=2), ExponentialLR(1.0, 0.5)])(n) for n in range(4)]
    [0.5, 0.25, 0.25, 0.125]
    """
    parts = list(schedulers)
    if not parts or not isinstance(parts[0], Schedule):
        raise ValueError(f"ChainedScheduler: there must be schedules, got {shown(schedulers)}")
    return _combined("ChainedScheduler", parts[0].optimizer, parts, partial(_chained, parts))


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
    factor, min_lr : float
        The factor, in (0, 1), and the least rate.
    patience, cooldown : int
        How many measures in a row without improvement are tolerated, and how many after a reduction are ignored.
    threshold : float
        The least improvement that counts, relative to the size of the best measure.

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

    @explained("schedule")
    def __init__(
        self, optimizer: Optimizer, mode: str = "min", factor: float = 0.1, patience: int = 10,
        threshold: float = 1e-4, cooldown: int = 0, min_lr: float = 0.0,
    ) -> None:  # fmt: skip
        where = "ReduceLROnPlateau"
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{where}: optimizer must be an Optimizer, got {shown(optimizer)}")
        self.optimizer = optimizer
        self.mode: str = setting(where, "mode", mode)
        self.factor: float = setting(where, "factor", factor)
        self.patience: int = setting(where, "patience", patience)
        self.threshold: float = setting(where, "threshold", threshold)
        self.cooldown: int = setting(where, "cooldown", cooldown)
        self.min_lr: float = setting(where, "min_lr", min_lr)
        self.best = math.inf if mode == "min" else -math.inf
        self.bad_calls = self.cooling = 0

    def step(self, measure: float) -> None:
        """Record the next measure, such as the validation loss; nan is no improvement."""
        try:
            number = number_of(measure)
        except TypeError as error:
            raise TypeError(f"ReduceLROnPlateau: the measure must be a number, {error}") from None
        sign = 1.0 if self.mode == "min" else -1.0
        margin = self.threshold * abs(self.best) if math.isfinite(self.best) else 0.0
        if sign * number < sign * self.best - margin:
            self.best, self.bad_calls = number, 0
        else:
            self.bad_calls += 1
        if self.cooling:
            self.cooling, self.bad_calls = self.cooling - 1, 0
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
        bad_calls, cooling = (setting(where, name, given[name]) for name in ("bad_calls", "cooling"))
        self.best, self.bad_calls, self.cooling = best, bad_calls, cooling

    def __repr__(self) -> str:
        settings = ("mode", "factor", "patience", "threshold", "cooldown", "min_lr")
        return f"ReduceLROnPlateau({', '.join(f'{name}={getattr(self, name)!r}' for name in settings)})"


def _cosine(start: float, end: float, part: float) -> float:
    """Interpolate along half a cosine."""
    return end + (start - end) * (1.0 + math.cos(math.pi * part)) / 2.0


def _line(start: float, end: float, part: float) -> float:
    return (end - start) * part + start


def _sequential(parts: Sequence[Schedule], places: Sequence[int], base: float, step: int) -> float:
    turn = bisect_right(places, step)
    return parts[turn].rate(base, step - (places[turn - 1] if turn else 0))


def _chained(parts: Sequence[Schedule], base: float, step: int) -> float:
    return base * math.prod(part.rate(base, step) / base for part in parts) if base else 0.0


def _combined(
    name: str, optimizer: Rated | None, parts: Sequence[Any], rate: Callable[[float, int], float]
) -> Schedule:
    """Return a schedule of several, which all have its optimiser; its base rate is that of the first."""
    wanted = optimizer if isinstance(optimizer, Optimizer) else None
    for part in parts:
        if not isinstance(part, Schedule) or part.optimizer is not wanted:
            raise ValueError(f"{name}: must be schedules of its own optimiser, got {shown(part)}")
    if wanted is not None:
        wanted.lr = parts[0].base_lr  # the parts have set it to their first rates
    found = Schedule(parts[0].base_lr if optimizer is None else optimizer, rate, name)
    found.base_lr = parts[0].base_lr
    return found
