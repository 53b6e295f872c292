// The functions that rows call: those of Math where they behave as C's do, written out where they differ or are missing.
const ieee = {
  exp: Math.exp, expm1: Math.expm1, log: Math.log, log1p: Math.log1p, log2: Math.log2, log10: Math.log10, sqrt: Math.sqrt,
  sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin, acos: Math.acos, atan: Math.atan, atan2: Math.atan2,
  sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh,
  floor: Math.floor, fmod: (x, y) => x % y,

  copysign(x, y) {
    const below = y < 0 || Object.is(y, -0);
    return below ? -Math.abs(x) : Math.abs(x);
  },

  // C's pow is 1 where ECMAScript says NaN: 1 to any power, and ±1 to an infinite one.
  pow(x, y) {
    return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
  },

  erf(x) {
    const size = Math.abs(x);
    const out = size < 2 ? ieee._erfSeries(size) : 1 - ieee._erfcFraction(size);
    return ieee.copysign(out, x);
  },

  erfc(x) {
    return x < 0.5 ? 1 - ieee.erf(x) : x < 2 ? 1 - ieee._erfSeries(x) : ieee._erfcFraction(x);
  },

  // 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)): every term is positive, nothing cancels.
  _erfSeries(x) {
    let term = x, sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  },

  // e^(−x²)/√π / (x + ½/(x + 1/(x + 3⁄2/(x + …)))), from the inside; x² in two parts, for the tail keeps its digits.
  _erfcFraction(x) {
    if (!(x < 28)) return x !== x ? NaN : 0;
    let bottom = x;
    for (let n = 120; n > 0; n--) bottom = x + n / 2 / bottom;
    const wide = 134217729 * x, high = wide - (wide - x);
    return Math.exp(-high * high) * Math.exp((high - x) * (high + x)) / (Math.sqrt(Math.PI) * bottom);
  },
};
