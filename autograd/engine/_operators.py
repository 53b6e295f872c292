"""Operators and unary ops over Values, generated from rows.py by `python -m autograd.codegen --write`.

Each does what `value.record` does for any op, with the row written out in place. Not to be edited.
"""

from __future__ import annotations

from typing import Any

from autograd._common.numbers import shown
from autograd.engine import modes
from autograd.engine.marks import recorded
from autograd.engine.operands import operand, other_operand
from autograd.engine.value import Value
from autograd.ops import TABLE, ieee, numerics, rows, series

new = object.__new__
active = 0  # whether a mode is on; a copy of `modes.active`


def listen(count: int, elsewhere: object) -> None:
    """Take over how many modes are on."""
    global active
    active = count


modes.listeners.append(listen)

row_add = TABLE['add']
row_sub = TABLE['sub']
row_mul = TABLE['mul']
row_div = TABLE['div']
row_pow = TABLE['pow']
row_remainder = TABLE['remainder']
row_floor_divide = TABLE['floor_divide']
row_neg = TABLE['neg']
row_abs = TABLE['abs']
row_reciprocal = TABLE['reciprocal']
row_sign = TABLE['sign']
row_exp = TABLE['exp']
row_exp2 = TABLE['exp2']
row_expm1 = TABLE['expm1']
row_log = TABLE['log']
row_log1p = TABLE['log1p']
row_log2 = TABLE['log2']
row_log10 = TABLE['log10']
row_sqrt = TABLE['sqrt']
row_cbrt = TABLE['cbrt']
row_sin = TABLE['sin']
row_cos = TABLE['cos']
row_tan = TABLE['tan']
row_asin = TABLE['asin']
row_acos = TABLE['acos']
row_atan = TABLE['atan']
row_sinh = TABLE['sinh']
row_cosh = TABLE['cosh']
row_tanh = TABLE['tanh']
row_asinh = TABLE['asinh']
row_acosh = TABLE['acosh']
row_atanh = TABLE['atanh']
row_sigmoid = TABLE['sigmoid']
row_relu = TABLE['relu']
row_softsign = TABLE['softsign']
row_selu = TABLE['selu']
row_hard_tanh = TABLE['hard_tanh']
row_softplus = TABLE['softplus']
row_silu = TABLE['silu']
row_gelu = TABLE['gelu']
row_lgamma = TABLE['lgamma']
row_digamma = TABLE['digamma']
row_erf = TABLE['erf']
row_erfc = TABLE['erfc']
row_normal_cdf = TABLE['normal_cdf']
row_erfinv = TABLE['erfinv']
row_i0e = TABLE['i0e']
row_i1e = TABLE['i1e']
row_sinc = TABLE['sinc']


def __add__(self: Any, other: Any) -> Any:
    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
        node._number = x + y
        node._to_x = 1.0
        node._to_y = 1.0
    else:
        y = other if type(other) is float else other_operand(row_add, other, "__radd__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
        node._number = x + y
        node._to_x = 1.0
        node._to_y = None
    node._row = row_add
    return recorded(node) if active else node


def __radd__(self: Any, other: Any) -> Any:
    x = other if type(other) is float else operand(row_add, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
    node._number = x + y
    node._to_x = None
    node._to_y = 1.0
    node._row = row_add
    return recorded(node) if active else node


def __sub__(self: Any, other: Any) -> Any:
    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
        node._number = x - y
        node._to_x = 1.0
        node._to_y = -1.0
    else:
        y = other if type(other) is float else other_operand(row_sub, other, "__rsub__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
        node._number = x - y
        node._to_x = 1.0
        node._to_y = None
    node._row = row_sub
    return recorded(node) if active else node


def __rsub__(self: Any, other: Any) -> Any:
    x = other if type(other) is float else operand(row_sub, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
    node._number = x - y
    node._to_x = None
    node._to_y = -1.0
    node._row = row_sub
    return recorded(node) if active else node


def __mul__(self: Any, other: Any) -> Any:
    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
        node._number = x * y
        node._to_x = y
        node._to_y = x
    else:
        y = other if type(other) is float else other_operand(row_mul, other, "__rmul__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
        node._number = x * y
        node._to_x = y
        node._to_y = None
    node._row = row_mul
    return recorded(node) if active else node


def __rmul__(self: Any, other: Any) -> Any:
    x = other if type(other) is float else operand(row_mul, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
    node._number = x * y
    node._to_x = None
    node._to_y = x
    node._row = row_mul
    return recorded(node) if active else node


def __truediv__(self: Any, other: Any) -> Any:
    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
        out = ieee.div(x, y)
        node._number = out
        node._to_x = ieee.div(1.0, y)
        node._to_y = numerics.quotient_slope(x, y, out)
    else:
        y = other if type(other) is float else other_operand(row_div, other, "__rtruediv__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
        out = ieee.div(x, y)
        node._number = out
        node._to_x = ieee.div(1.0, y)
        node._to_y = None
    node._row = row_div
    return recorded(node) if active else node


def __rtruediv__(self: Any, other: Any) -> Any:
    x = other if type(other) is float else operand(row_div, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
    out = ieee.div(x, y)
    node._number = out
    node._to_x = None
    node._to_y = numerics.quotient_slope(x, y, out)
    node._row = row_div
    return recorded(node) if active else node


def __pow__(self: Any, other: Any, modulus: None = None) -> Any:
    if modulus is not None:
        raise TypeError(f"pow: a Value takes no modulus, got {shown(modulus)}")
    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
        out = x * x if y == 2.0 else ieee.pow(x, y)
        node._number = out
        node._to_x = numerics.power_slope(x, y, out)
        node._to_y = numerics.power_growth(x, y, out)
    else:
        y = other if type(other) is float else other_operand(row_pow, other, "__rpow__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
        out = x * x if y == 2.0 else ieee.pow(x, y)
        node._number = out
        node._to_x = numerics.power_slope(x, y, out)
        node._to_y = None
    node._row = row_pow
    return recorded(node) if active else node


def __rpow__(self: Any, other: Any, modulus: None = None) -> Any:
    if modulus is not None:
        raise TypeError(f"pow: a Value takes no modulus, got {shown(modulus)}")
    x = other if type(other) is float else operand(row_pow, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
    out = x * x if y == 2.0 else ieee.pow(x, y)
    node._number = out
    node._to_x = None
    node._to_y = numerics.power_growth(x, y, out)
    node._row = row_pow
    return recorded(node) if active else node


def __mod__(self: Any, other: Any) -> Any:
    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
        node._number = numerics.remainder(x, y)
        node._to_x = 1.0
        node._to_y = -numerics.floor_divide(x, y)
    else:
        y = other if type(other) is float else other_operand(row_remainder, other, "__rmod__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
        node._number = numerics.remainder(x, y)
        node._to_x = 1.0
        node._to_y = None
    node._row = row_remainder
    return recorded(node) if active else node


def __rmod__(self: Any, other: Any) -> Any:
    x = other if type(other) is float else operand(row_remainder, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
    node._number = numerics.remainder(x, y)
    node._to_x = None
    node._to_y = -numerics.floor_divide(x, y)
    node._row = row_remainder
    return recorded(node) if active else node


def __floordiv__(self: Any, other: Any) -> Any:
    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
        node._number = numerics.floor_divide(x, y)
        node._to_x = 0.0
        node._to_y = 0.0
    else:
        y = other if type(other) is float else other_operand(row_floor_divide, other, "__rfloordiv__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
        node._number = numerics.floor_divide(x, y)
        node._to_x = 0.0
        node._to_y = None
    node._row = row_floor_divide
    return recorded(node) if active else node


def __rfloordiv__(self: Any, other: Any) -> Any:
    x = other if type(other) is float else operand(row_floor_divide, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
    node._number = numerics.floor_divide(x, y)
    node._to_x = None
    node._to_y = 0.0
    node._row = row_floor_divide
    return recorded(node) if active else node


def op_neg(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = -x
    node._to_x = -1.0
    node._to_y = None
    node._row = row_neg
    return recorded(node) if active else node


def op_abs(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = abs(x)
    node._to_x = 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else ieee.nan
    node._to_y = None
    node._row = row_abs
    return recorded(node) if active else node


def op_reciprocal(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    out = ieee.div(1.0, x)
    node._number = out
    node._to_x = -out * out
    node._to_y = None
    node._row = row_reciprocal
    return recorded(node) if active else node


def op_sign(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x
    node._to_x = 0.0
    node._to_y = None
    node._row = row_sign
    return recorded(node) if active else node


def op_exp(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    out = ieee.exp(x)
    node._number = out
    node._to_x = out
    node._to_y = None
    node._row = row_exp
    return recorded(node) if active else node


def op_exp2(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    out = ieee.pow(2.0, x)
    node._number = out
    node._to_x = numerics.LN_2 * out
    node._to_y = None
    node._row = row_exp2
    return recorded(node) if active else node


def op_expm1(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.expm1(x)
    node._to_x = ieee.exp(x)
    node._to_y = None
    node._row = row_expm1
    return recorded(node) if active else node


def op_log(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.log(x)
    node._to_x = numerics.reciprocal(x)
    node._to_y = None
    node._row = row_log
    return recorded(node) if active else node


def op_log1p(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.log1p(x)
    node._to_x = numerics.reciprocal(1.0 + x)
    node._to_y = None
    node._row = row_log1p
    return recorded(node) if active else node


def op_log2(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.log2(x)
    node._to_x = numerics.reciprocal(x) / numerics.LN_2
    node._to_y = None
    node._row = row_log2
    return recorded(node) if active else node


def op_log10(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.log10(x)
    node._to_x = numerics.reciprocal(x) / numerics.LN_10
    node._to_y = None
    node._row = row_log10
    return recorded(node) if active else node


def op_sqrt(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    out = ieee.sqrt(x)
    node._number = out
    node._to_x = ieee.div(0.5, abs(out))
    node._to_y = None
    node._row = row_sqrt
    return recorded(node) if active else node


def op_cbrt(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    ordinary = 0.0 < abs(x) < ieee.inf
    out = numerics.cube_root(x) if ordinary else x
    node._number = out
    node._to_x = out / x / 3.0 if ordinary else ieee.div(1.0, abs(x))
    node._to_y = None
    node._row = row_cbrt
    return recorded(node) if active else node


def op_sin(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.sin(x)
    node._to_x = ieee.cos(x)
    node._to_y = None
    node._row = row_sin
    return recorded(node) if active else node


def op_cos(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.cos(x)
    node._to_x = -ieee.sin(x)
    node._to_y = None
    node._row = row_cos
    return recorded(node) if active else node


def op_tan(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    c = ieee.cos(x)
    node._number = ieee.tan(x)
    node._to_x = 1.0 / (c * c)
    node._to_y = None
    node._row = row_tan
    return recorded(node) if active else node


def op_asin(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.asin(x)
    node._to_x = ieee.div(1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))
    node._to_y = None
    node._row = row_asin
    return recorded(node) if active else node


def op_acos(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.acos(x)
    node._to_x = ieee.div(-1.0, ieee.sqrt((1.0 - x) * (1.0 + x)))
    node._to_y = None
    node._row = row_acos
    return recorded(node) if active else node


def op_atan(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.atan(x)
    node._to_x = numerics.atan_slope(x)
    node._to_y = None
    node._row = row_atan
    return recorded(node) if active else node


def op_sinh(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.sinh(x)
    node._to_x = ieee.cosh(x)
    node._to_y = None
    node._row = row_sinh
    return recorded(node) if active else node


def op_cosh(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.cosh(x)
    node._to_x = ieee.sinh(x)
    node._to_y = None
    node._row = row_cosh
    return recorded(node) if active else node


def op_tanh(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    e = ieee.exp(-2.0 * abs(x))
    node._number = ieee.tanh(x)
    node._to_x = 4.0 * e / ((1.0 + e) * (1.0 + e))
    node._to_y = None
    node._row = row_tanh
    return recorded(node) if active else node


def op_asinh(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.asinh(x)
    node._to_x = numerics.asinh_slope(x)
    node._to_y = None
    node._row = row_asinh
    return recorded(node) if active else node


def op_acosh(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.acosh(x)
    node._to_x = ieee.div(1.0, ieee.sqrt(x - 1.0) * ieee.sqrt(x + 1.0))
    node._to_y = None
    node._row = row_acosh
    return recorded(node) if active else node


def op_atanh(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.atanh(x)
    node._to_x = ieee.div(1.0, (1.0 - x) * (1.0 + x)) if abs(x) <= 1.0 else ieee.nan
    node._to_y = None
    node._row = row_atanh
    return recorded(node) if active else node


def op_sigmoid(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    e = ieee.exp(-abs(x))
    node._number = (1.0 if x >= 0.0 else e) / (1.0 + e)
    node._to_x = e / ((1.0 + e) * (1.0 + e))
    node._to_y = None
    node._row = row_sigmoid
    return recorded(node) if active else node


def op_relu(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = 0.0 if x <= 0.0 else x
    node._to_x = 1.0 if x > 0.0 else 0.0
    node._to_y = None
    node._row = row_relu
    return recorded(node) if active else node


def op_softsign(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    bottom = 1.0 + abs(x)
    out = x / bottom if bottom < ieee.inf else x if x != x else ieee.copysign(1.0, x)
    node._number = out
    node._to_x = 1.0 / bottom / bottom
    node._to_y = None
    node._row = row_softsign
    return recorded(node) if active else node


def op_selu(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = numerics.SELU_SCALE * x if x > 0.0 else numerics.SELU_SCALE_ALPHA * ieee.expm1(x)
    node._to_x = numerics.SELU_SCALE if x >= 0.0 else numerics.SELU_SCALE_ALPHA * ieee.exp(x)
    node._to_y = None
    node._row = row_selu
    return recorded(node) if active else node


def op_hard_tanh(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = -1.0 if x < -1.0 else 1.0 if x > 1.0 else x
    node._to_x = 1.0 if abs(x) < 1.0 else 0.0
    node._to_y = None
    node._row = row_hard_tanh
    return recorded(node) if active else node


def op_softplus(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    e = ieee.exp(-abs(x))
    node._number = (0.0 if x <= 0.0 else x) + ieee.log1p(e)
    node._to_x = (1.0 if x >= 0.0 else e) / (1.0 + e)
    node._to_y = None
    node._row = row_softplus
    return recorded(node) if active else node


def op_silu(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    e = ieee.exp(-abs(x))
    half = ieee.exp(0.5 * x) if x < -690.0 else 0.0
    value = x / (1.0 + e) if x >= 0.0 else x * e / (1.0 + e) if x > -700.0 else x * half * half if x > -800.0 else -0.0
    from_dip = x - numerics.SILU_DIP
    growth = ieee.expm1(from_dip - numerics.SILU_DIP_REST if from_dip < 2.0 else 2.0)
    rise = from_dip + (numerics.EXP_SILU_DIP * growth - numerics.SILU_DIP_REST)
    slope = (1.0 + x * e / (1.0 + e)) / (1.0 + e) if 0.0 <= x < 800.0 else 1.0 if x >= 800.0 else rise / (ieee.exp(-x) + (2.0 + e)) if x > -700.0 else rise * half * half if x > -800.0 else -0.0
    node._number = value if x == x else x
    node._to_x = slope if x == x else x
    node._to_y = None
    node._row = row_silu
    return recorded(node) if active else node


def op_gelu(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    cdf = numerics.normal_cdf(x)
    density = numerics.normal_density(x)
    far = -40.0 < x < -37.4
    ratio = numerics.tail_ratio(x) if far else 0.0
    root = numerics.ROOT_OF_ONE_OVER_SQRT_2PI * numerics.exp_minus_square(x, 0.25) if far else 0.0
    value = x if x > 40.0 else -0.0 if x <= -40.0 else -ratio * root * root if far else x * cdf
    slope = (x - ratio / x) * root * root if far else cdf if density == 0.0 else cdf + x * density
    node._number = value
    node._to_x = slope
    node._to_y = None
    node._row = row_gelu
    return recorded(node) if active else node


def op_lgamma(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = series.log_gamma(x)
    node._to_x = series.digamma(x)
    node._to_y = None
    node._row = row_lgamma
    return recorded(node) if active else node


def op_digamma(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = series.digamma(x)
    node._to_x = series.polygamma(1.0, x)
    node._to_y = None
    node._row = row_digamma
    return recorded(node) if active else node


def op_erf(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.erf(x)
    node._to_x = numerics.TWO_OVER_SQRT_PI * numerics.exp_minus_square(x, 1.0)
    node._to_y = None
    node._row = row_erf
    return recorded(node) if active else node


def op_erfc(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = ieee.erfc(x)
    node._to_x = -numerics.TWO_OVER_SQRT_PI * numerics.exp_minus_square(x, 1.0)
    node._to_y = None
    node._row = row_erfc
    return recorded(node) if active else node


def op_normal_cdf(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = numerics.normal_cdf(x)
    node._to_x = numerics.normal_density(x)
    node._to_y = None
    node._row = row_normal_cdf
    return recorded(node) if active else node


def op_erfinv(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    out = series.erfinv(x)
    node._number = out
    node._to_x = series.erfinv_derivative(x, out)
    node._to_y = None
    node._row = row_erfinv
    return recorded(node) if active else node


def op_i0e(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    slope = series.bessel_moment(1.0, abs(x))
    node._number = series.bessel_0(abs(x))
    node._to_x = 0.0 if x == 0.0 else -slope if x > 0.0 else slope
    node._to_y = None
    node._row = row_i0e
    return recorded(node) if active else node


def op_i1e(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = series.bessel_1(x)
    node._to_x = series.bessel_1_slope(abs(x))
    node._to_y = None
    node._row = row_i1e
    return recorded(node) if active else node


def op_sinc(self: Any) -> Any:
    x = self._number
    node = new(Value)
    node._x = self
    node._y = None
    node._number = series.spherical_bessel(0.0, x)
    node._to_x = -series.PI * series.spherical_bessel(1.0, x)
    node._to_y = None
    node._row = row_sinc
    return recorded(node) if active else node


OPERATORS = [
    __add__,
    __radd__,
    __sub__,
    __rsub__,
    __mul__,
    __rmul__,
    __truediv__,
    __rtruediv__,
    __pow__,
    __rpow__,
    __mod__,
    __rmod__,
    __floordiv__,
    __rfloordiv__,
]
UNARY = {
    'neg': op_neg,
    'abs': op_abs,
    'reciprocal': op_reciprocal,
    'sign': op_sign,
    'exp': op_exp,
    'exp2': op_exp2,
    'expm1': op_expm1,
    'log': op_log,
    'log1p': op_log1p,
    'log2': op_log2,
    'log10': op_log10,
    'sqrt': op_sqrt,
    'cbrt': op_cbrt,
    'sin': op_sin,
    'cos': op_cos,
    'tan': op_tan,
    'asin': op_asin,
    'acos': op_acos,
    'atan': op_atan,
    'sinh': op_sinh,
    'cosh': op_cosh,
    'tanh': op_tanh,
    'asinh': op_asinh,
    'acosh': op_acosh,
    'atanh': op_atanh,
    'sigmoid': op_sigmoid,
    'relu': op_relu,
    'softsign': op_softsign,
    'selu': op_selu,
    'hard_tanh': op_hard_tanh,
    'softplus': op_softplus,
    'silu': op_silu,
    'gelu': op_gelu,
    'lgamma': op_lgamma,
    'digamma': op_digamma,
    'erf': op_erf,
    'erfc': op_erfc,
    'normal_cdf': op_normal_cdf,
    'erfinv': op_erfinv,
    'i0e': op_i0e,
    'i1e': op_i1e,
    'sinc': op_sinc,
}
