/* Elementary functions without branches, so that loops over them become vector code: the counterpart of ieee.py.

   Each file that includes this is compiled for one instruction set and may define MADD(a, b, c), a·b + c, as one fused
   step. Within 4 ulp (most within 1.5), right at ±0, subnormals, ±inf and nan. Angles and tanh are valid up to the limits
   below; beyond them the caller uses libm, number by number. Constants are fdlibm's and minimax fits. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANE static inline __attribute__((always_inline))

#if !defined(MADD) && defined(__FP_FAST_FMA)
#define MADD(A, B, C) __builtin_fma(A, B, C)
#elif !defined(MADD)
#define MADD(A, B, C) ((A) * (B) + (C))
#endif

#define LARGEST_ANGLE 1e6
#define LARGEST_TANH 350.0

/* Bits */

LANE uint64_t
bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

LANE double
from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^52 · 1.5: adding it rounds to an integer, which is then in the lowest bits. */
#define ROUNDER 6755399441055744.0

/* 2^k, k an integer from -1022 to 1023. */
LANE double
power_of_2(double k)
{
    return from_bits(bits_of(k + (ROUNDER + 1023.0)) << 52);
}

/* Exponentials */

/* x = k·ln 2 + r with |r| at most about ln 2 / 2; returns k. */
LANE double
split_by_ln2(double x, double *r)
{
    const double k = MADD(x, 1.4426950408889634, ROUNDER) - ROUNDER;
    *r = MADD(-k, 1.90821492927058770002e-10, MADD(-k, 6.93147180369123816490e-01, x));
    return k;
}

/* expm1 on [-ln 2 / 2, ln 2 / 2]. */
LANE double
small_expm1(double r)
{
    const double r2 = r * r, r4 = r2 * r2;
    const double low = MADD(r2, MADD(r, 0x1.11111111109b4p-7, 0x1.5555555553d67p-5), MADD(r, 0x1.5555555555556p-3, 0.5));
    const double middle = MADD(r2, MADD(r, 0x1.71de0db21e27fp-19, 0x1.a019b9133a48ap-16),
                               MADD(r, 0x1.a01a01a7c327ap-13, 0x1.6c16c1788a49bp-10));
    const double high = MADD(r, 0x1.af38a0d2d9620p-26, 0x1.28917e2c43a66p-22);
    return MADD(r2, MADD(r4, MADD(r4, high, middle), low), r);
}

LANE double
lane_exp(double x)
{
    double r;
    const double below = x > 710.0 ? 710.0 : x, within = below < -746.0 ? -746.0 : below;
    const double k = split_by_ln2(within, &r), half = MADD(k, 0.5, ROUNDER) - ROUNDER, scale = power_of_2(half);
    return MADD(scale, small_expm1(r), scale) * power_of_2(k - half); /* in two steps: the result may be subnormal */
}

LANE double
lane_expm1(double x)
{
    double r;
    const double below = x > 710.0 ? 710.0 : x, within = below < -40.0 ? -40.0 : below;
    const double scale = power_of_2(split_by_ln2(within, &r) - 1.0); /* half of it: the whole may be 2^1024 */
    const double half = MADD(scale, small_expm1(r), scale - 0.5);
    return fabs(x) < 1e-290 ? x : half + half;
}

/* Eighths of e^|x| and e^-|x|: they neither overflow before the result nor cancel near 0, as both minus 1 are returned too. */
LANE void
split_exponentials(double x, double *up, double *down, double *up_rest, double *down_rest)
{
    double r;
    const double size = fabs(x), k = split_by_ln2(size > 711.0 ? 711.0 : size, &r), p = small_expm1(r);
    *up = power_of_2(k - 3.0);
    *down = k > 500.0 ? 0.0 : power_of_2(-3.0 - k);
    *up_rest = *up * p;
    *down_rest = -*down * (p / (1.0 + p)); /* e^-r - 1 = -p/(1 + p) */
}

LANE double
lane_sinh(double x)
{
    double up, down, up_rest, down_rest;
    split_exponentials(x, &up, &down, &up_rest, &down_rest);
    const double quarter = ((up - down) + (up_rest - down_rest)) * 2.0;
    return fabs(x) < 1e-290 || x != x ? x : copysign(quarter + quarter, x);
}

LANE double
lane_cosh(double x)
{
    double up, down, up_rest, down_rest;
    split_exponentials(x, &up, &down, &up_rest, &down_rest);
    const double quarter = ((up + down) + (up_rest + down_rest)) * 2.0;
    return x != x ? x : quarter + quarter;
}

/* Logarithms */

/* x = 2^k · m with m from √½ to √2, for positive x; returns k. */
LANE double
split_by_2(double x, double *m)
{
    const uint64_t root = 0x3fe6a09e667f3bcdu; /* √½ */
    const double scaled = x < 0x1p-1022 ? x * 0x1p54 : x;
    const uint64_t above = bits_of(scaled) - root;
    *m = from_bits((above & 0x000fffffffffffffu) + root);
    const double k = from_bits(((above + 0x3ff0000000000000u) >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
    return x < 0x1p-1022 ? k - 54.0 : k;
}

/* log(1 + f) = f - (square - rest), where square = f²/2, for 1 + f from √½ to √2. */
LANE double
log_rest(double f, double square)
{
    const double s = f / (2.0 + f), z = s * s, w = z * z;
    const double odd = z * MADD(w, MADD(w, MADD(w, 1.479819860511658591e-01, 1.818357216161805012e-01),
                                        2.857142874366239149e-01), 6.666666666666735130e-01);
    const double even = w * MADD(w, MADD(w, 1.531383769920937332e-01, 2.222219843214978396e-01),
                                 3.999999999940941908e-01);
    return s * (square + (even + odd));
}

#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10

/* A logarithm where x isn't an ordinary positive number. */
LANE double
log_ends(double x, double usual)
{
    const double above = x < INFINITY ? usual : x; /* and nan */
    return x > 0.0 ? above : x == 0.0 ? -INFINITY : NAN;
}

LANE double
lane_log(double x)
{
    double m;
    const double k = split_by_2(x, &m), f = m - 1.0, square = 0.5 * f * f;
    const double usual = MADD(k, LN2_HIGH, -((square - MADD(k, LN2_LOW, log_rest(f, square))) - f));
    return log_ends(x, usual);
}

LANE double
lane_log2(double x)
{
    double m;
    const double k = split_by_2(x, &m), f = m - 1.0, square = 0.5 * f * f;
    const double small = f - (square - log_rest(f, square));
    return log_ends(x, k + MADD(small, 1.4426950408889634, small * 2.0355273740931033e-17));
}

LANE double
lane_log10(double x)
{
    double m;
    const double k = split_by_2(x, &m), f = m - 1.0, square = 0.5 * f * f;
    const double small = f - (square - log_rest(f, square));
    const double rest = MADD(k, 3.69423907715893078616e-13, small * 4.34294481903251816668e-01);
    return log_ends(x, MADD(k, 3.01029995663611771306e-01, rest));
}

LANE double
lane_log1p(double x)
{
    double m;
    const double u = 1.0 + x, k = split_by_2(u, &m);
    const double lost = k > 0.0 ? 1.0 - (u - x) : x - (u - 1.0); /* in the rounding of u */
    const double f = k == 0.0 ? x : m - 1.0, square = 0.5 * f * f;
    const double correction = k == 0.0 ? 0.0 : lost / u;
    const double rest = log_rest(f, square) + MADD(k, LN2_LOW, correction);
    const double usual = MADD(k, LN2_HIGH, -((square - rest) - f));
    return fabs(x) < 1e-20 ? x : log_ends(u, usual);
}

/* Hyperbolic tangent and its slope from one exponential, up to LARGEST_TANH: with m = expm1(-2|x|) and e = m + 1, both
   accurate, tanh is ±m/(2 + m) and its slope 4e/(2 + m)²; near 1, 1 - tanh² loses less. */
LANE double
lane_tanh(double x, double *slope)
{
    double r;
    const double k = split_by_ln2(-2.0 * fabs(x), &r), p = small_expm1(r), scale = power_of_2(k);
    const double m = MADD(scale, p, scale - 1.0), e = MADD(scale, p, scale);
    const double whole = 2.0 + m, lost = m - (whole - 2.0), q = 1.0 / whole, steep = (4.0 * e) * (q * q);
    const double t = m * q; /* below 0 */
    *slope = t > -0.5 ? MADD(-t, t, 1.0) : MADD(-(steep + steep), lost * q, steep);
    return copysign(t, x);
}

/* Angles, up to LARGEST_ANGLE */

/* x = n·π/2 + r with |r| at most about π/4; n is in the lowest bits of the result. */
LANE uint64_t
split_by_right_angle(double x, double *r)
{
    const double rounded = MADD(x, 6.36619772367581382433e-01, ROUNDER), n = rounded - ROUNDER;
    const double first = MADD(-n, 1.57079632673412561417e+00, x), second = MADD(-n, 6.07710050630396597660e-11, first);
    *r = MADD(-n, 8.47842766036889956997e-32, MADD(-n, 2.02226624871116645580e-21, second));
    return bits_of(rounded);
}

LANE double
small_sin(double r)
{
    const double z = r * r;
    const double p = MADD(z, MADD(z, MADD(z, MADD(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08),
                                          2.75573137070700676789e-06), -1.98412698298579493134e-04),
                          8.33333333332248946124e-03);
    return MADD(z * r, MADD(z, p, -1.66666666666666324348e-01), r);
}

LANE double
small_cos(double r)
{
    const double z = r * r, half = 0.5 * z, w = 1.0 - half;
    const double p = MADD(z, MADD(z, MADD(z, MADD(z, MADD(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09),
                                                  -2.75573143513906633035e-07), 2.48015872894767294178e-05),
                                  -1.38888888888741095749e-03), 4.16666666666666019037e-02);
    return w + (((1.0 - w) - half) + z * z * p);
}

LANE double
turned(uint64_t quarter, double r)
{
    const double s = small_sin(r), c = small_cos(r);
    const double odd = from_bits(((quarter & 1) << 62)), size = odd != 0.0 ? c : s;
    return from_bits(bits_of(size) ^ ((quarter & 2) << 62));
}

LANE double
lane_sin(double x)
{
    double r;
    const uint64_t n = split_by_right_angle(x, &r);
    return x == 0.0 ? x : turned(n, r);
}

LANE double
lane_cos(double x)
{
    double r;
    const uint64_t n = split_by_right_angle(x, &r);
    return turned(n + 1, r);
}

LANE double
lane_tan(double x)
{
    double r;
    const uint64_t n = split_by_right_angle(x, &r);
    const double s = small_sin(r), c = small_cos(r), odd = from_bits((n & 1) << 62);
    return x == 0.0 ? x : (odd != 0.0 ? -c : s) / (odd != 0.0 ? s : c);
}
