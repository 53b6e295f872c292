"""Containers of modules: the multilayer perceptron and `Sequential`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from autograd._common.foreign import explained
from nn._common.checks import shown
from nn._common.seeds import Seed, source
from nn.modules.activations import ACTIVATIONS, Activation, Elementwise, Operand, checked
from nn.modules.init import Initialiser
from nn.modules.layers import Layer, assign
from nn.modules.module import Module

__all__ = ["MLP", "Sequential"]

Step: TypeAlias = Module | str | Callable[[Any], Any]


class MLP(Module):
    """A multilayer perceptron.

    A single output is a Value, as in micrograd, and several outputs are a list. Layers, which are parts of networks,
    always take and return lists.

    Parameters
    ----------
    inputs : int
        Number of inputs.
    sizes : sequence of int
        Number of neurons of each layer; the last is the output layer.
    activation, output : str, callable or None
        Activations of the hidden layers and of the output layer; see `Neuron`.
    bias, init, seed
        See `Layer`; all layers draw from one generator, in order.

    Examples
    --------
    >>> net = MLP(2, [2, 2], activation="sigmoid", output="sigmoid", bias="shared")
    >>> net.set(weights=[[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]], biases=[0.35, 0.60])
    >>> net([0.05, 0.10])
    [Value(0.7514, label='out_o1'), Value(0.7729, label='out_o2')]
    >>> [parameter.label for parameter in net.parameters()]
    ['w1', 'w2', 'w3', 'w4', 'b1', 'w5', 'w6', 'w7', 'w8', 'b2']
    >>> MLP(2, [2, 1], init="ones", activation="relu")([1.0, 2.0])
    Value(6, label='out_o1')
    """

    @explained("layer")
    def __init__(
        self, inputs: int, sizes: Sequence[int], *, activation: Activation = "tanh", output: Activation = "linear",
        bias: str = "neuron", init: str | Initialiser = "uniform", seed: Seed = None,
    ) -> None:  # fmt: skip
        if isinstance(sizes, (str, bytes)) or not hasattr(sizes, "__len__"):
            raise TypeError(f"MLP: sizes must be a sequence of whole numbers, got {shown(sizes)}")
        if len(sizes) == 0:
            raise ValueError("MLP: sizes must name at least the output layer, got none")
        draw, last = source(seed), len(sizes) - 1
        checked(activation)  # also without hidden layers
        how: dict[str, Any] = {"bias": bias, "init": init, "seed": draw}
        self.layers = [
            Layer(before, after, output if i == last else activation, name=f"layer {i + 1}", **how)
            for i, (before, after) in enumerate(zip([inputs, *sizes], sizes))
        ]
        weight = neuron = offset = 1
        for layer in self.layers[:-1]:
            layer.rename("h", weight, offset, neuron)
            weight += layer.inputs * layer.outputs
            neuron += layer.outputs
            offset += {"shared": 1, "none": 0}.get(layer.bias_kind, layer.outputs)
        self.layers[-1].rename("o", weight, offset)

    def set(
        self,
        weights: Sequence[Sequence[Sequence[float]]] | None = None,
        biases: Sequence[float | Sequence[float]] | None = None,
    ) -> None:
        """Set weights and biases of every layer, as `Layer.set` does; nothing changes if a shape is wrong."""
        for what, given in (("weights", weights), ("biases", biases)):
            if given is not None and not hasattr(given, "__len__"):
                raise TypeError(f"MLP: {what} must be a sequence with an entry for each layer, got {shown(given)}")
            if given is not None and len(given) != len(self.layers):
                raise ValueError(f"MLP: {what} must be given for each of {len(self.layers)} layers, got {len(given)}")
        given_, nothing = (weights, biases), [None] * len(self.layers)
        each = zip(self.layers, *(nothing if part is None else part for part in given_), strict=True)
        assign([pair for layer, matrix, bias in each for pair in layer._assignments(matrix, bias)])

    def __call__(self, xs: Sequence[Operand]) -> Any:
        """Return the output for `xs`, a sequence of `inputs` numbers or Values: a Value, or a list of several."""
        outputs: Any = xs
        for layer in self.layers:
            outputs = layer(outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def __repr__(self) -> str:
        return f"MLP({', '.join(map(repr, self.layers))})"


class Sequential(Module):
    """A chain of modules, each called with the result of the previous one.

    Parameters
    ----------
    *steps : Module, str or callable
        A name in `ACTIVATIONS`, or that function, is applied to each value; another function is called with the whole
        list. Layers without a name are named by their position in error messages.

    Examples
    --------
    >>> import nn
    >>> net = nn.Sequential(nn.Linear(2, 3), "relu", nn.Linear(3, 1))
    >>> len(net), len(net.parameters()), len(net([1.0, 2.0]))
    (3, 13, 1)
    >>> net([1.0, 2.0, 3.0])
    Traceback (most recent call last):
        ...
    ValueError: layer 1: takes 2 inputs, got 3
    """

    def __init__(self, *steps: Step) -> None:
        if not steps:
            raise ValueError("Sequential: there must be modules, got none")
        self.steps: list[Any] = []
        for position, step in enumerate(steps, 1):
            if isinstance(step, type) or not (isinstance(step, str) or callable(step)):
                raise TypeError(
                    f"Sequential: step {position} must be a Module, a name or a function, got {shown(step)}"
                )
            elementwise = isinstance(step, str) or step in ACTIVATIONS.values()
            self.steps.append(Elementwise(step) if elementwise else step)
        for position, layer in enumerate([step for step in self.steps if isinstance(step, Layer)], 1):
            layer.name = f"layer {position}" if layer.name == "layer" else layer.name

    def __call__(self, xs: Any) -> Any:
        """Return the result of the last step."""
        for step in self.steps:
            xs = step(xs)
        return xs

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.steps)

    def __getitem__(self, position: int) -> Any:
        return self.steps[position]

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.steps))})"
