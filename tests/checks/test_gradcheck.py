"""`gradcheck` and `check_graph`: accepted and rejected functions, and messages."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import autograd as ag
from autograd import GradientError, Value
from autograd.derivatives.differences import difference, local, settled
from autograd.derivatives.over_values import apply
from autograd.engine.backend import restore
from autograd.ops import TABLE


def wrong_sin(x: Any, by: float = 1e-9) -> Any:
    """sin, with a derivative that is off in the ninth digit."""
    y = ag.sin(x)
    return restore("sin", y.operands, y.data, (y.local_derivatives[0] * (1 + by),), label="turn")


@pytest.mark.parametrize("f, inputs", [
    (lambda x, y: ag.exp(x) * ag.sin(y) / (1 + x * x), (0.3, 1.2)),
    (lambda p: ag.logsumexp(p["a"]) + p["b"] ** 3, {"a": [0.1, 0.4], "b": -0.7}),
    (lambda x: [ag.erf(x), ag.gelu(x), ag.cbrt(x)], 0.8),
    (lambda x, y: ag.where(x > y, x * y, x / y), (2.0, 1.0)),
    (lambda x: x**2 + abs(x - 3.0), 0.0),
    (lambda x: ag.sum([c * x**n for n, c in enumerate([2.0, -1.0, 3.0, 0.5])]), 0.0),
    (lambda x: ag.log(x) * 1e8, 1e-6),
    (lambda x: ag.sin(300 * x), 0.4),
    (lambda x: 3.0, 1.0),
    (lambda x, y: ag.relu(x) + ag.max(x, y) + ag.hypot(x, y), (0.5, -0.25)),
])  # fmt: skip
@pytest.mark.parametrize("order", [1, 2])
def test_right_gradients_pass(f: Callable[..., Any], inputs: Any, order: int) -> None:
    assert ag.gradcheck(f, inputs, order=order)


def test_third_order() -> None:
    assert ag.gradcheck(lambda x, y: ag.tanh(x * y), (0.3, 0.8), order=3)


def test_a_wrong_ninth_digit_fails_and_the_op_is_named() -> None:
    def f(angle: Any, scale: Any) -> Any:
        return scale * wrong_sin(angle) + ag.exp(angle)

    with pytest.raises(GradientError) as caught:
        ag.gradcheck(f, (0.5, 2.0))
    text, facts = str(caught.value), caught.value.facts
    assert text.startswith("gradcheck of f: derivative for angle = 0.5 is ")
    assert "at fault: the local derivative of sin (turn) for x is" in text
    assert facts["op"] == "sin"
    assert facts["label"] == "turn"
    assert facts["argument"] == "angle"
    assert facts["function"] == "gradcheck of f"
    assert math.isclose(float(facts["difference"]), 2e-9 * math.cos(0.5), rel_tol=1e-3)  # type: ignore[arg-type]
    assert facts["analytic"] != facts["numeric"]


def test_each_mode_is_checked_by_itself() -> None:
    for mode in ("reverse", "forward"):
        with pytest.raises(GradientError, match=f"in {mode} mode"):
            ag.gradcheck(wrong_sin, 0.5, modes=(mode,))


def test_a_number_read_past_the_graph_is_found_by_values() -> None:
    with pytest.raises(GradientError, match=r"no op is at fault: the function takes a number out of the graph"):
        ag.gradcheck(lambda x: x * float(x), 2.0)
    with pytest.raises(GradientError, match="no op is at fault"):
        ag.gradcheck(lambda x: x.detach() + 1.0, 2.0)


def step(x: Any) -> Any:
    return x if x > 0 else 2.0 * x


@pytest.mark.parametrize("f, order, text", [
    (abs, 2, "gradcheck of abs: kink near x = 0.0, in abs of x = 0.0"),
    (ag.relu, 2, "gradcheck of relu: kink near x = 0.0, in relu of x = 0.0"),
    (ag.sqrt, 1, "gradcheck of sqrt: kink near x = 0.0, in sqrt of x = 0.0"),
    (step, 1, "gradcheck of step: kink near x = 0.0: steps that stay on its side are too small to tell"),
])  # fmt: skip
def test_a_kink_is_named(f: Any, order: int, text: str) -> None:
    with pytest.raises(GradientError) as caught:
        ag.gradcheck(f, 0.0, order=order)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "f", [abs, ag.relu, ag.leaky_relu, lambda x: ag.max(x, -x) * 3.0, lambda x: ag.min(x, 0.0) + x]
)
def test_at_a_kink_a_stated_slope_between_both_sides_holds(f: Any) -> None:
    assert ag.gradcheck(f, 0.0)


def test_at_a_kink_a_slope_beyond_both_sides_is_wrong() -> None:
    with pytest.raises(GradientError, match=r"derivative for x = 0\.0 is 3\.0"):
        ag.gradcheck(lambda x: ag.relu(x) + 3.0 * x - 2.0 * x.data, 0.0)


def test_the_exponent_of_a_power_of_0_is_at_no_kink() -> None:
    assert ag.gradcheck(lambda y: ag.pow(0.0, y), 2.0)
    assert ag.gradcheck(lambda y: ag.pow(0.0, y), 0.3)


def test_a_function_that_gives_another_number_each_time_is_refused() -> None:
    chance = random.Random(1)
    with pytest.raises(GradientError, match=r"then .* for the same inputs; what is random in it must be drawn before"):
        ag.gradcheck(lambda x: x * chance.random(), 1.0)
    assert ag.gradcheck(lambda x: x * random.Random(1).random(), 1.0)


def bisected(x: float) -> float:
    low, high = -10.0, 10.0
    while high - low > 2e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if middle**3 + middle < x else (low, middle)
    return (low + high) / 2


@pytest.mark.parametrize("x", [10.0, 3.3, -1.7, 0.4, 7.77, 5.123, -0.05, 1.0, 2.71])
def test_a_root_found_to_twelve_digits_passes_and_a_wrong_slope_of_it_fails(x: float) -> None:
    assert ag.gradcheck(ag.custom_gradient(lambda y, x: 1 / (3 * y**2 + 1))(bisected), x)
    for factor in (1.0001, -1.0, 2.0):
        with pytest.raises(GradientError):
            ag.gradcheck(ag.custom_gradient(lambda y, x, factor=factor: factor / (3 * y**2 + 1))(bisected), x)


def fixed_point(x: float, tolerance: float) -> float:
    """y = e^(−x·y), by iterations that stop where two agree."""
    y, before = 0.5, 0.0
    while abs(y - before) > tolerance:
        y, before = math.exp(-x * y), y
    return y


def newton(x: float, tolerance: float) -> float:
    """y · e^y = x, as Lambert's W."""
    y, step = 1.0, 1.0
    while abs(step) > tolerance:
        step = (y * math.exp(y) - x) / (math.exp(y) * (1 + y))
        y -= step
    return y


def exponential_series(x: float, tolerance: float) -> float:
    """e^x, without the terms below the tolerance."""
    term, total, k = 1.0, 0.0, 0
    while abs(term) > tolerance:
        total, k = total + term, k + 1
        term *= x / k
    return total


def heun(x: float, tolerance: float) -> float:
    """y′ = t − y², y(0) = 1, in steps that an error estimate chooses."""
    t, y, step = 0.0, 1.0, 0.01
    while t < x:
        step = min(step, x - t)
        first = t - y * y
        second = t + step / 2 - (y + step / 2 * first) ** 2
        third = t + step * 0.75 - (y + step * 0.75 * second) ** 2
        moved = y + step / 9 * (2 * first + 3 * second + 4 * third)
        fourth = t + step - moved * moved
        error = abs(step * (-5 / 72 * first + second / 12 + third / 9 - fourth / 8))
        if error <= tolerance:
            t, y = t + step, moved
        step *= min(2.0, max(0.2, 0.9 * (tolerance / max(error, 1e-300)) ** (1 / 3)))
    return y


def decimals(x: float, tolerance: float) -> float:
    """ln x as a table has it."""
    return round(math.log(x) / tolerance) * tolerance


SOLVERS: list[tuple[Any, Any, float]] = [
    (fixed_point, lambda y, x: -y * y / (1 + x * y), 0.6),
    (newton, lambda y, x: 1 / (ag.exp(y) * (1 + y)), 1.5),
    (exponential_series, lambda y, x: ag.exp(x), -0.7),
    (heun, lambda y, x: x - y * y, 1.1),
    (decimals, lambda y, x: 1 / x, 2.3),
]


DIGITS = [
    (*one, tolerance)
    for one in SOLVERS
    for tolerance in (1e-9, 1e-10, 1e-11, 1e-12, 1e-13)
    if one[0] is not heun or tolerance == 1e-9  # others take tens of thousands of steps
]


@pytest.mark.parametrize("solve, slope, x, tolerance", DIGITS)
def test_what_is_good_to_some_digits_passes(solve: Any, slope: Any, x: float, tolerance: float) -> None:
    found = ag.custom_gradient(slope)(lambda x: solve(x, tolerance))
    assert ag.gradcheck(found, x, order=2, noise=1e-7 if solve is heun else None)
    assert ag.gradcheck(lambda x: ag.tanh(found(x) * x) + x, x, noise=1e-7 if solve is heun else None)
    assert ag.check_graph(found(Value(x)), noise=1e-7 if solve is heun else None)
    wrong = ag.custom_gradient(lambda y, x: slope(y, x) * 1.0001)(lambda x: solve(x, tolerance))
    for noise in (None, 1e-7):
        with pytest.raises(GradientError):
            ag.gradcheck(wrong, x, noise=noise)


@pytest.mark.parametrize("noise", [None, 1e-9])
@pytest.mark.parametrize("by", [1e-7, 1e-9])
def test_noise_excuses_no_op_whose_values_have_none(noise: float | None, by: float) -> None:
    table = ag.custom_gradient(lambda y, x: 1 / x)(lambda x: decimals(x, 1e-9))
    assert ag.gradcheck(lambda x: ag.sin(x) * table(x), 0.7, noise=noise)
    for f in (lambda x: wrong_sin(x, by) * table(x), lambda x: wrong_sin(x, by) * 2.0):
        with pytest.raises(GradientError, match="at fault: the local derivative of sin"):
            ag.gradcheck(f, 0.7, noise=noise)


def simpson(n: int, x: float) -> float:
    """Return the integral of exp(−t²) from 0 to x by n steps, whose error is as smooth as the integral."""
    values = [math.exp(-((k * x / n) ** 2)) for k in range(n + 1)]
    return x / n / 3 * (values[0] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2]) + values[-1])


@pytest.mark.parametrize("n, noise", [(10, 2e-6), (20, 2e-7), (40, 1e-8), (100, 2e-10)])
def test_a_smooth_error_is_stated(n: int, noise: float) -> None:
    integral = ag.custom_gradient(lambda y, x: ag.exp(-x * x))(lambda x: simpson(n, x))
    with pytest.raises(GradientError, match="state their relative error as noise="):
        ag.gradcheck(integral, 1.1)
    for order in (1, 2, 3):
        assert ag.gradcheck(integral, 1.1, order=order, noise=noise)
    with pytest.raises(GradientError):
        ag.gradcheck(integral, 1.1, noise=0.0)
    wrong = ag.custom_gradient(lambda y, x: ag.exp(-x * x) * (1 + 1e3 * noise))(lambda x: simpson(n, x))
    with pytest.raises(GradientError):
        ag.gradcheck(wrong, 1.1, noise=noise)


def test_a_kink_beside_the_point() -> None:
    assert ag.gradcheck(lambda a, b: ag.max(a, b), (1.0, 1.0))
    with pytest.raises(GradientError, match=r"kink near a = 1\.0, in max of a = 1\.0, b = 1\.0"):
        ag.gradcheck(lambda a, b: ag.max(a, b), (1.0, 1.0), order=2)
    assert ag.gradcheck(lambda a, b: ag.max(a, b), (1.0, 1.001))
    assert ag.gradcheck(step, 1e-3)


def test_a_kink_where_two_operands_meet() -> None:
    # found by hypothesis: a step over the corner of hypot in a straight line
    assert ag.gradcheck(lambda y: ag.hypot(y, y), 1e-4)
    with pytest.raises(GradientError, match="kink near y = "):
        ag.gradcheck(lambda y: ag.hypot(y, y) + 1.0, 4e-15)
    assert ag.gradcheck(lambda x, y: ag.hypot(x, y), (0.0, 1.0))


def test_arguments_are_checked() -> None:
    with pytest.raises(ValueError, match="gradcheck: order must be an int of 1 or more, got 0"):
        ag.gradcheck(ag.sin, 1.0, order=0)
    with pytest.raises(ValueError, match="gradcheck: modes must be of 'reverse' and 'forward', got 'sideways'"):
        ag.gradcheck(ag.sin, 1.0, modes="sideways")
    for noise in (-1e-9, 1.0, math.nan, "much"):
        with pytest.raises(ValueError, match=r"gradcheck: noise must be None or a number from 0 to 0\.01, got"):
            ag.gradcheck(ag.sin, 1.0, noise=noise)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"check_graph: needs a Value, got 1\.0"):
        ag.check_graph(1.0)  # type: ignore[arg-type]


def test_check_graph_passes_and_names_the_node() -> None:
    x, y = Value(0.4, label="angle"), Value(2.0)
    assert ag.check_graph(ag.tanh(x * y) + ag.logsumexp([x, y, 0.1]) - ag.relu(x - 0.4))
    with pytest.raises(GradientError) as caught:
        ag.check_graph(ag.exp(wrong_sin(x)) * y)
    assert str(caught.value).startswith("check_graph: the local derivative of sin (turn) for x is ")
    assert str(caught.value).endswith("at sin of angle = 0.4")
    assert caught.value.facts["op"] == "sin"


NEAR: dict[str, Sequence[float]] = {
    "acosh": (1.7,), "asin": (0.4,), "acos": (-0.3,), "atanh": (0.6,), "where": (1.0, 0.7, 0.3), "pow": (1.3, 2.4),
    "leaky_relu": (-0.7, 0.2), "logsumexp": (0.3, -0.5, 1.2), "dot": (0.3, 0.4, -1.2, 0.8, 0.1), "sum": (1.0, 2.0),
    "mean": (1.0, 2.0, 4.0), "fmod": (7.3, 1.9), "remainder": (7.3, 1.9),
}  # fmt: skip


@pytest.mark.parametrize("name", list(TABLE))
def test_local_derivatives_from_values_are_within_their_bound(name: str) -> None:
    xs = NEAR.get(name, (0.7, 1.9)[: len(TABLE[name].parameters)])
    node = apply(name, [Value(x) for x in xs])
    for position, analytic in enumerate(node.local_derivatives):
        slope, error = local(node, position)
        assert abs(slope - analytic) <= error + 4e-16 * abs(analytic)
        assert error <= 1e-12 * max(abs(slope), 1e-3)


@pytest.mark.parametrize("name", ["erf", "gelu", "normal_cdf", "erfc", "cbrt"])
@pytest.mark.parametrize("x", [-3.0, -0.2, 0.9, 4.5])
def test_ops_without_a_complex_form_see_a_wrong_ninth_digit(name: str, x: float) -> None:
    node = getattr(ag, name)(Value(x))
    assert ag.check_graph(node)
    off = node.local_derivatives[0] * (1 + 1e-9)
    with pytest.raises(GradientError):
        ag.check_graph(restore(name, node.operands, node.data, (off,)))


def test_differences_know_their_error() -> None:
    for f, truth, x in ((math.exp, math.exp, 1.0), (math.sqrt, lambda x: 0.5 / math.sqrt(x), 1e-3)):
        slope, error = difference(lambda t: f(t) if t > 0 else math.nan, x, 0.5)  # noqa: B023
        assert abs(slope - truth(x)) <= error <= 1e-10 * truth(x)
    slope, error = difference(lambda t: math.nan, 1.0, 0.5)
    assert math.isnan(slope)
    assert error == math.inf


NARROW: dict[str, tuple[Callable[..., Any], tuple[float, ...]]] = {
    "a narrow peak": (lambda x: ag.exp(-((x / 0.01) ** 2)), (0.007,)),
    "a narrow peak elsewhere": (lambda x: ag.exp(-(((x - 3.0) / 1e-4) ** 2)), (3.00007,)),
    "a resonance": (lambda x: 1.0 / (x * x + 1e-12), (7e-7,)),
    "a corner that is round": (lambda x: ag.sqrt(x * x + 1e-12), (7e-7,)),
    "small arguments": (ag.hypot, (1e-8, 2e-8)),
    "a fast wave": (lambda x: ag.sin(x * 1e6), (1.0,)),
    "a tiny factor": (lambda x: ag.exp(x) * 1e-200, (0.3,)),
    "a tiny argument": (ag.log, (1e-200,)),
    "a far tail": (lambda x: ag.exp(-x * x), (20.0,)),
    "a tail rounded away": (lambda x: 1.0 + ag.erf(x), (-7.7,)),
}


@pytest.mark.parametrize("name", NARROW)
def test_true_gradients_on_scales_of_their_own(name: str) -> None:
    """Wide steps passed over them and converged, to another slope; complex steps underflowed."""
    function, point = NARROW[name]
    assert ag.gradcheck(function, point)


@pytest.mark.parametrize("error", [1e-3, 1e-6, 1e-9])
def test_hidden_parts_beside_a_narrow_peak(error: float) -> None:
    peak, (point,) = NARROW["a narrow peak"]
    with pytest.raises(GradientError):
        ag.gradcheck(lambda x: peak(x) * (1.0 + error * math.exp(float(x))) + error * float(x), point)


@pytest.mark.parametrize("x", [1e-6, 1e-4, 0.3, -1e-5])
def test_a_slope_beside_a_kink_is_within_its_bound(x: float) -> None:
    widths = [0.125 * 0.1**k for k in range(9)]
    found, error = settled(lambda t: math.sqrt(abs(t)), x, widths)
    true = math.copysign(0.5 / math.sqrt(abs(x)), x)
    assert abs(found - true) <= error < 1e-5 * abs(true)


def test_an_op_that_is_not_defined_beside_the_point() -> None:
    @ag.custom_gradient(lambda y, x: 1.0 / x)
    def log_from_1(x: float) -> float:
        if x < 1.0:
            raise ValueError("below 1")
        return math.log(x)

    assert ag.gradcheck(log_from_1, 3.0)
    with pytest.raises(GradientError, match=r"the function raised ValueError\('below 1'\); .* say by its domain="):
        ag.gradcheck(log_from_1, 1.0)
