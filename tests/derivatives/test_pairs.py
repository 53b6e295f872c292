"""Ops of two operands at orders 0 to 3 on a grid of hard pairs: huge, tiny, subnormal, mixed; against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement, product
from math import inf
from typing import Any, Final, TypeAlias

import mpmath
import pytest
from mpmath import mp, mpf

import autograd as ag
from autograd import Value
from autograd.ops import TABLE
from tests.derivatives.test_every_way import ulps

mp.dps = 60

Terms: TypeAlias = "tuple[Any, ...]"  # whose sum is the derivative
Form: TypeAlias = "Callable[[Any, Any], Sequence[Sequence[Terms]]]"  # by order, then by operands, in order

SIZES: Final = [
    5e-324, 3e-310, 2.2250738585072014e-308, 1e-200, 1e-100, 1e-20, 1e-8, 0.3, 1.0, 1.5, 7.0, 1e3, 1e8, 1e100, 1e200,
    8.9e307, 1.7976931348623157e308,
]  # fmt: skip
SIGNED: Final = [sign * size for size in SIZES for sign in (1.0, -1.0)]
EXPONENTS: Final = [-310.0, -3.5, -2.0, -1.0, -0.5, 1e-9, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 7.3, 31.0, 308.0]


def _hypot(x: Any, y: Any) -> Sequence[Sequence[Terms]]:
    r = mpmath.hypot(x, y)
    return (
        [(r,)],
        [(x / r,), (y / r,)],
        [(y * y / r**3,), (-x * y / r**3,), (x * x / r**3,)],
        [
            (-3 * x * y * y / r**5,), (2 * x * x * y / r**5, -(y**3) / r**5),
            (2 * y * y * x / r**5, -(x**3) / r**5), (-3 * x * x * y / r**5,),
        ],
    )  # fmt: skip


def _atan2(y: Any, x: Any) -> Sequence[Sequence[Terms]]:
    s = x * x + y * y
    return (
        [(mpmath.atan2(y, x),)],
        [(x / s,), (-y / s,)],
        [(-2 * x * y / s**2,), (y * y / s**2, -x * x / s**2), (2 * x * y / s**2,)],
        [
            (6 * x * y * y / s**3, -2 * x**3 / s**3), (6 * x * x * y / s**3, -2 * y**3 / s**3),
            (2 * x**3 / s**3, -6 * x * y * y / s**3), (2 * y**3 / s**3, -6 * x * x * y / s**3),
        ],
    )  # fmt: skip


def _pow(x: Any, y: Any) -> Sequence[Sequence[Terms]]:
    log = mpmath.log(x)
    return (
        [(x**y,)],
        [(y * x ** (y - 1),), (x**y * log,)],
        [(y * (y - 1) * x ** (y - 2),), (x ** (y - 1), y * log * x ** (y - 1)), (x**y * log**2,)],
        [
            (y * (y - 1) * (y - 2) * x ** (y - 3),),
            (2 * y * x ** (y - 2), -(x ** (y - 2)), y * (y - 1) * log * x ** (y - 2)),
            (2 * log * x ** (y - 1), y * log**2 * x ** (y - 1)), (x**y * log**3,),
        ],
    )  # fmt: skip


def _logaddexp(x: Any, y: Any) -> Sequence[Sequence[Terms]]:
    p, q = (1 / (1 + mpmath.exp(z)) for z in (y - x, x - y))
    log = mpmath.log1p(mpmath.exp(-abs(x - y)))
    third = p * q * mpmath.tanh((y - x) / 2)
    return (
        [(max(x, y), log)], [(p,), (q,)], [(p * q,), (-p * q,), (p * q,)], [(third,), (-third,), (third,), (-third,)],
    )  # fmt: skip


def _logsumexp(x: Any, y: Any) -> Sequence[Sequence[Terms]]:
    """Its weights are those of any number of terms, whose difference is taken."""
    *lower, [(third,), *_] = _logaddexp(x, y)
    p, q = (1 / (1 + mpmath.exp(z)) for z in (y - x, x - y))
    rest = p * q * min(p, q)
    return *lower, [(sign * third - rest, rest) for sign in (1, -1, 1, -1)]


def _div(x: Any, y: Any) -> Sequence[Sequence[Terms]]:
    return (
        [(x / y,)], [(1 / y,), (-x / y**2,)], [(mpf(0),), (-1 / y**2,), (2 * x / y**3,)],
        [(mpf(0),), (mpf(0),), (2 / y**3,), (-6 * x / y**4,)],
    )  # fmt: skip


def _elu(x: Any, alpha: Any) -> Sequence[Sequence[Terms]]:
    if x > 0:
        return _linear((x,), 1, 0)
    e, zero = mpmath.exp(x), (mpf(0),)
    return (
        [(alpha * mpmath.expm1(x),)], [(alpha * e,), (mpmath.expm1(x),)], [(alpha * e,), (e,), zero],
        [(alpha * e,), (e,), zero, zero],
    )  # fmt: skip


def _linear(value: Terms, *slopes: Any, mixed: float = 0.0) -> Sequence[Sequence[Terms]]:
    """What has constant slopes, or slopes that are the other operand."""
    zero = (mpf(0),)
    return [value], [(mpf(slope),) for slope in slopes], [zero, (mpf(mixed),), zero], [zero] * 4


def _quotient(x: Any, y: Any) -> Any:
    with mpmath.workdps(700):
        return mpmath.floor(x / y)


def _truncated(x: Any, y: Any) -> Any:
    with mpmath.workdps(700):
        return mpmath.sign(x) * mpmath.sign(y) * mpmath.floor(abs(x) / abs(y))


def _rest(x: Any, y: Any, whole: Any) -> Sequence[Sequence[Terms]]:
    with mpmath.workdps(700):
        return _linear((+(x - whole * y),), 1, -whole)


FORMS: Final[dict[str, Form]] = {
    "add": lambda x, y: _linear((x, y), 1, 1),
    "sub": lambda x, y: _linear((x, -y), 1, -1),
    "mul": lambda x, y: _linear((x * y,), y, x, mixed=1.0),
    "div": _div,
    "pow": _pow,
    "hypot": _hypot,
    "atan2": _atan2,
    "logaddexp": _logaddexp,
    "fmod": lambda x, y: _rest(x, y, _truncated(x, y)),
    "remainder": lambda x, y: _rest(x, y, _quotient(x, y)),
    "floor_divide": lambda x, y: _linear((_quotient(x, y),), 0, 0),
    "max": lambda x, y: _linear((max(x, y),), x > y, y > x),
    "min": lambda x, y: _linear((min(x, y),), x < y, y < x),
    "leaky_relu": lambda x, slope: _linear((x,), 1, 0) if x > 0 else _linear((slope * x,), slope, x, mixed=1.0),
    "elu": _elu,
}
FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], Form]]] = {
    **{name: (getattr(ag, name), form) for name, form in FORMS.items()},
    "where, first": (lambda x, y: ag.where(1.0, x, y), lambda x, y: _linear((x,), 1, 0)),
    "where, second": (lambda x, y: ag.where(0.0, x, y), lambda x, y: _linear((y,), 0, 1)),
    "clip below": (
        lambda x, y: ag.clip(x, y, inf), lambda x, y: _linear((max(x, y),), x > y, y > x)
    ),
    "clip above": (
        lambda x, y: ag.clip(x, -inf, y), lambda x, y: _linear((min(x, y),), x < y, y < x)
    ),
    "logsumexp": (lambda x, y: ag.logsumexp([x, y]), _logsumexp),
    "prod": (lambda x, y: ag.prod([x, y]), lambda x, y: _linear((x * y,), y, x, mixed=1.0)),
    "max of three": (lambda x, y: ag.max([x, y, -inf]), lambda x, y: _linear((max(x, y),), x > y, y > x)),
    "dot": (lambda x, y: ag.dot([x], [y]), lambda x, y: _linear((x * y,), y, x, mixed=1.0)),
}  # fmt: skip
# Errors in ulp of the result or of the largest of the terms that are added; the first two orders are the row's.
BOUNDS: Final = {2: 8.0, 3: 16.0}


def derivatives(f: Callable[..., Any], x: float, y: float) -> list[list[float]]:
    """Return the value, and the derivatives of orders 1 to 3 for each choice of operands, in order."""
    leaves = [Value(x), Value(y)]
    found: list[dict[tuple[int, ...], Any]] = [{(): f(*leaves)}]
    for order in (1, 2, 3):
        level: dict[tuple[int, ...], Any] = {}
        for chosen in combinations_with_replacement((0, 1), order):
            before = found[-1][chosen[:-1]]
            level[chosen] = ag.gradients(before, leaves[chosen[-1]], create_graph=True)
        found.append(level)
    return [[float(x) for x in level.values()] for level in found]


def pairs(name: str) -> list[tuple[float, float]]:
    if name == "pow":
        return [*product(SIZES, EXPONENTS)]
    return [(x, y) for x, y in product(SIGNED, SIGNED[::5]) if x != y and x != -y]


def errors(name: str) -> dict[int, tuple[float, Any]]:
    """By order the largest error, and where it is."""
    f, form = FUNCTIONS[name]
    worst: dict[int, tuple[float, Any]] = dict.fromkeys(range(4), (0.0, None))
    for x, y in pairs(name):
        for order, (got, truth) in enumerate(zip(derivatives(f, x, y), form(mpf(x), mpf(y)), strict=True)):
            for place, (number, terms) in enumerate(zip(got, truth, strict=True)):
                true = sum(terms)
                error = ulps(number, true, max(map(abs, terms)))
                if error > worst[order][0]:
                    worst[order] = error, (x, y, place, number, mpmath.nstr(true, 17))
    return worst


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_of_hard_pairs(name: str) -> None:
    for order, (error, where) in errors(name).items():
        row = TABLE.get(name.split()[0].rstrip(","))
        bound = BOUNDS.get(order, row.ulp if row is not None and math.isfinite(row.ulp) else 4.0)
        assert error <= bound, (name, order, error, where)


def test_every_row_of_two_operands_has_a_form() -> None:
    assert set(FORMS) == {op.name for op in TABLE.values() if op.arity == 2}


# Zeros of both signs, infinities and subnormal numbers: limits, taken with numbers far beyond the range of floats

SPECIAL: Final = [0.0, -0.0, inf, -inf, 5e-324, -5e-324, 0.7, -2.5, 1.0]
FAR: Final = [mpf(10) ** 400, mpf(10) ** 800, mpf(10) ** 1600]
NEARER: Final = [mpf(10) ** 3, mpf(10) ** 6, mpf(10) ** 12]  # of which exponentials can be taken
EXPONENTIAL: Final = ("pow", "logaddexp", "elu")
ROUTES: Final = [(1, 1), (1, 2), (2, 1), (1, 3), (3, 1)]  # how fast each of two operands goes to its end


def towards(x: float, far: Any) -> Any:
    """Return the number that stands for a float, on the way to it if it is a 0 or an infinity."""
    if x == 0.0:
        return math.copysign(1.0, x) / far
    return math.copysign(1.0, x) * far if math.isinf(x) else mpf(x)


def limit(numbers: Sequence[Any]) -> Any:
    """Return the limit of a sequence, of which each number is as far from the one before; None if there is none."""
    _, before, last = numbers
    if abs(last - before) <= mpf(10) ** -25 * abs(last):
        return last if abs(last) < mpf(10) ** 350 else mpmath.sign(last) * mpmath.inf
    if abs(last) > 1.5 * abs(before) > 0:
        return mpmath.sign(last) * mpmath.inf
    return mpf(0) if abs(last) < 0.7 * abs(before) else None


def limits(name: str, x: float, y: float) -> list[list[Any]]:
    """Return the value and derivatives as limits, which must agree on all routes; None if there is none."""
    ends = [z == 0.0 or math.isinf(z) for z in (x, y)]
    far = NEARER if name in EXPONENTIAL else FAR
    routes = []
    for p, q in ROUTES if all(ends) else ROUTES[:1]:
        steps = [FUNCTIONS[name][1](towards(x, t**p), towards(y, t**q)) for t in far]
        routes.append([[limit([*map(sum, each)]) for each in zip(*level)] for level in zip(*steps)])
    return [[one[0] if len({*map(_rounded, one)}) == 1 else None for one in zip(*level)] for level in zip(*routes)]


def _rounded(x: Any) -> str:
    return mpmath.nstr(x, 20) if x is not None else "None"


def by_convention(name: str, x: float, y: float) -> bool:
    """Return whether the derivative there is a convention: at kinks, for terms of the same infinity, at 0⁰, 1^∞."""
    if name == "pow":
        return abs(y) < 1e-300 or (x == 1.0 and math.isinf(y)) or math.copysign(1.0, x) < 0.0
    return x == 0.0 if name in ("elu", "leaky_relu") else x == y and name in ("max", "min", "logaddexp")


@pytest.mark.parametrize("name", [n for n in FORMS if n not in ("fmod", "remainder", "floor_divide")])
def test_limits_of_pairs_with_zeros_infinities_and_subnormal_numbers(name: str) -> None:
    tested = 0
    for x, y in product(SPECIAL, SPECIAL):
        if by_convention(name, x, y) or not any(z == 0.0 or math.isinf(z) for z in (x, y)):
            continue
        expected = limits(name, x, y)
        if expected[0][0] is None:  # of inf − inf, 0 / 0 and their like
            continue
        for order, (got, truth) in enumerate(zip(derivatives(FUNCTIONS[name][0], x, y), expected, strict=True)):
            for place, (number, true) in enumerate(zip(got, truth, strict=True)):
                if true is not None:
                    tested += 1
                    assert ulps(number, true) <= BOUNDS.get(order, 8.0), (name, order, place, x, y, number, true)
    assert tested > 100


LENGTHS: Final[dict[str, tuple[Callable[..., Any], float]]] = {
    "hypot": (ag.hypot, 0.0),
    "three": (lambda x, y: ag.hypot(ag.hypot(x, y), 0.0), 0.0),
    "deviation": (lambda x, y: ag.std([x, y]), 1.5),
    "of a sample": (lambda x, y: ag.std([x, y, 1.5], ddof=1), 1.5),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_where_a_length_is_0_derivatives_are_0_as_along_each_line(name: str) -> None:
    f, at = LENGTHS[name]
    assert derivatives(f, at, at) == [[0.0], [0.0] * 2, [0.0] * 3, [0.0] * 4]
    assert ag.hessian(f, (0, 1))(at, at) == ag.compile(ag.hessian(f, (0, 1)))(at, at) == ((0.0, 0.0), (0.0, 0.0))
    assert ag.hvp(f, (0, 1))(at, at, (1.0, -2.0)) == (0.0, 0.0)
    assert ag.derivative(lambda t: f(at + t, at - 2.0 * t), 2)(0.0) == 0.0
