/* Rows of the table over consecutive numbers, for a file that defines ISA and includes ops.h. */

typedef void (*RowKernel)(long n, double *const *p);

/* Slots are identical or disjoint. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed" /* loops over libm are left alone */
#define EACH _Pragma("clang loop vectorize(assume_safety)") for (long i = 0; i < n; i++)
#else
#define EACH _Pragma("GCC ivdep") for (long i = 0; i < n; i++)
#endif

/* Rows of the table: results come first in p, then operands. */

#define UNARY_KERNELS(NAME, ...) \
    static void ISA(value_##NAME)(long n, double *const *p) \
    { \
        double *out = p[0]; \
        const double *x = p[1]; \
        EACH { double dx; out[i] = op_##NAME(x[i], &dx); } \
    } \
    static void ISA(both_##NAME)(long n, double *const *p) \
    { \
        double *out = p[0], *d_x = p[1]; \
        const double *x = p[2]; \
        EACH { double dx; out[i] = op_##NAME(x[i], &dx); d_x[i] = dx; } \
    } \
    static void ISA(slopes_##NAME)(long n, double *const *p) \
    { \
        double *d_x = p[0]; \
        const double *x = p[1]; \
        EACH { double dx; op_##NAME(x[i], &dx); d_x[i] = dx; } \
    }
#define BINARY_KERNELS(NAME, ...) \
    static void ISA(value_##NAME)(long n, double *const *p) \
    { \
        double *out = p[0]; \
        const double *x = p[1], *y = p[2]; \
        EACH { double dx, dy; out[i] = op_##NAME(x[i], y[i], &dx, &dy); } \
    } \
    static void ISA(both_##NAME)(long n, double *const *p) \
    { \
        double *out = p[0], *d_x = p[1], *d_y = p[2]; \
        const double *x = p[3], *y = p[4]; \
        EACH { double dx, dy; out[i] = op_##NAME(x[i], y[i], &dx, &dy); d_x[i] = dx; d_y[i] = dy; } \
    } \
    static void ISA(slopes_##NAME)(long n, double *const *p) \
    { \
        double *d_x = p[0], *d_y = p[1]; \
        const double *x = p[2], *y = p[3]; \
        EACH { double dx, dy; op_##NAME(x[i], y[i], &dx, &dy); d_x[i] = dx; d_y[i] = dy; } \
    }

UNARY_OPS(UNARY_KERNELS)
BINARY_OPS(BINARY_KERNELS)

static void
ISA(value_where)(long n, double *const *p)
{
    double *out = p[0];
    const double *condition = p[1], *x = p[2], *y = p[3];
    EACH out[i] = condition[i] != 0.0 ? x[i] : y[i];
}

#define VALUE_ENTRY(NAME, ...) [OP_##NAME] = ISA(value_##NAME),
#define BOTH_ENTRY(NAME, ...) [OP_##NAME] = ISA(both_##NAME),
#define SLOPES_ENTRY(NAME, ...) [OP_##NAME] = ISA(slopes_##NAME),

static const RowKernel ISA(row_kernels)[3][OPS_COUNT] = {
    {UNARY_OPS(VALUE_ENTRY) BINARY_OPS(VALUE_ENTRY)[OP_where] = ISA(value_where)},
    {UNARY_OPS(BOTH_ENTRY) BINARY_OPS(BOTH_ENTRY)},
    {UNARY_OPS(SLOPES_ENTRY) BINARY_OPS(SLOPES_ENTRY)},
};
