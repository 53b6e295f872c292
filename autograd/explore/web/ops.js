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
function _power_slope(x, y, out) {
  let sign = ieee.copysign(1, out) * ieee.copysign(1, x);
  return y === 0 ? 0 : y === 2 ? 2 * x : x === 0 || Math.abs(x) === Infinity || out !== out ? y * ieee.pow(x, y - 1) : 1e-290 < Math.abs(out) && Math.abs(out) < 1e+290 ? y * out / x : sign * (y * ieee.pow(Math.abs(x), 0.5 * y)) * (ieee.pow(Math.abs(x), 0.5 * y) / Math.abs(x));
}
function _power_growth(x, y, out) {
  let half = 1e-290 < Math.abs(out) && Math.abs(out) < 1e+290 ? 0 : ieee.pow(Math.abs(x), 0.5 * y);
  return x < 0 || x === 0 && y <= 0 ? NaN : x === 0 ? 0 : 1e-290 < Math.abs(out) && Math.abs(out) < 1e+290 ? out * ieee.log(x) : half === 0 ? 0 : half * ieee.log(x) * half;
}
function _whole(x) {
  return Math.abs(x) < 4503599627370496 ? ieee.floor(x + 0.5) : x;
}
function _remainder(x, y) {
  let rest = ieee.fmod(x, y);
  return rest === 0 ? ieee.copysign(0, y) : rest < 0 && y > 0 || rest > 0 && y < 0 ? rest + y : rest;
}
function _floor_divide(x, y) {
  let rest = ieee.fmod(x, y);
  let quotient = (x - rest) / y;
  let below = rest < 0 && y > 0 || rest > 0 && y < 0;
  let out = _whole(quotient) - (below ? 1 : 0);
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
function _scale(x, y) {
  let largest = Math.abs(x) > Math.abs(y) ? Math.abs(x) : Math.abs(y);
  return largest < 3.054936363499605e-151 ? 4.149515568880993e+180 : largest > 3.273390607896142e+150 ? 2.409919865102884e-181 : 1;
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
function _polygamma(n, x) {
  let whole = n === ieee.floor(n) && n >= 0;
  let positive = x > 0 ? x : 1 - x;
  let sign = ieee.fmod(n, 2) === 1 ? 1 : -1;
  let value = positive === Infinity ? 0 : sign * _factorial(n) * _hurwitz(n + 1, positive);
  let ratio = x < 0 ? PI / _sin_pi(x) : 0;
  return x !== x || n !== n ? x + n : !whole ? NaN : n === 0 ? _digamma(x) : x > 0 ? value : x === 0 ? sign * Infinity : n > 1 || x === ieee.floor(x) ? NaN : ratio * ratio - value;
}
function _erfinv_step(x, y) {
  let miss = x < 0.5 ? ieee.erf(y) - x : 1 - x - ieee.erfc(y);
  let step = miss * HALF_SQRT_PI * ieee.exp(y * y);
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
function _bessel_difference_tail(u) {
  let square = u * u;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 0.5 + u * (0.1875 + u * (0.17578125 + u * (0.25634765625 + u * (0.5046844482421875 + u * (1.249094009399414 + u * (3.7212592363357544 + u * (12.95795626938343 + u * (51.629357010824606 + u * (231.6150321457826 + u * (1155.1799728270908 + u * 6340.362805403237))))))))));
  let part_1 = 37976.1313865298 + u * (246479.69890295787 + u * (1723157.1807233572 + u * (12909319.212252485 + u * (103173699.64167415 + u * (876217816.8098062 + u * (7879875505.338188 + u * (74806976014.49345 + u * (747602216544.844 + u * (7845373260527.143 + u * (86254529881363.75 + u * 991458319016762.6))))))))));
  let part_2 = 1.1892335982789606e+16 + u * 1.4859473810495613e+17;
  return part_0 + step * (part_1 + step * part_2);
}
function _bessel_difference_series(z) {
  let square = z * z;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 1 + z * (0.25 + z * (0.0625 + z * (0.013020833333333334 + z * (0.0022786458333333335 + z * (0.000341796875 + z * (4.475911458333333e-05 + z * (5.195254371279762e-06 + z * (5.411723303416418e-07 + z * (5.111072008782173e-08 + z * (4.41410764394824e-09 + z * 3.511221989504282e-10))))))))));
  let part_1 = 2.5884008255961055e-11 + z * (1.777747819777545e-12 + z * (1.1428378841427074e-13 + z * (6.904645550028858e-15 + z * (3.9346325744649743e-16 + z * (2.1216156038781724e-17 + z * (1.0856220195283045e-18 + z * (5.285265095072009e-20 + z * (2.4538730798548612e-21 + z * (1.0888397865156853e-22 + z * (4.62649316404886e-24 + z * 1.8857988440416548e-25))))))))));
  let part_2 = 7.386045472496482e-27 + z * (2.7839709857871356e-28 + z * (1.0112715119312244e-29 + z * (3.5448009346795564e-31 + z * (1.2005175579271897e-32 + z * (3.9327299311407935e-34 + z * (1.2474788491253054e-35 + z * (3.8354944453953445e-37 + z * (1.1441105589957704e-38 + z * (3.314045736841581e-40 + z * (9.329456486066635e-42 + z * 2.554494037851579e-43))))))))));
  let part_3 = 6.808148524304133e-45 + z * (1.767406978215511e-46 + z * (4.4721836493307466e-48 + z * (1.1037119903797035e-49 + z * (2.658330708536481e-51 + z * (6.25217152704573e-53 + z * (1.4366839334019813e-54 + z * (3.2272234233395453e-56 + z * (7.09011206642779e-58 + z * (1.524202835536409e-59 + z * (3.2077349221510916e-61 + z * 6.611687671986957e-63))))))))));
  let part_4 = 1.335268556204849e-64 + z * (2.64328673371164e-66 + z * (5.131086012499065e-68 + z * (9.770733168597392e-70 + z * (1.8258082662654776e-71 + z * (3.3492289999628784e-73 + z * (6.033122946061077e-75 + z * (1.0675493524685996e-76 + z * (1.85617133652905e-78 + z * (3.172222641073543e-80 + z * (5.330298125708029e-82 + z * 8.808543512822588e-84))))))))));
  let part_5 = 1.4319899973031257e-85 + z * (2.2907296360877608e-87 + z * (3.606755571413141e-89 + z * (5.590828948743089e-91 + z * (8.534077842432358e-93 + z * (1.2830956196664036e-94 + z * (1.9005599974705886e-96 + z * (2.7740834028049637e-98 + z * (3.9908488851094427e-100 + z * (5.65989955755687e-102 + z * (7.914748878273691e-104 + z * 1.0915293347384492e-105))))))))));
  let part_6 = 1.484862013580653e-107 + z * (1.9928266565086513e-109 + z * (2.639148815376322e-111 + z * (3.449413802553263e-113 + z * (4.450286091810857e-115 + z * (5.668446320738104e-117 + z * (7.129253324524555e-119 + z * (8.855164335050278e-121 + z * (1.0863974762908907e-122 + z * (1.3166967305241898e-124 + z * (1.5767085444860636e-126 + z * 1.865726547907347e-128))))))))));
  let part_7 = 2.1819070973426257e-130 + z * (2.522177150826975e-132 + z * (2.8821992300949794e-134 + z * (3.25640325761776e-136 + z * (3.63809097346213e-138 + z * (4.0196136223645257e-140 + z * (4.392618061069903e-142 + z * (4.7483508663022717e-144 + z * (5.078004958703341e-146 + z * (5.3730892093349244e-148 + z * (5.625798892192782e-150 + z * 5.829363983686599e-152))))))))));
  let part_8 = 5.978353312307456e-154 + z * (6.068915365428881e-156 + z * (6.0989409207309416e-158 + z * (6.068138188808058e-160 + z * (5.978017324617839e-162 + z * (5.8317874308298664e-164 + z * (5.634174987904353e-166 + z * (5.391177522966731e-168 + z * (5.109769905009677e-170 + z * (4.797582705062994e-172 + z * (4.462572521461346e-174 + z * 4.1127031285534214e-176))))))))));
  let part_9 = 3.7556539782491743e-178 + z * (3.3985692797334063e-180 + z * (3.047856970768288e-182 + z * (2.709042754744979e-184 + z * (2.3866803662615772e-186 + z * (2.084315643567982e-188 + z * (1.804499050686239e-190 + z * (1.5488391402067044e-192 + z * (1.3180881277179072e-194 + z * (1.1122502309078386e-196 + z * (9.30703618655968e-199 + z * 7.723275827082087e-201))))))))));
  let part_10 = 6.356277281930506e-203 + z * (5.188534158465153e-205 + z * (4.201032255454592e-207 + z * (3.374157168195565e-209 + z * (2.6884413565945308e-211 + z * (2.125148881879486e-213 + z * (1.6667053160597144e-215 + z * (1.2969870969583778e-217 + z * (1.0014889465975845e-219 + z * (7.673901588419179e-222 + z * (5.835409604816697e-224 + z * 4.403891703843274e-226))))))))));
  let part_11 = 3.298654357800129e-228 + z * (2.452427911617759e-230 + z * (1.8098348601490925e-232 + z * (1.3258321824076958e-234 + z * (9.642027732730935e-237 + z * (6.961476703257022e-239 + z * (4.990110763725579e-241 + z * (3.5515433750051013e-243 + z * (2.509829284768043e-245 + z * (1.7612177330432023e-247 + z * (1.2272840994071366e-249 + z * 8.493006224044142e-252))))))))));
  let part_12 = 5.836908013172099e-254;
  return part_0 + step * (part_1 + step * (part_2 + step * (part_3 + step * (part_4 + step * (part_5 + step * (part_6 + step * (part_7 + step * (part_8 + step * (part_9 + step * (part_10 + step * (part_11 + step * part_12)))))))))));
}
function _bessel_difference(x) {
  let near = x < 24 ? x : 0;
  let far = x >= 24 ? x : 24;
  let half = ieee.exp(-near);
  let tail = _bessel_difference_tail(1 / far) / far / (SQRT_TWO_PI * ieee.sqrt(far));
  return x < 24 ? half * half * _bessel_difference_series(2 * near) : x !== x ? x : tail;
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
  return x < 20 ? ieee.exp(-near) * _i0_series(0.25 * near * near) : x !== x ? x : _i0_tail(1 / far) / (SQRT_TWO_PI * ieee.sqrt(far));
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
function _i1_tail(u) {
  let square = u * u;
  let fourth = square * square;
  let step = fourth * fourth * fourth;
  let part_0 = 1 + u * (-0.375 + u * (-0.1171875 + u * (-0.1025390625 + u * (-0.144195556640625 + u * (-0.2775764465332031 + u * (-0.6765925884246826 + u * (-1.993531733751297 + u * (-6.883914268109947 + u * (-27.248827311268542 + u * (-121.59789187653587 + u * -603.8440767050702))))))))));
  let part_1 = -3302.2722944808525 + u * (-19718.37591223663 + u * (-127641.2726461746 + u * (-890297.8767070678 + u * (-6656367.718817688 + u * (-53104110.10968523 + u * (-450278600.3050393 + u * (-4043620325.107754 + u * (-38338575207.427895 + u * -382701134659.8606))))))));
  return part_0 + step * part_1;
}
function _bessel_1_ratio(x) {
  let near = x < 20 ? x : 0;
  let far = x >= 20 ? x : 20;
  return x < 20 ? 0.5 * ieee.exp(-near) * _i1_series(0.25 * near * near) : x !== x ? x : _i1_tail(1 / far) / (SQRT_TWO_PI * ieee.sqrt(far)) / far;
}
function _bessel_1(x) {
  let size = Math.abs(x);
  let near = size < 20 ? x : 0;
  let far = size >= 20 ? size : 20;
  let tail = ieee.copysign(_i1_tail(1 / far) / (SQRT_TWO_PI * ieee.sqrt(far)), x);
  return size < 20 ? 0.5 * near * ieee.exp(-Math.abs(near)) * _i1_series(0.25 * near * near) : x !== x ? x : tail;
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
    return [x <= 0 ? alpha * below : x, x > 0 ? 1 : x === 0 ? least : alpha * half * half, x > 0 ? 0 : below];
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
    let slope = HALF_SQRT_PI * _exp_minus_square(out, -1);
    return [out, Math.abs(x) === 1 ? Infinity : Math.abs(x) < 1 ? slope : NaN];
  },
  i0e(x) {
    let slope = _bessel_difference(Math.abs(x));
    return [_bessel_0(Math.abs(x)), x === 0 ? 0 : x > 0 ? -slope : slope];
  },
  i1e(x) {
    let ratio = _bessel_1_ratio(Math.abs(x));
    return [_bessel_1(x), _bessel_difference(Math.abs(x)) - ratio];
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
    let out = _exp_difference(x, largest);
    return [out, out, 0];
  },
  portion(x, y) {
    let total = x + y;
    let out = x / total;
    return [out, y / total / total, -out / total];
  },
  polygamma(n, x) {
    return [_polygamma(n, x), 0, _polygamma(n + 1, x)];
  },
  spherical_bessel(n, x) {
    let out = _spherical_bessel(n, x);
    let below = n > 0 ? _spherical_bessel(n - 1, x) : 0;
    return [out, 0, n < 6 ? PI * (n * below - (n + 1) * _spherical_bessel(n + 1, x)) / (2 * n + 1) : PI * below - (n + 1) / x * out];
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
  erfinv_slope(x) {
    const [out, slope_x] = OPS.erfinv(x);
    return [slope_x, 2 * out * slope_x * slope_x];
  },
  i0e_slope(x) {
    const [out, slope_x] = OPS.i0e(x);
    const [out_1, out_1_x] = OPS.sign(x);
    const [out_2, out_2_x] = OPS.i1e(x);
    return [slope_x, -2 * out_1 * slope_x - (x !== 0 ? out_2 / x : 0.5)];
  },
  i1e_slope(x) {
    const [out, slope_x] = OPS.i1e(x);
    const [out_1, out_1_x] = OPS.i0e_slope(x);
    const [out_2, out_2_x] = OPS.sign(x);
    const [out_3, out_3_x] = OPS.i1e(x);
    const [out_4, out_4_x, out_4_y] = OPS.pow(x, 2);
    return [slope_x, x !== 0 ? 2 * out_1 + out_2 * (out_3 / x) - slope_x / x + out_3 / out_4 : 0];
  },
  logaddexp_slope_x(x, y) {
    const [out, slope_x, slope_y] = OPS.logaddexp(x, y);
    return [slope_x, slope_x * slope_y, -slope_x * slope_y];
  },
  logaddexp_slope_y(x, y) {
    const [out, slope_x, slope_y] = OPS.logaddexp(x, y);
    return [slope_y, -slope_x * slope_y, slope_x * slope_y];
  },
  gelu_slope(x) {
    const [out, slope_x] = OPS.gelu(x);
    const [out_1, out_1_x] = OPS.normal_cdf_slope(x);
    return [slope_x, out_1 !== 0 ? out_1 * (2 - x * x) : 0];
  },
};
const SELECTS = new Set(["abs", "sign", "floor_divide", "max", "min", "where", "relu", "leaky_relu", "elu", "selu", "hard_tanh"]);
