/* The instructions over a block of samples, compiled once for each instruction set by a file that defines

   ISA(name)      the name with the set's suffix
   WIDTH          doubles in a vector: 2, 4 or 8
   MADD(a, b, c)  a·b + c as one fused step, if there is one

   For any width, sums over samples are kept in 8 lanes and added in the same order. */

#include <string.h>

#include "kernel.h"

#include "vector_math.h"

/* More functions from glibc's vector library: loops over them are vectorised. Within 4 ulp, and as IEEE at the ends. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#if __GLIBC_PREREQ(2, 35)
#define IN_VECTORS __attribute__((__simd__("notinbranch")))
extern double asin(double) IN_VECTORS;
extern double acos(double) IN_VECTORS;
extern double atan(double) IN_VECTORS;
extern double asinh(double) IN_VECTORS;
extern double acosh(double) IN_VECTORS;
extern double atanh(double) IN_VECTORS;
extern double erf(double) IN_VECTORS;
extern double erfc(double) IN_VECTORS;
extern double atan2(double, double) IN_VECTORS;
#endif
#endif

#define exp lane_exp
#define expm1 lane_expm1
#define log lane_log
#define log1p lane_log1p
#define log2 lane_log2
#define log10 lane_log10
#define sin lane_sin
#define cos lane_cos
#define tan lane_tan
#define sinh lane_sinh
#define cosh lane_cosh

#include "../generated/ops.h"

#define op_tanh lane_tanh

/* Rows whose functions here are valid up to some |x|; beyond it, libm is called for each number. */
static const double LIMITS[OPS_COUNT] = {
    [OP_tanh] = LARGEST_TANH, [OP_sin] = LARGEST_ANGLE, [OP_cos] = LARGEST_ANGLE, [OP_tan] = LARGEST_ANGLE,
};

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

#include "row_kernels.h"

/* out = start + x0·y0 + x1·y1 + …, y numbers or (if any) slots, over COUNT vectors from i on. */
LANE void
ISA(sum_some)(const Work *work, long i, double *out, const double *start_slot, double start, const int32_t *terms,
              const int32_t *end, const bool any, const int count)
{
    const double *slots = work->slots + i, *uniforms = work->uniforms;
    V s[8];
    for (int q = 0; q < count; q++) {
        s[q] = start_slot != NULL ? AT(start_slot, i + WIDTH * q) : ALL(start);
    }
    for (; terms < end; terms += 2) {
        const double *x = slots + (ptrdiff_t)terms[0] * work->stride;
        const ptrdiff_t other = terms[1];
        if (any && other == terms[0]) { /* a square */
            for (int q = 0; q < count; q++) {
                const V factor = AT(x, WIDTH * q);
                s[q] += factor * factor;
            }
        }
        else if (any && other >= 0) {
            const double *y = slots + other * work->stride;
            for (int q = 0; q < count; q++) {
                s[q] += AT(x, WIDTH * q) * AT(y, WIDTH * q);
            }
        }
        else {
            const V y = ALL(uniforms[any ? ~other : other]);
            for (int q = 0; q < count; q++) {
                s[q] += AT(x, WIDTH * q) * y;
            }
        }
    }
    for (int q = 0; q < count; q++) {
        AT(out, i + WIDTH * q) = s[q];
    }
}

/* CALL(COUNT) with the count as a constant from 1 to 8. */
#define FOR_COUNT(COUNT, CALL) \
    switch (COUNT) { \
    case 1: CALL(1); break; \
    case 2: CALL(2); break; \
    case 3: CALL(3); break; \
    case 4: CALL(4); break; \
    case 5: CALL(5); break; \
    case 6: CALL(6); break; \
    case 7: CALL(7); break; \
    case 8: CALL(8); break; \
    }

LANE void
ISA(sum_all)(const Work *work, long n, double *out, const double *start_slot, double start, const int32_t *terms,
             int32_t count, const bool any)
{
    const int32_t *end = terms + 2 * (ptrdiff_t)count;
    for (long i = 0; i < n; i += 8 * WIDTH) {
#define SUM_SOME(VECTORS) ISA(sum_some)(work, i, out, start_slot, start, terms, end, any, VECTORS)
        FOR_COUNT((n - i < 8 * WIDTH ? n - i : 8 * WIDTH) / WIDTH, SUM_SOME)
#undef SUM_SOME
    }
}

/* The same of two products, with a number for start: the sums that gradients are made of. */
LANE void
ISA(sum_two)(const Work *work, long n, double *out, double number, const int32_t *t, const bool second, const bool fourth)
{
    const double *x = SLOT(work, t[0]), *y = second ? SLOT(work, t[1]) : NULL;
    const double *z = SLOT(work, t[2]), *w = fourth ? SLOT(work, t[3]) : NULL;
    const V start = ALL(number), y_all = ALL(work->uniforms[second ? 0 : ~t[1]]), w_all = ALL(work->uniforms[fourth ? 0 : ~t[3]]);
    if (second && fourth && x == z && y == w) { /* of a square */
        for (long i = 0; i < n; i += WIDTH) {
            const V product = AT(x, i) * AT(y, i);
            AT(out, i) = (start + product) + product;
        }
        return;
    }
    for (long i = 0; i < n; i += WIDTH) {
        const V first = AT(x, i) * (second ? AT(y, i) : y_all);
        AT(out, i) = (start + first) + AT(z, i) * (fourth ? AT(w, i) : w_all);
    }
}

static void
ISA(sum_numbers)(const Work *work, long n, double *out, const double *start_slot, double start, const int32_t *terms,
                 int32_t count)
{
    ISA(sum_all)(work, n, out, start_slot, start, terms, count, false);
}

static void
ISA(sum_products)(const Work *work, long n, double *out, const double *start_slot, double start, const int32_t *terms,
                  int32_t count)
{
    if (count == 2 && start_slot == NULL) {
        const bool second = terms[1] >= 0, fourth = terms[3] >= 0;
        if (second && fourth) {
            ISA(sum_two)(work, n, out, start, terms, true, true);
        }
        else if (second) {
            ISA(sum_two)(work, n, out, start, terms, true, false);
        }
        else if (fourth) {
            ISA(sum_two)(work, n, out, start, terms, false, true);
        }
        else {
            ISA(sum_two)(work, n, out, start, terms, false, false);
        }
        return;
    }
    ISA(sum_all)(work, n, out, start_slot, start, terms, count, true);
}

/* LAYER sums of the same slots by numbers, over COUNT vectors from i on: a matrix product in registers. */
LANE void
ISA(sum_layer_some)(const Work *work, long i, const Step *s, const int32_t *all_terms, const int count)
{
    const double *slots = work->slots + i, *uniforms = work->uniforms;
    const int32_t *terms[LAYER], *shared = all_terms + s->terms;
    V sums[LAYER][4];
    for (int j = 0; j < LAYER; j++) {
        const int32_t start = s[j].reads[0];
        terms[j] = all_terms + s[j].terms + 1;
        for (int q = 0; q < count; q++) {
            sums[j][q] = start >= 0 ? AT(SLOT(work, start), i + WIDTH * q) : ALL(uniforms[~start]);
        }
    }
    for (ptrdiff_t k = 0; k < 2 * (ptrdiff_t)s->count; k += 2) {
        const double *x = slots + (ptrdiff_t)shared[k] * work->stride;
        for (int j = 0; j < LAYER; j++) {
            const V y = ALL(uniforms[terms[j][k]]);
            for (int q = 0; q < count; q++) {
                sums[j][q] += AT(x, WIDTH * q) * y;
            }
        }
    }
    for (int j = 0; j < LAYER; j++) {
        for (int q = 0; q < count; q++) {
            AT(SLOT(work, s[j].outs[0]), i + WIDTH * q) = sums[j][q];
        }
    }
}

static void
ISA(sum_layer)(const Work *work, long n, const Step *s, const int32_t *terms)
{
    enum { MOST = WIDTH == 8 ? 4 : 2 }; /* vectors of each sum that registers hold */
    for (long i = 0; i < n; i += MOST * WIDTH) {
#define SUM_LAYER(VECTORS) ISA(sum_layer_some)(work, i, s, terms, VECTORS)
        switch ((n - i < MOST * WIDTH ? n - i : MOST * WIDTH) / WIDTH) {
        case 1: SUM_LAYER(1); break;
        case 2: SUM_LAYER(2); break;
#if WIDTH == 8
        case 3: SUM_LAYER(3); break;
        case 4: SUM_LAYER(4); break;
#endif
        }
#undef SUM_LAYER
    }
}

/* COUNT differences of slots and numbers, or (`reverse`) numbers and slots, and then the sum of their squares. */
LANE void
ISA(distance_some)(const Work *work, long n, const Step *s, const bool reverse, const int count)
{
    const double start = work->uniforms[~s[count].reads[0]], *x[8];
    double *out[8], *sum = SLOT(work, s[count].outs[0]);
    V u[8];
    for (int k = 0; k < count; k++) {
        x[k] = SLOT(work, s[k].reads[0]);
        out[k] = SLOT(work, s[k].outs[0]);
        u[k] = ALL(work->uniforms[~s[k].reads[1]]);
    }
    for (long i = 0; i < n; i += WIDTH) {
        V total = ALL(start);
        for (int k = 0; k < count; k++) {
            const V difference = reverse ? u[k] - AT(x[k], i) : AT(x[k], i) - u[k];
            AT(out[k], i) = difference;
            total += difference * difference;
        }
        AT(sum, i) = total;
    }
}

static void
ISA(distance)(const Work *work, long n, const Step *s)
{
#define DISTANCE(COUNT) ISA(distance_some)(work, n, s, false, COUNT)
#define REVERSE_DISTANCE(COUNT) ISA(distance_some)(work, n, s, true, COUNT)
    if (s->kind == SUBU) {
        FOR_COUNT(s->together - 1, DISTANCE)
    }
    else {
        FOR_COUNT(s->together - 1, REVERSE_DISTANCE)
    }
#undef DISTANCE
#undef REVERSE_DISTANCE
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

/* gather over 32·TREES samples from i on, in vectors 8 apart from lane h on. */
LANE void
ISA(gather_some)(const Work *work, long i, int h, double *out, const double *x_slot, const double *start_slot, double start,
                 const int32_t *terms, const int32_t *end, const int trees)
{
    const double *slots = work->slots + i + h, *uniforms = work->uniforms;
    double *all_lanes = work->lanes + h;
    const ptrdiff_t stride = work->stride;
    V x[8], s[8];
    for (int q = 0; q < 4 * trees; q++) {
        x[q] = AT(x_slot, i + h + 8 * q);
        s[q] = start_slot != NULL ? AT(start_slot, i + h + 8 * q) : ALL(start);
    }
    for (; terms < end; terms += 3) {
        const double *g = slots + (ptrdiff_t)terms[0] * stride;
        double *lanes = all_lanes + 8 * (ptrdiff_t)terms[2];
        const V u = ALL(uniforms[terms[1]]);
        for (int tree = 0; tree < 4 * trees; tree += 4) {
            V p[4];
            for (int q = 0; q < 4; q++) {
                const V gradient = AT(g, 8 * (tree + q));
                s[tree + q] += gradient * u;
                p[q] = gradient * x[tree + q];
            }
            AT(lanes, 0) += (p[0] + p[1]) + (p[2] + p[3]);
        }
    }
    for (int q = 0; out != NULL && q < 4 * trees; q++) {
        AT(out, i + h + 8 * q) = s[q];
    }
}

typedef int64_t ISA(integers) __attribute__((vector_size(WIDTH * 8)));

#if WIDTH == 8
#define FROM_0 ((ISA(integers)){0, 1, 2, 3, 4, 5, 6, 7})
#elif WIDTH == 4
#define FROM_0 ((ISA(integers)){0, 1, 2, 3})
#else
#define FROM_0 ((ISA(integers)){0, 1})
#endif

/* GATHERS gathers of the same gradients over the fewer than 32 samples from i on, in COUNT vectors 8 apart from lane h on;
   in the last only `left` are samples, and only those are in the lanes: `whole` if that is all 8. */
LANE void
ISA(gather_rest)(const Work *work, long i, int h, long left, const Step *s, const int32_t *all_terms, const int gathers,
                 const int count, const bool whole)
{
    typedef ISA(integers) integers;
    const double *slots = work->slots + i + h, *uniforms = work->uniforms;
    double *all_lanes = work->lanes + h;
    const ptrdiff_t stride = work->stride;
    const integers kept = FROM_0 + h < (integers){0} + left;
    const int32_t *terms[LAYER], *shared = all_terms + s->terms;
    V x[LAYER][4], sums[LAYER][4];
    for (int j = 0; j < gathers; j++) {
        const int32_t start = s[j].reads[1];
        terms[j] = all_terms + s[j].terms;
        for (int q = 0; q < count; q++) {
            x[j][q] = AT(SLOT(work, s[j].reads[0]), i + h + 8 * q);
            sums[j][q] = start == NONE ? ALL(-0.0) : start >= 0 ? AT(SLOT(work, start), i + h + 8 * q) : ALL(uniforms[~start]);
        }
    }
    for (ptrdiff_t k = 0; k < 3 * (ptrdiff_t)s->count; k += 3) {
        const double *g = slots + (ptrdiff_t)shared[k] * stride;
        V gradients[4];
        for (int q = 0; q < count; q++) {
            gradients[q] = AT(g, 8 * q);
        }
        for (int j = 0; j < gathers; j++) {
            double *lanes = all_lanes + 8 * (ptrdiff_t)terms[j][k + 2];
            const V u = ALL(uniforms[terms[j][k + 1]]);
            V total = AT(lanes, 0);
            for (int q = 0; q < count; q++) {
                const V gradient = gradients[q], more = total + gradient * x[j][q];
                sums[j][q] += gradient * u;
                total = whole || q < count - 1 ? more : (V)(((integers)more & kept) | ((integers)total & ~kept));
            }
            AT(lanes, 0) = total;
        }
    }
    for (int j = 0; j < gathers; j++) {
        for (int q = 0; s[j].outs[0] >= 0 && q < count; q++) {
            AT(SLOT(work, s[j].outs[0]), i + h + 8 * q) = sums[j][q];
        }
    }
}

/* The gradients of slots x that numbers u multiply, and theirs: out = start + g0·u0 + …; lanes of u_k += g_k·x; for one
   gather, or for LAYER of the same gradients. */
LANE void
ISA(gather_all)(const Work *work, long count, const Step *s, const int32_t *all_terms, const int gathers)
{
    long i = 0;
    for (; i + 32 <= count; i += 32) {
        const bool twice = WIDTH == 8 && i + 64 <= count;
        for (int j = 0; j < gathers; j++) {
            const int32_t *terms = all_terms + s[j].terms, *end = terms + 3 * (ptrdiff_t)s[j].count, start = s[j].reads[1];
            double *out = s[j].outs[0] < 0 ? NULL : SLOT(work, s[j].outs[0]);
            const double *x = SLOT(work, s[j].reads[0]), *start_slot = start != NONE && start >= 0 ? SLOT(work, start) : NULL;
            const double begin = start == NONE ? -0.0 : start >= 0 ? 0.0 : work->uniforms[~start];
#if WIDTH == 8
            if (twice) {
                ISA(gather_some)(work, i, 0, out, x, start_slot, begin, terms, end, 2);
                continue;
            }
#endif
            for (int h = 0; h < 8; h += WIDTH) {
                ISA(gather_some)(work, i, h, out, x, start_slot, begin, terms, end, 1);
            }
        }
        i += twice ? 32 : 0;
    }
    const long rest = count - i, left = rest % 8;
    for (int h = 0; h < 8; h += WIDTH) {
        /* As many gathers at a time as fit in registers. */
#define GATHER_REST(GATHERS, VECTORS, WHOLE) \
        for (int j = 0; j < gathers; j += GATHERS) { \
            ISA(gather_rest)(work, i, h, left, s + j, all_terms, GATHERS, VECTORS, WHOLE); \
        }
#define EITHER(GATHERS, VECTORS) \
        if (left == 0) { \
            GATHER_REST(GATHERS, VECTORS, true) \
        } \
        else { \
            GATHER_REST(GATHERS, VECTORS, false) \
        }
        enum { FEW = WIDTH == 8 ? LAYER : 2 };
        const int few = gathers > 1 ? FEW : 1, some = gathers > 1 ? 2 : 1;
        switch ((rest + 7) / 8) {
        case 1: EITHER(few, 1) break;
        case 2: EITHER(few, 2) break;
        case 3: EITHER(some, 3) break;
        case 4: EITHER(some, 4) break;
        }
#undef EITHER
#undef GATHER_REST
    }
}

static void
ISA(gather)(const Work *work, long count, const Step *s, const int32_t *terms)
{
    ISA(gather_all)(work, count, s, terms, 1);
}

static void
ISA(gather_layer)(const Work *work, long count, const Step *s, const int32_t *terms)
{
    ISA(gather_all)(work, count, s, terms, LAYER);
}

/* lanes += x·number over the samples. */
static void
ISA(add_scaled)(double *lanes, const double *x, double number, long start, long count)
{
    long i = start;
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

/* Both of the same slot: the first step's lanes += x·number, the second's += x·y; `count` is a multiple of 32. */
static void
ISA(add_both)(const Work *work, long count, const Step *s)
{
    const double *x = SLOT(work, s->reads[0]), *y = SLOT(work, s[1].reads[1]), number = work->uniforms[~s->reads[1]];
    double *first = work->lanes + 8 * (ptrdiff_t)s->number, *second = work->lanes + 8 * (ptrdiff_t)s[1].number;
    for (int h = 0; h < 8; h += WIDTH) {
        V scaled = AT(first, h), products = AT(second, h);
        const V u = ALL(number);
        for (long i = h; i < count; i += 32) {
            const V a = AT(x, i), b = AT(x, i + 8), c = AT(x, i + 16), d = AT(x, i + 24);
            scaled += (a * u + b * u) + (c * u + d * u);
            products += (a * AT(y, i) + b * AT(y, i + 8)) + (c * AT(y, i + 16) + d * AT(y, i + 24));
        }
        AT(first, h) = scaled;
        AT(second, h) = products;
    }
}

/* lanes += (start + x·y + z·w)·number over the samples. */
LANE void
ISA(reduce_products)(const Work *work, long n, long count, const Step *s, const int32_t *t, const bool square)
{
    const double *x = SLOT(work, t[0]), *y = SLOT(work, t[1]), *z = SLOT(work, t[2]), *w = SLOT(work, t[3]);
    const double begin = work->uniforms[~s->reads[0]], number = work->uniforms[~s->reads[1]];
    double *lanes = work->lanes + 8 * (ptrdiff_t)s->number, rest[BLOCK];
    const V start = ALL(begin), factor = ALL(number);
    long i = 0;
    for (; i + 32 <= count; i += 32) {
        for (int h = 0; h < 8; h += WIDTH) {
            V p[4];
            for (int q = 0; q < 4; q++) {
                const long j = i + h + 8 * q;
                const V first = AT(x, j) * AT(y, j);
                p[q] = square ? (start + first) + first : (start + first) + AT(z, j) * AT(w, j);
            }
            AT(lanes, h) += (p[0] * factor + p[1] * factor) + (p[2] * factor + p[3] * factor);
        }
    }
    if (i < count) {
        ISA(sum_two)(work, n, rest, begin, t, true, true);
        ISA(add_scaled)(lanes, rest, number, i, count);
    }
}

static void
ISA(reduce_two)(const Work *work, long n, long count, const Step *s, const int32_t *t)
{
    if (t[0] == t[2] && t[1] == t[3]) {
        ISA(reduce_products)(work, n, count, s, t, true);
    }
    else {
        ISA(reduce_products)(work, n, count, s, t, false);
    }
}

/* Whether a sum of products starts from -0 and is reduced by 1, which have no effect. */
static bool
ISA(is_plain)(const Work *work, const Step *s)
{
    const double begin = work->uniforms[~s->reads[0]];
    return begin == 0.0 && signbit(begin) && work->uniforms[~s->reads[1]] == 1.0;
}

/* The same for LAYER sums of products of one gradient, each added to itself: those of squares; `count` is a multiple of 32. */
static void
ISA(reduce_squares)(const Work *work, long count, const Step *s, const int32_t *all_terms)
{
    const double *g = SLOT(work, all_terms[s->terms]), *slots[LAYER];
    for (int j = 0; j < LAYER; j++) {
        slots[j] = SLOT(work, all_terms[s[j].terms + 1]);
    }
    for (int h = 0; h < 8; h += WIDTH) {
        V lanes[LAYER];
        for (int j = 0; j < LAYER; j++) {
            lanes[j] = AT(work->lanes + 8 * (ptrdiff_t)s[j].number, h);
        }
        for (long i = h; i + 32 <= count + h; i += 32) {
            for (int j = 0; j < LAYER; j++) {
                V p[4];
                for (int q = 0; q < 4; q++) {
                    const V product = AT(g, i + 8 * q) * AT(slots[j], i + 8 * q);
                    p[q] = product + product;
                }
                lanes[j] += (p[0] + p[1]) + (p[2] + p[3]);
            }
        }
        for (int j = 0; j < LAYER; j++) {
            AT(work->lanes + 8 * (ptrdiff_t)s[j].number, h) = lanes[j];
        }
    }
}

/* 1 where any of the slots isn't 0. */
static void
ISA(any_of)(const Work *work, long n, double *out, const int32_t *terms, int32_t count)
{
    int64_t found[BLOCK];
    EACH found[i] = 0;
    for (int32_t k = 0; k < count; k++) {
        const double *x = SLOT(work, terms[k]);
        EACH found[i] |= x[i] != 0.0 ? -1 : 0;
    }
    EACH out[i] = found[i] != 0 ? 1.0 : 0.0;
}

static void
ISA(log_sum_exp)(const Work *work, long n, double *out, const int32_t *terms, int32_t count)
{
    typedef ISA(integers) integers;
    double largest[BLOCK], top[BLOCK], rest[BLOCK], unneeded[BLOCK];
    int64_t unusual = 0;
    for (long i = 0; i < n; i += WIDTH) {
        V most = AT(SLOT(work, terms[0]), i), at = ALL(0.0);
        for (long k = 1; k < count; k++) {
            const V x = AT(SLOT(work, terms[2 * k]), i);
            const integers higher = (most == most) & ((x > most) | (x != x));
            most = (V)(((integers)x & higher) | ((integers)most & ~higher));
            at = (V)(((integers)ALL((double)k) & higher) | ((integers)at & ~higher));
        }
        AT(largest, i) = most;
        AT(top, i) = at;
        AT(rest, i) = ALL(0.0);
    }
    EACH unusual |= fabs(largest[i]) < INFINITY ? 0 : -1;
    for (long k = 0; k < count; k++) {
        const double *x = SLOT(work, terms[2 * k]);
        double *power = terms[2 * k + 1] != NOT_NEEDED ? SLOT(work, terms[2 * k + 1]) : unneeded;
        EACH {
            double e = ops_exp_difference(x[i], largest[i]);
            rest[i] += top[i] == (double)k ? 0.0 : e;
            power[i] = e;
        }
    }
    for (long k = 0; k < count; k++) {
        if (terms[2 * k + 1] == NOT_NEEDED) {
            continue;
        }
        const double *x = SLOT(work, terms[2 * k]);
        double *slope = SLOT(work, terms[2 * k + 1]); /* from its power */
        if (unusual == 0) {
            EACH slope[i] /= 1.0 + rest[i];
            continue;
        }
        EACH {
            double e = slope[i] / (1.0 + rest[i]);
            double at_infinity = ops_weight_at_infinity(x[i], largest[i], rest[i]);
            slope[i] = fabs(largest[i]) < INFINITY ? e : at_infinity;
        }
    }
    EACH {
        double usual = largest[i] + log1p(rest[i]);
        out[i] = fabs(largest[i]) < INFINITY ? usual : largest[i];
    }
}

/* A row of the table. If it has a limit and some number is beyond it, those are recomputed by libm. */
static void
ISA(run_row)(const Work *work, const Step *s, long n)
{
    double *p[7];
    int k = 0;
    for (int i = 0; i < s->outs_count; i++) {
        p[k++] = SLOT(work, s->outs[i]);
    }
    for (int i = 0; i < s->reads_count; i++) {
        p[k++] = SLOT(work, s->reads[i]);
    }
    const double limit = LIMITS[s->row], *x = p[s->outs_count];
    int64_t beyond = 0;
    if (limit > 0.0) {
        EACH beyond |= fabs(x[i]) < limit ? 0 : 1;
    }
    double before[BLOCK];
    if (beyond != 0) {
        memcpy(before, x, (size_t)n * sizeof(double)); /* as the output may overwrite it */
    }
    ISA(row_kernels)[s->kind][s->row](n, p);
    for (long i = 0; beyond != 0 && i < n; i++) {
        double value, slope;
        if (!(fabs(before[i]) < limit)) {
            replay_row_once(s->row, before[i], &value, &slope);
            p[0][i] = s->kind == SLOPES ? slope : value;
            if (s->kind == BOTH) {
                p[1][i] = slope;
            }
        }
    }
}

void
ISA(replay_block)(const Work *work, const Batch *batch, long first, long count)
{
    const Step *steps = batch->steps;
    const int32_t *terms = batch->terms;
    const double *uniforms = work->uniforms;
    long n = (count + 7) & ~7L;
    for (const Step *s = steps, *end = steps + batch->steps_count; s < end; s++) {
        switch (s->kind) {
        case VALUE:
            if (s->row == OP_add || s->row == OP_mul) { /* half of all */
                double *out = SLOT(work, s->outs[0]);
                const double *x = SLOT(work, s->reads[0]), *y = SLOT(work, s->reads[1]);
                if (s->row == OP_add) {
                    EACH out[i] = x[i] + y[i];
                }
                else {
                    EACH out[i] = x[i] * y[i];
                }
                break;
            }
            /* fall through */
        case BOTH:
        case SLOPES:
            if (s->number != 0 && s->kind != SLOPES) {
                replay_exactly(work, s, terms, n);
            }
            else {
                ISA(run_row)(work, s, n);
            }
            break;
#define WITH_NUMBER(KIND, EXPRESSION) \
        case KIND: { \
            if ((KIND == SUBU || KIND == RSUBU) && s->together > 0) { \
                ISA(distance)(work, n, s); \
                s += s->together - 1; \
                break; \
            } \
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
            if (s->together == LAYER) {
                ISA(sum_layer)(work, n, s, terms);
                s += LAYER - 1;
                break;
            }
            int32_t start = s->reads[0];
            (s->kind == DOT ? ISA(sum_products) : ISA(sum_numbers))(
                work, n, SLOT(work, s->outs[0]), start >= 0 ? SLOT(work, start) : NULL,
                start >= 0 ? 0.0 : uniforms[~start], terms + s->terms, s->count);
            break;
        }
        case GATHER:
            if (s->together == LAYER) {
                ISA(gather_layer)(work, count, s, terms);
                s += LAYER - 1;
                break;
            }
            ISA(gather)(work, count, s, terms);
            break;
        case REDUCE_TWO:
            if (s->together == LAYER && count % 32 == 0 && ISA(is_plain)(work, s)) {
                ISA(reduce_squares)(work, count, s, terms);
                s += LAYER - 1;
                break;
            }
            ISA(reduce_two)(work, n, count, s, terms + s->terms);
            break;
        case REDUCE: {
            if (s->together > 0 && count % 32 == 0) {
                ISA(add_both)(work, count, s);
                s++;
                break;
            }
            double *lanes = work->lanes + 8 * (size_t)s->number;
            if (s->reads[1] >= 0) {
                ISA(add_products)(lanes, SLOT(work, s->reads[0]), SLOT(work, s->reads[1]), 0, count);
            }
            else {
                ISA(add_scaled)(lanes, SLOT(work, s->reads[0]), uniforms[~s->reads[1]], 0, count);
            }
            break;
        }
            /* As bits: of a choice between a product and 0 compilers make loads and stores under masks. */
#define WHERE(KIND, MASK, VALUE) \
        case KIND: { \
            double *out = SLOT(work, s->outs[0]); \
            const double *x = SLOT(work, s->reads[0]), *y = SLOT(work, s->reads[1]), *z = SLOT(work, s->reads[2]); \
            (void)z; \
            for (long i = 0; i < n; i += WIDTH) { \
                AT(out, i) = (V)((ISA(integers))(VALUE) & (MASK)); \
            } \
            break; \
        }
        WHERE(SELECT, AT(y, i) != ALL(0.0), AT(x, i))
        WHERE(SELECT_NOT, ~(AT(y, i) != ALL(0.0)), AT(x, i))
        WHERE(MASKED_MUL, AT(x, i) != ALL(0.0), AT(y, i) * AT(z, i))
#undef WHERE
        case OR:
            ISA(any_of)(work, n, SLOT(work, s->outs[0]), terms + s->terms, s->count);
            break;
        case LOGSUMEXP:
            if (s->number != 0) {
                replay_exactly(work, s, terms, n);
                break;
            }
            ISA(log_sum_exp)(work, n, SLOT(work, s->outs[0]), terms + s->terms, s->count);
            break;
        case LOAD: {
            const Column *column = batch->columns + s->number;
            const char *from = column->at + first * column->stride;
            double *out = SLOT(work, s->outs[0]);
            if (column->stride == sizeof(double)) {
                memcpy(out, from, count * sizeof(double));
                for (long i = 0; i < count; i += 8) { /* of the next block; with many columns no prefetcher does it */
                    __builtin_prefetch(from + (count + i) * (long)sizeof(double));
                }
            }
            else {
                for (long i = 0; i < count; i++) {
                    memcpy(out + i, from + i * column->stride, sizeof(double));
                }
            }
            for (long i = count; i < n; i++) {
                out[i] = out[count - 1];
            }
            break;
        }
        case STORE:
            for (int32_t k = 0; k < s->count; k++) {
                const int32_t *pair = terms + s->terms + 2 * k;
                memcpy(batch->stored[pair[1]] + first, SLOT(work, pair[0]), count * sizeof(double));
            }
            break;
        case SEED: {
            double *out = SLOT(work, s->outs[0]);
            const double seed = batch->seed;
            EACH out[i] = seed;
            if (batch->seeds != NULL) {
                memcpy(out, batch->seeds + (size_t)s->number * batch->samples + first, count * sizeof(double));
            }
            break;
        }
        case STORE_GRADIENT:
            memcpy(batch->gradients[s->number] + first, SLOT(work, s->reads[0]), count * sizeof(double));
            break;
        }
    }
}
