"""The rows: one function per op.

A row maps plain floats to the value and the local derivative for each operand. It is straight-line code (assignments,
conditional expressions, arithmetic, calls of `ieee` and `numerics`), so that `autograd.codegen` can write it in C and
JavaScript: every backend computes one formula. What a function can't say (how the op is written, its derivative as
text, domain, kinks, accuracy) stands in the decorator; `table.Op` explains each field.

A derivative is stated once, as the function's *number*, which loses no digits; `textbook` is its textbook form. What is
differentiated again is an op with that number as its value, see `slopes.py`: `second` states its own derivative.
"""

from __future__ import annotations

import cmath
import math
import operator
from typing import Final

from autograd.ops import ieee, numerics
from autograd.ops.ieee import inf
from autograd.ops.table import POSITIVE, POWER, PRODUCT, REAL, SIGN, SUM, UNIT, row

# Arithmetic


@row(
    symbol="+",
    text="{x} + {y}",
    latex="{x} + {y}",
    precedence=SUM,
    textbook=("1", "1"),
    regular=True,
    cheap_slopes=True,
    analytic=operator.add,
    rounding=numerics.rounded,
)
def add(x: float, y: float) -> tuple[float, float, float]:
    """x + y."""
    return x + y, 1.0, 1.0


@row(
    symbol="−",
    text="{x} - {y}",
    latex="{x} - {y}",
    precedence=SUM,
    textbook=("1", "-1"),
    regular=True,
    cheap_slopes=True,
    analytic=operator.sub,
    rounding=numerics.rounded,
)
def sub(x: float, y: float) -> tuple[float, float, float]:
    """x − y."""
    return x - y, 1.0, -1.0


@row(
    symbol="×",
    text="{x}*{y}",
    latex=r"{x} \cdot {y}",
    precedence=PRODUCT,
    textbook=("y", "x"),
    regular=True,
    cheap_slopes=True,
    analytic=operator.mul,
    rounding=numerics.rounded,
)
def mul(x: float, y: float) -> tuple[float, float, float]:
    """x · y."""
    return x * y, y, x


@row(
    symbol="÷",
    text="{x}/{y}",
    latex=r"\frac{{{x}}}{{{y}}}",
    precedence=PRODUCT,
    textbook=("1/y", "-x/y**2"),
    graph=("1/y", "div_slope_y(x, y)"),
    second=("0", "-d_x/y", "-2*(d_y/y)"),
    kinks="y == 0",
    cheap_slopes=True,
    analytic=operator.truediv,
    rounding=numerics.rounded,
)
def div(x: float, y: float) -> tuple[float, float, float]:
    """x / y; ±inf or nan where y is 0."""
    out = ieee.div(x, y)
    # A subnormal quotient has lost digits that dividing by a small y would bring to light.
    slope = -x / (y * y) if abs(out) < numerics.SMALLEST_NORMAL and 1e-100 < abs(y) < 1.0 else ieee.div(-out, y)
    return out, ieee.div(1.0, y), slope


@row(
    symbol="−",
    text="-{x}",
    latex="-{x}",
    precedence=SIGN,
    textbook=("-1",),
    regular=True,
    cheap_slopes=True,
    analytic=operator.neg,
    rounding=numerics.no_rounding,
)
def neg(x: float) -> tuple[float, float]:
    """−x."""
    return -x, -1.0


@row(
    symbol="^",
    text="{x}**{y}",
    latex="{x}^{{{y}}}",
    precedence=POWER,
    textbook=("y*x**(y - 1)", "out*log(x)"),
    second=(
        "where(y*(y - 1), y*(y - 1)*power_over_2(x, y), 0)",
        "where(power_over_1(x, y), power_over_1(x, y)*(1 + y*log(x)), 0)",
        "where(d_y, d_y*log(x), 0)",
    ),
    domain=(POSITIVE, REAL),
    kinks="x == 0",
    numpy="power",
    analytic=operator.pow,
)
def pow(x: float, y: float) -> tuple[float, float, float]:
    """x to the y, as IEEE 754's pow."""
    out = x * x if y == 2.0 else ieee.pow(x, y)
    # Where x**y leaves the normal numbers its derivatives need not: they go through the square root of it.
    normal = 1e-290 < abs(out) < 1e290
    half = 0.0 if normal else ieee.pow(abs(x), 0.5 * y)
    sign = ieee.copysign(1.0, out) * ieee.copysign(1.0, x)
    slope = (
        0.0
        if y == 0.0
        else 2.0 * x
        if y == 2.0
        else y * ieee.pow(x, y - 1.0)
        if x == 0.0 or abs(x) == ieee.inf or out != out
        else y * out / x
        if normal
        else sign * (y * half) * (half / abs(x))
    )
    growth = (
        ieee.nan
        if x < 0.0 or (x == 0.0 and y <= 0.0)
        else 0.0
        if x == 0.0
        else out * ieee.log(x)
        if normal
        else 0.0
        if half == 0.0
        else half * ieee.log(x) * half
    )
    return out, slope, growth


@row(
    symbol="|x|",
    text="|{x}|",
    latex=r"\left|{x}\right|",
    textbook=("(x > 0) - (x < 0)",),
    selects=True,
    kinks="x == 0",
    numpy="absolute",
    regular=True,
    cheap_slopes=True,
    analytic=numerics.by_sign(operator.pos, operator.neg),
    rounding=numerics.no_rounding,
)
def abs_(x: float) -> tuple[float, float]:
    """Absolute value; its derivative at 0 is 0."""
    return abs(x), 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else ieee.nan


@row(
    symbol="1/x",
    text="1/{x}",
    latex=r"\frac{{1}}{{{x}}}",
    precedence=PRODUCT,
    textbook=("-1/x**2",),
    second=("-2*(d_x/x)",),
    kinks="x == 0",
    analytic=lambda x: 1 / x,
)
def reciprocal(x: float) -> tuple[float, float]:
    """1 / x; ±inf at ±0."""
    out = ieee.div(1.0, x)
    return out, -out * out


@row(
    textbook=("0",),
    kinks="x == 0",
    selects=True,
    regular=True,
    cheap_slopes=True,
    analytic=numerics.by_sign(lambda x: 1, lambda x: -1),
)
def sign(x: float) -> tuple[float, float]:
    """1 above 0, −1 below, 0 at 0; its derivative is 0."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x, 0.0


WHOLE_QUOTIENT: Final = "sin(pi*div(x, y)) == 0 or y == 0"


@row(
    symbol="fmod",
    textbook=("1", "-(x - out)/y"),
    graph=("1", "floor_divide(out - x, y)"),
    kinks=WHOLE_QUOTIENT,
)
def fmod(x: float, y: float) -> tuple[float, float, float]:
    """Remainder of x / y with the sign of x, as C's fmod; nan where y is 0."""
    out = ieee.fmod(x, y)
    return out, 1.0, -numerics.whole(ieee.div(x - out, y))


@row(
    symbol="mod",
    text="{x} % {y}",
    latex=r"{x} \bmod {y}",
    precedence=PRODUCT,
    textbook=("1", "-floor_divide(x, y)"),
    kinks=WHOLE_QUOTIENT,
    numpy="mod",
)
def remainder(x: float, y: float) -> tuple[float, float, float]:
    """Remainder of x / y with the sign of y, as Python's %; nan where y is 0."""
    return numerics.remainder(x, y), 1.0, -numerics.floor_divide(x, y)


@row(
    symbol="//",
    text="{x} // {y}",
    latex=r"\left\lfloor \frac{{{x}}}{{{y}}} \right\rfloor",
    precedence=PRODUCT,
    textbook=("0", "0"),
    kinks=WHOLE_QUOTIENT,
    selects=True,
)
def floor_divide(x: float, y: float) -> tuple[float, float, float]:
    """Largest whole number that is at most x / y, as Python's //; its derivatives are 0."""
    return numerics.floor_divide(x, y), 0.0, 0.0


# Exponentials, logarithms, roots


@row(latex="e^{{{x}}}", textbook=("out",), cheap_slopes=True)
def exp(x: float) -> tuple[float, float]:
    """e to the x."""
    out = ieee.exp(x)
    return out, out


@row(latex="2^{{{x}}}", textbook=("log(2)*out",), second=("log(2)*d_x",))
def exp2(x: float) -> tuple[float, float]:
    """2 to the x."""
    out = ieee.pow(2.0, x)
    return out, numerics.LN_2 * out


@row(latex=r"\left(e^{{{x}}} - 1\right)", textbook=("out + 1",), graph=("exp(x)",), analytic=cmath.exp)
def expm1(x: float) -> tuple[float, float]:
    """e to the x, minus 1, accurate near 0."""
    return ieee.expm1(x), ieee.exp(x)


@row(
    symbol="ln",
    latex=r"\ln({x})",
    textbook=("1/x",),
    second=("-d_x*d_x",),
    domain=(POSITIVE,),
    kinks="x == 0",
    cheap_slopes=True,
)
def log(x: float) -> tuple[float, float]:
    """Natural logarithm; nan below 0."""
    return ieee.log(x), numerics.reciprocal(x)


@row(
    latex=r"\ln(1 + {x})",
    textbook=("1/(1 + x)",),
    second=("-d_x*d_x",),
    domain=((-1.0, inf),),
    kinks="x == -1",
    cheap_slopes=True,
    analytic=lambda x: cmath.log(1.0 + x),
)
def log1p(x: float) -> tuple[float, float]:
    """Natural logarithm of 1 + x, accurate near 0."""
    return ieee.log1p(x), numerics.reciprocal(1.0 + x)


@row(
    symbol="log₂",
    latex=r"\log_2({x})",
    textbook=("1/(x*log(2))",),
    second=("-0.6931471805599453*d_x*d_x",),
    domain=(POSITIVE,),
    kinks="x == 0",
    cheap_slopes=True,
    analytic=lambda x: cmath.log(x) / math.log(2.0),
)
def log2(x: float) -> tuple[float, float]:
    """Logarithm to base 2."""
    return ieee.log2(x), numerics.reciprocal(x) / numerics.LN_2


@row(
    symbol="log₁₀",
    latex=r"\log_{{10}}({x})",
    textbook=("1/(x*log(10))",),
    second=("-2.302585092994046*d_x*d_x",),
    domain=(POSITIVE,),
    kinks="x == 0",
    cheap_slopes=True,
)
def log10(x: float) -> tuple[float, float]:
    """Logarithm to base 10."""
    return ieee.log10(x), numerics.reciprocal(x) / numerics.LN_10


@row(
    symbol="√",
    latex=r"\sqrt{{{x}}}",
    textbook=("1/(2*out)",),
    second=("-2*d_x*d_x*d_x",),
    domain=(POSITIVE,),
    kinks="x == 0",
    cheap_slopes=True,
    rounding=numerics.rounded,
)
def sqrt(x: float) -> tuple[float, float]:
    """Square root; its derivative at 0 is inf."""
    out = ieee.sqrt(x)
    return out, ieee.div(0.5, abs(out))


@row(symbol="∛", latex=r"\sqrt[3]{{{x}}}", textbook=("1/(3*out**2)",), second=("-2*(d_x/x)/3",), kinks="x == 0")
def cbrt(x: float) -> tuple[float, float]:
    """Real cube root, also of negative numbers."""
    ordinary = 0.0 < abs(x) < ieee.inf
    out = numerics.cube_root(x) if ordinary else x
    return out, out / x / 3.0 if ordinary else ieee.div(1.0, abs(x))


# Trigonometry

HUGE_ANGLES: Final = ((-inf, -1e8, 2.0**-108), (1e8, inf, 2.0**-108))
HUGE_ANGLES_NOTE: Final = "libm reduces huge angles to 2⁻¹⁰⁸ absolute: 14 ulp of cos where that is least, at 5.3e255"


@row(latex=r"\sin({x})", textbook=("cos(x)",), loose=HUGE_ANGLES, note=HUGE_ANGLES_NOTE, regular=True)
def sin(x: float) -> tuple[float, float]:
    """Sine of an angle in radians."""
    return ieee.sin(x), ieee.cos(x)


@row(latex=r"\cos({x})", textbook=("-sin(x)",), loose=HUGE_ANGLES, note=HUGE_ANGLES_NOTE, regular=True)
def cos(x: float) -> tuple[float, float]:
    """Cosine of an angle in radians."""
    return ieee.cos(x), -ieee.sin(x)


@row(
    latex=r"\tan({x})",
    textbook=("1 + out**2",),
    second=("2*out*d_x",),
    ulp=32.0,
    note="as sin and cos: 26 ulp at the double nearest to a pole, 5.3e255; below 1e8 it is 4",
)
def tan(x: float) -> tuple[float, float]:
    """Tangent of an angle in radians."""
    c = ieee.cos(x)
    return ieee.tan(x), 1.0 / (c * c)


@row(
    latex=r"\arcsin({x})",
    textbook=("1/sqrt(1 - x**2)",),
    second=("x*d_x*d_x*d_x",),
    domain=(UNIT,),
    kinks="abs(x) == 1",
    numpy="arcsin",
)
def asin(x: float) -> tuple[float, float]:
    """Angle in radians whose sine is x."""
    return ieee.asin(x), ieee.div(1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))


@row(
    latex=r"\arccos({x})",
    textbook=("-1/sqrt(1 - x**2)",),
    second=("x*d_x*d_x*d_x",),
    domain=(UNIT,),
    kinks="abs(x) == 1",
    numpy="arccos",
)
def acos(x: float) -> tuple[float, float]:
    """Angle in radians whose cosine is x."""
    return ieee.acos(x), ieee.div(-1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))


@row(
    latex=r"\arctan({x})",
    textbook=("1/(1 + x**2)",),
    second=("-2*where(d_x, x*d_x, 0)*d_x",),
    numpy="arctan",
    regular=True,
)
def atan(x: float) -> tuple[float, float]:
    """Angle in radians whose tangent is x."""
    return ieee.atan(x), 1.0 / (1.0 + x * x) if abs(x) < 1e100 else 1.0 / x / x


@row(latex=r"\sinh({x})", textbook=("cosh(x)",))
def sinh(x: float) -> tuple[float, float]:
    """Hyperbolic sine."""
    return ieee.sinh(x), ieee.cosh(x)


@row(latex=r"\cosh({x})", textbook=("sinh(x)",))
def cosh(x: float) -> tuple[float, float]:
    """Hyperbolic cosine."""
    return ieee.cosh(x), ieee.sinh(x)


@row(latex=r"\tanh({x})", textbook=("1 - out**2",), second=("-2*out*d_x",), regular=True)
def tanh(x: float) -> tuple[float, float]:
    """Hyperbolic tangent."""
    e = ieee.exp(-2.0 * abs(x))
    return ieee.tanh(x), 4.0 * e / ((1.0 + e) * (1.0 + e))


@row(
    latex=r"\operatorname{{arsinh}}({x})",
    textbook=("1/sqrt(1 + x**2)",),
    second=("-where(d_x, x*d_x, 0)*d_x*d_x",),
    numpy="arcsinh",
)
def asinh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic sine."""
    return ieee.asinh(x), 1.0 / ieee.sqrt(1.0 + x * x) if abs(x) < 1e100 else 1.0 / abs(x)


@row(
    latex=r"\operatorname{{arcosh}}({x})",
    textbook=("1/sqrt(x**2 - 1)",),
    second=("-where(d_x, x*d_x, 0)*d_x*d_x",),
    domain=((1.0, inf),),
    kinks="x == 1",
    numpy="arccosh",
)
def acosh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic cosine, 0 or above."""
    return ieee.acosh(x), ieee.div(1.0, ieee.sqrt(x - 1.0) * ieee.sqrt(x + 1.0))


@row(
    latex=r"\operatorname{{artanh}}({x})",
    textbook=("1/(1 - x**2)",),
    second=("2*x*d_x*d_x",),
    domain=(UNIT,),
    kinks="abs(x) == 1",
    numpy="arctanh",
)
def atanh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic tangent."""
    return ieee.atanh(x), ieee.div(1.0, (1.0 - x) * (1.0 + x)) if abs(x) <= 1.0 else ieee.nan


@row(
    textbook=("x/(x**2 + y**2)", "-y/(x**2 + y**2)"),
    second=("2*d_y*d_x", "(d_x - d_y)*(d_x + d_y)", "-2*d_y*d_x"),
    kinks="y == 0 and x <= 0",
    numpy="arctan2",
    analytic=numerics.complex_angle,
)
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


@row(
    latex=r"\sqrt{{{x}^2 + {y}^2}}",
    textbook=("x/out", "y/out"),
    second=("d_y*(d_y/out)", "-d_x*d_y/out", "d_x*(d_x/out)"),
    kinks="x == 0 and y == 0",
    analytic=numerics.complex_hypot,
)
def hypot(x: float, y: float) -> tuple[float, float, float]:
    """Length of the vector (x, y), without overflow on the way; its derivatives at (0, 0) are 0."""
    scale = numerics.scale(x, y)
    a, b = x * scale, y * scale
    length = ieee.sqrt(a * a + b * b)
    out = ieee.inf if abs(x) == ieee.inf or abs(y) == ieee.inf else length / scale
    # Scaling down may lose a small operand, scaling up doesn't.
    scaled = scale > 1.0 or out == ieee.inf
    return (
        out,
        0.0 if out == 0.0 else a / length if scaled else x / out,
        0.0 if out == 0.0 else b / length if scaled else y / out,
    )


# Activations


@row(
    symbol="σ",
    latex=r"\sigma({x})",
    textbook=("out*(1 - out)",),
    second=("-d_x*tanh(0.5*x)",),
    regular=True,
    analytic=numerics.complex_sigmoid,
)
def sigmoid(x: float) -> tuple[float, float]:
    """Logistic function 1/(1 + e^−x)."""
    e = ieee.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e), e / ((1.0 + e) * (1.0 + e))


@row(
    textbook=("(x > 0)",),
    selects=True,
    kinks="x == 0",
    regular=True,
    cheap_slopes=True,
    analytic=numerics.by_sign(operator.pos, lambda x: 0j),
    rounding=numerics.no_rounding,
)
def relu(x: float) -> tuple[float, float]:
    """x where it is above 0, else 0; its derivative at 0 is 0."""
    return 0.0 if x <= 0.0 else x, 1.0 if x > 0.0 else 0.0


@row(
    symbol="lrelu",
    textbook=("(x > 0) + slope*(x <= 0)", "x*(x <= 0)"),
    graph=("1 if x > 0 else slope if x < 0 else max(0, min(slope, 1))", "x*(x <= 0)"),
    selects=True,
    kinks="x == 0",
    cheap_slopes=True,
    analytic=numerics.by_sign(numerics.same, operator.mul),
    rounding=numerics.rounded,
)
def leaky_relu(x: float, slope: float = 0.01) -> tuple[float, float, float]:
    """x where it is above 0, else slope · x; at 0 the derivative is the one of least size between slope and 1."""
    least = 0.0 if slope < 0.0 else 1.0 if slope > 1.0 else slope
    return (
        slope * x if x <= 0.0 else x,
        1.0 if x > 0.0 else least if x == 0.0 else slope,
        0.0 if x > 0.0 else x,
    )


@row(
    textbook=("1/(1 + abs(x))**2",),
    second=("-2*sign(x)*d_x/(1 + abs(x))",),
    analytic=numerics.by_sign(lambda x: x / (1 + x), lambda x: x / (1 - x)),
)
def softsign(x: float) -> tuple[float, float]:
    """x / (1 + |x|)."""
    bottom = 1.0 + abs(x)
    out = x / bottom if bottom < ieee.inf else x if x != x else ieee.copysign(1.0, x)
    return out, 1.0 / bottom / bottom


@row(
    textbook=("(x > 0) + (x <= 0)*alpha*exp(x)", "(x <= 0)*expm1(x)"),
    graph=("elu_slope_x(x, alpha)", "where(x <= 0, expm1(x), 0)"),
    second=("where(x < 0, d_x, 0)", "where(x < 0, exp(x), 0)", "0"),
    selects=True,
    kinks="x == 0",
    analytic=numerics.by_sign(numerics.same, lambda x, alpha: alpha * (cmath.exp(x) - 1)),
)
def elu(x: float, alpha: float = 1.0) -> tuple[float, float, float]:
    """x where it is above 0, else alpha · (e^x − 1); at 0 the derivative is of least size between alpha and 1."""
    least = 0.0 if alpha < 0.0 else 1.0 if alpha > 1.0 else alpha
    below, half = ieee.expm1(x), ieee.exp(0.5 * x)
    return (
        alpha * below if x <= 0.0 else x,
        1.0 if x > 0.0 else least if x == 0.0 else alpha * half * half,
        0.0 if x > 0.0 else below,
    )


@row(
    textbook=("1.0507009873554805*((x > 0) + (x <= 0)*1.6732632423543772*exp(x))",),
    second=("where(x < 0, d_x, 0)",),
    selects=True,
    kinks="x == 0",
    analytic=numerics.by_sign(lambda x: 1.0507009873554805 * x, lambda x: 1.7580993408473766 * (cmath.exp(x) - 1)),
)
def selu(x: float) -> tuple[float, float]:
    """Scaled exponential linear unit (Klambauer et al. 2017); its derivative at 0 is that of the right side."""
    return (
        numerics.SELU_SCALE * x if x > 0.0 else numerics.SELU_SCALE_ALPHA * ieee.expm1(x),
        numerics.SELU_SCALE if x >= 0.0 else numerics.SELU_SCALE_ALPHA * ieee.exp(x),
    )


@row(
    textbook=("(abs(x) < 1)",),
    selects=True,
    kinks="abs(x) == 1",
    regular=True,
    cheap_slopes=True,
    analytic=lambda x: x if abs(x.real) < 1 else 0j,
)
def hard_tanh(x: float) -> tuple[float, float]:
    """x between −1 and 1, else the nearer of them; its derivative at ±1 is 0."""
    return -1.0 if x < -1.0 else 1.0 if x > 1.0 else x, 1.0 if abs(x) < 1.0 else 0.0


@row(textbook=("sigmoid(x)",), analytic=numerics.complex_softplus)
def softplus(x: float) -> tuple[float, float]:
    """ln(1 + e^x), without overflow."""
    e = ieee.exp(-abs(x))
    return (0.0 if x <= 0.0 else x) + ieee.log1p(e), (1.0 if x >= 0.0 else e) / (1.0 + e)


@row(
    textbook=("sigmoid(x)*(1 + x*(1 - sigmoid(x)))",),
    second=("where(sigmoid_slope(x), sigmoid_slope(x)*(2 - x*tanh(0.5*x)), 0)",),
    analytic=lambda x: x * numerics.complex_sigmoid(x),
)
def silu(x: float) -> tuple[float, float]:
    """x · sigmoid(x)."""
    e = ieee.exp(-abs(x))
    half = (
        ieee.exp(0.5 * x) if x < -690.0 else 0.0
    )  # e itself is subnormal below -708, and x would bring its lost digits to light
    value = x / (1.0 + e) if x >= 0.0 else x * e / (1.0 + e) if x > -700.0 else x * half * half if x > -800.0 else -0.0
    # 1 + x + exp(x) vanishes at SILU_DIP: measured from there, nothing cancels.
    from_dip = x - numerics.SILU_DIP
    growth = ieee.expm1(from_dip - numerics.SILU_DIP_REST if from_dip < 2.0 else 2.0)
    rise = from_dip + (numerics.EXP_SILU_DIP * growth - numerics.SILU_DIP_REST)
    slope = (
        (1.0 + x * e / (1.0 + e)) / (1.0 + e)
        if 0.0 <= x < 800.0
        else 1.0
        if x >= 800.0
        else rise / (ieee.exp(-x) + (2.0 + e))
        if x > -700.0
        else rise * half * half
        if x > -800.0
        else -0.0
    )
    return value if x == x else x, slope if x == x else x


@row(
    textbook=("normal_cdf(x) + x*exp(-x**2/2)/sqrt(2*pi)",),
    second=("where(normal_cdf_slope(x), normal_cdf_slope(x)*(2 - x*x), 0)",),
    ulp=12.0,
    loose=((-1.0, -0.5, 2.0**-52),),
    note="normal_cdf's bound; the derivative crosses 0 at -0.7518, where two terms cancel",
)
def gelu(x: float) -> tuple[float, float]:
    """x · normal_cdf(x), the exact form."""
    cdf = numerics.normal_cdf(x)
    density = numerics.normal_density(x)
    # Below -37.4 both are soon subnormal, and x would bring their lost digits to light: their roots aren't.
    far = -40.0 < x < -37.4
    ratio = numerics.tail_ratio(x) if far else 0.0
    root = numerics.ROOT_OF_ONE_OVER_SQRT_2PI * numerics.exp_minus_square(x, 0.25) if far else 0.0
    value = x if x > 40.0 else -0.0 if x <= -40.0 else -ratio * root * root if far else x * cdf
    slope = (x - ratio / x) * root * root if far else cdf if density == 0.0 else cdf + x * density
    return value, slope


# The error function and the normal distribution


@row(latex=r"\operatorname{{erf}}({x})", textbook=("2/sqrt(pi)*exp(-x**2)",), second=("-2*where(d_x, x*d_x, 0)",))
def erf(x: float) -> tuple[float, float]:
    """Error function."""
    return ieee.erf(x), numerics.TWO_OVER_SQRT_PI * numerics.exp_minus_square(x, 1.0)


@row(
    latex=r"\operatorname{{erfc}}({x})",
    textbook=("-2/sqrt(pi)*exp(-x**2)",),
    second=("-2*where(d_x, x*d_x, 0)",),
    ulp=8.0,
    note="libm's erfc is good to 5.2 ulp",
)
def erfc(x: float) -> tuple[float, float]:
    """1 − erf(x), accurate where that is tiny."""
    return ieee.erfc(x), -numerics.TWO_OVER_SQRT_PI * numerics.exp_minus_square(x, 1.0)


@row(
    symbol="Φ",
    latex=r"\Phi({x})",
    textbook=("exp(-x**2/2)/sqrt(2*pi)",),
    second=("-where(d_x, x*d_x, 0)",),
    ulp=10.0,
    note="libm's erfc is good to 5.2 ulp, its argument x/√2 adds to that",
)
def normal_cdf(x: float) -> tuple[float, float]:
    """Probability that a standard normal variable is at most x."""
    return numerics.normal_cdf(x), numerics.normal_density(x)


# Choice


@row(
    latex=r"\max({x}, {y})",
    textbook=("(x > y) + (x == y)/2", "(y > x) + (x == y)/2"),
    kinks="x == y",
    selects=True,
    numpy="maximum",
    regular=True,
    cheap_slopes=True,
    analytic=lambda x, y: x if x.real > y.real else y,
    rounding=numerics.no_rounding,
)
def max_(x: float, y: float) -> tuple[float, float, float]:
    """The larger of two; at a tie each has half of the derivative."""
    out = x if x > y or x == y else y if y > x else ieee.nan
    return out, 1.0 if x > y else 0.0 if x < y else 0.5, 0.0 if x > y else 1.0 if x < y else 0.5


@row(
    latex=r"\min({x}, {y})",
    textbook=("(x < y) + (x == y)/2", "(y < x) + (x == y)/2"),
    kinks="x == y",
    selects=True,
    numpy="minimum",
    regular=True,
    cheap_slopes=True,
    analytic=lambda x, y: x if x.real < y.real else y,
    rounding=numerics.no_rounding,
)
def min_(x: float, y: float) -> tuple[float, float, float]:
    """The smaller of two; at a tie each has half of the derivative."""
    out = x if x < y or x == y else y if y < x else ieee.nan
    return out, 1.0 if x < y else 0.0 if x > y else 0.5, 0.0 if x < y else 1.0 if x > y else 0.5


@row(
    textbook=("0", "(condition != 0)", "(condition == 0)"),
    kinks="condition == 0",
    selects=True,
    cheap_slopes=True,
    analytic=lambda condition, x, y: x if condition else y,
    rounding=numerics.no_rounding,
)
def where(condition: float, x: float, y: float) -> tuple[float, float, float, float]:
    """x where the condition isn't 0, else y; the branch not taken gets exactly nothing, even if it is inf or nan."""
    return x if condition != 0.0 else y, 0.0, 1.0 if condition != 0.0 else 0.0, 0.0 if condition != 0.0 else 1.0


# Any number of operands


@row(
    symbol="Σ",
    latex=r"\sum {xs}",
    textbook=("1",),
    ulp=inf,
    note="n terms: (n − 1)/2 ulp of the sum of their sizes, as any sum from left to right",
    analytic=lambda *xs: sum(xs),
    rounding=numerics.rounding_of_sum,
)
def sum_(*xs: float) -> tuple[float, ...]:
    """Sum of any number of values, from left to right, as one node."""
    total = 0.0
    for x in xs:
        total += x
    return total, *(1.0,) * len(xs)


@row(
    symbol="mean",
    textbook=("1/n",),
    ulp=inf,
    note="n terms: n/2 ulp of the mean of their sizes; overflows where their sum does",
    analytic=lambda *xs: sum(xs) / len(xs),
    rounding=numerics.rounding_of_mean,
)
def mean(*xs: float) -> tuple[float, ...]:
    """Arithmetic mean of one or more values, as one node."""
    total = 0.0
    for x in xs:
        total += x
    return total / len(xs), *(1.0 / len(xs),) * len(xs)


@row(
    symbol="lse",
    textbook=("exp(x - out)",),
    loose=((-inf, inf, 2.0**-52),),
    note="near a result of 0 the largest term cancels against the logarithm: 2⁻⁵² absolute; n terms may add n/2 ulp",
    analytic=numerics.complex_logsumexp,
    rounding=numerics.rounding_of_logsumexp,
)
def logsumexp(*xs: float) -> tuple[float, ...]:
    """ln(Σ e^x) of one or more values, without overflow; its derivatives are the softmax."""
    top = numerics.first_largest(xs)
    largest = xs[top]
    if largest != largest or abs(largest) == ieee.inf:
        return numerics.logsumexp_at_infinity(xs, largest)
    terms = [numerics.exp_difference(x, largest) for x in xs]
    rest = 0.0
    for i, term in enumerate(terms):
        rest += 0.0 if i == top else term
    return largest + ieee.log1p(rest), *(term / (1.0 + rest) for term in terms)


@row(
    symbol="w·x",
    textbook=("x", "w", "1"),
    ulp=inf,
    note="n products: (n + 1)/2 ulp of the sum of all sizes",
    analytic=numerics.complex_dot,
    rounding=numerics.rounding_of_dot,
)
def dot(*operands: float) -> tuple[float, ...]:
    """w₁x₁ + … + wₙxₙ + bias as one node; operands are all w, all x, then the bias."""
    n = len(operands) // 2
    ws, xs = operands[:n], operands[n : 2 * n]
    total = 0.0
    for w, x in zip(ws, xs, strict=True):
        total += w * x
    return total + operands[-1], *xs, *ws, 1.0
