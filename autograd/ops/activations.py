"""The rows of activation functions of networks; see `rows.py`."""

from __future__ import annotations

import cmath
import operator

from autograd.ops import ieee, numerics
from autograd.ops.numerics import exact, rounded
from autograd.ops.table import row


@row("out*(1 - out)", second=("-d_x*tanh(0.5*x)",), symbol="σ", latex=r"\sigma({x})", regular=True,
     analytic=numerics.complex_sigmoid)  # fmt: skip
def sigmoid(x: float) -> tuple[float, float]:
    """Logistic function 1/(1 + e^−x)."""
    e = ieee.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e), e / ((1.0 + e) * (1.0 + e))


@row("(x > 0)", kinks="x == 0", selects=True, regular=True, cheap_slopes=True,
     analytic=numerics.by_sign(operator.pos, lambda x: 0j), rounding=exact)  # fmt: skip
def relu(x: float) -> tuple[float, float]:
    """x where it is above 0, else 0; its derivative at 0 is 0."""
    return 0.0 if x <= 0.0 else x, 1.0 if x > 0.0 else 0.0


@row("(x > 0) + slope*(x <= 0)", "x*(x <= 0)",
     second=("0", "where(x < 0, 1, 0)", "0"), symbol="lrelu", kinks="x == 0",
     selects=True, cheap_slopes=True, analytic=numerics.by_sign(numerics.same, operator.mul),
     rounding=rounded)  # fmt: skip
def leaky_relu(x: float, slope: float = 0.01) -> tuple[float, float, float]:
    """x where it is above 0, else slope · x; at 0 the derivative is the smaller in magnitude of slope and 1."""
    least = 0.0 if slope < 0.0 else 1.0 if slope > 1.0 else slope
    return (
        slope * x if x <= 0.0 else x,
        1.0 if x > 0.0 else least if x == 0.0 else slope,
        0.0 if x > 0.0 else x,
    )


@row("1/(1 + abs(x))**2", second=("-2*sign(x)*d_x/(1 + abs(x))",),
     analytic=numerics.by_sign(lambda x: x / (1 + x), lambda x: x / (1 - x)))  # fmt: skip
def softsign(x: float) -> tuple[float, float]:
    """x / (1 + |x|)."""
    bottom = 1.0 + abs(x)
    out = x / bottom if bottom < ieee.inf else x if x != x else ieee.copysign(1.0, x)
    return out, 1.0 / bottom / bottom


@row("(x > 0) + (x <= 0)*alpha*exp(x)", "(x <= 0)*expm1(x)",
     graph=("elu_slope_x(x, alpha)", "where(x < 0, expm1(x), 0)"),
     second=("where(x < 0, d_x, 0)", "where(x < 0, exp(x), 0)", "0"), kinks="x == 0", selects=True,
     analytic=numerics.by_sign(numerics.same, lambda x, alpha: alpha * (cmath.exp(x) - 1)))  # fmt: skip
def elu(x: float, alpha: float = 1.0) -> tuple[float, float, float]:
    """x where it is above 0, else alpha · (e^x − 1); at 0 the derivative is the smaller in magnitude of alpha and 1."""
    least = 0.0 if alpha < 0.0 else 1.0 if alpha > 1.0 else alpha
    below, half = ieee.expm1(x), ieee.exp(0.5 * x)
    return (
        alpha * below if x <= 0.0 else x,
        1.0 if x > 0.0 else least if x == 0.0 else 0.0 if x == -ieee.inf and alpha == alpha else alpha * half * half,
        0.0 if x > 0.0 else below,
    )


@row("1.0507009873554805*((x > 0) + (x <= 0)*1.6732632423543772*exp(x))", second=("where(x < 0, d_x, 0)",),
     kinks="x == 0", selects=True, analytic=numerics.by_sign(
         lambda x: numerics.SELU_SCALE * x, lambda x: numerics.SELU_SCALE_ALPHA * (cmath.exp(x) - 1)
     ))  # fmt: skip
def selu(x: float) -> tuple[float, float]:
    """Scaled exponential linear unit (Klambauer et al. 2017); its derivative at 0 is the right one."""
    return (
        numerics.SELU_SCALE * x if x > 0.0 else numerics.SELU_SCALE_ALPHA * ieee.expm1(x),
        numerics.SELU_SCALE if x >= 0.0 else numerics.SELU_SCALE_ALPHA * ieee.exp(x),
    )


@row("(abs(x) < 1)", kinks="abs(x) == 1", selects=True, regular=True, cheap_slopes=True,
     analytic=lambda x: x if abs(x.real) < 1 else 0j)  # fmt: skip
def hard_tanh(x: float) -> tuple[float, float]:
    """x between −1 and 1, else the nearer of them; its derivative at ±1 is 0."""
    return -1.0 if x < -1.0 else 1.0 if x > 1.0 else x, 1.0 if abs(x) < 1.0 else 0.0


@row("sigmoid(x)", analytic=numerics.complex_softplus)
def softplus(x: float) -> tuple[float, float]:
    """ln(1 + e^x), without overflow."""
    e = ieee.exp(-abs(x))
    return (0.0 if x <= 0.0 else x) + ieee.log1p(e), (1.0 if x >= 0.0 else e) / (1.0 + e)


@row("sigmoid(x)*(1 + x*(1 - sigmoid(x)))",
     second=("silu_second(x)",),
     analytic=lambda x: x * numerics.complex_sigmoid(x))  # fmt: skip
def silu(x: float) -> tuple[float, float]:
    """x · sigmoid(x)."""
    e = ieee.exp(-abs(x))
    half = (
        ieee.exp(0.5 * x) if x < -690.0 else 0.0
    )  # e itself is subnormal below -708, and multiplying by x would expose its lost digits
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


@row("normal_cdf(x) + x*exp(-x**2/2)/sqrt(2*pi)",
     second=("gelu_second(x)",), ulp=12.0,
     loose=((-1.0, -0.5, 2.0**-52),),
     note="normal_cdf's bound; the derivative crosses 0 at -0.7518, where two terms cancel")  # fmt: skip
def gelu(x: float) -> tuple[float, float]:
    """x · normal_cdf(x), the exact form."""
    cdf = numerics.normal_cdf(x)
    density = numerics.normal_density(x)
    # Below -37.4 both soon become subnormal, and x would expose their lost digits; their roots are normal.
    far = -40.0 < x < -37.4
    ratio = numerics.tail_ratio(x) if far else 0.0
    root = numerics.ROOT_OF_ONE_OVER_SQRT_2PI * numerics.exp_minus_square(x, 0.25) if far else 0.0
    value = x if x > 40.0 else -0.0 if x <= -40.0 else -ratio * root * root if far else x * cdf
    slope = (x - ratio / x) * root * root if far else cdf if density == 0.0 else cdf + x * density
    return value, slope
