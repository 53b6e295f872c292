/* The instructions over a block of samples, compiled once for each instruction set; included by _replay.c with

   ISA(name)  the name with the set's suffix
   WIDTH      doubles in a vector: 2, 4 or 8

   Whatever the width, sums over samples are kept in 8 lanes and added in one order, so that results don't depend on it. */

typedef double ISA(vector) __attribute__((vector_size(WIDTH * 8), aligned(8), may_alias));
#define V ISA(vector)
#define AT(POINTER, INDEX) (*(V *)((POINTER) + (INDEX)))

#if WIDTH == 8
#define ALL(X) ((V){X, X, X, X, X, X, X, X})
#elif WIDTH == 4
#define ALL(X) ((V){X, X, X, X})
#else
#define ALL(X) ((V){X, X})
#endif

#define EACH _Pragma("GCC ivdep") for (long i = 0; i < n; i++)

/* Rows of the table: what is written stands first in p, then what is read. */

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

/* tanh and its slope from one exponential: with m = expm1(-2|x|) and e = m + 1, each to its own last digits,
   tanh is ±m/(2 + m) and its slope 4e/(2 + m)². Within 4 ulp everywhere, exact at 0, ±inf, nan and subnormals. */
static void
ISA(tanh_and_slope)(long n, double *out, double *slope, const double *from)
{
    typedef int64_t bits __attribute__((vector_size(WIDTH * 8)));
#define CHOOSE(CONDITION, A, B) ((V)(((bits)(A) & (CONDITION)) | ((bits)(B) & ~(CONDITION))))
#define POWER_OF_2(K) ((V)(((bits)((K) + ALL(SHIFT)) + 1023) << 52)) /* of an integer that is a double */
    const double SHIFT = 6755399441055744.0, LOG2_E = 1.4426950408889634;
    const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;
    for (long i = 0; i < n; i += WIDTH) {
        V x = AT(from, i);
        bits sign = (bits)x & (bits)ALL(-0.0);
        V size = (V)((bits)x ^ sign) * ALL(2.0);
        V z = -CHOOSE(size > ALL(1400.0), ALL(1400.0), size);
        V k = (z * ALL(LOG2_E) + ALL(SHIFT)) - ALL(SHIFT);
        V r = (z - k * ALL(LN2_HIGH)) - k * ALL(LN2_LOW);
        V r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
        V low = (ALL(1.0 / 2) + r * ALL(1.0 / 6)) + r2 * (ALL(1.0 / 24) + r * ALL(1.0 / 120));
        V middle = (ALL(1.0 / 720) + r * ALL(1.0 / 5040)) + r2 * (ALL(1.0 / 40320) + r * ALL(1.0 / 362880));
        V high = (ALL(1.0 / 3628800) + r * ALL(1.0 / 39916800))
            + r2 * (ALL(1.0 / 479001600) + r * ALL(1.0 / 6227020800.0));
        V p = r + r2 * (low + r4 * middle + r8 * high); /* expm1(r) */
        V first = CHOOSE(k < ALL(-1000.0), ALL(-1000.0), k); /* 2^k in two steps, as it may be subnormal */
        V scale = POWER_OF_2(first), rest = POWER_OF_2(k - first);
        V e = (scale + scale * p) * rest;
        V m = scale * p + (scale - ALL(1.0));
        V whole = ALL(1.0) + e, lost = e - (whole - ALL(1.0));
        V q = ALL(1.0) / whole, steep = (ALL(4.0) * e) * (q * q);
        AT(out, i) = (V)(((bits)(m * q) & ~(bits)ALL(-0.0)) | sign);
        AT(slope, i) = steep - steep * (ALL(2.0) * lost * q);
    }
#undef CHOOSE
#undef POWER_OF_2
}

/* out = start + x0·y0 + x1·y1 + …, y numbers: four vectors, 8 doubles apart, at a time. */
static void
ISA(sum_numbers)(const Work *work, long n, double *out, const double *start_slot, double start, const int32_t *terms,
                 int32_t count)
{
    const double *uniforms = work->uniforms;
    long i = 0;
    for (; i + 32 <= n; i += 32) {
        for (int h = 0; h < 8; h += WIDTH) {
            long j = i + h;
            V s0, s1, s2, s3;
            if (start_slot != NULL) {
                s0 = AT(start_slot, j), s1 = AT(start_slot, j + 8);
                s2 = AT(start_slot, j + 16), s3 = AT(start_slot, j + 24);
            }
            else {
                s0 = s1 = s2 = s3 = ALL(start);
            }
            for (int32_t k = 0; k < count; k++) {
                const double *x = SLOT(work, terms[2 * k]) + j;
                V y = ALL(uniforms[terms[2 * k + 1]]);
                s0 += AT(x, 0) * y, s1 += AT(x, 8) * y, s2 += AT(x, 16) * y, s3 += AT(x, 24) * y;
            }
            AT(out, j) = s0, AT(out, j + 8) = s1, AT(out, j + 16) = s2, AT(out, j + 24) = s3;
        }
    }
    for (; i < n; i += WIDTH) {
        V s = start_slot != NULL ? AT(start_slot, i) : ALL(start);
        for (int32_t k = 0; k < count; k++) {
            s += AT(SLOT(work, terms[2 * k]), i) * ALL(uniforms[terms[2 * k + 1]]);
        }
        AT(out, i) = s;
    }
}

/* The same where y may be a slot too. */
static void
ISA(sum_products)(const Work *work, long n, double *out, const double *start_slot, double start, const int32_t *terms,
                  int32_t count)
{
    const double *uniforms = work->uniforms;
    long i = 0;
    for (; i + 32 <= n; i += 32) {
        for (int h = 0; h < 8; h += WIDTH) {
            long j = i + h;
            V s0, s1, s2, s3;
            if (start_slot != NULL) {
                s0 = AT(start_slot, j), s1 = AT(start_slot, j + 8);
                s2 = AT(start_slot, j + 16), s3 = AT(start_slot, j + 24);
            }
            else {
                s0 = s1 = s2 = s3 = ALL(start);
            }
            for (int32_t k = 0; k < count; k++) {
                const double *x = SLOT(work, terms[2 * k]) + j;
                int32_t other = terms[2 * k + 1];
                if (other >= 0) {
                    const double *y = SLOT(work, other) + j;
                    s0 += AT(x, 0) * AT(y, 0), s1 += AT(x, 8) * AT(y, 8);
                    s2 += AT(x, 16) * AT(y, 16), s3 += AT(x, 24) * AT(y, 24);
                }
                else {
                    V y = ALL(uniforms[~other]);
                    s0 += AT(x, 0) * y, s1 += AT(x, 8) * y, s2 += AT(x, 16) * y, s3 += AT(x, 24) * y;
                }
            }
            AT(out, j) = s0, AT(out, j + 8) = s1, AT(out, j + 16) = s2, AT(out, j + 24) = s3;
        }
    }
    for (; i < n; i += WIDTH) {
        V s = start_slot != NULL ? AT(start_slot, i) : ALL(start);
        for (int32_t k = 0; k < count; k++) {
            int32_t other = terms[2 * k + 1];
            V y = other >= 0 ? AT(SLOT(work, other), i) : ALL(uniforms[~other]);
            s += AT(SLOT(work, terms[2 * k]), i) * y;
        }
        AT(out, i) = s;
    }
}

/* lanes += x·y over the samples [start, count). */
static inline void
ISA(add_products)(double *lanes, const double *x, const double *y, long start, long count)
{
    long i = start;
    for (; i + 32 <= count; i += 32) {
        for (int h = 0; h < 8; h += WIDTH) {
            long j = i + h;
            AT(lanes, h) += (AT(x, j) * AT(y, j) + AT(x, j + 8) * AT(y, j + 8))
                + (AT(x, j + 16) * AT(y, j + 16) + AT(x, j + 24) * AT(y, j + 24));
        }
    }
    for (; i + 8 <= count; i += 8) {
        for (int h = 0; h < 8; h += WIDTH) {
            AT(lanes, h) += AT(x, i + h) * AT(y, i + h);
        }
    }
    for (; i < count; i++) {
        lanes[i % 8] += x[i] * y[i];
    }
}

/* The gradient of a slot x that numbers u multiply, and theirs: out = start + g0·u0 + …; lanes of u_k += g_k·x. */
static void
ISA(gather)(const Work *work, long count, long n, double *out, const double *x, const double *start_slot, double start,
            const int32_t *terms, int32_t terms_count)
{
    const double *uniforms = work->uniforms;
    long i = 0;
    for (; i + 32 <= count; i += 32) {
        for (int h = 0; h < 8; h += WIDTH) {
            long j = i + h;
            V x0 = AT(x, j), x1 = AT(x, j + 8), x2 = AT(x, j + 16), x3 = AT(x, j + 24), s0, s1, s2, s3;
            if (start_slot != NULL) {
                s0 = AT(start_slot, j), s1 = AT(start_slot, j + 8);
                s2 = AT(start_slot, j + 16), s3 = AT(start_slot, j + 24);
            }
            else {
                s0 = s1 = s2 = s3 = ALL(start);
            }
            for (int32_t k = 0; k < terms_count; k++) {
                const double *g = SLOT(work, terms[3 * k]) + j;
                V u = ALL(uniforms[terms[3 * k + 1]]);
                double *lanes = work->lanes + 8 * (size_t)terms[3 * k + 2] + h;
                V g0 = AT(g, 0), g1 = AT(g, 8), g2 = AT(g, 16), g3 = AT(g, 24);
                s0 += g0 * u, s1 += g1 * u, s2 += g2 * u, s3 += g3 * u;
                AT(lanes, 0) += (g0 * x0 + g1 * x1) + (g2 * x2 + g3 * x3);
            }
            if (out != NULL) {
                AT(out, j) = s0, AT(out, j + 8) = s1, AT(out, j + 16) = s2, AT(out, j + 24) = s3;
            }
        }
    }
    /* Lanes first: out may be the slot of x or of a gradient. */
    for (int32_t k = 0; k < terms_count; k++) {
        ISA(add_products)(work->lanes + 8 * (size_t)terms[3 * k + 2], x, SLOT(work, terms[3 * k]), i, count);
    }
    for (; out != NULL && i < n; i += WIDTH) {
        V s = start_slot != NULL ? AT(start_slot, i) : ALL(start);
        for (int32_t k = 0; k < terms_count; k++) {
            s += AT(SLOT(work, terms[3 * k]), i) * ALL(uniforms[terms[3 * k + 1]]);
        }
        AT(out, i) = s;
    }
}

/* lanes += x·number over the samples. */
static void
ISA(add_scaled)(double *lanes, const double *x, double number, long count)
{
    long i = 0;
    for (; i + 32 <= count; i += 32) {
        for (int h = 0; h < 8; h += WIDTH) {
            long j = i + h;
            V y = ALL(number);
            AT(lanes, h) += (AT(x, j) * y + AT(x, j + 8) * y) + (AT(x, j + 16) * y + AT(x, j + 24) * y);
        }
    }
    for (; i + 8 <= count; i += 8) {
        for (int h = 0; h < 8; h += WIDTH) {
            AT(lanes, h) += AT(x, i + h) * ALL(number);
        }
    }
    for (; i < count; i++) {
        lanes[i % 8] += x[i] * number;
    }
}

static void
ISA(log_sum_exp)(const Work *work, long n, double *out, const int32_t *terms, int32_t count)
{
    double largest[BLOCK], rest[BLOCK];
    long top[BLOCK];
    const double *first = SLOT(work, terms[0]);
    EACH { largest[i] = first[i]; top[i] = 0; rest[i] = 0.0; }
    for (long k = 1; k < count; k++) {
        const double *x = SLOT(work, terms[2 * k]);
        EACH {
            bool higher = largest[i] == largest[i] && (x[i] > largest[i] || x[i] != x[i]);
            largest[i] = higher ? x[i] : largest[i];
            top[i] = higher ? k : top[i];
        }
    }
    for (long k = 0; k < count; k++) {
        const double *x = SLOT(work, terms[2 * k]);
        EACH {
            double e = ops_exp_difference(x[i], largest[i]);
            rest[i] += top[i] == k ? 0.0 : e;
        }
    }
    for (long k = 0; k < count; k++) {
        const double *x = SLOT(work, terms[2 * k]);
        double *slope = SLOT(work, terms[2 * k + 1]);
        EACH {
            double e = ops_exp_difference(x[i], largest[i]) / (1.0 + rest[i]);
            double beside = largest[i] == INFINITY && x[i] < INFINITY ? 0.0 : NAN;
            slope[i] = fabs(largest[i]) < INFINITY ? e : beside;
        }
    }
    EACH {
        double usual = largest[i] + log1p(rest[i]);
        out[i] = fabs(largest[i]) < INFINITY ? usual : largest[i];
    }
}

static void
ISA(run_block)(const Work *work, const Batch *batch, long first, long count)
{
    const Step *steps = batch->steps;
    const int32_t *terms = batch->terms;
    const double *uniforms = work->uniforms;
    long n = (count + 7) & ~7L;
    for (const Step *s = steps, *end = steps + batch->steps_count; s < end; s++) {
        switch (s->kind) {
        case VALUE: {
            if (s->row == OP_tanh) {
                ISA(tanh_and_slope)(n, SLOT(work, s->outs[0]), SLOT(work, batch->spare), SLOT(work, s->reads[0]));
                break;
            }
            double *p[] = {SLOT(work, s->outs[0]), SLOT(work, s->reads[0]), SLOT(work, s->reads[1]), SLOT(work, s->reads[2])};
            ISA(row_kernels)[0][s->row](n, p);
            break;
        }
        case BOTH:
        case SLOPES: {
            if (s->kind == BOTH && s->row == OP_tanh) {
                ISA(tanh_and_slope)(n, SLOT(work, s->outs[0]), SLOT(work, s->outs[1]), SLOT(work, s->reads[0]));
                break;
            }
            double *p[7];
            int k = 0;
            for (int i = 0; i < s->outs_count; i++) {
                p[k++] = SLOT(work, s->outs[i]);
            }
            for (int i = 0; i < s->reads_count; i++) {
                p[k++] = SLOT(work, s->reads[i]);
            }
            ISA(row_kernels)[s->kind][s->row](n, p);
            break;
        }
#define WITH_NUMBER(KIND, EXPRESSION) \
        case KIND: { \
            double *out = SLOT(work, s->outs[0]); \
            const double *x = SLOT(work, s->reads[0]), u = uniforms[~s->reads[1]]; \
            EACH out[i] = EXPRESSION; \
            break; \
        }
        WITH_NUMBER(ADDU, x[i] + u)
        WITH_NUMBER(SUBU, x[i] - u)
        WITH_NUMBER(RSUBU, u - x[i])
        WITH_NUMBER(MULU, x[i] * u)
        WITH_NUMBER(DIVU, x[i] / u)
#undef WITH_NUMBER
        case DOT:
        case DOTU: {
            int32_t start = s->reads[0];
            (s->kind == DOT ? ISA(sum_products) : ISA(sum_numbers))(
                work, n, SLOT(work, s->outs[0]), start >= 0 ? SLOT(work, start) : NULL,
                start >= 0 ? 0.0 : uniforms[~start], terms + s->terms, s->count);
            break;
        }
        case GATHER: {
            int32_t start = s->reads[1];
            bool slot = start != NONE && start >= 0;
            ISA(gather)(work, count, n, s->outs[0] < 0 ? NULL : SLOT(work, s->outs[0]), SLOT(work, s->reads[0]),
                        slot ? SLOT(work, start) : NULL, slot ? 0.0 : start == NONE ? -0.0 : uniforms[~start],
                        terms + s->terms, s->count);
            break;
        }
        case REDUCE: {
            double *lanes = work->lanes + 8 * (size_t)s->number;
            if (s->reads[1] >= 0) {
                ISA(add_products)(lanes, SLOT(work, s->reads[0]), SLOT(work, s->reads[1]), 0, count);
            }
            else {
                ISA(add_scaled)(lanes, SLOT(work, s->reads[0]), uniforms[~s->reads[1]], count);
            }
            break;
        }
#define OF_SLOTS(KIND, EXPRESSION) \
        case KIND: { \
            double *out = SLOT(work, s->outs[0]); \
            const double *x = SLOT(work, s->reads[0]), *y = SLOT(work, s->reads[1]), *z = SLOT(work, s->reads[2]); \
            (void)z; \
            EACH out[i] = EXPRESSION; \
            break; \
        }
        OF_SLOTS(TAKE, y[i] != 0.0 ? x[i] : 0.0)
        OF_SLOTS(LEAVE, y[i] != 0.0 ? 0.0 : x[i])
        OF_SLOTS(EITHER, x[i] != 0.0 || y[i] != 0.0 ? 1.0 : 0.0)
        OF_SLOTS(MASKED, x[i] != 0.0 ? y[i] * z[i] : 0.0)
#undef OF_SLOTS
        case LOGSUMEXP:
            ISA(log_sum_exp)(work, n, SLOT(work, s->outs[0]), terms + s->terms, s->count);
            break;
        case LOAD: {
            double *out = SLOT(work, s->outs[0]);
            memcpy(out, batch->columns + (size_t)s->number * batch->samples + first, count * sizeof(double));
            for (long i = count; i < n; i++) {
                out[i] = out[count - 1];
            }
            break;
        }
        case STORE:
            memcpy(batch->stored + (size_t)s->number * batch->samples + first, SLOT(work, s->reads[0]),
                   count * sizeof(double));
            break;
        case SEED: {
            double *out = SLOT(work, s->outs[0]);
            EACH out[i] = 1.0;
            if (batch->seeds != NULL) {
                memcpy(out, batch->seeds + (size_t)s->number * batch->samples + first, count * sizeof(double));
            }
            break;
        }
        case STORE_GRADIENT:
            memcpy(batch->gradients + (size_t)s->number * batch->samples + first, SLOT(work, s->reads[0]),
                   count * sizeof(double));
            break;
        }
    }
}

#undef V
#undef AT
#undef ALL
#undef EACH
#undef UNARY_KERNELS
#undef BINARY_KERNELS
#undef VALUE_ENTRY
#undef BOTH_ENTRY
#undef SLOPES_ENTRY
#undef ISA
#undef WIDTH
