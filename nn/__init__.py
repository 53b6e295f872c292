"""Neurons on top of `autograd`: modules, layers, optimisers. This file is the face: it re-exports, nothing else.

What builds and moves a model is imported at once; the rooms of data and training when they are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nn.layers import ACTIVATIONS, MLP, Layer, Neuron
from nn.module import Module
from nn.optim import SGD

if TYPE_CHECKING:
    from nn import datasets

__all__ = ["ACTIVATIONS", "MLP", "SGD", "Layer", "Module", "Neuron", "datasets"]

_ROOMS: dict[str, tuple[str, ...]] = {
    "datasets": (),
}


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name == room and not names:
            return import_module(f"nn.{room}")
        if name in names:
            found = globals()[name] = getattr(import_module(f"nn.{room}"), name)
            return found
    raise AttributeError(f"module 'nn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
