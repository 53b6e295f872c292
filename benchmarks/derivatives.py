"""The derivatives section: gradients, Hessian-vector products and Hessians, ours and JAX's in turn.

The function is the loss of the 2-16-16-1 net of 337 parameters (tanh) on one sample; what follows the sparsity is
measured on Rosenbrock's function of 1,000 variables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import autograd as ag
from autograd import Value
from benchmarks.graphs import PARAMETERS, SHAPES
from benchmarks.peers import running
from benchmarks.timing import Found, Settings, alternate, ours

__all__ = ["NUMBERS", "chain", "loss", "measure", "modes_disagree"]

SAMPLE, TARGET = (0.3, -0.7), 0.5
NUMBERS = [0.5 * math.sin(3.0 * i) for i in range(PARAMETERS)]
VECTOR = [math.cos(i) for i in range(PARAMETERS)]
LARGE = [math.sin(i) for i in range(1000)]


def loss(p: Any) -> Any:
    """Squared error of the net with the parameters `p`: for each neuron its weights, then its bias."""
    start, values = 0, list[Any](SAMPLE)
    for inputs, outputs in SHAPES:
        nets = []
        for _ in range(outputs):
            nets.append(ag.dot(p[start : start + inputs], values, p[start + inputs]))
            start += inputs + 1
        values = [ag.tanh(net) for net in nets] if outputs > 1 else nets
    return (values[0] - TARGET) ** 2


def chain(xs: Sequence[Any]) -> Any:
    """Rosenbrock's function of many variables, which couples neighbours only."""
    return ag.sum([100 * (y - x**2) ** 2 + (1 - x) ** 2 for x, y in pairwise(xs)])


def our_cases() -> dict[str, Callable[[], Any]]:
    """Our timed functions, by name."""
    import numpy

    leaves = [Value(x) for x in NUMBERS]
    output, array = loss(leaves), numpy.array(NUMBERS)
    slopes = ag.gradients(output, leaves, create_graph=True)
    products = ag.gradients(slopes, leaves, VECTOR, create_graph=True)
    programs = {
        "compiled grad": ag.compile(slopes, leaves),
        "compiled hvp": ag.compile(products, leaves),
    }
    hessian, matrix = ag.compile(ag.hessian(loss)), ag.compile(ag.hessian(loss), vector=True)
    cases: dict[str, Callable[[], Any]] = {
        "record": lambda: loss(leaves),
        "backward": output.backward,
        "grad": lambda: ag.grad(loss)(NUMBERS),
        "gradients, create_graph": lambda: ag.gradients(output, leaves, create_graph=True),
        "hvp": lambda: ag.hvp(loss)(NUMBERS, VECTOR),
        "hessian": lambda: ag.hessian(loss)(NUMBERS),
        "hessian of an array": lambda: ag.hessian(loss)(array),
        "compiled hessian": lambda: hessian(NUMBERS),
        "compiled hessian of an array": lambda: matrix(array),
        "chain grad": lambda: ag.grad(chain)(LARGE),
        "chain hessian": lambda: ag.hessian(chain)(LARGE),
    }
    return cases | {name: lambda program=program: program(*NUMBERS) for name, program in programs.items()}


def modes_disagree() -> float:
    """Return the largest relative difference of forward and reverse mode, over gradient and Hessian products."""
    forward, reverse = (ag.jacobian(loss, mode=mode)(NUMBERS) for mode in ("forward", "reverse"))
    pairs = list(zip(forward, reverse))
    matrix, product = ag.hessian(loss)(NUMBERS), ag.hvp(loss)(NUMBERS, VECTOR)
    pairs += [(math.fsum(a * b for a, b in zip(row, VECTOR)), p) for row, p in zip(matrix, product)]
    largest: float = max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs)
    return largest


def measure(settings: Settings) -> Found:
    """Time all cases in turn, ours by name and JAX's as "jax …" and "jax jitted …"."""
    found = Found(facts={"forward against reverse": modes_disagree()})
    problem = {"sample": SAMPLE, "target": TARGET, "parameters": NUMBERS, "vector": VECTOR}
    expected = {
        "grad": ag.grad(loss)(NUMBERS),
        "hvp": ag.hvp(loss)(NUMBERS, VECTOR),
        "hessian": [x for row in ag.hessian(loss)(NUMBERS) for x in row],
    }
    with running("derivatives", ("jax",), problem, expected, settings, found) as theirs:
        samplers = {name: ours(run) for name, run in our_cases().items()}
        found.times = alternate(samplers | theirs, settings, "derivatives")
    return found
