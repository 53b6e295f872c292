/* The ops in C, generated from rows.py by `python -m autograd.codegen --write`. Not to be edited. */

#include <math.h>
#include <stdbool.h>

/* Always inlined: a derivative that a caller doesn't use is then never computed. */
#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

enum {
    OP_add, OP_sub, OP_mul, OP_div, OP_neg, OP_pow, OP_abs, OP_exp, OP_expm1, OP_log, OP_log1p, OP_log2, OP_log10,
    OP_sqrt, OP_cbrt, OP_sin, OP_cos, OP_tan, OP_asin, OP_acos, OP_atan, OP_sinh, OP_cosh, OP_tanh, OP_asinh,
    OP_acosh, OP_atanh, OP_atan2, OP_hypot, OP_sigmoid, OP_relu, OP_leaky_relu, OP_softplus, OP_silu, OP_gelu,
    OP_erf, OP_erfc, OP_normal_cdf, OP_max, OP_min, OP_where, OP_sum, OP_mean, OP_logsumexp, OP_dot, OP_power_over_1,
    OP_power_over_2, OP_power_over_3, OP_exp_from, OP_portion, OP_div_slope_y, OP_pow_slope_x, OP_pow_slope_y,
    OP_log_slope, OP_log1p_slope, OP_log2_slope, OP_log10_slope, OP_sqrt_slope, OP_cbrt_slope, OP_tan_slope,
    OP_asin_slope, OP_acos_slope, OP_atan_slope, OP_tanh_slope, OP_asinh_slope, OP_acosh_slope, OP_atanh_slope,
    OP_atan2_slope_y, OP_atan2_slope_x, OP_hypot_slope_x, OP_hypot_slope_y, OP_sigmoid_slope, OP_silu_slope,
    OP_erf_slope, OP_erfc_slope, OP_normal_cdf_slope, OP_gelu_slope,
    OPS_COUNT
};
enum { ROWS_COUNT = 45 }; /* those that are no hidden ops */

/* name, (operands), default of the last or NAN, signatures of method and function, docstring */
#define UNARY_OPS(X) \
    X(neg, ("x"), NAN, "($self)", "(x)", "−x.") \
    X(abs, ("x"), NAN, "($self)", "(x)", "Absolute value; its derivative at 0 is 0.") \
    X(exp, ("x"), NAN, "($self)", "(x)", "e to the x.") \
    X(expm1, ("x"), NAN, "($self)", "(x)", "e to the x, minus 1, accurate near 0.") \
    X(log, ("x"), NAN, "($self)", "(x)", "Natural logarithm; nan below 0.") \
    X(log1p, ("x"), NAN, "($self)", "(x)", "Natural logarithm of 1 + x, accurate near 0.") \
    X(log2, ("x"), NAN, "($self)", "(x)", "Logarithm to base 2.") \
    X(log10, ("x"), NAN, "($self)", "(x)", "Logarithm to base 10.") \
    X(sqrt, ("x"), NAN, "($self)", "(x)", "Square root; its derivative at 0 is inf.") \
    X(cbrt, ("x"), NAN, "($self)", "(x)", "Real cube root, also of negative numbers.") \
    X(sin, ("x"), NAN, "($self)", "(x)", "Sine of an angle in radians.") \
    X(cos, ("x"), NAN, "($self)", "(x)", "Cosine of an angle in radians.") \
    X(tan, ("x"), NAN, "($self)", "(x)", "Tangent of an angle in radians.") \
    X(asin, ("x"), NAN, "($self)", "(x)", "Angle in radians whose sine is x.") \
    X(acos, ("x"), NAN, "($self)", "(x)", "Angle in radians whose cosine is x.") \
    X(atan, ("x"), NAN, "($self)", "(x)", "Angle in radians whose tangent is x.") \
    X(sinh, ("x"), NAN, "($self)", "(x)", "Hyperbolic sine.") \
    X(cosh, ("x"), NAN, "($self)", "(x)", "Hyperbolic cosine.") \
    X(tanh, ("x"), NAN, "($self)", "(x)", "Hyperbolic tangent.") \
    X(asinh, ("x"), NAN, "($self)", "(x)", "Inverse hyperbolic sine.") \
    X(acosh, ("x"), NAN, "($self)", "(x)", "Inverse hyperbolic cosine, 0 or above.") \
    X(atanh, ("x"), NAN, "($self)", "(x)", "Inverse hyperbolic tangent.") \
    X(sigmoid, ("x"), NAN, "($self)", "(x)", "Logistic function 1/(1 + e^−x).") \
    X(relu, ("x"), NAN, "($self)", "(x)", "x where it is above 0, else 0; its derivative at 0 is 0.") \
    X(softplus, ("x"), NAN, "($self)", "(x)", "ln(1 + e^x), without overflow.") \
    X(silu, ("x"), NAN, "($self)", "(x)", "x · sigmoid(x).") \
    X(gelu, ("x"), NAN, "($self)", "(x)", "x · normal_cdf(x), the exact form.") \
    X(erf, ("x"), NAN, "($self)", "(x)", "Error function.") \
    X(erfc, ("x"), NAN, "($self)", "(x)", "1 − erf(x), accurate where that is tiny.") \
    X(normal_cdf, ("x"), NAN, "($self)", "(x)", "Probability that a standard normal variable is at most x.") \
    X(log_slope, ("x"), NAN, "($self)", "(x)", "The derivative of log for x.") \
    X(log1p_slope, ("x"), NAN, "($self)", "(x)", "The derivative of log1p for x.") \
    X(log2_slope, ("x"), NAN, "($self)", "(x)", "The derivative of log2 for x.") \
    X(log10_slope, ("x"), NAN, "($self)", "(x)", "The derivative of log10 for x.") \
    X(sqrt_slope, ("x"), NAN, "($self)", "(x)", "The derivative of sqrt for x.") \
    X(cbrt_slope, ("x"), NAN, "($self)", "(x)", "The derivative of cbrt for x.") \
    X(tan_slope, ("x"), NAN, "($self)", "(x)", "The derivative of tan for x.") \
    X(asin_slope, ("x"), NAN, "($self)", "(x)", "The derivative of asin for x.") \
    X(acos_slope, ("x"), NAN, "($self)", "(x)", "The derivative of acos for x.") \
    X(atan_slope, ("x"), NAN, "($self)", "(x)", "The derivative of atan for x.") \
    X(tanh_slope, ("x"), NAN, "($self)", "(x)", "The derivative of tanh for x.") \
    X(asinh_slope, ("x"), NAN, "($self)", "(x)", "The derivative of asinh for x.") \
    X(acosh_slope, ("x"), NAN, "($self)", "(x)", "The derivative of acosh for x.") \
    X(atanh_slope, ("x"), NAN, "($self)", "(x)", "The derivative of atanh for x.") \
    X(sigmoid_slope, ("x"), NAN, "($self)", "(x)", "The derivative of sigmoid for x.") \
    X(silu_slope, ("x"), NAN, "($self)", "(x)", "The derivative of silu for x.") \
    X(erf_slope, ("x"), NAN, "($self)", "(x)", "The derivative of erf for x.") \
    X(erfc_slope, ("x"), NAN, "($self)", "(x)", "The derivative of erfc for x.") \
    X(normal_cdf_slope, ("x"), NAN, "($self)", "(x)", "The derivative of normal_cdf for x.") \
    X(gelu_slope, ("x"), NAN, "($self)", "(x)", "The derivative of gelu for x.")

#define BINARY_OPS(X) \
    X(add, ("x", "y"), NAN, "($self, y)", "(x, y)", "x + y.") \
    X(sub, ("x", "y"), NAN, "($self, y)", "(x, y)", "x − y.") \
    X(mul, ("x", "y"), NAN, "($self, y)", "(x, y)", "x · y.") \
    X(div, ("x", "y"), NAN, "($self, y)", "(x, y)", "x / y; ±inf or nan where y is 0.") \
    X(pow, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y, as IEEE 754's pow.") \
    X(atan2, ("y", "x"), NAN, "($self, x)", "(y, x)", "Angle in radians from the positive x axis to the point (x, y).") \
    X(hypot, ("x", "y"), NAN, "($self, y)", "(x, y)", "Length of the vector (x, y), without overflow on the way; its derivatives at (0, 0) are 0.") \
    X(leaky_relu, ("x", "slope"), 0.01, "($self, slope=0.01)", "(x, slope=0.01)", "x where it is above 0, else slope · x; at 0 the derivative is the one of least size between slope and 1.") \
    X(max, ("x", "y"), NAN, "($self, y)", "(x, y)", "The larger of two; at a tie each has half of the derivative.") \
    X(min, ("x", "y"), NAN, "($self, y)", "(x, y)", "The smaller of two; at a tie each has half of the derivative.") \
    X(power_over_1, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y − 1, to the last digits of y.") \
    X(power_over_2, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y − 2, to the last digits of y.") \
    X(power_over_3, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y − 3, to the last digits of y.") \
    X(exp_from, ("x", "largest"), NAN, "($self, largest)", "(x, largest)", "e to the x − largest, where the largest is a reference: what is made of the terms doesn't depend on it.") \
    X(portion, ("x", "y"), NAN, "($self, y)", "(x, y)", "x / (x + y).") \
    X(div_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of div for y.") \
    X(pow_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow for x.") \
    X(pow_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow for y.") \
    X(atan2_slope_y, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2 for y.") \
    X(atan2_slope_x, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2 for x.") \
    X(hypot_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot for x.") \
    X(hypot_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot for y.")

#define TERNARY_OPS(X) \
    X(where, ("condition", "x", "y"), NAN, "($self, x, y)", "(condition, x, y)", "x where the condition isn't 0, else y; the branch not taken gets exactly nothing, even if it is inf or nan.")

#define UNARY_METHODS(X) \
    X(neg, ("x"), NAN, "($self)", "(x)", "−x.") \
    X(abs, ("x"), NAN, "($self)", "(x)", "Absolute value; its derivative at 0 is 0.") \
    X(exp, ("x"), NAN, "($self)", "(x)", "e to the x.") \
    X(expm1, ("x"), NAN, "($self)", "(x)", "e to the x, minus 1, accurate near 0.") \
    X(log, ("x"), NAN, "($self)", "(x)", "Natural logarithm; nan below 0.") \
    X(log1p, ("x"), NAN, "($self)", "(x)", "Natural logarithm of 1 + x, accurate near 0.") \
    X(log2, ("x"), NAN, "($self)", "(x)", "Logarithm to base 2.") \
    X(log10, ("x"), NAN, "($self)", "(x)", "Logarithm to base 10.") \
    X(sqrt, ("x"), NAN, "($self)", "(x)", "Square root; its derivative at 0 is inf.") \
    X(cbrt, ("x"), NAN, "($self)", "(x)", "Real cube root, also of negative numbers.") \
    X(sin, ("x"), NAN, "($self)", "(x)", "Sine of an angle in radians.") \
    X(cos, ("x"), NAN, "($self)", "(x)", "Cosine of an angle in radians.") \
    X(tan, ("x"), NAN, "($self)", "(x)", "Tangent of an angle in radians.") \
    X(asin, ("x"), NAN, "($self)", "(x)", "Angle in radians whose sine is x.") \
    X(acos, ("x"), NAN, "($self)", "(x)", "Angle in radians whose cosine is x.") \
    X(atan, ("x"), NAN, "($self)", "(x)", "Angle in radians whose tangent is x.") \
    X(sinh, ("x"), NAN, "($self)", "(x)", "Hyperbolic sine.") \
    X(cosh, ("x"), NAN, "($self)", "(x)", "Hyperbolic cosine.") \
    X(tanh, ("x"), NAN, "($self)", "(x)", "Hyperbolic tangent.") \
    X(asinh, ("x"), NAN, "($self)", "(x)", "Inverse hyperbolic sine.") \
    X(acosh, ("x"), NAN, "($self)", "(x)", "Inverse hyperbolic cosine, 0 or above.") \
    X(atanh, ("x"), NAN, "($self)", "(x)", "Inverse hyperbolic tangent.") \
    X(sigmoid, ("x"), NAN, "($self)", "(x)", "Logistic function 1/(1 + e^−x).") \
    X(relu, ("x"), NAN, "($self)", "(x)", "x where it is above 0, else 0; its derivative at 0 is 0.") \
    X(softplus, ("x"), NAN, "($self)", "(x)", "ln(1 + e^x), without overflow.") \
    X(silu, ("x"), NAN, "($self)", "(x)", "x · sigmoid(x).") \
    X(gelu, ("x"), NAN, "($self)", "(x)", "x · normal_cdf(x), the exact form.") \
    X(erf, ("x"), NAN, "($self)", "(x)", "Error function.") \
    X(erfc, ("x"), NAN, "($self)", "(x)", "1 − erf(x), accurate where that is tiny.") \
    X(normal_cdf, ("x"), NAN, "($self)", "(x)", "Probability that a standard normal variable is at most x.")

#define BINARY_METHODS(X) \
    X(add, ("x", "y"), NAN, "($self, y)", "(x, y)", "x + y.") \
    X(sub, ("x", "y"), NAN, "($self, y)", "(x, y)", "x − y.") \
    X(mul, ("x", "y"), NAN, "($self, y)", "(x, y)", "x · y.") \
    X(div, ("x", "y"), NAN, "($self, y)", "(x, y)", "x / y; ±inf or nan where y is 0.") \
    X(pow, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y, as IEEE 754's pow.") \
    X(atan2, ("y", "x"), NAN, "($self, x)", "(y, x)", "Angle in radians from the positive x axis to the point (x, y).") \
    X(hypot, ("x", "y"), NAN, "($self, y)", "(x, y)", "Length of the vector (x, y), without overflow on the way; its derivatives at (0, 0) are 0.") \
    X(leaky_relu, ("x", "slope"), 0.01, "($self, slope=0.01)", "(x, slope=0.01)", "x where it is above 0, else slope · x; at 0 the derivative is the one of least size between slope and 1.") \
    X(max, ("x", "y"), NAN, "($self, y)", "(x, y)", "The larger of two; at a tie each has half of the derivative.") \
    X(min, ("x", "y"), NAN, "($self, y)", "(x, y)", "The smaller of two; at a tie each has half of the derivative.")

#define TERNARY_METHODS(X) \
    X(where, ("condition", "x", "y"), NAN, "($self, x, y)", "(condition, x, y)", "x where the condition isn't 0, else y; the branch not taken gets exactly nothing, even if it is inf or nan.")

#define NUMPY_UNARY(X, KIND) \
    X(absolute, abs, KIND, "($self)", "Absolute value; its derivative at 0 is 0.") \
    X(arcsin, asin, KIND, "($self)", "Angle in radians whose sine is x.") \
    X(arccos, acos, KIND, "($self)", "Angle in radians whose cosine is x.") \
    X(arctan, atan, KIND, "($self)", "Angle in radians whose tangent is x.") \
    X(arcsinh, asinh, KIND, "($self)", "Inverse hyperbolic sine.") \
    X(arccosh, acosh, KIND, "($self)", "Inverse hyperbolic cosine, 0 or above.") \
    X(arctanh, atanh, KIND, "($self)", "Inverse hyperbolic tangent.")

#define NUMPY_BINARY(X, KIND) \
    X(power, pow, KIND, "($self, y)", "x to the y, as IEEE 754's pow.") \
    X(arctan2, atan2, KIND, "($self, x)", "Angle in radians from the positive x axis to the point (x, y).") \
    X(maximum, max, KIND, "($self, y)", "The larger of two; at a tie each has half of the derivative.") \
    X(minimum, min, KIND, "($self, y)", "The smaller of two; at a tie each has half of the derivative.")

static const double SMALLEST_NORMAL = 2.2250738585072014e-308;
static const double LN_2 = 0.6931471805599453;
static const double LN_10 = 2.302585092994046;
static const double SILU_DIP = -1.2784645427610737;
static const double SILU_DIP_REST = -1.0946994183093437e-16;
static const double EXP_SILU_DIP = 0.2784645427610738;
static const double SQRT_HALF = 0.7071067811865476;
static const double SPLITTER = 134217729.0;
static const double SQRT_HALF_REST = -4.833646656726457e-17;
static const double ONE_OVER_SQRT_PI = 0.5641895835477563;
static const double ONE_OVER_SQRT_2PI = 0.3989422804014327;
static const double ROOT_OF_ONE_OVER_SQRT_2PI = 0.6316187777460647;
static const double TWO_OVER_SQRT_PI = 1.1283791670955126;

INLINE bool
op_selects(int op)
{
    switch (op) {
    case OP_abs:
    case OP_relu:
    case OP_leaky_relu:
    case OP_max:
    case OP_min:
    case OP_where:
        return true;
    default:
        return false;
    }
}

INLINE bool
op_regular(int op)
{
    switch (op) {
    case OP_add:
    case OP_sub:
    case OP_mul:
    case OP_neg:
    case OP_abs:
    case OP_sin:
    case OP_cos:
    case OP_atan:
    case OP_tanh:
    case OP_sigmoid:
    case OP_relu:
    case OP_max:
    case OP_min:
        return true;
    default:
        return false;
    }
}

INLINE double
ieee_div(double x, double y)
{
    return x / y;
}

INLINE double
ops_reciprocal(double x)
{
    return x >= 0.0 ? ieee_div(1.0, fabs(x)) : NAN;
}

INLINE double
ops_cube_root(double x)
{
    const bool tiny = fabs(x) < 1e-200;
    const bool huge = fabs(x) > 1e+200;
    const double scaled = tiny ? x * 2.037035976334486e+90 : huge ? x * 4.909093465297727e-91 : x;
    const double y = copysign(pow(fabs(scaled), 1.0 / 3.0), scaled);
    const double root = y - (y * y * y - scaled) / (3.0 * y * y);
    return tiny ? root * 7.888609052210118e-31 : huge ? root * 1.2676506002282294e+30 : root;
}

INLINE double
ops_scale(double x, double y)
{
    const double largest = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    return
        largest < 3.054936363499605e-151 ? 4.149515568880993e+180
        : largest > 3.273390607896142e+150 ? 2.409919865102884e-181
        : 1.0;
}

INLINE double
ops_upper_bits(double x)
{
    const double wide = SPLITTER * x;
    return wide - (wide - x);
}

INLINE double
ops_normal_cdf(double x)
{
    const double t = x * SQRT_HALF;
    const double high = ops_upper_bits(x);
    const double factor = ops_upper_bits(SQRT_HALF);
    const double error = high * factor - t + high * (SQRT_HALF - factor) + (x - high) * factor;
    const double rest = error + (x - high) * (SQRT_HALF - factor) + x * SQRT_HALF_REST;
    const double value = 0.5 * erfc(-t);
    return fabs(x) > 40.0 ? value : value + ONE_OVER_SQRT_PI * exp(-t * t) * rest;
}

INLINE double
ops_exp_minus_square(double x, double factor)
{
    const double high = ops_upper_bits(x);
    return fabs(x) > 40.0 ? 0.0 : exp(-factor * high * high) * exp(-factor * (x - high) * (x + high));
}

INLINE double
ops_normal_density(double x)
{
    return ONE_OVER_SQRT_2PI * ops_exp_minus_square(x, 0.5);
}

INLINE double
ops_tail_ratio(double x)
{
    const double s = 1.0 / (x * x);
    return 1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s * (1.0 - 9.0 * s * (1.0 - 11.0 * s)))));
}

INLINE double
ops_exp_difference(double x, double y)
{
    const double difference = x - y;
    const double back = difference - x;
    const double error = x - (difference - back) - (y + back);
    const double e = exp(difference);
    return difference == -INFINITY ? e : e + e * error;
}

INLINE double
ops_power_over(double x, double y, double n)
{
    const double exponent = y - n;
    const bool exact = exponent + n == y || x == 0.0 || fabs(x) == INFINITY;
    const double once = exact ? 0.0 : ieee_div(pow(x, y), x);
    const double twice = n >= 2.0 ? ieee_div(once, x) : once;
    return exact ? pow(x, exponent) : n >= 3.0 ? ieee_div(twice, x) : twice;
}

INLINE double
op_add(double x, double y, double *d_x, double *d_y)
{
    *d_x = 1.0;
    *d_y = 1.0;
    return x + y;
}

INLINE double
op_sub(double x, double y, double *d_x, double *d_y)
{
    *d_x = 1.0;
    *d_y = -1.0;
    return x - y;
}

INLINE double
op_mul(double x, double y, double *d_x, double *d_y)
{
    *d_x = y;
    *d_y = x;
    return x * y;
}

INLINE double
op_div(double x, double y, double *d_x, double *d_y)
{
    const double out = ieee_div(x, y);
    const double slope =
        (fabs(out) < SMALLEST_NORMAL && 1e-100 < fabs(y) && fabs(y) < 1.0) ? -x / (y * y)
        : ieee_div(-out, y);
    *d_x = ieee_div(1.0, y);
    *d_y = slope;
    return out;
}

INLINE double
op_neg(double x, double *d_x)
{
    *d_x = -1.0;
    return -x;
}

INLINE double
op_pow(double x, double y, double *d_x, double *d_y)
{
    const double out = y == 2.0 ? x * x : pow(x, y);
    const bool normal = 1e-290 < fabs(out) && fabs(out) < 1e+290;
    const double half = normal ? 0.0 : pow(fabs(x), 0.5 * y);
    const double sign = copysign(1.0, out) * copysign(1.0, x);
    const double slope =
        y == 0.0 ? 0.0
        : y == 2.0 ? 2.0 * x
        : x == 0.0 || fabs(x) == INFINITY || out != out ? y * pow(x, y - 1.0)
        : normal ? y * out / x
        : sign * (y * half) * (half / fabs(x));
    const double growth =
        x < 0.0 || (x == 0.0 && y <= 0.0) ? NAN
        : x == 0.0 ? 0.0
        : normal ? out * log(x)
        : half == 0.0 ? 0.0
        : half * log(x) * half;
    *d_x = slope;
    *d_y = growth;
    return out;
}

INLINE double
op_abs(double x, double *d_x)
{
    *d_x = x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : NAN;
    return fabs(x);
}

INLINE double
op_exp(double x, double *d_x)
{
    const double out = exp(x);
    *d_x = out;
    return out;
}

INLINE double
op_expm1(double x, double *d_x)
{
    *d_x = exp(x);
    return expm1(x);
}

INLINE double
op_log(double x, double *d_x)
{
    *d_x = ops_reciprocal(x);
    return log(x);
}

INLINE double
op_log1p(double x, double *d_x)
{
    *d_x = ops_reciprocal(1.0 + x);
    return log1p(x);
}

INLINE double
op_log2(double x, double *d_x)
{
    *d_x = ops_reciprocal(x) / LN_2;
    return log2(x);
}

INLINE double
op_log10(double x, double *d_x)
{
    *d_x = ops_reciprocal(x) / LN_10;
    return log10(x);
}

INLINE double
op_sqrt(double x, double *d_x)
{
    const double out = sqrt(x);
    *d_x = ieee_div(0.5, fabs(out));
    return out;
}

INLINE double
op_cbrt(double x, double *d_x)
{
    const bool ordinary = 0.0 < fabs(x) && fabs(x) < INFINITY;
    const double out = ordinary ? ops_cube_root(x) : x;
    *d_x = ordinary ? out / x / 3.0 : ieee_div(1.0, fabs(x));
    return out;
}

INLINE double
op_sin(double x, double *d_x)
{
    *d_x = cos(x);
    return sin(x);
}

INLINE double
op_cos(double x, double *d_x)
{
    *d_x = -sin(x);
    return cos(x);
}

INLINE double
op_tan(double x, double *d_x)
{
    const double c = cos(x);
    *d_x = 1.0 / (c * c);
    return tan(x);
}

INLINE double
op_asin(double x, double *d_x)
{
    *d_x = ieee_div(1.0, sqrt((1.0 - x) * (1.0 + x)));
    return asin(x);
}

INLINE double
op_acos(double x, double *d_x)
{
    *d_x = ieee_div(-1.0, sqrt((1.0 - x) * (1.0 + x)));
    return acos(x);
}

INLINE double
op_atan(double x, double *d_x)
{
    *d_x = fabs(x) < 1e+100 ? 1.0 / (1.0 + x * x) : 1.0 / x / x;
    return atan(x);
}

INLINE double
op_sinh(double x, double *d_x)
{
    *d_x = cosh(x);
    return sinh(x);
}

INLINE double
op_cosh(double x, double *d_x)
{
    *d_x = sinh(x);
    return cosh(x);
}

INLINE double
op_tanh(double x, double *d_x)
{
    const double e = exp(-2.0 * fabs(x));
    *d_x = 4.0 * e / ((1.0 + e) * (1.0 + e));
    return tanh(x);
}

INLINE double
op_asinh(double x, double *d_x)
{
    *d_x = fabs(x) < 1e+100 ? 1.0 / sqrt(1.0 + x * x) : 1.0 / fabs(x);
    return asinh(x);
}

INLINE double
op_acosh(double x, double *d_x)
{
    *d_x = ieee_div(1.0, sqrt(x - 1.0) * sqrt(x + 1.0));
    return acosh(x);
}

INLINE double
op_atanh(double x, double *d_x)
{
    *d_x = fabs(x) <= 1.0 ? ieee_div(1.0, (1.0 - x) * (1.0 + x)) : NAN;
    return atanh(x);
}

INLINE double
op_atan2(double y, double x, double *d_y, double *d_x)
{
    const double scale = ops_scale(x, y);
    const double a = x * scale;
    const double b = y * scale;
    const double square = a * a + b * b;
    const bool far = square == INFINITY;
    *d_y = far ? 0.0 : ieee_div(a, square) * scale;
    *d_x = far ? 0.0 : ieee_div(-b, square) * scale;
    return atan2(y, x);
}

INLINE double
op_hypot(double x, double y, double *d_x, double *d_y)
{
    const double scale = ops_scale(x, y);
    const double a = x * scale;
    const double b = y * scale;
    const double length = sqrt(a * a + b * b);
    const double out = fabs(x) == INFINITY || fabs(y) == INFINITY ? INFINITY : length / scale;
    const bool scaled = scale > 1.0 || out == INFINITY;
    *d_x = out == 0.0 ? 0.0 : scaled ? a / length : x / out;
    *d_y = out == 0.0 ? 0.0 : scaled ? b / length : y / out;
    return out;
}

INLINE double
op_sigmoid(double x, double *d_x)
{
    const double e = exp(-fabs(x));
    *d_x = e / ((1.0 + e) * (1.0 + e));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

INLINE double
op_relu(double x, double *d_x)
{
    *d_x = x > 0.0 ? 1.0 : 0.0;
    return x <= 0.0 ? 0.0 : x;
}

INLINE double
op_leaky_relu(double x, double slope, double *d_x, double *d_slope)
{
    const double least = slope < 0.0 ? 0.0 : slope > 1.0 ? 1.0 : slope;
    *d_x = x > 0.0 ? 1.0 : x == 0.0 ? least : slope;
    *d_slope = x > 0.0 ? 0.0 : x;
    return x <= 0.0 ? slope * x : x;
}

INLINE double
op_softplus(double x, double *d_x)
{
    const double e = exp(-fabs(x));
    *d_x = (x >= 0.0 ? 1.0 : e) / (1.0 + e);
    return (x <= 0.0 ? 0.0 : x) + log1p(e);
}

INLINE double
op_silu(double x, double *d_x)
{
    const double e = exp(-fabs(x));
    const double half = x < -690.0 ? exp(0.5 * x) : 0.0;
    const double value =
        x >= 0.0 ? x / (1.0 + e)
        : x > -700.0 ? x * e / (1.0 + e)
        : x > -800.0 ? x * half * half
        : -0.0;
    const double from_dip = x - SILU_DIP;
    const double growth = expm1(from_dip < 2.0 ? from_dip - SILU_DIP_REST : 2.0);
    const double rise = from_dip + (EXP_SILU_DIP * growth - SILU_DIP_REST);
    const double slope =
        (0.0 <= x && x < 800.0) ? (1.0 + x * e / (1.0 + e)) / (1.0 + e)
        : x >= 800.0 ? 1.0
        : x > -700.0 ? rise / (exp(-x) + (2.0 + e))
        : x > -800.0 ? rise * half * half
        : -0.0;
    *d_x = x == x ? slope : x;
    return x == x ? value : x;
}

INLINE double
op_gelu(double x, double *d_x)
{
    const double cdf = ops_normal_cdf(x);
    const double density = ops_normal_density(x);
    const bool far = -40.0 < x && x < -37.4;
    const double ratio = far ? ops_tail_ratio(x) : 0.0;
    const double root = far ? ROOT_OF_ONE_OVER_SQRT_2PI * ops_exp_minus_square(x, 0.25) : 0.0;
    const double value = x > 40.0 ? x : x <= -40.0 ? -0.0 : far ? -ratio * root * root : x * cdf;
    const double slope = far ? (x - ratio / x) * root * root : density == 0.0 ? cdf : cdf + x * density;
    *d_x = slope;
    return value;
}

INLINE double
op_erf(double x, double *d_x)
{
    *d_x = TWO_OVER_SQRT_PI * ops_exp_minus_square(x, 1.0);
    return erf(x);
}

INLINE double
op_erfc(double x, double *d_x)
{
    *d_x = -TWO_OVER_SQRT_PI * ops_exp_minus_square(x, 1.0);
    return erfc(x);
}

INLINE double
op_normal_cdf(double x, double *d_x)
{
    *d_x = ops_normal_density(x);
    return ops_normal_cdf(x);
}

INLINE double
op_max(double x, double y, double *d_x, double *d_y)
{
    const double out = x > y || x == y ? x : y > x ? y : NAN;
    *d_x = x > y ? 1.0 : x < y ? 0.0 : 0.5;
    *d_y = x > y ? 0.0 : x < y ? 1.0 : 0.5;
    return out;
}

INLINE double
op_min(double x, double y, double *d_x, double *d_y)
{
    const double out = x < y || x == y ? x : y < x ? y : NAN;
    *d_x = x < y ? 1.0 : x > y ? 0.0 : 0.5;
    *d_y = x < y ? 0.0 : x > y ? 1.0 : 0.5;
    return out;
}

INLINE double
op_where(double condition, double x, double y, double *d_condition, double *d_x, double *d_y)
{
    *d_condition = 0.0;
    *d_x = condition != 0.0 ? 1.0 : 0.0;
    *d_y = condition != 0.0 ? 0.0 : 1.0;
    return condition != 0.0 ? x : y;
}

INLINE double
op_power_over_1(double x, double y, double *d_x, double *d_y)
{
    const double out = ops_power_over(x, y, 1.0);
    const double slope = ops_power_over(x, y, 2.0);
    *d_x = y != 1.0 ? (y - 1.0) * slope : 0.0;
    *d_y = out != 0.0 ? out * log(x) : 0.0;
    return out;
}

INLINE double
op_power_over_2(double x, double y, double *d_x, double *d_y)
{
    const double out = ops_power_over(x, y, 2.0);
    const double slope = ops_power_over(x, y, 3.0);
    *d_x = y != 2.0 ? (y - 2.0) * slope : 0.0;
    *d_y = out != 0.0 ? out * log(x) : 0.0;
    return out;
}

INLINE double
op_power_over_3(double x, double y, double *d_x, double *d_y)
{
    const double out = ops_power_over(x, y, 3.0);
    const double slope = pow(x, y - 4.0);
    *d_x = y != 3.0 ? (y - 3.0) * slope : 0.0;
    *d_y = out != 0.0 ? out * log(x) : 0.0;
    return out;
}

INLINE double
op_exp_from(double x, double largest, double *d_x, double *d_largest)
{
    const double out = ops_exp_difference(x, largest);
    *d_x = out;
    *d_largest = 0.0;
    return out;
}

INLINE double
op_portion(double x, double y, double *d_x, double *d_y)
{
    const double total = x + y;
    const double out = ieee_div(x, total);
    *d_x = ieee_div(ieee_div(y, total), total);
    *d_y = ieee_div(-out, total);
    return out;
}

INLINE double
op_div_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_div(x, y, &slope_x, &slope_y);
    *d_x = ieee_div(-slope_x, y);
    *d_y = -2.0 * ieee_div(slope_y, y);
    return slope_y;
}

INLINE double
op_pow_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_power_over_2(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_power_over_1(x, y, &out_2_x, &out_2_y);
    double out_3_x;
    const double out_3 = op_log(x, &out_3_x);
    *d_x = y * (y - 1.0) != 0.0 ? y * (y - 1.0) * out_1 : 0.0;
    *d_y = out_2 != 0.0 ? out_2 * (1.0 + y * out_3) : 0.0;
    return slope_x;
}

INLINE double
op_pow_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_power_over_1(x, y, &out_1_x, &out_1_y);
    double out_2_x;
    const double out_2 = op_log(x, &out_2_x);
    *d_x = out_1 != 0.0 ? out_1 * (1.0 + y * out_2) : 0.0;
    *d_y = slope_y != 0.0 ? slope_y * out_2 : 0.0;
    return slope_y;
}

INLINE double
op_log_slope(double x, double *d_x)
{
    double slope_x;
    op_log(x, &slope_x);
    *d_x = -slope_x * slope_x;
    return slope_x;
}

INLINE double
op_log1p_slope(double x, double *d_x)
{
    double slope_x;
    op_log1p(x, &slope_x);
    *d_x = -slope_x * slope_x;
    return slope_x;
}

INLINE double
op_log2_slope(double x, double *d_x)
{
    double slope_x;
    op_log2(x, &slope_x);
    *d_x = -0.6931471805599453 * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_log10_slope(double x, double *d_x)
{
    double slope_x;
    op_log10(x, &slope_x);
    *d_x = -2.302585092994046 * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_sqrt_slope(double x, double *d_x)
{
    double slope_x;
    op_sqrt(x, &slope_x);
    *d_x = -2.0 * slope_x * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_cbrt_slope(double x, double *d_x)
{
    double slope_x;
    op_cbrt(x, &slope_x);
    *d_x = ieee_div(-2.0 * ieee_div(slope_x, x), 3.0);
    return slope_x;
}

INLINE double
op_tan_slope(double x, double *d_x)
{
    double slope_x;
    const double out = op_tan(x, &slope_x);
    *d_x = 2.0 * out * slope_x;
    return slope_x;
}

INLINE double
op_asin_slope(double x, double *d_x)
{
    double slope_x;
    op_asin(x, &slope_x);
    *d_x = x * slope_x * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_acos_slope(double x, double *d_x)
{
    double slope_x;
    op_acos(x, &slope_x);
    *d_x = x * slope_x * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_atan_slope(double x, double *d_x)
{
    double slope_x;
    op_atan(x, &slope_x);
    *d_x = -2.0 * (slope_x != 0.0 ? x * slope_x : 0.0) * slope_x;
    return slope_x;
}

INLINE double
op_tanh_slope(double x, double *d_x)
{
    double slope_x;
    const double out = op_tanh(x, &slope_x);
    *d_x = -2.0 * out * slope_x;
    return slope_x;
}

INLINE double
op_asinh_slope(double x, double *d_x)
{
    double slope_x;
    op_asinh(x, &slope_x);
    *d_x = -(slope_x != 0.0 ? x * slope_x : 0.0) * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_acosh_slope(double x, double *d_x)
{
    double slope_x;
    op_acosh(x, &slope_x);
    *d_x = -(slope_x != 0.0 ? x * slope_x : 0.0) * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_atanh_slope(double x, double *d_x)
{
    double slope_x;
    op_atanh(x, &slope_x);
    *d_x = 2.0 * x * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_atan2_slope_y(double y, double x, double *d_y, double *d_x)
{
    double slope_y, slope_x;
    op_atan2(y, x, &slope_y, &slope_x);
    *d_y = 2.0 * slope_y * slope_x;
    *d_x = (slope_x - slope_y) * (slope_x + slope_y);
    return slope_y;
}

INLINE double
op_atan2_slope_x(double y, double x, double *d_y, double *d_x)
{
    double slope_y, slope_x;
    op_atan2(y, x, &slope_y, &slope_x);
    *d_y = (slope_x - slope_y) * (slope_x + slope_y);
    *d_x = -2.0 * slope_y * slope_x;
    return slope_x;
}

INLINE double
op_hypot_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    const double out = op_hypot(x, y, &slope_x, &slope_y);
    *d_x = slope_y * ieee_div(slope_y, out);
    *d_y = ieee_div(-slope_x * slope_y, out);
    return slope_x;
}

INLINE double
op_hypot_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    const double out = op_hypot(x, y, &slope_x, &slope_y);
    *d_x = ieee_div(-slope_x * slope_y, out);
    *d_y = slope_x * ieee_div(slope_x, out);
    return slope_y;
}

INLINE double
op_sigmoid_slope(double x, double *d_x)
{
    double slope_x;
    op_sigmoid(x, &slope_x);
    double out_1_x;
    const double out_1 = op_tanh(0.5 * x, &out_1_x);
    *d_x = -slope_x * out_1;
    return slope_x;
}

INLINE double
op_silu_slope(double x, double *d_x)
{
    double slope_x;
    op_silu(x, &slope_x);
    double out_1_x;
    const double out_1 = op_sigmoid_slope(x, &out_1_x);
    double out_2_x;
    const double out_2 = op_tanh(0.5 * x, &out_2_x);
    *d_x = out_1 != 0.0 ? out_1 * (2.0 - x * out_2) : 0.0;
    return slope_x;
}

INLINE double
op_erf_slope(double x, double *d_x)
{
    double slope_x;
    op_erf(x, &slope_x);
    *d_x = -2.0 * (slope_x != 0.0 ? x * slope_x : 0.0);
    return slope_x;
}

INLINE double
op_erfc_slope(double x, double *d_x)
{
    double slope_x;
    op_erfc(x, &slope_x);
    *d_x = -2.0 * (slope_x != 0.0 ? x * slope_x : 0.0);
    return slope_x;
}

INLINE double
op_normal_cdf_slope(double x, double *d_x)
{
    double slope_x;
    op_normal_cdf(x, &slope_x);
    *d_x = -(slope_x != 0.0 ? x * slope_x : 0.0);
    return slope_x;
}

INLINE double
op_gelu_slope(double x, double *d_x)
{
    double slope_x;
    op_gelu(x, &slope_x);
    double out_1_x;
    const double out_1 = op_normal_cdf_slope(x, &out_1_x);
    *d_x = out_1 != 0.0 ? out_1 * (2.0 - x * x) : 0.0;
    return slope_x;
}
