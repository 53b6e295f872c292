"""Second derivatives as ops, where an expression of other ops would cancel, overflow or involve subnormals."""

from __future__ import annotations

from autograd.ops import ieee, numerics, special  # noqa: F401  (hidden ops come after all rows)
from autograd.ops.table import POSITIVE, REAL, row


@row("2/y/y/y", "-3*(out/y)", hidden=True)
def div_second_yy(x: float, y: float) -> tuple[float, float, float]:
    """Second derivative of x/y for y, twice; 0 where x is 0, also where 1/y overflows."""
    out = -2.0 * ieee.div(numerics.quotient_slope(x, y, ieee.div(x, y)), y)
    nothing = x == 0.0 and abs(y) > 0.0
    return out, ieee.div(ieee.div(ieee.div(2.0, y), y), y), 0.0 if nothing else -3.0 * ieee.div(out, y)


@row(
    "where(y*(y - 1)*(y - 2), y*(y - 1)*(y - 2)*power_over_3(x, y), 0)",
    "where(power_over_2(x, y), (2*y - 1 + y*(y - 1)*log(x))*power_over_2(x, y), 0)",
    domain=(POSITIVE, REAL),
    hidden=True,
)
def pow_second_xx(x: float, y: float) -> tuple[float, float, float]:
    """Second derivative of x to the y in x."""
    return (
        numerics.times_power(y * (y - 1.0), x, y, 2.0),
        numerics.times_power(y * (y - 1.0) * (y - 2.0), x, y, 3.0),
        numerics.times_power(numerics.power_mixed(x, y), x, y, 2.0),
    )


@row(
    "where(power_over_2(x, y), (2*y - 1 + y*(y - 1)*log(x))*power_over_2(x, y), 0)",
    "where(power_over_1(x, y), log(x)*(2 + y*log(x))*power_over_1(x, y), 0)",
    domain=(POSITIVE, REAL),
    hidden=True,
)
def pow_second_xy(x: float, y: float) -> tuple[float, float, float]:
    """Second derivative of x to the y in x and y."""
    growth = ieee.log(x)
    return (
        numerics.times_power(1.0 + y * growth, x, y, 1.0),
        numerics.times_power(numerics.power_mixed(x, y), x, y, 2.0),
        numerics.times_power(growth * (2.0 + y * growth), x, y, 1.0),
    )


@row(
    "where(power_over_1(x, y), log(x)*(2 + y*log(x))*power_over_1(x, y), 0)",
    "where(pow(x, y), log(x)**3*pow(x, y), 0)",
    domain=(POSITIVE, REAL),
    hidden=True,
)
def pow_second_yy(x: float, y: float) -> tuple[float, float, float]:
    """Second derivative of x to the y in y."""
    growth = ieee.log(x)
    return (
        numerics.times_power(growth * growth, x, y, 0.0),
        numerics.times_power(growth * (2.0 + y * growth), x, y, 1.0),
        numerics.times_power(growth * growth * growth, x, y, 0.0),
    )


@row("where(atan_slope(x), (6*(x*atan_slope(x))**2 - 2*atan_slope(x)**2)*atan_slope(x), 0)", hidden=True)
def atan_second(x: float) -> tuple[float, float]:
    """Second derivative of atan."""
    slope = numerics.atan_slope(x)
    third = 2.0 * numerics.square_less_one(3.0, x, slope, numerics.SQRT_THIRD, numerics.SQRT_THIRD_REST) * slope
    return 0.0 if slope == 0.0 else -2.0 * (x * slope) * slope, 0.0 if slope == 0.0 else third


@row("where(asinh_slope(x), (2*(x*asinh_slope(x))**2 - asinh_slope(x)**2)*asinh_slope(x)**3, 0)", hidden=True)
def asinh_second(x: float) -> tuple[float, float]:
    """Second derivative of asinh."""
    slope = numerics.asinh_slope(x)
    curve = numerics.square_less_one(2.0, x, slope, numerics.SQRT_HALF, numerics.SQRT_HALF_REST)
    third = curve * slope * slope * slope
    return 0.0 if slope == 0.0 else -(x * slope) * slope * slope, 0.0 if slope == 0.0 else third


@row(
    "where(hypot(x, y), -3*hypot_slope_x(x, y)*(out/hypot(x, y)), 0)",
    "where(hypot(x, y), hypot_slope_y(x, y)/hypot(x, y)"
    "*((2*hypot_slope_x(x, y)**2 - hypot_slope_y(x, y)**2)/hypot(x, y)), 0)",
    hidden=True,
)
def hypot_second_xx(x: float, y: float) -> tuple[float, float, float]:
    """Second derivative of hypot in x; 0 at (0, 0), as along each line through it."""
    scale, length = numerics.scale(x, y), numerics.length(x, y)
    u, v = numerics.direction(x, y), numerics.direction(y, x)
    w = numerics.over_length(v, length)
    over = w * scale
    return (
        v * scale * w,
        0.0 if u == 0.0 else -3.0 * u * over * over,
        numerics.over_length(w * (2.0 * u * u - v * v), length) * scale * scale,
    )


@row(
    "where(hypot(x, y), hypot_slope_y(x, y)/hypot(x, y)"
    "*((2*hypot_slope_x(x, y)**2 - hypot_slope_y(x, y)**2)/hypot(x, y)), 0)",
    "where(hypot(x, y), hypot_slope_x(x, y)/hypot(x, y)"
    "*((2*hypot_slope_y(x, y)**2 - hypot_slope_x(x, y)**2)/hypot(x, y)), 0)",
    hidden=True,
)
def hypot_second_xy(x: float, y: float) -> tuple[float, float, float]:
    """Second derivative of hypot in x and y; 0 at (0, 0)."""
    scale, length = numerics.scale(x, y), numerics.length(x, y)
    u, v = numerics.direction(x, y), numerics.direction(y, x)
    p, q = numerics.over_length(u, length), numerics.over_length(v, length)
    return (
        (-u * q if abs(u) > abs(v) else -p * v) * scale,
        numerics.over_length(q * (2.0 * u * u - v * v), length) * scale * scale,
        numerics.over_length(p * (2.0 * v * v - u * u), length) * scale * scale,
    )


@row(
    "2*atan2_slope_y(y, x)*(atan2_slope_y(y, x)**2 - 3*atan2_slope_x(y, x)**2)",
    "2*atan2_slope_x(y, x)*(3*atan2_slope_y(y, x)**2 - atan2_slope_x(y, x)**2)",
    hidden=True,
)
def atan2_second_xx(y: float, x: float) -> tuple[float, float, float]:
    """Second derivative of atan2 in x; the one in y is the negative."""
    scale, length = numerics.scale(x, y), numerics.length(x, y)
    of_x, of_y = numerics.lift(x, y), numerics.lift(y, x)
    u, v = numerics.cosine(x * of_x, y), numerics.cosine(y * of_y, x)
    p, q = ieee.div(u, length), ieee.div(v, length)
    return (
        2.0 * p * q * scale * scale / (of_x * of_y),
        ieee.div(ieee.div(2.0 * p * (u * u - 3.0 * v * v), length), length) * scale * scale * scale / of_x,
        ieee.div(ieee.div(2.0 * q * (v * v - 3.0 * u * u), length), length) * scale * scale * scale / of_y,
    )


@row(
    "2*atan2_slope_x(y, x)*(atan2_slope_x(y, x)**2 - 3*atan2_slope_y(y, x)**2)",
    "2*atan2_slope_y(y, x)*(atan2_slope_y(y, x)**2 - 3*atan2_slope_x(y, x)**2)",
    hidden=True,
)
def atan2_second_xy(y: float, x: float) -> tuple[float, float, float]:
    """Second derivative of atan2 in x and y."""
    scale, length = numerics.scale(x, y), numerics.length(x, y)
    of_x, of_y = numerics.lift(x, y), numerics.lift(y, x)
    u, v = numerics.cosine(x * of_x, y), numerics.cosine(y * of_y, x)
    p, q = ieee.div(u, length), ieee.div(v, length)
    product = (
        0.0 if length == ieee.inf else ieee.div(y * scale - x * scale, length) * ieee.div(y * scale + x * scale, length)
    )
    return (
        ieee.div(ieee.div(product, length), length) * scale * scale,
        ieee.div(ieee.div(2.0 * q * (3.0 * u * u - v * v), length), length) * scale * scale * scale / of_y,
        ieee.div(ieee.div(2.0 * p * (u * u - 3.0 * v * v), length), length) * scale * scale * scale / of_x,
    )


@row(
    "-out*tanh(0.5*x - 0.5*y)",
    "out*tanh(0.5*x - 0.5*y)",
    hidden=True,
)
def logaddexp_second(x: float, y: float) -> tuple[float, float, float]:
    """Second derivative of logaddexp in x; the mixed one is the negative."""
    e = numerics.exp_difference(y if x >= y else x, x if x >= y else y)
    out, odds = e / ((1.0 + e) * (1.0 + e)), ieee.tanh(0.5 * x - 0.5 * y)
    return out, -out * odds, out * odds


@row(
    "where(normal_cdf_slope(x), (x - 1)*(x + 1)*normal_cdf_slope(x), 0)",
    hidden=True,
)
def normal_cdf_second(x: float) -> tuple[float, float]:
    """Second derivative of normal_cdf."""
    return numerics.times_normal_density(-x, x), numerics.times_normal_density((x - 1.0) * (x + 1.0), x)


@row(
    "where(erf_slope(x), (4*x*x - 2)*erf_slope(x), 0)",
    hidden=True,
)
def erf_second(x: float) -> tuple[float, float]:
    """Second derivative of erf."""
    near, far = abs(x) - numerics.SQRT_HALF - numerics.SQRT_HALF_REST, abs(x) + numerics.SQRT_HALF
    return numerics.times_error_density(-2.0 * x, x), numerics.times_error_density(4.0 * near * far, x)


@row(
    "where(normal_cdf_slope(x), x*(x - 2)*(x + 2)*normal_cdf_slope(x), 0)",
    hidden=True,
)
def gelu_second(x: float) -> tuple[float, float]:
    """Second derivative of gelu."""
    near, far = numerics.SQRT_TWO - abs(x) + numerics.SQRT_TWO_REST, numerics.SQRT_TWO + abs(x)
    slope = numerics.times_normal_density(x * (x - 2.0) * (x + 2.0), x)
    return numerics.times_normal_density(near * far, x), slope


@row(
    "where(sigmoid_slope(x), sigmoid_slope(x)*(x*(1 - 6*sigmoid_slope(x)) - 3*tanh(0.5*x)), 0)",
    hidden=True,
)
def silu_second(x: float) -> tuple[float, float]:
    """Second derivative of silu."""
    t, u = ieee.tanh(0.5 * x), numerics.times_sigmoid_slope(1.0, x)
    factor = 2.0 - x * t
    return numerics.times_sigmoid_slope(factor, x), numerics.times_sigmoid_slope(x * (1.0 - 6.0 * u) - 3.0 * t, x)
