"""`Module`: the base class of everything that has parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from autograd._common.foreign import explained, install, without_arguments
from autograd.draw import notebook
from autograd.engine import modes
from autograd.engine.backend import Value
from nn._common import flat
from nn._common.checks import switch
from nn._common.steps import zeros
from nn.modules import state

__all__ = ["Module"]

Self = TypeVar("Self", bound="Module")


class Module(state.Stateful):
    """Base class of everything that has parameters.

    Parameters are found in the attributes: a leaf `Value` is a parameter, the parameters of a `Module` are included,
    and lists, tuples, dicts, deques, dataclasses and object arrays are searched. A set of parameters or modules raises
    a TypeError, as it has no order. Attributes whose names begin with an underscore are ignored.

    A subclass defines `__call__` or `forward`.

    Attributes
    ----------
    training : bool
        Whether the module is in training mode; set by `train()` and `eval()`. Compiled functions follow it.
    buffers : tuple of str
        Class attribute: the names of attributes that are numbers, not trained, but part of `state_dict()`.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0, label="slope")
    ...         self.offset = Value(1.0, label="offset")
    ...
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [name for name, parameter in Line().named_parameters()]
    ['slope', 'offset']
    >>> Line().state_dict()
    {'slope': 2.0, 'offset': 1.0}
    """

    _training = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call `forward`."""
        forward = getattr(self, "forward", None)
        if forward is None:
            raise TypeError(f"{type(self).__name__} can't be called: a Module defines __call__, or forward")
        return forward(*args, **kwargs)

    @property
    def training(self) -> bool:
        """Whether the module is in training mode."""
        modes.depends_on(f"whether {type(self).__name__} is in training", lambda: self._training)
        return self._training

    @training.setter
    def training(self, mode: bool) -> None:
        self._training = switch(f"{type(self).__name__}: training", mode)

    def parameters(self) -> list[Value]:
        """Return all parameters, without repetition, in the order of the attributes."""
        found: dict[int, Value] = {}

        def takes(part: Any) -> bool:
            """Add a row of weights at once."""
            row = state.is_row(part)
            if row:
                found.update(zip(map(id, part), part))
            return row

        for _, part in state.walk(self, takes):
            if isinstance(part, Value):
                found[id(part)] = part
        return [value for value in found.values() if not value.op]

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield pairs of a path, such as `layers.0.weights.1.0`, and a parameter, without repetition.

        Raises
        ------
        ValueError
            If two parameters have the same path.
        """
        seen = set()
        for path, found in self._paths():
            if path in seen:
                raise ValueError(f"{type(self).__name__}: two parameters are called {path!r}; rename one")
            seen.add(path)
            yield path, found

    def _paths(self) -> Iterator[tuple[str, Value]]:
        return ((path, found) for path, found in state.walk(self) if isinstance(found, Value))

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield pairs of a path and a module: this one, with an empty path, and all modules below it."""
        return ((path, found) for path, found in state.walk(self, state.is_row) if isinstance(found, Module))

    def modules(self) -> Iterator[Module]:
        """Yield this module and all modules below it, without repetition."""
        return (found for _, found in self.named_modules())

    @without_arguments
    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        parameters = tuple(self.parameters())
        flat.write(parameters, "grad", zeros(len(parameters)))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show a table of the parameters in a notebook."""
        return notebook.parameters(self, self._paths())

    def train(self: Self, mode: bool = True) -> Self:
        """Set the training mode of this module and those below it; return the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: Self) -> Self:
        """Set evaluation mode, `train(False)`; return the module."""
        return self.train(False)

    @property
    def random_forward(self) -> bool:
        """Whether two calls may give different results, as with `Dropout` in training mode."""
        return any(module._random() for module in self.modules())

    def redraw(self) -> None:
        """Draw the random numbers of a recorded graph again, in place; to be called before each replay in training."""
        for module in self.modules():
            module._redraw()

    def _random(self) -> bool:
        return False

    def _redraw(self) -> None:
        pass

    def state_dict(self) -> dict[str, Any]:
        """Return the numbers of the parameters by name: a float for a Value, nested lists for lists of Values.

        Lists of equal length form one entry: `layers.0.weights` has the shape (hidden size, input size). The result is
        a copy and can be written as JSON.

        Raises
        ------
        ValueError
            If two parameters have the same path, as in `{"a": {"b": v}, "a.b": w}`.

        Examples
        --------
        >>> import nn
        >>> nn.Layer(2, 1, init="ones").state_dict()
        {'weights': [[1.0, 1.0]], 'biases': [0.0]}
        """
        return {entry.name: entry.read() for entry in state.entries(self)}

    @explained("state")
    def load_state_dict(self, numbers: Mapping[str, Any]) -> None:
        """Restore the numbers of a `state_dict()`; nothing changes if one of them is wrong.

        Raises
        ------
        ValueError
            If an entry is missing, unexpected, of the wrong shape, or doesn't hold numbers; all are named.
        TypeError
            If `numbers` isn't a mapping of names to numbers, nested lists of numbers, or arrays.

        Examples
        --------
        >>> import nn
        >>> nn.Layer(2, 1).load_state_dict({"weights": [[1.0]], "gain": 1.0})
        Traceback (most recent call last):
            ...
        ValueError: load_state_dict of Layer: missing 'biases'; unexpected 'gain'; 'weights' must be of shape ...
        """
        state.load(self, numbers)


install(Module, "Module")
