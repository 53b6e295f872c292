"""What all optimisers share: which parameters they move, their settings, and their state out and in."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from autograd.engine import modes
from autograd.engine.backend import Value
from autograd.errors import AnomalyError
from nn._common import flat
from nn._common.checks import entries_of, number_in, number_of, shown
from nn.modules.module import Module

if TYPE_CHECKING:
    Doubles: TypeAlias = array[float]

__all__ = ["Optimizer", "Parameters", "checked_parameters"]

Parameters: TypeAlias = Module | Iterable[Value]


class Optimizer:
    """Base of the optimisers: moves leaves against their `grad`, all at once, in one loop of the core.

    It moves the Values that it was given and no others: what is left out of `parameters` stays as it is, and where a
    module's parameter is replaced by a new Value, the optimiser has to be made anew; set `.data` instead. Gradients are
    taken as they are: nan and inf spread, as IEEE 754 has it, but within `ag.detect_anomaly()` a step raises before it
    changes anything.

    A class of its own says how its step goes in `_move`, names its settings in `settings`, its arrays of state in
    `_arrays`, and checks in `_check`.

    Parameters
    ----------
    parameters : Module, or iterable of Value
        Leaves, each once.
    lr : float
        Learning rate; not negative. May be set between steps.

    Attributes
    ----------
    parameters : tuple of Value
        What it moves.
    steps : int
        How many steps it has made.

    Raises
    ------
    TypeError
        If a parameter isn't a Value, or a setting isn't a number.
    ValueError
        If there is no parameter, one is computed or given twice, or a setting is out of range.
    """

    settings: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Parameters, lr: float, **settings: Any) -> None:
        self._values = checked_parameters(type(self).__name__, parameters)
        self.lr = lr
        for name, setting in settings.items():
            setattr(self, name, setting)
        self.steps = 0
        self._state: dict[str, Doubles] = {name: array("d", bytes(8 * len(self._values))) for name in self._arrays()}
        self._zeros = array("d", bytes(8 * len(self._values)))

    @property
    def parameters(self) -> tuple[Value, ...]:
        """What it moves."""
        return self._values

    @property
    def lr(self) -> float:
        """Learning rate."""
        return self._lr

    @lr.setter
    def lr(self, rate: float) -> None:
        self._lr = number_in(f"{type(self).__name__}: lr", rate, 0.0, math.inf)

    def step(self) -> None:
        """Move every parameter by its gradient.

        Raises
        ------
        AnomalyError
            Within `ag.detect_anomaly()`, where a gradient is nan or inf; nothing has changed then.
        """
        if modes.active:
            _inspect(type(self).__name__, self._values)
        self._move()
        self.steps += 1

    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0; `backward()` adds to it."""
        flat.write(self._values, "grad", self._zeros)

    def _begun(self, name: str) -> Doubles:
        """An array of the state; zeros where a setting that asks for it was changed after the optimiser was made."""
        numbers = self._state.get(name)
        if numbers is None:
            numbers = self._state[name] = array("d", self._zeros)
        return numbers

    def _arrays(self) -> tuple[str, ...]:
        """Names of the state: for each an array with a number for every parameter, 0 at first."""
        return ()

    def _move(self) -> None:
        raise NotImplementedError(f"{type(self).__name__}: a class of its own must define _move")

    def state_dict(self) -> dict[str, Any]:
        """Return settings and state, sharing nothing with this; it can be written as JSON, and no bit is lost.

        Examples
        --------
        >>> from nn.optim import SGD
        >>> SGD([Value(1.0)], lr=0.5, momentum=0.9).state_dict()["state"]
        {'momentum_buffer': [0.0]}
        """
        settings = {name: getattr(self, name) for name in ("lr", *self.settings)}
        return {
            "kind": type(self).__name__,
            "steps": self.steps,
            "settings": {name: list(x) if isinstance(x, tuple) else x for name, x in settings.items()},
            "state": {name: self._begun(name).tolist() for name in self._arrays()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take settings and state from `state_dict()`, so that training goes on bit for bit; all of it or nothing.

        Raises
        ------
        ValueError
            If it isn't what `state_dict()` gives, is another optimiser's, or was made for another number of parameters.
        """
        where = f"load_state_dict of {type(self).__name__}"
        state = entries_of(where, state, ("kind", "steps", "settings", "state"))
        if state["kind"] != type(self).__name__:
            raise ValueError(f"{where}: the state is that of {state['kind']!r}")
        steps = state["steps"]
        if type(steps) is not int or steps < 0:
            raise ValueError(f"{where}: steps must be a whole number of at least 0, got {shown(steps)}")
        trial = self._with_settings(where, state["settings"])
        arrays = _arrays_of(where, state["state"], trial._arrays(), len(self._values))
        for name in ("lr", *self.settings):
            setattr(self, name, getattr(trial, name))
        self.steps, self._state = steps, arrays

    def _with_settings(self, where: str, settings: Any) -> Optimizer:
        """Another optimiser of this kind, whose settings have been checked as those of any."""
        given = entries_of(f"{where}: settings", settings, ("lr", *self.settings))
        try:
            return type(self)(self._values[:1], **given)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{where}: {error}") from error

    def __repr__(self) -> str:
        settings = "".join(f", {name}={getattr(self, name)!r}" for name in ("lr", *self.settings))
        return f"{type(self).__name__}({len(self._values)} parameters{settings})"


def checked_parameters(where: str, parameters: Parameters) -> tuple[Value, ...]:
    """The parameters of a module, or the given ones once they are known to be leaves, each once, and some."""
    if isinstance(parameters, Value) or not (isinstance(parameters, Module) or hasattr(parameters, "__iter__")):
        raise TypeError(f"{where}: parameters must be a Module or a sequence of Values, got {shown(parameters)}")
    found = tuple(parameters.parameters() if isinstance(parameters, Module) else parameters)
    seen: set[int] = set()
    for parameter in found:
        if not isinstance(parameter, Value):
            raise TypeError(f"{where}: parameters must be Values, got {shown(parameter)}")
        if parameter.op:
            raise ValueError(f"{where}: parameters must be leaves, got {parameter!r}, a result of {parameter.op}")
        if id(parameter) in seen:
            raise ValueError(f"{where}: a parameter is given twice, {parameter!r}; each must come once")
        seen.add(id(parameter))
    if not found:
        raise ValueError(f"{where}: there must be parameters, got none")
    return found


def _inspect(where: str, values: tuple[Value, ...]) -> None:
    if modes._detecting.get():
        for position, value in enumerate(values):
            if not math.isfinite(value.grad):
                name = value.label or f"parameter {position}"
                raise AnomalyError(f"{where}: the gradient of {name} = {value.data!r} is {value.grad}")


def _arrays_of(where: str, given: Any, names: tuple[str, ...], count: int) -> dict[str, Doubles]:
    given, arrays = entries_of(f"{where}: state", given, names), {}
    for name in names:
        if not isinstance(given[name], (list, tuple)) or len(given[name]) != count:
            length = len(given[name]) if hasattr(given[name], "__len__") else shown(given[name])
            raise ValueError(f"{where}: {name} must be {count} numbers, one for each parameter, got {length}")
        try:
            arrays[name] = array("d", [number_of(x) for x in given[name]])
        except TypeError as error:
            raise ValueError(f"{where}: {name} must be numbers, {error}") from None
    return arrays
