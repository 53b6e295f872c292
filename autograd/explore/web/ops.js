// The ops in JavaScript, from rows.py by `python -m autograd.codegen --write`. Not to be edited.
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const LN_2 = 0.6931471805599453;
const LN_10 = 2.302585092994046;
const SELU_SCALE = 1.0507009873554805;
const SELU_SCALE_ALPHA = 1.7580993408473766;
const SILU_DIP = -1.2784645427610737;
const SILU_DIP_REST = -1.0946994183093437e-16;
const EXP_SILU_DIP = 0.2784645427610738;
const SQRT_HALF = 0.7071067811865476;
const SPLITTER = 134217729;
const SQRT_HALF_REST = -4.833646656726457e-17;
const ONE_OVER_SQRT_PI = 0.5641895835477563;
const ONE_OVER_SQRT_2PI = 0.3989422804014327;
const ROOT_OF_ONE_OVER_SQRT_2PI = 0.6316187777460647;
const PI = 3.141592653589793;
const LOG_PI = 1.1447298858494002;
const HALF_LOG_2PI = 0.9189385332046728;
const DIGAMMA_ROOT_REST = 9.549995429965697e-17;
const DIGAMMA_ROOT = 1.4616321449683622;
const TWO_OVER_SQRT_PI = 1.1283791670955126;
const HALF_SQRT_PI = 0.886226925452758;
const SQRT_TWO_PI = 2.5066282746310002;
const SQRT_THIRD = 0.5773502691896257;
const SQRT_THIRD_REST = 3.3450280739356345e-17;
const SQRT_TWO_REST = -9.667293313452913e-17;
const SQRT_TWO = 1.4142135623730951;
function _quotient_slope(x, y, out) {
  return Math.abs(out) < SMALLEST_NORMAL && 1e-100 < Math.abs(y) && Math.abs(y) < 1 ? -x / (y * y) : -out / y;
}
function _power_slope(x, y, out) {
  let sign = ieee.copysign(1, out) * ieee.copysign(1, x);
  return y === 0 || out === 0 && Math.abs(y) === Infinity ? 0 : y === 2 ? 2 * x : x === 0 || Math.abs(x) === Infinity || out !== out ? y * ieee.pow(x, y - 1) : 1e-290 < Math.abs(out) && Math.abs(out) < 1e+290 ? y * out / x : sign * (y * ieee.pow(Math.abs(x), 0.5 * y)) * (ieee.pow(Math.abs(x), 0.5 * y) / Math.abs(x));
}
function _power_growth(x, y, out) {
  let half = 1e-290 < Math.abs(out) && Math.abs(out) < 1e+290 ? 0 : ieee.pow(Math.abs(x), 0.5 * y);
  return x < 0 || x === 0 && (y === 0 || y < 0 && ieee.copysign(1, x) < 0) ? NaN : x === 0 && y < 0 ? -Infinity : x === 0 || out === 0 && Math.abs(y) === Infinity ? 0 : 1e-290 < Math.abs(out) && Math.abs(out) < 1e+290 ? out * ieee.log(x) : half === 0 ? 0 : half * ieee.log(x) * half;
}
function _whole(x) {
  let below = ieee.floor(x);
  return x - below > 0.5 ? below + 1 : below;
}
function _remainder(x, y) {
  let rest = ieee.fmod(x, y);
  return rest === 0 ? ieee.copysign(0, y) : rest < 0 && y > 0 || rest > 0 && y < 0 ? rest + y : rest;
}
function _floor_divide(x, y) {
  let rest = ieee.fmod(x, y);
  let below = rest < 0 && y > 0 || rest > 0 && y < 0;
  let out = _whole((x - rest) / y - (below ? 1 : 0));
  return y === 0 ? x / y : out === 0 ? ieee.copysign(0, x / y) : out;
}
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
function _atan_slope(x) {
  return Math.abs(x) < 1e+100 ? 1 / (1 + x * x) : 1 / x / x;
}
function _asinh_slope(x) {
  return Math.abs(x) < 1e+100 ? 1 / ieee.sqrt(1 + x * x) : 1 / Math.abs(x);
}
function _scale(x, y) {
  let largest = Math.abs(x) > Math.abs(y) ? Math.abs(x) : Math.abs(y);
  return largest < 3.054936363499605e-151 ? 4.149515568880993e+180 : largest > 3.273390607896142e+150 ? 2.409919865102884e-181 : 1;
}
function _length(x, y) {
  let by = _scale(x, y);
  return ieee.sqrt(x * by * (x * by) + y * by * (y * by));
}
function _cosine_at_infinity(x, y) {
  return Math.abs(x) === Infinity ? ieee.copysign(Math.abs(y) < Infinity ? 1 : NaN, x) : 0;
}
function _hypot_slope(x, y, out) {
  let by = _scale(x, y);
  let whole = _length(x, y);
  let scaled = by > 1 || out === Infinity;
  return out === 0 ? 0 : whole === Infinity ? _cosine_at_infinity(x, y) : scaled ? x * by / whole : x / out;
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
function _exp_difference(x, y) {
  let difference = x - y;
  let back = difference - x;
  let error = x - (difference - back) - (y + back);
  let e = ieee.exp(difference);
  return difference === -Infinity ? e : e + e * error;
}
function _weight_at_infinity(x, largest, rest) {
  return x < largest ? 0 : x === largest && rest === 0 ? 1 : NaN;
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
function _sin_pi(x) {
  let part = Math.abs(ieee.fmod(x, 2));
  let folded = part > 1.5 ? 2 - part : part > 0.5 ? 1 - part : part;
  let sign = (x < 0 ? -1 : 1) * (part > 1.5 ? -1 : 1);
  return sign * ieee.sin(PI * folded);
}
function _lgamma_tail(s) {
  return 0.08333333333333333 + s * (-0.002777777777777778 + s * (0.0007936507936507937 + s * (-0.0005952380952380953 + s * (0.0008417508417508417 + s * (-0.0019175269175269176 + s * (0.00641025641025641 + s * (-0.029550653594771242 + s * (0.17964437236883057 + s * -1.3924322169059011))))))));
}
function _lgamma_near_2(t) {
  let square = t * t;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.42278433509846713 + t * (0.3224670334241132 + t * (-0.0673523010531981 + t * (0.020580808427784546 + t * (-0.007385551028673986 + t * (0.0028905103307415234 + t * (-0.001192753911703261 + t * (0.0005096695247430425 + t * (-0.00022315475845357939 + t * (9.945751278180853e-05 + t * (-4.492623673813314e-05 + t * 2.050721277567069e-05))))))))));
  let part_1 = -9.439488275268397e-06 + t * (4.374866789907488e-06 + t * (-2.039215753801366e-06 + t * (9.55141213040742e-07 + t * (-4.492469198764566e-07 + t * (2.1207184805554665e-07 + t * (-1.0043224823968099e-07 + t * (4.7698101693639804e-08 + t * (-2.2711094608943164e-08 + t * (1.0838659214896955e-08 + t * (-5.183475041970047e-09 + t * 2.4836745438024785e-09))))))))));
  let part_2 = -1.1921401405860912e-09 + t * (5.731367241678862e-10 + t * (-2.7595228851242334e-10 + t * 1.330476437424449e-10));
  return part_0 + step * (part_1 + step * part_2);
}
function _lgamma_positive(x) {
  let large = x > 8 ? x : 8;
  let s = 1 / (large * large);
  let stirling = (large - 0.5) * (ieee.log(large) - 1) + (HALF_LOG_2PI - 0.5) + _lgamma_tail(s) / large;
  let steps = 2.5 < x && x <= 8 ? -ieee.floor(2.5 - x) : 0;
  let product = (steps > 0 ? x - 1 : 1) * (steps > 1 ? x - 2 : 1) * (steps > 2 ? x - 3 : 1) * (steps > 3 ? x - 4 : 1) * (steps > 4 ? x - 5 : 1) * (steps > 5 ? x - 6 : 1);
  let t = 1.5 < x && x <= 8 ? x - 2 - steps : x >= 0.5 ? x - 1 : x;
  let near = t * _lgamma_near_2(t);
  let below = x > 1.5 ? 0 : ieee.log1p(t) + (x < 0.5 ? ieee.log(x) : 0);
  return x === Infinity ? Infinity : x > 8 ? stirling : x > 1.5 ? near + ieee.log(product) : near - below;
}
function _log_gamma(x) {
  let sine = Math.abs(_sin_pi(x));
  let reflected = LOG_PI - ieee.log(sine) - _lgamma_positive(1 - x);
  let tiny = Math.abs(x) < 1e-17;
  let pole = x === ieee.floor(x);
  return x !== x ? x : tiny ? -ieee.log(Math.abs(x)) : x > 0 ? _lgamma_positive(x) : pole ? Infinity : reflected;
}
function _cos_pi(x) {
  let part = Math.abs(ieee.fmod(x, 2));
  let folded = part > 1 ? 2 - part : part;
  return folded < 0.25 ? ieee.cos(PI * folded) : folded > 0.75 ? -ieee.cos(PI * (1 - folded)) : ieee.sin(PI * (0.5 - folded));
}
function _digamma_tail(s) {
  let square = s * s;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.08333333333333333 + s * (-0.008333333333333333 + s * (0.003968253968253968 + s * (-0.004166666666666667 + s * (0.007575757575757576 + s * (-0.021092796092796094 + s * (0.08333333333333333 + s * (-0.4432598039215686 + s * (3.0539543302701198 + s * (-26.456212121212122 + s * (281.46014492753625 + s * -3607.5105463980462))))))))));
  let part_1 = 54827.583333333336 + s * -974936.8238505747;
  return part_0 + step * part_1;
}
function _digamma_near_2(t) {
  let square = t * t;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.6399403447942543 + t * (0.521740901815686 + t * (-0.13342310749250122 + t * (0.044685631006948556 + t * (-0.0165691230003354 + t * (0.006460391809532134 + t * (-0.002590799722202472 + t * (0.0010566932571751764 + t * (-0.0004355889085072651 + t * (0.00018079737667956228 + t * (-7.53847374684102e-05 + t * 3.1528383399672735e-05))))))))));
  let part_1 = -1.3213598611816165e-05 + t * (5.545715469550375e-06 + t * (-2.329803386329897e-06 + t * (9.7943445707732e-07 + t * (-4.1194201484817027e-07 + t * (1.7331629180963248e-07 + t * (-7.293605618411823e-08 + t * (3.069833608172594e-08 + t * (-1.2922192401615373e-08 + t * (5.439910998479974e-09 + t * (-2.2901894184896425e-09 + t * 9.64201669027773e-10))))))))));
  let part_2 = -4.0595341858797645e-10 + t * (1.7091998835948968e-10 + t * (-7.19640108503903e-11 + t * (3.029995493919301e-11 + t * (-1.2757673989240026e-11 + t * (5.371592435727642e-12 + t * (-2.2617054245042186e-12 + t * (9.522917752963061e-13 + t * (-4.0096340395949234e-13 + t * 1.688262359820479e-13))))))));
  return part_0 + step * (part_1 + step * part_2);
}
function _digamma_near_root(t) {
  let square = t * t;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.9676722454476212 + t * (-0.4427631689835921 + t * (0.258499760955651 + t * (-0.16394270544240652 + t * (0.10782405069126237 + t * (-0.07219956125645471 + t * (0.04880428816414311 + t * (-0.03316112647484736 + t * (0.022597648232218104 + t * (-0.01542476590494896 + t * (0.010538791616612175 + t * -0.007204534386356869))))))))));
  let part_1 = 0.004926781395729853 + t * (-0.003369801655439328 + t * (0.002305126326734928 + t * (-0.0015769367714301972 + t * (0.0010788252019162967 + t * (-0.0007380709389960052 + t * (0.000504953265834602 + t * (-0.0003454680251063077 + t * (0.00023635601564027053 + t * (-0.00016170622091974803 + t * (0.0001106337276874741 + t * -7.569179582195066e-05))))))))));
  let part_2 = 5.178575795222081e-05 + t * (-3.5430070947659604e-05 + t * (2.424006611860132e-05 + t * (-1.6584242271854135e-05 + t * (1.134638458466385e-05 + t * (-7.762817668462094e-06 + t * (5.3110609208898636e-06 + t * (-3.6336507898010456e-06 + t * (2.486022733129538e-06 + t * (-1.7008538854332607e-06 + t * 1.1636675363548843e-06)))))))));
  return part_0 + step * (part_1 + step * part_2);
}
function _digamma_positive(x) {
  let low = x < 1;
  let up = low ? x + 1 : x;
  let steps = 3 < up && up < 8 ? 5 : 0;
  let large = up > 3 ? up + steps : 8;
  let s = 1 / (large * large);
  let tail = ieee.log(large) - 0.5 / large - s * _digamma_tail(s);
  let shift = steps === 0 ? 0 : 1 / up + 1 / (up + 1) + 1 / (up + 2) + 1 / (up + 3) + 1 / (up + 4);
  let t = up - DIGAMMA_ROOT - DIGAMMA_ROOT_REST;
  let near = up < 1.9 ? t * _digamma_near_root(t) : _digamma_near_2(up - 2.375);
  let value = up <= 3 ? near : tail - shift;
  return low ? value - 1 / x : value;
}
function _digamma(x) {
  let pole = x === ieee.floor(x);
  let tangent = _sin_pi(x) / _cos_pi(x);
  let reflected = _digamma_positive(1 - x) - PI / tangent;
  return x !== x || x === Infinity ? x : x > 0 ? _digamma_positive(x) : x === 0 ? ieee.copysign(Infinity, -x) : pole || x === -Infinity ? NaN : Math.abs(x) > 1e-17 ? reflected : -1 / x;
}
function _hurwitz(s, x) {
  let w = x + 10;
  let u = 1 / (w * w);
  let first = ieee.pow(x + 9, -s) + ieee.pow(x + 8, -s) + ieee.pow(x + 7, -s) + ieee.pow(x + 6, -s) + ieee.pow(x + 5, -s) + ieee.pow(x + 4, -s) + ieee.pow(x + 3, -s) + ieee.pow(x + 2, -s) + ieee.pow(x + 1, -s) + ieee.pow(x, -s);
  let a = s * u / 12;
  let b = (s + 1) * (s + 2) * u;
  let c = (s + 3) * (s + 4) * u;
  let d = (s + 5) * (s + 6) * u;
  let e = (s + 7) * (s + 8) * u;
  let f = (s + 9) * (s + 10) * u;
  let rest = a * (1 - b / 60 * (1 - c / 42 * (1 - d / 40 * (1 - e / 39.6 * (1 - f * 691 / 27300)))));
  return first + ieee.pow(w, 1 - s) * (1 / (s - 1) + 0.5 / w + rest);
}
function _factorial(n) {
  let small = n < 2 ? 1 : n === 2 ? 2 : n === 3 ? 6 : n === 4 ? 24 : n === 5 ? 120 : n === 6 ? 720 : 5040;
  return n <= 7 ? small : ieee.exp(_log_gamma(n + 1));
}
function _cosine(x, y) {
  let whole = _length(x, y);
  return whole === Infinity ? 0 : x * _scale(x, y) / whole;
}
function _cotangent_derivative(n, x) {
  let sine = _sin_pi(x);
  let cosine = _cos_pi(x);
  let c = cosine / sine;
  let s = c * c;
  let pole = PI / sine;
  let part = n === 1 ? -1 : n === 2 ? 2 * c : n === 3 ? -2 - 6 * s : n === 4 ? c * (16 + 24 * s) : n === 5 ? -16 - s * (120 + 120 * s) : n === 6 ? c * (272 + s * (960 + 720 * s)) : NaN;
  return pole * pole * (n < 2 ? part : part * ieee.pow(PI, n - 1));
}
function _polygamma(n, x) {
  let whole = n === ieee.floor(n) && n >= 0;
  let positive = x > 0 ? x : 1 - x;
  let sign = ieee.fmod(n, 2) === 1 ? 1 : -1;
  let value = positive === Infinity ? 0 : sign * _factorial(n) * _hurwitz(n + 1, positive);
  let at_zero = sign > 0 ? Infinity : -ieee.copysign(Infinity, x);
  return x !== x || n !== n ? x + n : !whole ? NaN : n === 0 ? _digamma(x) : x > 0 ? value : x === 0 ? at_zero : x === ieee.floor(x) ? NaN : -sign * value - _cotangent_derivative(n, x);
}
function _erfinv_miss(x, y) {
  let miss = x < 0.5 ? ieee.erf(y) - x : 1 - x - ieee.erfc(y);
  return miss * HALF_SQRT_PI * ieee.exp(y * y);
}
function _erfinv_step(x, y) {
  let step = _erfinv_miss(x, y);
  return y - step / (1 + y * step);
}
function _erfinv(x) {
  let size = Math.abs(x) < 1 ? Math.abs(x) : 0;
  let w = -ieee.log((1 - size) * (1 + size)) / 0.147;
  let a = 4.330746750799873 - 0.0735 * w;
  let start = ieee.sqrt(w / (ieee.sqrt(a * a + w) + a));
  let inside = _erfinv_step(size, _erfinv_step(size, _erfinv_step(size, start)));
  let out = Math.abs(x) === 1 ? Infinity : Math.abs(x) < 1 ? inside : NaN;
  return ieee.copysign(out, x);
}
function _erfinv_derivative(x, out) {
  let inside = Math.abs(x) < 1;
  let size = inside ? Math.abs(x) : 0;
  let y = inside ? Math.abs(out) : 0;
  let slope = HALF_SQRT_PI * _exp_minus_square(y, -1) * (1 - 2 * y * _erfinv_miss(size, y));
  return inside ? slope : Math.abs(x) === 1 ? Infinity : NaN;
}
function _bessel_step(n, x, above) {
  return (2 * n + 1) / (x * (2 - above) + (n + 1));
}
function _bessel_steps_4(n, x, above) {
  let upper = _bessel_step(n + 2, x, _bessel_step(n + 3, x, above));
  return _bessel_step(n, x, _bessel_step(n + 1, x, upper));
}
function _bessel_steps_16(n, x, above) {
  let upper = _bessel_steps_4(n + 8, x, _bessel_steps_4(n + 12, x, above));
  return _bessel_steps_4(n, x, _bessel_steps_4(n + 4, x, upper));
}
function _bessel_steps_64(n, x, above) {
  let upper = _bessel_steps_16(n + 32, x, _bessel_steps_16(n + 48, x, above));
  return _bessel_steps_16(n, x, _bessel_steps_16(n + 16, x, upper));
}
function _bessel_ratio_9(x) {
  let size = x < 1e+150 ? x : 0;
  let root = ieee.sqrt(4 * size * (size - 73) + 5476);
  return _bessel_steps_64(9, x, x >= 1e+150 ? 0 : 294 / (2 * size + 74 + root));
}
function _rounding_of_square(x) {
  let high = _upper_bits(x);
  return high * high - x * x + (x - high) * (x + high);
}
function _i0_series(q) {
  let square = q * q;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 1 + q * (1 + q * (0.25 + q * (0.027777777777777776 + q * (0.001736111111111111 + q * (6.944444444444444e-05 + q * (1.9290123456790124e-06 + q * (3.936759889140842e-08 + q * (6.151187326782565e-10 + q * (7.594058428126624e-12 + q * (7.594058428126623e-14 + q * 6.276081345559193e-16))))))))));
  let part_1 = 4.358389823304995e-18 + q * (2.5789288895295828e-20 + q * (1.3157800456783586e-22 + q * (5.8479113141260385e-25 + q * (2.2843403570804838e-27 + q * (7.904291893012054e-30 + q * (2.4395962632753253e-32 + q * (6.757884385804225e-35 + q * (1.6894710964510564e-37 + q * (3.8310002187098785e-40 + q * (7.915289708078262e-43 + q * 1.4962740468957016e-45))))))))));
  let part_2 = 2.5976979980828152e-48 + q * (4.156316796932504e-51 + q * (6.14839762859838e-54 + q * (8.434015951438106e-57 + q * (1.0757673407446564e-59 + q * (1.2791526049282477e-62 + q * (1.4212806721424974e-65 + q * (1.4789601166935458e-68 + q * (1.4442969889585408e-71 + q * (1.3262598613026087e-74 + q * (1.147283617043779e-77 + q * 9.365580547296156e-81))))))))));
  let part_3 = 7.226528200074194e-84 + q * (5.278691161485898e-87 + q * (3.6556032974279072e-90 + q * (2.4034209713529963e-93 + q * (1.5021381070956227e-96 + q * (8.935979221270807e-100 + q * (5.065747857863269e-103 + q * (2.739723016691871e-106 + q * (1.4151461863077845e-109 + q * (6.988376228680417e-113 + q * (3.3026352687525603e-116 + q * 1.4950816064973112e-119))))))))));
  return part_0 + step * (part_1 + step * (part_2 + step * part_3));
}
function _i0_tail(u) {
  let square = u * u;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 1 + u * (0.125 + u * (0.0703125 + u * (0.0732421875 + u * (0.112152099609375 + u * (0.22710800170898438 + u * (0.5725014209747314 + u * (1.7277275025844574 + u * (6.074042001273483 + u * (24.380529699556064 + u * (110.01714026924674 + u * 551.3358961220206))))))))));
  let part_1 = 3038.090510922384 + u * (18257.755474293175 + u * (118838.42625678325 + u * (832859.3040162893 + u * (6252951.493434797 + u * (50069589.531988926 + u * (425939216.5047669 + u * (3836255180.2304335 + u * (36468400807.06556 + u * 364901081884.98334))))))));
  return part_0 + step * part_1;
}
function _bessel_0(x) {
  let near = x < 20 ? x : 0;
  let far = x >= 20 ? x : 20;
  let rest = 0.5 * _rounding_of_square(near) / (1 + ieee.sqrt(near * near + 1));
  return x < 20 ? ieee.exp(-near) * _i0_series(0.25 * near * near) * (1 + rest) : x !== x ? x : _i0_tail(1 / far) / (SQRT_TWO_PI * ieee.sqrt(far));
}
function _bessel_moment(n, x) {
  let r_9 = _bessel_ratio_9(x);
  let r_8 = _bessel_step(8, x, r_9);
  let r_7 = _bessel_step(7, x, r_8);
  let r_6 = _bessel_step(6, x, r_7);
  let r_5 = _bessel_step(5, x, r_6);
  let r_4 = _bessel_step(4, x, r_5);
  let r_3 = _bessel_step(3, x, r_4);
  let r_2 = _bessel_step(2, x, r_3);
  let r_1 = _bessel_step(1, x, r_2);
  let r_0 = _bessel_step(0, x, r_1);
  let ratio = (n > 0 ? r_0 : 1) * (n > 1 ? r_1 : 1) * (n > 2 ? r_2 : 1) * (n > 3 ? r_3 : 1) * (n > 4 ? r_4 : 1) * (n > 5 ? r_5 : 1) * (n > 6 ? r_6 : 1) * (n > 7 ? r_7 : 1) * (n > 8 ? r_8 : 1);
  return n < 0 || n > 9 || n !== ieee.floor(n) ? NaN : _bessel_0(x) * ratio;
}
function _i1_tail(u) {
  let square = u * u;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 1 + u * (-0.375 + u * (-0.1171875 + u * (-0.1025390625 + u * (-0.144195556640625 + u * (-0.2775764465332031 + u * (-0.6765925884246826 + u * (-1.993531733751297 + u * (-6.883914268109947 + u * (-27.248827311268542 + u * (-121.59789187653587 + u * -603.8440767050702))))))))));
  let part_1 = -3302.2722944808525 + u * (-19718.37591223663 + u * (-127641.2726461746 + u * (-890297.8767070678 + u * (-6656367.718817688 + u * (-53104110.10968523 + u * (-450278600.3050393 + u * (-4043620325.107754 + u * (-38338575207.427895 + u * -382701134659.8606))))))));
  return part_0 + step * part_1;
}
function _i1_series(q) {
  let square = q * q;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 1 + q * (0.5 + q * (0.08333333333333333 + q * (0.006944444444444444 + q * (0.00034722222222222224 + q * (1.1574074074074073e-05 + q * (2.755731922398589e-07 + q * (4.920949861426052e-09 + q * (6.834652585313961e-11 + q * (7.594058428126623e-13 + q * (6.903689480115112e-15 + q * 5.230067787965994e-17))))))))));
  let part_1 = 3.352607556388458e-19 + q * (1.842092063949702e-21 + q * (8.771866971189057e-24 + q * (3.654944571328774e-26 + q * (1.3437296218120491e-28 + q * (4.391273273895586e-31 + q * (1.2839980333028028e-33 + q * (3.3789421929021126e-36 + q * (8.045100459290744e-39 + q * (1.7413637357772174e-41 + q * (3.4414303078601135e-44 + q * 6.234475195398757e-47))))))))));
  let part_2 = 1.0390791992331261e-49 + q * (1.5985833834355786e-52 + q * (2.2771843068882885e-55 + q * (3.0121485540850376e-58 + q * (3.7095425542919185e-61 + q * (4.263842016427493e-64 + q * (4.5847763617499917e-67 + q * (4.6217503646673306e-70 + q * (4.376657542298608e-73 + q * (3.900764297948849e-76 + q * (3.2779531915536543e-79 + q * 2.60155015202671e-82))))))))));
  let part_3 = 1.9531157297497823e-85 + q * (1.3891292530226046e-88 + q * (9.373341788276685e-92 + q * (6.00855242838249e-95 + q * (3.6637514807210306e-98 + q * (2.127614100302573e-101 + q * (1.1780808971775045e-104 + q * (6.2266432197542515e-108 + q * (3.1447693029061876e-111 + q * (1.5192122236261777e-114 + q * (7.026883550537362e-118 + q * 3.114753346869398e-121))))))))));
  return part_0 + step * (part_1 + step * (part_2 + step * part_3));
}
function _bessel_1(x) {
  let size = Math.abs(x);
  let near = size < 20 ? x : 0;
  let far = size >= 20 ? size : 20;
  let rest = 0.5 * _rounding_of_square(near) / (2 + ieee.sqrt(near * near + 4));
  let tail = ieee.copysign(_i1_tail(1 / far) / (SQRT_TWO_PI * ieee.sqrt(far)), x);
  let series = 0.5 * near * ieee.exp(-Math.abs(near)) * _i1_series(0.25 * near * near);
  return size < 20 ? series * (1 + rest) : x !== x ? x : tail;
}
function _bessel_1_slope(x) {
  let size = x < 1e+150 ? x : 1e+150;
  let w_3 = size * (2 - _bessel_step(3, size, _bessel_step(4, size, _bessel_steps_4(5, size, _bessel_ratio_9(size)))));
  let w_2 = size * ((2 * w_3 + 1) / (w_3 + 3));
  let w_1 = x * ((2 * w_2 + 1) / (w_2 + 2));
  return _bessel_0(x) * ((1 - w_2) / (w_2 + 2)) / (w_1 + 1);
}
function _spherical_1(s) {
  let square = s * s;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.3333333333333333 + s * (-0.03333333333333333 + s * (0.0011904761904761906 + s * (-2.2045855379188714e-05 + s * (2.505210838544172e-07 + s * (-1.9270852604185937e-09 + s * (1.0706029224547743e-11 + s * (-4.498331606952833e-14 + s * (1.4797143443923793e-16 + s * (-3.9145882126782523e-19 + s * (8.509974375387505e-22 + s * -1.5472680682522736e-24))))))))));
  let part_1 = 2.387759364586842e-27 + s * (-3.166789608205361e-30 + s * (3.6483751246605535e-33 + s * (-3.685227398647024e-36 + s * (3.290381605934843e-39 + s * -2.6155656644951056e-42))));
  return part_0 + step * part_1;
}
function _spherical_2(s) {
  let square = s * s;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.06666666666666667 + s * (-0.004761904761904762 + s * (0.00013227513227513228 + s * (-2.0041686708353374e-06 + s * (1.9270852604185938e-08 + s * (-1.284723506945729e-10 + s * (6.297664249733966e-13 + s * (-2.367542951027807e-15 + s * (7.046258782820854e-18 + s * (-1.701994875077501e-20 + s * (3.403989750155002e-23 + s * -5.73062247500842e-26))))))))));
  let part_1 = 8.233652981333938e-29 + s * (-1.021545034904955e-31 + s * (1.1055682195941073e-34 + s * (-1.0529221138991497e-37 + s * (8.89292325928336e-41 + s * -6.706578626910527e-44))));
  return part_0 + step * part_1;
}
function _spherical_3(s) {
  let square = s * s;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.009523809523809525 + s * (-0.0005291005291005291 + s * (1.2025012025012024e-05 + s * (-1.541668208334875e-07 + s * (1.284723506945729e-09 + s * (-7.55719709968076e-12 + s * (3.31456013143893e-14 + s * (-1.1274014052513367e-16 + s * (3.063590775139502e-19 + s * (-6.807979500310004e-22 + s * (1.2607369445018526e-24 + s * -1.976076715520145e-27))))))))));
  let part_1 = 2.656017090752883e-30 + s * (-3.0955910148635e-33 + s * (3.158766341697449e-36 + s * (-2.845735442970675e-39 + s * (2.2802367331495793e-42 + s * -1.635750884612324e-45))));
  return part_0 + step * part_1;
}
function _spherical_4(s) {
  let square = s * s;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.0010582010582010583 + s * (-4.81000481000481e-05 + s * (9.25000925000925e-07 + s * (-1.0277788055565833e-08 + s * (7.55719709968076e-11 + s * (-3.977472157726716e-13 + s * (1.5783619673518714e-15 + s * (-4.901745240223203e-18 + s * (1.2254363100558008e-20 + s * (-2.5214738890037053e-23 + s * (4.347368774144319e-26 + s * -6.37444101780692e-29))))))))));
  let part_1 = 8.0485366386451e-32 + s * (-8.844545756752858e-35 + s * (8.537206328912025e-38 + s * (-7.296757546078654e-41 + s * (5.561553007681901e-44 + s * -3.8040718246798226e-47))));
  return part_0 + step * part_1;
}
function _spherical_5(s) {
  let square = s * s;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 9.62000962000962e-05 + s * (-3.7000037000037e-06 + s * (6.1666728333395e-08 + s * (-6.045757679744608e-10 + s * (3.977472157726716e-12 + s * (-1.8940343608222456e-14 + s * (6.862443336312483e-17 + s * (-1.9606980960892812e-19 + s * (4.538653000206669e-22 + s * (-8.69473754828864e-25 + s * (1.4023770239175224e-27 + s * -1.9316487932748242e-30))))))))));
  let part_1 = 2.2995818967557432e-33 + s * (-2.390417772095367e-36 + s * (2.189027263823596e-39 + s * (-1.7796969624582083e-42 + s * (1.2933844203911397e-45 + s * -8.45349294373294e-49))));
  return part_0 + step * part_1;
}
function _spherical_6(s) {
  let square = s * s;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 7.4000074000074e-06 + s * (-2.4666691333358e-07 + s * (3.627454607846765e-09 + s * (-3.181977726181373e-11 + s * (1.8940343608222457e-13 + s * (-8.234932003574981e-16 + s * (2.7449773345249934e-18 + s * (-7.26184480033067e-21 + s * (1.565052758691955e-23 + s * (-2.8047540478350445e-26 + s * (4.249627345204613e-29 + s * -5.518996552213784e-32))))))))));
  let part_1 = 6.215086207447954e-35 + s * (-6.129276338706069e-38 + s * (5.339090887374625e-41 + s * (-4.138830145251647e-44 + s * (2.8741876008691994e-47 + s * -1.7986155199431785e-50))));
  return part_0 + step * part_1;
}
function _spherical_bessel(n, x) {
  let near = Math.abs(x) < 1.25 ? x : 0;
  let z = PI * near;
  let s = z * z;
  let series = n === 1 ? z * _spherical_1(s) : n === 2 ? s * _spherical_2(s) : n === 3 ? z * s * _spherical_3(s) : n === 4 ? s * s * _spherical_4(s) : n === 5 ? z * s * s * _spherical_5(s) : s * s * s * _spherical_6(s);
  let far = Math.abs(x) < Infinity && x !== 0 ? PI * x : 4;
  let sine = _sin_pi(x);
  let cosine = _cos_pi(x);
  let u = 1 / far;
  let j_0 = x !== 0 ? sine / far : 1;
  let j_1 = (j_0 - cosine) * u;
  let j_2 = 3 * j_1 * u - j_0;
  let j_3 = 5 * j_2 * u - j_1;
  let j_4 = 7 * j_3 * u - j_2;
  let j_5 = 9 * j_4 * u - j_3;
  let closed = n === 1 ? j_1 : n === 2 ? j_2 : n === 3 ? j_3 : n === 4 ? j_4 : n === 5 ? j_5 : 11 * j_5 * u - j_4;
  let value = n === 0 ? j_0 : Math.abs(x) < 1.25 ? series : closed;
  return x !== x ? x : n < 0 || n > 6 || n !== ieee.floor(n) ? NaN : Math.abs(x) === Infinity ? 0 : value;
}
function _power_over(x, y, n) {
  let exponent = y - n;
  let direct = exponent + n === y || x === 0 || Math.abs(x) === Infinity || n > 3;
  let once = direct ? 0 : ieee.pow(x, y) / x;
  let twice = n >= 2 ? once / x : once;
  return direct ? ieee.pow(x, exponent) : n >= 3 ? twice / x : twice;
}
function _exact(out, ...operands) {
  return 0;
}
function _times_power(factor, x, y, n) {
  let power = _power_over(x, y, n);
  let normal = 1e-290 < Math.abs(power) && Math.abs(power) < 1e+290 || x === 0 || Math.abs(x) === Infinity || power !== power;
  let exact = y - n + n === y;
  let root = normal ? 1 : exact ? ieee.pow(Math.abs(x), 0.5 * y - 0.5 * n) : ieee.pow(Math.abs(x), 0.5 * y) / ieee.pow(Math.abs(x), 0.5 * n);
  let negative = ieee.copysign(1, power) < 0;
  let unbounded = Math.abs(x) === Infinity || Math.abs(y) === Infinity || Math.abs(factor) === Infinity;
  let vanishes = power === 0 && (x === 0 || unbounded);
  return factor === 0 || vanishes ? 0 : normal ? factor * power : factor * root * (negative ? -root : root);
}
function _power_mixed(x, y) {
  let curvature = y * (y - 1);
  return 2 * y - 1 + (curvature === 0 ? 0 : curvature * ieee.log(x));
}
function _square_less_one(factor, x, slope, root, rest) {
  let near = Math.abs(x) - root - rest;
  let ratio = x * slope;
  return Math.abs(near) < 0.25 ? factor * near * (Math.abs(x) + root) * slope * slope : factor * ratio * ratio - slope * slope;
}
function _direction(x, y) {
  return x === 0 && y === 0 ? 0 : _cosine(x, y);
}
function _over_length(part, whole) {
  return whole === 0 ? 0 : part / whole;
}
function _lift(x, y) {
  return Math.abs(x) < 1.499696813895631e-241 && _scale(x, y) === 1 ? 1.6069380442589903e+60 : 1;
}
function _times_normal_density(factor, x) {
  let root = ROOT_OF_ONE_OVER_SQRT_2PI * _exp_minus_square(x, 0.25);
  return Math.abs(x) < 37 ? factor * _normal_density(x) : root === 0 ? 0 : factor * root * root;
}
function _times_error_density(factor, x) {
  let root = _exp_minus_square(x, 0.5);
  return Math.abs(x) < 26 ? TWO_OVER_SQRT_PI * factor * _exp_minus_square(x, 1) : root === 0 ? 0 : TWO_OVER_SQRT_PI * factor * root * root;
}
function _times_sigmoid_slope(factor, x) {
  let e = ieee.exp(-Math.abs(x));
  let root = ieee.exp(-0.5 * Math.abs(x));
  return Math.abs(x) < 690 ? factor * e / ((1 + e) * (1 + e)) : root === 0 ? 0 : factor * root * root;
}
function _portion(x, y) {
  return x === 0 ? 0 : x === Infinity && y < Infinity ? 1 : x / (x + y);
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
    return [out, 1 / y, _quotient_slope(x, y, out)];
  },
  neg(x) {
    return [-x, -1];
  },
  pow(x, y) {
    let out = y === 2 ? x * x : ieee.pow(x, y);
    return [out, _power_slope(x, y, out), _power_growth(x, y, out)];
  },
  abs(x) {
    return [Math.abs(x), x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN];
  },
  reciprocal(x) {
    let out = 1 / x;
    return [out, -out * out];
  },
  sign(x) {
    return [x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : x, 0];
  },
  fmod(x, y) {
    let out = ieee.fmod(x, y);
    return [out, 1, -_whole((x - out) / y)];
  },
  remainder(x, y) {
    return [_remainder(x, y), 1, -_floor_divide(x, y)];
  },
  floor_divide(x, y) {
    return [_floor_divide(x, y), 0, 0];
  },
  exp(x) {
    let out = ieee.exp(x);
    return [out, out];
  },
  exp2(x) {
    let out = ieee.pow(2, x);
    return [out, LN_2 * out];
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
    return [ieee.atan(x), _atan_slope(x)];
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
    return [ieee.asinh(x), _asinh_slope(x)];
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
    let infinite = Math.abs(x) === Infinity || Math.abs(y) === Infinity;
    let out = infinite ? Infinity : _length(x, y) / _scale(x, y);
    return [out, _hypot_slope(x, y, out), _hypot_slope(y, x, out)];
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
      total = total + x;
    }
    return [total, ...Array(xs.length).fill(1)];
  },
  mean(...xs) {
    let total = 0;
    for (const x of xs) {
      total = total + x;
    }
    return [total / xs.length, ...Array(xs.length).fill(1 / xs.length)];
  },
  logsumexp(...xs) {
    let top = _first_largest(xs);
    let largest = xs[top];
    let terms = xs.map((x) => _exp_difference(x, largest));
    let rest = 0;
    for (const [i, term] of terms.entries()) {
      rest += i === top ? 0 : term;
    }
    if (largest !== largest || Math.abs(largest) === Infinity) {
      return [largest, ...xs.map((x) => _weight_at_infinity(x, largest, rest))];
    }
    return [largest + ieee.log1p(rest), ...terms.map((term) => term / (1 + rest))];
  },
  dot(...operands) {
    let n = Math.floor(operands.length / 2);
    let ws = operands.slice(0, n);
    let xs = operands.slice(n, 2 * n);
    let total = 0;
    for (const [w, x] of ws.map((first, i) => [first, xs[i]])) {
      total = total + w * x;
    }
    return [total + operands.at(-1), ...xs, ...ws, 1];
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
  softsign(x) {
    let bottom = 1 + Math.abs(x);
    let out = bottom < Infinity ? x / bottom : x !== x ? x : ieee.copysign(1, x);
    return [out, 1 / bottom / bottom];
  },
  elu(x, alpha) {
    let least = alpha < 0 ? 0 : alpha > 1 ? 1 : alpha;
    let below = ieee.expm1(x);
    let half = ieee.exp(0.5 * x);
    return [x <= 0 ? alpha * below : x, x > 0 ? 1 : x === 0 ? least : x === -Infinity && alpha === alpha ? 0 : alpha * half * half, x > 0 ? 0 : below];
  },
  selu(x) {
    return [x > 0 ? SELU_SCALE * x : SELU_SCALE_ALPHA * ieee.expm1(x), x >= 0 ? SELU_SCALE : SELU_SCALE_ALPHA * ieee.exp(x)];
  },
  hard_tanh(x) {
    return [x < -1 ? -1 : x > 1 ? 1 : x, Math.abs(x) < 1 ? 1 : 0];
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
  lgamma(x) {
    return [_log_gamma(x), _digamma(x)];
  },
  digamma(x) {
    return [_digamma(x), _polygamma(1, x)];
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
  erfinv(x) {
    let out = _erfinv(x);
    return [out, _erfinv_derivative(x, out)];
  },
  i0e(x) {
    let slope = _bessel_moment(1, Math.abs(x));
    return [_bessel_0(Math.abs(x)), x === 0 ? 0 : x > 0 ? -slope : slope];
  },
  i1e(x) {
    return [_bessel_1(x), _bessel_1_slope(Math.abs(x))];
  },
  sinc(x) {
    return [_spherical_bessel(0, x), -PI * _spherical_bessel(1, x)];
  },
  logaddexp(x, y) {
    let high = x >= y ? x : y;
    let low = x >= y ? y : x;
    let e = _exp_difference(low, high);
    let large = 1 / (1 + e);
    let small = e / (1 + e);
    let out = Math.abs(high) === Infinity ? high : high + ieee.log1p(e);
    return [x !== x || y !== y ? x + y : out, x >= y ? large : small, x >= y ? small : large];
  },
  div_second_yy(x, y) {
    let out = -2 * (_quotient_slope(x, y, x / y) / y);
    let nothing = x === 0 && Math.abs(y) > 0;
    return [out, 2 / y / y / y, nothing ? 0 : -3 * (out / y)];
  },
  pow_second_xx(x, y) {
    return [_times_power(y * (y - 1), x, y, 2), _times_power(y * (y - 1) * (y - 2), x, y, 3), _times_power(_power_mixed(x, y), x, y, 2)];
  },
  pow_second_xy(x, y) {
    let growth = ieee.log(x);
    return [_times_power(1 + y * growth, x, y, 1), _times_power(_power_mixed(x, y), x, y, 2), _times_power(growth * (2 + y * growth), x, y, 1)];
  },
  pow_second_yy(x, y) {
    let growth = ieee.log(x);
    return [_times_power(growth * growth, x, y, 0), _times_power(growth * (2 + y * growth), x, y, 1), _times_power(growth * growth * growth, x, y, 0)];
  },
  atan_second(x) {
    let slope = _atan_slope(x);
    let third = 2 * _square_less_one(3, x, slope, SQRT_THIRD, SQRT_THIRD_REST) * slope;
    return [slope === 0 ? 0 : -2 * (x * slope) * slope, slope === 0 ? 0 : third];
  },
  asinh_second(x) {
    let slope = _asinh_slope(x);
    let curve = _square_less_one(2, x, slope, SQRT_HALF, SQRT_HALF_REST);
    let third = curve * slope * slope * slope;
    return [slope === 0 ? 0 : -(x * slope) * slope * slope, slope === 0 ? 0 : third];
  },
  hypot_second_xx(x, y) {
    let scale = _scale(x, y);
    let length = _length(x, y);
    let u = _direction(x, y);
    let v = _direction(y, x);
    let w = _over_length(v, length);
    let over = w * scale;
    return [v * scale * w, u === 0 ? 0 : -3 * u * over * over, _over_length(w * (2 * u * u - v * v), length) * scale * scale];
  },
  hypot_second_xy(x, y) {
    let scale = _scale(x, y);
    let length = _length(x, y);
    let u = _direction(x, y);
    let v = _direction(y, x);
    let p = _over_length(u, length);
    let q = _over_length(v, length);
    return [(Math.abs(u) > Math.abs(v) ? -u * q : -p * v) * scale, _over_length(q * (2 * u * u - v * v), length) * scale * scale, _over_length(p * (2 * v * v - u * u), length) * scale * scale];
  },
  atan2_second_xx(y, x) {
    let scale = _scale(x, y);
    let length = _length(x, y);
    let of_x = _lift(x, y);
    let of_y = _lift(y, x);
    let u = _cosine(x * of_x, y);
    let v = _cosine(y * of_y, x);
    let p = u / length;
    let q = v / length;
    return [2 * p * q * scale * scale / (of_x * of_y), 2 * p * (u * u - 3 * v * v) / length / length * scale * scale * scale / of_x, 2 * q * (v * v - 3 * u * u) / length / length * scale * scale * scale / of_y];
  },
  atan2_second_xy(y, x) {
    let scale = _scale(x, y);
    let length = _length(x, y);
    let of_x = _lift(x, y);
    let of_y = _lift(y, x);
    let u = _cosine(x * of_x, y);
    let v = _cosine(y * of_y, x);
    let p = u / length;
    let q = v / length;
    let product = length === Infinity ? 0 : (y * scale - x * scale) / length * ((y * scale + x * scale) / length);
    return [product / length / length * scale * scale, 2 * q * (3 * u * u - v * v) / length / length * scale * scale * scale / of_y, 2 * p * (u * u - 3 * v * v) / length / length * scale * scale * scale / of_x];
  },
  logaddexp_second(x, y) {
    let e = _exp_difference(x >= y ? y : x, x >= y ? x : y);
    let out = e / ((1 + e) * (1 + e));
    let odds = ieee.tanh(0.5 * x - 0.5 * y);
    return [out, -out * odds, out * odds];
  },
  normal_cdf_second(x) {
    return [_times_normal_density(-x, x), _times_normal_density((x - 1) * (x + 1), x)];
  },
  erf_second(x) {
    let near = Math.abs(x) - SQRT_HALF - SQRT_HALF_REST;
    let far = Math.abs(x) + SQRT_HALF;
    return [_times_error_density(-2 * x, x), _times_error_density(4 * near * far, x)];
  },
  gelu_second(x) {
    let near = SQRT_TWO - Math.abs(x) + SQRT_TWO_REST;
    let far = SQRT_TWO + Math.abs(x);
    let slope = _times_normal_density(x * (x - 2) * (x + 2), x);
    return [_times_normal_density(near * far, x), slope];
  },
  silu_second(x) {
    let t = ieee.tanh(0.5 * x);
    let u = _times_sigmoid_slope(1, x);
    let factor = 2 - x * t;
    return [_times_sigmoid_slope(factor, x), _times_sigmoid_slope(x * (1 - 6 * u) - 3 * t, x)];
  },
  power_over_1(x, y) {
    let out = _power_over(x, y, 1);
    return [out, y !== 1 ? (y - 1) * _power_over(x, y, 2) : 0, out !== 0 ? out * ieee.log(x) : 0];
  },
  power_over_2(x, y) {
    let out = _power_over(x, y, 2);
    return [out, y !== 2 ? (y - 2) * _power_over(x, y, 3) : 0, out !== 0 ? out * ieee.log(x) : 0];
  },
  power_over_3(x, y) {
    let out = _power_over(x, y, 3);
    return [out, y !== 3 ? (y - 3) * _power_over(x, y, 4) : 0, out !== 0 ? out * ieee.log(x) : 0];
  },
  exp_from(x, largest) {
    let infinite = x === largest && Math.abs(x) === Infinity;
    let out = infinite ? Infinity : _exp_difference(x, largest);
    return [out, infinite ? 1 : out, 0];
  },
  exp_from_slope(x, largest) {
    let out = x === largest && Math.abs(x) === Infinity ? 1 : _exp_difference(x, largest);
    return [out, out, 0];
  },
  portion(x, y) {
    let out = _portion(x, y);
    return [out, _portion(y, x) / (x + y), -out / (x + y)];
  },
  bessel_moment(n, x) {
    return [_bessel_moment(n, x), 0, -_bessel_moment(n + 1, x)];
  },
  polygamma(n, x) {
    return [_polygamma(n, x), 0, _polygamma(n + 1, x)];
  },
  spherical_bessel(n, x) {
    let out = _spherical_bessel(n, x);
    let below = n > 0 ? _spherical_bessel(n - 1, x) : 0;
    return [out, 0, n < 6 ? PI * (n * below - (n + 1) * _spherical_bessel(n + 1, x)) / (2 * n + 1) : PI * below - (n + 1) / x * out];
  },
  whole_quotient(x, y) {
    return [_whole((x - ieee.fmod(x, y)) / y), 0, 0];
  },
  max_of_all(x, y) {
    let out = x > y || x === y ? x : y > x ? y : NaN;
    return [out, x >= y ? 1 : x < y ? 0 : 0.5, y >= x ? 1 : y < x ? 0 : 0.5];
  },
  min_of_all(x, y) {
    let out = x < y || x === y ? x : y < x ? y : NaN;
    return [out, x <= y ? 1 : x > y ? 0 : 0.5, y <= x ? 1 : y > x ? 0 : 0.5];
  },
  equal(x, y) {
    return [x === y ? 1 : 0, 0, 0];
  },
  masked_product(x, y) {
    return [x === 0 ? 0 : x * y, y, x];
  },
  shared(x, n) {
    return [x, n > 0 ? 1 / n : 1, 0];
  },
  div_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.div(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.div_second_yy(x, y);
    return [slope_y, -slope_x / y, out_1];
  },
  pow_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.pow(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.pow_second_xx(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.pow_second_xy(x, y);
    return [slope_x, out_1, out_2];
  },
  pow_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.pow(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.pow_second_xy(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.pow_second_yy(x, y);
    return [slope_y, out_1, out_2];
  },
  reciprocal_slope(x) {
    const [out, slope_x] = OPS.reciprocal(x);
    return [slope_x, -2 * (slope_x / x)];
  },
  exp2_slope(x) {
    const [out, slope_x] = OPS.exp2(x);
    const [out_1, out_1_x] = OPS.log(2);
    return [slope_x, out_1 * slope_x];
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
    const [out_1, out_1_x] = OPS.abs(x);
    return [slope_x, -0.5 * (slope_x / out_1)];
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
    const [out_1, out_1_x] = OPS.atan_second(x);
    return [slope_x, out_1];
  },
  tanh_slope(x) {
    const [out, slope_x] = OPS.tanh(x);
    return [slope_x, -2 * out * slope_x];
  },
  asinh_slope(x) {
    const [out, slope_x] = OPS.asinh(x);
    const [out_1, out_1_x] = OPS.asinh_second(x);
    return [slope_x, out_1];
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
    const [out_1, out_1_y, out_1_x] = OPS.atan2_second_xx(y, x);
    const [out_2, out_2_y, out_2_x] = OPS.atan2_second_xy(y, x);
    return [slope_y, -out_1, out_2];
  },
  atan2_slope_x(y, x) {
    const [out, slope_y, slope_x] = OPS.atan2(y, x);
    const [out_1, out_1_y, out_1_x] = OPS.atan2_second_xy(y, x);
    const [out_2, out_2_y, out_2_x] = OPS.atan2_second_xx(y, x);
    return [slope_x, out_1, out_2];
  },
  hypot_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.hypot_second_xx(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.hypot_second_xy(x, y);
    return [slope_x, out_1, out_2];
  },
  hypot_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.hypot_second_xy(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.hypot_second_xx(y, x);
    return [slope_y, out_1, out_2];
  },
  sigmoid_slope(x) {
    const [out, slope_x] = OPS.sigmoid(x);
    const [out_1, out_1_x] = OPS.tanh(0.5 * x);
    return [slope_x, -slope_x * out_1];
  },
  leaky_relu_slope_x(x, slope) {
    const [out, slope_x, slope_slope] = OPS.leaky_relu(x, slope);
    return [slope_x, 0, x < 0 ? 1 : 0];
  },
  leaky_relu_slope_slope(x, slope) {
    const [out, slope_x, slope_slope] = OPS.leaky_relu(x, slope);
    return [slope_slope, x < 0 ? 1 : 0, 0];
  },
  softsign_slope(x) {
    const [out, slope_x] = OPS.softsign(x);
    const [out_1, out_1_x] = OPS.sign(x);
    const [out_2, out_2_x] = OPS.abs(x);
    return [slope_x, -2 * out_1 * slope_x / (1 + out_2)];
  },
  elu_slope_x(x, alpha) {
    const [out, slope_x, slope_alpha] = OPS.elu(x, alpha);
    const [out_1, out_1_x] = OPS.exp(x);
    return [slope_x, x < 0 ? slope_x : 0, x < 0 ? out_1 : 0];
  },
  selu_slope(x) {
    const [out, slope_x] = OPS.selu(x);
    return [slope_x, x < 0 ? slope_x : 0];
  },
  silu_slope(x) {
    const [out, slope_x] = OPS.silu(x);
    const [out_1, out_1_x] = OPS.silu_second(x);
    return [slope_x, out_1];
  },
  gelu_slope(x) {
    const [out, slope_x] = OPS.gelu(x);
    const [out_1, out_1_x] = OPS.gelu_second(x);
    return [slope_x, out_1];
  },
  erf_slope(x) {
    const [out, slope_x] = OPS.erf(x);
    const [out_1, out_1_x] = OPS.erf_second(x);
    return [slope_x, out_1];
  },
  erfc_slope(x) {
    const [out, slope_x] = OPS.erfc(x);
    const [out_1, out_1_x] = OPS.erf_second(x);
    return [slope_x, -out_1];
  },
  normal_cdf_slope(x) {
    const [out, slope_x] = OPS.normal_cdf(x);
    const [out_1, out_1_x] = OPS.normal_cdf_second(x);
    return [slope_x, out_1];
  },
  erfinv_slope(x) {
    const [out, slope_x] = OPS.erfinv(x);
    return [slope_x, 2 * out * slope_x * slope_x];
  },
  i1e_slope(x) {
    const [out, slope_x] = OPS.i1e(x);
    const [out_1, out_1_x] = OPS.sign(x);
    const [out_2, out_2_x] = OPS.abs(x);
    const [out_3, out_3_n, out_3_x] = OPS.bessel_moment(2, out_2);
    const [out_4, out_4_n, out_4_x] = OPS.bessel_moment(3, out_2);
    return [slope_x, out_1 * (out_3 - out_4)];
  },
  logaddexp_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.logaddexp(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.logaddexp_second(x, y);
    return [slope_x, out_1, -out_1];
  },
  logaddexp_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.logaddexp(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.logaddexp_second(x, y);
    return [slope_y, -out_1, out_1];
  },
  div_second_yy_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.div_second_yy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.div_slope_y(2, y);
    const [out_2, out_2_x, out_2_y] = OPS.div_slope_y(2 / y, y);
    const [out_3, out_3_x, out_3_y] = OPS.div_slope_y(2 / y / y, y);
    return [slope_x, 0, 1 / y * (1 / y * out_1 + out_2) + out_3];
  },
  div_second_yy_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.div_second_yy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.div_slope_y(2, y);
    const [out_2, out_2_x, out_2_y] = OPS.div_slope_y(2 / y, y);
    const [out_3, out_3_x, out_3_y] = OPS.div_slope_y(2 / y / y, y);
    const [out_4, out_4_x, out_4_y] = OPS.div_slope_y(out, y);
    return [slope_y, 1 / y * (1 / y * out_1 + out_2) + out_3, -3 * (1 / y * slope_y + out_4)];
  },
  pow_second_xx_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.pow_second_xx(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.pow(x, y - 4);
    const [out_2, out_2_x, out_2_y] = OPS.power_over_3(x, y);
    const [out_3, out_3_x] = OPS.log(x);
    return [slope_x, y * (y - 1) * (y - 2) !== 0 ? y * (y - 1) * (y - 2) * (y - 3 !== 0 ? (y - 3) * out_1 : 0) : 0, y * (y - 1) * (y - 2) !== 0 ? out_2 * ((y - 2) * (y - 1 + y) + y * (y - 1)) + y * (y - 1) * (y - 2) * (out_2 !== 0 ? out_2 * out_3 : 0) : 0];
  },
  pow_second_xx_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.pow_second_xx(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.power_over_3(x, y);
    const [out_2, out_2_x] = OPS.log(x);
    const [out_3, out_3_x, out_3_y] = OPS.power_over_2(x, y);
    return [slope_y, y * (y - 1) * (y - 2) !== 0 ? out_1 * ((y - 2) * (y - 1 + y) + y * (y - 1)) + y * (y - 1) * (y - 2) * (out_1 !== 0 ? out_1 * out_2 : 0) : 0, out_3 !== 0 ? out_3 * (2 + out_2 * (y - 1 + y)) + (2 * y - 1 + y * (y - 1) * out_2) * (out_3 !== 0 ? out_3 * out_2 : 0) : 0];
  },
  pow_second_xy_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.pow_second_xy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.power_over_2(x, y);
    const [out_2, out_2_x] = OPS.log_slope(x);
    const [out_3, out_3_x] = OPS.log(x);
    const [out_4, out_4_x, out_4_y] = OPS.power_over_3(x, y);
    return [slope_x, out_1 !== 0 ? out_1 * (y * (y - 1) * out_2) + (2 * y - 1 + y * (y - 1) * out_3) * (y - 2 !== 0 ? (y - 2) * out_4 : 0) : 0, out_1 !== 0 ? out_1 * (2 + out_3 * (y - 1 + y)) + (2 * y - 1 + y * (y - 1) * out_3) * (out_1 !== 0 ? out_1 * out_3 : 0) : 0];
  },
  pow_second_xy_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.pow_second_xy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.power_over_2(x, y);
    const [out_2, out_2_x] = OPS.log(x);
    const [out_3, out_3_x, out_3_y] = OPS.power_over_1(x, y);
    return [slope_y, out_1 !== 0 ? out_1 * (2 + out_2 * (y - 1 + y)) + (2 * y - 1 + y * (y - 1) * out_2) * (out_1 !== 0 ? out_1 * out_2 : 0) : 0, out_3 !== 0 ? out_3 * (out_2 * out_2) + out_2 * (2 + y * out_2) * (out_3 !== 0 ? out_3 * out_2 : 0) : 0];
  },
  pow_second_yy_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.pow_second_yy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.power_over_1(x, y);
    const [out_2, out_2_x] = OPS.log(x);
    const [out_3, out_3_x] = OPS.log_slope(x);
    const [out_4, out_4_x, out_4_y] = OPS.power_over_2(x, y);
    return [slope_x, out_1 !== 0 ? out_1 * ((2 + y * out_2) * out_3 + out_2 * (y * out_3)) + out_2 * (2 + y * out_2) * (y - 1 !== 0 ? (y - 1) * out_4 : 0) : 0, out_1 !== 0 ? out_1 * (out_2 * out_2) + out_2 * (2 + y * out_2) * (out_1 !== 0 ? out_1 * out_2 : 0) : 0];
  },
  pow_second_yy_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.pow_second_yy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.power_over_1(x, y);
    const [out_2, out_2_x] = OPS.log(x);
    const [out_3, out_3_x, out_3_y] = OPS.pow(x, y);
    const [out_4, out_4_x, out_4_y] = OPS.pow(out_2, 3);
    const [out_5, out_5_x, out_5_y] = OPS.pow_slope_y(x, y);
    return [slope_y, out_1 !== 0 ? out_1 * (out_2 * out_2) + out_2 * (2 + y * out_2) * (out_1 !== 0 ? out_1 * out_2 : 0) : 0, out_3 !== 0 ? out_4 * out_5 : 0];
  },
  atan_second_slope(x) {
    const [out, slope_x] = OPS.atan_second(x);
    const [out_1, out_1_x] = OPS.atan_slope(x);
    const [out_2, out_2_x, out_2_y] = OPS.pow_slope_x(x * out_1, 2);
    const [out_3, out_3_x] = OPS.atan_second(x);
    const [out_4, out_4_x, out_4_y] = OPS.pow_slope_x(out_1, 2);
    const [out_5, out_5_x, out_5_y] = OPS.pow(x * out_1, 2);
    const [out_6, out_6_x, out_6_y] = OPS.pow(out_1, 2);
    return [slope_x, out_1 !== 0 ? out_1 * (6 * (out_2 * (out_1 + x * out_3)) + -1 * (2 * (out_4 * out_3))) + (6 * out_5 - 2 * out_6) * out_3 : 0];
  },
  asinh_second_slope(x) {
    const [out, slope_x] = OPS.asinh_second(x);
    const [out_1, out_1_x] = OPS.asinh_slope(x);
    const [out_2, out_2_x, out_2_y] = OPS.pow(out_1, 3);
    const [out_3, out_3_x, out_3_y] = OPS.pow_slope_x(x * out_1, 2);
    const [out_4, out_4_x] = OPS.asinh_second(x);
    const [out_5, out_5_x, out_5_y] = OPS.pow_slope_x(out_1, 2);
    const [out_6, out_6_x, out_6_y] = OPS.pow(x * out_1, 2);
    const [out_7, out_7_x, out_7_y] = OPS.pow(out_1, 2);
    const [out_8, out_8_x, out_8_y] = OPS.pow_slope_x(out_1, 3);
    return [slope_x, out_1 !== 0 ? out_2 * (2 * (out_3 * (out_1 + x * out_4)) + -1 * (out_5 * out_4)) + (2 * out_6 - out_7) * (out_8 * out_4) : 0];
  },
  hypot_second_xx_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot_second_xx(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.hypot(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.hypot_second_xx(x, y);
    const [out_3, out_3_x, out_3_y] = OPS.hypot_slope_x(x, y);
    const [out_4, out_4_x, out_4_y] = OPS.div_slope_y(out, out_1);
    const [out_5, out_5_x, out_5_y] = OPS.hypot_second_xy(x, y);
    const [out_6, out_6_x, out_6_y] = OPS.hypot_slope_y(x, y);
    return [slope_x, out_1 !== 0 ? out / out_1 * (-3 * out_2) + -3 * out_3 * (1 / out_1 * slope_x + out_4 * out_3) : 0, out_1 !== 0 ? out / out_1 * (-3 * out_5) + -3 * out_3 * (1 / out_1 * slope_y + out_4 * out_6) : 0];
  },
  hypot_second_xx_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot_second_xx(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.hypot(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.hypot_second_xy(x, y);
    const [out_3, out_3_x, out_3_y] = OPS.hypot_slope_x(x, y);
    const [out_4, out_4_x, out_4_y] = OPS.div_slope_y(out, out_1);
    const [out_5, out_5_x, out_5_y] = OPS.hypot_slope_y(x, y);
    const [out_6, out_6_x, out_6_y] = OPS.pow(out_3, 2);
    const [out_7, out_7_x, out_7_y] = OPS.pow(out_5, 2);
    const [out_8, out_8_x, out_8_y] = OPS.hypot_second_xx(y, x);
    const [out_9, out_9_x, out_9_y] = OPS.div_slope_y(out_5, out_1);
    const [out_10, out_10_x, out_10_y] = OPS.pow_slope_x(out_3, 2);
    const [out_11, out_11_x, out_11_y] = OPS.pow_slope_x(out_5, 2);
    const [out_12, out_12_x, out_12_y] = OPS.div_slope_y(2 * out_6 - out_7, out_1);
    return [slope_y, out_1 !== 0 ? out / out_1 * (-3 * out_2) + -3 * out_3 * (1 / out_1 * slope_y + out_4 * out_5) : 0, out_1 !== 0 ? (2 * out_6 - out_7) / out_1 * (1 / out_1 * out_8 + out_9 * out_5) + out_5 / out_1 * (1 / out_1 * (2 * (out_10 * out_2) + -1 * (out_11 * out_8)) + out_12 * out_5) : 0];
  },
  hypot_second_xy_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot_second_xy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.hypot(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.hypot_slope_x(x, y);
    const [out_3, out_3_x, out_3_y] = OPS.pow(out_2, 2);
    const [out_4, out_4_x, out_4_y] = OPS.hypot_slope_y(x, y);
    const [out_5, out_5_x, out_5_y] = OPS.pow(out_4, 2);
    const [out_6, out_6_x, out_6_y] = OPS.hypot_second_xy(x, y);
    const [out_7, out_7_x, out_7_y] = OPS.div_slope_y(out_4, out_1);
    const [out_8, out_8_x, out_8_y] = OPS.pow_slope_x(out_2, 2);
    const [out_9, out_9_x, out_9_y] = OPS.hypot_second_xx(x, y);
    const [out_10, out_10_x, out_10_y] = OPS.pow_slope_x(out_4, 2);
    const [out_11, out_11_x, out_11_y] = OPS.div_slope_y(2 * out_3 - out_5, out_1);
    const [out_12, out_12_x, out_12_y] = OPS.hypot_second_xx(y, x);
    return [slope_x, out_1 !== 0 ? (2 * out_3 - out_5) / out_1 * (1 / out_1 * out_6 + out_7 * out_2) + out_4 / out_1 * (1 / out_1 * (2 * (out_8 * out_9) + -1 * (out_10 * out_6)) + out_11 * out_2) : 0, out_1 !== 0 ? (2 * out_3 - out_5) / out_1 * (1 / out_1 * out_12 + out_7 * out_4) + out_4 / out_1 * (1 / out_1 * (2 * (out_8 * out_6) + -1 * (out_10 * out_12)) + out_11 * out_4) : 0];
  },
  hypot_second_xy_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.hypot_second_xy(x, y);
    const [out_1, out_1_x, out_1_y] = OPS.hypot(x, y);
    const [out_2, out_2_x, out_2_y] = OPS.hypot_slope_x(x, y);
    const [out_3, out_3_x, out_3_y] = OPS.pow(out_2, 2);
    const [out_4, out_4_x, out_4_y] = OPS.hypot_slope_y(x, y);
    const [out_5, out_5_x, out_5_y] = OPS.pow(out_4, 2);
    const [out_6, out_6_x, out_6_y] = OPS.hypot_second_xx(y, x);
    const [out_7, out_7_x, out_7_y] = OPS.div_slope_y(out_4, out_1);
    const [out_8, out_8_x, out_8_y] = OPS.pow_slope_x(out_2, 2);
    const [out_9, out_9_x, out_9_y] = OPS.hypot_second_xy(x, y);
    const [out_10, out_10_x, out_10_y] = OPS.pow_slope_x(out_4, 2);
    const [out_11, out_11_x, out_11_y] = OPS.div_slope_y(2 * out_3 - out_5, out_1);
    const [out_12, out_12_x, out_12_y] = OPS.div_slope_y(out_2, out_1);
    const [out_13, out_13_x, out_13_y] = OPS.div_slope_y(2 * out_5 - out_3, out_1);
    return [slope_y, out_1 !== 0 ? (2 * out_3 - out_5) / out_1 * (1 / out_1 * out_6 + out_7 * out_4) + out_4 / out_1 * (1 / out_1 * (2 * (out_8 * out_9) + -1 * (out_10 * out_6)) + out_11 * out_4) : 0, out_1 !== 0 ? (2 * out_5 - out_3) / out_1 * (1 / out_1 * out_9 + out_12 * out_4) + out_2 / out_1 * (1 / out_1 * (2 * (out_10 * out_6) + -1 * (out_8 * out_9)) + out_13 * out_4) : 0];
  },
  atan2_second_xx_slope_y(y, x) {
    const [out, slope_y, slope_x] = OPS.atan2_second_xx(y, x);
    const [out_1, out_1_y, out_1_x] = OPS.atan2_slope_y(y, x);
    const [out_2, out_2_x, out_2_y] = OPS.pow(out_1, 2);
    const [out_3, out_3_y, out_3_x] = OPS.atan2_slope_x(y, x);
    const [out_4, out_4_x, out_4_y] = OPS.pow(out_3, 2);
    const [out_5, out_5_y, out_5_x] = OPS.atan2_second_xx(y, x);
    const [out_6, out_6_x, out_6_y] = OPS.pow_slope_x(out_1, 2);
    const [out_7, out_7_x, out_7_y] = OPS.pow_slope_x(out_3, 2);
    const [out_8, out_8_y, out_8_x] = OPS.atan2_second_xy(y, x);
    return [slope_y, (out_2 - 3 * out_4) * (2 * -out_5) + 2 * out_1 * (out_6 * -out_5 + -1 * (3 * (out_7 * out_8))), (out_2 - 3 * out_4) * (2 * out_8) + 2 * out_1 * (out_6 * out_8 + -1 * (3 * (out_7 * out_5)))];
  },
  atan2_second_xx_slope_x(y, x) {
    const [out, slope_y, slope_x] = OPS.atan2_second_xx(y, x);
    const [out_1, out_1_y, out_1_x] = OPS.atan2_slope_y(y, x);
    const [out_2, out_2_x, out_2_y] = OPS.pow(out_1, 2);
    const [out_3, out_3_y, out_3_x] = OPS.atan2_slope_x(y, x);
    const [out_4, out_4_x, out_4_y] = OPS.pow(out_3, 2);
    const [out_5, out_5_y, out_5_x] = OPS.atan2_second_xy(y, x);
    const [out_6, out_6_x, out_6_y] = OPS.pow_slope_x(out_1, 2);
    const [out_7, out_7_x, out_7_y] = OPS.pow_slope_x(out_3, 2);
    const [out_8, out_8_y, out_8_x] = OPS.atan2_second_xx(y, x);
    return [slope_x, (out_2 - 3 * out_4) * (2 * out_5) + 2 * out_1 * (out_6 * out_5 + -1 * (3 * (out_7 * out_8))), (3 * out_2 - out_4) * (2 * out_8) + 2 * out_3 * (3 * (out_6 * out_5) + -1 * (out_7 * out_8))];
  },
  atan2_second_xy_slope_y(y, x) {
    const [out, slope_y, slope_x] = OPS.atan2_second_xy(y, x);
    const [out_1, out_1_y, out_1_x] = OPS.atan2_slope_x(y, x);
    const [out_2, out_2_x, out_2_y] = OPS.pow(out_1, 2);
    const [out_3, out_3_y, out_3_x] = OPS.atan2_slope_y(y, x);
    const [out_4, out_4_x, out_4_y] = OPS.pow(out_3, 2);
    const [out_5, out_5_y, out_5_x] = OPS.atan2_second_xy(y, x);
    const [out_6, out_6_x, out_6_y] = OPS.pow_slope_x(out_1, 2);
    const [out_7, out_7_x, out_7_y] = OPS.pow_slope_x(out_3, 2);
    const [out_8, out_8_y, out_8_x] = OPS.atan2_second_xx(y, x);
    return [slope_y, (out_2 - 3 * out_4) * (2 * out_5) + 2 * out_1 * (out_6 * out_5 + -1 * (3 * (out_7 * -out_8))), (out_2 - 3 * out_4) * (2 * out_8) + 2 * out_1 * (out_6 * out_8 + -1 * (3 * (out_7 * out_5)))];
  },
  atan2_second_xy_slope_x(y, x) {
    const [out, slope_y, slope_x] = OPS.atan2_second_xy(y, x);
    const [out_1, out_1_y, out_1_x] = OPS.atan2_slope_x(y, x);
    const [out_2, out_2_x, out_2_y] = OPS.pow(out_1, 2);
    const [out_3, out_3_y, out_3_x] = OPS.atan2_slope_y(y, x);
    const [out_4, out_4_x, out_4_y] = OPS.pow(out_3, 2);
    const [out_5, out_5_y, out_5_x] = OPS.atan2_second_xx(y, x);
    const [out_6, out_6_x, out_6_y] = OPS.pow_slope_x(out_1, 2);
    const [out_7, out_7_x, out_7_y] = OPS.pow_slope_x(out_3, 2);
    const [out_8, out_8_y, out_8_x] = OPS.atan2_second_xy(y, x);
    return [slope_x, (out_2 - 3 * out_4) * (2 * out_5) + 2 * out_1 * (out_6 * out_5 + -1 * (3 * (out_7 * out_8))), (out_4 - 3 * out_2) * (2 * out_8) + 2 * out_3 * (out_7 * out_8 + -1 * (3 * (out_6 * out_5)))];
  },
  logaddexp_second_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.logaddexp_second(x, y);
    const [out_1, out_1_x] = OPS.tanh(0.5 * x - 0.5 * y);
    const [out_2, out_2_x] = OPS.tanh_slope(0.5 * x - 0.5 * y);
    return [slope_x, out_1 * (-1 * slope_x) + -out * (out_2 * 0.5), out_1 * (-1 * slope_y) + -out * (out_2 * (-1 * 0.5))];
  },
  logaddexp_second_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.logaddexp_second(x, y);
    const [out_1, out_1_x] = OPS.tanh(0.5 * x - 0.5 * y);
    const [out_2, out_2_x] = OPS.tanh_slope(0.5 * x - 0.5 * y);
    return [slope_y, out_1 * (-1 * slope_y) + -out * (out_2 * (-1 * 0.5)), out_1 * slope_y + out * (out_2 * (-1 * 0.5))];
  },
  normal_cdf_second_slope(x) {
    const [out, slope_x] = OPS.normal_cdf_second(x);
    const [out_1, out_1_x] = OPS.normal_cdf_slope(x);
    const [out_2, out_2_x] = OPS.normal_cdf_second(x);
    return [slope_x, out_1 !== 0 ? out_1 * (x + 1 + (x - 1)) + (x - 1) * (x + 1) * out_2 : 0];
  },
  erf_second_slope(x) {
    const [out, slope_x] = OPS.erf_second(x);
    const [out_1, out_1_x] = OPS.erf_slope(x);
    const [out_2, out_2_x] = OPS.erf_second(x);
    return [slope_x, out_1 !== 0 ? out_1 * (x * 4 + 4 * x) + (4 * x * x - 2) * out_2 : 0];
  },
  gelu_second_slope(x) {
    const [out, slope_x] = OPS.gelu_second(x);
    const [out_1, out_1_x] = OPS.normal_cdf_slope(x);
    const [out_2, out_2_x] = OPS.normal_cdf_second(x);
    return [slope_x, out_1 !== 0 ? out_1 * ((x + 2) * (x - 2 + x) + x * (x - 2)) + x * (x - 2) * (x + 2) * out_2 : 0];
  },
  silu_second_slope(x) {
    const [out, slope_x] = OPS.silu_second(x);
    const [out_1, out_1_x] = OPS.sigmoid_slope(x);
    const [out_2, out_2_x] = OPS.tanh(0.5 * x);
    const [out_3, out_3_x] = OPS.tanh_slope(0.5 * x);
    return [slope_x, out_1 !== 0 ? (x * (1 - 6 * out_1) - 3 * out_2) * (-out_1 * out_2) + out_1 * (1 - 6 * out_1 + x * (-1 * (6 * (-out_1 * out_2))) + -1 * (3 * (out_3 * 0.5))) : 0];
  },
};
const SELECTS = new Set(["abs", "sign", "floor_divide", "max", "min", "where", "relu", "leaky_relu", "elu", "selu", "hard_tanh", "exp_from", "exp_from_slope", "whole_quotient", "max_of_all", "min_of_all", "equal", "masked_product", "leaky_relu_slope_x", "leaky_relu_slope_slope", "elu_slope_x", "selu_slope"]);
