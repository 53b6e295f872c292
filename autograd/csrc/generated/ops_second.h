/* The ops' second derivatives in C, generated from rows.py by `python -m autograd.codegen --write`.
   Not to be edited. To be included after ops.h. */

static double
second_mul_01(double x, double y, double out, double slope_0, double slope_1)
{
    return 1.0;
}

static double
second_div_01(double x, double y, double out, double slope_0, double slope_1)
{
    const double t0 = 1.0 / y;
    const double t1 = -t0;
    const double t2 = t1 / y;
    return t2;
}

static double
second_div_11(double x, double y, double out, double slope_0, double slope_1)
{
    const double t0 = 1.0 / y;
    const double t1 = (-1.0) * slope_1;
    const double t2 = t0 * t1;
    const double t3 = -out;
    const double t4 = t3 / y;
    const double t5 = -t4;
    const double t6 = t5 / y;
    const double t7 = t2 + t6;
    return t7;
}

static double
second_pow_00(double x, double y, double out, double slope_0, double slope_1)
{
    double unused;
    const double t0 = y - 1.0;
    const double t1 = t0 - 1.0;
    const double t2 = op_pow(x, t1, &unused, &unused);
    const double t3 = t0 * t2;
    const double t4 = y * t3;
    return t4;
}

static double
second_pow_01(double x, double y, double out, double slope_0, double slope_1)
{
    double unused;
    const double t0 = y - 1.0;
    const double t1 = op_pow(x, t0, &unused, &unused);
    const double t2 = op_log(x, &unused);
    const double t3 = t1 * t2;
    const double t4 = y * t3;
    const double t5 = t1 + t4;
    return t5;
}

static double
second_pow_11(double x, double y, double out, double slope_0, double slope_1)
{
    double unused;
    const double t0 = op_log(x, &unused);
    const double t1 = t0 * slope_1;
    return t1;
}

static double
second_exp_00(double x, double out, double slope_0)
{
    return slope_0;
}

static double
second_expm1_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_exp(x, &unused);
    return t0;
}

static double
second_log_00(double x, double out, double slope_0)
{
    const double t0 = 1.0 / x;
    const double t1 = -t0;
    const double t2 = t1 / x;
    return t2;
}

static double
second_log1p_00(double x, double out, double slope_0)
{
    const double t0 = 1.0 + x;
    const double t1 = 1.0 / t0;
    const double t2 = -t1;
    const double t3 = t2 / t0;
    return t3;
}

static double
second_log2_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_log(2.0, &unused);
    const double t1 = x * t0;
    const double t2 = 1.0 / t1;
    const double t3 = -t2;
    const double t4 = t3 / t1;
    const double t5 = t4 * t0;
    return t5;
}

static double
second_log10_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_log(10.0, &unused);
    const double t1 = x * t0;
    const double t2 = 1.0 / t1;
    const double t3 = -t2;
    const double t4 = t3 / t1;
    const double t5 = t4 * t0;
    return t5;
}

static double
second_sqrt_00(double x, double out, double slope_0)
{
    const double t0 = 2.0 * out;
    const double t1 = 1.0 / t0;
    const double t2 = -t1;
    const double t3 = t2 / t0;
    const double t4 = 2.0 * slope_0;
    const double t5 = t3 * t4;
    return t5;
}

static double
second_cbrt_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_pow(out, 2.0, &unused, &unused);
    const double t1 = 3.0 * t0;
    const double t2 = 1.0 / t1;
    const double t3 = -t2;
    const double t4 = t3 / t1;
    const double t5 = 2.0 - 1.0;
    const double t6 = op_pow(out, t5, &unused, &unused);
    const double t7 = 2.0 * t6;
    const double t8 = t7 * slope_0;
    const double t9 = 3.0 * t8;
    const double t10 = t4 * t9;
    return t10;
}

static double
second_sin_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_sin(x, &unused);
    const double t1 = -t0;
    return t1;
}

static double
second_cos_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_cos(x, &unused);
    const double t1 = (-1.0) * t0;
    return t1;
}

static double
second_tan_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = 2.0 - 1.0;
    const double t1 = op_pow(out, t0, &unused, &unused);
    const double t2 = 2.0 * t1;
    const double t3 = t2 * slope_0;
    return t3;
}

static double
second_asin_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = 1.0 - x;
    const double t1 = 1.0 + x;
    const double t2 = t0 * t1;
    const double t3 = op_sqrt(t2, &unused);
    const double t4 = 1.0 / t3;
    const double t5 = -t4;
    const double t6 = t5 / t3;
    const double t7 = 2.0 * t3;
    const double t8 = 1.0 / t7;
    const double t9 = t1 * (-1.0);
    const double t10 = t9 + t0;
    const double t11 = t8 * t10;
    const double t12 = t6 * t11;
    return t12;
}

static double
second_acos_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = 1.0 - x;
    const double t1 = 1.0 + x;
    const double t2 = t0 * t1;
    const double t3 = op_sqrt(t2, &unused);
    const double t4 = (-1.0) / t3;
    const double t5 = -t4;
    const double t6 = t5 / t3;
    const double t7 = 2.0 * t3;
    const double t8 = 1.0 / t7;
    const double t9 = t1 * (-1.0);
    const double t10 = t9 + t0;
    const double t11 = t8 * t10;
    const double t12 = t6 * t11;
    return t12;
}

static double
second_atan_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_pow(x, 2.0, &unused, &unused);
    const double t1 = 1.0 + t0;
    const double t2 = 1.0 / t1;
    const double t3 = -t2;
    const double t4 = t3 / t1;
    const double t5 = 2.0 - 1.0;
    const double t6 = op_pow(x, t5, &unused, &unused);
    const double t7 = 2.0 * t6;
    const double t8 = t4 * t7;
    return t8;
}

static double
second_sinh_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_sinh(x, &unused);
    return t0;
}

static double
second_cosh_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_cosh(x, &unused);
    return t0;
}

static double
second_tanh_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = (-2.0) * x;
    const double t1 = op_sigmoid(t0, &unused);
    const double t2 = 2.0 * x;
    const double t3 = op_sigmoid(t2, &unused);
    const double t4 = -t2;
    const double t5 = op_sigmoid(t4, &unused);
    const double t6 = t3 * t5;
    const double t7 = t6 * 2.0;
    const double t8 = 4.0 * t7;
    const double t9 = t1 * t8;
    const double t10 = 4.0 * t3;
    const double t11 = -t0;
    const double t12 = op_sigmoid(t11, &unused);
    const double t13 = t1 * t12;
    const double t14 = t13 * (-2.0);
    const double t15 = t10 * t14;
    const double t16 = t9 + t15;
    return t16;
}

static double
second_asinh_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_pow(x, 2.0, &unused, &unused);
    const double t1 = 1.0 + t0;
    const double t2 = op_sqrt(t1, &unused);
    const double t3 = 1.0 / t2;
    const double t4 = -t3;
    const double t5 = t4 / t2;
    const double t6 = 2.0 * t2;
    const double t7 = 1.0 / t6;
    const double t8 = 2.0 - 1.0;
    const double t9 = op_pow(x, t8, &unused, &unused);
    const double t10 = 2.0 * t9;
    const double t11 = t7 * t10;
    const double t12 = t5 * t11;
    return t12;
}

static double
second_acosh_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = x - 1.0;
    const double t1 = op_sqrt(t0, &unused);
    const double t2 = x + 1.0;
    const double t3 = op_sqrt(t2, &unused);
    const double t4 = t1 * t3;
    const double t5 = 1.0 / t4;
    const double t6 = -t5;
    const double t7 = t6 / t4;
    const double t8 = 2.0 * t1;
    const double t9 = 1.0 / t8;
    const double t10 = t3 * t9;
    const double t11 = 2.0 * t3;
    const double t12 = 1.0 / t11;
    const double t13 = t1 * t12;
    const double t14 = t10 + t13;
    const double t15 = t7 * t14;
    return t15;
}

static double
second_atanh_00(double x, double out, double slope_0)
{
    const double t0 = 1.0 - x;
    const double t1 = 1.0 + x;
    const double t2 = t0 * t1;
    const double t3 = 1.0 / t2;
    const double t4 = -t3;
    const double t5 = t4 / t2;
    const double t6 = t1 * (-1.0);
    const double t7 = t6 + t0;
    const double t8 = t5 * t7;
    return t8;
}

static double
second_atan2_00(double y, double x, double out, double slope_0, double slope_1)
{
    double unused;
    const double t0 = op_pow(x, 2.0, &unused, &unused);
    const double t1 = op_pow(y, 2.0, &unused, &unused);
    const double t2 = t0 + t1;
    const double t3 = x / t2;
    const double t4 = -t3;
    const double t5 = t4 / t2;
    const double t6 = 2.0 - 1.0;
    const double t7 = op_pow(y, t6, &unused, &unused);
    const double t8 = 2.0 * t7;
    const double t9 = t5 * t8;
    return t9;
}

static double
second_atan2_01(double y, double x, double out, double slope_0, double slope_1)
{
    double unused;
    const double t0 = op_pow(x, 2.0, &unused, &unused);
    const double t1 = op_pow(y, 2.0, &unused, &unused);
    const double t2 = t0 + t1;
    const double t3 = 1.0 / t2;
    const double t4 = x / t2;
    const double t5 = -t4;
    const double t6 = t5 / t2;
    const double t7 = 2.0 - 1.0;
    const double t8 = op_pow(x, t7, &unused, &unused);
    const double t9 = 2.0 * t8;
    const double t10 = t6 * t9;
    const double t11 = t3 + t10;
    return t11;
}

static double
second_atan2_11(double y, double x, double out, double slope_0, double slope_1)
{
    double unused;
    const double t0 = -y;
    const double t1 = op_pow(x, 2.0, &unused, &unused);
    const double t2 = op_pow(y, 2.0, &unused, &unused);
    const double t3 = t1 + t2;
    const double t4 = t0 / t3;
    const double t5 = -t4;
    const double t6 = t5 / t3;
    const double t7 = 2.0 - 1.0;
    const double t8 = op_pow(x, t7, &unused, &unused);
    const double t9 = 2.0 * t8;
    const double t10 = t6 * t9;
    return t10;
}

static double
second_hypot_00(double x, double y, double out, double slope_0, double slope_1)
{
    const double t0 = 1.0 / out;
    const double t1 = x / out;
    const double t2 = -t1;
    const double t3 = t2 / out;
    const double t4 = t3 * slope_0;
    const double t5 = t0 + t4;
    return t5;
}

static double
second_hypot_01(double x, double y, double out, double slope_0, double slope_1)
{
    const double t0 = x / out;
    const double t1 = -t0;
    const double t2 = t1 / out;
    const double t3 = t2 * slope_1;
    return t3;
}

static double
second_hypot_11(double x, double y, double out, double slope_0, double slope_1)
{
    const double t0 = 1.0 / out;
    const double t1 = y / out;
    const double t2 = -t1;
    const double t3 = t2 / out;
    const double t4 = t3 * slope_1;
    const double t5 = t0 + t4;
    return t5;
}

static double
second_sigmoid_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = -x;
    const double t1 = op_sigmoid(t0, &unused);
    const double t2 = op_sigmoid(x, &unused);
    const double t3 = t2 * t1;
    const double t4 = t1 * t3;
    const double t5 = -t0;
    const double t6 = op_sigmoid(t5, &unused);
    const double t7 = t1 * t6;
    const double t8 = t7 * (-1.0);
    const double t9 = t2 * t8;
    const double t10 = t4 + t9;
    return t10;
}

static double
second_leaky_relu_01(double x, double slope, double out, double slope_0, double slope_1)
{
    const double t0 = x <= 0.0 ? 1.0 : 0.0;
    return t0;
}

static double
second_softplus_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_sigmoid(x, &unused);
    const double t1 = -x;
    const double t2 = op_sigmoid(t1, &unused);
    const double t3 = t0 * t2;
    return t3;
}

static double
second_silu_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = -x;
    const double t1 = op_sigmoid(t0, &unused);
    const double t2 = x * t1;
    const double t3 = 1.0 + t2;
    const double t4 = op_sigmoid(x, &unused);
    const double t5 = t4 * t1;
    const double t6 = t3 * t5;
    const double t7 = -t0;
    const double t8 = op_sigmoid(t7, &unused);
    const double t9 = t1 * t8;
    const double t10 = t9 * (-1.0);
    const double t11 = x * t10;
    const double t12 = t1 + t11;
    const double t13 = t4 * t12;
    const double t14 = t6 + t13;
    return t14;
}

static double
second_gelu_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_pow(x, 2.0, &unused, &unused);
    const double t1 = -t0;
    const double t2 = t1 / 2.0;
    const double t3 = op_exp(t2, &unused);
    const double t4 = 2.0 * 3.141592653589793;
    const double t5 = op_sqrt(t4, &unused);
    const double t6 = t3 / t5;
    const double t7 = 1.0 / t5;
    const double t8 = 1.0 / 2.0;
    const double t9 = 2.0 - 1.0;
    const double t10 = op_pow(x, t9, &unused, &unused);
    const double t11 = 2.0 * t10;
    const double t12 = (-1.0) * t11;
    const double t13 = t8 * t12;
    const double t14 = t3 * t13;
    const double t15 = x * t14;
    const double t16 = t3 + t15;
    const double t17 = t7 * t16;
    const double t18 = t6 + t17;
    return t18;
}

static double
second_erf_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_sqrt(3.141592653589793, &unused);
    const double t1 = 2.0 / t0;
    const double t2 = op_pow(x, 2.0, &unused, &unused);
    const double t3 = -t2;
    const double t4 = op_exp(t3, &unused);
    const double t5 = 2.0 - 1.0;
    const double t6 = op_pow(x, t5, &unused, &unused);
    const double t7 = 2.0 * t6;
    const double t8 = (-1.0) * t7;
    const double t9 = t4 * t8;
    const double t10 = t1 * t9;
    return t10;
}

static double
second_erfc_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = op_sqrt(3.141592653589793, &unused);
    const double t1 = (-2.0) / t0;
    const double t2 = op_pow(x, 2.0, &unused, &unused);
    const double t3 = -t2;
    const double t4 = op_exp(t3, &unused);
    const double t5 = 2.0 - 1.0;
    const double t6 = op_pow(x, t5, &unused, &unused);
    const double t7 = 2.0 * t6;
    const double t8 = (-1.0) * t7;
    const double t9 = t4 * t8;
    const double t10 = t1 * t9;
    return t10;
}

static double
second_normal_cdf_00(double x, double out, double slope_0)
{
    double unused;
    const double t0 = 2.0 * 3.141592653589793;
    const double t1 = op_sqrt(t0, &unused);
    const double t2 = 1.0 / t1;
    const double t3 = op_pow(x, 2.0, &unused, &unused);
    const double t4 = -t3;
    const double t5 = t4 / 2.0;
    const double t6 = op_exp(t5, &unused);
    const double t7 = 1.0 / 2.0;
    const double t8 = 2.0 - 1.0;
    const double t9 = op_pow(x, t8, &unused, &unused);
    const double t10 = 2.0 * t9;
    const double t11 = (-1.0) * t10;
    const double t12 = t7 * t11;
    const double t13 = t6 * t12;
    const double t14 = t2 * t13;
    return t14;
}

/* The pairs of operands for which an op has a second derivative that isn't 0 by its form, as bits in the order 00 01 11
   02 12 22. */
static const unsigned char second_pairs[OPS_COUNT] = {
    [OP_mul] = 2,
    [OP_div] = 6,
    [OP_pow] = 7,
    [OP_exp] = 1,
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
    [OP_softplus] = 1,
    [OP_silu] = 1,
    [OP_gelu] = 1,
    [OP_erf] = 1,
    [OP_erfc] = 1,
    [OP_normal_cdf] = 1,
};

/* Fill `found`, by pair, with the second derivatives of an op for its operands that move. Where an operand is
   constant, its slope may be anything. */
static void
second_derivatives(int op, const double *x, double out, const double *slope, const bool *moves, double *found)
{
    switch (op) {
    case OP_mul:
        if (moves[0] && moves[1]) {
            found[1] = second_mul_01(x[0], x[1], out, slope[0], slope[1]);
        }
        return;
    case OP_div:
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
    case OP_exp:
        if (moves[0]) {
            found[0] = second_exp_00(x[0], out, slope[0]);
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
    default:
        return;
    }
}
