/* The ops' second derivatives in C, generated from rows.py by `python -m autograd.codegen --write`.
   Not to be edited. To be included after ops.h. */

static double
second_mul_01(double x, double y, double out, double d_x, double d_y)
{
    return 1.0;
}

static double
second_div_01(double x, double y, double out, double d_x, double d_y)
{
    const double t0 = -d_x;
    const double t1 = t0 / y;
    return t1;
}

static double
second_div_11(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_div_second_yy(x, y, &unused, &unused);
    return t0;
}

static double
second_pow_00(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_pow_second_xx(x, y, &unused, &unused);
    return t0;
}

static double
second_pow_01(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_pow_second_xy(x, y, &unused, &unused);
    return t0;
}

static double
second_pow_11(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_pow_second_yy(x, y, &unused, &unused);
    return t0;
}

static double
second_reciprocal_00(double x, double out, double d_x)
{
    const double t0 = d_x / x;
    const double t1 = -2.0 * t0;
    return t1;
}

static double
second_exp_00(double x, double out, double d_x)
{
    return d_x;
}

static double
second_exp2_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_log(2.0, &unused);
    const double t1 = t0 * d_x;
    return t1;
}

static double
second_expm1_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_exp(x, &unused);
    return t0;
}

static double
second_log_00(double x, double out, double d_x)
{
    const double t0 = -d_x;
    const double t1 = t0 * d_x;
    return t1;
}

static double
second_log1p_00(double x, double out, double d_x)
{
    const double t0 = -d_x;
    const double t1 = t0 * d_x;
    return t1;
}

static double
second_log2_00(double x, double out, double d_x)
{
    const double t0 = -0.6931471805599453 * d_x;
    const double t1 = t0 * d_x;
    return t1;
}

static double
second_log10_00(double x, double out, double d_x)
{
    const double t0 = -2.302585092994046 * d_x;
    const double t1 = t0 * d_x;
    return t1;
}

static double
second_sqrt_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_abs(x, &unused);
    const double t1 = d_x / t0;
    const double t2 = -0.5 * t1;
    return t2;
}

static double
second_cbrt_00(double x, double out, double d_x)
{
    const double t0 = d_x / x;
    const double t1 = -2.0 * t0;
    const double t2 = t1 / 3.0;
    return t2;
}

static double
second_sin_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_sin(x, &unused);
    const double t1 = -t0;
    return t1;
}

static double
second_cos_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_cos(x, &unused);
    const double t1 = -1.0 * t0;
    return t1;
}

static double
second_tan_00(double x, double out, double d_x)
{
    const double t0 = 2.0 * out;
    const double t1 = t0 * d_x;
    return t1;
}

static double
second_asin_00(double x, double out, double d_x)
{
    const double t0 = x * d_x;
    const double t1 = t0 * d_x;
    const double t2 = t1 * d_x;
    return t2;
}

static double
second_acos_00(double x, double out, double d_x)
{
    const double t0 = x * d_x;
    const double t1 = t0 * d_x;
    const double t2 = t1 * d_x;
    return t2;
}

static double
second_atan_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_atan_second(x, &unused);
    return t0;
}

static double
second_sinh_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_sinh(x, &unused);
    return t0;
}

static double
second_cosh_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_cosh(x, &unused);
    return t0;
}

static double
second_tanh_00(double x, double out, double d_x)
{
    const double t0 = -2.0 * out;
    const double t1 = t0 * d_x;
    return t1;
}

static double
second_asinh_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_asinh_second(x, &unused);
    return t0;
}

static double
second_acosh_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = x * d_x;
    const double t1 = op_where(d_x, t0, 0.0, &unused, &unused, &unused);
    const double t2 = -t1;
    const double t3 = t2 * d_x;
    const double t4 = t3 * d_x;
    return t4;
}

static double
second_atanh_00(double x, double out, double d_x)
{
    const double t0 = 2.0 * x;
    const double t1 = t0 * d_x;
    const double t2 = t1 * d_x;
    return t2;
}

static double
second_atan2_00(double y, double x, double out, double d_y, double d_x)
{
    double unused;
    const double t0 = op_atan2_second_xx(y, x, &unused, &unused);
    const double t1 = -t0;
    return t1;
}

static double
second_atan2_01(double y, double x, double out, double d_y, double d_x)
{
    double unused;
    const double t0 = op_atan2_second_xy(y, x, &unused, &unused);
    return t0;
}

static double
second_atan2_11(double y, double x, double out, double d_y, double d_x)
{
    double unused;
    const double t0 = op_atan2_second_xx(y, x, &unused, &unused);
    return t0;
}

static double
second_hypot_00(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_hypot_second_xx(x, y, &unused, &unused);
    return t0;
}

static double
second_hypot_01(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_hypot_second_xy(x, y, &unused, &unused);
    return t0;
}

static double
second_hypot_11(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_hypot_second_xx(y, x, &unused, &unused);
    return t0;
}

static double
second_sigmoid_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = -d_x;
    const double t1 = 0.5 * x;
    const double t2 = op_tanh(t1, &unused);
    const double t3 = t0 * t2;
    return t3;
}

static double
second_leaky_relu_01(double x, double slope, double out, double d_x, double d_slope)
{
    double unused;
    const double t0 = x < 0.0 ? 1.0 : 0.0;
    const double t1 = op_where(t0, 1.0, 0.0, &unused, &unused, &unused);
    return t1;
}

static double
second_softsign_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_sign(x, &unused);
    const double t1 = -2.0 * t0;
    const double t2 = t1 * d_x;
    const double t3 = op_abs(x, &unused);
    const double t4 = 1.0 + t3;
    const double t5 = t2 / t4;
    return t5;
}

static double
second_elu_00(double x, double alpha, double out, double d_x, double d_alpha)
{
    double unused;
    const double t0 = x < 0.0 ? 1.0 : 0.0;
    const double t1 = op_where(t0, d_x, 0.0, &unused, &unused, &unused);
    return t1;
}

static double
second_elu_01(double x, double alpha, double out, double d_x, double d_alpha)
{
    double unused;
    const double t0 = x < 0.0 ? 1.0 : 0.0;
    const double t1 = op_exp(x, &unused);
    const double t2 = op_where(t0, t1, 0.0, &unused, &unused, &unused);
    return t2;
}

static double
second_selu_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = x < 0.0 ? 1.0 : 0.0;
    const double t1 = op_where(t0, d_x, 0.0, &unused, &unused, &unused);
    return t1;
}

static double
second_softplus_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_sigmoid_slope(x, &unused);
    return t0;
}

static double
second_silu_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_silu_second(x, &unused);
    return t0;
}

static double
second_gelu_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_gelu_second(x, &unused);
    return t0;
}

static double
second_lgamma_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_polygamma(1.0, x, &unused, &unused);
    return t0;
}

static double
second_digamma_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = 1.0 + 1.0;
    const double t1 = op_polygamma(t0, x, &unused, &unused);
    return t1;
}

static double
second_erf_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_erf_second(x, &unused);
    return t0;
}

static double
second_erfc_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_erf_second(x, &unused);
    const double t1 = -t0;
    return t1;
}

static double
second_normal_cdf_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_normal_cdf_second(x, &unused);
    return t0;
}

static double
second_erfinv_00(double x, double out, double d_x)
{
    const double t0 = 2.0 * out;
    const double t1 = t0 * d_x;
    const double t2 = t1 * d_x;
    return t2;
}

static double
second_i0e_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_sign(x, &unused);
    const double t1 = -t0;
    const double t2 = 1.0 + 1.0;
    const double t3 = op_abs(x, &unused);
    const double t4 = op_bessel_moment(t2, t3, &unused, &unused);
    const double t5 = -t4;
    const double t6 = x > 0.0 ? 1.0 : 0.0;
    const double t7 = x < 0.0 ? 1.0 : 0.0;
    const double t8 = t6 - t7;
    const double t9 = t5 * t8;
    const double t10 = t1 * t9;
    return t10;
}

static double
second_i1e_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = op_sign(x, &unused);
    const double t1 = op_abs(x, &unused);
    const double t2 = op_bessel_moment(2.0, t1, &unused, &unused);
    const double t3 = op_bessel_moment(3.0, t1, &unused, &unused);
    const double t4 = t2 - t3;
    const double t5 = t0 * t4;
    return t5;
}

static double
second_sinc_00(double x, double out, double d_x)
{
    double unused;
    const double t0 = -3.141592653589793;
    const double t1 = 1.0 < 6.0 ? 1.0 : 0.0;
    const double t2 = 1.0 - 1.0;
    const double t3 = op_spherical_bessel(t2, x, &unused, &unused);
    const double t4 = 1.0 * t3;
    const double t5 = op_where(1.0, t4, 0.0, &unused, &unused, &unused);
    const double t6 = 1.0 + 1.0;
    const double t7 = op_spherical_bessel(t6, x, &unused, &unused);
    const double t8 = t6 * t7;
    const double t9 = t5 - t8;
    const double t10 = 3.141592653589793 * t9;
    const double t11 = 2.0 * 1.0;
    const double t12 = t11 + 1.0;
    const double t13 = t10 / t12;
    const double t14 = 3.141592653589793 * t3;
    const double t15 = t6 / x;
    const double t16 = op_spherical_bessel(1.0, x, &unused, &unused);
    const double t17 = t15 * t16;
    const double t18 = t14 - t17;
    const double t19 = op_where(t1, t13, t18, &unused, &unused, &unused);
    const double t20 = t0 * t19;
    return t20;
}

static double
second_logaddexp_00(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_logaddexp_second(x, y, &unused, &unused);
    return t0;
}

static double
second_logaddexp_01(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_logaddexp_second(x, y, &unused, &unused);
    const double t1 = -t0;
    return t1;
}

static double
second_logaddexp_11(double x, double y, double out, double d_x, double d_y)
{
    double unused;
    const double t0 = op_logaddexp_second(x, y, &unused, &unused);
    return t0;
}

/* The pairs of operands for which an op has a second derivative that isn't 0 by its form, as bits in the order 00 01 11
   02 12 22. */
static const unsigned char second_pairs[OPS_COUNT] = {
    [OP_mul] = 2,
    [OP_div] = 6,
    [OP_pow] = 7,
    [OP_reciprocal] = 1,
    [OP_exp] = 1,
    [OP_exp2] = 1,
    [OP_expm1] = 1,
    [OP_log] = 1,
    [OP_log1p] = 1,
    [OP_log2] = 1,
    [OP_log10] = 1,
    [OP_sqrt] = 1,
    [OP_cbrt] = 1,
    [OP_sin] = 1,
    [OP_cos] = 1,
    [OP_tan] = 1,
    [OP_asin] = 1,
    [OP_acos] = 1,
    [OP_atan] = 1,
    [OP_sinh] = 1,
    [OP_cosh] = 1,
    [OP_tanh] = 1,
    [OP_asinh] = 1,
    [OP_acosh] = 1,
    [OP_atanh] = 1,
    [OP_atan2] = 7,
    [OP_hypot] = 7,
    [OP_sigmoid] = 1,
    [OP_leaky_relu] = 2,
    [OP_softsign] = 1,
    [OP_elu] = 3,
    [OP_selu] = 1,
    [OP_softplus] = 1,
    [OP_silu] = 1,
    [OP_gelu] = 1,
    [OP_lgamma] = 1,
    [OP_digamma] = 1,
    [OP_erf] = 1,
    [OP_erfc] = 1,
    [OP_normal_cdf] = 1,
    [OP_erfinv] = 1,
    [OP_i0e] = 1,
    [OP_i1e] = 1,
    [OP_sinc] = 1,
    [OP_logaddexp] = 7,
};

/* Fill `found`, by pair, with the second derivatives of an op for its operands that move. Where an operand is
   constant its slope is nan. */
static void
second_derivatives(int op, const double *x, double out, const double *slope, const bool *moves, double *found)
{
    double own[3];
    switch (op) {
    case OP_mul:
        if (moves[0] && moves[1]) {
            found[1] = second_mul_01(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_div:
        if (isnan(slope[0]) || isnan(slope[1])) {
            op_div(x[0], x[1], &own[0], &own[1]);
            slope = own;
        }
        if (moves[0] && moves[1]) {
            found[1] = second_div_01(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[1]) {
            found[2] = second_div_11(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_pow:
        if (moves[0]) {
            found[0] = second_pow_00(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[0] && moves[1]) {
            found[1] = second_pow_01(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[1]) {
            found[2] = second_pow_11(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_reciprocal:
        if (moves[0]) {
            found[0] = second_reciprocal_00(x[0], out, slope[0]);
        }
        return;
    case OP_exp:
        if (moves[0]) {
            found[0] = second_exp_00(x[0], out, slope[0]);
        }
        return;
    case OP_exp2:
        if (moves[0]) {
            found[0] = second_exp2_00(x[0], out, slope[0]);
        }
        return;
    case OP_expm1:
        if (moves[0]) {
            found[0] = second_expm1_00(x[0], out, slope[0]);
        }
        return;
    case OP_log:
        if (moves[0]) {
            found[0] = second_log_00(x[0], out, slope[0]);
        }
        return;
    case OP_log1p:
        if (moves[0]) {
            found[0] = second_log1p_00(x[0], out, slope[0]);
        }
        return;
    case OP_log2:
        if (moves[0]) {
            found[0] = second_log2_00(x[0], out, slope[0]);
        }
        return;
    case OP_log10:
        if (moves[0]) {
            found[0] = second_log10_00(x[0], out, slope[0]);
        }
        return;
    case OP_sqrt:
        if (moves[0]) {
            found[0] = second_sqrt_00(x[0], out, slope[0]);
        }
        return;
    case OP_cbrt:
        if (moves[0]) {
            found[0] = second_cbrt_00(x[0], out, slope[0]);
        }
        return;
    case OP_sin:
        if (moves[0]) {
            found[0] = second_sin_00(x[0], out, slope[0]);
        }
        return;
    case OP_cos:
        if (moves[0]) {
            found[0] = second_cos_00(x[0], out, slope[0]);
        }
        return;
    case OP_tan:
        if (moves[0]) {
            found[0] = second_tan_00(x[0], out, slope[0]);
        }
        return;
    case OP_asin:
        if (moves[0]) {
            found[0] = second_asin_00(x[0], out, slope[0]);
        }
        return;
    case OP_acos:
        if (moves[0]) {
            found[0] = second_acos_00(x[0], out, slope[0]);
        }
        return;
    case OP_atan:
        if (moves[0]) {
            found[0] = second_atan_00(x[0], out, slope[0]);
        }
        return;
    case OP_sinh:
        if (moves[0]) {
            found[0] = second_sinh_00(x[0], out, slope[0]);
        }
        return;
    case OP_cosh:
        if (moves[0]) {
            found[0] = second_cosh_00(x[0], out, slope[0]);
        }
        return;
    case OP_tanh:
        if (moves[0]) {
            found[0] = second_tanh_00(x[0], out, slope[0]);
        }
        return;
    case OP_asinh:
        if (moves[0]) {
            found[0] = second_asinh_00(x[0], out, slope[0]);
        }
        return;
    case OP_acosh:
        if (moves[0]) {
            found[0] = second_acosh_00(x[0], out, slope[0]);
        }
        return;
    case OP_atanh:
        if (moves[0]) {
            found[0] = second_atanh_00(x[0], out, slope[0]);
        }
        return;
    case OP_atan2:
        if (moves[0]) {
            found[0] = second_atan2_00(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[0] && moves[1]) {
            found[1] = second_atan2_01(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[1]) {
            found[2] = second_atan2_11(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_hypot:
        if (moves[0]) {
            found[0] = second_hypot_00(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[0] && moves[1]) {
            found[1] = second_hypot_01(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[1]) {
            found[2] = second_hypot_11(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_sigmoid:
        if (moves[0]) {
            found[0] = second_sigmoid_00(x[0], out, slope[0]);
        }
        return;
    case OP_leaky_relu:
        if (moves[0] && moves[1]) {
            found[1] = second_leaky_relu_01(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_softsign:
        if (moves[0]) {
            found[0] = second_softsign_00(x[0], out, slope[0]);
        }
        return;
    case OP_elu:
        if (isnan(slope[0]) || isnan(slope[1])) {
            op_elu(x[0], x[1], &own[0], &own[1]);
            slope = own;
        }
        if (moves[0]) {
            found[0] = second_elu_00(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[0] && moves[1]) {
            found[1] = second_elu_01(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_selu:
        if (moves[0]) {
            found[0] = second_selu_00(x[0], out, slope[0]);
        }
        return;
    case OP_softplus:
        if (moves[0]) {
            found[0] = second_softplus_00(x[0], out, slope[0]);
        }
        return;
    case OP_silu:
        if (moves[0]) {
            found[0] = second_silu_00(x[0], out, slope[0]);
        }
        return;
    case OP_gelu:
        if (moves[0]) {
            found[0] = second_gelu_00(x[0], out, slope[0]);
        }
        return;
    case OP_lgamma:
        if (moves[0]) {
            found[0] = second_lgamma_00(x[0], out, slope[0]);
        }
        return;
    case OP_digamma:
        if (moves[0]) {
            found[0] = second_digamma_00(x[0], out, slope[0]);
        }
        return;
    case OP_erf:
        if (moves[0]) {
            found[0] = second_erf_00(x[0], out, slope[0]);
        }
        return;
    case OP_erfc:
        if (moves[0]) {
            found[0] = second_erfc_00(x[0], out, slope[0]);
        }
        return;
    case OP_normal_cdf:
        if (moves[0]) {
            found[0] = second_normal_cdf_00(x[0], out, slope[0]);
        }
        return;
    case OP_erfinv:
        if (moves[0]) {
            found[0] = second_erfinv_00(x[0], out, slope[0]);
        }
        return;
    case OP_i0e:
        if (moves[0]) {
            found[0] = second_i0e_00(x[0], out, slope[0]);
        }
        return;
    case OP_i1e:
        if (moves[0]) {
            found[0] = second_i1e_00(x[0], out, slope[0]);
        }
        return;
    case OP_sinc:
        if (moves[0]) {
            found[0] = second_sinc_00(x[0], out, slope[0]);
        }
        return;
    case OP_logaddexp:
        if (moves[0]) {
            found[0] = second_logaddexp_00(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[0] && moves[1]) {
            found[1] = second_logaddexp_01(x[0], x[1], out, slope[0], slope[1]);
        }
        if (moves[1]) {
            found[2] = second_logaddexp_11(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    default:
        return;
    }
}
