// The ops in JavaScript, from rows.py by `python -m autograd.codegen --write`. Not to be edited.
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const LN_2 = 0.6931471805599453;
const LN_10 = 2.302585092994046;
const SILU_DIP = -1.2784645427610737;
const SILU_DIP_REST = -1.0946994183093437e-16;
const EXP_SILU_DIP = 0.2784645427610738;
const SQRT_HALF = 0.7071067811865476;
const SPLITTER = 134217729;
const SQRT_HALF_REST = -4.833646656726457e-17;
const ONE_OVER_SQRT_PI = 0.5641895835477563;
const ONE_OVER_SQRT_2PI = 0.3989422804014327;
const ROOT_OF_ONE_OVER_SQRT_2PI = 0.6316187777460647;
const TWO_OVER_SQRT_PI = 1.1283791670955126;
function _reciprocal(x) {
  return x >= 0 ? 1 / Math.abs(x) : NaN;
}
function _cube_root(x) {
  let tiny = Math.abs(x) < 1e-200;
  let huge = Math.abs(x) > 1e+200;
  let scaled = tiny ? x * 2.037035976334486e+90 : huge ? x * 4.909093465297727e-91 : x;
  let y = ieee.copysign(ieee.pow(Math.abs(scaled), 1 / 3), scaled);
  let root = y - (y * y * y - scaled) / (3 * y * y);
  return tiny ? root * 7.888609052210118e-31 : huge ? root * 1.2676506002282294e+30 : root;
}
function _scale(x, y) {
  let largest = Math.abs(x) > Math.abs(y) ? Math.abs(x) : Math.abs(y);
  return largest < 3.054936363499605e-151 ? 4.149515568880993e+180 : largest > 3.273390607896142e+150 ? 2.409919865102884e-181 : 1;
}
function _upper_bits(x) {
  let wide = SPLITTER * x;
  return wide - (wide - x);
}
function _normal_cdf(x) {
  let t = x * SQRT_HALF;
  let high = _upper_bits(x);
  let factor = _upper_bits(SQRT_HALF);
  let error = high * factor - t + high * (SQRT_HALF - factor) + (x - high) * factor;
  let rest = error + (x - high) * (SQRT_HALF - factor) + x * SQRT_HALF_REST;
  let value = 0.5 * ieee.erfc(-t);
  return Math.abs(x) > 40 ? value : value + ONE_OVER_SQRT_PI * ieee.exp(-t * t) * rest;
}
function _exp_minus_square(x, factor) {
  let high = _upper_bits(x);
  return Math.abs(x) > 40 ? 0 : ieee.exp(-factor * high * high) * ieee.exp(-factor * (x - high) * (x + high));
}
function _normal_density(x) {
  return ONE_OVER_SQRT_2PI * _exp_minus_square(x, 0.5);
}
function _tail_ratio(x) {
  let s = 1 / (x * x);
  return 1 - s * (1 - 3 * s * (1 - 5 * s * (1 - 7 * s * (1 - 9 * s * (1 - 11 * s)))));
}
function _first_largest(xs) {
  let top = 0;
  for (const [i, x] of xs.entries()) {
    if (x !== x) {
      return i;
    }
    if (x > xs[top]) {
      top = i;
    }
  }
  return top;
}
function _logsumexp_at_infinity(xs, largest) {
  return [largest, ...xs.map((x) => largest === Infinity && x < largest ? 0 : NaN)];
}
function _exp_difference(x, y) {
  let difference = x - y;
  let back = difference - x;
  let error = x - (difference - back) - (y + back);
  let e = ieee.exp(difference);
  return difference === -Infinity ? e : e + e * error;
}
function _power_over(x, y, n) {
  let exponent = y - n;
  let exact = exponent + n === y || x === 0 || Math.abs(x) === Infinity;
  let once = exact ? 0 : ieee.pow(x, y) / x;
  let twice = n >= 2 ? once / x : once;
  return exact ? ieee.pow(x, exponent) : n >= 3 ? twice / x : twice;
}
const OPS = {
  add(x, y) {
    return [x + y, 1, 1];
  },
  sub(x, y) {
    return [x - y, 1, -1];
  },
  mul(x, y) {
    return [x * y, y, x];
  },
  div(x, y) {
    let out = x / y;
    let slope = Math.abs(out) < SMALLEST_NORMAL && 1e-100 < Math.abs(y) && Math.abs(y) < 1 ? -x / (y * y) : -out / y;
    return [out, 1 / y, slope];
  },
  neg(x) {
    return [-x, -1];
  },
  pow(x, y) {
    let out = y === 2 ? x * x : ieee.pow(x, y);
    let normal = 1e-290 < Math.abs(out) && Math.abs(out) < 1e+290;
    let half = normal ? 0 : ieee.pow(Math.abs(x), 0.5 * y);
    let sign = ieee.copysign(1, out) * ieee.copysign(1, x);
    let slope = y === 0 ? 0 : y === 2 ? 2 * x : x === 0 || Math.abs(x) === Infinity || out !== out ? y * ieee.pow(x, y - 1) : normal ? y * out / x : sign * (y * half) * (half / Math.abs(x));
    let growth = x < 0 || x === 0 && y <= 0 ? NaN : x === 0 ? 0 : normal ? out * ieee.log(x) : half === 0 ? 0 : half * ieee.log(x) * half;
    return [out, slope, growth];
  },
  abs(x) {
    return [Math.abs(x), x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN];
  },
  exp(x) {
    let out = ieee.exp(x);
    return [out, out];
  },
  expm1(x) {
    return [ieee.expm1(x), ieee.exp(x)];
  },
  log(x) {
    return [ieee.log(x), _reciprocal(x)];
  },
  log1p(x) {
    return [ieee.log1p(x), _reciprocal(1 + x)];
  },
  log2(x) {
    return [ieee.log2(x), _reciprocal(x) / LN_2];
  },
  log10(x) {
    return [ieee.log10(x), _reciprocal(x) / LN_10];
  },
  sqrt(x) {
    let out = ieee.sqrt(x);
    return [out, 0.5 / Math.abs(out)];
  },
  cbrt(x) {
    let ordinary = 0 < Math.abs(x) && Math.abs(x) < Infinity;
    let out = ordinary ? _cube_root(x) : x;
    return [out, ordinary ? out / x / 3 : 1 / Math.abs(x)];
  },
  sin(x) {
    return [ieee.sin(x), ieee.cos(x)];
  },
  cos(x) {
    return [ieee.cos(x), -ieee.sin(x)];
  },
  tan(x) {
    let c = ieee.cos(x);
    return [ieee.tan(x), 1 / (c * c)];
  },
  asin(x) {
    return [ieee.asin(x), 1 / ieee.sqrt((1 - x) * (1 + x))];
  },
  acos(x) {
    return [ieee.acos(x), -1 / ieee.sqrt((1 - x) * (1 + x))];
  },
  atan(x) {
    return [ieee.atan(x), Math.abs(x) < 1e+100 ? 1 / (1 + x * x) : 1 / x / x];
  },
  sinh(x) {
    return [ieee.sinh(x), ieee.cosh(x)];
  },
  cosh(x) {
    return [ieee.cosh(x), ieee.sinh(x)];
  },
  tanh(x) {
    let e = ieee.exp(-2 * Math.abs(x));
    return [ieee.tanh(x), 4 * e / ((1 + e) * (1 + e))];
  },
  asinh(x) {
    return [ieee.asinh(x), Math.abs(x) < 1e+100 ? 1 / ieee.sqrt(1 + x * x) : 1 / Math.abs(x)];
  },
  acosh(x) {
    return [ieee.acosh(x), 1 / (ieee.sqrt(x - 1) * ieee.sqrt(x + 1))];
  },
  atanh(x) {
    return [ieee.atanh(x), Math.abs(x) <= 1 ? 1 / ((1 - x) * (1 + x)) : NaN];
  },
  atan2(y, x) {
    let scale = _scale(x, y);
    let a = x * scale;
    let b = y * scale;
    let square = a * a + b * b;
    let far = square === Infinity;
    return [ieee.atan2(y, x), far ? 0 : a / square * scale, far ? 0 : -b / square * scale];
  },
  hypot(x, y) {
    let scale = _scale(x, y);
    let a = x * scale;
    let b = y * scale;
    let length = ieee.sqrt(a * a + b * b);
    let out = Math.abs(x) === Infinity || Math.abs(y) === Infinity ? Infinity : length / scale;
    let scaled = scale > 1 || out === Infinity;
    return [out, out === 0 ? 0 : scaled ? a / length : x / out, out === 0 ? 0 : scaled ? b / length : y / out];
  },
  sigmoid(x) {
    let e = ieee.exp(-Math.abs(x));
    return [(x >= 0 ? 1 : e) / (1 + e), e / ((1 + e) * (1 + e))];
  },
  relu(x) {
    return [x <= 0 ? 0 : x, x > 0 ? 1 : 0];
  },
  leaky_relu(x, slope) {
    let least = slope < 0 ? 0 : slope > 1 ? 1 : slope;
    return [x <= 0 ? slope * x : x, x > 0 ? 1 : x === 0 ? least : slope, x > 0 ? 0 : x];
  },
  softplus(x) {
    let e = ieee.exp(-Math.abs(x));
    return [(x <= 0 ? 0 : x) + ieee.log1p(e), (x >= 0 ? 1 : e) / (1 + e)];
  },
  silu(x) {
    let e = ieee.exp(-Math.abs(x));
    let half = x < -690 ? ieee.exp(0.5 * x) : 0;
    let value = x >= 0 ? x / (1 + e) : x > -700 ? x * e / (1 + e) : x > -800 ? x * half * half : -0;
    let from_dip = x - SILU_DIP;
    let growth = ieee.expm1(from_dip < 2 ? from_dip - SILU_DIP_REST : 2);
    let rise = from_dip + (EXP_SILU_DIP * growth - SILU_DIP_REST);
    let slope = 0 <= x && x < 800 ? (1 + x * e / (1 + e)) / (1 + e) : x >= 800 ? 1 : x > -700 ? rise / (ieee.exp(-x) + (2 + e)) : x > -800 ? rise * half * half : -0;
    return [x === x ? value : x, x === x ? slope : x];
  },
  gelu(x) {
    let cdf = _normal_cdf(x);
    let density = _normal_density(x);
    let far = -40 < x && x < -37.4;
    let ratio = far ? _tail_ratio(x) : 0;
    let root = far ? ROOT_OF_ONE_OVER_SQRT_2PI * _exp_minus_square(x, 0.25) : 0;
    let value = x > 40 ? x : x <= -40 ? -0 : far ? -ratio * root * root : x * cdf;
    let slope = far ? (x - ratio / x) * root * root : density === 0 ? cdf : cdf + x * density;
    return [value, slope];
  },
  erf(x) {
    return [ieee.erf(x), TWO_OVER_SQRT_PI * _exp_minus_square(x, 1)];
  },
  erfc(x) {
    return [ieee.erfc(x), -TWO_OVER_SQRT_PI * _exp_minus_square(x, 1)];
  },
  normal_cdf(x) {
    return [_normal_cdf(x), _normal_density(x)];
  },
  max(x, y) {
    let out = x > y || x === y ? x : y > x ? y : NaN;
    return [out, x > y ? 1 : x < y ? 0 : 0.5, x > y ? 0 : x < y ? 1 : 0.5];
  },
  min(x, y) {
    let out = x < y || x === y ? x : y < x ? y : NaN;
    return [out, x < y ? 1 : x > y ? 0 : 0.5, x < y ? 0 : x > y ? 1 : 0.5];
  },
  where(condition, x, y) {
    return [condition !== 0 ? x : y, 0, condition !== 0 ? 1 : 0, condition !== 0 ? 0 : 1];
  },
  sum(...xs) {
    let total = 0;
    for (const x of xs) {
      total += x;
    }
    return [total, ...Array(xs.length).fill(1)];
  },
  mean(...xs) {
    let total = 0;
    for (const x of xs) {
      total += x;
    }
    return [total / xs.length, ...Array(xs.length).fill(1 / xs.length)];
  },
  logsumexp(...xs) {
    let top = _first_largest(xs);
    let largest = xs[top];
    if (largest !== largest || Math.abs(largest) === Infinity) {
      return _logsumexp_at_infinity(xs, largest);
    }
    let terms = xs.map((x) => _exp_difference(x, largest));
    let rest = 0;
    for (const [i, term] of terms.entries()) {
      rest += i === top ? 0 : term;
    }
    return [largest + ieee.log1p(rest), ...terms.map((term) => term / (1 + rest))];
  },
  dot(...operands) {
    let n = Math.floor(operands.length / 2);
    let ws = operands.slice(0, n);
    let xs = operands.slice(n, 2 * n);
    let total = 0;
    for (const [w, x] of ws.map((first, i) => [first, xs[i]])) {
      total += w * x;
    }
    return [total + operands.at(-1), ...xs, ...ws, 1];
  },
  power_over_1(x, y) {
    let out = _power_over(x, y, 1);
    let slope = _power_over(x, y, 2);
    return [out, y !== 1 ? (y - 1) * slope : 0, out !== 0 ? out * ieee.log(x) : 0];
  },
  power_over_2(x, y) {
    let out = _power_over(x, y, 2);
    let slope = _power_over(x, y, 3);
    return [out, y !== 2 ? (y - 2) * slope : 0, out !== 0 ? out * ieee.log(x) : 0];
  },
  power_over_3(x, y) {
    let out = _power_over(x, y, 3);
    let slope = ieee.pow(x, y - 4);
    return [out, y !== 3 ? (y - 3) * slope : 0, out !== 0 ? out * ieee.log(x) : 0];
  },
  exp_from(x, largest) {
    let out = _exp_difference(x, largest);
    return [out, out, 0];
  },
  portion(x, y) {
    let total = x + y;
    let out = x / total;
    return [out, y / total / total, -out / total];
  },
  div_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.div(x, y);
    return [slope_y, -slope_x / y, -2 * (slope_y / y)];
  },
  pow_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.pow(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.power_over_2(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.power_over_1(x, y);
    const [out_3, out_3_x] = OPS.log(x);
    return [slope_x, y * (y - 1) !== 0 ? y * (y - 1) * out_1 : 0, out_2 !== 0 ? out_2 * (1 + y * out_3) : 0];
  },
  pow_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.pow(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.power_over_1(x, y);
    const [out_2, out_2_x] = OPS.log(x);
    return [slope_y, out_1 !== 0 ? out_1 * (1 + y * out_2) : 0, slope_y !== 0 ? slope_y * out_2 : 0];
  },
  log_slope(x) {
    const [out, slope_x] = OPS.log(x);
    return [slope_x, -slope_x * slope_x];
  },
  log1p_slope(x) {
    const [out, slope_x] = OPS.log1p(x);
    return [slope_x, -slope_x * slope_x];
  },
  log2_slope(x) {
    const [out, slope_x] = OPS.log2(x);
    return [slope_x, -0.6931471805599453 * slope_x * slope_x];
  },
  log10_slope(x) {
    const [out, slope_x] = OPS.log10(x);
    return [slope_x, -2.302585092994046 * slope_x * slope_x];
  },
  sqrt_slope(x) {
    const [out, slope_x] = OPS.sqrt(x);
    return [slope_x, -2 * slope_x * slope_x * slope_x];
  },
  cbrt_slope(x) {
    const [out, slope_x] = OPS.cbrt(x);
    return [slope_x, -2 * (slope_x / x) / 3];
  },
  tan_slope(x) {
    const [out, slope_x] = OPS.tan(x);
    return [slope_x, 2 * out * slope_x];
  },
  asin_slope(x) {
    const [out, slope_x] = OPS.asin(x);
    return [slope_x, x * slope_x * slope_x * slope_x];
  },
  acos_slope(x) {
    const [out, slope_x] = OPS.acos(x);
    return [slope_x, x * slope_x * slope_x * slope_x];
  },
  atan_slope(x) {
    const [out, slope_x] = OPS.atan(x);
    return [slope_x, -2 * (slope_x !== 0 ? x * slope_x : 0) * slope_x];
  },
  tanh_slope(x) {
    const [out, slope_x] = OPS.tanh(x);
    return [slope_x, -2 * out * slope_x];
  },
  asinh_slope(x) {
    const [out, slope_x] = OPS.asinh(x);
    return [slope_x, -(slope_x !== 0 ? x * slope_x : 0) * slope_x * slope_x];
  },
  acosh_slope(x) {
    const [out, slope_x] = OPS.acosh(x);
    return [slope_x, -(slope_x !== 0 ? x * slope_x : 0) * slope_x * slope_x];
  },
  atanh_slope(x) {
    const [out, slope_x] = OPS.atanh(x);
    return [slope_x, 2 * x * slope_x * slope_x];
  },
  atan2_slope_y(y, x) {
    const [out, slope_y, slope_x] = OPS.atan2(y, x);
    return [slope_y, 2 * slope_y * slope_x, (slope_x - slope_y) * (slope_x + slope_y)];
  },
  atan2_slope_x(y, x) {
    const [out, slope_y, slope_x] = OPS.atan2(y, x);
    return [slope_x, (slope_x - slope_y) * (slope_x + slope_y), -2 * slope_y * slope_x];
  },
  hypot_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot(x, y);
    return [slope_x, slope_y * (slope_y / out), -slope_x * slope_y / out];
  },
  hypot_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot(x, y);
    return [slope_y, -slope_x * slope_y / out, slope_x * (slope_x / out)];
  },
  sigmoid_slope(x) {
    const [out, slope_x] = OPS.sigmoid(x);
    const [out_1, out_1_x] = OPS.tanh(0.5 * x);
    return [slope_x, -slope_x * out_1];
  },
  silu_slope(x) {
    const [out, slope_x] = OPS.silu(x);
    const [out_1, out_1_x] = OPS.sigmoid_slope(x);
    const [out_2, out_2_x] = OPS.tanh(0.5 * x);
    return [slope_x, out_1 !== 0 ? out_1 * (2 - x * out_2) : 0];
  },
  erf_slope(x) {
    const [out, slope_x] = OPS.erf(x);
    return [slope_x, -2 * (slope_x !== 0 ? x * slope_x : 0)];
  },
  erfc_slope(x) {
    const [out, slope_x] = OPS.erfc(x);
    return [slope_x, -2 * (slope_x !== 0 ? x * slope_x : 0)];
  },
  normal_cdf_slope(x) {
    const [out, slope_x] = OPS.normal_cdf(x);
    return [slope_x, -(slope_x !== 0 ? x * slope_x : 0)];
  },
  gelu_slope(x) {
    const [out, slope_x] = OPS.gelu(x);
    const [out_1, out_1_x] = OPS.normal_cdf_slope(x);
    return [slope_x, out_1 !== 0 ? out_1 * (2 - x * x) : 0];
  },
};
const SELECTS = new Set(["abs", "relu", "leaky_relu", "max", "min", "where"]);
