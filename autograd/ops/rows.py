"""The table: one row per op, from which everything else about that op derives.

A row is a function over plain floats that returns the value and the local derivative for each operand. It is
straight-line code (assignments, conditional expressions, arithmetic, `ieee`, private helpers of this file), so that
`translate/` can write the same op in C: both twins run one formula. What the function can't say (how the op is
written, its derivative as a graph and as a page, its domain, its kinks, its accuracy) stands in the decorator.

One derivative may be spelled up to three times, each for its own use: the function's *number* loses no digit; `graph`
is what is differentiated again, smooth and free of cancellation; `page` is what a reader is shown. `graph` defaults to
`page`; a test holds all three equal.

Sums and dot products have any number of operands and are the structural exceptions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakValueDictionary

from autograd.ops import ieee
from autograd.ops.ieee import inf

__all__ = ["NAMES", "PASSING", "TABLE", "Compute", "Interval", "Op"]

Compute = Callable[..., tuple[float, ...]]
Interval = tuple[float, float]

REAL: Final[Interval] = (-inf, inf)
POSITIVE: Final[Interval] = (0.0, inf)
UNIT: Final[Interval] = (-1.0, 1.0)

SUM, PRODUCT, SIGN, POWER, CALL = range(1, 6)  # how tightly an op binds, for brackets in what is written


@dataclass(frozen=True)
class Op:
    """One row: everything that is particular to one op.

    Attributes
    ----------
    name : str
        Its name as a function, a method and in a worksheet.
    index : int
        Its position in the table.
    parameters : tuple of str
        The names of its operands; a name with a star stands for any number of them.
    compute : callable
        Operands as floats to (value, derivative for each operand). Never raises: arithmetic is IEEE 754.
    symbol : str
        What a picture shows.
    text, latex : str
        Format strings over the parameters.
    precedence : int
        How tightly it binds as written.
    page, graph : tuple of str
        The derivative for each operand, as shown and as differentiated again, over parameters and `out`.
    domain : tuple of (float, float)
        For each operand the closed interval where the value is a real number.
    kinks : str
        Where it isn't differentiable, as a condition on the operands; empty when it is everywhere.
    ulp : float
        Bound on the error of the value and of each derivative, in units in the last place.
    loose : tuple of (low, high, error)
        Intervals of the first operand where a derivative or value may instead be off by the absolute `error`.
    note : str
        Why `ulp` is above 4, or why `loose` is there.
    defaults : tuple of float
        Values of the last operands when they aren't given.
    numpy : str
        numpy's name for it, where that differs.
    doc : str
        One sentence for its docstrings.
    rules : sequence of callable, optional
        Of an op that a user added: its derivatives over Values, of operands and out, where they are no texts.
    origin : tuple, optional
        Of an op that a user added: where it comes from, as `autograd.derivatives.custom.operation.origin` tells.
    loops : bool
        Of an op that a user added: what it holds may lead to a node of it.
    """

    name: str
    index: int
    parameters: tuple[str, ...]
    compute: Compute
    symbol: str
    text: str
    latex: str
    precedence: int
    page: tuple[str, ...]
    graph: tuple[str, ...]
    domain: tuple[Interval, ...]
    kinks: str
    ulp: float
    loose: tuple[tuple[float, float, float], ...]
    note: str
    defaults: tuple[float, ...]
    numpy: str
    doc: str
    rules: Sequence[Callable[..., Any]] | None = None
    origin: tuple[Any, ...] | None = None
    loops: bool = False

    @property
    def arity(self) -> int | None:
        """Number of operands; None when it takes any number."""
        return None if self.parameters[0].startswith("*") else len(self.parameters)


class _Table(dict[str, Op]):
    """Rows by name. Looking one up also finds those in PASSING, which aren't counted and listed."""

    def __missing__(self, name: str) -> Op:
        return PASSING[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in PASSING


PASSING: WeakValueDictionary[str, Op] = WeakValueDictionary()
"""Ops that are there as long as somebody holds them, such as their nodes."""

TABLE: dict[str, Op] = _Table()


def row(
    *,
    page: tuple[str, ...],
    graph: tuple[str, ...] | None = None,
    symbol: str = "",
    text: str = "",
    latex: str = "",
    precedence: int = CALL,
    domain: tuple[Interval, ...] | None = None,
    kinks: str = "",
    ulp: float = 4.0,
    loose: tuple[tuple[float, float, float], ...] = (),
    note: str = "",
    numpy: str = "",
) -> Callable[[Compute], Compute]:
    """Enter the decorated function into the table under its own name."""

    def enter(compute: Compute) -> Compute:
        signature = inspect.signature(compute).parameters.values()
        parameters = tuple("*" + p.name if p.kind is p.VAR_POSITIONAL else p.name for p in signature)
        name = compute.__name__.rstrip("_")
        arguments = ", ".join(f"{{{p}}}" for p in parameters)
        TABLE[name] = Op(
            name=name,
            index=len(TABLE),
            parameters=parameters,
            compute=compute,
            symbol=symbol or name,
            text=text or f"{name}({arguments})",
            latex=latex or rf"\operatorname{{{{{name}}}}}({arguments})",
            precedence=precedence,
            page=page,
            graph=graph or page,
            domain=domain or (REAL,) * len(parameters),
            kinks=kinks,
            ulp=ulp,
            loose=loose,
            note=note,
            defaults=tuple(p.default for p in signature if p.default is not p.empty),
            numpy=numpy,
            doc=(compute.__doc__ or "").strip(),
        )
        return compute

    return enter


# Arithmetic


@row(symbol="+", text="{x} + {y}", latex="{x} + {y}", precedence=SUM, page=("1", "1"))
def add(x: float, y: float) -> tuple[float, float, float]:
    """x + y."""
    return x + y, 1.0, 1.0


@row(symbol="−", text="{x} - {y}", latex="{x} - {y}", precedence=SUM, page=("1", "-1"))
def sub(x: float, y: float) -> tuple[float, float, float]:
    """x − y."""
    return x - y, 1.0, -1.0


@row(symbol="×", text="{x}*{y}", latex=r"{x} \cdot {y}", precedence=PRODUCT, page=("y", "x"))
def mul(x: float, y: float) -> tuple[float, float, float]:
    """x · y."""
    return x * y, y, x


@row(
    symbol="÷",
    text="{x}/{y}",
    latex=r"\frac{{{x}}}{{{y}}}",
    precedence=PRODUCT,
    page=("1/y", "-x/y**2"),
    graph=("1/y", "-out/y"),
    kinks="y == 0",
)
def div(x: float, y: float) -> tuple[float, float, float]:
    """x / y; ±inf or nan where y is 0."""
    out = ieee.div(x, y)
    # A subnormal quotient has lost digits that dividing by a small y would bring to light.
    slope = -x / (y * y) if abs(out) < SMALLEST_NORMAL and 1e-100 < abs(y) < 1.0 else ieee.div(-out, y)
    return out, ieee.div(1.0, y), slope


@row(symbol="−", text="-{x}", latex="-{x}", precedence=SIGN, page=("-1",))
def neg(x: float) -> tuple[float, float]:
    """−x."""
    return -x, -1.0


@row(
    symbol="^",
    text="{x}**{y}",
    latex="{x}^{{{y}}}",
    precedence=POWER,
    page=("y*x**(y - 1)", "out*log(x)"),
    domain=(POSITIVE, REAL),
    kinks="x == 0",
    numpy="power",
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
        else half * ieee.log(x) * half
    )
    return out, slope, growth


@row(
    symbol="|x|", text="|{x}|", latex=r"\left|{x}\right|", page=("(x > 0) - (x < 0)",), kinks="x == 0", numpy="absolute"
)
def abs_(x: float) -> tuple[float, float]:
    """Absolute value; its derivative at 0 is 0."""
    return abs(x), 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else ieee.nan


# Exponentials, logarithms, roots


@row(latex="e^{{{x}}}", page=("out",))
def exp(x: float) -> tuple[float, float]:
    """e to the x."""
    out = ieee.exp(x)
    return out, out


@row(latex=r"\left(e^{{{x}}} - 1\right)", page=("out + 1",), graph=("exp(x)",))
def expm1(x: float) -> tuple[float, float]:
    """e to the x, minus 1, accurate near 0."""
    return ieee.expm1(x), ieee.exp(x)


@row(symbol="ln", latex=r"\ln({x})", page=("1/x",), domain=(POSITIVE,), kinks="x == 0")
def log(x: float) -> tuple[float, float]:
    """Natural logarithm; nan below 0."""
    return ieee.log(x), _reciprocal(x)


@row(latex=r"\ln(1 + {x})", page=("1/(1 + x)",), domain=((-1.0, inf),), kinks="x == -1")
def log1p(x: float) -> tuple[float, float]:
    """Natural logarithm of 1 + x, accurate near 0."""
    return ieee.log1p(x), _reciprocal(1.0 + x)


@row(symbol="log₂", latex=r"\log_2({x})", page=("1/(x*log(2))",), domain=(POSITIVE,), kinks="x == 0")
def log2(x: float) -> tuple[float, float]:
    """Logarithm to base 2."""
    return ieee.log2(x), _reciprocal(x) / LN_2


@row(symbol="log₁₀", latex=r"\log_{{10}}({x})", page=("1/(x*log(10))",), domain=(POSITIVE,), kinks="x == 0")
def log10(x: float) -> tuple[float, float]:
    """Logarithm to base 10."""
    return ieee.log10(x), _reciprocal(x) / LN_10


@row(symbol="√", latex=r"\sqrt{{{x}}}", page=("1/(2*out)",), domain=(POSITIVE,), kinks="x == 0")
def sqrt(x: float) -> tuple[float, float]:
    """Square root; its derivative at 0 is inf."""
    out = ieee.sqrt(x)
    return out, ieee.div(0.5, abs(out))


@row(symbol="∛", latex=r"\sqrt[3]{{{x}}}", page=("1/(3*out**2)",), kinks="x == 0")
def cbrt(x: float) -> tuple[float, float]:
    """Real cube root, also of negative numbers."""
    ordinary = 0.0 < abs(x) < ieee.inf
    out = _cube_root(x) if ordinary else x
    return out, out / x / 3.0 if ordinary else ieee.div(1.0, abs(x))


# Trigonometry

HUGE_ANGLES: Final = ((-inf, -1e8, 2.0**-108), (1e8, inf, 2.0**-108))
HUGE_ANGLES_NOTE: Final = "libm reduces huge angles to 2⁻¹⁰⁸ absolute: 14 ulp of cos where that is least, at 5.3e255"


@row(latex=r"\sin({x})", page=("cos(x)",), loose=HUGE_ANGLES, note=HUGE_ANGLES_NOTE)
def sin(x: float) -> tuple[float, float]:
    """Sine of an angle in radians."""
    return ieee.sin(x), ieee.cos(x)


@row(latex=r"\cos({x})", page=("-sin(x)",), loose=HUGE_ANGLES, note=HUGE_ANGLES_NOTE)
def cos(x: float) -> tuple[float, float]:
    """Cosine of an angle in radians."""
    return ieee.cos(x), -ieee.sin(x)


@row(
    latex=r"\tan({x})",
    page=("1 + out**2",),
    ulp=32.0,
    note="as sin and cos: 26 ulp at the double nearest to a pole, 5.3e255; below 1e8 it is 4",
)
def tan(x: float) -> tuple[float, float]:
    """Tangent of an angle in radians."""
    c = ieee.cos(x)
    return ieee.tan(x), 1.0 / (c * c)


@row(
    latex=r"\arcsin({x})",
    page=("1/sqrt(1 - x**2)",),
    graph=("1/sqrt((1 - x)*(1 + x))",),
    domain=(UNIT,),
    kinks="abs(x) == 1",
    numpy="arcsin",
)
def asin(x: float) -> tuple[float, float]:
    """Angle in radians whose sine is x."""
    return ieee.asin(x), ieee.div(1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))


@row(
    latex=r"\arccos({x})",
    page=("-1/sqrt(1 - x**2)",),
    graph=("-1/sqrt((1 - x)*(1 + x))",),
    domain=(UNIT,),
    kinks="abs(x) == 1",
    numpy="arccos",
)
def acos(x: float) -> tuple[float, float]:
    """Angle in radians whose cosine is x."""
    return ieee.acos(x), ieee.div(-1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))


@row(latex=r"\arctan({x})", page=("1/(1 + x**2)",), numpy="arctan")
def atan(x: float) -> tuple[float, float]:
    """Angle in radians whose tangent is x."""
    return ieee.atan(x), 1.0 / (1.0 + x * x) if abs(x) < 1e100 else 1.0 / x / x


@row(latex=r"\sinh({x})", page=("cosh(x)",))
def sinh(x: float) -> tuple[float, float]:
    """Hyperbolic sine."""
    return ieee.sinh(x), ieee.cosh(x)


@row(latex=r"\cosh({x})", page=("sinh(x)",))
def cosh(x: float) -> tuple[float, float]:
    """Hyperbolic cosine."""
    return ieee.cosh(x), ieee.sinh(x)


@row(latex=r"\tanh({x})", page=("1 - out**2",), graph=("4*sigmoid(2*x)*sigmoid(-2*x)",))
def tanh(x: float) -> tuple[float, float]:
    """Hyperbolic tangent."""
    e = ieee.exp(-2.0 * abs(x))
    return ieee.tanh(x), 4.0 * e / ((1.0 + e) * (1.0 + e))


@row(latex=r"\operatorname{{arsinh}}({x})", page=("1/sqrt(1 + x**2)",), numpy="arcsinh")
def asinh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic sine."""
    return ieee.asinh(x), 1.0 / ieee.sqrt(1.0 + x * x) if abs(x) < 1e100 else 1.0 / abs(x)


@row(
    latex=r"\operatorname{{arcosh}}({x})",
    page=("1/sqrt(x**2 - 1)",),
    graph=("1/(sqrt(x - 1)*sqrt(x + 1))",),
    domain=((1.0, inf),),
    kinks="x == 1",
    numpy="arccosh",
)
def acosh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic cosine, 0 or above."""
    return ieee.acosh(x), ieee.div(1.0, ieee.sqrt(x - 1.0) * ieee.sqrt(x + 1.0))


@row(
    latex=r"\operatorname{{artanh}}({x})",
    page=("1/(1 - x**2)",),
    graph=("1/((1 - x)*(1 + x))",),
    domain=(UNIT,),
    kinks="abs(x) == 1",
    numpy="arctanh",
)
def atanh(x: float) -> tuple[float, float]:
    """Inverse hyperbolic tangent."""
    return ieee.atanh(x), ieee.div(1.0, (1.0 - x) * (1.0 + x)) if abs(x) <= 1.0 else ieee.nan


@row(page=("x/(x**2 + y**2)", "-y/(x**2 + y**2)"), kinks="y == 0 and x <= 0", numpy="arctan2")
def atan2(y: float, x: float) -> tuple[float, float, float]:
    """Angle in radians from the positive x axis to the point (x, y)."""
    scale = _scale(x, y)
    a, b = x * scale, y * scale
    square = a * a + b * b
    far = square == ieee.inf
    return (
        ieee.atan2(y, x),
        0.0 if far else ieee.div(a, square) * scale,
        0.0 if far else ieee.div(-b, square) * scale,
    )


@row(latex=r"\sqrt{{{x}^2 + {y}^2}}", page=("x/out", "y/out"), kinks="x == 0 and y == 0")
def hypot(x: float, y: float) -> tuple[float, float, float]:
    """Length of the vector (x, y), without overflow on the way; its derivatives at (0, 0) are 0."""
    scale = _scale(x, y)
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


@row(symbol="σ", latex=r"\sigma({x})", page=("out*(1 - out)",), graph=("sigmoid(x)*sigmoid(-x)",))
def sigmoid(x: float) -> tuple[float, float]:
    """Logistic function 1/(1 + e^−x)."""
    e = ieee.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e), e / ((1.0 + e) * (1.0 + e))


@row(page=("(x > 0)",), kinks="x == 0")
def relu(x: float) -> tuple[float, float]:
    """x where it is above 0, else 0; its derivative at 0 is 0."""
    return 0.0 if x <= 0.0 else x, 1.0 if x > 0.0 else 0.0


@row(
    symbol="lrelu",
    page=("(x > 0) + slope*(x <= 0)", "x*(x <= 0)"),
    kinks="x == 0",
)
def leaky_relu(x: float, slope: float = 0.01) -> tuple[float, float, float]:
    """x where it is above 0, else slope · x; at 0 the derivative is the one of least size between slope and 1."""
    least = 0.0 if slope < 0.0 else 1.0 if slope > 1.0 else slope
    return (
        slope * x if x <= 0.0 else x,
        1.0 if x > 0.0 else least if x == 0.0 else slope,
        0.0 if x > 0.0 else x,
    )


@row(page=("sigmoid(x)",))
def softplus(x: float) -> tuple[float, float]:
    """ln(1 + e^x), without overflow."""
    e = ieee.exp(-abs(x))
    return (0.0 if x <= 0.0 else x) + ieee.log1p(e), (1.0 if x >= 0.0 else e) / (1.0 + e)


@row(page=("sigmoid(x)*(1 + x*(1 - sigmoid(x)))",), graph=("sigmoid(x)*(1 + x*sigmoid(-x))",))
def silu(x: float) -> tuple[float, float]:
    """x · sigmoid(x)."""
    e = ieee.exp(-abs(x))
    half = (
        ieee.exp(0.5 * x) if x < -690.0 else 0.0
    )  # e itself is subnormal below -708, and x would bring its lost digits to light
    value = x / (1.0 + e) if x >= 0.0 else x * e / (1.0 + e) if x > -700.0 else x * half * half if x > -800.0 else -0.0
    # 1 + x + exp(x) vanishes at SILU_DIP: measured from there, nothing cancels.
    from_dip = x - SILU_DIP
    growth = ieee.expm1(from_dip - SILU_DIP_REST if from_dip < 2.0 else 2.0)
    rise = from_dip + (EXP_SILU_DIP * growth - SILU_DIP_REST)
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
    page=("normal_cdf(x) + x*exp(-x**2/2)/sqrt(2*pi)",),
    ulp=12.0,
    loose=((-1.0, -0.5, 2.0**-52),),
    note="normal_cdf's bound; the derivative crosses 0 at -0.7518, where two terms cancel",
)
def gelu(x: float) -> tuple[float, float]:
    """x · normal_cdf(x), the exact form."""
    cdf = _normal_cdf(x)
    density = _normal_density(x)
    # Below -37.4 both are soon subnormal, and x would bring their lost digits to light: their roots aren't.
    far = -40.0 < x < -37.4
    ratio = _tail_ratio(x) if far else 0.0
    root = ROOT_OF_ONE_OVER_SQRT_2PI * _exp_minus_square(x, 0.25) if far else 0.0
    value = x if x > 40.0 else -0.0 if x <= -40.0 else -ratio * root * root if far else x * cdf
    slope = (x - ratio / x) * root * root if far else cdf if density == 0.0 else cdf + x * density
    return value, slope


# The error function and the normal distribution


@row(latex=r"\operatorname{{erf}}({x})", page=("2/sqrt(pi)*exp(-x**2)",))
def erf(x: float) -> tuple[float, float]:
    """Error function."""
    return ieee.erf(x), TWO_OVER_SQRT_PI * _exp_minus_square(x, 1.0)


@row(
    latex=r"\operatorname{{erfc}}({x})",
    page=("-2/sqrt(pi)*exp(-x**2)",),
    ulp=8.0,
    note="libm's erfc is good to 5.2 ulp",
)
def erfc(x: float) -> tuple[float, float]:
    """1 − erf(x), accurate where that is tiny."""
    return ieee.erfc(x), -TWO_OVER_SQRT_PI * _exp_minus_square(x, 1.0)


@row(
    symbol="Φ",
    latex=r"\Phi({x})",
    page=("exp(-x**2/2)/sqrt(2*pi)",),
    ulp=10.0,
    note="libm's erfc is good to 5.2 ulp, its argument x/√2 adds to that",
)
def normal_cdf(x: float) -> tuple[float, float]:
    """Probability that a standard normal variable is at most x."""
    return _normal_cdf(x), _normal_density(x)


# Choice


@row(latex=r"\max({x}, {y})", page=("(x > y) + (x == y)/2", "(y > x) + (x == y)/2"), kinks="x == y", numpy="maximum")
def max_(x: float, y: float) -> tuple[float, float, float]:
    """The larger of two; at a tie each has half of the derivative."""
    out = x if x > y or x == y else y if y > x else ieee.nan
    return out, 1.0 if x > y else 0.0 if x < y else 0.5, 0.0 if x > y else 1.0 if x < y else 0.5


@row(latex=r"\min({x}, {y})", page=("(x < y) + (x == y)/2", "(y < x) + (x == y)/2"), kinks="x == y", numpy="minimum")
def min_(x: float, y: float) -> tuple[float, float, float]:
    """The smaller of two; at a tie each has half of the derivative."""
    out = x if x < y or x == y else y if y < x else ieee.nan
    return out, 1.0 if x < y else 0.0 if x > y else 0.5, 0.0 if x < y else 1.0 if x > y else 0.5


@row(page=("0", "(condition != 0)", "(condition == 0)"), kinks="condition == 0")
def where(condition: float, x: float, y: float) -> tuple[float, float, float, float]:
    """x where the condition isn't 0, else y; the branch not taken gets exactly nothing, even if it is inf or nan."""
    return x if condition != 0.0 else y, 0.0, 1.0 if condition != 0.0 else 0.0, 0.0 if condition != 0.0 else 1.0


# Any number of operands


@row(
    symbol="Σ",
    latex=r"\sum {xs}",
    page=("1",),
    ulp=inf,
    note="n terms: (n − 1)/2 ulp of the sum of their sizes, as any sum from left to right",
)
def sum_(*xs: float) -> tuple[float, ...]:
    """Sum of any number of values, from left to right, as one node."""
    total = 0.0
    for x in xs:
        total += x
    return total, *(1.0,) * len(xs)


@row(
    symbol="mean",
    page=("1/n",),
    ulp=inf,
    note="n terms: n/2 ulp of the mean of their sizes; overflows where their sum does",
)
def mean(*xs: float) -> tuple[float, ...]:
    """Arithmetic mean of one or more values, as one node."""
    total = 0.0
    for x in xs:
        total += x
    return total / len(xs), *(1.0 / len(xs),) * len(xs)


@row(
    symbol="lse",
    page=("exp(x - out)",),
    loose=((-inf, inf, 2.0**-52),),
    note="near a result of 0 the largest term cancels against the logarithm: 2⁻⁵² absolute; n terms may add n/2 ulp",
)
def logsumexp(*xs: float) -> tuple[float, ...]:
    """ln(Σ e^x) of one or more values, without overflow; its derivatives are the softmax."""
    top = _first_largest(xs)
    largest = xs[top]
    if largest != largest or abs(largest) == ieee.inf:
        return _logsumexp_at_infinity(xs, largest)
    terms = [_exp_difference(x, largest) for x in xs]
    rest = 0.0
    for i, term in enumerate(terms):
        rest += 0.0 if i == top else term
    return largest + ieee.log1p(rest), *(term / (1.0 + rest) for term in terms)


@row(
    symbol="w·x",
    page=("x", "w", "1"),
    ulp=inf,
    note="n products: (n + 1)/2 ulp of the sum of all sizes",
)
def dot(*operands: float) -> tuple[float, ...]:
    """w₁x₁ + … + wₙxₙ + bias as one node; operands are all w, all x, then the bias."""
    n = len(operands) // 2
    ws, xs = operands[:n], operands[n : 2 * n]
    total = 0.0
    for w, x in zip(ws, xs, strict=True):
        total += w * x
    return total + operands[-1], *xs, *ws, 1.0


# What rows share

SMALLEST_NORMAL: Final = 2.0**-1022
LN_2: Final = 0.6931471805599453
LN_10: Final = 2.302585092994046
TWO_OVER_SQRT_PI: Final = 1.1283791670955126
ONE_OVER_SQRT_PI: Final = 0.5641895835477563
ONE_OVER_SQRT_2PI: Final = 0.3989422804014327
ROOT_OF_ONE_OVER_SQRT_2PI: Final = 0.6316187777460647
SQRT_HALF: Final = 0.7071067811865476
SQRT_HALF_REST: Final = -4.833646656726457e-17  # √½ − SQRT_HALF
SILU_DIP: Final = -1.2784645427610737  # where silu is least
SILU_DIP_REST: Final = -1.0946994183093437e-16
EXP_SILU_DIP: Final = 0.2784645427610738
SPLITTER: Final = 134217729.0  # 2²⁷ + 1, Dekker 1971


def _reciprocal(x: float) -> float:
    """1/x for x ≥ 0, inf at either zero, nan below: the slope of a logarithm."""
    return ieee.div(1.0, abs(x)) if x >= 0.0 else ieee.nan


def _cube_root(x: float) -> float:
    """Newton's step from pow's estimate, in a range where y³ is a normal number."""
    tiny, huge = abs(x) < 1e-200, abs(x) > 1e200
    scaled = x * 2.0**300 if tiny else x * 2.0**-300 if huge else x
    y = ieee.copysign(ieee.pow(abs(scaled), 1.0 / 3.0), scaled)
    root = y - (y * y * y - scaled) / (3.0 * y * y)
    return root * 2.0**-100 if tiny else root * 2.0**100 if huge else root


def _scale(x: float, y: float) -> float:
    """A power of two that keeps x² + y² clear of overflow and underflow."""
    largest = abs(x) if abs(x) > abs(y) else abs(y)
    return 2.0**600 if largest < 2.0**-500 else 2.0**-600 if largest > 2.0**500 else 1.0


def _high(x: float) -> float:
    """The upper 26 bits of x, so that products with them are exact (Dekker 1971)."""
    wide = SPLITTER * x
    return wide - (wide - x)


def _exp_minus_square(x: float, factor: float) -> float:
    """exp(−factor·x²), factor a power of two, without x²'s rounding error times the size of x²."""
    high = _high(x)
    return 0.0 if abs(x) > 40.0 else ieee.exp(-factor * high * high) * ieee.exp(-factor * (x - high) * (x + high))


def _normal_density(x: float) -> float:
    return ONE_OVER_SQRT_2PI * _exp_minus_square(x, 0.5)


def _normal_cdf(x: float) -> float:
    """½ erfc(−x/√2), corrected for the rounding of x/√2, which erfc's steep flank would magnify."""
    t = x * SQRT_HALF
    high, factor = _high(x), _high(SQRT_HALF)
    error = (high * factor - t) + high * (SQRT_HALF - factor) + (x - high) * factor
    rest = error + (x - high) * (SQRT_HALF - factor) + x * SQRT_HALF_REST
    value = 0.5 * ieee.erfc(-t)
    return value if abs(x) > 40.0 else value + ONE_OVER_SQRT_PI * ieee.exp(-t * t) * rest


def _tail_ratio(x: float) -> float:
    """|x|·normal_cdf(x)/density for x < −37, by its asymptotic series."""
    s = 1.0 / (x * x)
    return 1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s * (1.0 - 9.0 * s * (1.0 - 11.0 * s)))))


def _exp_difference(x: float, y: float) -> float:
    """exp(x − y) for x ≤ y, corrected for the rounding of x − y (Knuth's two-sum)."""
    difference = x - y
    back = difference - x
    error = (x - (difference - back)) - (y + back)
    e = ieee.exp(difference)
    return e if difference == -ieee.inf else e + e * error


def _first_largest(xs: Sequence[float]) -> int:
    """Index of the first largest entry; of the first nan if there is one."""
    top = 0
    for i, x in enumerate(xs):
        if x != x:
            return i
        if x > xs[top]:
            top = i
    return top


def _logsumexp_at_infinity(xs: Sequence[float], largest: float) -> tuple[float, ...]:
    """The value is the infinity or nan itself; the softmax isn't defined, but for terms that are nothing beside it."""
    return largest, *(0.0 if largest == ieee.inf and x < largest else ieee.nan for x in xs)


NAMES: Final[tuple[str, ...]] = tuple(TABLE)  # of the rows above: ops that users add come after them in the table
