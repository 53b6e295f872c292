"""Neurons and layers, with the shapes and names of hand-written notes.

The weights of a layer are (hidden size, input size): row j holds the weights of neuron j. They are labelled w1, w2, …
row by row; net_h1 and out_h1 are the net input and the output of a hidden neuron, net_o1 and out_o1 those of an output
neuron. A call with another number of inputs raises a ValueError, one with what are no numbers a TypeError.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd._common.foreign import explained
from autograd._common.numbers import is_number
from autograd.engine import backend
from autograd.engine.backend import Value
from nn._common.checks import check_operands, numbers, one_of, shown, size
from nn._common.seeds import Seed, source
from nn.modules.activations import Activation, Operand, checked, function_of, spelled
from nn.modules.init import Initialiser, filled
from nn.modules.module import Module

__all__ = ["Layer", "Linear", "Neuron", "assign"]


class Neuron(Module):
    """A neuron: `out = activation(w · x + b)`. The net input is one `dot` node.

    Parameters
    ----------
    inputs : int
        Number of inputs.
    activation : str, callable or None
        A name in `ACTIVATIONS`, a function of one Value, or "linear" or None for no activation.
    name : str
        The net input and the output are labelled net_NAME and out_NAME; without activation they are one node, out_NAME.
    init : str or callable
        A name in `nn.init.INITIALISERS`, or a function of (weights, seed=random.Random); "uniform" is within
        ±1/√inputs. The bias is 0.
    seed : int or random.Random, optional
        Source of the weights; by default the generator that `nn.seed` seeds.

    Examples
    --------
    >>> neuron = Neuron(2, "sigmoid", name="h1")
    >>> neuron.weights[0].data, neuron.weights[1].data, neuron.bias.data = 0.15, 0.20, 0.35
    >>> neuron([0.05, 0.10])
    Value(0.5933, label='out_h1')
    """

    @explained("layer")
    def __init__(
        self, inputs: int, activation: Activation = "tanh", *, name: str = "o1", init: str | Initialiser = "uniform",
        seed: Seed = None,
    ) -> None:  # fmt: skip
        self.weights = filled("neuron", init, 1, size("neuron: inputs", inputs), source(seed))[0]
        for i, weight in enumerate(self.weights, 1):
            weight.label = f"w{i}"
        self.bias = Value(0.0, label="b1")
        self.activation = checked(activation)
        self.name = name

    def __call__(self, xs: Sequence[Operand]) -> Value:
        """Return the output for `xs`, a sequence with a number or Value for each weight."""
        labels = [_node_labels(self.name, self.activation)]
        return _outputs(f"neuron {self.name}", [self.weights], xs, [self.bias], self.activation, labels)[0]

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, {spelled(self.activation)}, name={self.name!r})"


class Layer(Module):
    """A layer of neurons with the same inputs and activation.

    The output is a list with one Value for each neuron, even for a single neuron, so that another layer can follow.

    Parameters
    ----------
    inputs, outputs : int
        Number of inputs and of neurons; the weights are (outputs, inputs).
    activation, init, seed
        See `Neuron`.
    bias : {"neuron", "shared", "none"}
        One bias for each neuron, one for the layer as in note 002, or none.
    name : str
        Name in error messages.

    Raises
    ------
    ValueError
        If a size is less than 1, or activation, bias or `init` is unknown; in a call, if the number of inputs is wrong.
    TypeError
        In a call, if the inputs aren't Values or numbers.

    Examples
    --------
    >>> layer = Layer(2, 2, "sigmoid", bias="shared")
    >>> layer.set(weights=[[0.15, 0.20], [0.25, 0.30]], bias=0.35)
    >>> layer([0.05, 0.10])
    [Value(0.5933, label='out_o1'), Value(0.5969, label='out_o2')]
    """

    @explained("layer")
    def __init__(
        self, inputs: int, outputs: int, activation: Activation = "tanh", *, bias: str = "neuron", name: str = "layer",
        init: str | Initialiser = "uniform", seed: Seed = None,
    ) -> None:  # fmt: skip
        if is_number(bias):
            raise ValueError(f"{name}: bias must be a word, got {bias!r}; here: bias={'neuron' if bias else 'none'!r}")
        self.bias_kind = one_of(f"{name}: bias", bias, ("neuron", "shared", "none"))
        self.name = name
        self.inputs, self.outputs = size(f"{name}: inputs", inputs), size(f"{name}: outputs", outputs)
        self.activation = checked(activation)
        self.weights = filled(name, init, self.outputs, self.inputs, source(seed))
        shared = [Value(0.0)] * self.outputs
        own: list[Any] = [0.0 if bias == "none" else Value(0.0) for _ in range(self.outputs)]
        self.biases = shared if bias == "shared" else own
        self.rename()

    def rename(self, kind: str = "o", weight: int = 1, bias: int = 1, neuron: int = 1) -> None:
        """Label weights, biases and neurons, counting from the given numbers; `kind` is "h" or "o" (output)."""
        for position, value in enumerate([value for row in self.weights for value in row], weight):
            value.label = f"w{position}"
        for position, value in enumerate(self._bias_values(), bias):
            value.label = f"b{position}"
        self._labels = [_node_labels(f"{kind}{neuron + j}", self.activation) for j in range(self.outputs)]

    def set(
        self, weights: Sequence[Sequence[float]] | None = None, bias: float | Sequence[float] | None = None
    ) -> None:
        """Set weights and biases; nothing changes if a shape is wrong.

        Parameters
        ----------
        weights : sequence of sequences of float, shape (outputs, inputs), optional
            Row j holds the weights of neuron j.
        bias : float, or sequence of float of length outputs, optional
            One number for a shared bias, otherwise one for each neuron.
        """
        assign(self._assignments(weights, bias))

    def _assignments(self, weights: Any, bias: Any) -> list[tuple[Value, float]]:
        """Pairs of a parameter and its new number, validated."""
        found: list[tuple[Value, float]] = []
        if weights is not None:
            given = numbers(f"{self.name}: weights", weights, (self.outputs, self.inputs))
            found += zip([value for row in self.weights for value in row], given, strict=True)
        if bias is not None and self.bias_kind == "none":
            raise ValueError(f"{self.name}: has no bias, got {shown(bias)}")
        if bias is not None:
            shared = self.bias_kind == "shared"
            what, shape = ("shared bias", ()) if shared else ("bias", (self.outputs,))
            found += zip(self._bias_values(), numbers(f"{self.name}: {what}", bias, shape), strict=True)
        return found

    def _bias_values(self) -> list[Value]:
        """Return the biases, without repetition."""
        return list(dict.fromkeys(value for value in self.biases if isinstance(value, Value)))

    def __call__(self, xs: Sequence[Operand]) -> list[Value]:
        """Return the outputs for `xs`, a sequence of `inputs` numbers or Values."""
        return _outputs(self.name, self.weights, xs, self.biases, self.activation, self._labels)

    def __repr__(self) -> str:
        bias = "" if self.bias_kind == "neuron" else f", bias={self.bias_kind!r}"
        return f"Layer({self.inputs}, {self.outputs}, {spelled(self.activation)}{bias})"


class Linear(Layer):
    """A layer without activation: `w · x + b` for each neuron; the weights are (outputs, inputs).

    The parameters are those of `Layer`.

    Examples
    --------
    >>> Linear(2, 3, init="ones")([1.0, 2.0])
    [Value(3, label='out_o1'), Value(3, label='out_o2'), Value(3, label='out_o3')]
    """

    @explained("layer")
    def __init__(
        self, inputs: int, outputs: int, *, bias: str = "neuron", name: str = "layer",
        init: str | Initialiser = "uniform", seed: Seed = None,
    ) -> None:  # fmt: skip
        super().__init__(inputs, outputs, "linear", bias=bias, name=name, init=init, seed=seed)

    def __repr__(self) -> str:
        return super().__repr__().replace("Layer(", "Linear(", 1).replace(", 'linear'", "", 1)


def _outputs(
    name: str, weights: list[list[Value]], xs: Any, biases: list[Any], activation: Any, labels: list[tuple[str, str]]
) -> list[Value]:
    """Return the outputs of neurons; an error of the operation is explained by what is wrong with the inputs."""
    try:
        return backend.layer(weights, xs, biases, function_of(activation), labels)
    except (TypeError, ValueError, AttributeError):
        check_operands(name, len(weights[0]), xs)
        found = activation(Value(0.5)) if callable(activation) else None
        if found is not None and not isinstance(found, Value):
            raise TypeError(
                f"{name}: the activation must return a Value, as `ag.tanh` does, got {shown(found)}"
            ) from None
        raise


def _node_labels(name: str, activation: Activation) -> tuple[str, str]:
    """Labels of the net input and the output of a neuron, which are one node without activation."""
    return (f"net_{name}" if activation else f"out_{name}", f"out_{name}")


def assign(pairs: list[tuple[Value, float]]) -> None:
    """Set the number of each parameter."""
    for parameter, number in pairs:
        parameter.data = number
