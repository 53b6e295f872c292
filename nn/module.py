"""`Module`: what has parameters, found by looking at its attributes."""

from __future__ import annotations

from collections.abc import Iterator

from autograd import display
from autograd.core import Value

__all__ = ["Module"]


class Module:
    """Base of everything that has parameters.

    An attribute registers itself: a leaf `Value` is a parameter, a `Module` contributes its own, and lists, tuples and
    dicts of these are looked into. Attributes whose names begin with an underscore are passed over.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0, label="slope")
    ...         self.offset = Value(1.0, label="offset")
    >>> [name for name, parameter in Line().named_parameters()]
    ['slope', 'offset']
    """

    def parameters(self) -> list[Value]:
        """Return every parameter once, in the order of the attributes."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield each parameter once, with the path that leads to it, such as `layers.0.weights.1.0`."""
        return _walk("", self, set())

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show a table of the parameters in a notebook."""
        return display.parameters(self, self.named_parameters())


def _walk(path: str, found: object, seen: set[int]) -> Iterator[tuple[str, Value]]:
    """Parameters at and below `found`; `seen` holds ids, so that what is shared, or holds itself, comes once."""
    if id(found) in seen:
        return
    if isinstance(found, Value):
        if not found.op:
            seen.add(id(found))
            yield path, found
        return
    if isinstance(found, Module):
        parts = [(name, part) for name, part in vars(found).items() if not name.startswith("_")]
    elif isinstance(found, dict):
        parts = [(str(key), part) for key, part in found.items()]
    elif isinstance(found, (list, tuple)):
        parts = [(str(position), part) for position, part in enumerate(found)]
    else:
        return
    seen.add(id(found))
    for name, part in parts:
        yield from _walk(f"{path}.{name}" if path else name, part, seen)
