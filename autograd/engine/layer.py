"""A layer of neurons in one call, without returning to Python in the C backend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from autograd.engine.n_ary import dot
from autograd.engine.operands import sequence_of
from autograd.engine.value import Operand, Value

__all__ = ["layer"]


def layer(
    rows: Sequence[Iterable[Operand]],
    xs: Iterable[Operand],
    biases: Sequence[Operand],
    activation: Callable[[Value], Value] | None,
    labels: Sequence[tuple[str, str]],
) -> list[Value]:
    """Return the outputs of neurons with the same inputs, each one `dot` and one activation.

    Parameters
    ----------
    rows : sequence of sequences of Value or number
        The weights, one row for each neuron.
    xs : sequence of Value or number
        The inputs.
    biases : sequence of Value or number
        One for each neuron.
    activation : callable or None
        Applied to each net input.
    labels : sequence of (str, str)
        The labels of each neuron's net input and output.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> layer([[Value(0.3), Value(0.4)]], [1.0, 2.0], [0.5], Value.tanh, [("net", "out")])
    [Value(0.9217, label='out')]
    """
    inputs = sequence_of("dot", "xs", xs)
    if not len(rows) == len(biases) == len(labels):
        lengths = f"{len(rows)}, {len(biases)} and {len(labels)}"
        raise ValueError(f"layer: rows, biases and labels must have one length, got {lengths}")
    outputs = []
    for ws, bias, (net_label, out_label) in zip(rows, biases, labels, strict=True):
        output: Value = dot(ws, inputs, bias)
        output.label = net_label
        if activation is not None:
            output = activation(output)
            output.label = out_label
        outputs.append(output)
    return outputs
