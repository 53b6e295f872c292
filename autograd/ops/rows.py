"""The rows: one function per op.

A row maps plain floats to the value and the local derivative for each operand. It is straight-line code (assignments,
conditional expressions, arithmetic, calls of `ieee` and `numerics`), so that `autograd.codegen` can write it in C and
JavaScript: every backend computes one formula. What a function can't express (how the op is written, its derivative as
text, domain, kinks, accuracy) is given in the decorator; `table.Op` explains each field.

A derivative is stated once, as the *number* that the function returns, which loses no digits; `textbook` is its form in
textbooks. For higher orders, an op with that number as its value is differentiated, see `slopes.py`; `second` states
the derivative of that op.
"""

from __future__ import annotations

import cmath
import math
import operator
from typing import Final

from autograd.ops import ieee, numerics
from autograd.ops.ieee import inf
from autograd.ops.numerics import exact, rounded
from autograd.ops.table import POSITIVE, POWER, PRODUCT, REAL, SIGN, SUM, UNIT, row

# Arithmetic


@row("1", "1", operator="+", symbol="+", text="{x} + {y}", precedence=SUM, commutes=True, regular=True,
     cheap_slopes=True, rounding=rounded)  # fmt: skip
def add(x: float, y: float) -> tuple[float, float, float]:
    """x + y."""
    return x + y, 1.0, 1.0


@row("1", "-1", operator="-", symbol="−", text="{x} - {y}", precedence=SUM, regular=True, cheap_slopes=True,
     rounding=rounded)  # fmt: skip
def sub(x: float, y: float) -> tuple[float, float, float]:
    """x − y."""
    return x - y, 1.0, -1.0


@row("y", "x", operator="*", symbol="×", text="{x}*{y}", latex=r"{x} \cdot {y}", precedence=PRODUCT, commutes=True,
     regular=True, cheap_slopes=True, rounding=rounded)  # fmt: skip
def mul(x: float, y: float) -> tuple[float, float, float]:
    """x · y."""
    return x * y, y, x


@row("1/y", "-x/y**2", graph=("1/y", "div_slope_y(x, y)"), second=("0", "-d_x/y", "div_second_yy(x, y)"), operator="/",
     symbol="÷", text="{x}/{y}", latex=r"\frac{{{x}}}{{{y}}}", precedence=PRODUCT, kinks="y == 0", cheap_slopes=True,
     analytic=operator.truediv, rounding=rounded)  # fmt: skip
def div(x: float, y: float) -> tuple[float, float, float]:
    """x / y; ±inf or nan where y is 0."""
    out = ieee.div(x, y)
    return out, ieee.div(1.0, y), numerics.quotient_slope(x, y, out)


@row("-1", operator="-", symbol="−", text="-{x}", precedence=SIGN, regular=True, cheap_slopes=True, rounding=exact)
def neg(x: float) -> tuple[float, float]:
    """−x."""
    return -x, -1.0


@row("y*x**(y - 1)", "out*log(x)",
     second=("pow_second_xx(x, y)", "pow_second_xy(x, y)", "pow_second_yy(x, y)"),
     operator="**", symbol="^", text="{x}**{y}", latex="{x}^{{{y}}}", precedence=POWER, numpy="power",
     domain=(POSITIVE, REAL), kinks="x == 0 and (y < 0 or y != floor(y))")  # fmt: skip
def pow(x: float, y: float) -> tuple[float, float, float]:
    """x to the y, as IEEE 754's pow."""
    out = x * x if y == 2.0 else ieee.pow(x, y)
    return out, numerics.power_slope(x, y, out), numerics.power_growth(x, y, out)


@row("(x > 0) - (x < 0)", symbol="|x|", text="|{x}|", latex=r"\left|{x}\right|", numpy="absolute", kinks="x == 0",
     selects=True, regular=True, cheap_slopes=True, analytic=numerics.by_sign(operator.pos, operator.neg),
     rounding=exact)  # fmt: skip
def abs_(x: float) -> tuple[float, float]:
    """Absolute value; its derivative at 0 is 0."""
    return abs(x), 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else ieee.nan


@row("-1/x**2", second=("-2*(d_x/x)",), symbol="1/x", text="1/{x}", latex=r"\frac{{1}}{{{x}}}", precedence=PRODUCT,
     kinks="x == 0", analytic=lambda x: 1 / x)  # fmt: skip
def reciprocal(x: float) -> tuple[float, float]:
    """1 / x; ±inf at ±0."""
    out = ieee.div(1.0, x)
    return out, -out * out


@row("0", kinks="x == 0", jumps=True, selects=True, regular=True, cheap_slopes=True,
     analytic=numerics.by_sign(lambda x: 1, lambda x: -1))  # fmt: skip
def sign(x: float) -> tuple[float, float]:
    """1 above 0, −1 below, 0 at 0; its derivative is 0."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x, 0.0


WHOLE_QUOTIENT: Final = "sin(pi*div(x, y)) == 0 or y == 0"


@row("1", "-(x - out)/y", graph=("1", "-whole_quotient(x, y)"), symbol="fmod", kinks=WHOLE_QUOTIENT, jumps=True)
def fmod(x: float, y: float) -> tuple[float, float, float]:
    """Remainder of x / y with the sign of x, as C's fmod; nan where y is 0."""
    out = ieee.fmod(x, y)
    return out, 1.0, -numerics.whole(ieee.div(x - out, y))


@row("1", "-floor_divide(x, y)", operator="%", symbol="mod", text="{x} % {y}", latex=r"{x} \bmod {y}",
     precedence=PRODUCT, numpy="mod", kinks=WHOLE_QUOTIENT, jumps=True)  # fmt: skip
def remainder(x: float, y: float) -> tuple[float, float, float]:
    """Remainder of x / y with the sign of y, as Python's %; nan where y is 0."""
    return numerics.remainder(x, y), 1.0, -numerics.floor_divide(x, y)


@row("0", "0", operator="//", symbol="//", text="{x} // {y}",
     latex=r"\left\lfloor \frac{{{x}}}{{{y}}} \right\rfloor", precedence=PRODUCT, kinks=WHOLE_QUOTIENT, jumps=True,
     selects=True)  # fmt: skip
def floor_divide(x: float, y: float) -> tuple[float, float, float]:
    """Largest whole number that is at most x / y, as Python's //; its derivatives are 0."""
    return numerics.floor_divide(x, y), 0.0, 0.0


# Exponentials, logarithms, roots


@row("out", latex="e^{{{x}}}", cheap_slopes=True)
def exp(x: float) -> tuple[float, float]:
    """e to the x."""
    out = ieee.exp(x)
    return out, out


@row("log(2)*out", second=("log(2)*d_x",), latex="2^{{{x}}}")
def exp2(x: float) -> tuple[float, float]:
    """2 to the x."""
    out = ieee.pow(2.0, x)
    return out, numerics.LN_2 * out


@row("out + 1", graph=("exp(x)",), latex=r"\left(e^{{{x}}} - 1\right)", analytic=cmath.exp)
def expm1(x: float) -> tuple[float, float]:
    """e to the x, minus 1, accurate near 0."""
    return ieee.expm1(x), ieee.exp(x)


@row("1/x", second=("-d_x*d_x",), symbol="ln", latex=r"\ln({x})", domain=(POSITIVE,), kinks="x == 0", cheap_slopes=True)
def log(x: float) -> tuple[float, float]:
    """Natural logarithm; nan below 0."""
    return ieee.log(x), numerics.reciprocal(x)


@row("1/(1 + x)", second=("-d_x*d_x",), latex=r"\ln(1 + {x})", domain=((-1.0, inf),), kinks="x == -1",
     cheap_slopes=True, analytic=lambda x: cmath.log(1.0 + x))  # fmt: skip
def log1p(x: float) -> tuple[float, float]:
    """Natural logarithm of 1 + x, accurate near 0."""
    return ieee.log1p(x), numerics.reciprocal(1.0 + x)


@row("1/(x*log(2))", second=("-0.6931471805599453*d_x*d_x",), symbol="log₂", latex=r"\log_2({x})", domain=(POSITIVE,),
     kinks="x == 0", cheap_slopes=True, analytic=lambda x: cmath.log(x) / math.log(2.0))  # fmt: skip
def log2(x: float) -> tuple[float, float]:
    """Logarithm to base 2."""
    return ieee.log2(x), numerics.reciprocal(x) / numerics.LN_2


@row("1/(x*log(10))", second=("-2.302585092994046*d_x*d_x",), symbol="log₁₀", latex=r"\log_{{10}}({x})",
     domain=(POSITIVE,), kinks="x == 0", cheap_slopes=True)  # fmt: skip
def log10(x: float) -> tuple[float, float]:
    """Logarithm to base 10."""
    return ieee.log10(x), numerics.reciprocal(x) / numerics.LN_10


@row("1/(2*out)", second=("-0.5*(d_x/abs(x))",), symbol="√", latex=r"\sqrt{{{x}}}", domain=(POSITIVE,), kinks="x == 0",
     cheap_slopes=True, rounding=rounded)  # fmt: skip
def sqrt(x: float) -> tuple[float, float]:
    """Square root; its derivative at 0 is inf."""
    out = ieee.sqrt(x)
    return out, ieee.div(0.5, abs(out))


@row("1/(3*out**2)", second=("-2*(d_x/x)/3",), symbol="∛", latex=r"\sqrt[3]{{{x}}}", kinks="x == 0")
def cbrt(x: float) -> tuple[float, float]:
    """Real cube root, also of negative numbers."""
    ordinary = 0.0 < abs(x) < ieee.inf
    out = numerics.cube_root(x) if ordinary else x
    return out, out / x / 3.0 if ordinary else ieee.div(1.0, abs(x))


# Trigonometry

HUGE_ANGLES: Final = ((-inf, -1e8, 2.0**-108), (1e8, inf, 2.0**-108))
HUGE_ANGLES_NOTE: Final = "libm reduces huge angles to 2⁻¹⁰⁸ absolute: 14 ulp of cos where that is least, at 5.3e255"


@row("cos(x)", latex=r"\sin({x})", regular=True, loose=HUGE_ANGLES, note=HUGE_ANGLES_NOTE)
def sin(x: float) -> tuple[float, float]:
    """Sine of an angle in radians."""
    return ieee.sin(x), ieee.cos(x)


@row("-sin(x)", latex=r"\cos({x})", regular=True, loose=HUGE_ANGLES, note=HUGE_ANGLES_NOTE)
def cos(x: float) -> tuple[float, float]:
    """Cosine of an angle in radians."""
    return ieee.cos(x), -ieee.sin(x)


@row("1 + out**2", second=("2*out*d_x",), latex=r"\tan({x})", ulp=32.0,
     note="as sin and cos: 26 ulp at the double nearest to a pole, 5.3e255; below 1e8 it is 4")  # fmt: skip
def tan(x: float) -> tuple[float, float]:
    """Tangent of an angle in radians."""
    c = ieee.cos(x)
    return ieee.tan(x), 1.0 / (c * c)


@row("1/sqrt(1 - x**2)", second=("x*d_x*d_x*d_x",), latex=r"\arcsin({x})", numpy="arcsin", domain=(UNIT,),
     kinks="abs(x) == 1")  # fmt: skip
def asin(x: float) -> tuple[float, float]:
    """Angle in radians whose sine is x."""
    return ieee.asin(x), ieee.div(1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))


@row("-1/sqrt(1 - x**2)", second=("x*d_x*d_x*d_x",), latex=r"\arccos({x})", numpy="arccos", domain=(UNIT,),
     kinks="abs(x) == 1")  # fmt: skip
def acos(x: float) -> tuple[float, float]:
    """Angle in radians whose cosine is x."""
    return ieee.acos(x), ieee.div(-1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))


@row("1/(1 + x**2)", second=("atan_second(x)",), latex=r"\arctan({x})", numpy="arctan", regular=True)
def atan(x: float) -> tuple[float, float]:
    """Angle in radians whose tangent is x."""
    return ieee.atan(x), numerics.atan_slope(x)


@row("cosh(x)", latex=r"\sinh({x})")
def sinh(x: float) -> tuple[float, float]:
    """Hyperbolic sine."""
    return ieee.sinh(x), ieee.cosh(x)


@row("sinh(x)", latex=r"\cosh({x})")
def cosh(x: float) -> tuple[float, float]:
    """Hyperbolic cosine."""
    return ieee.cosh(x), ieee.sinh(x)


@row("1 - out**2", second=("-2*out*d_x",), latex=r"\tanh({x})", regular=True)
def tanh(x: float) -> tuple[float, float]:
    """Hyperbolic tangent."""
    e = ieee.exp(-2.0 * abs(x))
    return ieee.tanh(x), 4.0 * e / ((1.0 + e) * (1.0 + e))


@row("1/sqrt(1 + x**2)", second=("asinh_second(x)",), latex=r"\operatorname{{arsinh}}({x})",
     numpy="arcsinh")  # fmt: skip
def asinh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic sine."""
    return ieee.asinh(x), numerics.asinh_slope(x)


@row("1/sqrt(x**2 - 1)", second=("-where(d_x, x*d_x, 0)*d_x*d_x",), latex=r"\operatorname{{arcosh}}({x})",
     numpy="arccosh", domain=((1.0, inf),), kinks="x == 1")  # fmt: skip
def acosh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic cosine, 0 or above."""
    return ieee.acosh(x), ieee.div(1.0, ieee.sqrt(x - 1.0) * ieee.sqrt(x + 1.0))


@row("1/(1 - x**2)", second=("2*x*d_x*d_x",), latex=r"\operatorname{{artanh}}({x})", numpy="arctanh", domain=(UNIT,),
     kinks="abs(x) == 1")  # fmt: skip
def atanh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic tangent."""
    return ieee.atanh(x), ieee.div(1.0, (1.0 - x) * (1.0 + x)) if abs(x) <= 1.0 else ieee.nan


@row("x/(x**2 + y**2)", "-y/(x**2 + y**2)",
     second=("-atan2_second_xx(y, x)", "atan2_second_xy(y, x)", "atan2_second_xx(y, x)"), numpy="arctan2",
     kinks="y == 0 and x <= 0", analytic=numerics.complex_angle)  # fmt: skip
def atan2(y: float, x: float) -> tuple[float, float, float]:
    """Angle in radians from the positive x axis to the point (x, y)."""
    scale = numerics.scale(x, y)
    a, b = x * scale, y * scale
    square = a * a + b * b
    far = square == ieee.inf
    return (
        ieee.atan2(y, x),
        0.0 if far else ieee.div(a, square) * scale,
        0.0 if far else ieee.div(-b, square) * scale,
    )


@row("x/out", "y/out", second=("hypot_second_xx(x, y)", "hypot_second_xy(x, y)", "hypot_second_xx(y, x)"),
     latex=r"\sqrt{{{x}^2 + {y}^2}}",
     kinks="x == 0 and y == 0", analytic=numerics.complex_hypot)  # fmt: skip
def hypot(x: float, y: float) -> tuple[float, float, float]:
    """Length of the vector (x, y), without overflow on the way; its derivatives at (0, 0) are 0."""
    infinite = abs(x) == ieee.inf or abs(y) == ieee.inf
    out = ieee.inf if infinite else numerics.length(x, y) / numerics.scale(x, y)
    return out, numerics.hypot_slope(x, y, out), numerics.hypot_slope(y, x, out)


# Choice


@row("(x > y) + (x == y)/2", "(y > x) + (x == y)/2", latex=r"\max({x}, {y})", numpy="maximum", kinks="x == y",
     selects=True, regular=True, cheap_slopes=True, analytic=lambda x, y: x if x.real > y.real else y,
     rounding=exact)  # fmt: skip
def max_(x: float, y: float) -> tuple[float, float, float]:
    """The larger of two; at a tie each has half of the derivative."""
    out = x if x > y or x == y else y if y > x else ieee.nan
    return out, 1.0 if x > y else 0.0 if x < y else 0.5, 0.0 if x > y else 1.0 if x < y else 0.5


@row("(x < y) + (x == y)/2", "(y < x) + (x == y)/2", latex=r"\min({x}, {y})", numpy="minimum", kinks="x == y",
     selects=True, regular=True, cheap_slopes=True, analytic=lambda x, y: x if x.real < y.real else y,
     rounding=exact)  # fmt: skip
def min_(x: float, y: float) -> tuple[float, float, float]:
    """The smaller of two; at a tie each has half of the derivative."""
    out = x if x < y or x == y else y if y < x else ieee.nan
    return out, 1.0 if x < y else 0.0 if x > y else 0.5, 0.0 if x < y else 1.0 if x > y else 0.5


@row("0", "(condition != 0)", "(condition == 0)", kinks="condition == 0", jumps=True, selects=True, regular=True,
     cheap_slopes=True,
     analytic=lambda condition, x, y: x if condition else y, rounding=exact)  # fmt: skip
def where(condition: float, x: float, y: float) -> tuple[float, float, float, float]:
    """x where the condition isn't 0, else y; the branch not taken gets no gradient, even if it is inf or nan."""
    return x if condition != 0.0 else y, 0.0, 1.0 if condition != 0.0 else 0.0, 0.0 if condition != 0.0 else 1.0


# Any number of operands


@row("1", form="linear", fewest=0, regular=True, symbol="Σ", latex=r"\sum {xs}", ulp=inf,
     note="n terms: (n − 1)/2 ulp of the sum of their sizes, as any sum from left to right",
     analytic=lambda *xs: sum(xs), rounding=numerics.rounding_of_sum)  # fmt: skip
def sum_(*xs: float) -> tuple[float, ...]:
    """Sum of any number of values, from left to right, as one node."""
    total = 0.0
    for x in xs:
        total = total + x
    return total, *(1.0,) * len(xs)


@row("1/n", form="linear", regular=True, symbol="mean", ulp=inf,
     note="n terms: n/2 ulp of the mean of their sizes; overflows where their sum does",
     analytic=lambda *xs: sum(xs) / len(xs), rounding=numerics.rounding_of_mean)  # fmt: skip
def mean(*xs: float) -> tuple[float, ...]:
    """Arithmetic mean of one or more values, as one node."""
    total = 0.0
    for x in xs:
        total = total + x
    return total / len(xs), *(1.0 / len(xs),) * len(xs)


@row("exp(x - out)", form="softmax", symbol="lse", loose=((-inf, inf, 2.0**-52),),
     note="near a result of 0 the largest term cancels against the logarithm: 2⁻⁵² absolute; n terms may add n/2 ulp",
     analytic=numerics.complex_logsumexp, rounding=numerics.rounding_of_logsumexp)  # fmt: skip
def logsumexp(*xs: float) -> tuple[float, ...]:
    """ln(Σ e^x) of one or more values, without overflow; its derivatives are the softmax."""
    top = numerics.first_largest(xs)
    largest = xs[top]
    terms = [numerics.exp_difference(x, largest) for x in xs]
    rest = 0.0
    for i, term in enumerate(terms):
        rest += 0.0 if i == top else term
    if largest != largest or abs(largest) == ieee.inf:
        return largest, *(numerics.weight_at_infinity(x, largest, rest) for x in xs)
    return largest + ieee.log1p(rest), *(term / (1.0 + rest) for term in terms)


@row("x", "w", "1", form="products", regular=True, symbol="w·x", ulp=inf,
     note="n products: (n + 1)/2 ulp of the sum of all sizes",
     analytic=numerics.complex_dot, rounding=numerics.rounding_of_dot)  # fmt: skip
def dot(*operands: float) -> tuple[float, ...]:
    """w₁x₁ + … + wₙxₙ + bias as one node; operands are all w, all x, then the bias."""
    n = len(operands) // 2
    ws, xs = operands[:n], operands[n : 2 * n]
    total = 0.0
    for w, x in zip(ws, xs, strict=True):
        total = total + w * x
    return total + operands[-1], *xs, *ws, 1.0
