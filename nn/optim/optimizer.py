"""Base of the optimisers: parameters and their groups, settings, and state out and in."""

from __future__ import annotations

import copy
import inspect
import math
from array import array
from collections.abc import Iterable, KeysView, Mapping, Set
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from autograd._common.foreign import HINTS, hint, install, without_arguments
from autograd.engine import modes
from autograd.engine.backend import Value
from autograd.errors import AnomalyError
from nn._common import flat
from nn._common.checks import entries_of, listed, numbers, setting, shown
from nn._common.steps import zeros
from nn.modules.module import Module

if TYPE_CHECKING:
    Doubles: TypeAlias = array[float]

__all__ = ["Optimizer", "Parameters", "checked_parameters"]

Parameters: TypeAlias = Module | Iterable[Value] | Iterable[Mapping[str, Any]]

_REST: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass
class Group:
    """Parameters that share settings."""

    values: tuple[Value, ...]
    own: dict[str, Any] = field(default_factory=dict)  # settings that differ from the optimiser's
    rate: float = 1.0  # its learning rate in units of the optimiser's
    state: dict[str, Doubles] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.zeros = zeros(len(self.values))
        self.plain = not self.own and self.rate == 1.0  # has the optimiser's own settings
        self._last: tuple[Any, tuple[Doubles | None, ...]] = (None, ())

    def arrays(self, names: tuple[str | None, ...]) -> tuple[Doubles | None, ...]:
        """Arrays of the state, zeros at first; None for a state that isn't kept."""
        if self._last[0] != names:
            for name in names:
                if name is not None and name not in self.state:
                    self.state[name] = array("d", self.zeros)
            self._last = names, tuple([None if name is None else self.state[name] for name in names])
        return self._last[1]


class Optimizer:
    """Base class of the optimisers.

    An optimiser updates the Values it was given and no others; a parameter that is replaced by a new Value later is not
    followed, so set its `.data` instead. A gradient of nan or inf propagates as in IEEE 754; inside
    `ag.detect_anomaly()` a step raises before it changes anything.

    Parameters
    ----------
    parameters : Module, iterable of Value, or iterable of dict
        Leaves, without repetition. A dict is a parameter group: its `params`, and settings such as `lr` or
        `weight_decay` that differ from the others'. Setting `optimizer.lr` later scales the rates of all groups.
    lr : float
        Learning rate, not negative. It may be set between steps.
    maximize : bool
        Ascend the gradient instead of descending.

    Attributes
    ----------
    parameters : tuple of Value
        The parameters of all groups.
    steps : int
        The number of steps made.

    Raises
    ------
    TypeError, ValueError
        If a parameter isn't a Value, is not a leaf or is given twice, if there are none, or a setting isn't allowed.

    Examples
    --------
    >>> from nn.optim import SGD
    >>> w, b = Value(1.0), Value(1.0)
    >>> descent = SGD([{"params": [w], "weight_decay": 0.5}, {"params": [b], "lr": 0.2}], lr=0.1)
    >>> w.grad = b.grad = 1.0
    >>> descent.step()
    >>> round(w.data, 6), round(b.data, 6)
    (0.85, 0.8)
    """

    settings: ClassVar[tuple[str, ...]] = ("lr",)
    """Names of the settings: the arguments of the constructor after the parameters, each an attribute."""

    _checked: ClassVar[tuple[str, ...]] = ("lr",)  # those that `checks.setting` knows: not a subclass's own

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        named = [p.name for p in inspect.signature(cls.__init__).parameters.values() if p.kind not in _REST]
        cls.settings = tuple(dict.fromkeys([*cls.settings, *named[2:]]))
        if cls.__module__.startswith("nn."):
            cls._checked = cls.settings

    def __init__(self, parameters: Parameters, lr: float) -> None:
        self.lr = lr
        self.steps = 0
        self._check(self)
        self._groups = self._grouped(parameters)

    def __setattr__(self, name: str, given: Any) -> None:
        if name in self._checked:
            given = setting(type(self).__name__, name, given)
        elif name in HINTS["Optimizer"] and type(self).__module__.startswith("nn."):
            raise AttributeError(hint(f"{type(self).__name__!r}", name, "Optimizer"))
        object.__setattr__(self, name, given)

    def _check(self, settings: Any) -> None:
        """Raise a ValueError if settings, each allowed by itself, don't go together."""

    def _grouped(self, parameters: Any) -> list[Group]:
        where = type(self).__name__
        given = parameters
        if _iterable(parameters) and not isinstance(parameters, (Module, Value, Set)):
            given = [*parameters]
        if not (isinstance(given, list) and given and all(isinstance(part, Mapping) for part in given)):
            return [Group(_ordered(where, given))]
        groups = []
        for part in given:
            own = {name: x for name, x in part.items() if name not in ("params", "lr")}
            if "params" not in part or not own.keys() <= set(self.settings):
                allowed, got = listed(("params", *self.settings)), listed(map(repr, part)) or "nothing"
                raise ValueError(f"{where}: a group needs 'params' and takes {allowed}, got {got}")
            rate = setting(where, "lr", part.get("lr", self.lr))
            if rate != self.lr and self.lr == 0.0:
                raise ValueError(f"{where}: a group's lr is kept in proportion to the optimiser's, which must not be 0")
            own = {name: setting(where, name, x) if name in self._checked else x for name, x in own.items()}
            relative = 1.0 if rate == self.lr else rate / self.lr
            groups.append(Group(_ordered(where, part["params"]), own, relative))
            self._check(self._settings_of(groups[-1]))
        checked_parameters(where, [value for group in groups for value in group.values])
        return groups

    @property
    def parameters(self) -> tuple[Value, ...]:
        """The parameters of all groups."""
        if len(self._groups) == 1:
            return self._groups[0].values
        return tuple(value for group in self._groups for value in group.values)

    def step(self) -> None:
        """Update every parameter from its gradient.

        Raises
        ------
        AnomalyError
            Inside `ag.detect_anomaly()`, if a gradient is nan or inf; nothing changes.
        """
        if modes.active:
            _inspect(type(self).__name__, self.parameters)
            modes.observed("set", self.parameters[0], None, None)  # a recording can't repeat a step
        for group in self._groups:
            row, states, settings = self._row(self if group.plain else self._settings_of(group))
            flat.step(row, group.values, group.arrays(states), settings)
        self.__dict__["steps"] += 1  # past __setattr__, which has nothing to check here

    def _bound(self, count: int) -> tuple[Any, ...]:
        """Return the next steps of each group, for C to make on the numbers of all parameters in an array."""
        first, found = 0, []
        for group, settings in zip(self._groups, self._settings_ahead(count), strict=True):
            row, states, _ = self._row(self if group.plain else self._settings_of(group))
            found.append(flat.bind(row, first, len(group.values), group.arrays(states), settings))
            first += len(group.values)
        return tuple(found)

    def _settings_ahead(self, count: int) -> list[Doubles]:
        """Return each group's settings of the next steps, one after the other; of one, where all are the same."""
        done, found = self.steps, [array("d") for _ in self._groups]
        try:
            for steps in range(done, done + (count if self._changes() else 1)):
                self.__dict__["steps"] = steps
                for group, settings in zip(self._groups, found, strict=True):
                    settings.extend(self._row(self if group.plain else self._settings_of(group))[2])
        finally:
            self.__dict__["steps"] = done
        return found

    def _changes(self) -> bool:
        """Return whether settings of a row depend on the number of steps made."""
        return True

    @without_arguments
    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0; `backward()` adds to it."""
        for group in self._groups:
            flat.write(group.values, "grad", group.zeros)

    def _settings_of(self, group: Group) -> Any:
        """Return an object with the settings of a group as attributes."""
        shared = {name: getattr(self, name) for name in self.settings}
        return SimpleNamespace(**{**shared, **group.own, "lr": self.lr * group.rate, "steps": self.steps})

    def _row(self, settings: Any) -> tuple[str, tuple[str | None, ...], tuple[float, ...]]:
        """Return the row of `nn._common.steps` that a step runs, the names of its states, or None, and its settings."""
        return "", (), ()  # of an optimiser that overrides `step`

    def _names(self) -> list[str]:
        """Return the names of the states that any group needs."""
        found = [name for group in self._groups for name in self._row(self._settings_of(group))[1] if name]
        return list(dict.fromkeys(found))

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the settings and the state, which can be written as JSON without loss.

        Examples
        --------
        >>> from nn.optim import SGD
        >>> SGD([Value(1.0)], lr=0.5, momentum=0.9).state_dict()["state"]
        {'momentum_buffer': [0.0]}
        """
        settings = {name: _plain(getattr(self, name)) for name in self.settings}
        names = tuple(self._names())
        kept = [dict(zip(names, group.arrays(names), strict=True)) for group in self._groups]
        arrays = {name: [x for arrays in kept for x in arrays[name] or ()] for name in names}
        found = {"kind": type(self).__name__, "steps": self.steps, "settings": settings, "state": arrays}
        return found if len(self._groups) == 1 else {**found, "groups": self._described()}

    def _described(self) -> list[dict[str, Any]]:
        return [
            {"count": len(group.values), "rate": group.rate, **{name: _plain(x) for name, x in group.own.items()}}
            for group in self._groups
        ]

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore settings and state from `state_dict()`, so that training continues bit for bit.

        Raises
        ------
        ValueError
            If the state is malformed, or belongs to another kind of optimiser, other parameters or other groups;
            nothing changes.
        """
        where = f"load_state_dict of {type(self).__name__}"
        state = entries_of(where, state, tuple(self.state_dict()))
        if state["kind"] != type(self).__name__:
            raise ValueError(f"{where}: the state is that of {state['kind']!r}")
        steps = setting(where, "steps", state["steps"])
        if state.get("groups", []) != (self._described() if len(self._groups) > 1 else []):
            raise ValueError(f"{where}: the groups are {shown(state['groups'])}, but here {self._described()}")
        trial = self._with_settings(where, state["settings"])
        arrays = _arrays_of(where, state["state"], trial._names(), len(self.parameters))
        for name in self.settings:
            setattr(self, name, getattr(trial, name))
        self.steps, begin, groups = steps, 0, []
        for group in self._groups:
            own = slice(begin, begin := begin + len(group.values))
            groups.append(Group(group.values, group.own, group.rate, {name: xs[own] for name, xs in arrays.items()}))
        self._groups = groups

    def _with_settings(self, where: str, settings: Any) -> Optimizer:
        """Another optimiser of this kind and these groups with other settings, checked."""
        given, trial = entries_of(f"{where}: settings", settings, self.settings), copy.copy(self)
        try:
            for name, x in given.items():
                setattr(trial, name, x)
            trial._check(trial)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{where}: {error}") from error
        trial._groups = [Group(group.values, group.own, group.rate) for group in self._groups]
        return trial

    def __repr__(self) -> str:
        shown_ = [name for name in self.settings if name != "maximize" or getattr(self, name)]
        settings = "".join(f", {name}={getattr(self, name)!r}" for name in shown_)
        return f"{type(self).__name__}({len(self.parameters)} parameters{settings})"


install(Optimizer, "Optimizer")


def _ordered(where: str, parameters: Any) -> tuple[Value, ...]:
    """Return checked parameters of an optimiser, whose state is kept in their order."""
    if isinstance(parameters, Set) and not isinstance(parameters, KeysView):
        kind = type(parameters).__name__
        raise TypeError(f"{where}: parameters can't be given in a {kind}, which has no order; use a list")
    return checked_parameters(where, parameters)


def checked_parameters(where: str, parameters: Any) -> tuple[Value, ...]:
    """Return the parameters of a module or the given ones, checked: at least one, all leaves, none twice."""
    if isinstance(parameters, Value) or not (isinstance(parameters, Module) or _iterable(parameters)):
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


def _iterable(given: Any) -> bool:
    return hasattr(type(given), "__iter__") and not isinstance(given, (str, bytes, type))


def _plain(setting: Any) -> Any:
    return list(setting) if isinstance(setting, tuple) else setting


def _inspect(where: str, values: tuple[Value, ...]) -> None:
    if modes._detecting.get():
        for position, value in enumerate(values):
            if not math.isfinite(value.grad):
                name = value.label or f"parameter {position}"
                raise AnomalyError(f"{where}: the gradient of {name} = {value.data!r} is {value.grad}")


def _arrays_of(where: str, given: Any, names: list[str], count: int) -> dict[str, Doubles]:
    given = entries_of(f"{where}: state", given, names)
    try:
        return {name: array("d", numbers(f"{where}: {name}", given[name], (count,))) for name in names}
    except TypeError as error:
        raise ValueError(str(error)) from None
