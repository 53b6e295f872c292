"""Definitions shared with the peers: the compiled graphs, over any number type, and the demo's learning rate."""

from __future__ import annotations

import functools
import operator
import random
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["INPUTS", "OPERATIONS", "PARAMETERS", "SHAPES", "Number", "network", "random_graph", "rate"]

Number = Any
SHAPES = ((2, 16), (16, 16), (16, 1))
PARAMETERS = sum((inputs + 1) * outputs for inputs, outputs in SHAPES)
OPERATIONS = 2 * sum(inputs * outputs for inputs, outputs in SHAPES) + 32 + 2
INPUTS = (20, 80)  # of the random graph: those that vary between samples, and those common to all


def network(inputs: Sequence[Number], parameters: Sequence[Number], tanh: Callable[[Number], Number]) -> Number:
    """Squared error of the 2-16-16-1 network in plain operations; parameters are each neuron's weights, then its bias.

    `inputs` are the network's two and the target.
    """
    layer, start = list(inputs[:2]), 0
    for fan_in, fan_out in SHAPES:
        following = []
        for _ in range(fan_out):
            total = layer[0] * parameters[start] + parameters[start + fan_in]
            for x, w in zip(layer[1:], parameters[start + 1 :]):
                total = total + x * w
            start += fan_in + 1
            following.append(total if fan_out == 1 else tanh(total))
        layer = following
    error = layer[0] - inputs[2]
    return error * error


def random_graph(leaves: Sequence[Number], ops: int, tanh: Callable[[Number], Number]) -> Number:
    """Return a graph without structure to exploit, with bounded values; the same for each number type."""
    source, nodes, made = random.Random(0), list(leaves), 0
    while made < ops:
        a, b = source.choice(nodes[-100:]), source.choice(nodes if source.random() < 0.3 else nodes[-100:])
        kind = source.random()
        if kind < 0.4:
            nodes.append(a * b)
        elif kind < 0.7:
            nodes.append(0.5 * (a + b) if kind < 0.5 else a - 0.5 * b)
            made += 1
        elif kind < 0.8:
            nodes.append(a / (1.5 + b * b))
            made += 2
        else:
            nodes.append(tanh(a))
        made += 1
    return functools.reduce(operator.add, [*nodes[-200:], *leaves[: INPUTS[0]]])


def rate(step: int) -> float:
    """Return the learning rate of micrograd's demo: 1 at first, 0.1 after a hundred steps."""
    return 1.0 - 0.9 * min(step, 100) / 100
