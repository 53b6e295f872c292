"""The table: every row against 60-digit truth, its spellings against each other, its kinks and bad arguments."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from math import inf, nan
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp, mpf

import autograd
from autograd import codegen
from autograd.derivatives.over_values import LIBRARY, slope
from autograd.ops import HIDDEN, TABLE, Op
from autograd.ops.table import slope_name

mp.dps = 60

Truth = Callable[..., tuple[Any, ...]]


def _normal_cdf(x: Any) -> Any:
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2 if abs(x) < 1e4 else mpf(x > 0)


def _normal_density(x: Any) -> Any:
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def _error_density(x: Any) -> Any:
    return 2 * mpmath.exp(-x * x) / mpmath.sqrt(mpmath.pi)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _softplus(x: Any) -> Any:
    return mpmath.log1p(mpmath.exp(x)) if x < 0 else x + mpmath.log1p(mpmath.exp(-x))


def _half_if_equal(x: Any, y: Any) -> Any:
    return mpf(x > y) + mpf(x == y) / 2


def _log_sum_exp(xs: tuple[Any, ...]) -> tuple[Any, ...]:
    out = max(xs) + mpmath.log(mpmath.fsum(mpmath.exp(x - max(xs)) for x in xs))
    return out, *(mpmath.exp(x - out) for x in xs)


def _dot(ws: tuple[Any, ...], xs: tuple[Any, ...], bias: Any) -> tuple[Any, ...]:
    return mpmath.fdot(ws, xs) + bias, *xs, *ws, 1


def _elu(x: Any, alpha: Any) -> tuple[Any, ...]:
    return (x, 1, 0) if x > 0 else (alpha * mpmath.expm1(x), alpha * mpmath.exp(x), mpmath.expm1(x))


def _selu(x: Any) -> tuple[Any, ...]:
    scale, alpha = mpf(1.0507009873554805), mpf(1.6732632423543772)
    return (scale * x, scale) if x > 0 else (scale * alpha * mpmath.expm1(x), scale * alpha * mpmath.exp(x))


def _gamma(x: Any) -> tuple[Any, ...]:
    return mpmath.log(abs(mpmath.gamma(x))) if x < 1e5 else mpmath.loggamma(x), mpmath.digamma(x)


def _trigamma(x: Any) -> Any:
    return mpmath.polygamma(1, x) if x < 1e40 else 1 / x


def _scaled_bessel(n: int, x: Any) -> Any:
    """e^−|x| · Iₙ(x), by its asymptotic series where that is good to 60 digits."""
    if abs(x) < 1000:
        return mpmath.besseli(n, x) * mpmath.exp(-abs(x))
    terms, term = [], mpf(1)
    for k in range(1, 40):
        terms.append(term)
        term *= -mpf(4 * n * n - (2 * k - 1) ** 2) / (k * 8 * abs(x))
    return mpmath.sign(x) ** n * mpmath.fsum(terms) / mpmath.sqrt(2 * mpmath.pi * abs(x))


def _i0e(x: Any) -> tuple[Any, ...]:
    with mpmath.workdps(400 if abs(x) > 1e3 else mp.dps):
        return _scaled_bessel(0, x), _scaled_bessel(1, x) - mpmath.sign(x) * _scaled_bessel(0, x)


def _i1e(x: Any) -> tuple[Any, ...]:
    with mpmath.workdps(400 if abs(x) > 1e3 else mp.dps):
        return _i1e_and_slope(x)


def _i1e_and_slope(x: Any) -> tuple[Any, ...]:
    ratio = _scaled_bessel(1, x) / x if x else mpf(1) / 2
    return _scaled_bessel(1, x), _scaled_bessel(0, x) - mpmath.sign(x) * _scaled_bessel(1, x) - ratio


def _spherical(n: int, x: Any) -> Any:
    """Spherical Bessel function of πx, by its series, with digits for what cancels in it."""
    if x == 0:
        return mpf(n == 0)
    if abs(x) > 1e6:
        sine, cosine, z = mpmath.sinpi(x), mpmath.cospi(x), mpmath.pi * x
        found = [sine / z, sine / z**2 - cosine / z]
        while len(found) <= n:
            found.append((2 * len(found) - 1) / z * found[-1] - found[-2])
        return found[n]
    with mpmath.workdps(mp.dps + 30):
        z = mpmath.pi * x
        return mpmath.sqrt(mpmath.pi / (2 * abs(z))) * mpmath.besselj(n + mpf(1) / 2, abs(z)) * mpmath.sign(x) ** n


def _quotient(x: Any, y: Any) -> Any:
    with mpmath.workdps(700):
        return +mpmath.floor(x / y)


def _fmod(x: Any, y: Any) -> tuple[Any, ...]:
    with mpmath.workdps(700):
        whole = mpmath.sign(x) * mpmath.sign(y) * mpmath.floor(abs(x) / abs(y))
        return +(x - whole * y), mpf(1), -whole


def _remainder(x: Any, y: Any) -> tuple[Any, ...]:
    with mpmath.workdps(700):
        return +(x - mpmath.floor(x / y) * y), mpf(1), -mpmath.floor(x / y)


def _log_add_exp(x: Any, y: Any) -> tuple[Any, ...]:
    return max(x, y) + mpmath.log1p(mpmath.exp(-abs(x - y))), _sigmoid(x - y), _sigmoid(y - x)


# Value and derivatives, written without a look at the table: a row that is missing here fails.
TRUTH: dict[str, Truth] = {
    "add": lambda x, y: (x + y, 1, 1),
    "sub": lambda x, y: (x - y, 1, -1),
    "mul": lambda x, y: (x * y, y, x),
    "div": lambda x, y: (x / y, 1 / y, -x / y**2),
    "neg": lambda x: (-x, -1),
    "pow": lambda x, y: (
        x**y,
        y * x ** (y - 1) if y else mpf(0),
        x**y * mpmath.log(x) if x or y < 0 else mpf(0 if y else "nan"),
    ),
    "abs": lambda x: (abs(x), mpmath.sign(x)),
    "reciprocal": lambda x: (1 / x, -1 / x**2),
    "sign": lambda x: (mpmath.sign(x), 0),
    "fmod": _fmod,
    "remainder": _remainder,
    "floor_divide": lambda x, y: (_quotient(x, y), 0, 0),
    "exp": lambda x: (mpmath.exp(x), mpmath.exp(x)),
    "exp2": lambda x: (mpf(2) ** x, mpmath.log(2) * mpf(2) ** x),
    "expm1": lambda x: (mpmath.expm1(x), mpmath.exp(x)),
    "log": lambda x: (mpmath.log(x), 1 / x),
    "log1p": lambda x: (mpmath.log1p(x), 1 / (1 + x)),
    "log2": lambda x: (mpmath.log(x, 2), 1 / (x * mpmath.log(2))),
    "log10": lambda x: (mpmath.log(x, 10), 1 / (x * mpmath.log(10))),
    "sqrt": lambda x: (mpmath.sqrt(x), 1 / (2 * mpmath.sqrt(x))),
    "cbrt": lambda x: (mpmath.sign(x) * mpmath.cbrt(abs(x)), 1 / (3 * mpmath.cbrt(abs(x)) ** 2)),
    "sin": lambda x: (mpmath.sin(x), mpmath.cos(x)),
    "cos": lambda x: (mpmath.cos(x), -mpmath.sin(x)),
    "tan": lambda x: (mpmath.tan(x), mpmath.sec(x) ** 2),
    "asin": lambda x: (mpmath.asin(x), 1 / mpmath.sqrt(1 - x * x)),
    "acos": lambda x: (mpmath.acos(x), -1 / mpmath.sqrt(1 - x * x)),
    "atan": lambda x: (mpmath.atan(x), 1 / (1 + x * x)),
    "sinh": lambda x: (mpmath.sinh(x), mpmath.cosh(x)),
    "cosh": lambda x: (mpmath.cosh(x), mpmath.sinh(x)),
    "tanh": lambda x: (mpmath.tanh(x), mpmath.sech(x) ** 2),
    "asinh": lambda x: (mpmath.asinh(x), 1 / mpmath.sqrt(1 + x * x)),
    "acosh": lambda x: (mpmath.acosh(x), 1 / mpmath.sqrt(x * x - 1)),
    "atanh": lambda x: (mpmath.atanh(x), 1 / (1 - x * x)),
    "atan2": lambda y, x: (mpmath.atan2(y, x), x / (x * x + y * y), -y / (x * x + y * y)),
    "hypot": lambda x, y: (mpmath.hypot(x, y), x / mpmath.hypot(x, y), y / mpmath.hypot(x, y)),
    "sigmoid": lambda x: (_sigmoid(x), _sigmoid(x) * _sigmoid(-x)),
    "relu": lambda x: (max(x, mpf(0)), mpf(x > 0)),
    "leaky_relu": lambda x, slope: (x, 1, 0) if x > 0 else (slope * x, slope, x),
    "softsign": lambda x: (x / (1 + abs(x)), 1 / (1 + abs(x)) ** 2),
    "elu": _elu,
    "selu": _selu,
    "hard_tanh": lambda x: (max(min(x, mpf(1)), mpf(-1)), mpf(abs(x) < 1)),
    "softplus": lambda x: (_softplus(x), _sigmoid(x)),
    "silu": lambda x: (x * _sigmoid(x), _sigmoid(x) * (1 + x * _sigmoid(-x))),
    "gelu": lambda x: (x * _normal_cdf(x), _normal_cdf(x) + x * _normal_density(x)),
    "erf": lambda x: (mpmath.erf(x), _error_density(x)),
    "erfc": lambda x: (mpmath.erfc(x) if x < 1e4 else mpf(0), -_error_density(x)),
    "normal_cdf": lambda x: (_normal_cdf(x), _normal_density(x)),
    "max": lambda x, y: (max(x, y), _half_if_equal(x, y), _half_if_equal(y, x)),
    "min": lambda x, y: (min(x, y), _half_if_equal(y, x), _half_if_equal(x, y)),
    "where": lambda c, x, y: (x if c != 0 else y, 0, mpf(c != 0), mpf(c == 0)),
    "sum": lambda *xs: (mpmath.fsum(xs), *(1 for _ in xs)),
    "mean": lambda *xs: (mpmath.fsum(xs) / len(xs), *(mpf(1) / len(xs) for _ in xs)),
    "logsumexp": lambda *xs: _log_sum_exp(xs),
    "dot": lambda *operands: _dot(operands[: len(operands) // 2], operands[len(operands) // 2 : -1], operands[-1]),
    "lgamma": _gamma,
    "digamma": lambda x: (mpmath.digamma(x), _trigamma(x)),
    "erfinv": lambda x: (mpmath.erfinv(x), mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(mpmath.erfinv(x) ** 2)),
    "i0e": _i0e,
    "i1e": _i1e,
    "sinc": lambda x: (_spherical(0, x), -mpmath.pi * _spherical(1, x)),
    "logaddexp": _log_add_exp,
}


FIXED = [op for op in TABLE.values() if op.arity is not None]
by_row = pytest.mark.parametrize("op", FIXED, ids=lambda op: op.name)

SIZES = [
    0.0, 5e-324, 1e-322, 1e-310, 2.225073858507201e-308, 2.2250738585072014e-308, 3e-308, 1e-300, 1e-200, 1e-162,
    1e-154, 1e-100, 1e-50, 1e-20, 1e-16, 1e-10, 1e-8, 1e-5, 0.01, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.99, 1.0, 1.01, 1.5,
    2.0, math.e, 3.0, math.pi, 4.0, 5.0, 8.3, 10.0, 19.5, 26.5, 27.3, 30.0, 36.7, 37.5, 38.6, 40.5, 53.0, 100.0, 354.0,
    372.5, 700.0, 708.3, 709.7, 710.4, 745.1, 746.0, 799.9, 1000.0, 1e5, 1e8, 2.0**53, 1e16, 1e22, 1e50, 1e100, 1.3e154,
    1.4e154, 1e200, 1e300, 8.9e307, 1.7976931348623157e308,
]  # fmt: skip
EXPONENTS = [1e-300, 1e-17, 0.01, 1 / 3, 0.5, 0.9, 1.0, 1.5, 2.0, 3.0, 7.3, 31.0, 300.5, 1023.0, 1e5, 1e15, 1e300]
HARDEST_ANGLE = 6381956970095103.0 * 2.0**797  # of all doubles the one nearest to a multiple of π/2

# Where a row cancels, crosses zero, saturates or changes its formula, besides the ends of its domain.
TURNS: dict[str, tuple[float, ...]] = {
    "sin": (math.pi, 355.0, HARDEST_ANGLE),
    "cos": (math.pi / 2, 1e8, HARDEST_ANGLE),
    "tan": (math.pi / 2, 11.0, HARDEST_ANGLE),
    "log": (1.0,),
    "log2": (1.0,),
    "log10": (1.0,),
    "pow": (1.0,),
    "expm1": (-37.0, 709.78),
    "cbrt": (1e-200, 1e200),
    "softplus": (-745.0, -709.0),
    "lgamma": (1.0, 1.5, 2.0, 2.5, 3.5, 8.0),
    "digamma": (1.0, 1.4616321449683622, 1.9, 3.0, 8.0),
    "i0e": (0.0, 20.0, 24.0),
    "i1e": (0.0, 20.0, 24.0, 0.3466473081355903, 0.9242473464516199),
    "sinc": (0.5, 1.0, 1.25, 1.4302966531242027, 2.0),
    "silu": (-1.2784645427610738, -700.0, -709.0, -745.0, -799.0, -0.1, 0.1),
    "gelu": (-0.7517915247, -37.4, -38.5, -40.0),
    "erfc": (26.5, 27.2),
    "normal_cdf": (-37.5, -38.5),
}


def _near(point: float) -> Iterator[float]:
    """Yield the point, its next neighbours, and points that close in on it."""
    yield point
    for side in (-inf, inf):
        x = point
        for _ in range(3):
            x = math.nextafter(x, side)
            yield x
        yield from (point + math.copysign(10.0**-k, side) for k in range(1, 15))


def points(op: Op, operand: int) -> list[float]:
    """Within the operand's domain: every size with both signs, and what is near the row's turns."""
    low, high = op.domain[operand]
    sizes = SIZES if op.arity == 1 else SIZES[::2] if op.arity == 2 else SIZES[::9]
    if op.name == "pow":
        sizes = [*SIZES[::3], *EXPONENTS] if operand else SIZES[::3]
    turns = [*(TURNS.get(op.name, ()) if operand == 0 else ()), *(end for end in (low, high) if abs(end) < inf)]
    found = {*sizes, *(-x for x in sizes), *(x for turn in turns for x in _near(turn))}
    return sorted(x for x in found if low <= x <= high)


def operands_of(op: Op) -> st.SearchStrategy[tuple[float, ...]]:
    """Operands anywhere in a row's domain, as often of everyday size as of any."""

    def floats(low: float, high: float) -> st.SearchStrategy[float]:
        bounds = [(max(low, -size), min(high, size)) for size in (1.7976931348623157e308, 800.0, 40.0, 2.0)]
        of_any_exponent = st.builds(math.ldexp, st.floats(-1.0, 1.0), st.integers(-1080, 1023))
        return st.one_of(*(st.floats(*ends) for ends in bounds), of_any_exponent.map(lambda x: min(max(x, low), high)))

    return st.tuples(*(floats(*ends) for ends in op.domain))


def is_kink(op: Op, operands: tuple[float, ...]) -> bool:
    if "sin(pi*" in op.kinks:  # where a quotient is whole
        return operands[1] == 0.0 or math.fmod(*operands) == 0.0
    return bool(op.kinks) and bool(
        eval(op.kinks, {"abs": abs, "floor": math.floor}, dict(zip(op.parameters, operands, strict=True)))
    )


def ulps(got: float, truth: Any) -> float:
    """|got − truth| in units in the last place of the truth; an infinity stands for the first number too large."""
    if math.isnan(got) or mpmath.isnan(truth):
        return 0.0 if math.isnan(got) and mpmath.isnan(truth) else inf
    too_large = mpf(2) ** 1024
    if abs(truth) >= too_large:
        truth = mpmath.sign(truth) * too_large
    place = min(max(mpmath.frexp(truth)[1] - 53, -1074), 971) if truth else -1074
    rounded = mpmath.sign(got) * too_large if abs(got) == inf else mpf(got)
    return float(mpmath.ldexp(abs(rounded - truth), -place))


def _check(op: Op, operands: tuple[float, ...], ulp: float) -> None:
    """Value and derivatives of a row against the truth; at a kink there is none."""
    if is_kink(op, operands):
        return
    loose = max((error for low, high, error in op.loose if low <= operands[0] <= high), default=0.0)
    truth = TRUTH[op.name](*map(mpf, operands))
    for which, got, true in zip(("value", *op.parameters), op.compute(*operands), truth, strict=False):
        error = ulps(got, true)
        assert error <= ulp or abs(got - true) <= loose, (
            f"{op.name}{operands} {which}: {got!r}, truth {mpmath.nstr(true, 20)}, off by {error:.3g} ulp"
        )


def test_there_is_a_truth_for_every_row() -> None:
    assert set(TRUTH) == set(TABLE)


@by_row
def test_value_and_derivatives_are_accurate_at_every_size(op: Op) -> None:
    for operands in itertools.product(*(points(op, i) for i in range(len(op.parameters)))):
        _check(op, operands, op.ulp)


@by_row
@given(data=st.data())
def test_value_and_derivatives_are_accurate_anywhere(op: Op, data: st.DataObject) -> None:
    _check(op, data.draw(operands_of(op)), op.ulp)


@by_row
def test_a_looser_bound_has_a_reason(op: Op) -> None:
    assert bool(op.note) == (op.ulp > 4.0 or bool(op.loose))


def test_tan_is_as_accurate_as_others_below_a_hundred_million() -> None:
    for x in points(TABLE["tan"], 0):
        if abs(x) < 1e8:
            _check(TABLE["tan"], (x,), 4.0)


@given(x=st.floats(1e-300, 1e300), n=st.integers(-400, 400))
def test_powers_of_negative_numbers_mirror_those_of_positive_ones(x: float, n: int) -> None:
    out, slope, _ = TABLE["pow"].compute(x, float(n))
    mirrored, mirrored_slope, growth = TABLE["pow"].compute(-x, float(n))
    sign = -1.0 if n % 2 else 1.0
    assert (mirrored, mirrored_slope) == (sign * out, -sign * slope)
    assert math.isnan(growth)


# Sums: no bound in ulp of the result, which may cancel, but one in ulp of the terms.

terms = st.lists(st.floats(-1e150, 1e150) | st.floats(-10.0, 10.0), min_size=1, max_size=30)
HALF_ULP = mpf(2) ** -53
TINIEST = mpf(2) ** -1074


@given(terms)
def test_sum_and_mean_round_once_per_term(xs: list[float]) -> None:
    n, size = len(xs), mpmath.fsum(xs, absolute=True)
    value, *slopes = TABLE["sum"].compute(*xs)
    assert abs(value - TRUTH["sum"](*xs)[0]) <= (n - 1) * HALF_ULP * size * (1 + 1e-9)
    assert slopes == [1.0] * n
    value, *slopes = TABLE["mean"].compute(*xs)
    assert abs(value - TRUTH["mean"](*xs)[0]) <= n * HALF_ULP * size / n * (1 + 1e-9) + TINIEST
    assert slopes == [1.0 / n] * n


@given(terms, terms, st.floats(-1e150, 1e150))
def test_dot_rounds_once_per_product_and_once_per_sum(ws: list[float], xs: list[float], bias: float) -> None:
    n = min(len(ws), len(xs))
    value, *slopes = TABLE["dot"].compute(*ws[:n], *xs[:n], bias)
    truth, *true_slopes = TRUTH["dot"](*map(mpf, (*ws[:n], *xs[:n], bias)))
    size = mpmath.fsum((mpf(w) * x for w, x in zip(ws, xs, strict=False)), absolute=True) + abs(bias)
    assert abs(value - truth) <= (n + 1) * HALF_ULP * size * (1 + 1e-9) + n * TINIEST
    assert slopes == true_slopes


@pytest.mark.parametrize(
    "xs",
    [
        [1000.0, 1000.0], [-1000.0, -1000.0], [0.0, -800.0], [-0.5, -0.9327521295671886], [1e300, -1e300], [710.0, 0.0],
        [1e-320, 0.0], [-745.0, 0.0], [5.0], [-740.0, -2.0, 3.0, 3.0],
    ],
)  # fmt: skip
def test_logsumexp_at_hard_places(xs: list[float]) -> None:
    _check_logsumexp(xs)


@given(st.lists(st.floats(-800.0, 800.0) | st.floats(-5.0, 5.0), min_size=1, max_size=40))
def test_logsumexp_and_its_softmax_are_accurate(xs: list[float]) -> None:
    _check_logsumexp(xs)


def _check_logsumexp(xs: list[float]) -> None:
    op = TABLE["logsumexp"]
    (_, _, loose), bound = op.loose[0], op.ulp + len(xs) / 2
    got, truth = op.compute(*xs), TRUTH["logsumexp"](*map(mpf, xs))
    assert ulps(got[0], truth[0]) <= bound or abs(got[0] - truth[0]) <= loose * bound
    assert all(ulps(d, true) <= bound for d, true in zip(got[1:], truth[1:], strict=True))


# One derivative, three spellings

GENTLE = (-3.1, -1.7, -0.6, -0.3, 0.2, 0.4, 0.9, 1.3, 2.2, 4.5)


def _gentle(op: Op) -> Iterator[tuple[float, ...]]:
    for operands in itertools.product(GENTLE, repeat=len(op.parameters)):
        inside = all(low < x < high for x, (low, high) in zip(operands, op.domain, strict=True))
        if inside and not is_kink(op, operands):
            yield operands


def _spelled(texts: tuple[str, ...], names: dict[str, Any], functions: dict[str, Any]) -> list[Any]:
    return [eval(text, {"pi": mpmath.pi, **functions}, names) for text in texts]


def _hidden(name: str) -> Truth:
    """Hidden ops that second derivatives call, as truth."""
    if name == "polygamma":
        return lambda n, x: mpmath.polygamma(int(n), x)
    if name == "bessel_moment":
        return lambda n, x: (-1) ** int(n) * mpmath.diff(lambda t: _i0e(t)[0], x, int(n))
    if name == "spherical_bessel":
        return lambda n, x: _spherical(int(n), x)
    if name.startswith("power_over_"):
        return lambda x, y: x ** (y - int(name[-1]))
    return lambda *operands: TRUTH[name.removesuffix("_slope")](*operands)[1]


def _first(truth: Truth) -> Callable[..., Any]:
    return lambda *operands: truth(*operands)[0]


SECOND_DERIVATIVES = ("_second", "_second_xx", "_second_xy", "_second_yy")


def _number_of(op: Op, *operands: Any) -> Any:
    """What an op that is a second derivative itself computes: the number to be compared with the truth."""
    return mpf(op.compute(*map(float, operands))[0])


TRUE_FUNCTIONS = {name: _first(truth) for name, truth in TRUTH.items()} | {
    name: _hidden(name)
    for name in (
        "sigmoid_slope",
        "normal_cdf_slope",
        "power_over_1",
        "power_over_2",
        "polygamma",
        "bessel_moment",
        "spherical_bessel",
    )
}
TRUE_FUNCTIONS |= {op.name: partial(_number_of, op) for op in HIDDEN.values() if op.name.endswith(SECOND_DERIVATIVES)}


@by_row
def test_number_and_textbook_form_are_one_derivative(op: Op) -> None:
    for operands in _gentle(op):
        names = dict(zip(op.parameters, map(mpf, operands), strict=True))
        out, *slopes = TRUTH[op.name](*names.values())
        for spelled, true in zip(_spelled(op.textbook, names | {"out": out}, TRUE_FUNCTIONS), slopes, strict=True):
            assert mpmath.almosteq(spelled, true, rel_eps=1e-45, abs_eps=1e-45), (op.name, operands)
        for number, true in zip(op.compute(*operands)[1:], slopes, strict=True):
            assert math.isclose(number, true, rel_tol=1e-14, abs_tol=1e-15), (op.name, operands)


def _slope_at(name: str, i: int, j: int, xs: list[Any], x: Any) -> Any:
    """Return the first derivative for operand i, where operand j is x."""
    return TRUTH[name](*xs[:j], x, *xs[j + 1 :])[1 + i]


@pytest.mark.parametrize("op", [op for op in FIXED if op.second], ids=lambda op: op.name)
def test_a_stated_second_derivative_is_the_derivative_of_the_first(op: Op) -> None:
    n = len(op.parameters)
    pairs = [(i, j) for i in range(n) for j in range(i, n)]
    for operands in itertools.islice(_gentle(op), 0, None, 3):
        xs = list(map(mpf, operands))
        out, *slopes = TRUTH[op.name](*xs)
        names = dict(zip(op.parameters, xs)) | {"out": out} | dict(zip((f"d_{p}" for p in op.parameters), slopes))
        for (i, j), spelled in zip(pairs, _spelled(op.second, names, TRUE_FUNCTIONS), strict=True):
            true = mpmath.diff(partial(_slope_at, op.name, i, j, xs), xs[j])
            assert mpmath.almosteq(spelled, true, rel_eps=1e-14, abs_eps=1e-15), (op.name, operands, i, j)


@pytest.mark.parametrize("op", HIDDEN.values(), ids=lambda op: op.name)
def test_a_hidden_op_is_the_number_of_its_row_and_its_text(op: Op) -> None:
    """The slope as an op has the number of the row, and so have its own slopes."""
    for operands in itertools.islice(_gentle(op), 0, None, 5):
        node = LIBRARY[op.name](*map(autograd.Value, operands))
        value, *slopes = op.compute(*operands)
        assert all(map(_same, (node.data, *node.local_derivatives), (value, *slopes)))
        for position, number in enumerate(slopes):
            again = slope(node, position)
            assert number == 0.0 if again is None else _same(float(again), number), (op.name, operands, position)
    for base, position in ((row, i) for row in FIXED for i in range(len(row.parameters))):
        if op.name == slope_name(base.name, base.parameters, base.parameters[position]):
            assert all(op.compute(*xs)[0] == base.compute(*xs)[1 + position] for xs in _gentle(base))


@pytest.mark.parametrize("op", TABLE.values(), ids=lambda op: op.name)
def test_a_row_can_be_written(op: Op) -> None:
    names = {p.lstrip("*"): f"<{p}>" for p in op.parameters}
    for form in (op.text, op.latex):
        written = form.format(**names) if op.arity is not None else form
        assert op.arity is None or all(name in written for name in names.values())
    assert op.doc.endswith(".")
    assert op.symbol


def test_a_row_holds_only_what_can_be_translated() -> None:
    header = codegen.header()
    for op in FIXED:
        assert f"\nop_{op.name}(double {op.parameters[0]}" in header


# Kinks and zeros, as decided

KINKS: list[tuple[str, tuple[float, ...], tuple[float, ...]]] = [
    ("relu", (0.0,), (0.0, 0.0)),
    ("relu", (-0.0,), (0.0, 0.0)),
    ("abs", (0.0,), (0.0, 0.0)),
    ("abs", (-0.0,), (0.0, 0.0)),
    ("leaky_relu", (0.0, 0.01), (0.0, 0.01, 0.0)),
    ("leaky_relu", (0.0, -0.5), (0.0, 0.0, 0.0)),
    ("leaky_relu", (0.0, 3.0), (0.0, 1.0, 0.0)),
    ("max", (2.5, 2.5), (2.5, 0.5, 0.5)),
    ("min", (-2.5, -2.5), (-2.5, 0.5, 0.5)),
    ("max", (0.0, -0.0), (0.0, 0.5, 0.5)),
    ("max", (inf, inf), (inf, 0.5, 0.5)),
    ("sqrt", (0.0,), (0.0, inf)),
    ("cbrt", (0.0,), (0.0, inf)),
    ("hypot", (0.0, 0.0), (0.0, 0.0, 0.0)),
    ("log", (0.0,), (-inf, inf)),
    ("log1p", (-1.0,), (-inf, inf)),
    ("log2", (0.0,), (-inf, inf)),
    ("log10", (-0.0,), (-inf, inf)),
    ("asin", (1.0,), (math.pi / 2, inf)),
    ("acos", (-1.0,), (math.pi, -inf)),
    ("acosh", (1.0,), (0.0, inf)),
    ("atanh", (1.0,), (inf, inf)),
    ("atanh", (-1.0,), (-inf, inf)),
    ("div", (1.0, 0.0), (inf, inf, -inf)),
    ("div", (-1.0, 0.0), (-inf, inf, inf)),
    ("div", (0.0, 0.0), (nan, inf, nan)),
    ("atan2", (0.0, -1.0), (math.pi, -1.0, -0.0)),
    ("pow", (0.0, 2.0), (0.0, 0.0, 0.0)),
    ("pow", (0.0, 1.0), (0.0, 1.0, 0.0)),
    ("pow", (0.0, 0.0), (1.0, 0.0, nan)),
    ("pow", (0.0, -1.0), (inf, -inf, -inf)),
    ("pow", (0.0, 0.5), (0.0, inf, 0.0)),
    ("pow", (0.0, 3.5), (0.0, 0.0, 0.0)),
    ("pow", (0.0, -1.5), (inf, -inf, -inf)),
    ("pow", (-0.0, -2.0), (inf, inf, nan)),
    ("pow", (-2.0, -3.0), (-0.125, -0.1875, nan)),
    ("pow", (-2.0, 0.5), (nan, nan, nan)),
    ("pow", (-2.0, 0.0), (1.0, 0.0, nan)),
    ("where", (1.0, 3.0, inf), (3.0, 0.0, 1.0, 0.0)),
    ("where", (0.0, nan, 5.0), (5.0, 0.0, 0.0, 1.0)),
    ("where", (-0.0, nan, 5.0), (5.0, 0.0, 0.0, 1.0)),
    ("where", (nan, 3.0, 5.0), (3.0, 0.0, 1.0, 0.0)),
]


def _same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or a == b


@pytest.mark.parametrize("name, operands, expected", KINKS)
def test_kinks_are_as_decided(name: str, operands: tuple[float, ...], expected: tuple[float, ...]) -> None:
    got = TABLE[name].compute(*operands)
    assert len(got) == len(expected)
    assert all(map(_same, got, expected)), got


# Bad arguments

NASTY = [nan, inf, -inf, 0.0, -0.0, 5e-324, -5e-324, 1e-310, 1.0, -1.0, 0.5, -2.0, 3.0, 1e308, -1e308]
NUMPY = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative"}
IN_NUMPY = [op for op in FIXED if hasattr(np, op.numpy or NUMPY.get(op.name, op.name)) and op.name != "where"]


@pytest.mark.parametrize("op", TABLE.values(), ids=lambda op: op.name)
def test_no_row_ever_raises(op: Op) -> None:
    arity = op.arity or 3
    for operands in itertools.product(NASTY, repeat=arity):
        got = op.compute(*operands)
        assert len(got) == arity + 1
        assert all(type(x) is float for x in got), (operands, got)


@pytest.mark.parametrize("op", IN_NUMPY, ids=lambda op: op.name)
def test_bad_arguments_give_what_numpy_gives(op: Op) -> None:
    function = getattr(np, op.numpy or NUMPY.get(op.name, op.name))
    for operands in itertools.product(NASTY, repeat=len(op.parameters)):
        if op.name == "pow" and operands[1] == 0.5:
            continue  # numpy takes the square root, which differs from pow at -inf and -0
        if op.name == "sinc" and abs(operands[0]) >= 1.0:
            continue  # 0 at whole numbers and in the limit; numpy rounds the angle first
        with np.errstate(all="ignore"):
            expected = float(function(*operands))
        got = op.compute(*operands)[0]
        assert _same(got, expected) or math.isclose(got, expected, rel_tol=1e-14), (operands, got, expected)
        if expected == 0.0 and op.name not in ("max", "min"):
            assert math.copysign(1.0, got) == math.copysign(1.0, expected), (operands, got)


@by_row
def test_outside_its_domain_a_row_is_nan(op: Op) -> None:
    if op.name in ("lgamma", "digamma"):
        return  # which go on between the poles
    for low, high in op.domain[: op.arity == 1]:
        assert all(map(math.isnan, itertools.chain(*(op.compute(x) for x in NASTY if x < low or x > high))))
        assert math.isnan(op.compute(nan)[0])


# value and derivative at −inf, at +inf
LIMITS: dict[str, tuple[float, float, float, float]] = {
    "exp": (0.0, 0.0, inf, inf),
    "expm1": (-1.0, 0.0, inf, inf),
    "cbrt": (-inf, 0.0, inf, 0.0),
    "atan": (-math.pi / 2, 0.0, math.pi / 2, 0.0),
    "tanh": (-1.0, 0.0, 1.0, 0.0),
    "asinh": (-inf, 0.0, inf, 0.0),
    "sigmoid": (0.0, 0.0, 1.0, 0.0),
    "relu": (0.0, 0.0, inf, 1.0),
    "softplus": (0.0, 0.0, inf, 1.0),
    "silu": (0.0, 0.0, inf, 1.0),
    "gelu": (0.0, 0.0, inf, 1.0),
    "erf": (-1.0, 0.0, 1.0, 0.0),
    "erfc": (2.0, 0.0, 0.0, 0.0),
    "normal_cdf": (0.0, 0.0, 1.0, 0.0),
}


@pytest.mark.parametrize("name", LIMITS)
def test_infinities_give_the_limits(name: str) -> None:
    compute = TABLE[name].compute
    assert (*compute(-inf), *compute(inf)) == LIMITS[name]


def test_infinite_points_of_a_plane() -> None:
    assert TABLE["atan2"].compute(1.0, inf) == (0.0, 0.0, 0.0)
    assert TABLE["atan2"].compute(inf, -inf) == (3 * math.pi / 4, 0.0, 0.0)
    assert TABLE["hypot"].compute(nan, -inf)[0] == inf
    assert TABLE["hypot"].compute(3.0, inf)[:2] == (inf, 0.0)


def test_logsumexp_at_infinities() -> None:
    compute = TABLE["logsumexp"].compute
    assert compute(-inf, 2.0) == (2.0, 0.0, 1.0)
    assert compute(inf, 2.0)[0] == inf
    assert compute(-inf, -inf)[0] == -inf
    assert compute(inf, 2.0) == (inf, 1.0, 0.0)
    assert compute(inf, -inf, 1.0) == (inf, 1.0, 0.0, 0.0)
    assert compute(inf) == (inf, 1.0)
    assert compute(-inf) == (-inf, 1.0)
    assert compute(inf, 2.0, inf)[2] == 0.0
    assert all(map(math.isnan, (compute(inf, 2.0, inf)[1], *compute(-inf, -inf)[1:], *compute(inf, nan))))


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53).map(float),
    st.one_of(st.floats(), st.sampled_from([1.0, 3.0, -3.0, 0.1, 7.0])).filter(bool),
)
@example(1e16, 3.0)
@example(1e16, -3.0)
@example(-0.0, 5e-324)
def test_whole_quotients_and_remainders_are_pythons(x: float, y: float) -> None:
    found = [TABLE[name].compute(x, y)[0] for name in ("floor_divide", "remainder", "fmod")]
    assert list(map(repr, found)) == list(map(repr, (x // y, x % y, math.fmod(x, y))))
