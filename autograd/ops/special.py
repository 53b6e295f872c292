"""The rows of special functions; those of arithmetic, of elementary functions and of activations are in `rows.py`."""

from __future__ import annotations

from autograd.ops import ieee, numerics, series
from autograd.ops.ieee import inf
from autograd.ops.table import POSITIVE, UNIT, row

# The gamma function


@row(
    latex=r"\ln\Gamma({x})",
    textbook=("digamma(x)",),
    domain=(POSITIVE,),
    kinks="x == 0",
    ulp=8.0,
    loose=((-inf, 0.0, 2.0**-46),),
    note="terms of opposite sign below 1.5; below 0 the value and its derivative cross 0 between the poles",
)
def lgamma(x: float) -> tuple[float, float]:
    """Natural logarithm of |Γ(x)|."""
    return series.log_gamma(x), series.digamma(x)


@row(
    symbol="ψ",
    latex=r"\psi({x})",
    textbook=("polygamma(1, x)",),
    domain=(POSITIVE,),
    kinks="x == 0",
    ulp=8.0,
    loose=((-inf, 0.0, 2.0**-44),),
    note="terms of opposite sign near 3; below 0 the value crosses 0 between the poles",
)
def digamma(x: float) -> tuple[float, float]:
    """Derivative of the logarithm of the gamma function."""
    return series.digamma(x), series.polygamma(1.0, x)


# The error function


@row(
    latex=r"\operatorname{{erf}}^{{-1}}({x})",
    textbook=("sqrt(pi)/2*exp(out**2)",),
    second=("2*out*d_x*d_x",),
    domain=(UNIT,),
    kinks="abs(x) == 1",
    ulp=32.0,
    note="the derivative magnifies the rounding of the value, by up to 2 · 5.9² at the ends",
)
def erfinv(x: float) -> tuple[float, float]:
    """Inverse of the error function."""
    out = series.erfinv(x)
    slope = series.HALF_SQRT_PI * numerics.exp_minus_square(out, -1.0)
    return out, ieee.inf if abs(x) == 1.0 else slope if abs(x) < 1.0 else ieee.nan


# Bessel functions


@row(
    textbook=("i1e(x) - sign(x)*out",),
    second=("-2*sign(x)*d_x - where(x, i1e(x)/x, 0.5)",),
    kinks="x == 0",
    ulp=40.0,
    note="long series of positive terms",
)
def i0e(x: float) -> tuple[float, float]:
    """Modified Bessel function e^−|x| · I₀(x); its derivative at 0 is 0."""
    slope = series.bessel_difference(abs(x))
    return series.bessel_0(abs(x)), 0.0 if x == 0.0 else -slope if x > 0.0 else slope


@row(
    textbook=("i0e(x) - sign(x)*out - out/x",),
    second=("where(x, 2*i0e_slope(x) + sign(x)*(i1e(x)/x) - d_x/x + i1e(x)/x**2, 0)",),
    ulp=40.0,
    loose=((-3.0, -1.0, 2.0**-52), (1.0, 3.0, 2.0**-52)),
    note="long series of positive terms; the derivative crosses 0 at ±1.545",
)
def i1e(x: float) -> tuple[float, float]:
    """Modified Bessel function e^−|x| · I₁(x)."""
    ratio = series.bessel_1_ratio(abs(x))
    return series.bessel_1(x), series.bessel_difference(abs(x)) - ratio


@row(
    textbook=("(cos(pi*x) - out)/x",),
    graph=("-pi*spherical_bessel(1, x)",),
    loose=((-inf, -1.0, 2.0**-48), (1.0, inf, 2.0**-48)),
    note="the derivative crosses 0 between the zeros of the value",
)
def sinc(x: float) -> tuple[float, float]:
    """sin(πx)/(πx), 1 at 0."""
    return series.spherical_bessel(0.0, x), -series.PI * series.spherical_bessel(1.0, x)


# Sums of exponentials


@row(
    latex=r"\ln(e^{{{x}}} + e^{{{y}}})",
    textbook=("exp(x - out)", "exp(y - out)"),
    second=("d_x*d_y", "-d_x*d_y", "d_x*d_y"),
    loose=((-inf, inf, 2.0**-52),),
    note="near a result of 0 the larger operand cancels against the logarithm: 2⁻⁵² absolute",
)
def logaddexp(x: float, y: float) -> tuple[float, float, float]:
    """ln(e^x + e^y), without overflow."""
    high, low = x if x >= y else y, y if x >= y else x
    e = numerics.exp_difference(low, high)
    large, small = 1.0 / (1.0 + e), e / (1.0 + e)
    out = high if abs(high) == ieee.inf else high + ieee.log1p(e)
    return x + y if x != x or y != y else out, large if x >= y else small, small if x >= y else large
