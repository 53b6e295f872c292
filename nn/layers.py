"""Neurons, layers and the multilayer perceptron, named and shaped as in hand-written notes.

A layer's weights are (hidden size, input size): row j holds what leads into neuron j. Names are those of the notes: w1,
w2, … row by row through the whole net, net_h1 and out_h1 for a hidden neuron's net input and output, net_o1 and out_o1
for an output neuron's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from autograd import core
from autograd.core import Value
from autograd.ops import TABLE
from nn.module import Module

__all__ = ["ACTIVATIONS", "MLP", "Activation", "Layer", "Neuron"]

Activation: TypeAlias = str | Callable[[Value], Value] | None
Operand: TypeAlias = Value | float

# Every op of the table that can be applied to one number.
ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    name: getattr(core, name) for name, op in TABLE.items() if op.arity is not None and op.arity - len(op.defaults) == 1
}

_FUNCTIONS: dict[str, Callable[[Value], Value] | None] = {"": None, **ACTIVATIONS}

BIASES = ("neuron", "shared")


class Neuron(Module):
    """One neuron: `out = activation(w · x + b)`, the net input being one `dot` node.

    Parameters
    ----------
    inputs : int
        Number of inputs.
    activation : str, callable or None
        A name of `ACTIVATIONS`; "linear" or None for none; or a function of one Value.
    name : str
        What its net input and output are called after: net_NAME and out_NAME; without an activation they are one
        node, out_NAME.
    seed : int or random.Random
        Where the weights come from: uniform within ±1/√inputs; the bias is 0.

    Raises
    ------
    ValueError
        If `inputs` is less than 1 or the activation is unknown.

    Examples
    --------
    >>> neuron = Neuron(2, "sigmoid", name="h1")
    >>> neuron.weights[0].data, neuron.weights[1].data, neuron.bias.data = 0.15, 0.20, 0.35
    >>> neuron([0.05, 0.10])
    Value(0.5933, label='out_h1')
    """

    def __init__(
        self, inputs: int, activation: Activation = "tanh", *, name: str = "o1", seed: int | random.Random = 0
    ) -> None:
        _check_size("neuron: inputs", inputs)
        source, bound = _source(seed), inputs**-0.5
        self.weights = [Value(source.uniform(-bound, bound), label=f"w{i + 1}") for i in range(inputs)]
        self.bias = Value(0.0, label="b1")
        self.activation = _checked_activation(activation)
        self.name = name

    def __call__(self, xs: Sequence[Operand]) -> Value:
        """Return the output for `xs`, of as many numbers or Values as there are weights."""
        if len(xs) != len(self.weights):
            raise ValueError(f"neuron {self.name}: takes {len(self.weights)} inputs, got {len(xs)}")
        function = _FUNCTIONS[self.activation] if isinstance(self.activation, str) else self.activation
        labels = _node_labels(self.name, self.activation)
        return core.layer([self.weights], xs, [self.bias], function, [labels])[0]

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, {_spelled(self.activation)}, name={self.name!r})"


class Layer(Module):
    """Neurons side by side, all with the same inputs and activation.

    Parameters
    ----------
    inputs, outputs : int
        Number of inputs and of neurons; the weights are (outputs, inputs).
    activation : str, callable or None
        As for `Neuron`.
    bias : {"neuron", "shared"}
        One bias for each neuron, or one for the whole layer as in note 002.
    name : str
        What errors call it.
    seed : int or random.Random
        As for `Neuron`.

    Raises
    ------
    ValueError
        If a size is less than 1, or activation or bias is unknown.

    Examples
    --------
    >>> layer = Layer(2, 2, "sigmoid", bias="shared")
    >>> layer.set(weights=[[0.15, 0.20], [0.25, 0.30]], bias=0.35)
    >>> layer([0.05, 0.10])
    [Value(0.5933, label='out_o1'), Value(0.5969, label='out_o2')]
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: Activation = "tanh",
        *,
        bias: str = "neuron",
        name: str = "layer",
        seed: int | random.Random = 0,
    ) -> None:
        _check_size(f"{name}: inputs", inputs)
        _check_size(f"{name}: outputs", outputs)
        if bias not in BIASES:
            raise ValueError(f"{name}: unknown bias, got {bias!r}; allowed {_listed(BIASES)}")
        source, bound = _source(seed), inputs**-0.5
        self.name = name
        self.inputs, self.outputs = inputs, outputs
        self.activation = _checked_activation(activation)
        self.shared_bias = bias == "shared"
        self.weights = [[Value(source.uniform(-bound, bound)) for _ in range(inputs)] for _ in range(outputs)]
        self.biases = [Value(0.0)] * outputs if self.shared_bias else [Value(0.0) for _ in range(outputs)]
        self.rename()

    def rename(self, kind: str = "o", weight: int = 1, bias: int = 1, neuron: int = 1) -> None:
        """Label weights, biases and neurons, counting on from these numbers; `kind` is h for hidden, o for output."""
        for position, value in enumerate([value for row in self.weights for value in row]):
            value.label = f"w{weight + position}"
        for position, value in enumerate(self.biases):
            value.label = f"b{bias if self.shared_bias else bias + position}"
        self.node_labels = [_node_labels(f"{kind}{neuron + j}", self.activation) for j in range(self.outputs)]

    def set(
        self, weights: Sequence[Sequence[float]] | None = None, bias: float | Sequence[float] | None = None
    ) -> None:
        """Set the numbers; nothing changes when a shape is wrong.

        Parameters
        ----------
        weights : sequence of sequences of float, shape (outputs, inputs), optional
            Row j leads into neuron j.
        bias : float, or sequence of float of length outputs, optional
            A number for a shared bias, else one for each neuron.

        Raises
        ------
        ValueError
            If a shape is wrong; the text names the layer and both shapes.
        TypeError
            If something isn't a number.
        """
        _assign(self._assignments(weights, bias))

    def _assignments(self, weights: Any, bias: Any) -> list[tuple[Value, float]]:
        """Which parameter gets which number, everything checked."""
        found: list[tuple[Value, float]] = []
        if weights is not None:
            numbers = _numbers(f"{self.name}: weights", weights, (self.outputs, self.inputs))
            found += zip([value for row in self.weights for value in row], numbers, strict=True)
        if bias is not None and self.shared_bias:
            found += zip(self.biases[:1], _numbers(f"{self.name}: shared bias", bias, ()), strict=True)
        elif bias is not None:
            found += zip(self.biases, _numbers(f"{self.name}: bias", bias, (self.outputs,)), strict=True)
        return found

    def __call__(self, xs: Sequence[Operand]) -> list[Value]:
        """Return the outputs for `xs`, of `inputs` numbers or Values."""
        if len(xs) != self.inputs:
            raise ValueError(f"{self.name}: takes {self.inputs} inputs, got {len(xs)}")
        # Looked up at each call, so that a copied or pickled layer uses the core it is loaded on.
        function = _FUNCTIONS[self.activation] if isinstance(self.activation, str) else self.activation
        return core.layer(self.weights, xs, self.biases, function, self.node_labels)

    def __repr__(self) -> str:
        bias = ", bias='shared'" if self.shared_bias else ""
        return f"Layer({self.inputs}, {self.outputs}, {_spelled(self.activation)}{bias})"


class MLP(Module):
    """Multilayer perceptron: layers one after another.

    Parameters
    ----------
    inputs : int
        Number of inputs.
    sizes : sequence of int
        Number of neurons of each layer; the last is the output layer.
    activation : str, callable or None
        Of the hidden layers, as for `Neuron`.
    output : str, callable or None
        Of the output layer.
    bias : {"neuron", "shared"}
        As for `Layer`.
    seed : int or random.Random
        As for `Neuron`; layers draw from it one after another.

    Raises
    ------
    ValueError
        If there is no layer, a size is less than 1, or activation or bias is unknown.

    Examples
    --------
    >>> net = MLP(2, [2, 2], activation="sigmoid", output="sigmoid", bias="shared")
    >>> net.set(weights=[[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]], biases=[0.35, 0.60])
    >>> net([0.05, 0.10])
    [Value(0.7514, label='out_o1'), Value(0.7729, label='out_o2')]
    >>> [parameter.label for parameter in net.parameters()]
    ['w1', 'w2', 'w3', 'w4', 'b1', 'w5', 'w6', 'w7', 'w8', 'b2']
    """

    def __init__(
        self,
        inputs: int,
        sizes: Sequence[int],
        *,
        activation: Activation = "tanh",
        output: Activation = "linear",
        bias: str = "neuron",
        seed: int | random.Random = 0,
    ) -> None:
        if not sizes:
            raise ValueError("MLP: sizes must name at least the output layer, got none")
        source, last = _source(seed), len(sizes) - 1
        widths = [inputs, *sizes]
        self.layers = [
            Layer(
                widths[i],
                widths[i + 1],
                output if i == last else activation,
                bias=bias,
                name=f"layer {i + 1}",
                seed=source,
            )
            for i in range(len(sizes))
        ]
        weight = neuron = offset = 1
        for layer in self.layers[:-1]:
            layer.rename("h", weight, offset, neuron)
            weight += layer.inputs * layer.outputs
            neuron += layer.outputs
            offset += 1 if layer.shared_bias else layer.outputs
        self.layers[-1].rename("o", weight, offset)

    def set(
        self,
        weights: Sequence[Sequence[Sequence[float]]] | None = None,
        biases: Sequence[float | Sequence[float]] | None = None,
    ) -> None:
        """Set the numbers of every layer, each as for `Layer.set`; nothing changes when a shape is wrong.

        Raises
        ------
        ValueError
            If the number of layers or a shape is wrong.
        TypeError
            If something isn't a number.
        """
        for what, given in (("weights", weights), ("biases", biases)):
            if given is not None and len(given) != len(self.layers):
                raise ValueError(f"MLP: {what} must be given for each of {len(self.layers)} layers, got {len(given)}")
        nothing = [None] * len(self.layers)
        _assign(
            [
                pair
                for layer, matrix, bias in zip(self.layers, weights or nothing, biases or nothing, strict=True)
                for pair in layer._assignments(matrix, bias)
            ]
        )

    def __call__(self, xs: Sequence[Operand]) -> list[Value]:
        """Return the outputs of the last layer for `xs`, of `inputs` numbers or Values."""
        outputs: Any = xs
        for layer in self.layers:
            outputs = layer(outputs)
        return outputs  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"MLP({', '.join(map(repr, self.layers))})"


def _node_labels(name: str, activation: Activation) -> tuple[str, str]:
    """What a neuron's net input and output are called; they are one node where there is no activation."""
    return (f"net_{name}" if activation else f"out_{name}", f"out_{name}")


def _assign(pairs: list[tuple[Value, float]]) -> None:
    for parameter, number in pairs:
        parameter.data = number


def _numbers(what: str, given: Any, shape: tuple[int, ...]) -> list[float]:
    """Flatten nested sequences of exactly this shape, row by row."""
    found = _shape(given)
    if found != shape:
        wanted = "one number" if not shape else f"of shape {shape}"
        raise ValueError(f"{what} must be {wanted}, got {f'shape {found}' if found else repr(given)}")
    flat = [given]
    for _ in shape:
        flat = [part for row in flat for part in row]
    numbers = []
    for number in flat:
        if isinstance(number, str) or not hasattr(number, "__float__"):
            raise TypeError(f"{what} must be numbers, got {number!r} ({type(number).__name__})")
        numbers.append(float(number))
    return numbers


def _shape(given: Any) -> tuple[int | str, ...]:
    """Lengths of nested sequences; "ragged" where rows differ. An array's own shape is the same thing."""
    if isinstance(given, (str, bytes)) or not hasattr(given, "__len__"):
        return ()
    inner = {_shape(part) for part in given}
    return (len(given), *(inner.pop() if len(inner) == 1 else ("ragged",) if inner else ()))


def _checked_activation(activation: Activation) -> str | Callable[[Value], Value]:
    """The name or function; the empty string for none."""
    if activation is None or activation == "linear":
        return ""
    if callable(activation) or activation in ACTIVATIONS:
        return activation
    raise ValueError(
        f"unknown activation, got {activation!r}; allowed {_listed(('linear', *ACTIVATIONS))}, or a function"
    )


def _spelled(activation: str | Callable[[Value], Value]) -> str:
    return getattr(activation, "__name__", "function") if callable(activation) else repr(activation or "linear")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _source(seed: int | random.Random) -> random.Random:
    return seed if isinstance(seed, random.Random) else random.Random(seed)


def _check_size(what: str, size: Any) -> None:
    if not isinstance(size, int) or size < 1:
        raise ValueError(f"{what} must be a whole number of at least 1, got {size!r} ({type(size).__name__})")
