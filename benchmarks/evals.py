"""Small evals as GradBench has them, compiled, against C written by hand: value and gradient of each."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from benchmarks.by_hand import POINTER, built, called
from benchmarks.timing import Found, Sampler, agreement, ours

__all__ = ["EVALS", "samplers"]

DIMENSIONS, CENTROIDS, SIZE, MIXED, DEGREE = 4, 8, 3, 5, 8
NUMBERS, POINTS = 2_500, 10_000
SOURCE = "evals_limit.c"


@dataclass(frozen=True)
class Eval:
    """A case: both ways to its gradient, each called without arguments, and what each gives."""

    run: Callable[[], Any]
    by_hand: Callable[[], Any]
    gradient: Callable[[], Sequence[float]]
    gradient_by_hand: Callable[[], Sequence[float]]


def logsumexp(of_lists: bool) -> Callable[[ctypes.CDLL, int], Eval]:
    """Return the case of a logsumexp and its gradient, of a list or of an array of numbers."""

    def case(library: ctypes.CDLL, share: int) -> Eval:
        numbers = np.random.default_rng(0).normal(size=NUMBERS // share)
        given, out = numbers.tolist() if of_lists else numbers, np.empty_like(numbers)
        function = ag.compile(ag.logsumexp, vector=True)
        limit = called(library.logsumexp, [numbers, out], [len(numbers)])
        gradients = partial(function.gradients, given)
        return Eval(gradients, limit, lambda: [*map(float, gradients().inputs[0])], out.tolist)

    return case


def summed(name: str, cost: Callable[[Sequence[Value], Sequence[Value]], Value], inputs: int, parameters: int) -> Any:
    """Return the case of a cost that is a sum over samples, for its parameters."""

    def case(library: ctypes.CDLL, share: int) -> Eval:
        draw = np.random.default_rng(0)
        points, start = draw.normal(size=(inputs, POINTS // share)), draw.normal(size=parameters)
        leaves, values = [Value(0.5) for _ in range(inputs)], [Value(x) for x in start.tolist()]
        program: Program = ag.compile(cost(leaves, values), inputs=leaves)
        out, columns = np.empty(parameters), list(points)
        limit = called(getattr(library, name), [points, start, out], [points.shape[1]])

        def gradient() -> list[float]:
            found = dict(zip(program.parameters, program.gradients(*columns).parameters, strict=True))
            return [float(found[value]) for value in values]

        return Eval(partial(program.backward, *columns, threads=1), limit, gradient, out.tolist)

    return case


def kmeans(point: Sequence[Value], centroids: Sequence[Value]) -> Value:
    """Record the squared distance to the nearest centroid."""
    rows = [centroids[i : i + DIMENSIONS] for i in range(0, len(centroids), DIMENSIONS)]
    return ag.min(ag.sum((c - x) * (c - x) for c, x in zip(row, point, strict=True)) for row in rows)


def mixture(point: Sequence[Value], parameters: Sequence[Value]) -> Value:
    """Record minus the log likelihood of a point under a mixture of normal distributions, as `evals_limit.c` has it."""
    each, terms = len(parameters) // MIXED, []
    for start in range(0, len(parameters), each):
        weight, *own = parameters[start : start + each]
        mean, logs, below = own[:SIZE], own[SIZE : 2 * SIZE], iter(own[2 * SIZE :])
        off = [x - m for x, m in zip(point, mean, strict=True)]
        whitened = [
            ag.dot([ag.exp(logs[k]), *(next(below) for _ in range(k))], [off[k], *off[:k]]) for k in range(SIZE)
        ]
        terms.append(weight + ag.sum(logs) - 0.5 * ag.dot(whitened, whitened))
    return -ag.logsumexp(terms)


def polynomial(point: Sequence[Value], coefficients: Sequence[Value]) -> Value:
    """Record the squared error of a polynomial that is to be the sign of its argument."""
    (t,), power, error = point, Value(1.0), ag.sign(point[0])
    for coefficient in coefficients:
        error, power = error - coefficient * power, power * t
    return error * error


EVALS: dict[str, Callable[[ctypes.CDLL, int], Eval]] = {
    "logsumexp of a list": logsumexp(True),
    "logsumexp of an array": logsumexp(False),
    "k-means": summed("kmeans", kmeans, DIMENSIONS, DIMENSIONS * CENTROIDS),
    "normal mixture": summed("mixture", mixture, SIZE, MIXED * (1 + 2 * SIZE + SIZE * (SIZE - 1) // 2)),
    "polynomial": summed("polynomial", polynomial, 1, DEGREE),
}


def samplers(folder: Path, found: Found, share: int) -> dict[str, Sampler]:
    """Samplers of each case and of its limit where both agree; of one part in `share` of the numbers."""
    library = built(folder, SOURCE)
    made: dict[str, Sampler] = {}
    for name in ("logsumexp", "kmeans", "mixture", "polynomial"):
        function = getattr(library, name)
        arrays = 1 if name == "logsumexp" else 2
        function.argtypes = [POINTER, ctypes.c_long, *[POINTER] * arrays]
        function.restype = ctypes.c_double
    for name, case in EVALS.items():
        both = case(library, share)
        both.by_hand()
        differs = agreement({name: both.gradient()}, {name: both.gradient_by_hand()})
        if differs:
            found.missing[f"replay C by hand {name}"] = differs
        else:
            made |= {name: ours(both.run), f"by hand {name}": ours(both.by_hand)}
    return made
