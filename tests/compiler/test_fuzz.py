"""Random functions with branches, conversions, errors, closures and parameters on hard points: compiled against eager.

The number of functions is `SCALARGRAD_FUZZ`, or that of hypothesis's profile (`nightly`, in CI, has the most), each on
two kernels, one by one and as a batch.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.compiler.program import KERNELS
from autograd.errors import AnomalyError

EXAMPLES: Final = int(os.environ.get("SCALARGRAD_FUZZ", settings().max_examples))
HARD: Final = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0, 0.1, 1e-300, 1e300, math.inf, -math.inf, math.nan, 2.0**53]
UNARY: Final = ["exp", "log", "sqrt", "sin", "tanh", "abs", "relu", "softplus", "neg", "log1p", "sigmoid"]
BINARY: Final = ["add", "sub", "mul", "div", "max", "min", "hypot"]
COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, "==": lambda x, y: x == y,
    "bool": lambda x, y: bool(x), "max": lambda x, y: max(x, y) is x, "sorted": lambda x, y: sorted([x, y])[0] is x,
}  # fmt: skip
CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "int": int, "round": round, "floor": math.floor, "trunc": math.trunc, "digits": lambda x: round(x, 1),
    "whole": lambda x: float(x) if x == 3 else 2.0, "sqrt": lambda x: math.sqrt(x),
}  # fmt: skip


def positive(x: float) -> float:
    """x, or an error below 0."""
    if x < 0.0:
        raise ValueError("negative")
    return x


@ag.custom_gradient(lambda y, x: 2.0 * x)
def small_square(x: float) -> float:
    """x², or an error above 2."""
    if x > 2.0:
        raise ArithmeticError("large")
    return float(x) * float(x)


OWN: Final[dict[str, Callable[[Any], Any]]] = {
    "op": positive,  # made an op while these tests run: others look at all ops that there are
    "custom_gradient": small_square, "checkpoint": ag.checkpoint(lambda x: x * x if x > 0.5 else -x),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _positive_is_an_op() -> Iterator[None]:
    OWN["op"] = ag.op("1", name="fuzz_positive")(positive)
    yield
    ag.derivatives.custom.remove("fuzz_positive")


@dataclass
class Made:
    """A function of two numbers, as steps over a growing list of values."""

    steps: list[tuple[str, str, int, int, int]]
    weights: list[Value] = field(default_factory=lambda: [Value(0.75, "w0"), Value(-1.5, "w1")])
    state: dict[str, float] = field(default_factory=lambda: {"k": 1.0})
    factor: float = 1.0
    largest: float = 1.0

    def __call__(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the result, and a number that says which branches were taken."""
        values, path = [x, y, *self.weights], 1
        for kind, name, i, j, k in self.steps:
            a, b, c = values[i % len(values)], values[j % len(values)], values[k % len(values)]
            if kind == "unary":
                made = getattr(ag, name)(a)
            elif kind == "binary":
                made = getattr(ag, name)(a, b)
            elif kind == "where":
                made = ag.where(a, b, c)
            elif kind == "branch":
                taken = COMPARISONS[name](a, b)
                path = path * 2 % 2**40 + taken
                made = b * 1.0 if taken else c * 0.5
            elif kind == "convert":
                try:
                    made = b * min(max(CONVERSIONS[name](a), -4), 4)
                except (ValueError, OverflowError) as error:
                    made, path = c - 1.0, path * 3 % 2**40 + isinstance(error, ValueError)
            elif kind in ("own", "checked"):  # of what is checked, only whether it raised is of use
                try:
                    found = OWN[name](a)
                    made, path = found + b if kind == "own" else b * 1.0, path * 7 % 2**40
                except (ValueError, ArithmeticError):
                    made, path = c * 1.0, path * 11 % 2**40
            elif kind == "thread":
                asked = self.weights[0] if name == "weight" else x
                with ThreadPoolExecutor(1) as pool:
                    number = pool.submit(float, asked).result()
                made = a * (number if abs(number) < 10.0 else 1.0)
            elif kind == "sorted":
                made = sorted([a, b, c], key=lambda x: (x != x, x))[0] * 2.0
            elif kind == "anomaly":
                try:
                    with ag.detect_anomaly():
                        made = getattr(ag, name)(a) * b
                except AnomalyError:
                    made, path = c * 1.0, path * 5 % 2**40
            else:
                made = a * self.state["k"] + b * self.factor
            values.append(made)
        return values[-1], path


def numbered(kinds: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[list[tuple[str, str, int, int, int]]]:
    places = st.integers(0, 11)
    step = st.tuples(kinds, places, places, places).map(lambda found: (*found[0], *found[1:]))
    return st.lists(step, min_size=1, max_size=8)


KINDS: Final = st.one_of(
    st.tuples(st.just("unary"), st.sampled_from(UNARY)),
    st.tuples(st.just("binary"), st.sampled_from(BINARY)),
    st.tuples(st.just("branch"), st.sampled_from([*COMPARISONS])),
    st.tuples(st.just("convert"), st.sampled_from([*CONVERSIONS])),
    st.tuples(st.just("anomaly"), st.sampled_from(UNARY)),
    st.tuples(st.sampled_from(["own", "checked"]), st.sampled_from([*OWN])),
    st.tuples(st.just("thread"), st.sampled_from(["weight", "argument"])),
    st.tuples(st.sampled_from(["where", "closure", "sorted"]), st.just("")),
)
POINTS: Final = st.lists(
    st.tuples(st.sampled_from(HARD) | st.floats(-4.0, 4.0), st.sampled_from(HARD) | st.floats(-4.0, 4.0)),
    min_size=1,
    max_size=6,
)


def eager(function: Made, x: float, y: float) -> tuple[float, float]:
    result, path = function(Value(x), Value(y))
    return float(result), path


def same(found: float, wanted: float) -> bool:
    return found == wanted or (math.isnan(found) and math.isnan(wanted))


@contextmanager
def on(kernel: str) -> Iterator[None]:
    """Let programs be made for a kernel."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.compiler.program.best_kernel", lambda: kernel)
        yield


def exact(compiled: Any) -> bool:
    """Return whether one sample has the bits of eager; a program with added ops uses numpy's functions."""
    return all(program.kernel == "c" for program in compiled.programs)


def check_all(function: Made, points: list[tuple[float, float]]) -> None:
    compiled = ag.compile(lambda x, y: function(x, y))
    wanted = [eager(function, *point) for point in points]
    for point, (result, path) in zip(points, wanted, strict=True):
        found, taken = compiled(*point)
        assert taken == path, (point, taken, path)
        assert same(found, result) or not exact(compiled), (point, found, result)
    _, paths = compiled(*np.array(points).T)
    assert paths.tolist() == [path for _, path in wanted]
    for change in ("state", "factor", "weight"):
        if change == "state":
            function.state["k"] = -3.0
        elif change == "factor":
            function.factor = 0.25
        else:
            function.weights[0].data = 2.0
        assert compiled(*points[0])[1] == eager(function, *points[0])[1]
        assert same(compiled(*points[0])[0], eager(function, *points[0])[0]) or not exact(compiled), change


@pytest.mark.parametrize("kernel", sorted(KERNELS))
@settings(max_examples=EXAMPLES)
@given(steps=numbered(KINDS), points=POINTS)
def test_compiled_takes_the_branches_of_eager(kernel: str, steps: Any, points: Any) -> None:
    with on(kernel):
        check_all(Made(steps), points)


@pytest.mark.parametrize("kernel", sorted(KERNELS))
@settings(max_examples=EXAMPLES)
@given(steps=numbered(KINDS), points=st.lists(st.tuples(*[st.floats(-3.0, 3.0)] * 2), min_size=1, max_size=4))
def test_compiled_has_the_gradients_of_eager(kernel: str, steps: Any, points: Any) -> None:
    with on(kernel):
        check_gradients(Made(steps), points)


def check_gradients(function: Made, points: list[tuple[float, float]]) -> None:
    compiled = ag.compile(lambda x, y: function(x, y)[0])
    for x, y in points:
        leaves = [Value(x), Value(y), *function.weights]
        output = function(*leaves[:2])[0]
        slopes = ag.gradients(output, leaves) if isinstance(output, Value) else [0.0] * 4
        found = compiled.gradients(x, y)
        got = [*found.inputs, *(found.parameters.get(w, 0.0) for w in function.weights)]
        scale = max([abs(slope) for slope in slopes if math.isfinite(slope)], default=1.0)
        assert got == pytest.approx(slopes, rel=1e-9, abs=1e-9 * max(1.0, scale), nan_ok=True)
