"""Bounds on rounding errors against 60-digit truth: never below the true error, and not far above it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from mpmath import mp, mpf

import autograd as ag
from autograd import Value, values
from autograd.engine.graph import topological
from tests.ops.test_ops import TRUTH

mp.dps = 60

UNARY = ("exp", "log", "sqrt", "sin", "cos", "tanh", "atan", "log1p", "expm1", "sigmoid", "neg", "abs", "relu", "cbrt",
         "softplus", "erf", "asinh", "normal_cdf", "silu", "gelu")  # fmt: skip
BINARY = ("add", "sub", "mul", "div", "add", "mul", "max", "hypot", "atan2")


def true_value(output: Value) -> Any:
    """Return the graph in 60 digits, its leaves' numbers taken as they are."""
    numbers: dict[int, Any] = {}
    for node in topological(output):
        operands = [mpf(x) if isinstance(x, float) else numbers[id(x)] for x in node.operands]
        numbers[id(node)] = TRUTH[node.op](*operands)[0] if node.op else mpf(node.data)
    return numbers[id(output)]


def random_graph(seed: int) -> Value:
    chance = random.Random(seed)
    nodes: list[Any] = [Value(chance.uniform(0.2, 3.0)) for _ in range(3)]
    while len(nodes) < 18:
        kind = chance.random()
        x, y = chance.choice(nodes[-6:]), chance.choice(nodes)
        if kind < 0.45:
            node = getattr(ag, chance.choice(UNARY))(x)
        elif kind < 0.9:
            node = getattr(ag, chance.choice(BINARY))(x, y)
        elif kind < 0.95:
            node = ag.sum(chance.choices(nodes, k=5))
        else:
            node = ag.dot(chance.choices(nodes, k=3), chance.choices(nodes, k=3), chance.choice(nodes))
        if isinstance(node, Value) and 1e-3 < abs(node.data) < 50.0:
            nodes.append(node)
    output: Value = nodes[-1]
    return output


@pytest.mark.parametrize("seed", range(150))
def test_the_bound_is_never_below_the_true_error(seed: int) -> None:
    output = random_graph(seed)
    assert abs(mpf(output.data) - true_value(output)) <= ag.rounding_error(output).bound


def quadratic(x: float) -> Value:
    a, b, c = values(a=1.0 + x, b=1e6 * (1 + x), c=1.0)
    return (-b + ag.sqrt(b * b - 4.0 * a * c)) / (2.0 * a)


def variance(x: float) -> Value:
    xs = [Value(1e4 + k * (1 + x)) for k in range(5)]
    return ag.mean([x * x for x in xs]) - ag.mean(xs) ** 2


def one_minus_cosine(x: float) -> Value:
    return 1.0 - ag.cos(Value(1e-4 * (1 + x)))


def log_quotient(x: float) -> Value:
    t = Value(1e-9 * (1 + x))
    return ag.log(1.0 + t) / t


def triangle(x: float) -> Value:
    a, b, c = values(a=1.0, b=1.0 + x * 1e-6, c=1e-5 * (1 + x))
    s = (a + b + c) / 2.0
    return ag.sqrt(s * (s - a) * (s - b) * (s - c))


@pytest.mark.parametrize("case", [quadratic, variance, one_minus_cosine, log_quotient, triangle])
def test_classical_cancellations_are_bounded_within_a_factor_of_32(case: Callable[[float], Value]) -> None:
    """Of many points the worst error, since at one point roundings may happen to cancel."""
    largest = 0.0
    for k in range(200):
        output = case(k / 777)
        error, bound = float(abs(mpf(output.data) - true_value(output))), ag.rounding_error(output).bound
        assert error <= bound
        largest = max(largest, error / bound)
    assert largest >= 1 / 32
    assert ag.rounding_error(case(0.3)).digits < 12


def test_a_cancellation_is_named() -> None:
    x = Value(1e-4, label="x")
    cosine = ag.cos(x)
    cosine.label = "cos x"
    found = ag.rounding_error((1.0 - cosine) / (x * x))
    assert found.contributions[0].name == "cos x"
    assert found.contributions[0].bound > 0.99 * found.bound
    lines = str(found).splitlines()
    assert lines[0].startswith("0.4999999")
    assert lines[0].endswith("digits)")
    assert lines[2].split()[:2] == ["cos", "x"]
    assert repr(found) == str(found)


def test_exact_operations_contribute_nothing() -> None:
    x = Value(3.0)
    found = ag.rounding_error(ag.max(-x, ag.abs(x)))
    assert (found.bound, found.digits, found.contributions) == (0.0, math.inf, ())
    assert str(found) == "3.0 ± 0 (exact)"


def test_errors_of_leaves_join() -> None:
    x, y = values(x=2.0, y=3.0)
    found = ag.rounding_error(x * y, {"x": 0.5, y: 0.25})
    assert math.isclose(found.bound, 3.0 * 0.5 + 2.0 * 0.25, rel_tol=1e-12)
    assert [one.name for one in found.contributions] == ["x", "y", "x*y"]
    with pytest.raises(ValueError, match="rounding_error: 'z' must be one leaf of the result, found 0"):
        ag.rounding_error(x * y, {"z": 1.0})
    with pytest.raises(ValueError, match="rounding_error: the error of 'x' must be 0 or more, got -1"):
        ag.rounding_error(x * y, {"x": -1})
    with pytest.raises(TypeError, match=r"rounding_error: needs a Value, got 3\.0"):
        ag.rounding_error(3.0)  # type: ignore[arg-type]


def test_an_infinite_adjoint_bounds_nothing() -> None:
    assert ag.rounding_error(ag.sqrt(Value(0.0, label="x")), {"x": 1e-9}).bound == math.inf


def test_a_checkpoint_has_the_rounding_of_the_graph_that_it_freed() -> None:
    weight = Value(3.0, label="w")

    def cancels(x: Any) -> Any:
        return (1.0 - ag.cos(x)) * weight

    kept, freed = (ag.rounding_error(f(Value(1e-4))) for f in (cancels, ag.checkpoint(cancels)))
    assert freed.bound == pytest.approx(kept.bound, rel=1e-6)
    nested = ag.rounding_error(ag.checkpoint(lambda x: ag.sqrt(ag.checkpoint(cancels)(x)))(Value(1e-4)))
    assert nested.bound == pytest.approx(ag.rounding_error(ag.sqrt(cancels(Value(1e-4)))).bound, rel=1e-6)
