"""Random programs at hard points: every way to a derivative agrees with the reverse sweep, inf and nan included.

A program is a list of steps over a growing list of values: ops of every kind, constants, branches, `stop_gradient`. The
number of programs is `SCALARGRAD_FUZZ`, or that of hypothesis's profile. Programs that once differed are examples.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.ops import TABLE
from tests.compiler.rounding import bound

EXAMPLES: Final = int(os.environ.get("SCALARGRAD_FUZZ", settings().max_examples))
HARD: Final = [
    0.0, -0.0, math.inf, -math.inf, math.nan, 1e308, -1e308, 1.7976931348623157e308, 1e200, -1e-200, 1e154, 1e-308,
    5e-324, -5e-324, 1e-8, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0,
]  # fmt: skip
UNARY: Final = [op.name for op in TABLE.values() if op.arity == 1]
BINARY: Final = [op.name for op in TABLE.values() if op.arity == 2]
MANY: Final[dict[str, Callable[[Any, Any, Any], Any]]] = {
    "sum": lambda a, b, c: ag.sum([a, b, c]), "mean": lambda a, b, c: ag.mean([a, b, c]),
    "logsumexp": lambda a, b, c: ag.logsumexp([a, b, c]), "prod": lambda a, b, c: ag.prod([a, b, c]),
    "var": lambda a, b, c: ag.var([a, b, c]), "std": lambda a, b, c: ag.std([a, b, c]),
    "max": lambda a, b, c: ag.max([a, b, c]), "min": lambda a, b, c: ag.min([a, b, c]),
    "dot": lambda a, b, c: ag.dot([a, b], [c, a], b), "clip": lambda a, b, c: ag.clip(a, -1.0, 1.0),
    "where": lambda a, b, c: ag.where(a, b, c), "stop": lambda a, b, c: ag.stop_gradient(a) * b,
    "square": lambda a, b, c: a * a, "less": lambda a, b, c: b * 1.5 if a < c else c - a,
    "equal": lambda a, b, c: b * 1.5 if a == c else c - a, "bool": lambda a, b, c: b * 1.5 if a else c - a,
}  # fmt: skip
NUMBERS: Final = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 1.5, 3.0, -2.0, 1e-300, 1e300]
TIMES: Final = ["times", "power"]

Step: TypeAlias = "tuple[str, float, int, int, int]"  # what to do, a constant, and places of operands from the end


class Program:
    """A function of two numbers."""

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps

    def __call__(self, x: Any, y: Any) -> Any:
        values = [x, y]
        for name, number, *places in self.steps:
            a, b, c = (values[-1 - place % len(values)] for place in places)
            if name in MANY:
                made = MANY[name](a, b, c)
            elif name in TIMES:
                made = a * number if name == "times" else ag.pow(a, number)
            else:
                made = getattr(ag, name)(a) if TABLE[name].arity == 1 else getattr(ag, name)(a, b)
            values.append(made)
        return values[-1]


def first_order(f: Any, x: float, y: float) -> Iterator[tuple[str, Any]]:
    """Yield the gradient, every way; the first is the reverse sweep's."""
    leaves = [Value(x), Value(y)]
    output = f(*leaves)
    output.backward()
    yield "backward", [leaf.grad for leaf in leaves]
    yield "gradients", ag.gradients(output, leaves)
    yield "create_graph", list(map(float, ag.gradients(output, leaves, create_graph=True)))
    yield "grad", ag.grad(f, (0, 1))(x, y)
    yield "jvp", [ag.jvp(f, (x, y), direction)[1] for direction in ((1.0, 0.0), (0.0, 1.0))]
    yield "jvp of several", [ag.jvp(lambda x, y: (f(x, y), x), (x, y), d)[1][0] for d in ((1.0, 0.0), (0.0, 1.0))]
    yield "jacobian, forward", ag.jacobian(f, (0, 1), mode="forward")(x, y)
    yield "derivative", [ag.derivative(lambda t: f(t, y))(x), ag.derivative(lambda t: f(x, t))(y)]
    yield "compile(f).gradients", ag.compile(f).gradients(x, y).inputs
    yield "compile(grad)", ag.compile(ag.grad(f, (0, 1)))(x, y)
    yield "compiled, three samples", [row[1] for row in ag.compile(f).gradients(np.full(3, x), np.full(3, y)).inputs]


def second_order(f: Any, x: float, y: float) -> Iterator[tuple[str, Any]]:
    """Yield the upper half of the Hessian, every way; the first is the reverse sweep's over a reverse sweep."""
    gradient = ag.grad(f, (0, 1))

    def upper(matrix: Any) -> list[float]:
        return [matrix[0][0], matrix[0][1], matrix[1][1]]

    leaves = [Value(x), Value(y)]
    slopes = ag.gradients(f(*leaves), leaves, create_graph=True)
    yield "create_graph", upper([ag.gradients(slope, leaves) for slope in slopes])
    for mode in ("reverse", "forward"):
        yield f"jacobian(grad), {mode}", upper(ag.jacobian(gradient, (0, 1), mode=mode)(x, y))
    yield "hessian", upper(ag.hessian(f, (0, 1))(x, y))
    product = ag.hvp(f, (0, 1))
    yield "hvp", upper([product(x, y, (1.0, 0.0)), product(x, y, (0.0, 1.0))])
    yield "grad of grad", upper([ag.grad(lambda x, y, i=i: gradient(x, y)[i], (0, 1))(x, y) for i in (0, 1)])
    both = [ag.derivative(lambda t: f(t, y), 2)(x), ag.derivative(lambda t: f(x, t), 2)(y)]
    yield "derivative", [both[0], None, both[1]]
    yield "compile(hessian)", upper(ag.compile(ag.hessian(f, (0, 1)))(x, y))
    yield (
        "compile(grad).gradients",
        upper([ag.compile(lambda x, y, i=i: gradient(x, y)[i]).gradients(x, y).inputs for i in (0, 1)]),
    )


def allowed(f: Any, x: float, y: float) -> list[float]:
    """What rounding may make of each of the gradient's numbers."""
    leaves = [Value(x), Value(y)]
    found = (bound(slope) for slope in ag.gradients(f(*leaves), leaves, create_graph=True))
    return [limit if math.isfinite(limit) else 0.0 for limit in found]


def check(f: Any, x: float, y: float, strict: bool = False) -> None:
    """Compare all ways; if `strict`, second derivatives to the last bit."""
    if not isinstance(f(Value(x), Value(y)), Value):
        return
    for order, ways in ((1, first_order), (2, second_order)):
        found = dict(ways(f, x, y))
        expected = next(iter(found.values()))
        limits: list[float] | None = None
        for way, got in found.items():
            if all(g is None or g == e or (g != g and e != e) for g, e in zip(got, expected, strict=True)):
                continue
            size = max((abs(z) for z in (*got, *expected) if z is not None and math.isfinite(z)), default=0.0)
            limits = limits or (allowed(f, x, y) if order == 1 else [0.0] * len(expected))
            for g, e, limit in zip(got, expected, limits, strict=True):
                # Second derivatives may be all rounding error; how accurate they are is tested op by op.
                near = g is None or g == e or (g != g and e != e) or abs(g - e) <= 4 * limit + 1e-12 * max(size, 0.01)
                near = near or (not strict and order == 2 and math.isfinite(g) and math.isfinite(e))
                near = near or (order == 2 and "compile" in way and size > 1e100)  # a sum in another order overflows
                assert near, (order, way, getattr(f, "steps", f), x, y, got, expected)


STEPS: Final = st.lists(
    st.tuples(
        st.one_of(*map(st.sampled_from, (UNARY, BINARY, [*MANY], TIMES))),
        st.sampled_from(NUMBERS), *[st.integers(0, 7)] * 3,
    ),
    min_size=1, max_size=7,
)  # fmt: skip
POINTS: Final = st.sampled_from(HARD)


@settings(max_examples=EXAMPLES)
@given(steps=STEPS, x=POINTS, y=POINTS)
@example([("pow", 0.0, 1, 0, 0), ("reciprocal", 0.0, 0, 0, 0), ("logaddexp", 0.0, 0, 2, 0)], 1e-308, 0.0)
@example(
    [("mul", 0.0, 1, 0, 0), ("tanh", 0.0, 0, 0, 0), ("sign", 0.0, 1, 0, 0), ("logaddexp", 0.0, 0, 2, 0)], 1e-8, 1e308
)
@example([("square", 0.0, 0, 0, 0), ("sinh", 0.0, 0, 0, 0), ("log2", 0.0, 0, 0, 0)], math.inf, 1.7976931348623157e308)
@example([("elu", 0.0, 0, 0, 0), ("square", 0.0, 0, 0, 0)], 0.0, math.inf)
@example([("selu", 0.0, 1, 0, 0), ("square", 0.0, 0, 0, 0)], math.inf, 0.5)
@example([("power", 1.5, 0, 0, 0)], 0.0, -1.0)
@example([("fmod", 0.0, 0, 0, 0), ("max", 0.0, 0, 2, 2)], 5e-324, 0.0)
@example([("cbrt", 0.0, 1, 0, 0), ("add", 0.0, 0, 2, 0), ("mul", 0.0, 0, 3, 0), ("times", 0.0, 0, 0, 0)], 0.0, 1.0)
@example([("square", 0.0, 1, 0, 0), ("sqrt", 0.0, 0, 0, 0)], 1e308, 1.0)
@example([("square", 0.0, 1, 0, 0), ("mean", 0.0, 0, 2, 1), ("var", 0.0, 0, 1, 2)], math.nan, 1e308)
@example([("sqrt", 0.0, 0, 0, 0), ("times", 0.0, 0, 0, 0), ("add", 0.0, 0, 1, 0)], 1.0, 0.0)
def test_every_way_gives_what_the_reverse_sweep_gives(steps: list[Step], x: float, y: float) -> None:
    check(Program(steps), x, y)


@pytest.mark.parametrize("x, y", [(math.nan, 2.0), (math.nan, -2.5), (math.nan, 0.5), (2.0, math.nan), (0.0, math.nan)])
def test_leaky_relu_of_nan(x: float, y: float) -> None:
    check(Program([("leaky_relu", 0.0, 1, 0, 0)]), x, y)


SELECTED_AWAY: Final[list[tuple[Callable[[Any, Any], Any], float, float]]] = [
    (lambda x, y: ag.selu(ag.log2(x)) + y * y, 0.0, 1.0),
    (lambda x, y: ag.selu(ag.log(x)) * y, 0.0, 1.5),
    (lambda x, y: ag.elu(ag.log(x), y), 0.0, 1.5),
    (ag.elu, -1.0, 0.0),
    (lambda x, y: ag.elu(ag.sqrt(x) - 1.0, y), 0.0, 0.0),
    (lambda x, y: ag.leaky_relu(ag.sqrt(x) - 1.0, y), 0.0, 0.0),
    (lambda x, y: (lambda root: ag.leaky_relu(root - 1.0, y) + root * y)(ag.sqrt(x)), 0.0, 0.0),
    (lambda x, y: (lambda root: ag.leaky_relu(root - 1.0, y) * root)(ag.sqrt(x)), 0.0, 0.0),
    (lambda x, y: ag.leaky_relu(ag.elu(ag.sqrt(x) - 1.0, y), y), 0.0, 0.0),
]


@pytest.mark.parametrize("f, x, y", SELECTED_AWAY)
def test_a_slope_of_0_that_may_move_passes_nothing(f: Any, x: float, y: float) -> None:
    check(f, x, y, strict=True)


def test_a_leaf_of_nan_is_no_leaf_that_was_set() -> None:
    assert ag.derivative(lambda t: ag.dot([math.nan, t], [t, t], math.nan), 2)(0.0) == 2.0
    assert ag.derivative(lambda t: t * t, 2)(math.nan) == 2.0


@pytest.mark.parametrize("seed", [1.0, [1.0, 0.0]])
def test_a_seed_of_0_gives_nothing_beside_an_infinite_slope(seed: Any) -> None:
    x, y = Value(0.0), Value(2.0)
    outputs = [x + y, ag.sqrt(x)]
    if seed == 1.0:
        assert ag.gradients(outputs, [x, y]) == [math.inf, 1.0]
    else:
        assert ag.gradients(outputs, [x, y], seed) == [1.0, 1.0]
        assert ag.vjp(lambda x, y: [x + y, ag.sqrt(x)], 0.0, 2.0)[1](seed) == (1.0, 1.0)
        assert ag.jvp(lambda x, y: x + ag.sqrt(y), (1.0, 0.0), tuple(seed))[1] == 1.0
