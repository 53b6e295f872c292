"""`Module`: what has parameters, found by looking at its attributes; its numbers as a dict, out and in."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from autograd._common.foreign import hint
from autograd.draw import notebook
from autograd.engine.backend import Value
from nn._common import flat
from nn.modules import state

__all__ = ["Module"]

Self = TypeVar("Self", bound="Module")

_PLAIN = (str, int, float, bool, type(None))  # what many attributes are, and no parameter is
_NO_MODULE = (Value, *_PLAIN)


class Module(state.Stateful):
    """Base of everything that has parameters.

    An attribute registers itself: a leaf `Value` is a parameter, a `Module` contributes its own, and lists, tuples and
    dicts of these are looked into. Attributes whose names begin with an underscore are passed over.

    Attributes
    ----------
    training : bool
        Whether the module is being trained; `train()` and `eval()` set it. Only `Dropout` asks.
    buffers : tuple of str
        Of a class: attributes that are plain numbers, not trained, and part of `state_dict()`.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0, label="slope")
    ...         self.offset = Value(1.0, label="offset")
    >>> [name for name, parameter in Line().named_parameters()]
    ['slope', 'offset']
    >>> Line().state_dict()
    {'slope': 2.0, 'offset': 1.0}
    """

    training: bool = True

    def parameters(self) -> list[Value]:
        """Return every parameter once, in the order of the attributes."""
        found: dict[int, Value] = {}
        seen: set[int] = set()
        stack: list[Any] = [self]
        while stack:
            part = stack.pop()
            if isinstance(part, Value):
                if not part.op:
                    found[id(part)] = part
            elif id(part) not in seen:
                seen.add(id(part))
                if type(part) is list and {Value}.issuperset(map(type, part)):  # a row of weights, at once
                    found.update([(id(value), value) for value in part if not value.op])
                    continue
                stack += [inner for inner in reversed(_inside(part)) if not isinstance(inner, _PLAIN)]
        return list(found.values())

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield each parameter once, with the path that leads to it, such as `layers.0.weights.1.0`."""
        for path, found in _walk(self):
            if isinstance(found, Value):
                yield path, found

    def modules(self) -> Iterator[Module]:
        """Yield this module and every one below it, each once."""
        seen: set[int] = set()
        stack: list[Any] = [self]
        while stack:
            part = stack.pop()
            if id(part) in seen:
                continue
            seen.add(id(part))
            if isinstance(part, Module):
                yield part
            if not (type(part) is list and {Value}.issuperset(map(type, part))):
                stack += [inner for inner in reversed(_inside(part)) if not isinstance(inner, _NO_MODULE)]

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield this module and every one below it, each once, with the path that leads to it; its own is empty."""
        for path, found in _walk(self):
            if isinstance(found, Module):
                yield path, found

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        parameters = tuple(self.parameters())
        flat.write(parameters, "grad", array("d", bytes(8 * len(parameters))))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(hint(f"{type(self).__name__!r} object", name, "Module"))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show a table of the parameters in a notebook."""
        return notebook.parameters(self, self.named_parameters())

    def train(self: Self, mode: bool = True) -> Self:
        """Say that this module and those below are being trained, or with False that they aren't; return it."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: Self) -> Self:
        """Say that this module and those below are being used, not trained; return it."""
        return self.train(False)

    @property
    def random_forward(self) -> bool:
        """Whether calling it twice may give two results, as with a `Dropout` in training."""
        return any(module._random() for module in self.modules())

    def redraw(self) -> None:
        """Draw anew, in place, what random modules drew for a recorded graph: before each replay in training."""
        for module in self.modules():
            module._redraw()

    def _random(self) -> bool:
        return False

    def _redraw(self) -> None:
        pass

    def state_dict(self) -> dict[str, Any]:
        """Return the numbers by name: a float for one Value, nested lists for lists of them.

        Values in equally long lists are one entry, of their shape: `layers.0.weights` holds (hidden size, input size)
        numbers. Nothing in it is shared with the module, and it can be written as JSON as it is.

        Examples
        --------
        >>> import nn
        >>> nn.Layer(2, 1, init="ones").state_dict()
        {'weights': [[1.0, 1.0]], 'biases': [0.0]}
        """
        return {entry.name: entry.read() for entry in state.entries(self)}

    def load_state_dict(self, numbers: Mapping[str, Any]) -> None:
        """Take the numbers that `state_dict()` gave; nothing changes when something is wrong with them.

        Parameters
        ----------
        numbers : mapping of str to float, nested lists of float, or arrays
            One entry for each of this module's, of its shape.

        Raises
        ------
        ValueError
            Naming every entry that is missing, unexpected, of another shape, or doesn't hold numbers.
        TypeError
            If `numbers` isn't a mapping.

        Examples
        --------
        >>> import nn
        >>> nn.Layer(2, 1).load_state_dict({"weights": [[1.0]], "gain": 1.0})
        Traceback (most recent call last):
            ...
        ValueError: load_state_dict of Layer: missing 'biases'; unexpected 'gain'; 'weights' must be of shape ...
        """
        state.load(self, numbers)


def _inside(part: Any) -> list[Any]:
    """What `state.parts` gives, without names, which cost more than all the rest."""
    if isinstance(part, (list, tuple)):
        return part  # type: ignore[return-value]
    return [inner for _, inner in state.parts(part) or ()]


def _walk(root: Module) -> Iterator[tuple[str, Value | Module]]:
    """Modules and parameters at and below `root`, each once, in order, whatever is shared or holds itself."""
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        path, found = stack.pop()
        if id(found) in seen:
            continue
        if isinstance(found, Value):
            if not found.op:
                seen.add(id(found))
                yield path, found
            continue
        parts = state.parts(found)
        if parts is None:
            continue
        seen.add(id(found))
        if isinstance(found, Module):
            yield path, found
        prefix = f"{path}." if path else ""
        stack += [(prefix + name, part) for name, part in reversed(parts) if not isinstance(part, _PLAIN)]
