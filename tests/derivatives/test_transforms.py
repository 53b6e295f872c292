"""Transforms against published derivatives, identities and 50-digit truth, nested both ways, on either backend."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.derivatives import hessian, sweeps
from autograd.derivatives.differences import difference
from autograd.derivatives.hessian import hessian_of, products
from autograd.derivatives.over_values import apply, slope
from autograd.engine.graph import topological_by
from autograd.ops import TABLE


def close(got: Any, wanted: Any, relative: float = 1e-12) -> bool:
    return bool(np.allclose(np.array(got, dtype=float), np.array(wanted, dtype=float), rtol=relative, atol=relative))


# Graphs


@pytest.mark.parametrize("count", [1, 3, 510, 511, 512, 513, 2047, 2048, 5000])
def test_gradients_of_an_op_with_many_operands(count: int) -> None:
    """Leaves that occur twice, constants and computed nodes lie between the others; the array of nodes grows midway."""
    xs = [Value(0.5 + i) for i in range(count)]
    for i, x in enumerate(xs):
        x.grad = float(i)
    operands = [part for x in xs for part in (x, 1.0, x * 2.0, x)]
    total, unrelated = ag.sum(operands), Value(1.0)
    assert total.data == 4.0 * sum(x.data for x in xs) + count
    assert ag.gradients(total, [unrelated, *xs, xs[0], unrelated]) == [0.0, *[4.0] * count, 4.0, 0.0]
    assert [x.grad for x in xs] == list(range(count))
    assert ag.grad(lambda ps: ag.dot(ps, ps))([x.data for x in xs]) == [2.0 * x.data for x in xs]
    total.backward()
    assert [x.grad for x in xs] == [4.0 + i for i in range(count)]
    total.zero_grad()
    assert not any(node.grad for node in [*xs, total])


def test_results_of_grad_and_hvp_are_new_lists() -> None:
    given, vector = [1.0, 2.0], [0.5, 0.25]
    kept: list[Any] = []

    def function(ps: list[Any]) -> Any:
        kept.append(ps)
        return ps.pop() * ps[0] ** 2

    gradient, product = ag.grad(function), ag.hvp(function)
    for _ in range(2):
        slopes, moved = gradient(given), product(given, vector)
        assert (slopes, moved) == ([4.0, 1.0], [2.5, 1.0])
        slopes.clear()
        moved.clear()
    assert (given, vector) == ([1.0, 2.0], [0.5, 0.25])
    assert [len(ps) for ps in kept] == [1, 1, 1, 1]


def test_gradients_leaves_every_grad_as_it_is() -> None:
    x, y = Value(3.0), Value(4.0)
    out = x * x * y
    out.backward()
    before = x.grad, y.grad, out.grad
    assert ag.gradients(out, [x, y]) == [24.0, 9.0]
    ag.gradients(out, x, create_graph=True)
    assert (x.grad, y.grad, out.grad) == before


def test_gradients_of_several_outputs_with_seeds() -> None:
    x, y = Value(3.0), Value(4.0)
    assert ag.gradients([x * y, x + y], {"x": x, "y": (y,)}, [2.0, 10.0]) == {"x": 18.0, "y": (16.0,)}
    assert ag.gradients([x * y, x], x) == 5.0
    seed = Value(2.0)
    again = ag.gradients(x * x, x, seed, create_graph=True)
    assert again.data == 12.0
    assert ag.gradients(again, seed) == 6.0


def test_gradients_of_what_does_not_depend_are_zero() -> None:
    x, other = Value(3.0), Value(1.0)
    assert ag.gradients(x * x, [other, x]) == [0.0, 6.0]
    zero = ag.gradients(x * x, other, create_graph=True)
    assert isinstance(zero, Value)
    assert zero.data == 0.0


def test_gradients_for_computed_nodes() -> None:
    x = Value(3.0)
    h = x * x
    y = h * h + x
    assert ag.gradients(y, [h, x]) == [18.0, 109.0]
    assert ag.gradients(y, y) == 1.0


def test_gradients_refuses_what_it_cannot_use() -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"gradients: inputs\[1\] must be a Value, got 2.0 \(float\)"):
        ag.gradients(x, [x, 2.0])
    with pytest.raises(ValueError, match="gradients: seeds must be nested as gradients: outputs: 1 numbers, got 2"):
        ag.gradients([x], x, [1.0, 2.0])
    with pytest.raises(TypeError, match="got 'x' \\(str\\)"):
        ag.gradients("x", x)


def test_deep_chains_differentiate_twice() -> None:
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0001
    y = y * y
    first = ag.gradients(y, x, create_graph=True)
    assert math.isclose(ag.gradients(first, x), 2 * 1.0001**40_000, rel_tol=1e-9)


def test_a_square_at_zero_has_a_third_derivative_of_zero() -> None:
    for exponent in (0, 1, 2, 3, 4):
        for order in range(6):
            wanted = math.factorial(exponent) if order == exponent else 0.0
            got = ag.derivative(lambda x, n=exponent: x**n, order)(0.0)
            assert got == wanted, (exponent, order)


def test_one_operand_twice() -> None:
    assert ag.derivative(lambda x: x * x, 2)(3.0) == 2.0
    assert ag.derivative(lambda x: x / x, 2)(3.0) == 0.0
    assert close(ag.derivative(lambda x: x**x, 2)(2.0), 4 * ((math.log(2) + 1) ** 2 + 0.5))
    assert ag.hessian(lambda x: ag.dot([x, x], [x, 1.0]))(3.0) == 2.0


def test_the_branch_not_taken_gives_nothing() -> None:
    safe = lambda x: ag.where(x > 0, ag.sqrt(x), 0.0 * x)  # noqa: E731
    for order in (1, 2, 3):
        assert ag.derivative(safe, order)(0.0) == 0.0
    assert ag.grad(ag.grad(safe))(0.0) == 0.0
    assert ag.hessian(safe)(0.0) == 0.0


@pytest.mark.parametrize("f, x", [(abs, -2.0), (ag.relu, 3.0), (lambda x: ag.max(x, 1.0), 2.0), (abs, 0.0)])
def test_comparisons_are_constants(f: Callable[[Any], Any], x: float) -> None:
    assert ag.derivative(f, 2)(x) == 0.0
    assert ag.hessian(f)(x) == 0.0


# Every row: the graph text is the recorded number, and its second derivative is the numeric one


POINTS: dict[str, tuple[float, ...]] = {
    "acosh": (1.7,), "asin": (0.4,), "acos": (-0.3,), "atanh": (0.6,), "where": (1.0, 0.7, 0.3), "pow": (1.3, 2.4),
    "leaky_relu": (-0.7, 0.2), "logsumexp": (0.3, -0.5, 1.2), "dot": (0.3, 0.4, -1.2, 0.8, 0.1), "sum": (1.0, 2.0),
    "mean": (1.0, 2.0, 4.0),
}  # fmt: skip


def point(name: str) -> tuple[float, ...]:
    return POINTS.get(name, (0.7, 1.9)[: len(TABLE[name].parameters)])


@pytest.mark.parametrize("name", list(TABLE))
def test_the_slope_as_an_op_has_the_recorded_number(name: str) -> None:
    operands = [Value(x) for x in point(name)]
    node = apply(name, operands)
    for position, number in enumerate(node.local_derivatives):
        found = slope(node, position)
        assert number == 0.0 if found is None else float(found) == number


@pytest.mark.parametrize("name", [n for n in TABLE if n != "where"])
def test_second_derivatives_agree_three_ways_and_with_differences(name: str) -> None:
    def f(xs: Sequence[Any]) -> Any:
        return apply(name, tuple(xs))

    xs = list(point(name))
    matrix = ag.hessian(f)(xs)
    assert close(matrix, ag.jacobian(ag.grad(f), mode="reverse")(xs), 1e-13)
    assert close(matrix, ag.jacobian(ag.grad(f), mode="forward")(xs), 1e-13)
    for i in range(len(xs)):
        h = 1e-5
        up, down = ([x + s * h * (j == i) for j, x in enumerate(xs)] for s in (1, -1))
        numeric = (np.array(ag.grad(f)(up)) - np.array(ag.grad(f)(down))) / (2 * h)
        assert np.allclose(matrix[i], numeric, rtol=1e-7, atol=1e-8)


# Published functions


def rosenbrock(p: Sequence[Any]) -> Any:
    x, y = p
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2


def beale(p: Sequence[Any]) -> Any:
    x, y = p
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def himmelblau(p: Sequence[Any]) -> Any:
    x, y = p
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def powell(p: Sequence[Any]) -> Any:
    a, b, c, d = p
    return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4


def wood(p: Sequence[Any]) -> Any:
    a, b, c, d = p
    return (
        100 * (a**2 - b) ** 2
        + (a - 1) ** 2
        + (c - 1) ** 2
        + 90 * (c**2 - d) ** 2
        + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2)
        + 19.8 * (b - 1) * (d - 1)
    )


def powell_hessian(a: float, b: float, c: float, d: float) -> list[list[float]]:
    s, t = 12 * (b - 2 * c) ** 2, 120 * (a - d) ** 2
    return [[2 + t, 20, 0, -t], [20, 200 + s, -2 * s, 0], [0, -2 * s, 10 + 4 * s, -10], [-t, 0, -10, 10 + t]]


PUBLISHED = [
    (rosenbrock, [1.0, 1.0], [0, 0], [[802, -400], [-400, 200]]),
    (rosenbrock, [-1.2, 1.0], [-215.6, -88], [[1330, 480], [480, 200]]),
    (beale, [3.0, 0.5], [0, 0], [[101 / 32, -183 / 16], [-183 / 16, 369 / 8]]),  # 2 JᵀJ of its three residuals
    (himmelblau, [3.0, 2.0], [0, 0], [[74, 20], [20, 34]]),
    (himmelblau, [0.0, 0.0], [-14, -22], [[-42, 0], [0, -26]]),
    (wood, [1.0] * 4, [0] * 4, [[802, -400, 0, 0], [-400, 220.2, 0, 19.8], [0, 0, 722, -360], [0, 19.8, -360, 200.2]]),
    (wood, [-3.0, -1.0, -3.0, -1.0], [-12008, -2080, -10808, -1880],
     [[11202, 1200, 0, 0], [1200, 220.2, 0, 19.8], [0, 0, 10082, 1080], [0, 19.8, 1080, 200.2]]),
    (powell, [3.0, -1.0, 0.0, 1.0], [306, -144, -2, -310], powell_hessian(3, -1, 0, 1)),
    (powell, [0.0] * 4, [0] * 4, powell_hessian(0, 0, 0, 0)),
]  # fmt: skip


@pytest.mark.parametrize("f, at, slopes, curvature", PUBLISHED)
def test_published_gradients_and_hessians(f: Any, at: Any, slopes: Any, curvature: Any) -> None:
    assert close(ag.grad(f)(at), slopes)
    assert close(ag.hessian(f)(at), curvature)
    assert close(ag.jacobian(ag.grad(f))(at), curvature)
    for row, unit in zip(curvature, np.eye(len(at)).tolist()):
        assert close(ag.hvp(f)(at, unit), row)
        assert close(ag.jvp(ag.grad(f), (at,), (unit,))[1], row)


def test_log_sum_exp_has_softmax_and_its_covariance() -> None:
    xs = [0.3, -1.2, 2.5, 0.0]
    p = np.exp(xs) / np.exp(xs).sum()
    for f in (ag.logsumexp, lambda v: ag.log(ag.sum([ag.exp(x) for x in v]))):
        assert close(ag.grad(f)(xs), p, 1e-14)
        assert close(ag.hessian(f)(xs), np.diag(p) - np.outer(p, p), 1e-14)


def call(s: Any, k: float, t: Any, r: Any, v: Any) -> Any:
    root = v * ag.sqrt(t)
    d1 = (ag.log(s / k) + (r + v * v / 2) * t) / root
    return s * ag.normal_cdf(d1) - k * ag.exp(-r * t) * ag.normal_cdf(d1 - root)


def cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def test_black_scholes_greeks_to_third_order() -> None:
    s, k, t, r, v = 105.0, 100.0, 0.75, 0.03, 0.22
    root = v * math.sqrt(t)
    d1 = (math.log(s / k) + (r + v * v / 2) * t) / root
    d2 = d1 - root
    phi = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    gamma, vega = phi / (s * root), s * phi * math.sqrt(t)

    def partial(*places: int) -> float:
        f: Callable[..., Any] = call
        for place in places:
            f = ag.grad(f, place)
        return float(f(s, k, t, r, v))

    wanted = {
        (0,): cdf(d1),
        (4,): vega,
        (3,): k * t * math.exp(-r * t) * cdf(d2),
        (2,): s * phi * v / (2 * math.sqrt(t)) + r * k * math.exp(-r * t) * cdf(d2),
        (0, 0): gamma,
        (0, 4): -phi * d2 / v,
        (4, 4): vega * d1 * d2 / v,
        (0, 2): phi * (2 * r * t - d2 * root) / (2 * t * root) + 0.0,
        (0, 0, 0): -gamma / s * (d1 / root + 1),
        (0, 0, 4): gamma * (d1 * d2 - 1) / v,
        (4, 4, 4): -vega / v**2 * (d1 * d2 * (1 - d1 * d2) + d1**2 + d2**2),
        (0, 0, 2): -phi / (2 * s * t * root) * (1 + (2 * r * t - d2 * root) / root * d1),
    }
    for places, value in wanted.items():
        assert math.isclose(partial(*places), value, rel_tol=1e-11), places


def test_mixed_partials_are_equal_in_every_order() -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        return ag.sin(x * y) * ag.exp(z / y) + ag.atan2(x, z)

    at = (0.7, 1.3, -0.4)

    def partial(order: Sequence[int]) -> float:
        g: Callable[..., Any] = f
        for place in order:
            g = ag.grad(g, place)
        return float(g(*at))

    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    results = [partial(order) for order in orders]
    assert close(results, [results[0]] * 6, 1e-12)


@pytest.mark.parametrize("name, order", [(n, k) for n in ("tanh", "exp", "sin", "log1p") for k in range(9)])
def test_taylor_coefficients_to_order_8(name: str, order: int) -> None:
    truth = {"tanh": mpmath.tanh, "exp": mpmath.exp, "sin": mpmath.sin, "log1p": lambda x: mpmath.log(1 + x)}[name]
    with mpmath.workdps(50):
        for x in (0.0, 0.3, -0.6):
            wanted = mpmath.taylor(truth, mpmath.mpf(x), 8)[order]
            got = ag.derivative(getattr(ag, name), order)(x) / math.factorial(order)
            assert abs(got - wanted) <= 2e-13 * max(1, abs(wanted))


# Nesting


def test_no_perturbation_confusion() -> None:
    # Siskind and Pearlmutter 2005; Manzyuk et al. 2019
    g, d = ag.grad, lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1]
    for outer in (g, d):
        for inner in (g, d):
            assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0  # noqa: B023
            assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0  # noqa: B023
            assert outer(lambda x: inner(lambda y: x * y)(x))(3.0) == 1.0  # noqa: B023
            assert outer(lambda x: inner(lambda y: y * y * x)(x))(3.0) == 12.0  # noqa: B023
            assert outer(lambda x: inner(lambda y: y * y)(x * x))(3.0) == 12.0  # noqa: B023
            # inner over a function that returns the outer variable only
            assert outer(lambda x: inner(lambda y: x)(1.0) + x)(3.0) == 1.0  # noqa: B023


def test_three_levels() -> None:
    got = ag.grad(lambda x: ag.grad(lambda y: ag.grad(lambda z: x * y * z * z)(y))(x))(2.0)
    assert got == 16.0  # 2xyz at z = y, then 4xy at y = x, then 8x
    second = ag.grad(lambda u: ag.grad(lambda v: ag.sin(u + v))(u))(0.3)
    assert math.isclose(second, -2 * math.sin(0.6), rel_tol=1e-14)


def test_forward_over_reverse_and_reverse_over_forward() -> None:
    f = lambda x: ag.tanh(x) * ag.exp(-x * x)  # noqa: E731
    wanted = ag.derivative(f, 2)(0.4)
    forward = lambda x: ag.jvp(f, (x,), (1.0,))[1]  # noqa: E731
    assert close(ag.jvp(ag.grad(f), (0.4,), (1.0,))[1], wanted, 1e-13)
    assert close(ag.grad(forward)(0.4), wanted, 1e-13)
    assert close(ag.jvp(forward, (0.4,), (1.0,))[1], wanted, 1e-13)
    assert close(ag.vjp(ag.grad(f), 0.4)[1](1.0)[0], wanted, 1e-13)
    assert close(ag.grad(lambda x: ag.hessian(f)(x))(0.4), ag.derivative(f, 3)(0.4), 1e-13)
    assert close(ag.grad(lambda x: ag.hvp(f)(x, 2.0))(0.4), 2 * ag.derivative(f, 3)(0.4), 1e-13)


def test_nested_minimisation() -> None:
    # min over y of (y - x²)² + y² is at y = x²/2: its value x⁴/2 has the derivative 2 x³
    def inner(x: Any) -> Any:
        def objective(y: Any) -> Any:
            return (y - x * x) ** 2 + y**2

        y: Any = 0.1
        for _ in range(2):
            y = y - ag.grad(objective)(y) / ag.derivative(objective, 2)(y)
        return objective(y)

    for x in (0.5, 1.5, -2.0):
        assert math.isclose(ag.grad(inner)(x), 2 * x**3, rel_tol=1e-12)
        assert math.isclose(ag.derivative(inner, 2)(x), 6 * x**2, rel_tol=1e-12)


def test_weights_that_a_function_closes_over_stay_differentiable() -> None:
    w = Value(2.0)
    slope_ = ag.grad(lambda x: ag.sin(w * x))(0.5)
    slope_.backward()
    assert math.isclose(w.grad, math.cos(1.0) - math.sin(1.0), rel_tol=1e-14)
    assert isinstance(ag.grad(lambda x: x * x)(0.5), float)
    x = Value(0.5)
    assert isinstance(ag.grad(lambda x: x * x)(x), Value)


def test_within_no_grad_results_are_numbers() -> None:
    w = Value(2.0)
    with ag.no_grad():
        assert ag.grad(lambda x: w * x * x)(w) == 8.0
        assert isinstance(ag.grad(lambda x: w * x * x)(w), float)
        assert ag.hessian(lambda x: w * x * x)(w) == 4.0
        assert ag.derivative(ag.sin, 2)(0.0) == 0.0
        assert not (w * w).parents
    assert (w * w).parents


# Shapes


def test_containers_go_in_and_come_out() -> None:
    def f(p: Any) -> Any:
        return p["w"][0] * p["w"][1] + ag.exp(p["b"])

    p = {"w": (2.0, 3.0), "b": 0.0}
    assert ag.grad(f)(p) == {"w": (3.0, 2.0), "b": 1.0}
    assert ag.value_and_grad(f)(p) == (7.0, {"w": (3.0, 2.0), "b": 1.0})
    assert ag.hessian(f)(p)["w"][0] == {"w": (0.0, 1.0), "b": 0.0}
    assert ag.hvp(f)(p, {"w": (1.0, 0.0), "b": 2.0}) == {"w": (0.0, 1.0), "b": 2.0}
    value, pullback = ag.vjp(f, p)
    assert value == 7.0
    assert pullback(2.0) == ({"w": (6.0, 4.0), "b": 2.0},)


def test_arrays_go_in_and_come_out() -> None:
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    x = np.array([0.5, -1.0])
    f = lambda x: a @ x  # noqa: E731
    assert np.array_equal(ag.jacobian(f)(x), a)
    assert np.array_equal(ag.grad(lambda x: np.sum(x * x))(x), 2 * x)
    assert np.array_equal(ag.hessian(lambda x: x @ a @ x)(x), a + a.T)
    assert ag.jacobian(lambda m: m * 2.0)(a).shape == (2, 2, 2, 2)
    assert np.array_equal(ag.jvp(f, (x,), (x,))[1], a @ x)
    assert np.array_equal(ag.vjp(f, x)[1](x)[0], a.T @ x)
    nested = ag.jacobian(lambda p: {"y": p["x"] * p["s"]})({"x": x, "s": 2.0})
    assert np.array_equal(nested["y"]["x"], 2 * np.eye(2))
    assert np.array_equal(nested["y"]["s"], x)


def test_argnums_aux_and_keywords() -> None:
    f = lambda x, y, *, scale: (scale * x * y, "seen")  # noqa: E731
    assert ag.grad(f, 1, has_aux=True)(2.0, 3.0, scale=10.0) == (20.0, "seen")
    assert ag.value_and_grad(f, (0, -1), has_aux=True)(2.0, 3.0, scale=1.0) == ((6.0, "seen"), (3.0, 2.0))
    with pytest.raises(ValueError, match="grad: argnums 2 must name one of 1 positional arguments"):
        ag.grad(lambda x: x, 2)(1.0)
    with pytest.raises(TypeError, match="the function must return one number"):
        ag.grad(lambda x: [x, x])(1.0)
    with pytest.raises(TypeError, match="grad: needs a function, got 3"):
        ag.grad(3)(1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="derivative: order must be an int of 0 or more, got -1"):
        ag.derivative(ag.sin, -1)
    with pytest.raises(ValueError, match="jacobian: mode must be"):
        ag.jacobian(ag.sin, mode="sideways")


def test_jacobian_takes_the_cheaper_way_and_both_agree() -> None:
    def f(p: Sequence[Any]) -> list[Any]:
        x, y, z = p
        return [ag.sin(x) * y, ag.exp(z / y), x + 2, 5.0]

    rows = [ag.jacobian(f, mode=mode)([0.3, 1.2, -0.4]) for mode in ("auto", "forward", "reverse")]
    assert close(rows[0], rows[1], 1e-15)
    assert close(rows[0], rows[2], 1e-15)
    assert rows[0][3] == [0.0, 0.0, 0.0]


def test_constant_functions() -> None:
    assert ag.grad(lambda x: 3.0)(1.0) == 0.0
    assert ag.hessian(lambda p: 3.0)([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]
    assert ag.hvp(lambda p: 3.0)([1.0], [1.0]) == [0.0]
    assert ag.derivative(lambda x: 3.0, 2)(1.0) == 0.0
    assert ag.jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)


# Sparsity


def chain(xs: Sequence[Any]) -> Any:
    return ag.sum([100 * (y - x**2) ** 2 + (1 - x) ** 2 for x, y in itertools.pairwise(xs)])


def test_hessian_of_a_chain_costs_a_few_sweeps() -> None:
    xs = [math.sin(i) for i in range(1000)]
    leaves = [ag.Value(x) for x in xs]
    colours, heavy = hessian._colour(hessian.sparsity(chain(leaves), leaves))
    assert (len(set(colours)), heavy) == (3, 0)  # directions that go back together, for 1,000 rows
    matrix = ag.hessian(chain)(xs)
    for i in (0, 1, 500, 999):
        unit = [float(j == i) for j in range(1000)]
        assert close(matrix[i], ag.hvp(chain)(xs, unit), 1e-14)


def test_hessian_of_an_arrow_reads_the_full_row_once() -> None:
    def arrow(p: Sequence[Any]) -> Any:
        return ag.sum([ag.exp(p[0] * x) + x**3 for x in p[1:]])

    xs = [0.1 * math.cos(i) + 0.5 for i in range(60)]
    matrix = np.array(ag.hessian(arrow)(xs))
    assert close(matrix, ag.jacobian(ag.grad(arrow))(xs), 1e-14)
    assert np.array_equal(matrix, matrix.T)


def test_hessian_of_a_small_net_is_forward_over_reverse() -> None:
    def net(p: Sequence[Any]) -> Any:
        hidden = [ag.tanh(ag.dot(p[3 * i : 3 * i + 2], [0.5, -1.5], p[3 * i + 2])) for i in range(6)]
        return (ag.dot(p[18:24], hidden, p[24]) - 0.7) ** 2

    p = [math.sin(3.0 * i) for i in range(25)]
    assert close(ag.hessian(net)(p), ag.jacobian(ag.grad(net))(p), 1e-13)


def test_hessian_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    xs = [0.3, 0.2, -0.5, 0.9, 1.1, -0.7, 0.05]
    f = lambda p: ag.exp(ag.dot(p, p)) * ag.logsumexp(p)  # noqa: E731
    wanted = ag.hessian(f)(xs)
    monkeypatch.setattr("autograd.derivatives.hessian._numpy", lambda: None)
    assert close(ag.hessian(f)(xs), wanted, 1e-15)


def test_curvature_of_recorded_graphs() -> None:
    x, y = Value(3.0), Value(4.0)
    out = x * x * y
    assert hessian_of(out, [x, y]) == [[8.0, 6.0], [6.0, 0.0]]
    assert products(out, [x], [1.0]) == ([24.0], [8.0])


INNER: dict[str, Callable[[Any], Any]] = {
    "grad": lambda x: ag.grad(lambda y: x * y**3)(2.0),
    "value": lambda x: ag.value_and_grad(lambda y: x * y**2 * 3.0)(2.0)[0],
    "jvp": lambda x: ag.jvp(lambda y: x * y**3, (2.0,), (1.0,))[1],
    "vjp": lambda x: ag.vjp(lambda y: x * y**3, 2.0)[1](1.0)[0],
    "jacobian": lambda x: ag.jacobian(lambda y: [x * y, x * y**3], mode="forward")(2.0)[1],
    "hessian": lambda x: ag.hessian(lambda y: x * y[0] ** 3)([2.0])[0][0],
    "derivative": lambda x: ag.derivative(lambda y: ag.derivative(lambda z: x * y * z**3)(2.0))(5.0),
}


@pytest.mark.parametrize("name", INNER)
def test_inputs_of_an_inner_derivative_are_not_weights(name: str) -> None:
    """They were taken for Values from outside, so numbers came out as Values."""
    for found in (ag.grad(INNER[name])(3.0), ag.jvp(INNER[name], (3.0,), (1.0,))[1], ag.derivative(INNER[name])(3.0)):
        assert type(found) is float
        assert found == 12.0
    assert type(ag.grad(lambda x: x * INNER[name](x) * Value(1.0))(3.0)) is Value


def test_argnums_that_name_nothing_or_twice() -> None:
    with pytest.raises(ValueError, match="each argument once"):
        ag.grad(lambda x, y: x * y, argnums=(0, -2))(2.0, 3.0)
    for wrong in ("a", (0.0,)):
        with pytest.raises(TypeError, match="argnums must be int"):
            ag.grad(lambda x, y: x * y, argnums=wrong)(2.0, 3.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("transform", [ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian, ag.hvp, ag.derivative])
def test_a_graph_in_a_functions_place_is_refused_at_once(transform: Any) -> None:
    x = ag.Value(3.0)
    with pytest.raises(TypeError, match=rf"^{transform.__name__}: needs a function, got .*gradients\(output, inputs\)"):
        transform(x * x)


def test_errors_of_grad_name_grad() -> None:
    with pytest.raises(TypeError, match=r"^grad: the function must return one number"):
        ag.grad(lambda x: [x, x])(1.0)
    with pytest.raises(TypeError, match=r"^value_and_grad: the function must return one number"):
        ag.value_and_grad(lambda x: [x, x])(1.0)


SET_SINCE: list[Callable[[Any, Any], Any]] = [
    lambda x, w: ag.sin(x),
    lambda x, w: x * x,
    lambda x, w: ag.exp(x) * x + w,
    lambda x, w: ag.logsumexp([x, w, 1.0]),
    lambda x, w: ag.dot([x, w], [w, x], x) ** 2,
    lambda x, w: x**w / w,
    lambda x, w: ag.atan2(x, w) * ag.hypot(w, x),
    lambda x, w: ag.gelu(x) * ag.tanh(x - w),
]


@pytest.mark.parametrize("f", SET_SINCE)
def test_a_graph_is_differentiated_where_it_was_recorded(f: Callable[[Any, Any], Any]) -> None:
    leaves, others = [Value(3.0), Value(2.5)], [Value(3.0), Value(2.5)]
    y, untouched = f(*leaves), f(*others)
    leaves[0].data = 5.0
    leaves[1].data = -1.0
    for expected, first in zip(
        ag.gradients(untouched, others, create_graph=True), ag.gradients(y, leaves, create_graph=True), strict=True
    ):
        assert first.data == expected.data
        assert ag.gradients(first, leaves) == ag.gradients(expected, others)
        again = ag.gradients(first, leaves, create_graph=True)
        assert [x.data for x in again] == ag.gradients(expected, others)


@pytest.mark.parametrize("f", [ag.sin, ag.exp2, lambda x: ag.logsumexp([x, 1.0])])
def test_a_leaf_that_was_set_twice_is_refused_where_its_number_is_needed(f: Callable[[Any], Any]) -> None:
    x = Value(3.0, label="x")
    y = f(x)
    expected = ag.gradients(y, x)
    x.data = 5.0
    x.data = 6.0
    assert ag.gradients(y, x) == expected
    with pytest.raises(ag.AutogradError, match=r"x = 6\.0 one was set after this was computed"):
        ag.gradients(y, x, create_graph=True)
    assert ag.gradients(y * x, y, create_graph=True).data == 6.0


@pytest.mark.parametrize("transform", ["gradients", "grad", "jvp", "derivative", "jacobian", "hessian", "hvp"])
def test_every_transform_names_anomalies(transform: str) -> None:
    def root(x: Any) -> Any:
        return ag.sqrt(x)

    x = Value(0.0, label="x")
    y = root(x)
    calls: dict[str, Callable[[], Any]] = {
        "gradients": lambda: ag.gradients(y, x),
        "grad": lambda: ag.grad(root)(0.0),
        "jvp": lambda: ag.jvp(root, (0.0,), (1.0,)),
        "derivative": lambda: ag.derivative(root, 2)(0.0),
        "jacobian": lambda: ag.jacobian(lambda p: [ag.sqrt(p[0])])([0.0]),
        "hessian": lambda: ag.hessian(root)(0.0),
        "hvp": lambda: ag.hvp(root)(0.0, 1.0),
    }
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="sqrt"):
        calls[transform]()


def test_inner_derivatives_do_not_walk_the_outer_graph() -> None:
    """Each inner derivative costs what its own graph costs: the whole is linear."""
    walked = []
    original: Any = vars(sweeps)["topological_by"]

    def counted(*arguments: Any) -> Any:
        found = original(*arguments)
        walked.append(len(found))
        return found

    def outer(x: Any) -> Any:
        total = x
        for _ in range(100):
            total = total * 0.5 + ag.derivative(ag.sin)(total) + ag.jvp(ag.cos, (total,), (1.0,))[1]
        return total

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeps, "topological_by", counted)
        outer(Value(0.3))
    assert len(walked) >= 200
    assert max(walked) < 20


@pytest.mark.parametrize(
    "f, second",
    [
        (lambda x: ag.hypot(x, 4.0), 16 / 125),
        (lambda x: ag.hypot(4.0, x), 16 / 125),
        (lambda x: ag.atan2(x, 4.0), -24 / 625),
        (lambda x: ag.atan2(4.0, x), 24 / 625),
        (lambda x: ag.logaddexp(x, 0.0), 0.04517665973091213),
        (lambda x: ag.leaky_relu(x, 0.1) ** 2, 2.0),
        (lambda x: ag.elu(-x, 2.0), 2 * math.exp(-3.0)),
    ],
)
def test_a_constant_operand_has_a_slope_too(f: Any, second: float) -> None:
    found = [
        ag.hessian(lambda p: f(p[0]))([3.0])[0][0],
        ag.hvp(lambda p: f(p[0]))([3.0], [1.0])[0],
        ag.derivative(f, 2)(3.0),
        ag.compile(ag.hessian(lambda p: f(p[0])))([3.0])[0][0],
    ]
    assert found == pytest.approx([second] * 4, rel=1e-14)


def test_whole_numbers_of_numpy_count() -> None:
    assert ag.derivative(lambda x: x**3, order=np.int64(2))(2.0) == 12.0
    assert ag.grad(lambda x, y: x * y, argnums=np.int64(1))(3.0, 4.0) == 3.0
    assert ag.grad(lambda x, y: x * y, argnums=[np.int32(1), 0])(3.0, 4.0) == (3.0, 4.0)
    assert ag.gradcheck(lambda x: x**3, 2.0, order=np.int8(2))
    with pytest.raises(TypeError, match=r"argnums must be int or a sequence of them, got 1\.5"):
        ag.grad(lambda x, y: x * y, argnums=1.5)(3.0, 4.0)  # type: ignore[arg-type]


def test_aux_holds_numbers_unless_it_depends_on_what_is_outside() -> None:
    w = Value(5.0)
    aux: dict[str, Any] = ag.grad(
        lambda x: (
            x * x,
            {"list": [x, 1.0, None, "text"], "pair": (2 * x, x), "array": np.array([x, 2.0]), "w": w * x},
        ),
        has_aux=True,
    )(3.0)[1]
    assert (aux["list"], aux["pair"], aux["array"].tolist()) == ([3.0, 1.0, None, "text"], (6.0, 3.0), [3.0, 2.0])
    assert {type(x) for x in (aux["list"][0], *aux["pair"])} == {float}
    assert aux["array"].dtype == float
    assert isinstance(aux["w"], Value)
    assert ag.gradients(aux["w"], w) == 3.0
    assert ag.grad(lambda y: ag.grad(lambda x: (x * x * y, x * y), has_aux=True)(3.0)[1])(2.0) == 3.0


OVER_A_WEIGHT: dict[str, Callable[[Any], Any]] = {
    "grad": lambda w: ag.grad(lambda t: ag.sin(t * w))(0.5),
    "derivative": lambda w: ag.derivative(lambda t: ag.sin(t * w), 2)(0.5),
    "jvp": lambda w: ag.jvp(lambda t: ag.sin(t * w), (0.5,), (1.0,))[1],
    "jvp of several": lambda w: ag.jvp(lambda t: (ag.sin(t * w), t), (0.5,), (1.0,))[1][0],
    "vjp": lambda w: ag.vjp(lambda t: ag.sin(t * w), 0.5)[1](1.0)[0],
    "hessian": lambda w: ag.hessian(lambda t: ag.sin(t * w))(0.5),
    "hvp": lambda w: ag.hvp(lambda t: ag.sin(t * w))(0.5, 1.0),
    "jacobian": lambda w: ag.jacobian(lambda t: (ag.sin(t * w), t), mode="forward")(0.5)[0],
    "of an argument": lambda w: ag.grad(lambda t: ag.sin(t * 0.5))(w),
    "grad of grad": lambda w: ag.grad(lambda t: ag.grad(lambda u: ag.sin(u * t * w))(0.2))(0.5),
    "derivative of vjp": lambda w: ag.derivative(lambda t: ag.vjp(lambda u: ag.sin(u * t * w), 0.2)[1](1.0)[0])(0.5),
    "gradients": lambda w: slope_by_hand(w, 1),
    "gradients of gradients": lambda w: slope_by_hand(w, 2),
}


def slope_by_hand(w: Any, order: int) -> Any:
    t = Value(0.5)
    y = ag.sin(t * w)
    for _ in range(order):
        y = ag.gradients(y, t, create_graph=True)
    return y


@pytest.mark.parametrize("name", OVER_A_WEIGHT)
def test_inner_derivatives_do_not_visit_the_graph_around_them_each_time(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = 0

    def counted(roots: Any, below: Any) -> Any:
        nonlocal visits
        order = topological_by(roots, below)
        visits += len(order)
        return order

    monkeypatch.setattr(sweeps, "topological_by", counted)

    def total(count: int, inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def f(x: Any) -> Any:
            s = x
            for _ in range(count):
                s = s + 0.01 * inner(s)
            return s

        return f

    numbers = []
    for count in (20, 40):
        visits = 0
        ag.grad(total(count, OVER_A_WEIGHT[name]))(0.3)
        numbers.append(visits)
    assert numbers[1] <= 2.5 * numbers[0]
    slope, error = difference(lambda x: float(total(5, OVER_A_WEIGHT[name])(x)), 0.3, 0.1)
    assert float(ag.grad(total(5, OVER_A_WEIGHT[name]))(0.3)) == pytest.approx(slope, abs=10 * error + 1e-9)


@pytest.mark.parametrize("name", OVER_A_WEIGHT)
def test_the_graph_of_an_inner_derivative_is_freed_with_its_result(name: str) -> None:
    references = []

    def f(w: Any) -> Any:
        for _ in range(5):
            float(OVER_A_WEIGHT[name](w))
            references.append(sys.getrefcount(w))
        return w * w

    assert ag.grad(f)(0.3) == 0.6
    assert len({*references[1:]}) == 1


def test_what_an_inner_sweep_visited_does_not_stop_one_that_began_before() -> None:
    def f(x: Any) -> Any:
        value, pullback = ag.vjp(lambda t: ag.exp(t * x), 0.5)
        other = ag.grad(lambda t: t * t * value)(0.25)  # visits what is above the first one's input
        return pullback(1.0)[0] * other + ag.grad(lambda t: t * value)(2.0)

    def expected(x: float) -> float:
        value = math.exp(0.5 * x)
        return x * value * 0.5 * value + value

    slope, error = difference(expected, 0.7, 0.1)
    assert f(0.7) == pytest.approx(expected(0.7), rel=1e-14)
    assert ag.grad(f)(0.7) == pytest.approx(slope, abs=10 * error + 1e-9)
    assert ag.compile(ag.grad(f))(0.7) == pytest.approx(slope, abs=10 * error + 1e-9)


def test_a_leaf_that_others_depend_on_is_found_below_what_was_visited() -> None:
    def f(x: Any) -> Any:
        t = Value(0.4)
        z = ag.exp(t * x)
        first = ag.grad(lambda u: u * u * z)(1.0)  # visits z
        inner = ag.grad(lambda v: v * v * ag.gradients(z * z * v, t, create_graph=True))(1.0)
        return first + inner + ag.gradients(z * z, t, create_graph=True)

    def expected(x: float) -> float:
        return 2.0 * math.exp(0.4 * x) + 8.0 * x * math.exp(0.8 * x)

    slope, error = difference(expected, 0.7, 0.1)
    assert float(f(Value(0.7))) == pytest.approx(expected(0.7), rel=1e-14)
    assert float(ag.grad(f)(0.7)) == pytest.approx(slope, abs=10 * error + 1e-9)
    assert ag.compile(ag.grad(f))(0.7) == pytest.approx(slope, abs=10 * error + 1e-9)


@pytest.mark.parametrize("x", [20.0, -3.0, 0.5])
def test_a_single_output_takes_the_reverse_sweep_in_every_mode(x: float) -> None:
    """The terms of the second derivative cancel: forward and reverse sweeps have other digits."""

    def f(x: Any) -> Any:
        return ag.log(1.0 + ag.exp(x)) + ag.exp(x * x / 100.0) * ag.erfc(x)

    expected = ag.jvp(ag.grad(f), (x,), (1.0,))[1]
    assert ag.jacobian(ag.grad(f), mode="forward")(x) == ag.jacobian(ag.grad(f), mode="reverse")(x) == expected
    assert ag.jacobian(ag.grad(lambda p: f(p[0])), mode="forward")([x]) == [[expected]]
