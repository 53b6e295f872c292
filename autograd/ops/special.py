"""The rows of special functions; see `rows.py`."""

from __future__ import annotations

from autograd.ops import ieee, numerics, series
from autograd.ops.ieee import inf
from autograd.ops.table import POSITIVE, UNIT, row

# The gamma function


@row("digamma(x)", latex=r"\ln\Gamma({x})", domain=(POSITIVE,), kinks="x == 0", ulp=8.0,
     loose=((-inf, 0.0, 2.0**-46),), note="terms of opposite sign below 1.5; below 0 value and slope cross 0"
     " between the poles")  # fmt: skip
def lgamma(x: float) -> tuple[float, float]:
    """Natural logarithm of |Γ(x)|."""
    return series.log_gamma(x), series.digamma(x)


@row("polygamma(1, x)", symbol="ψ", latex=r"\psi({x})", domain=(POSITIVE,), kinks="x == 0", ulp=8.0,
     loose=((-inf, 0.0, 2.0**-44),), note="terms of opposite sign near 3; below 0 the value crosses 0")  # fmt: skip
def digamma(x: float) -> tuple[float, float]:
    """Derivative of the logarithm of the gamma function."""
    return series.digamma(x), series.polygamma(1.0, x)


# The error function and the normal distribution


@row("2/sqrt(pi)*exp(-x**2)", second=("erf_second(x)",), latex=r"\operatorname{{erf}}({x})",
     tails=(lambda x: ieee.erfc(-x), lambda x: -ieee.erfc(x)))  # fmt: skip
def erf(x: float) -> tuple[float, float]:
    """Error function."""
    return ieee.erf(x), numerics.TWO_OVER_SQRT_PI * numerics.exp_minus_square(x, 1.0)


@row("-2/sqrt(pi)*exp(-x**2)", second=("-erf_second(x)",), latex=r"\operatorname{{erfc}}({x})", ulp=8.0,
     tails=(lambda x: -ieee.erfc(-x), ieee.erfc),
     note="libm's erfc is good to 5.2 ulp")  # fmt: skip
def erfc(x: float) -> tuple[float, float]:
    """1 − erf(x), accurate where that is tiny."""
    return ieee.erfc(x), -numerics.TWO_OVER_SQRT_PI * numerics.exp_minus_square(x, 1.0)


@row("exp(-x**2/2)/sqrt(2*pi)", second=("normal_cdf_second(x)",), symbol="Φ", latex=r"\Phi({x})", ulp=10.0,
     tails=(numerics.normal_cdf, lambda x: -numerics.normal_cdf(-x)),
     note="libm's erfc is good to 5.2 ulp, its argument x/√2 adds to that")  # fmt: skip
def normal_cdf(x: float) -> tuple[float, float]:
    """Probability that a standard normal variable is at most x."""
    return numerics.normal_cdf(x), numerics.normal_density(x)


@row("sqrt(pi)/2*exp(out**2)", second=("2*out*d_x*d_x",), latex=r"\operatorname{{erf}}^{{-1}}({x})", domain=(UNIT,),
     kinks="abs(x) == 1", ulp=8.0, note="libm's erfc is good to 5.2 ulp")  # fmt: skip
def erfinv(x: float) -> tuple[float, float]:
    """Inverse of the error function."""
    out = series.erfinv(x)
    return out, series.erfinv_derivative(x, out)


# Bessel functions


@row("i1e(x) - sign(x)*out", graph=("-sign(x)*bessel_moment(1, abs(x))",), kinks="x == 0", ulp=8.0,
     note="a long series of positive terms")  # fmt: skip
def i0e(x: float) -> tuple[float, float]:
    """Modified Bessel function e^−|x| · I₀(x); its derivative at 0 is 0."""
    slope = series.bessel_moment(1.0, abs(x))
    return series.bessel_0(abs(x)), 0.0 if x == 0.0 else -slope if x > 0.0 else slope


@row("i0e(x) - sign(x)*out - out/x", second=("sign(x)*(bessel_moment(2, abs(x)) - bessel_moment(3, abs(x)))",), ulp=8.0,
     loose=((-3.0, -1.0, 2.0**-52), (1.0, 3.0, 2.0**-52)),
     note="a long series of positive terms; the derivative crosses 0 at ±1.545")  # fmt: skip
def i1e(x: float) -> tuple[float, float]:
    """Modified Bessel function e^−|x| · I₁(x)."""
    return series.bessel_1(x), series.bessel_1_slope(abs(x))


@row("(cos(pi*x) - out)/x", graph=("-pi*spherical_bessel(1, x)",),
     loose=((-inf, -1.0, 2.0**-48), (1.0, inf, 2.0**-48)),
     note="the derivative crosses 0 between the zeros of the value")  # fmt: skip
def sinc(x: float) -> tuple[float, float]:
    """sin(πx)/(πx), 1 at 0."""
    return series.spherical_bessel(0.0, x), -series.PI * series.spherical_bessel(1.0, x)


# Sums of exponentials


@row("exp(x - out)", "exp(y - out)",
     second=("logaddexp_second(x, y)", "-logaddexp_second(x, y)", "logaddexp_second(x, y)"),
     latex=r"\ln(e^{{{x}}} + e^{{{y}}})",
     loose=((-inf, inf, 2.0**-52),),
     note="near a result of 0 the larger operand cancels against the logarithm: 2⁻⁵² absolute")  # fmt: skip
def logaddexp(x: float, y: float) -> tuple[float, float, float]:
    """ln(e^x + e^y), without overflow."""
    high, low = x if x >= y else y, y if x >= y else x
    e = numerics.exp_difference(low, high)
    large, small = 1.0 / (1.0 + e), e / (1.0 + e)
    out = high if abs(high) == ieee.inf else high + ieee.log1p(e)
    return x + y if x != x or y != y else out, large if x >= y else small, small if x >= y else large
