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


def projection(library: ctypes.CDLL, share: int) -> Eval:
    """Return the case of squared errors of points seen by cameras: of each, the derivatives for all inputs."""
    draw = np.random.default_rng(0)
    columns = draw.uniform(0.5, 1.5, size=(17, POINTS // share))
    leaves = [Value(x) for x in columns[:, 0].tolist()]
    program: Program = ag.compile(projected(leaves), inputs=leaves)
    out, rows = np.empty_like(columns), list(columns)
    limit = called(library.projection, [columns, out], [columns.shape[1]])
    gradients = partial(program.gradients, *rows, threads=1)
    return Eval(gradients, limit, lambda: [*np.ravel(gradients().inputs)], lambda: [*out.ravel()])


def projected(given: Sequence[Value]) -> Value:
    """Record the squared error of a point seen by a camera, as `evals_limit.c` has it."""
    rotation, centre, (focal, x_centre, y_centre, first, second) = given[:3], given[3:6], given[6:11]
    point, (weight, seen_x, seen_y) = given[11:14], given[14:]
    angle = ag.sqrt(ag.dot(rotation, rotation))
    axis, off = [r / angle for r in rotation], [x - c for x, c in zip(point, centre, strict=True)]
    c, s, along = ag.cos(angle), ag.sin(angle), ag.dot(axis, off)
    across = [axis[i - 2] * off[i - 1] - axis[i - 1] * off[i - 2] for i in range(3)]
    x, y, z = (o * c + a * s + u * along * (1.0 - c) for o, a, u in zip(off, across, axis, strict=True))
    x, y = x / z, y / z
    square = x * x + y * y
    bent = 1.0 + square * (first + second * square)
    off_x, off_y = focal * x * bent + x_centre - seen_x, focal * y * bent + y_centre - seen_y
    return weight * weight * (off_x * off_x + off_y * off_y)


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
    "projection": projection,
    "polynomial": summed("polynomial", polynomial, 1, DEGREE),
}


def samplers(folder: Path, found: Found, share: int) -> dict[str, Sampler]:
    """Samplers of each case and of its limit where both agree; of one part in `share` of the numbers."""
    library = built(folder, SOURCE)
    made: dict[str, Sampler] = {}
    for name, arrays in {"logsumexp": 1, "projection": 1, "kmeans": 2, "mixture": 2, "polynomial": 2}.items():
        function = getattr(library, name)
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
