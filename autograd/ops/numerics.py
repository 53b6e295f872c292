"""Numerics shared by the rows: constants, and functions whose straightforward form would lose digits.

Only `rows.py` calls these. Functions over floats are translated to C and JavaScript together with the rows.
"""

from __future__ import annotations

import cmath
import itertools
from collections.abc import Callable, Sequence
from typing import Final

from autograd.ops import ieee

SMALLEST_NORMAL: Final = 2.0**-1022
LN_2: Final = 0.6931471805599453
LN_10: Final = 2.302585092994046
TWO_OVER_SQRT_PI: Final = 1.1283791670955126
ONE_OVER_SQRT_PI: Final = 0.5641895835477563
ONE_OVER_SQRT_2PI: Final = 0.3989422804014327
ROOT_OF_ONE_OVER_SQRT_2PI: Final = 0.6316187777460647
SQRT_HALF: Final = 0.7071067811865476
SQRT_TWO: Final = 1.4142135623730951
SQRT_TWO_REST: Final = -9.667293313452913e-17  # √2 − SQRT_TWO
SQRT_HALF_REST: Final = -4.833646656726457e-17  # √½ − SQRT_HALF
SQRT_THIRD: Final = 0.5773502691896257
SQRT_THIRD_REST: Final = 3.3450280739356345e-17  # √⅓ − SQRT_THIRD
SILU_DIP: Final = -1.2784645427610737  # the minimum of silu
SILU_DIP_REST: Final = -1.0946994183093437e-16
EXP_SILU_DIP: Final = 0.2784645427610738
SELU_SCALE: Final = 1.0507009873554805
SELU_SCALE_ALPHA: Final = 1.7580993408473766
SPLITTER: Final = 134217729.0  # 2²⁷ + 1, Dekker 1971


# Bounds on the error of a row's value, in units of 2⁻⁵³


def exact(out: float, *operands: float) -> float:
    """Return 0: the result is exact."""
    return 0.0


def rounded(out: float, *operands: float) -> float:
    """Return the error of a result that is rounded once."""
    return abs(out)


def rounding_of_sum(out: float, *xs: float) -> float:
    """Return the error of a sum from left to right, in which each partial sum is rounded."""
    return sum(map(abs, itertools.accumulate(xs[1:], initial=xs[0]))) - abs(xs[0]) if xs else 0.0


def rounding_of_mean(out: float, *xs: float) -> float:
    """Return the error of a sum divided by the number of its terms."""
    return rounding_of_sum(out, *xs) / len(xs) + abs(out)


def rounding_of_dot(out: float, *operands: float) -> float:
    """Return the error of a sum of products from left to right."""
    n = len(operands) // 2
    products = [w * x for w, x in zip(operands[:n], operands[n : 2 * n], strict=True)]
    return sum(map(abs, products)) + rounding_of_sum(out, *products, operands[-1])


def rounding_of_logsumexp(out: float, *xs: float) -> float:
    """Return the error of the logarithm of a sum of n terms, added to the largest."""
    return 2.0 * (4.0 + 0.5 * len(xs)) * (abs(out) if abs(out) > 1.0 else 1.0)


# Functions used by rows


def reciprocal(x: float) -> float:
    """1/x for x ≥ 0, inf at either zero, nan below: the slope of a logarithm."""
    return ieee.div(1.0, abs(x)) if x >= 0.0 else ieee.nan


def quotient_slope(x: float, y: float, out: float) -> float:
    """Return ∂(x/y)/∂y; a subnormal quotient has lost digits, which dividing by a small y would expose."""
    return -x / (y * y) if abs(out) < SMALLEST_NORMAL and 1e-100 < abs(y) < 1.0 else ieee.div(-out, y)


def cube_root(x: float) -> float:
    """Newton's step from pow's estimate, in a range where y³ is a normal number."""
    tiny, huge = abs(x) < 1e-200, abs(x) > 1e200
    scaled = x * 2.0**300 if tiny else x * 2.0**-300 if huge else x
    y = ieee.copysign(ieee.pow(abs(scaled), 1.0 / 3.0), scaled)
    root = y - (y * y * y - scaled) / (3.0 * y * y)
    return root * 2.0**-100 if tiny else root * 2.0**100 if huge else root


def atan_slope(x: float) -> float:
    """Return 1/(1 + x²)."""
    return 1.0 / (1.0 + x * x) if abs(x) < 1e100 else 1.0 / x / x


def asinh_slope(x: float) -> float:
    """Return 1/√(1 + x²)."""
    return 1.0 / ieee.sqrt(1.0 + x * x) if abs(x) < 1e100 else 1.0 / abs(x)


def power_slope(x: float, y: float, out: float) -> float:
    """∂(x**y)/∂x; where x**y isn't a normal number the slope may be, and is computed through the root of x**y."""
    sign = ieee.copysign(1.0, out) * ieee.copysign(1.0, x)
    return (
        0.0
        if y == 0.0 or (out == 0.0 and abs(y) == ieee.inf)
        else 2.0 * x
        if y == 2.0
        else y * ieee.pow(x, y - 1.0)
        if x == 0.0 or abs(x) == ieee.inf or out != out
        else y * out / x
        if 1e-290 < abs(out) < 1e290
        else sign * (y * ieee.pow(abs(x), 0.5 * y)) * (ieee.pow(abs(x), 0.5 * y) / abs(x))
    )


def power_growth(x: float, y: float, out: float) -> float:
    """∂(x**y)/∂y, through the root of x**y where that isn't a normal number."""
    half = 0.0 if 1e-290 < abs(out) < 1e290 else ieee.pow(abs(x), 0.5 * y)
    return (
        ieee.nan
        if x < 0.0 or (x == 0.0 and (y == 0.0 or (y < 0.0 and ieee.copysign(1.0, x) < 0.0)))
        else -ieee.inf
        if x == 0.0 and y < 0.0
        else 0.0
        if x == 0.0 or (out == 0.0 and abs(y) == ieee.inf)
        else out * ieee.log(x)
        if 1e-290 < abs(out) < 1e290
        else 0.0
        if half == 0.0
        else half * ieee.log(x) * half
    )


def power_over(x: float, y: float, n: float) -> float:
    """x to the y − n; where y − n is inexact, x to the y divided by x n times, as |ln x| would magnify its rounding."""
    exponent = y - n
    direct = exponent + n == y or x == 0.0 or abs(x) == ieee.inf or n > 3.0
    once = 0.0 if direct else ieee.div(ieee.pow(x, y), x)
    twice = ieee.div(once, x) if n >= 2.0 else once
    return ieee.pow(x, exponent) if direct else ieee.div(twice, x) if n >= 3.0 else twice


def scale(x: float, y: float) -> float:
    """Return a power of two that keeps x² + y² clear of overflow and underflow."""
    largest = abs(x) if abs(x) > abs(y) else abs(y)
    return 2.0**600 if largest < 2.0**-500 else 2.0**-600 if largest > 2.0**500 else 1.0


def length(x: float, y: float) -> float:
    """Return the length of (x, y) times `scale(x, y)`, which neither overflows nor loses digits."""
    by = scale(x, y)
    return ieee.sqrt((x * by) * (x * by) + (y * by) * (y * by))


def cosine(x: float, y: float) -> float:
    """x / √(x² + y²), the cosine of the angle of (x, y); 0 for infinite lengths."""
    whole = length(x, y)
    return 0.0 if whole == ieee.inf else ieee.div(x * scale(x, y), whole)


def over_length(part: float, whole: float) -> float:
    """part / whole, 0 where whole is 0."""
    return 0.0 if whole == 0.0 else part / whole


def direction(x: float, y: float) -> float:
    """x / √(x² + y²), 0 for lengths of 0 and of infinity."""
    return 0.0 if x == 0.0 and y == 0.0 else cosine(x, y)


def lift(x: float, y: float) -> float:
    """Return a power of two by which x, negligible beside y, may be scaled so that its quotients keep their digits."""
    return 2.0**200 if abs(x) < 2.0**-800 and scale(x, y) == 1.0 else 1.0


def times_power(factor: float, x: float, y: float, n: float) -> float:
    """factor · x to the y − n, where the power alone may overflow or lose digits as a subnormal number."""
    power = power_over(x, y, n)
    normal = 1e-290 < abs(power) < 1e290 or x == 0.0 or abs(x) == ieee.inf or power != power
    exact = (y - n) + n == y
    root = (
        1.0
        if normal
        else ieee.pow(abs(x), 0.5 * y - 0.5 * n)
        if exact
        else ieee.div(ieee.pow(abs(x), 0.5 * y), ieee.pow(abs(x), 0.5 * n))
    )
    negative = ieee.copysign(1.0, power) < 0.0
    # Whatever the factor: one that overflows is a power of y, and x isn't as near to 1 as to make up for it.
    unbounded = abs(x) == ieee.inf or abs(y) == ieee.inf or abs(factor) == ieee.inf
    vanishes = power == 0.0 and (x == 0.0 or unbounded)
    return (
        0.0
        if factor == 0.0 or vanishes
        else factor * power
        if normal
        else factor * root * (-root if negative else root)
    )


def square_less_one(factor: float, x: float, slope: float, root: float, rest: float) -> float:
    """(factor·x² − 1)·slope², which keeps its digits near its zeros ±(root + rest), and where x² overflows."""
    near, ratio = abs(x) - root - rest, x * slope
    return (
        factor * near * (abs(x) + root) * slope * slope if abs(near) < 0.25 else factor * ratio * ratio - slope * slope
    )


def power_mixed(x: float, y: float) -> float:
    """Third derivative of x to the y for x twice and y, over x to the y − 2; what is multiplied by 0 is nothing."""
    curvature = y * (y - 1.0)
    return 2.0 * y - 1.0 + (0.0 if curvature == 0.0 else curvature * ieee.log(x))


def cosine_at_infinity(x: float, y: float) -> float:
    """x / length of (x, y), where at least one is infinite; nan where both are."""
    return ieee.copysign(1.0 if abs(y) < ieee.inf else ieee.nan, x) if abs(x) == ieee.inf else 0.0


def hypot_slope(x: float, y: float, out: float) -> float:
    """x / hypot(x, y), where `out` is hypot(x, y); 0 where that is 0."""
    by, whole = scale(x, y), length(x, y)
    # Scaling down may lose a small operand, scaling up doesn't.
    scaled = by > 1.0 or out == ieee.inf
    return (
        0.0 if out == 0.0 else cosine_at_infinity(x, y) if whole == ieee.inf else x * by / whole if scaled else x / out
    )


def whole(x: float) -> float:
    """Return the nearest whole number, the lower of two."""
    below = ieee.floor(x)
    return below + 1.0 if x - below > 0.5 else below


def remainder(x: float, y: float) -> float:
    """x % y as Python has it: with the sign of y."""
    rest = ieee.fmod(x, y)
    return (
        ieee.copysign(0.0, y)
        if rest == 0.0
        else rest + y
        if (rest < 0.0 and y > 0.0) or (rest > 0.0 and y < 0.0)
        else rest
    )


def floor_divide(x: float, y: float) -> float:
    """x // y as Python has it; ±inf or nan where y is 0."""
    rest = ieee.fmod(x, y)
    below = (rest < 0.0 and y > 0.0) or (rest > 0.0 and y < 0.0)
    out = whole(ieee.div(x - rest, y) - (1.0 if below else 0.0))
    return ieee.div(x, y) if y == 0.0 else ieee.copysign(0.0, ieee.div(x, y)) if out == 0.0 else out


def upper_bits(x: float) -> float:
    """Return the upper 26 bits of x, so that products with them are exact (Dekker 1971)."""
    wide = SPLITTER * x
    return wide - (wide - x)


def exp_minus_square(x: float, factor: float) -> float:
    """exp(−factor·x²), factor a power of two, with the rounding error of x² compensated."""
    high = upper_bits(x)
    return 0.0 if abs(x) > 40.0 else ieee.exp(-factor * high * high) * ieee.exp(-factor * (x - high) * (x + high))


def normal_density(x: float) -> float:
    """Density of the standard normal distribution."""
    return ONE_OVER_SQRT_2PI * exp_minus_square(x, 0.5)


def times_normal_density(factor: float, x: float) -> float:
    """factor · density, computed through the root of the density, which may be subnormal."""
    root = ROOT_OF_ONE_OVER_SQRT_2PI * exp_minus_square(x, 0.25)
    return factor * normal_density(x) if abs(x) < 37.0 else 0.0 if root == 0.0 else factor * root * root


def times_error_density(factor: float, x: float) -> float:
    """factor · 2/√π · exp(−x²), where that may be subnormal."""
    root = exp_minus_square(x, 0.5)
    return (
        TWO_OVER_SQRT_PI * factor * exp_minus_square(x, 1.0)
        if abs(x) < 26.0
        else 0.0
        if root == 0.0
        else TWO_OVER_SQRT_PI * factor * root * root
    )


def times_sigmoid_slope(factor: float, x: float) -> float:
    """factor · e^−|x|/(1 + e^−|x|)², where e^−|x| may be subnormal."""
    e, root = ieee.exp(-abs(x)), ieee.exp(-0.5 * abs(x))
    return factor * e / ((1.0 + e) * (1.0 + e)) if abs(x) < 690.0 else 0.0 if root == 0.0 else factor * root * root


def normal_cdf(x: float) -> float:
    """½ erfc(−x/√2), corrected for the rounding of x/√2, which the steep flank of erfc would magnify."""
    t = x * SQRT_HALF
    high, factor = upper_bits(x), upper_bits(SQRT_HALF)
    error = (high * factor - t) + high * (SQRT_HALF - factor) + (x - high) * factor
    rest = error + (x - high) * (SQRT_HALF - factor) + x * SQRT_HALF_REST
    value = 0.5 * ieee.erfc(-t)
    return value if abs(x) > 40.0 else value + ONE_OVER_SQRT_PI * ieee.exp(-t * t) * rest


def tail_ratio(x: float) -> float:
    """|x|·normal_cdf(x)/density for x < −37, by its asymptotic series."""
    s = 1.0 / (x * x)
    return 1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s * (1.0 - 9.0 * s * (1.0 - 11.0 * s)))))


def exp_difference(x: float, y: float) -> float:
    """exp(x − y) for x ≤ y, corrected for the rounding of x − y (Knuth's two-sum)."""
    difference = x - y
    back = difference - x
    error = (x - (difference - back)) - (y + back)
    e = ieee.exp(difference)
    return e if difference == -ieee.inf else e + e * error


def first_largest(xs: Sequence[float]) -> int:
    """Index of the first largest entry; of the first nan if there is one."""
    top = 0
    for i, x in enumerate(xs):
        if x != x:
            return i
        if x > xs[top]:
            top = i
    return top


def weight_at_infinity(x: float, largest: float, rest: float) -> float:
    """Softmax weight of x if the largest is infinite: 1 of one infinite term, 0 below it; nan for several, or a nan.

    The exp_difference of the others from the largest add up to `rest`, which is nan if several are infinite.
    """
    return 0.0 if x < largest else 1.0 if x == largest and rest == 0.0 else ieee.nan


def portion(x: float, y: float) -> float:
    """x / (x + y) of nonnegative numbers, of which one may be infinite."""
    return 0.0 if x == 0.0 else 1.0 if x == ieee.inf and y < ieee.inf else ieee.div(x, x + y)


# The ops over complex numbers, up to a constant on each side of a kink, for the complex-step derivative.

Analytic = Callable[..., complex]


def by_sign(positive: Analytic, negative: Analytic) -> Analytic:
    """Return a function that dispatches on the sign of the first operand."""
    return lambda x, *rest: (positive if x.real > 0 else negative)(x, *rest)


def same(x: complex, *_: complex) -> complex:
    """Return the first operand."""
    return x


def complex_angle(y: complex, x: complex) -> complex:
    """Analytic atan2."""
    return cmath.atan(y / x) if abs(x.real) >= abs(y.real) else -cmath.atan(x / y)


def complex_hypot(x: complex, y: complex) -> complex:
    """Analytic hypot."""
    size = 1e-150 if max(abs(x.real), abs(y.real)) < 1e-100 else 1.0
    return size * cmath.sqrt((x / size) ** 2 + (y / size) ** 2)


def complex_sigmoid(x: complex) -> complex:
    """Analytic sigmoid, without overflow."""
    e = cmath.exp(-x if x.real > 0 else x)
    return (1.0 if x.real > 0 else e) / (1.0 + e)


def complex_softplus(x: complex) -> complex:
    """Analytic softplus, without overflow."""
    return (x if x.real > 0 else 0.0) + cmath.log(1.0 + cmath.exp(-x if x.real > 0 else x))


def complex_logsumexp(*xs: complex) -> complex:
    """Analytic logsumexp, without overflow."""
    top = max(x.real for x in xs)
    return top + cmath.log(sum(cmath.exp(x - top) for x in xs))


def complex_dot(*operands: complex) -> complex:
    """Analytic dot: all w, all x, the bias."""
    n = len(operands) // 2
    return sum((w * x for w, x in zip(operands[:n], operands[n : 2 * n])), operands[-1])
