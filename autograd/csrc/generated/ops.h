/* The ops in C, generated from rows.py by `python -m autograd.codegen --write`. Not to be edited. */

#include <math.h>
#include <stdbool.h>

/* Always inlined: a derivative that a caller doesn't use is then never computed. */
#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define OUTLINE static __attribute__((noinline, unused))
#else
#define INLINE static inline
#define OUTLINE static
#endif

enum {
    OP_add, OP_sub, OP_mul, OP_div, OP_neg, OP_pow, OP_abs, OP_reciprocal, OP_sign, OP_fmod, OP_remainder,
    OP_floor_divide, OP_exp, OP_exp2, OP_expm1, OP_log, OP_log1p, OP_log2, OP_log10, OP_sqrt, OP_cbrt, OP_sin,
    OP_cos, OP_tan, OP_asin, OP_acos, OP_atan, OP_sinh, OP_cosh, OP_tanh, OP_asinh, OP_acosh, OP_atanh, OP_atan2,
    OP_hypot, OP_max, OP_min, OP_where, OP_sum, OP_mean, OP_logsumexp, OP_dot, OP_sigmoid, OP_relu, OP_leaky_relu,
    OP_softsign, OP_elu, OP_selu, OP_hard_tanh, OP_softplus, OP_silu, OP_gelu, OP_lgamma, OP_digamma, OP_erf,
    OP_erfc, OP_normal_cdf, OP_erfinv, OP_i0e, OP_i1e, OP_sinc, OP_logaddexp, OP_div_second_yy, OP_pow_second_xx,
    OP_pow_second_xy, OP_pow_second_yy, OP_atan_second, OP_asinh_second, OP_hypot_second_xx, OP_hypot_second_xy,
    OP_atan2_second_xx, OP_atan2_second_xy, OP_logaddexp_second, OP_normal_cdf_second, OP_erf_second, OP_gelu_second,
    OP_silu_second, OP_power_over_1, OP_power_over_2, OP_power_over_3, OP_exp_from, OP_exp_from_slope, OP_portion,
    OP_bessel_moment, OP_polygamma, OP_spherical_bessel, OP_whole_quotient, OP_max_of_all, OP_min_of_all, OP_equal,
    OP_masked_product, OP_shared, OP_div_slope_y, OP_pow_slope_x, OP_pow_slope_y, OP_reciprocal_slope, OP_exp2_slope,
    OP_log_slope, OP_log1p_slope, OP_log2_slope, OP_log10_slope, OP_sqrt_slope, OP_cbrt_slope, OP_tan_slope,
    OP_asin_slope, OP_acos_slope, OP_atan_slope, OP_tanh_slope, OP_asinh_slope, OP_acosh_slope, OP_atanh_slope,
    OP_atan2_slope_y, OP_atan2_slope_x, OP_hypot_slope_x, OP_hypot_slope_y, OP_sigmoid_slope, OP_leaky_relu_slope_x,
    OP_leaky_relu_slope_slope, OP_softsign_slope, OP_elu_slope_x, OP_selu_slope, OP_silu_slope, OP_gelu_slope,
    OP_erf_slope, OP_erfc_slope, OP_normal_cdf_slope, OP_erfinv_slope, OP_i1e_slope, OP_logaddexp_slope_x,
    OP_logaddexp_slope_y, OP_div_second_yy_slope_x, OP_div_second_yy_slope_y, OP_pow_second_xx_slope_x,
    OP_pow_second_xx_slope_y, OP_pow_second_xy_slope_x, OP_pow_second_xy_slope_y, OP_pow_second_yy_slope_x,
    OP_pow_second_yy_slope_y, OP_atan_second_slope, OP_asinh_second_slope, OP_hypot_second_xx_slope_x,
    OP_hypot_second_xx_slope_y, OP_hypot_second_xy_slope_x, OP_hypot_second_xy_slope_y, OP_atan2_second_xx_slope_y,
    OP_atan2_second_xx_slope_x, OP_atan2_second_xy_slope_y, OP_atan2_second_xy_slope_x, OP_logaddexp_second_slope_x,
    OP_logaddexp_second_slope_y, OP_normal_cdf_second_slope, OP_erf_second_slope, OP_gelu_second_slope,
    OP_silu_second_slope,
    OPS_COUNT
};
enum { ROWS_COUNT = 62 }; /* those that are not hidden ops */

/* name, (operands), default of the last or NAN, signatures of method and function, docstring */
#define UNARY_OPS(X) \
    X(neg, ("x"), NAN, "($self)", "(x)", "−x.") \
    X(abs, ("x"), NAN, "($self)", "(x)", "Absolute value; its derivative at 0 is 0.") \
    X(reciprocal, ("x"), NAN, "($self)", "(x)", "1 / x; ±inf at ±0.") \
    X(sign, ("x"), NAN, "($self)", "(x)", "1 above 0, −1 below, 0 at 0; its derivative is 0.") \
    X(exp, ("x"), NAN, "($self)", "(x)", "e to the x.") \
    X(exp2, ("x"), NAN, "($self)", "(x)", "2 to the x.") \
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
    X(softsign, ("x"), NAN, "($self)", "(x)", "x / (1 + |x|).") \
    X(selu, ("x"), NAN, "($self)", "(x)", "Scaled exponential linear unit (Klambauer et al. 2017); its derivative at 0 is the right one.") \
    X(hard_tanh, ("x"), NAN, "($self)", "(x)", "x between −1 and 1, else the nearer of them; its derivative at ±1 is 0.") \
    X(softplus, ("x"), NAN, "($self)", "(x)", "ln(1 + e^x), without overflow.") \
    X(silu, ("x"), NAN, "($self)", "(x)", "x · sigmoid(x).") \
    X(gelu, ("x"), NAN, "($self)", "(x)", "x · normal_cdf(x), the exact form.") \
    X(lgamma, ("x"), NAN, "($self)", "(x)", "Natural logarithm of |Γ(x)|.") \
    X(digamma, ("x"), NAN, "($self)", "(x)", "Derivative of the logarithm of the gamma function.") \
    X(erf, ("x"), NAN, "($self)", "(x)", "Error function.") \
    X(erfc, ("x"), NAN, "($self)", "(x)", "1 − erf(x), accurate where that is tiny.") \
    X(normal_cdf, ("x"), NAN, "($self)", "(x)", "Probability that a standard normal variable is at most x.") \
    X(erfinv, ("x"), NAN, "($self)", "(x)", "Inverse of the error function.") \
    X(i0e, ("x"), NAN, "($self)", "(x)", "Modified Bessel function e^−|x| · I₀(x); its derivative at 0 is 0.") \
    X(i1e, ("x"), NAN, "($self)", "(x)", "Modified Bessel function e^−|x| · I₁(x).") \
    X(sinc, ("x"), NAN, "($self)", "(x)", "sin(πx)/(πx), 1 at 0.") \
    X(atan_second, ("x"), NAN, "($self)", "(x)", "Second derivative of atan.") \
    X(asinh_second, ("x"), NAN, "($self)", "(x)", "Second derivative of asinh.") \
    X(normal_cdf_second, ("x"), NAN, "($self)", "(x)", "Second derivative of normal_cdf.") \
    X(erf_second, ("x"), NAN, "($self)", "(x)", "Second derivative of erf.") \
    X(gelu_second, ("x"), NAN, "($self)", "(x)", "Second derivative of gelu.") \
    X(silu_second, ("x"), NAN, "($self)", "(x)", "Second derivative of silu.") \
    X(reciprocal_slope, ("x"), NAN, "($self)", "(x)", "The derivative of reciprocal for x.") \
    X(exp2_slope, ("x"), NAN, "($self)", "(x)", "The derivative of exp2 for x.") \
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
    X(softsign_slope, ("x"), NAN, "($self)", "(x)", "The derivative of softsign for x.") \
    X(selu_slope, ("x"), NAN, "($self)", "(x)", "The derivative of selu for x.") \
    X(silu_slope, ("x"), NAN, "($self)", "(x)", "The derivative of silu for x.") \
    X(gelu_slope, ("x"), NAN, "($self)", "(x)", "The derivative of gelu for x.") \
    X(erf_slope, ("x"), NAN, "($self)", "(x)", "The derivative of erf for x.") \
    X(erfc_slope, ("x"), NAN, "($self)", "(x)", "The derivative of erfc for x.") \
    X(normal_cdf_slope, ("x"), NAN, "($self)", "(x)", "The derivative of normal_cdf for x.") \
    X(erfinv_slope, ("x"), NAN, "($self)", "(x)", "The derivative of erfinv for x.") \
    X(i1e_slope, ("x"), NAN, "($self)", "(x)", "The derivative of i1e for x.") \
    X(atan_second_slope, ("x"), NAN, "($self)", "(x)", "The derivative of atan_second for x.") \
    X(asinh_second_slope, ("x"), NAN, "($self)", "(x)", "The derivative of asinh_second for x.") \
    X(normal_cdf_second_slope, ("x"), NAN, "($self)", "(x)", "The derivative of normal_cdf_second for x.") \
    X(erf_second_slope, ("x"), NAN, "($self)", "(x)", "The derivative of erf_second for x.") \
    X(gelu_second_slope, ("x"), NAN, "($self)", "(x)", "The derivative of gelu_second for x.") \
    X(silu_second_slope, ("x"), NAN, "($self)", "(x)", "The derivative of silu_second for x.")

#define BINARY_OPS(X) \
    X(add, ("x", "y"), NAN, "($self, y)", "(x, y)", "x + y.") \
    X(sub, ("x", "y"), NAN, "($self, y)", "(x, y)", "x − y.") \
    X(mul, ("x", "y"), NAN, "($self, y)", "(x, y)", "x · y.") \
    X(div, ("x", "y"), NAN, "($self, y)", "(x, y)", "x / y; ±inf or nan where y is 0.") \
    X(pow, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y, as IEEE 754's pow.") \
    X(fmod, ("x", "y"), NAN, "($self, y)", "(x, y)", "Remainder of x / y with the sign of x, as C's fmod; nan where y is 0.") \
    X(remainder, ("x", "y"), NAN, "($self, y)", "(x, y)", "Remainder of x / y with the sign of y, as Python's %; nan where y is 0.") \
    X(floor_divide, ("x", "y"), NAN, "($self, y)", "(x, y)", "Largest whole number that is at most x / y, as Python's //; its derivatives are 0.") \
    X(atan2, ("y", "x"), NAN, "($self, x)", "(y, x)", "Angle in radians from the positive x axis to the point (x, y).") \
    X(hypot, ("x", "y"), NAN, "($self, y)", "(x, y)", "Length of the vector (x, y), without overflow on the way; its derivatives at (0, 0) are 0.") \
    X(max, ("x", "y"), NAN, "($self, y)", "(x, y)", "The larger of two; at a tie each has half of the derivative.") \
    X(min, ("x", "y"), NAN, "($self, y)", "(x, y)", "The smaller of two; at a tie each has half of the derivative.") \
    X(leaky_relu, ("x", "slope"), 0.01, "($self, slope=0.01)", "(x, slope=0.01)", "x where it is above 0, else slope · x; at 0 the derivative is the smaller in magnitude of slope and 1.") \
    X(elu, ("x", "alpha"), 1.0, "($self, alpha=1.0)", "(x, alpha=1.0)", "x where it is above 0, else alpha · (e^x − 1); at 0 the derivative is the smaller in magnitude of alpha and 1.") \
    X(logaddexp, ("x", "y"), NAN, "($self, y)", "(x, y)", "ln(e^x + e^y), without overflow.") \
    X(div_second_yy, ("x", "y"), NAN, "($self, y)", "(x, y)", "Second derivative of x/y for y, twice; 0 where x is 0, also where 1/y overflows.") \
    X(pow_second_xx, ("x", "y"), NAN, "($self, y)", "(x, y)", "Second derivative of x to the y in x.") \
    X(pow_second_xy, ("x", "y"), NAN, "($self, y)", "(x, y)", "Second derivative of x to the y in x and y.") \
    X(pow_second_yy, ("x", "y"), NAN, "($self, y)", "(x, y)", "Second derivative of x to the y in y.") \
    X(hypot_second_xx, ("x", "y"), NAN, "($self, y)", "(x, y)", "Second derivative of hypot in x; 0 at (0, 0), as along each line through it.") \
    X(hypot_second_xy, ("x", "y"), NAN, "($self, y)", "(x, y)", "Second derivative of hypot in x and y; 0 at (0, 0).") \
    X(atan2_second_xx, ("y", "x"), NAN, "($self, x)", "(y, x)", "Second derivative of atan2 in x; the one in y is the negative.") \
    X(atan2_second_xy, ("y", "x"), NAN, "($self, x)", "(y, x)", "Second derivative of atan2 in x and y.") \
    X(logaddexp_second, ("x", "y"), NAN, "($self, y)", "(x, y)", "Second derivative of logaddexp in x; the mixed one is the negative.") \
    X(power_over_1, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y − 1, to the last digits of y.") \
    X(power_over_2, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y − 2, to the last digits of y.") \
    X(power_over_3, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y − 3, to the last digits of y.") \
    X(exp_from, ("x", "largest"), NAN, "($self, largest)", "(x, largest)", "e to the x − largest, a reference on which results don't depend; inf where both are infinite.") \
    X(exp_from_slope, ("x", "largest"), NAN, "($self, largest)", "(x, largest)", "Derivative of exp_from in x.") \
    X(portion, ("x", "y"), NAN, "($self, y)", "(x, y)", "x / (x + y).") \
    X(bessel_moment, ("n", "x"), NAN, "($self, x)", "(n, x)", "Derivative of e^−x · I₀(x) for x ≥ 0, of constant order n, times (−1)ⁿ.") \
    X(polygamma, ("n", "x"), NAN, "($self, x)", "(n, x)", "Derivative of digamma of constant order n.") \
    X(spherical_bessel, ("n", "x"), NAN, "($self, x)", "(n, x)", "Spherical Bessel function of πx, of constant order n.") \
    X(whole_quotient, ("x", "y"), NAN, "($self, y)", "(x, y)", "x / y rounded towards 0, as in fmod.") \
    X(max_of_all, ("x", "y"), NAN, "($self, y)", "(x, y)", "The larger of two; at a tie each has all of the derivative.") \
    X(min_of_all, ("x", "y"), NAN, "($self, y)", "(x, y)", "The smaller of two; at a tie each has all of the derivative.") \
    X(equal, ("x", "y"), NAN, "($self, y)", "(x, y)", "1 where both are equal, else 0.") \
    X(masked_product, ("x", "y"), NAN, "($self, y)", "(x, y)", "x · y, 0 where x is, also beside what is infinite or nan.") \
    X(shared, ("x", "n"), NAN, "($self, n)", "(x, n)", "x, with the derivative divided among n ties.") \
    X(div_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of div for y.") \
    X(pow_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow for x.") \
    X(pow_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow for y.") \
    X(atan2_slope_y, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2 for y.") \
    X(atan2_slope_x, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2 for x.") \
    X(hypot_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot for x.") \
    X(hypot_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot for y.") \
    X(leaky_relu_slope_x, ("x", "slope"), NAN, "($self, slope)", "(x, slope)", "The derivative of leaky_relu for x.") \
    X(leaky_relu_slope_slope, ("x", "slope"), NAN, "($self, slope)", "(x, slope)", "The derivative of leaky_relu for slope.") \
    X(elu_slope_x, ("x", "alpha"), NAN, "($self, alpha)", "(x, alpha)", "The derivative of elu for x.") \
    X(logaddexp_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of logaddexp for x.") \
    X(logaddexp_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of logaddexp for y.") \
    X(div_second_yy_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of div_second_yy for x.") \
    X(div_second_yy_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of div_second_yy for y.") \
    X(pow_second_xx_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow_second_xx for x.") \
    X(pow_second_xx_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow_second_xx for y.") \
    X(pow_second_xy_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow_second_xy for x.") \
    X(pow_second_xy_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow_second_xy for y.") \
    X(pow_second_yy_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow_second_yy for x.") \
    X(pow_second_yy_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of pow_second_yy for y.") \
    X(hypot_second_xx_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot_second_xx for x.") \
    X(hypot_second_xx_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot_second_xx for y.") \
    X(hypot_second_xy_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot_second_xy for x.") \
    X(hypot_second_xy_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of hypot_second_xy for y.") \
    X(atan2_second_xx_slope_y, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2_second_xx for y.") \
    X(atan2_second_xx_slope_x, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2_second_xx for x.") \
    X(atan2_second_xy_slope_y, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2_second_xy for y.") \
    X(atan2_second_xy_slope_x, ("y", "x"), NAN, "($self, x)", "(y, x)", "The derivative of atan2_second_xy for x.") \
    X(logaddexp_second_slope_x, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of logaddexp_second for x.") \
    X(logaddexp_second_slope_y, ("x", "y"), NAN, "($self, y)", "(x, y)", "The derivative of logaddexp_second for y.")

#define TERNARY_OPS(X) \
    X(where, ("condition", "x", "y"), NAN, "($self, x, y)", "(condition, x, y)", "x where the condition isn't 0, else y; the branch not taken gets no gradient, even if it is inf or nan.")

#define UNARY_METHODS(X) \
    X(neg, ("x"), NAN, "($self)", "(x)", "−x.") \
    X(abs, ("x"), NAN, "($self)", "(x)", "Absolute value; its derivative at 0 is 0.") \
    X(reciprocal, ("x"), NAN, "($self)", "(x)", "1 / x; ±inf at ±0.") \
    X(sign, ("x"), NAN, "($self)", "(x)", "1 above 0, −1 below, 0 at 0; its derivative is 0.") \
    X(exp, ("x"), NAN, "($self)", "(x)", "e to the x.") \
    X(exp2, ("x"), NAN, "($self)", "(x)", "2 to the x.") \
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
    X(softsign, ("x"), NAN, "($self)", "(x)", "x / (1 + |x|).") \
    X(selu, ("x"), NAN, "($self)", "(x)", "Scaled exponential linear unit (Klambauer et al. 2017); its derivative at 0 is the right one.") \
    X(hard_tanh, ("x"), NAN, "($self)", "(x)", "x between −1 and 1, else the nearer of them; its derivative at ±1 is 0.") \
    X(softplus, ("x"), NAN, "($self)", "(x)", "ln(1 + e^x), without overflow.") \
    X(silu, ("x"), NAN, "($self)", "(x)", "x · sigmoid(x).") \
    X(gelu, ("x"), NAN, "($self)", "(x)", "x · normal_cdf(x), the exact form.") \
    X(lgamma, ("x"), NAN, "($self)", "(x)", "Natural logarithm of |Γ(x)|.") \
    X(digamma, ("x"), NAN, "($self)", "(x)", "Derivative of the logarithm of the gamma function.") \
    X(erf, ("x"), NAN, "($self)", "(x)", "Error function.") \
    X(erfc, ("x"), NAN, "($self)", "(x)", "1 − erf(x), accurate where that is tiny.") \
    X(normal_cdf, ("x"), NAN, "($self)", "(x)", "Probability that a standard normal variable is at most x.") \
    X(erfinv, ("x"), NAN, "($self)", "(x)", "Inverse of the error function.") \
    X(i0e, ("x"), NAN, "($self)", "(x)", "Modified Bessel function e^−|x| · I₀(x); its derivative at 0 is 0.") \
    X(i1e, ("x"), NAN, "($self)", "(x)", "Modified Bessel function e^−|x| · I₁(x).") \
    X(sinc, ("x"), NAN, "($self)", "(x)", "sin(πx)/(πx), 1 at 0.")

#define BINARY_METHODS(X) \
    X(add, ("x", "y"), NAN, "($self, y)", "(x, y)", "x + y.") \
    X(sub, ("x", "y"), NAN, "($self, y)", "(x, y)", "x − y.") \
    X(mul, ("x", "y"), NAN, "($self, y)", "(x, y)", "x · y.") \
    X(div, ("x", "y"), NAN, "($self, y)", "(x, y)", "x / y; ±inf or nan where y is 0.") \
    X(pow, ("x", "y"), NAN, "($self, y)", "(x, y)", "x to the y, as IEEE 754's pow.") \
    X(fmod, ("x", "y"), NAN, "($self, y)", "(x, y)", "Remainder of x / y with the sign of x, as C's fmod; nan where y is 0.") \
    X(remainder, ("x", "y"), NAN, "($self, y)", "(x, y)", "Remainder of x / y with the sign of y, as Python's %; nan where y is 0.") \
    X(floor_divide, ("x", "y"), NAN, "($self, y)", "(x, y)", "Largest whole number that is at most x / y, as Python's //; its derivatives are 0.") \
    X(atan2, ("y", "x"), NAN, "($self, x)", "(y, x)", "Angle in radians from the positive x axis to the point (x, y).") \
    X(hypot, ("x", "y"), NAN, "($self, y)", "(x, y)", "Length of the vector (x, y), without overflow on the way; its derivatives at (0, 0) are 0.") \
    X(max, ("x", "y"), NAN, "($self, y)", "(x, y)", "The larger of two; at a tie each has half of the derivative.") \
    X(min, ("x", "y"), NAN, "($self, y)", "(x, y)", "The smaller of two; at a tie each has half of the derivative.") \
    X(leaky_relu, ("x", "slope"), 0.01, "($self, slope=0.01)", "(x, slope=0.01)", "x where it is above 0, else slope · x; at 0 the derivative is the smaller in magnitude of slope and 1.") \
    X(elu, ("x", "alpha"), 1.0, "($self, alpha=1.0)", "(x, alpha=1.0)", "x where it is above 0, else alpha · (e^x − 1); at 0 the derivative is the smaller in magnitude of alpha and 1.") \
    X(logaddexp, ("x", "y"), NAN, "($self, y)", "(x, y)", "ln(e^x + e^y), without overflow.")

#define TERNARY_METHODS(X) \
    X(where, ("condition", "x", "y"), NAN, "($self, x, y)", "(condition, x, y)", "x where the condition isn't 0, else y; the branch not taken gets no gradient, even if it is inf or nan.")

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
    X(mod, remainder, KIND, "($self, y)", "Remainder of x / y with the sign of y, as Python's %; nan where y is 0.") \
    X(arctan2, atan2, KIND, "($self, x)", "Angle in radians from the positive x axis to the point (x, y).") \
    X(maximum, max, KIND, "($self, y)", "The larger of two; at a tie each has half of the derivative.") \
    X(minimum, min, KIND, "($self, y)", "The smaller of two; at a tie each has half of the derivative.")

static const double SMALLEST_NORMAL = 2.2250738585072014e-308;
static const double LN_2 = 0.6931471805599453;
static const double LN_10 = 2.302585092994046;
static const double SELU_SCALE = 1.0507009873554805;
static const double SELU_SCALE_ALPHA = 1.7580993408473766;
static const double SILU_DIP = -1.2784645427610737;
static const double SILU_DIP_REST = -1.0946994183093437e-16;
static const double EXP_SILU_DIP = 0.2784645427610738;
static const double SQRT_HALF = 0.7071067811865476;
static const double SPLITTER = 134217729.0;
static const double SQRT_HALF_REST = -4.833646656726457e-17;
static const double ONE_OVER_SQRT_PI = 0.5641895835477563;
static const double ONE_OVER_SQRT_2PI = 0.3989422804014327;
static const double ROOT_OF_ONE_OVER_SQRT_2PI = 0.6316187777460647;
static const double PI = 3.141592653589793;
static const double LOG_PI = 1.1447298858494002;
static const double HALF_LOG_2PI = 0.9189385332046728;
static const double DIGAMMA_ROOT_REST = 9.549995429965697e-17;
static const double DIGAMMA_ROOT = 1.4616321449683622;
static const double TWO_OVER_SQRT_PI = 1.1283791670955126;
static const double HALF_SQRT_PI = 0.886226925452758;
static const double SQRT_TWO_PI = 2.5066282746310002;
static const double SQRT_THIRD = 0.5773502691896257;
static const double SQRT_THIRD_REST = 3.3450280739356345e-17;
static const double SQRT_TWO_REST = -9.667293313452913e-17;
static const double SQRT_TWO = 1.4142135623730951;

INLINE bool
op_selects(int op)
{
    switch (op) {
    case OP_abs:
    case OP_sign:
    case OP_floor_divide:
    case OP_max:
    case OP_min:
    case OP_where:
    case OP_relu:
    case OP_leaky_relu:
    case OP_elu:
    case OP_selu:
    case OP_hard_tanh:
    case OP_exp_from:
    case OP_exp_from_slope:
    case OP_whole_quotient:
    case OP_max_of_all:
    case OP_min_of_all:
    case OP_equal:
    case OP_masked_product:
    case OP_leaky_relu_slope_x:
    case OP_leaky_relu_slope_slope:
    case OP_elu_slope_x:
    case OP_selu_slope:
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
    case OP_sign:
    case OP_sin:
    case OP_cos:
    case OP_atan:
    case OP_tanh:
    case OP_max:
    case OP_min:
    case OP_where:
    case OP_sum:
    case OP_mean:
    case OP_dot:
    case OP_sigmoid:
    case OP_relu:
    case OP_hard_tanh:
        return true;
    default:
        return false;
    }
}

INLINE bool
op_commutes(int op)
{
    switch (op) {
    case OP_add:
    case OP_mul:
        return true;
    default:
        return false;
    }
}

INLINE bool
op_cheap_slopes(int op)
{
    switch (op) {
    case OP_add:
    case OP_sub:
    case OP_mul:
    case OP_div:
    case OP_neg:
    case OP_abs:
    case OP_sign:
    case OP_exp:
    case OP_log:
    case OP_log1p:
    case OP_log2:
    case OP_log10:
    case OP_sqrt:
    case OP_max:
    case OP_min:
    case OP_where:
    case OP_relu:
    case OP_leaky_relu:
    case OP_hard_tanh:
    case OP_max_of_all:
    case OP_min_of_all:
        return true;
    default:
        return false;
    }
}

INLINE bool
op_is_own_slope(int op)
{
    switch (op) {
    case OP_exp:
        return true;
    default:
        return false;
    }
}

INLINE int
op_arity(int op)
{
    switch (op) {
    case OP_neg:
    case OP_abs:
    case OP_reciprocal:
    case OP_sign:
    case OP_exp:
    case OP_exp2:
    case OP_expm1:
    case OP_log:
    case OP_log1p:
    case OP_log2:
    case OP_log10:
    case OP_sqrt:
    case OP_cbrt:
    case OP_sin:
    case OP_cos:
    case OP_tan:
    case OP_asin:
    case OP_acos:
    case OP_atan:
    case OP_sinh:
    case OP_cosh:
    case OP_tanh:
    case OP_asinh:
    case OP_acosh:
    case OP_atanh:
    case OP_sigmoid:
    case OP_relu:
    case OP_softsign:
    case OP_selu:
    case OP_hard_tanh:
    case OP_softplus:
    case OP_silu:
    case OP_gelu:
    case OP_lgamma:
    case OP_digamma:
    case OP_erf:
    case OP_erfc:
    case OP_normal_cdf:
    case OP_erfinv:
    case OP_i0e:
    case OP_i1e:
    case OP_sinc:
    case OP_atan_second:
    case OP_asinh_second:
    case OP_normal_cdf_second:
    case OP_erf_second:
    case OP_gelu_second:
    case OP_silu_second:
    case OP_reciprocal_slope:
    case OP_exp2_slope:
    case OP_log_slope:
    case OP_log1p_slope:
    case OP_log2_slope:
    case OP_log10_slope:
    case OP_sqrt_slope:
    case OP_cbrt_slope:
    case OP_tan_slope:
    case OP_asin_slope:
    case OP_acos_slope:
    case OP_atan_slope:
    case OP_tanh_slope:
    case OP_asinh_slope:
    case OP_acosh_slope:
    case OP_atanh_slope:
    case OP_sigmoid_slope:
    case OP_softsign_slope:
    case OP_selu_slope:
    case OP_silu_slope:
    case OP_gelu_slope:
    case OP_erf_slope:
    case OP_erfc_slope:
    case OP_normal_cdf_slope:
    case OP_erfinv_slope:
    case OP_i1e_slope:
    case OP_atan_second_slope:
    case OP_asinh_second_slope:
    case OP_normal_cdf_second_slope:
    case OP_erf_second_slope:
    case OP_gelu_second_slope:
    case OP_silu_second_slope:
        return 1;
    case OP_add:
    case OP_sub:
    case OP_mul:
    case OP_div:
    case OP_pow:
    case OP_fmod:
    case OP_remainder:
    case OP_floor_divide:
    case OP_atan2:
    case OP_hypot:
    case OP_max:
    case OP_min:
    case OP_leaky_relu:
    case OP_elu:
    case OP_logaddexp:
    case OP_div_second_yy:
    case OP_pow_second_xx:
    case OP_pow_second_xy:
    case OP_pow_second_yy:
    case OP_hypot_second_xx:
    case OP_hypot_second_xy:
    case OP_atan2_second_xx:
    case OP_atan2_second_xy:
    case OP_logaddexp_second:
    case OP_power_over_1:
    case OP_power_over_2:
    case OP_power_over_3:
    case OP_exp_from:
    case OP_exp_from_slope:
    case OP_portion:
    case OP_bessel_moment:
    case OP_polygamma:
    case OP_spherical_bessel:
    case OP_whole_quotient:
    case OP_max_of_all:
    case OP_min_of_all:
    case OP_equal:
    case OP_masked_product:
    case OP_shared:
    case OP_div_slope_y:
    case OP_pow_slope_x:
    case OP_pow_slope_y:
    case OP_atan2_slope_y:
    case OP_atan2_slope_x:
    case OP_hypot_slope_x:
    case OP_hypot_slope_y:
    case OP_leaky_relu_slope_x:
    case OP_leaky_relu_slope_slope:
    case OP_elu_slope_x:
    case OP_logaddexp_slope_x:
    case OP_logaddexp_slope_y:
    case OP_div_second_yy_slope_x:
    case OP_div_second_yy_slope_y:
    case OP_pow_second_xx_slope_x:
    case OP_pow_second_xx_slope_y:
    case OP_pow_second_xy_slope_x:
    case OP_pow_second_xy_slope_y:
    case OP_pow_second_yy_slope_x:
    case OP_pow_second_yy_slope_y:
    case OP_hypot_second_xx_slope_x:
    case OP_hypot_second_xx_slope_y:
    case OP_hypot_second_xy_slope_x:
    case OP_hypot_second_xy_slope_y:
    case OP_atan2_second_xx_slope_y:
    case OP_atan2_second_xx_slope_x:
    case OP_atan2_second_xy_slope_y:
    case OP_atan2_second_xy_slope_x:
    case OP_logaddexp_second_slope_x:
    case OP_logaddexp_second_slope_y:
        return 2;
    case OP_where:
        return 3;
    default:
        return 0;
    }
}

INLINE bool
op_takes(int op, int count)
{
    switch (op) {
    case OP_sum:
        return count >= 0;
    case OP_mean:
        return count >= 1;
    case OP_logsumexp:
        return count >= 1;
    case OP_dot:
        return count >= 1 && count % 2 == 1;
    default:
        return op < OPS_COUNT && count == op_arity(op);
    }
}

INLINE double
ops_quotient_slope(double x, double y, double out)
{
    return (fabs(out) < SMALLEST_NORMAL && 1e-100 < fabs(y) && fabs(y) < 1.0) ? -x / (y * y) : -out / y;
}

INLINE double
ops_power_slope(double x, double y, double out)
{
    const double sign = copysign(1.0, out) * copysign(1.0, x);
    return
        y == 0.0 || (out == 0.0 && fabs(y) == INFINITY) ? 0.0
        : y == 2.0 ? 2.0 * x
        : x == 0.0 || fabs(x) == INFINITY || out != out ? y * pow(x, y - 1.0)
        : (1e-290 < fabs(out) && fabs(out) < 1e+290) ? y * out / x
        : sign * (y * pow(fabs(x), 0.5 * y)) * (pow(fabs(x), 0.5 * y) / fabs(x));
}

INLINE double
ops_power_growth(double x, double y, double out)
{
    const double half = (1e-290 < fabs(out) && fabs(out) < 1e+290) ? 0.0 : pow(fabs(x), 0.5 * y);
    return
        x < 0.0 || (x == 0.0 && (y == 0.0 || (y < 0.0 && copysign(1.0, x) < 0.0))) ? NAN
        : (x == 0.0 && y < 0.0) ? -INFINITY
        : x == 0.0 || (out == 0.0 && fabs(y) == INFINITY) ? 0.0
        : (1e-290 < fabs(out) && fabs(out) < 1e+290) ? out * log(x)
        : half == 0.0 ? 0.0
        : half * log(x) * half;
}

INLINE double
ops_whole(double x)
{
    const double below = floor(x);
    return x - below > 0.5 ? below + 1.0 : below;
}

INLINE double
ops_remainder(double x, double y)
{
    const double rest = fmod(x, y);
    return rest == 0.0 ? copysign(0.0, y) : (rest < 0.0 && y > 0.0) || (rest > 0.0 && y < 0.0) ? rest + y : rest;
}

INLINE double
ops_floor_divide(double x, double y)
{
    const double rest = fmod(x, y);
    const bool below = (rest < 0.0 && y > 0.0) || (rest > 0.0 && y < 0.0);
    const double out = ops_whole((x - rest) / y - (below ? 1.0 : 0.0));
    return y == 0.0 ? x / y : out == 0.0 ? copysign(0.0, x / y) : out;
}

INLINE double
ops_reciprocal(double x)
{
    return x >= 0.0 ? 1.0 / fabs(x) : NAN;
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
ops_atan_slope(double x)
{
    return fabs(x) < 1e+100 ? 1.0 / (1.0 + x * x) : 1.0 / x / x;
}

INLINE double
ops_asinh_slope(double x)
{
    return fabs(x) < 1e+100 ? 1.0 / sqrt(1.0 + x * x) : 1.0 / fabs(x);
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
ops_length(double x, double y)
{
    const double by = ops_scale(x, y);
    return sqrt(x * by * (x * by) + y * by * (y * by));
}

INLINE double
ops_cosine_at_infinity(double x, double y)
{
    return fabs(x) == INFINITY ? copysign(fabs(y) < INFINITY ? 1.0 : NAN, x) : 0.0;
}

INLINE double
ops_hypot_slope(double x, double y, double out)
{
    const double by = ops_scale(x, y);
    const double whole = ops_length(x, y);
    const bool scaled = by > 1.0 || out == INFINITY;
    return out == 0.0 ? 0.0 : whole == INFINITY ? ops_cosine_at_infinity(x, y) : scaled ? x * by / whole : x / out;
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
ops_weight_at_infinity(double x, double largest, double rest)
{
    return x < largest ? 0.0 : (x == largest && rest == 0.0) ? 1.0 : NAN;
}

OUTLINE double
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

OUTLINE double
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

OUTLINE double
ops_sin_pi(double x)
{
    const double part = fabs(fmod(x, 2.0));
    const double folded = part > 1.5 ? 2.0 - part : part > 0.5 ? 1.0 - part : part;
    const double sign = (x < 0.0 ? -1.0 : 1.0) * (part > 1.5 ? -1.0 : 1.0);
    return sign * sin(PI * folded);
}

OUTLINE double
ops_lgamma_tail(double s)
{
    return
        0.08333333333333333 + s * (-0.002777777777777778 + s * (0.0007936507936507937 + s * (-0.0005952380952380953 + s * (0.0008417508417508417 + s * (-0.0019175269175269176 + s * (0.00641025641025641 + s * (-0.029550653594771242 + s * (0.17964437236883057 + s * -1.3924322169059011))))))));
}

OUTLINE double
ops_lgamma_near_2(double t)
{
    const double square = t * t;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.42278433509846713 + t * (0.3224670334241132 + t * (-0.0673523010531981 + t * (0.020580808427784546 + t * (-0.007385551028673986 + t * (0.0028905103307415234 + t * (-0.001192753911703261 + t * (0.0005096695247430425 + t * (-0.00022315475845357939 + t * (9.945751278180853e-05 + t * (-4.492623673813314e-05 + t * 2.050721277567069e-05))))))))));
    const double part_1 =
        -9.439488275268397e-06 + t * (4.374866789907488e-06 + t * (-2.039215753801366e-06 + t * (9.55141213040742e-07 + t * (-4.492469198764566e-07 + t * (2.1207184805554665e-07 + t * (-1.0043224823968099e-07 + t * (4.7698101693639804e-08 + t * (-2.2711094608943164e-08 + t * (1.0838659214896955e-08 + t * (-5.183475041970047e-09 + t * 2.4836745438024785e-09))))))))));
    const double part_2 =
        -1.1921401405860912e-09 + t * (5.731367241678862e-10 + t * (-2.7595228851242334e-10 + t * 1.330476437424449e-10));
    return part_0 + step * (part_1 + step * part_2);
}

OUTLINE double
ops_lgamma_positive(double x)
{
    const double large = x > 8.0 ? x : 8.0;
    const double s = 1.0 / (large * large);
    const double stirling = (large - 0.5) * (log(large) - 1.0) + (HALF_LOG_2PI - 0.5) + ops_lgamma_tail(s) / large;
    const double steps = (2.5 < x && x <= 8.0) ? -floor(2.5 - x) : 0.0;
    const double product =
        (steps > 0.0 ? x - 1.0 : 1.0) * (steps > 1.0 ? x - 2.0 : 1.0) * (steps > 2.0 ? x - 3.0 : 1.0) * (steps > 3.0 ? x - 4.0 : 1.0) * (steps > 4.0 ? x - 5.0 : 1.0) * (steps > 5.0 ? x - 6.0 : 1.0);
    const double t = (1.5 < x && x <= 8.0) ? x - 2.0 - steps : x >= 0.5 ? x - 1.0 : x;
    const double near = t * ops_lgamma_near_2(t);
    const double below = x > 1.5 ? 0.0 : log1p(t) + (x < 0.5 ? log(x) : 0.0);
    return x == INFINITY ? INFINITY : x > 8.0 ? stirling : x > 1.5 ? near + log(product) : near - below;
}

OUTLINE double
ops_log_gamma(double x)
{
    const double sine = fabs(ops_sin_pi(x));
    const double reflected = LOG_PI - log(sine) - ops_lgamma_positive(1.0 - x);
    const bool tiny = fabs(x) < 1e-17;
    const bool pole = x == floor(x);
    return x != x ? x : tiny ? -log(fabs(x)) : x > 0.0 ? ops_lgamma_positive(x) : pole ? INFINITY : reflected;
}

OUTLINE double
ops_cos_pi(double x)
{
    const double part = fabs(fmod(x, 2.0));
    const double folded = part > 1.0 ? 2.0 - part : part;
    return folded < 0.25 ? cos(PI * folded) : folded > 0.75 ? -cos(PI * (1.0 - folded)) : sin(PI * (0.5 - folded));
}

OUTLINE double
ops_digamma_tail(double s)
{
    const double square = s * s;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.08333333333333333 + s * (-0.008333333333333333 + s * (0.003968253968253968 + s * (-0.004166666666666667 + s * (0.007575757575757576 + s * (-0.021092796092796094 + s * (0.08333333333333333 + s * (-0.4432598039215686 + s * (3.0539543302701198 + s * (-26.456212121212122 + s * (281.46014492753625 + s * -3607.5105463980462))))))))));
    const double part_1 = 54827.583333333336 + s * -974936.8238505747;
    return part_0 + step * part_1;
}

OUTLINE double
ops_digamma_near_2(double t)
{
    const double square = t * t;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.6399403447942543 + t * (0.521740901815686 + t * (-0.13342310749250122 + t * (0.044685631006948556 + t * (-0.0165691230003354 + t * (0.006460391809532134 + t * (-0.002590799722202472 + t * (0.0010566932571751764 + t * (-0.0004355889085072651 + t * (0.00018079737667956228 + t * (-7.53847374684102e-05 + t * 3.1528383399672735e-05))))))))));
    const double part_1 =
        -1.3213598611816165e-05 + t * (5.545715469550375e-06 + t * (-2.329803386329897e-06 + t * (9.7943445707732e-07 + t * (-4.1194201484817027e-07 + t * (1.7331629180963248e-07 + t * (-7.293605618411823e-08 + t * (3.069833608172594e-08 + t * (-1.2922192401615373e-08 + t * (5.439910998479974e-09 + t * (-2.2901894184896425e-09 + t * 9.64201669027773e-10))))))))));
    const double part_2 =
        -4.0595341858797645e-10 + t * (1.7091998835948968e-10 + t * (-7.19640108503903e-11 + t * (3.029995493919301e-11 + t * (-1.2757673989240026e-11 + t * (5.371592435727642e-12 + t * (-2.2617054245042186e-12 + t * (9.522917752963061e-13 + t * (-4.0096340395949234e-13 + t * 1.688262359820479e-13))))))));
    return part_0 + step * (part_1 + step * part_2);
}

OUTLINE double
ops_digamma_near_root(double t)
{
    const double square = t * t;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.9676722454476212 + t * (-0.4427631689835921 + t * (0.258499760955651 + t * (-0.16394270544240652 + t * (0.10782405069126237 + t * (-0.07219956125645471 + t * (0.04880428816414311 + t * (-0.03316112647484736 + t * (0.022597648232218104 + t * (-0.01542476590494896 + t * (0.010538791616612175 + t * -0.007204534386356869))))))))));
    const double part_1 =
        0.004926781395729853 + t * (-0.003369801655439328 + t * (0.002305126326734928 + t * (-0.0015769367714301972 + t * (0.0010788252019162967 + t * (-0.0007380709389960052 + t * (0.000504953265834602 + t * (-0.0003454680251063077 + t * (0.00023635601564027053 + t * (-0.00016170622091974803 + t * (0.0001106337276874741 + t * -7.569179582195066e-05))))))))));
    const double part_2 =
        5.178575795222081e-05 + t * (-3.5430070947659604e-05 + t * (2.424006611860132e-05 + t * (-1.6584242271854135e-05 + t * (1.134638458466385e-05 + t * (-7.762817668462094e-06 + t * (5.3110609208898636e-06 + t * (-3.6336507898010456e-06 + t * (2.486022733129538e-06 + t * (-1.7008538854332607e-06 + t * 1.1636675363548843e-06)))))))));
    return part_0 + step * (part_1 + step * part_2);
}

OUTLINE double
ops_digamma_positive(double x)
{
    const bool low = x < 1.0;
    const double up = low ? x + 1.0 : x;
    const double steps = (3.0 < up && up < 8.0) ? 5.0 : 0.0;
    const double large = up > 3.0 ? up + steps : 8.0;
    const double s = 1.0 / (large * large);
    const double tail = log(large) - 0.5 / large - s * ops_digamma_tail(s);
    const double shift =
        steps == 0.0 ? 0.0
        : 1.0 / up + 1.0 / (up + 1.0) + 1.0 / (up + 2.0) + 1.0 / (up + 3.0) + 1.0 / (up + 4.0);
    const double t = up - DIGAMMA_ROOT - DIGAMMA_ROOT_REST;
    const double near = up < 1.9 ? t * ops_digamma_near_root(t) : ops_digamma_near_2(up - 2.375);
    const double value = up <= 3.0 ? near : tail - shift;
    return low ? value - 1.0 / x : value;
}

OUTLINE double
ops_digamma(double x)
{
    const bool pole = x == floor(x);
    const double tangent = ops_sin_pi(x) / ops_cos_pi(x);
    const double reflected = ops_digamma_positive(1.0 - x) - PI / tangent;
    return
        x != x || x == INFINITY ? x
        : x > 0.0 ? ops_digamma_positive(x)
        : x == 0.0 ? copysign(INFINITY, -x)
        : pole || x == -INFINITY ? NAN
        : fabs(x) > 1e-17 ? reflected
        : -1.0 / x;
}

OUTLINE double
ops_hurwitz(double s, double x)
{
    const double w = x + 10.0;
    const double u = 1.0 / (w * w);
    const double first =
        pow(x + 9.0, -s) + pow(x + 8.0, -s) + pow(x + 7.0, -s) + pow(x + 6.0, -s) + pow(x + 5.0, -s) + pow(x + 4.0, -s) + pow(x + 3.0, -s) + pow(x + 2.0, -s) + pow(x + 1.0, -s) + pow(x, -s);
    const double a = s * u / 12.0;
    const double b = (s + 1.0) * (s + 2.0) * u;
    const double c = (s + 3.0) * (s + 4.0) * u;
    const double d = (s + 5.0) * (s + 6.0) * u;
    const double e = (s + 7.0) * (s + 8.0) * u;
    const double f = (s + 9.0) * (s + 10.0) * u;
    const double rest =
        a * (1.0 - b / 60.0 * (1.0 - c / 42.0 * (1.0 - d / 40.0 * (1.0 - e / 39.6 * (1.0 - f * 691.0 / 27300.0)))));
    return first + pow(w, 1.0 - s) * (1.0 / (s - 1.0) + 0.5 / w + rest);
}

OUTLINE double
ops_factorial(double n)
{
    const double small =
        n < 2.0 ? 1.0
        : n == 2.0 ? 2.0
        : n == 3.0 ? 6.0
        : n == 4.0 ? 24.0
        : n == 5.0 ? 120.0
        : n == 6.0 ? 720.0
        : 5040.0;
    return n <= 7.0 ? small : exp(ops_log_gamma(n + 1.0));
}

INLINE double
ops_cosine(double x, double y)
{
    const double whole = ops_length(x, y);
    return whole == INFINITY ? 0.0 : x * ops_scale(x, y) / whole;
}

OUTLINE double
ops_cotangent_derivative(double n, double x)
{
    const double sine = ops_sin_pi(x);
    const double cosine = ops_cos_pi(x);
    const double c = cosine / sine;
    const double s = c * c;
    const double pole = PI / sine;
    const double part =
        n == 1.0 ? -1.0
        : n == 2.0 ? 2.0 * c
        : n == 3.0 ? -2.0 - 6.0 * s
        : n == 4.0 ? c * (16.0 + 24.0 * s)
        : n == 5.0 ? -16.0 - s * (120.0 + 120.0 * s)
        : n == 6.0 ? c * (272.0 + s * (960.0 + 720.0 * s))
        : NAN;
    return pole * pole * (n < 2.0 ? part : part * pow(PI, n - 1.0));
}

OUTLINE double
ops_polygamma(double n, double x)
{
    const bool whole = n == floor(n) && n >= 0.0;
    const double positive = x > 0.0 ? x : 1.0 - x;
    const double sign = fmod(n, 2.0) == 1.0 ? 1.0 : -1.0;
    const double value = positive == INFINITY ? 0.0 : sign * ops_factorial(n) * ops_hurwitz(n + 1.0, positive);
    const double at_zero = sign > 0.0 ? INFINITY : -copysign(INFINITY, x);
    return
        x != x || n != n ? x + n
        : !whole ? NAN
        : n == 0.0 ? ops_digamma(x)
        : x > 0.0 ? value
        : x == 0.0 ? at_zero
        : x == floor(x) ? NAN
        : -sign * value - ops_cotangent_derivative(n, x);
}

OUTLINE double
ops_erfinv_miss(double x, double y)
{
    const double miss = x < 0.5 ? erf(y) - x : 1.0 - x - erfc(y);
    return miss * HALF_SQRT_PI * exp(y * y);
}

OUTLINE double
ops_erfinv_step(double x, double y)
{
    const double step = ops_erfinv_miss(x, y);
    return y - step / (1.0 + y * step);
}

OUTLINE double
ops_erfinv(double x)
{
    const double size = fabs(x) < 1.0 ? fabs(x) : 0.0;
    const double w = -log((1.0 - size) * (1.0 + size)) / 0.147;
    const double a = 4.330746750799873 - 0.0735 * w;
    const double start = sqrt(w / (sqrt(a * a + w) + a));
    const double inside = ops_erfinv_step(size, ops_erfinv_step(size, ops_erfinv_step(size, start)));
    const double out = fabs(x) == 1.0 ? INFINITY : fabs(x) < 1.0 ? inside : NAN;
    return copysign(out, x);
}

OUTLINE double
ops_erfinv_derivative(double x, double out)
{
    const bool inside = fabs(x) < 1.0;
    const double size = inside ? fabs(x) : 0.0;
    const double y = inside ? fabs(out) : 0.0;
    const double slope = HALF_SQRT_PI * ops_exp_minus_square(y, -1.0) * (1.0 - 2.0 * y * ops_erfinv_miss(size, y));
    return inside ? slope : fabs(x) == 1.0 ? INFINITY : NAN;
}

OUTLINE double
ops_bessel_step(double n, double x, double above)
{
    return (2.0 * n + 1.0) / (x * (2.0 - above) + (n + 1.0));
}

OUTLINE double
ops_bessel_steps_4(double n, double x, double above)
{
    const double upper = ops_bessel_step(n + 2.0, x, ops_bessel_step(n + 3.0, x, above));
    return ops_bessel_step(n, x, ops_bessel_step(n + 1.0, x, upper));
}

OUTLINE double
ops_bessel_steps_16(double n, double x, double above)
{
    const double upper = ops_bessel_steps_4(n + 8.0, x, ops_bessel_steps_4(n + 12.0, x, above));
    return ops_bessel_steps_4(n, x, ops_bessel_steps_4(n + 4.0, x, upper));
}

OUTLINE double
ops_bessel_steps_64(double n, double x, double above)
{
    const double upper = ops_bessel_steps_16(n + 32.0, x, ops_bessel_steps_16(n + 48.0, x, above));
    return ops_bessel_steps_16(n, x, ops_bessel_steps_16(n + 16.0, x, upper));
}

OUTLINE double
ops_bessel_ratio_9(double x)
{
    const double size = x < 1e+150 ? x : 0.0;
    const double root = sqrt(4.0 * size * (size - 73.0) + 5476.0);
    return ops_bessel_steps_64(9.0, x, x >= 1e+150 ? 0.0 : 294.0 / (2.0 * size + 74.0 + root));
}

OUTLINE double
ops_rounding_of_square(double x)
{
    const double high = ops_upper_bits(x);
    return high * high - x * x + (x - high) * (x + high);
}

OUTLINE double
ops_i0_series(double q)
{
    const double square = q * q;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        1.0 + q * (1.0 + q * (0.25 + q * (0.027777777777777776 + q * (0.001736111111111111 + q * (6.944444444444444e-05 + q * (1.9290123456790124e-06 + q * (3.936759889140842e-08 + q * (6.151187326782565e-10 + q * (7.594058428126624e-12 + q * (7.594058428126623e-14 + q * 6.276081345559193e-16))))))))));
    const double part_1 =
        4.358389823304995e-18 + q * (2.5789288895295828e-20 + q * (1.3157800456783586e-22 + q * (5.8479113141260385e-25 + q * (2.2843403570804838e-27 + q * (7.904291893012054e-30 + q * (2.4395962632753253e-32 + q * (6.757884385804225e-35 + q * (1.6894710964510564e-37 + q * (3.8310002187098785e-40 + q * (7.915289708078262e-43 + q * 1.4962740468957016e-45))))))))));
    const double part_2 =
        2.5976979980828152e-48 + q * (4.156316796932504e-51 + q * (6.14839762859838e-54 + q * (8.434015951438106e-57 + q * (1.0757673407446564e-59 + q * (1.2791526049282477e-62 + q * (1.4212806721424974e-65 + q * (1.4789601166935458e-68 + q * (1.4442969889585408e-71 + q * (1.3262598613026087e-74 + q * (1.147283617043779e-77 + q * 9.365580547296156e-81))))))))));
    const double part_3 =
        7.226528200074194e-84 + q * (5.278691161485898e-87 + q * (3.6556032974279072e-90 + q * (2.4034209713529963e-93 + q * (1.5021381070956227e-96 + q * (8.935979221270807e-100 + q * (5.065747857863269e-103 + q * (2.739723016691871e-106 + q * (1.4151461863077845e-109 + q * (6.988376228680417e-113 + q * (3.3026352687525603e-116 + q * 1.4950816064973112e-119))))))))));
    return part_0 + step * (part_1 + step * (part_2 + step * part_3));
}

OUTLINE double
ops_i0_tail(double u)
{
    const double square = u * u;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        1.0 + u * (0.125 + u * (0.0703125 + u * (0.0732421875 + u * (0.112152099609375 + u * (0.22710800170898438 + u * (0.5725014209747314 + u * (1.7277275025844574 + u * (6.074042001273483 + u * (24.380529699556064 + u * (110.01714026924674 + u * 551.3358961220206))))))))));
    const double part_1 =
        3038.090510922384 + u * (18257.755474293175 + u * (118838.42625678325 + u * (832859.3040162893 + u * (6252951.493434797 + u * (50069589.531988926 + u * (425939216.5047669 + u * (3836255180.2304335 + u * (36468400807.06556 + u * 364901081884.98334))))))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_bessel_0(double x)
{
    const double near = x < 20.0 ? x : 0.0;
    const double far = x >= 20.0 ? x : 20.0;
    const double rest = 0.5 * ops_rounding_of_square(near) / (1.0 + sqrt(near * near + 1.0));
    return
        x < 20.0 ? exp(-near) * ops_i0_series(0.25 * near * near) * (1.0 + rest)
        : x != x ? x
        : ops_i0_tail(1.0 / far) / (SQRT_TWO_PI * sqrt(far));
}

OUTLINE double
ops_bessel_moment(double n, double x)
{
    const double r_9 = ops_bessel_ratio_9(x);
    const double r_8 = ops_bessel_step(8.0, x, r_9);
    const double r_7 = ops_bessel_step(7.0, x, r_8);
    const double r_6 = ops_bessel_step(6.0, x, r_7);
    const double r_5 = ops_bessel_step(5.0, x, r_6);
    const double r_4 = ops_bessel_step(4.0, x, r_5);
    const double r_3 = ops_bessel_step(3.0, x, r_4);
    const double r_2 = ops_bessel_step(2.0, x, r_3);
    const double r_1 = ops_bessel_step(1.0, x, r_2);
    const double r_0 = ops_bessel_step(0.0, x, r_1);
    const double ratio =
        (n > 0.0 ? r_0 : 1.0) * (n > 1.0 ? r_1 : 1.0) * (n > 2.0 ? r_2 : 1.0) * (n > 3.0 ? r_3 : 1.0) * (n > 4.0 ? r_4 : 1.0) * (n > 5.0 ? r_5 : 1.0) * (n > 6.0 ? r_6 : 1.0) * (n > 7.0 ? r_7 : 1.0) * (n > 8.0 ? r_8 : 1.0);
    return n < 0.0 || n > 9.0 || n != floor(n) ? NAN : ops_bessel_0(x) * ratio;
}

OUTLINE double
ops_i1_tail(double u)
{
    const double square = u * u;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        1.0 + u * (-0.375 + u * (-0.1171875 + u * (-0.1025390625 + u * (-0.144195556640625 + u * (-0.2775764465332031 + u * (-0.6765925884246826 + u * (-1.993531733751297 + u * (-6.883914268109947 + u * (-27.248827311268542 + u * (-121.59789187653587 + u * -603.8440767050702))))))))));
    const double part_1 =
        -3302.2722944808525 + u * (-19718.37591223663 + u * (-127641.2726461746 + u * (-890297.8767070678 + u * (-6656367.718817688 + u * (-53104110.10968523 + u * (-450278600.3050393 + u * (-4043620325.107754 + u * (-38338575207.427895 + u * -382701134659.8606))))))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_i1_series(double q)
{
    const double square = q * q;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        1.0 + q * (0.5 + q * (0.08333333333333333 + q * (0.006944444444444444 + q * (0.00034722222222222224 + q * (1.1574074074074073e-05 + q * (2.755731922398589e-07 + q * (4.920949861426052e-09 + q * (6.834652585313961e-11 + q * (7.594058428126623e-13 + q * (6.903689480115112e-15 + q * 5.230067787965994e-17))))))))));
    const double part_1 =
        3.352607556388458e-19 + q * (1.842092063949702e-21 + q * (8.771866971189057e-24 + q * (3.654944571328774e-26 + q * (1.3437296218120491e-28 + q * (4.391273273895586e-31 + q * (1.2839980333028028e-33 + q * (3.3789421929021126e-36 + q * (8.045100459290744e-39 + q * (1.7413637357772174e-41 + q * (3.4414303078601135e-44 + q * 6.234475195398757e-47))))))))));
    const double part_2 =
        1.0390791992331261e-49 + q * (1.5985833834355786e-52 + q * (2.2771843068882885e-55 + q * (3.0121485540850376e-58 + q * (3.7095425542919185e-61 + q * (4.263842016427493e-64 + q * (4.5847763617499917e-67 + q * (4.6217503646673306e-70 + q * (4.376657542298608e-73 + q * (3.900764297948849e-76 + q * (3.2779531915536543e-79 + q * 2.60155015202671e-82))))))))));
    const double part_3 =
        1.9531157297497823e-85 + q * (1.3891292530226046e-88 + q * (9.373341788276685e-92 + q * (6.00855242838249e-95 + q * (3.6637514807210306e-98 + q * (2.127614100302573e-101 + q * (1.1780808971775045e-104 + q * (6.2266432197542515e-108 + q * (3.1447693029061876e-111 + q * (1.5192122236261777e-114 + q * (7.026883550537362e-118 + q * 3.114753346869398e-121))))))))));
    return part_0 + step * (part_1 + step * (part_2 + step * part_3));
}

OUTLINE double
ops_bessel_1(double x)
{
    const double size = fabs(x);
    const double near = size < 20.0 ? x : 0.0;
    const double far = size >= 20.0 ? size : 20.0;
    const double rest = 0.5 * ops_rounding_of_square(near) / (2.0 + sqrt(near * near + 4.0));
    const double tail = copysign(ops_i1_tail(1.0 / far) / (SQRT_TWO_PI * sqrt(far)), x);
    const double series = 0.5 * near * exp(-fabs(near)) * ops_i1_series(0.25 * near * near);
    return size < 20.0 ? series * (1.0 + rest) : x != x ? x : tail;
}

OUTLINE double
ops_bessel_1_slope(double x)
{
    const double size = x < 1e+150 ? x : 1e+150;
    const double w_3 =
        size * (2.0 - ops_bessel_step(3.0, size, ops_bessel_step(4.0, size, ops_bessel_steps_4(5.0, size, ops_bessel_ratio_9(size)))));
    const double w_2 = size * ((2.0 * w_3 + 1.0) / (w_3 + 3.0));
    const double w_1 = x * ((2.0 * w_2 + 1.0) / (w_2 + 2.0));
    return ops_bessel_0(x) * ((1.0 - w_2) / (w_2 + 2.0)) / (w_1 + 1.0);
}

OUTLINE double
ops_spherical_1(double s)
{
    const double square = s * s;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.3333333333333333 + s * (-0.03333333333333333 + s * (0.0011904761904761906 + s * (-2.2045855379188714e-05 + s * (2.505210838544172e-07 + s * (-1.9270852604185937e-09 + s * (1.0706029224547743e-11 + s * (-4.498331606952833e-14 + s * (1.4797143443923793e-16 + s * (-3.9145882126782523e-19 + s * (8.509974375387505e-22 + s * -1.5472680682522736e-24))))))))));
    const double part_1 =
        2.387759364586842e-27 + s * (-3.166789608205361e-30 + s * (3.6483751246605535e-33 + s * (-3.685227398647024e-36 + s * (3.290381605934843e-39 + s * -2.6155656644951056e-42))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_spherical_2(double s)
{
    const double square = s * s;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.06666666666666667 + s * (-0.004761904761904762 + s * (0.00013227513227513228 + s * (-2.0041686708353374e-06 + s * (1.9270852604185938e-08 + s * (-1.284723506945729e-10 + s * (6.297664249733966e-13 + s * (-2.367542951027807e-15 + s * (7.046258782820854e-18 + s * (-1.701994875077501e-20 + s * (3.403989750155002e-23 + s * -5.73062247500842e-26))))))))));
    const double part_1 =
        8.233652981333938e-29 + s * (-1.021545034904955e-31 + s * (1.1055682195941073e-34 + s * (-1.0529221138991497e-37 + s * (8.89292325928336e-41 + s * -6.706578626910527e-44))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_spherical_3(double s)
{
    const double square = s * s;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.009523809523809525 + s * (-0.0005291005291005291 + s * (1.2025012025012024e-05 + s * (-1.541668208334875e-07 + s * (1.284723506945729e-09 + s * (-7.55719709968076e-12 + s * (3.31456013143893e-14 + s * (-1.1274014052513367e-16 + s * (3.063590775139502e-19 + s * (-6.807979500310004e-22 + s * (1.2607369445018526e-24 + s * -1.976076715520145e-27))))))))));
    const double part_1 =
        2.656017090752883e-30 + s * (-3.0955910148635e-33 + s * (3.158766341697449e-36 + s * (-2.845735442970675e-39 + s * (2.2802367331495793e-42 + s * -1.635750884612324e-45))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_spherical_4(double s)
{
    const double square = s * s;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        0.0010582010582010583 + s * (-4.81000481000481e-05 + s * (9.25000925000925e-07 + s * (-1.0277788055565833e-08 + s * (7.55719709968076e-11 + s * (-3.977472157726716e-13 + s * (1.5783619673518714e-15 + s * (-4.901745240223203e-18 + s * (1.2254363100558008e-20 + s * (-2.5214738890037053e-23 + s * (4.347368774144319e-26 + s * -6.37444101780692e-29))))))))));
    const double part_1 =
        8.0485366386451e-32 + s * (-8.844545756752858e-35 + s * (8.537206328912025e-38 + s * (-7.296757546078654e-41 + s * (5.561553007681901e-44 + s * -3.8040718246798226e-47))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_spherical_5(double s)
{
    const double square = s * s;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        9.62000962000962e-05 + s * (-3.7000037000037e-06 + s * (6.1666728333395e-08 + s * (-6.045757679744608e-10 + s * (3.977472157726716e-12 + s * (-1.8940343608222456e-14 + s * (6.862443336312483e-17 + s * (-1.9606980960892812e-19 + s * (4.538653000206669e-22 + s * (-8.69473754828864e-25 + s * (1.4023770239175224e-27 + s * -1.9316487932748242e-30))))))))));
    const double part_1 =
        2.2995818967557432e-33 + s * (-2.390417772095367e-36 + s * (2.189027263823596e-39 + s * (-1.7796969624582083e-42 + s * (1.2933844203911397e-45 + s * -8.45349294373294e-49))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_spherical_6(double s)
{
    const double square = s * s;
    const double fourth = square * square;
    const double step = fourth * fourth * fourth;
    const double part_0 =
        7.4000074000074e-06 + s * (-2.4666691333358e-07 + s * (3.627454607846765e-09 + s * (-3.181977726181373e-11 + s * (1.8940343608222457e-13 + s * (-8.234932003574981e-16 + s * (2.7449773345249934e-18 + s * (-7.26184480033067e-21 + s * (1.565052758691955e-23 + s * (-2.8047540478350445e-26 + s * (4.249627345204613e-29 + s * -5.518996552213784e-32))))))))));
    const double part_1 =
        6.215086207447954e-35 + s * (-6.129276338706069e-38 + s * (5.339090887374625e-41 + s * (-4.138830145251647e-44 + s * (2.8741876008691994e-47 + s * -1.7986155199431785e-50))));
    return part_0 + step * part_1;
}

OUTLINE double
ops_spherical_bessel(double n, double x)
{
    const double near = fabs(x) < 1.25 ? x : 0.0;
    const double z = PI * near;
    const double s = z * z;
    const double series =
        n == 1.0 ? z * ops_spherical_1(s)
        : n == 2.0 ? s * ops_spherical_2(s)
        : n == 3.0 ? z * s * ops_spherical_3(s)
        : n == 4.0 ? s * s * ops_spherical_4(s)
        : n == 5.0 ? z * s * s * ops_spherical_5(s)
        : s * s * s * ops_spherical_6(s);
    const double far = (fabs(x) < INFINITY && x != 0.0) ? PI * x : 4.0;
    const double sine = ops_sin_pi(x);
    const double cosine = ops_cos_pi(x);
    const double u = 1.0 / far;
    const double j_0 = x != 0.0 ? sine / far : 1.0;
    const double j_1 = (j_0 - cosine) * u;
    const double j_2 = 3.0 * j_1 * u - j_0;
    const double j_3 = 5.0 * j_2 * u - j_1;
    const double j_4 = 7.0 * j_3 * u - j_2;
    const double j_5 = 9.0 * j_4 * u - j_3;
    const double closed =
        n == 1.0 ? j_1
        : n == 2.0 ? j_2
        : n == 3.0 ? j_3
        : n == 4.0 ? j_4
        : n == 5.0 ? j_5
        : 11.0 * j_5 * u - j_4;
    const double value = n == 0.0 ? j_0 : fabs(x) < 1.25 ? series : closed;
    return x != x ? x : n < 0.0 || n > 6.0 || n != floor(n) ? NAN : fabs(x) == INFINITY ? 0.0 : value;
}

INLINE double
ops_power_over(double x, double y, double n)
{
    const double exponent = y - n;
    const bool direct = exponent + n == y || x == 0.0 || fabs(x) == INFINITY || n > 3.0;
    const double once = direct ? 0.0 : pow(x, y) / x;
    const double twice = n >= 2.0 ? once / x : once;
    return direct ? pow(x, exponent) : n >= 3.0 ? twice / x : twice;
}

INLINE double
ops_exact(double out)
{
    return 0.0;
}

INLINE double
ops_times_power(double factor, double x, double y, double n)
{
    const double power = ops_power_over(x, y, n);
    const bool normal =
        (1e-290 < fabs(power) && fabs(power) < 1e+290) || x == 0.0 || fabs(x) == INFINITY || power != power;
    const bool exact = y - n + n == y;
    const double root =
        normal ? 1.0
        : exact ? pow(fabs(x), 0.5 * y - 0.5 * n)
        : pow(fabs(x), 0.5 * y) / pow(fabs(x), 0.5 * n);
    const bool negative = copysign(1.0, power) < 0.0;
    const bool unbounded = fabs(x) == INFINITY || fabs(y) == INFINITY || fabs(factor) == INFINITY;
    const bool vanishes = power == 0.0 && (x == 0.0 || unbounded);
    return factor == 0.0 || vanishes ? 0.0 : normal ? factor * power : factor * root * (negative ? -root : root);
}

INLINE double
ops_power_mixed(double x, double y)
{
    const double curvature = y * (y - 1.0);
    return 2.0 * y - 1.0 + (curvature == 0.0 ? 0.0 : curvature * log(x));
}

INLINE double
ops_square_less_one(double factor, double x, double slope, double root, double rest)
{
    const double near = fabs(x) - root - rest;
    const double ratio = x * slope;
    return
        fabs(near) < 0.25 ? factor * near * (fabs(x) + root) * slope * slope
        : factor * ratio * ratio - slope * slope;
}

INLINE double
ops_direction(double x, double y)
{
    return (x == 0.0 && y == 0.0) ? 0.0 : ops_cosine(x, y);
}

INLINE double
ops_over_length(double part, double whole)
{
    return whole == 0.0 ? 0.0 : part / whole;
}

INLINE double
ops_lift(double x, double y)
{
    return (fabs(x) < 1.499696813895631e-241 && ops_scale(x, y) == 1.0) ? 1.6069380442589903e+60 : 1.0;
}

INLINE double
ops_times_normal_density(double factor, double x)
{
    const double root = ROOT_OF_ONE_OVER_SQRT_2PI * ops_exp_minus_square(x, 0.25);
    return fabs(x) < 37.0 ? factor * ops_normal_density(x) : root == 0.0 ? 0.0 : factor * root * root;
}

INLINE double
ops_times_error_density(double factor, double x)
{
    const double root = ops_exp_minus_square(x, 0.5);
    return
        fabs(x) < 26.0 ? TWO_OVER_SQRT_PI * factor * ops_exp_minus_square(x, 1.0)
        : root == 0.0 ? 0.0
        : TWO_OVER_SQRT_PI * factor * root * root;
}

INLINE double
ops_times_sigmoid_slope(double factor, double x)
{
    const double e = exp(-fabs(x));
    const double root = exp(-0.5 * fabs(x));
    return fabs(x) < 690.0 ? factor * e / ((1.0 + e) * (1.0 + e)) : root == 0.0 ? 0.0 : factor * root * root;
}

INLINE double
ops_portion(double x, double y)
{
    return x == 0.0 ? 0.0 : (x == INFINITY && y < INFINITY) ? 1.0 : x / (x + y);
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
    const double out = x / y;
    *d_x = 1.0 / y;
    *d_y = ops_quotient_slope(x, y, out);
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
    *d_x = ops_power_slope(x, y, out);
    *d_y = ops_power_growth(x, y, out);
    return out;
}

INLINE double
op_abs(double x, double *d_x)
{
    *d_x = x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : NAN;
    return fabs(x);
}

INLINE double
op_reciprocal(double x, double *d_x)
{
    const double out = 1.0 / x;
    *d_x = -out * out;
    return out;
}

INLINE double
op_sign(double x, double *d_x)
{
    *d_x = 0.0;
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x;
}

INLINE double
op_fmod(double x, double y, double *d_x, double *d_y)
{
    const double out = fmod(x, y);
    *d_x = 1.0;
    *d_y = -ops_whole((x - out) / y);
    return out;
}

INLINE double
op_remainder(double x, double y, double *d_x, double *d_y)
{
    *d_x = 1.0;
    *d_y = -ops_floor_divide(x, y);
    return ops_remainder(x, y);
}

INLINE double
op_floor_divide(double x, double y, double *d_x, double *d_y)
{
    *d_x = 0.0;
    *d_y = 0.0;
    return ops_floor_divide(x, y);
}

INLINE double
op_exp(double x, double *d_x)
{
    const double out = exp(x);
    *d_x = out;
    return out;
}

INLINE double
op_exp2(double x, double *d_x)
{
    const double out = pow(2.0, x);
    *d_x = LN_2 * out;
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
    *d_x = 0.5 / fabs(out);
    return out;
}

INLINE double
op_cbrt(double x, double *d_x)
{
    const bool ordinary = 0.0 < fabs(x) && fabs(x) < INFINITY;
    const double out = ordinary ? ops_cube_root(x) : x;
    *d_x = ordinary ? out / x / 3.0 : 1.0 / fabs(x);
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
    *d_x = 1.0 / sqrt((1.0 - x) * (1.0 + x));
    return asin(x);
}

INLINE double
op_acos(double x, double *d_x)
{
    *d_x = -1.0 / sqrt((1.0 - x) * (1.0 + x));
    return acos(x);
}

INLINE double
op_atan(double x, double *d_x)
{
    *d_x = ops_atan_slope(x);
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
    *d_x = ops_asinh_slope(x);
    return asinh(x);
}

INLINE double
op_acosh(double x, double *d_x)
{
    *d_x = 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0));
    return acosh(x);
}

INLINE double
op_atanh(double x, double *d_x)
{
    *d_x = fabs(x) <= 1.0 ? 1.0 / ((1.0 - x) * (1.0 + x)) : NAN;
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
    *d_y = far ? 0.0 : a / square * scale;
    *d_x = far ? 0.0 : -b / square * scale;
    return atan2(y, x);
}

INLINE double
op_hypot(double x, double y, double *d_x, double *d_y)
{
    const bool infinite = fabs(x) == INFINITY || fabs(y) == INFINITY;
    const double out = infinite ? INFINITY : ops_length(x, y) / ops_scale(x, y);
    *d_x = ops_hypot_slope(x, y, out);
    *d_y = ops_hypot_slope(y, x, out);
    return out;
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
op_softsign(double x, double *d_x)
{
    const double bottom = 1.0 + fabs(x);
    const double out = bottom < INFINITY ? x / bottom : x != x ? x : copysign(1.0, x);
    *d_x = 1.0 / bottom / bottom;
    return out;
}

INLINE double
op_elu(double x, double alpha, double *d_x, double *d_alpha)
{
    const double least = alpha < 0.0 ? 0.0 : alpha > 1.0 ? 1.0 : alpha;
    const double below = expm1(x);
    const double half = exp(0.5 * x);
    *d_x = x > 0.0 ? 1.0 : x == 0.0 ? least : (x == -INFINITY && alpha == alpha) ? 0.0 : alpha * half * half;
    *d_alpha = x > 0.0 ? 0.0 : below;
    return x <= 0.0 ? alpha * below : x;
}

INLINE double
op_selu(double x, double *d_x)
{
    *d_x = x >= 0.0 ? SELU_SCALE : SELU_SCALE_ALPHA * exp(x);
    return x > 0.0 ? SELU_SCALE * x : SELU_SCALE_ALPHA * expm1(x);
}

INLINE double
op_hard_tanh(double x, double *d_x)
{
    *d_x = fabs(x) < 1.0 ? 1.0 : 0.0;
    return x < -1.0 ? -1.0 : x > 1.0 ? 1.0 : x;
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
op_lgamma(double x, double *d_x)
{
    *d_x = ops_digamma(x);
    return ops_log_gamma(x);
}

INLINE double
op_digamma(double x, double *d_x)
{
    *d_x = ops_polygamma(1.0, x);
    return ops_digamma(x);
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
op_erfinv(double x, double *d_x)
{
    const double out = ops_erfinv(x);
    *d_x = ops_erfinv_derivative(x, out);
    return out;
}

INLINE double
op_i0e(double x, double *d_x)
{
    const double slope = ops_bessel_moment(1.0, fabs(x));
    *d_x = x == 0.0 ? 0.0 : x > 0.0 ? -slope : slope;
    return ops_bessel_0(fabs(x));
}

INLINE double
op_i1e(double x, double *d_x)
{
    *d_x = ops_bessel_1_slope(fabs(x));
    return ops_bessel_1(x);
}

INLINE double
op_sinc(double x, double *d_x)
{
    *d_x = -PI * ops_spherical_bessel(1.0, x);
    return ops_spherical_bessel(0.0, x);
}

INLINE double
op_logaddexp(double x, double y, double *d_x, double *d_y)
{
    const double high = x >= y ? x : y;
    const double low = x >= y ? y : x;
    const double e = ops_exp_difference(low, high);
    const double large = 1.0 / (1.0 + e);
    const double small = e / (1.0 + e);
    const double out = fabs(high) == INFINITY ? high : high + log1p(e);
    *d_x = x >= y ? large : small;
    *d_y = x >= y ? small : large;
    return x != x || y != y ? x + y : out;
}

INLINE double
op_div_second_yy(double x, double y, double *d_x, double *d_y)
{
    const double out = -2.0 * (ops_quotient_slope(x, y, x / y) / y);
    const bool nothing = x == 0.0 && fabs(y) > 0.0;
    *d_x = 2.0 / y / y / y;
    *d_y = nothing ? 0.0 : -3.0 * (out / y);
    return out;
}

INLINE double
op_pow_second_xx(double x, double y, double *d_x, double *d_y)
{
    *d_x = ops_times_power(y * (y - 1.0) * (y - 2.0), x, y, 3.0);
    *d_y = ops_times_power(ops_power_mixed(x, y), x, y, 2.0);
    return ops_times_power(y * (y - 1.0), x, y, 2.0);
}

INLINE double
op_pow_second_xy(double x, double y, double *d_x, double *d_y)
{
    const double growth = log(x);
    *d_x = ops_times_power(ops_power_mixed(x, y), x, y, 2.0);
    *d_y = ops_times_power(growth * (2.0 + y * growth), x, y, 1.0);
    return ops_times_power(1.0 + y * growth, x, y, 1.0);
}

INLINE double
op_pow_second_yy(double x, double y, double *d_x, double *d_y)
{
    const double growth = log(x);
    *d_x = ops_times_power(growth * (2.0 + y * growth), x, y, 1.0);
    *d_y = ops_times_power(growth * growth * growth, x, y, 0.0);
    return ops_times_power(growth * growth, x, y, 0.0);
}

INLINE double
op_atan_second(double x, double *d_x)
{
    const double slope = ops_atan_slope(x);
    const double third = 2.0 * ops_square_less_one(3.0, x, slope, SQRT_THIRD, SQRT_THIRD_REST) * slope;
    *d_x = slope == 0.0 ? 0.0 : third;
    return slope == 0.0 ? 0.0 : -2.0 * (x * slope) * slope;
}

INLINE double
op_asinh_second(double x, double *d_x)
{
    const double slope = ops_asinh_slope(x);
    const double curve = ops_square_less_one(2.0, x, slope, SQRT_HALF, SQRT_HALF_REST);
    const double third = curve * slope * slope * slope;
    *d_x = slope == 0.0 ? 0.0 : third;
    return slope == 0.0 ? 0.0 : -(x * slope) * slope * slope;
}

INLINE double
op_hypot_second_xx(double x, double y, double *d_x, double *d_y)
{
    const double scale = ops_scale(x, y);
    const double length = ops_length(x, y);
    const double u = ops_direction(x, y);
    const double v = ops_direction(y, x);
    const double w = ops_over_length(v, length);
    const double over = w * scale;
    *d_x = u == 0.0 ? 0.0 : -3.0 * u * over * over;
    *d_y = ops_over_length(w * (2.0 * u * u - v * v), length) * scale * scale;
    return v * scale * w;
}

INLINE double
op_hypot_second_xy(double x, double y, double *d_x, double *d_y)
{
    const double scale = ops_scale(x, y);
    const double length = ops_length(x, y);
    const double u = ops_direction(x, y);
    const double v = ops_direction(y, x);
    const double p = ops_over_length(u, length);
    const double q = ops_over_length(v, length);
    *d_x = ops_over_length(q * (2.0 * u * u - v * v), length) * scale * scale;
    *d_y = ops_over_length(p * (2.0 * v * v - u * u), length) * scale * scale;
    return (fabs(u) > fabs(v) ? -u * q : -p * v) * scale;
}

INLINE double
op_atan2_second_xx(double y, double x, double *d_y, double *d_x)
{
    const double scale = ops_scale(x, y);
    const double length = ops_length(x, y);
    const double of_x = ops_lift(x, y);
    const double of_y = ops_lift(y, x);
    const double u = ops_cosine(x * of_x, y);
    const double v = ops_cosine(y * of_y, x);
    const double p = u / length;
    const double q = v / length;
    *d_y = 2.0 * p * (u * u - 3.0 * v * v) / length / length * scale * scale * scale / of_x;
    *d_x = 2.0 * q * (v * v - 3.0 * u * u) / length / length * scale * scale * scale / of_y;
    return 2.0 * p * q * scale * scale / (of_x * of_y);
}

INLINE double
op_atan2_second_xy(double y, double x, double *d_y, double *d_x)
{
    const double scale = ops_scale(x, y);
    const double length = ops_length(x, y);
    const double of_x = ops_lift(x, y);
    const double of_y = ops_lift(y, x);
    const double u = ops_cosine(x * of_x, y);
    const double v = ops_cosine(y * of_y, x);
    const double p = u / length;
    const double q = v / length;
    const double product =
        length == INFINITY ? 0.0
        : (y * scale - x * scale) / length * ((y * scale + x * scale) / length);
    *d_y = 2.0 * q * (3.0 * u * u - v * v) / length / length * scale * scale * scale / of_y;
    *d_x = 2.0 * p * (u * u - 3.0 * v * v) / length / length * scale * scale * scale / of_x;
    return product / length / length * scale * scale;
}

INLINE double
op_logaddexp_second(double x, double y, double *d_x, double *d_y)
{
    const double e = ops_exp_difference(x >= y ? y : x, x >= y ? x : y);
    const double out = e / ((1.0 + e) * (1.0 + e));
    const double odds = tanh(0.5 * x - 0.5 * y);
    *d_x = -out * odds;
    *d_y = out * odds;
    return out;
}

INLINE double
op_normal_cdf_second(double x, double *d_x)
{
    *d_x = ops_times_normal_density((x - 1.0) * (x + 1.0), x);
    return ops_times_normal_density(-x, x);
}

INLINE double
op_erf_second(double x, double *d_x)
{
    const double near = fabs(x) - SQRT_HALF - SQRT_HALF_REST;
    const double far = fabs(x) + SQRT_HALF;
    *d_x = ops_times_error_density(4.0 * near * far, x);
    return ops_times_error_density(-2.0 * x, x);
}

INLINE double
op_gelu_second(double x, double *d_x)
{
    const double near = SQRT_TWO - fabs(x) + SQRT_TWO_REST;
    const double far = SQRT_TWO + fabs(x);
    const double slope = ops_times_normal_density(x * (x - 2.0) * (x + 2.0), x);
    *d_x = slope;
    return ops_times_normal_density(near * far, x);
}

INLINE double
op_silu_second(double x, double *d_x)
{
    const double t = tanh(0.5 * x);
    const double u = ops_times_sigmoid_slope(1.0, x);
    const double factor = 2.0 - x * t;
    *d_x = ops_times_sigmoid_slope(x * (1.0 - 6.0 * u) - 3.0 * t, x);
    return ops_times_sigmoid_slope(factor, x);
}

INLINE double
op_power_over_1(double x, double y, double *d_x, double *d_y)
{
    const double out = ops_power_over(x, y, 1.0);
    *d_x = y != 1.0 ? (y - 1.0) * ops_power_over(x, y, 2.0) : 0.0;
    *d_y = out != 0.0 ? out * log(x) : 0.0;
    return out;
}

INLINE double
op_power_over_2(double x, double y, double *d_x, double *d_y)
{
    const double out = ops_power_over(x, y, 2.0);
    *d_x = y != 2.0 ? (y - 2.0) * ops_power_over(x, y, 3.0) : 0.0;
    *d_y = out != 0.0 ? out * log(x) : 0.0;
    return out;
}

INLINE double
op_power_over_3(double x, double y, double *d_x, double *d_y)
{
    const double out = ops_power_over(x, y, 3.0);
    *d_x = y != 3.0 ? (y - 3.0) * ops_power_over(x, y, 4.0) : 0.0;
    *d_y = out != 0.0 ? out * log(x) : 0.0;
    return out;
}

INLINE double
op_exp_from(double x, double largest, double *d_x, double *d_largest)
{
    const bool infinite = x == largest && fabs(x) == INFINITY;
    const double out = infinite ? INFINITY : ops_exp_difference(x, largest);
    *d_x = infinite ? 1.0 : out;
    *d_largest = 0.0;
    return out;
}

INLINE double
op_exp_from_slope(double x, double largest, double *d_x, double *d_largest)
{
    const double out = (x == largest && fabs(x) == INFINITY) ? 1.0 : ops_exp_difference(x, largest);
    *d_x = out;
    *d_largest = 0.0;
    return out;
}

INLINE double
op_portion(double x, double y, double *d_x, double *d_y)
{
    const double out = ops_portion(x, y);
    *d_x = ops_portion(y, x) / (x + y);
    *d_y = -out / (x + y);
    return out;
}

INLINE double
op_bessel_moment(double n, double x, double *d_n, double *d_x)
{
    *d_n = 0.0;
    *d_x = -ops_bessel_moment(n + 1.0, x);
    return ops_bessel_moment(n, x);
}

INLINE double
op_polygamma(double n, double x, double *d_n, double *d_x)
{
    *d_n = 0.0;
    *d_x = ops_polygamma(n + 1.0, x);
    return ops_polygamma(n, x);
}

INLINE double
op_spherical_bessel(double n, double x, double *d_n, double *d_x)
{
    const double out = ops_spherical_bessel(n, x);
    const double below = n > 0.0 ? ops_spherical_bessel(n - 1.0, x) : 0.0;
    *d_n = 0.0;
    *d_x =
        n < 6.0 ? PI * (n * below - (n + 1.0) * ops_spherical_bessel(n + 1.0, x)) / (2.0 * n + 1.0)
        : PI * below - (n + 1.0) / x * out;
    return out;
}

INLINE double
op_whole_quotient(double x, double y, double *d_x, double *d_y)
{
    *d_x = 0.0;
    *d_y = 0.0;
    return ops_whole((x - fmod(x, y)) / y);
}

INLINE double
op_max_of_all(double x, double y, double *d_x, double *d_y)
{
    const double out = x > y || x == y ? x : y > x ? y : NAN;
    *d_x = x >= y ? 1.0 : x < y ? 0.0 : 0.5;
    *d_y = y >= x ? 1.0 : y < x ? 0.0 : 0.5;
    return out;
}

INLINE double
op_min_of_all(double x, double y, double *d_x, double *d_y)
{
    const double out = x < y || x == y ? x : y < x ? y : NAN;
    *d_x = x <= y ? 1.0 : x > y ? 0.0 : 0.5;
    *d_y = y <= x ? 1.0 : y > x ? 0.0 : 0.5;
    return out;
}

INLINE double
op_equal(double x, double y, double *d_x, double *d_y)
{
    *d_x = 0.0;
    *d_y = 0.0;
    return x == y ? 1.0 : 0.0;
}

INLINE double
op_masked_product(double x, double y, double *d_x, double *d_y)
{
    *d_x = y;
    *d_y = x;
    return x == 0.0 ? 0.0 : x * y;
}

INLINE double
op_shared(double x, double n, double *d_x, double *d_n)
{
    *d_x = n > 0.0 ? 1.0 / n : 1.0;
    *d_n = 0.0;
    return x;
}

INLINE double
op_div_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_div(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_div_second_yy(x, y, &out_1_x, &out_1_y);
    *d_x = -slope_x / y;
    *d_y = out_1;
    return slope_y;
}

INLINE double
op_pow_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_pow_second_xx(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_pow_second_xy(x, y, &out_2_x, &out_2_y);
    *d_x = out_1;
    *d_y = out_2;
    return slope_x;
}

INLINE double
op_pow_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_pow_second_xy(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_pow_second_yy(x, y, &out_2_x, &out_2_y);
    *d_x = out_1;
    *d_y = out_2;
    return slope_y;
}

INLINE double
op_reciprocal_slope(double x, double *d_x)
{
    double slope_x;
    op_reciprocal(x, &slope_x);
    *d_x = -2.0 * (slope_x / x);
    return slope_x;
}

INLINE double
op_exp2_slope(double x, double *d_x)
{
    double slope_x;
    op_exp2(x, &slope_x);
    double out_1_x;
    const double out_1 = op_log(2.0, &out_1_x);
    *d_x = out_1 * slope_x;
    return slope_x;
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
    double out_1_x;
    const double out_1 = op_abs(x, &out_1_x);
    *d_x = -0.5 * (slope_x / out_1);
    return slope_x;
}

INLINE double
op_cbrt_slope(double x, double *d_x)
{
    double slope_x;
    op_cbrt(x, &slope_x);
    *d_x = -2.0 * (slope_x / x) / 3.0;
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
    double out_1_x;
    const double out_1 = op_atan_second(x, &out_1_x);
    *d_x = out_1;
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
    double out_1_x;
    const double out_1 = op_asinh_second(x, &out_1_x);
    *d_x = out_1;
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
    double out_1_y, out_1_x;
    const double out_1 = op_atan2_second_xx(y, x, &out_1_y, &out_1_x);
    double out_2_y, out_2_x;
    const double out_2 = op_atan2_second_xy(y, x, &out_2_y, &out_2_x);
    *d_y = -out_1;
    *d_x = out_2;
    return slope_y;
}

INLINE double
op_atan2_slope_x(double y, double x, double *d_y, double *d_x)
{
    double slope_y, slope_x;
    op_atan2(y, x, &slope_y, &slope_x);
    double out_1_y, out_1_x;
    const double out_1 = op_atan2_second_xy(y, x, &out_1_y, &out_1_x);
    double out_2_y, out_2_x;
    const double out_2 = op_atan2_second_xx(y, x, &out_2_y, &out_2_x);
    *d_y = out_1;
    *d_x = out_2;
    return slope_x;
}

INLINE double
op_hypot_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_hypot(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_hypot_second_xx(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_hypot_second_xy(x, y, &out_2_x, &out_2_y);
    *d_x = out_1;
    *d_y = out_2;
    return slope_x;
}

INLINE double
op_hypot_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_hypot(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_hypot_second_xy(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_hypot_second_xx(y, x, &out_2_x, &out_2_y);
    *d_x = out_1;
    *d_y = out_2;
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
op_leaky_relu_slope_x(double x, double slope, double *d_x, double *d_slope)
{
    double slope_x, slope_slope;
    op_leaky_relu(x, slope, &slope_x, &slope_slope);
    *d_x = 0.0;
    *d_slope = x < 0.0 ? 1.0 : 0.0;
    return slope_x;
}

INLINE double
op_leaky_relu_slope_slope(double x, double slope, double *d_x, double *d_slope)
{
    double slope_x, slope_slope;
    op_leaky_relu(x, slope, &slope_x, &slope_slope);
    *d_x = x < 0.0 ? 1.0 : 0.0;
    *d_slope = 0.0;
    return slope_slope;
}

INLINE double
op_softsign_slope(double x, double *d_x)
{
    double slope_x;
    op_softsign(x, &slope_x);
    double out_1_x;
    const double out_1 = op_sign(x, &out_1_x);
    double out_2_x;
    const double out_2 = op_abs(x, &out_2_x);
    *d_x = -2.0 * out_1 * slope_x / (1.0 + out_2);
    return slope_x;
}

INLINE double
op_elu_slope_x(double x, double alpha, double *d_x, double *d_alpha)
{
    double slope_x, slope_alpha;
    op_elu(x, alpha, &slope_x, &slope_alpha);
    double out_1_x;
    const double out_1 = op_exp(x, &out_1_x);
    *d_x = x < 0.0 ? slope_x : 0.0;
    *d_alpha = x < 0.0 ? out_1 : 0.0;
    return slope_x;
}

INLINE double
op_selu_slope(double x, double *d_x)
{
    double slope_x;
    op_selu(x, &slope_x);
    *d_x = x < 0.0 ? slope_x : 0.0;
    return slope_x;
}

INLINE double
op_silu_slope(double x, double *d_x)
{
    double slope_x;
    op_silu(x, &slope_x);
    double out_1_x;
    const double out_1 = op_silu_second(x, &out_1_x);
    *d_x = out_1;
    return slope_x;
}

INLINE double
op_gelu_slope(double x, double *d_x)
{
    double slope_x;
    op_gelu(x, &slope_x);
    double out_1_x;
    const double out_1 = op_gelu_second(x, &out_1_x);
    *d_x = out_1;
    return slope_x;
}

INLINE double
op_erf_slope(double x, double *d_x)
{
    double slope_x;
    op_erf(x, &slope_x);
    double out_1_x;
    const double out_1 = op_erf_second(x, &out_1_x);
    *d_x = out_1;
    return slope_x;
}

INLINE double
op_erfc_slope(double x, double *d_x)
{
    double slope_x;
    op_erfc(x, &slope_x);
    double out_1_x;
    const double out_1 = op_erf_second(x, &out_1_x);
    *d_x = -out_1;
    return slope_x;
}

INLINE double
op_normal_cdf_slope(double x, double *d_x)
{
    double slope_x;
    op_normal_cdf(x, &slope_x);
    double out_1_x;
    const double out_1 = op_normal_cdf_second(x, &out_1_x);
    *d_x = out_1;
    return slope_x;
}

INLINE double
op_erfinv_slope(double x, double *d_x)
{
    double slope_x;
    const double out = op_erfinv(x, &slope_x);
    *d_x = 2.0 * out * slope_x * slope_x;
    return slope_x;
}

INLINE double
op_i1e_slope(double x, double *d_x)
{
    double slope_x;
    op_i1e(x, &slope_x);
    double out_1_x;
    const double out_1 = op_sign(x, &out_1_x);
    double out_2_x;
    const double out_2 = op_abs(x, &out_2_x);
    double out_3_n, out_3_x;
    const double out_3 = op_bessel_moment(2.0, out_2, &out_3_n, &out_3_x);
    double out_4_n, out_4_x;
    const double out_4 = op_bessel_moment(3.0, out_2, &out_4_n, &out_4_x);
    *d_x = out_1 * (out_3 - out_4);
    return slope_x;
}

INLINE double
op_logaddexp_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_logaddexp(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_logaddexp_second(x, y, &out_1_x, &out_1_y);
    *d_x = out_1;
    *d_y = -out_1;
    return slope_x;
}

INLINE double
op_logaddexp_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_logaddexp(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_logaddexp_second(x, y, &out_1_x, &out_1_y);
    *d_x = -out_1;
    *d_y = out_1;
    return slope_y;
}

INLINE double
op_div_second_yy_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_div_second_yy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_div_slope_y(2.0, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_div_slope_y(2.0 / y, y, &out_2_x, &out_2_y);
    double out_3_x, out_3_y;
    const double out_3 = op_div_slope_y(2.0 / y / y, y, &out_3_x, &out_3_y);
    *d_x = 0.0;
    *d_y = 1.0 / y * (1.0 / y * out_1 + out_2) + out_3;
    return slope_x;
}

INLINE double
op_div_second_yy_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    const double out = op_div_second_yy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_div_slope_y(2.0, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_div_slope_y(2.0 / y, y, &out_2_x, &out_2_y);
    double out_3_x, out_3_y;
    const double out_3 = op_div_slope_y(2.0 / y / y, y, &out_3_x, &out_3_y);
    double out_4_x, out_4_y;
    const double out_4 = op_div_slope_y(out, y, &out_4_x, &out_4_y);
    *d_x = 1.0 / y * (1.0 / y * out_1 + out_2) + out_3;
    *d_y = -3.0 * (1.0 / y * slope_y + out_4);
    return slope_y;
}

INLINE double
op_pow_second_xx_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow_second_xx(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_pow(x, y - 4.0, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_power_over_3(x, y, &out_2_x, &out_2_y);
    double out_3_x;
    const double out_3 = op_log(x, &out_3_x);
    *d_x =
        y * (y - 1.0) * (y - 2.0) != 0.0 ? y * (y - 1.0) * (y - 2.0) * (y - 3.0 != 0.0 ? (y - 3.0) * out_1 : 0.0)
        : 0.0;
    *d_y =
        y * (y - 1.0) * (y - 2.0) != 0.0 ? out_2 * ((y - 2.0) * (y - 1.0 + y) + y * (y - 1.0)) + y * (y - 1.0) * (y - 2.0) * (out_2 != 0.0 ? out_2 * out_3 : 0.0)
        : 0.0;
    return slope_x;
}

INLINE double
op_pow_second_xx_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow_second_xx(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_power_over_3(x, y, &out_1_x, &out_1_y);
    double out_2_x;
    const double out_2 = op_log(x, &out_2_x);
    double out_3_x, out_3_y;
    const double out_3 = op_power_over_2(x, y, &out_3_x, &out_3_y);
    *d_x =
        y * (y - 1.0) * (y - 2.0) != 0.0 ? out_1 * ((y - 2.0) * (y - 1.0 + y) + y * (y - 1.0)) + y * (y - 1.0) * (y - 2.0) * (out_1 != 0.0 ? out_1 * out_2 : 0.0)
        : 0.0;
    *d_y =
        out_3 != 0.0 ? out_3 * (2.0 + out_2 * (y - 1.0 + y)) + (2.0 * y - 1.0 + y * (y - 1.0) * out_2) * (out_3 != 0.0 ? out_3 * out_2 : 0.0)
        : 0.0;
    return slope_y;
}

INLINE double
op_pow_second_xy_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow_second_xy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_power_over_2(x, y, &out_1_x, &out_1_y);
    double out_2_x;
    const double out_2 = op_log_slope(x, &out_2_x);
    double out_3_x;
    const double out_3 = op_log(x, &out_3_x);
    double out_4_x, out_4_y;
    const double out_4 = op_power_over_3(x, y, &out_4_x, &out_4_y);
    *d_x =
        out_1 != 0.0 ? out_1 * (y * (y - 1.0) * out_2) + (2.0 * y - 1.0 + y * (y - 1.0) * out_3) * (y - 2.0 != 0.0 ? (y - 2.0) * out_4 : 0.0)
        : 0.0;
    *d_y =
        out_1 != 0.0 ? out_1 * (2.0 + out_3 * (y - 1.0 + y)) + (2.0 * y - 1.0 + y * (y - 1.0) * out_3) * (out_1 != 0.0 ? out_1 * out_3 : 0.0)
        : 0.0;
    return slope_x;
}

INLINE double
op_pow_second_xy_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow_second_xy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_power_over_2(x, y, &out_1_x, &out_1_y);
    double out_2_x;
    const double out_2 = op_log(x, &out_2_x);
    double out_3_x, out_3_y;
    const double out_3 = op_power_over_1(x, y, &out_3_x, &out_3_y);
    *d_x =
        out_1 != 0.0 ? out_1 * (2.0 + out_2 * (y - 1.0 + y)) + (2.0 * y - 1.0 + y * (y - 1.0) * out_2) * (out_1 != 0.0 ? out_1 * out_2 : 0.0)
        : 0.0;
    *d_y =
        out_3 != 0.0 ? out_3 * (out_2 * out_2) + out_2 * (2.0 + y * out_2) * (out_3 != 0.0 ? out_3 * out_2 : 0.0)
        : 0.0;
    return slope_y;
}

INLINE double
op_pow_second_yy_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow_second_yy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_power_over_1(x, y, &out_1_x, &out_1_y);
    double out_2_x;
    const double out_2 = op_log(x, &out_2_x);
    double out_3_x;
    const double out_3 = op_log_slope(x, &out_3_x);
    double out_4_x, out_4_y;
    const double out_4 = op_power_over_2(x, y, &out_4_x, &out_4_y);
    *d_x =
        out_1 != 0.0 ? out_1 * ((2.0 + y * out_2) * out_3 + out_2 * (y * out_3)) + out_2 * (2.0 + y * out_2) * (y - 1.0 != 0.0 ? (y - 1.0) * out_4 : 0.0)
        : 0.0;
    *d_y =
        out_1 != 0.0 ? out_1 * (out_2 * out_2) + out_2 * (2.0 + y * out_2) * (out_1 != 0.0 ? out_1 * out_2 : 0.0)
        : 0.0;
    return slope_x;
}

INLINE double
op_pow_second_yy_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_pow_second_yy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_power_over_1(x, y, &out_1_x, &out_1_y);
    double out_2_x;
    const double out_2 = op_log(x, &out_2_x);
    double out_3_x, out_3_y;
    const double out_3 = op_pow(x, y, &out_3_x, &out_3_y);
    double out_4_x, out_4_y;
    const double out_4 = op_pow(out_2, 3.0, &out_4_x, &out_4_y);
    double out_5_x, out_5_y;
    const double out_5 = op_pow_slope_y(x, y, &out_5_x, &out_5_y);
    *d_x =
        out_1 != 0.0 ? out_1 * (out_2 * out_2) + out_2 * (2.0 + y * out_2) * (out_1 != 0.0 ? out_1 * out_2 : 0.0)
        : 0.0;
    *d_y = out_3 != 0.0 ? out_4 * out_5 : 0.0;
    return slope_y;
}

INLINE double
op_atan_second_slope(double x, double *d_x)
{
    double slope_x;
    op_atan_second(x, &slope_x);
    double out_1_x;
    const double out_1 = op_atan_slope(x, &out_1_x);
    double out_2_x, out_2_y;
    const double out_2 = op_pow_slope_x(x * out_1, 2.0, &out_2_x, &out_2_y);
    double out_3_x;
    const double out_3 = op_atan_second(x, &out_3_x);
    double out_4_x, out_4_y;
    const double out_4 = op_pow_slope_x(out_1, 2.0, &out_4_x, &out_4_y);
    double out_5_x, out_5_y;
    const double out_5 = op_pow(x * out_1, 2.0, &out_5_x, &out_5_y);
    double out_6_x, out_6_y;
    const double out_6 = op_pow(out_1, 2.0, &out_6_x, &out_6_y);
    *d_x =
        out_1 != 0.0 ? out_1 * (6.0 * (out_2 * (out_1 + x * out_3)) + -1.0 * (2.0 * (out_4 * out_3))) + (6.0 * out_5 - 2.0 * out_6) * out_3
        : 0.0;
    return slope_x;
}

INLINE double
op_asinh_second_slope(double x, double *d_x)
{
    double slope_x;
    op_asinh_second(x, &slope_x);
    double out_1_x;
    const double out_1 = op_asinh_slope(x, &out_1_x);
    double out_2_x, out_2_y;
    const double out_2 = op_pow(out_1, 3.0, &out_2_x, &out_2_y);
    double out_3_x, out_3_y;
    const double out_3 = op_pow_slope_x(x * out_1, 2.0, &out_3_x, &out_3_y);
    double out_4_x;
    const double out_4 = op_asinh_second(x, &out_4_x);
    double out_5_x, out_5_y;
    const double out_5 = op_pow_slope_x(out_1, 2.0, &out_5_x, &out_5_y);
    double out_6_x, out_6_y;
    const double out_6 = op_pow(x * out_1, 2.0, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_pow(out_1, 2.0, &out_7_x, &out_7_y);
    double out_8_x, out_8_y;
    const double out_8 = op_pow_slope_x(out_1, 3.0, &out_8_x, &out_8_y);
    *d_x =
        out_1 != 0.0 ? out_2 * (2.0 * (out_3 * (out_1 + x * out_4)) + -1.0 * (out_5 * out_4)) + (2.0 * out_6 - out_7) * (out_8 * out_4)
        : 0.0;
    return slope_x;
}

INLINE double
op_hypot_second_xx_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    const double out = op_hypot_second_xx(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_hypot(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_hypot_second_xx(x, y, &out_2_x, &out_2_y);
    double out_3_x, out_3_y;
    const double out_3 = op_hypot_slope_x(x, y, &out_3_x, &out_3_y);
    double out_4_x, out_4_y;
    const double out_4 = op_div_slope_y(out, out_1, &out_4_x, &out_4_y);
    double out_5_x, out_5_y;
    const double out_5 = op_hypot_second_xy(x, y, &out_5_x, &out_5_y);
    double out_6_x, out_6_y;
    const double out_6 = op_hypot_slope_y(x, y, &out_6_x, &out_6_y);
    *d_x = out_1 != 0.0 ? out / out_1 * (-3.0 * out_2) + -3.0 * out_3 * (1.0 / out_1 * slope_x + out_4 * out_3) : 0.0;
    *d_y = out_1 != 0.0 ? out / out_1 * (-3.0 * out_5) + -3.0 * out_3 * (1.0 / out_1 * slope_y + out_4 * out_6) : 0.0;
    return slope_x;
}

INLINE double
op_hypot_second_xx_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    const double out = op_hypot_second_xx(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_hypot(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_hypot_second_xy(x, y, &out_2_x, &out_2_y);
    double out_3_x, out_3_y;
    const double out_3 = op_hypot_slope_x(x, y, &out_3_x, &out_3_y);
    double out_4_x, out_4_y;
    const double out_4 = op_div_slope_y(out, out_1, &out_4_x, &out_4_y);
    double out_5_x, out_5_y;
    const double out_5 = op_hypot_slope_y(x, y, &out_5_x, &out_5_y);
    double out_6_x, out_6_y;
    const double out_6 = op_pow(out_3, 2.0, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_pow(out_5, 2.0, &out_7_x, &out_7_y);
    double out_8_x, out_8_y;
    const double out_8 = op_hypot_second_xx(y, x, &out_8_x, &out_8_y);
    double out_9_x, out_9_y;
    const double out_9 = op_div_slope_y(out_5, out_1, &out_9_x, &out_9_y);
    double out_10_x, out_10_y;
    const double out_10 = op_pow_slope_x(out_3, 2.0, &out_10_x, &out_10_y);
    double out_11_x, out_11_y;
    const double out_11 = op_pow_slope_x(out_5, 2.0, &out_11_x, &out_11_y);
    double out_12_x, out_12_y;
    const double out_12 = op_div_slope_y(2.0 * out_6 - out_7, out_1, &out_12_x, &out_12_y);
    *d_x = out_1 != 0.0 ? out / out_1 * (-3.0 * out_2) + -3.0 * out_3 * (1.0 / out_1 * slope_y + out_4 * out_5) : 0.0;
    *d_y =
        out_1 != 0.0 ? (2.0 * out_6 - out_7) / out_1 * (1.0 / out_1 * out_8 + out_9 * out_5) + out_5 / out_1 * (1.0 / out_1 * (2.0 * (out_10 * out_2) + -1.0 * (out_11 * out_8)) + out_12 * out_5)
        : 0.0;
    return slope_y;
}

INLINE double
op_hypot_second_xy_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_hypot_second_xy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_hypot(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_hypot_slope_x(x, y, &out_2_x, &out_2_y);
    double out_3_x, out_3_y;
    const double out_3 = op_pow(out_2, 2.0, &out_3_x, &out_3_y);
    double out_4_x, out_4_y;
    const double out_4 = op_hypot_slope_y(x, y, &out_4_x, &out_4_y);
    double out_5_x, out_5_y;
    const double out_5 = op_pow(out_4, 2.0, &out_5_x, &out_5_y);
    double out_6_x, out_6_y;
    const double out_6 = op_hypot_second_xy(x, y, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_div_slope_y(out_4, out_1, &out_7_x, &out_7_y);
    double out_8_x, out_8_y;
    const double out_8 = op_pow_slope_x(out_2, 2.0, &out_8_x, &out_8_y);
    double out_9_x, out_9_y;
    const double out_9 = op_hypot_second_xx(x, y, &out_9_x, &out_9_y);
    double out_10_x, out_10_y;
    const double out_10 = op_pow_slope_x(out_4, 2.0, &out_10_x, &out_10_y);
    double out_11_x, out_11_y;
    const double out_11 = op_div_slope_y(2.0 * out_3 - out_5, out_1, &out_11_x, &out_11_y);
    double out_12_x, out_12_y;
    const double out_12 = op_hypot_second_xx(y, x, &out_12_x, &out_12_y);
    *d_x =
        out_1 != 0.0 ? (2.0 * out_3 - out_5) / out_1 * (1.0 / out_1 * out_6 + out_7 * out_2) + out_4 / out_1 * (1.0 / out_1 * (2.0 * (out_8 * out_9) + -1.0 * (out_10 * out_6)) + out_11 * out_2)
        : 0.0;
    *d_y =
        out_1 != 0.0 ? (2.0 * out_3 - out_5) / out_1 * (1.0 / out_1 * out_12 + out_7 * out_4) + out_4 / out_1 * (1.0 / out_1 * (2.0 * (out_8 * out_6) + -1.0 * (out_10 * out_12)) + out_11 * out_4)
        : 0.0;
    return slope_x;
}

INLINE double
op_hypot_second_xy_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    op_hypot_second_xy(x, y, &slope_x, &slope_y);
    double out_1_x, out_1_y;
    const double out_1 = op_hypot(x, y, &out_1_x, &out_1_y);
    double out_2_x, out_2_y;
    const double out_2 = op_hypot_slope_x(x, y, &out_2_x, &out_2_y);
    double out_3_x, out_3_y;
    const double out_3 = op_pow(out_2, 2.0, &out_3_x, &out_3_y);
    double out_4_x, out_4_y;
    const double out_4 = op_hypot_slope_y(x, y, &out_4_x, &out_4_y);
    double out_5_x, out_5_y;
    const double out_5 = op_pow(out_4, 2.0, &out_5_x, &out_5_y);
    double out_6_x, out_6_y;
    const double out_6 = op_hypot_second_xx(y, x, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_div_slope_y(out_4, out_1, &out_7_x, &out_7_y);
    double out_8_x, out_8_y;
    const double out_8 = op_pow_slope_x(out_2, 2.0, &out_8_x, &out_8_y);
    double out_9_x, out_9_y;
    const double out_9 = op_hypot_second_xy(x, y, &out_9_x, &out_9_y);
    double out_10_x, out_10_y;
    const double out_10 = op_pow_slope_x(out_4, 2.0, &out_10_x, &out_10_y);
    double out_11_x, out_11_y;
    const double out_11 = op_div_slope_y(2.0 * out_3 - out_5, out_1, &out_11_x, &out_11_y);
    double out_12_x, out_12_y;
    const double out_12 = op_div_slope_y(out_2, out_1, &out_12_x, &out_12_y);
    double out_13_x, out_13_y;
    const double out_13 = op_div_slope_y(2.0 * out_5 - out_3, out_1, &out_13_x, &out_13_y);
    *d_x =
        out_1 != 0.0 ? (2.0 * out_3 - out_5) / out_1 * (1.0 / out_1 * out_6 + out_7 * out_4) + out_4 / out_1 * (1.0 / out_1 * (2.0 * (out_8 * out_9) + -1.0 * (out_10 * out_6)) + out_11 * out_4)
        : 0.0;
    *d_y =
        out_1 != 0.0 ? (2.0 * out_5 - out_3) / out_1 * (1.0 / out_1 * out_9 + out_12 * out_4) + out_2 / out_1 * (1.0 / out_1 * (2.0 * (out_10 * out_6) + -1.0 * (out_8 * out_9)) + out_13 * out_4)
        : 0.0;
    return slope_y;
}

INLINE double
op_atan2_second_xx_slope_y(double y, double x, double *d_y, double *d_x)
{
    double slope_y, slope_x;
    op_atan2_second_xx(y, x, &slope_y, &slope_x);
    double out_1_y, out_1_x;
    const double out_1 = op_atan2_slope_y(y, x, &out_1_y, &out_1_x);
    double out_2_x, out_2_y;
    const double out_2 = op_pow(out_1, 2.0, &out_2_x, &out_2_y);
    double out_3_y, out_3_x;
    const double out_3 = op_atan2_slope_x(y, x, &out_3_y, &out_3_x);
    double out_4_x, out_4_y;
    const double out_4 = op_pow(out_3, 2.0, &out_4_x, &out_4_y);
    double out_5_y, out_5_x;
    const double out_5 = op_atan2_second_xx(y, x, &out_5_y, &out_5_x);
    double out_6_x, out_6_y;
    const double out_6 = op_pow_slope_x(out_1, 2.0, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_pow_slope_x(out_3, 2.0, &out_7_x, &out_7_y);
    double out_8_y, out_8_x;
    const double out_8 = op_atan2_second_xy(y, x, &out_8_y, &out_8_x);
    *d_y = (out_2 - 3.0 * out_4) * (2.0 * -out_5) + 2.0 * out_1 * (out_6 * -out_5 + -1.0 * (3.0 * (out_7 * out_8)));
    *d_x = (out_2 - 3.0 * out_4) * (2.0 * out_8) + 2.0 * out_1 * (out_6 * out_8 + -1.0 * (3.0 * (out_7 * out_5)));
    return slope_y;
}

INLINE double
op_atan2_second_xx_slope_x(double y, double x, double *d_y, double *d_x)
{
    double slope_y, slope_x;
    op_atan2_second_xx(y, x, &slope_y, &slope_x);
    double out_1_y, out_1_x;
    const double out_1 = op_atan2_slope_y(y, x, &out_1_y, &out_1_x);
    double out_2_x, out_2_y;
    const double out_2 = op_pow(out_1, 2.0, &out_2_x, &out_2_y);
    double out_3_y, out_3_x;
    const double out_3 = op_atan2_slope_x(y, x, &out_3_y, &out_3_x);
    double out_4_x, out_4_y;
    const double out_4 = op_pow(out_3, 2.0, &out_4_x, &out_4_y);
    double out_5_y, out_5_x;
    const double out_5 = op_atan2_second_xy(y, x, &out_5_y, &out_5_x);
    double out_6_x, out_6_y;
    const double out_6 = op_pow_slope_x(out_1, 2.0, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_pow_slope_x(out_3, 2.0, &out_7_x, &out_7_y);
    double out_8_y, out_8_x;
    const double out_8 = op_atan2_second_xx(y, x, &out_8_y, &out_8_x);
    *d_y = (out_2 - 3.0 * out_4) * (2.0 * out_5) + 2.0 * out_1 * (out_6 * out_5 + -1.0 * (3.0 * (out_7 * out_8)));
    *d_x = (3.0 * out_2 - out_4) * (2.0 * out_8) + 2.0 * out_3 * (3.0 * (out_6 * out_5) + -1.0 * (out_7 * out_8));
    return slope_x;
}

INLINE double
op_atan2_second_xy_slope_y(double y, double x, double *d_y, double *d_x)
{
    double slope_y, slope_x;
    op_atan2_second_xy(y, x, &slope_y, &slope_x);
    double out_1_y, out_1_x;
    const double out_1 = op_atan2_slope_x(y, x, &out_1_y, &out_1_x);
    double out_2_x, out_2_y;
    const double out_2 = op_pow(out_1, 2.0, &out_2_x, &out_2_y);
    double out_3_y, out_3_x;
    const double out_3 = op_atan2_slope_y(y, x, &out_3_y, &out_3_x);
    double out_4_x, out_4_y;
    const double out_4 = op_pow(out_3, 2.0, &out_4_x, &out_4_y);
    double out_5_y, out_5_x;
    const double out_5 = op_atan2_second_xy(y, x, &out_5_y, &out_5_x);
    double out_6_x, out_6_y;
    const double out_6 = op_pow_slope_x(out_1, 2.0, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_pow_slope_x(out_3, 2.0, &out_7_x, &out_7_y);
    double out_8_y, out_8_x;
    const double out_8 = op_atan2_second_xx(y, x, &out_8_y, &out_8_x);
    *d_y = (out_2 - 3.0 * out_4) * (2.0 * out_5) + 2.0 * out_1 * (out_6 * out_5 + -1.0 * (3.0 * (out_7 * -out_8)));
    *d_x = (out_2 - 3.0 * out_4) * (2.0 * out_8) + 2.0 * out_1 * (out_6 * out_8 + -1.0 * (3.0 * (out_7 * out_5)));
    return slope_y;
}

INLINE double
op_atan2_second_xy_slope_x(double y, double x, double *d_y, double *d_x)
{
    double slope_y, slope_x;
    op_atan2_second_xy(y, x, &slope_y, &slope_x);
    double out_1_y, out_1_x;
    const double out_1 = op_atan2_slope_x(y, x, &out_1_y, &out_1_x);
    double out_2_x, out_2_y;
    const double out_2 = op_pow(out_1, 2.0, &out_2_x, &out_2_y);
    double out_3_y, out_3_x;
    const double out_3 = op_atan2_slope_y(y, x, &out_3_y, &out_3_x);
    double out_4_x, out_4_y;
    const double out_4 = op_pow(out_3, 2.0, &out_4_x, &out_4_y);
    double out_5_y, out_5_x;
    const double out_5 = op_atan2_second_xx(y, x, &out_5_y, &out_5_x);
    double out_6_x, out_6_y;
    const double out_6 = op_pow_slope_x(out_1, 2.0, &out_6_x, &out_6_y);
    double out_7_x, out_7_y;
    const double out_7 = op_pow_slope_x(out_3, 2.0, &out_7_x, &out_7_y);
    double out_8_y, out_8_x;
    const double out_8 = op_atan2_second_xy(y, x, &out_8_y, &out_8_x);
    *d_y = (out_2 - 3.0 * out_4) * (2.0 * out_5) + 2.0 * out_1 * (out_6 * out_5 + -1.0 * (3.0 * (out_7 * out_8)));
    *d_x = (out_4 - 3.0 * out_2) * (2.0 * out_8) + 2.0 * out_3 * (out_7 * out_8 + -1.0 * (3.0 * (out_6 * out_5)));
    return slope_x;
}

INLINE double
op_logaddexp_second_slope_x(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    const double out = op_logaddexp_second(x, y, &slope_x, &slope_y);
    double out_1_x;
    const double out_1 = op_tanh(0.5 * x - 0.5 * y, &out_1_x);
    double out_2_x;
    const double out_2 = op_tanh_slope(0.5 * x - 0.5 * y, &out_2_x);
    *d_x = out_1 * (-1.0 * slope_x) + -out * (out_2 * 0.5);
    *d_y = out_1 * (-1.0 * slope_y) + -out * (out_2 * (-1.0 * 0.5));
    return slope_x;
}

INLINE double
op_logaddexp_second_slope_y(double x, double y, double *d_x, double *d_y)
{
    double slope_x, slope_y;
    const double out = op_logaddexp_second(x, y, &slope_x, &slope_y);
    double out_1_x;
    const double out_1 = op_tanh(0.5 * x - 0.5 * y, &out_1_x);
    double out_2_x;
    const double out_2 = op_tanh_slope(0.5 * x - 0.5 * y, &out_2_x);
    *d_x = out_1 * (-1.0 * slope_y) + -out * (out_2 * (-1.0 * 0.5));
    *d_y = out_1 * slope_y + out * (out_2 * (-1.0 * 0.5));
    return slope_y;
}

INLINE double
op_normal_cdf_second_slope(double x, double *d_x)
{
    double slope_x;
    op_normal_cdf_second(x, &slope_x);
    double out_1_x;
    const double out_1 = op_normal_cdf_slope(x, &out_1_x);
    double out_2_x;
    const double out_2 = op_normal_cdf_second(x, &out_2_x);
    *d_x = out_1 != 0.0 ? out_1 * (x + 1.0 + (x - 1.0)) + (x - 1.0) * (x + 1.0) * out_2 : 0.0;
    return slope_x;
}

INLINE double
op_erf_second_slope(double x, double *d_x)
{
    double slope_x;
    op_erf_second(x, &slope_x);
    double out_1_x;
    const double out_1 = op_erf_slope(x, &out_1_x);
    double out_2_x;
    const double out_2 = op_erf_second(x, &out_2_x);
    *d_x = out_1 != 0.0 ? out_1 * (x * 4.0 + 4.0 * x) + (4.0 * x * x - 2.0) * out_2 : 0.0;
    return slope_x;
}

INLINE double
op_gelu_second_slope(double x, double *d_x)
{
    double slope_x;
    op_gelu_second(x, &slope_x);
    double out_1_x;
    const double out_1 = op_normal_cdf_slope(x, &out_1_x);
    double out_2_x;
    const double out_2 = op_normal_cdf_second(x, &out_2_x);
    *d_x =
        out_1 != 0.0 ? out_1 * ((x + 2.0) * (x - 2.0 + x) + x * (x - 2.0)) + x * (x - 2.0) * (x + 2.0) * out_2
        : 0.0;
    return slope_x;
}

INLINE double
op_silu_second_slope(double x, double *d_x)
{
    double slope_x;
    op_silu_second(x, &slope_x);
    double out_1_x;
    const double out_1 = op_sigmoid_slope(x, &out_1_x);
    double out_2_x;
    const double out_2 = op_tanh(0.5 * x, &out_2_x);
    double out_3_x;
    const double out_3 = op_tanh_slope(0.5 * x, &out_3_x);
    *d_x =
        out_1 != 0.0 ? (x * (1.0 - 6.0 * out_1) - 3.0 * out_2) * (-out_1 * out_2) + out_1 * (1.0 - 6.0 * out_1 + x * (-1.0 * (6.0 * (-out_1 * out_2))) + -1.0 * (3.0 * (out_3 * 0.5)))
        : 0.0;
    return slope_x;
}
