/* One sample: every operand is a place in one array of doubles. Rows of the table use libm, as eager computation does. */

#include "kernel.h"

#include "../generated/ops.h"

/* Operands and slopes, `stride` doubles apart, are where the terms say, or without terms one after the other from where reads say. */
INLINE void
log_sum_exp_at(double *m, ptrdiff_t stride, const Step *s, const int32_t *terms)
{
#define OPERAND(K) m[terms != NULL ? terms[2 * (K)] * stride : s->reads[0] + (K)]
#define SLOPE(K) m[terms != NULL ? terms[2 * (K) + 1] * stride : s->reads[1] + (K)]
#define NEEDED(K) (terms != NULL ? terms[2 * (K) + 1] != NOT_NEEDED : s->reads[1] != NONE)
    ptrdiff_t top = 0;
    double largest = OPERAND(0), rest = 0.0;
    for (ptrdiff_t k = 1; k < s->count && largest == largest; k++) {
        double x = OPERAND(k);
        if (x != x || x > largest) {
            largest = x;
            top = k;
        }
    }
    bool usual = fabs(largest) < INFINITY;
    for (ptrdiff_t k = 0; k < s->count; k++) {
        const double power = ops_exp_difference(OPERAND(k), largest);
        rest += k == top ? 0.0 : power;
        if (NEEDED(k)) {
            SLOPE(k) = power;
        }
    }
    for (ptrdiff_t k = 0; usual && k < s->count; k++) {
        if (NEEDED(k)) {
            SLOPE(k) /= 1.0 + rest;
        }
    }
    for (ptrdiff_t k = 0; !usual && k < s->count; k++) {
        if (NEEDED(k)) {
            SLOPE(k) = ops_weight_at_infinity(OPERAND(k), largest, rest);
        }
    }
    m[s->outs[0] * stride] = usual ? largest + log1p(rest) : largest;
#undef OPERAND
#undef SLOPE
#undef NEEDED
}

static void
log_sum_exp_once(double *m, ptrdiff_t stride, const Step *s, const int32_t *terms)
{
    log_sum_exp_at(m, stride, s, terms);
}

void
replay_log_sum_exp(double *m, const Step *s)
{
    log_sum_exp_at(m, 1, s, NULL);
}

void
replay_once(const Plan *plan, int part, double *m, const Sample *sample)
{
    replay_steps(plan->set, plan->parts[part], plan->counts[part], plan->terms[part], m, sample);
}

void
replay_steps(const InstructionSet *set, const Step *steps, ptrdiff_t count, const int32_t *all_terms, double *m, const Sample *sample)
{
    for (const Step *s = steps, *end = steps + count; s < end; s++) {
        if (s->lanes > 0) {
            s->kind == DOT ? set->dots(m, s, all_terms) : replay_lanes(m, s, all_terms);
            s += s->together > 0 ? s->together - 1 : 0;
            continue;
        }
        const int32_t *t = all_terms + s->terms, *o = s->outs, *r = s->reads;
        switch (s->kind) {
        case VALUE:
            switch (s->row) {
#define UNARY_VALUE(NAME, ...) case OP_##NAME: { double dx; m[o[0]] = op_##NAME(m[r[0]], &dx); break; }
#define BINARY_VALUE(NAME, ...) case OP_##NAME: { double dx, dy; m[o[0]] = op_##NAME(m[r[0]], m[r[1]], &dx, &dy); break; }
            UNARY_OPS(UNARY_VALUE)
            BINARY_OPS(BINARY_VALUE)
            case OP_where: m[o[0]] = m[r[0]] != 0.0 ? m[r[1]] : m[r[2]]; break;
            }
            break;
        case BOTH:
            switch (s->row) {
#define UNARY_BOTH(NAME, ...) case OP_##NAME: { double dx; double y = op_##NAME(m[r[0]], &dx); m[o[0]] = y; m[o[1]] = dx; break; }
#define BINARY_BOTH(NAME, ...) case OP_##NAME: { \
                double dx, dy; double z = op_##NAME(m[r[0]], m[r[1]], &dx, &dy); m[o[0]] = z; m[o[1]] = dx; m[o[2]] = dy; break; }
            UNARY_OPS(UNARY_BOTH)
            BINARY_OPS(BINARY_BOTH)
            }
            break;
        case SLOPES:
            switch (s->row) {
#define UNARY_SLOPES(NAME, ...) case OP_##NAME: { double dx; op_##NAME(m[r[0]], &dx); m[o[0]] = dx; break; }
#define BINARY_SLOPES(NAME, ...) case OP_##NAME: { \
                double dx, dy; op_##NAME(m[r[0]], m[r[1]], &dx, &dy); m[o[0]] = dx; m[o[1]] = dy; break; }
            UNARY_OPS(UNARY_SLOPES)
            BINARY_OPS(BINARY_SLOPES)
            }
            break;
        case ADDU: m[o[0]] = m[r[0]] + m[r[1]]; break;
        case SUBU: m[o[0]] = m[r[0]] - m[r[1]]; break;
        case RSUBU: m[o[0]] = m[r[1]] - m[r[0]]; break;
        case MULU: m[o[0]] = m[r[0]] * m[r[1]]; break;
        case DIVU: m[o[0]] = m[r[0]] / m[r[1]]; break;
        case DOT:
        case DOTU: {
            double total = m[r[0]];
            for (const int32_t *last = t + 2 * (ptrdiff_t)s->count; t < last; t += 2) {
                total += m[t[0]] * m[t[1]];
            }
            m[o[0]] = total;
            break;
        }
        case GATHER: {
            double total = r[1] == NONE ? -0.0 : m[r[1]], x = m[r[0]];
            for (int32_t k = 0; k < s->count; k++) {
                double g = m[t[3 * k]];
                total += g * m[t[3 * k + 1]];
                m[t[3 * k + 2]] += g * x;
            }
            m[o[0]] = total;
            break;
        }
        case REDUCE: m[s->number] += m[r[0]] * m[r[1]]; break;
        case SELECT: m[o[0]] = m[r[1]] != 0.0 ? m[r[0]] : 0.0; break;
        case SELECT_NOT: m[o[0]] = m[r[1]] != 0.0 ? 0.0 : m[r[0]]; break;
        case OR: {
            int32_t k = 0;
            while (k < s->count && m[t[k]] == 0.0) {
                k++;
            }
            m[o[0]] = k < s->count ? 1.0 : 0.0;
            break;
        }
        case MASKED_MUL: m[o[0]] = m[r[0]] != 0.0 ? m[r[1]] * m[r[2]] : 0.0; break;
        case LOGSUMEXP: log_sum_exp_once(m, 1, s, t); break;
        case LOAD: m[o[0]] = sample->inputs[s->number]; break;
        case STORE:
            for (int32_t k = 0; k < s->count; k++) {
                sample->stored[t[2 * k + 1]] = m[t[2 * k]];
            }
            break;
        case SEED: m[o[0]] = sample->seeds != NULL ? sample->seeds[s->number] : sample->seed; break;
        case STORE_GRADIENT: sample->gradients[s->number] = m[r[0]]; break;
        }
    }
}

void
replay_row_once(int row, double x, double *value, double *slope)
{
    switch (row) {
#define ROW(NAME, ...) case OP_##NAME: *value = op_##NAME(x, slope); break;
    UNARY_OPS(ROW)
    }
}

void
replay_exactly(const Work *work, const Step *s, const int32_t *terms, long count)
{
    double *m = work->slots;
    for (long i = 0; i < count; i++, m++) {
        if (s->kind == LOGSUMEXP) {
            log_sum_exp_once(m, work->stride, s, terms + s->terms);
            continue;
        }
        double slopes[2] = {0.0, 0.0}, value = 0.0;
        const double x = m[(ptrdiff_t)s->reads[0] * work->stride], y = s->reads_count > 1 ? m[(ptrdiff_t)s->reads[1] * work->stride] : 0.0;
        switch (s->row) {
#define UNARY_EXACTLY(NAME, ...) case OP_##NAME: value = op_##NAME(x, &slopes[0]); break;
#define BINARY_EXACTLY(NAME, ...) case OP_##NAME: value = op_##NAME(x, y, &slopes[0], &slopes[1]); break;
        UNARY_OPS(UNARY_EXACTLY)
        BINARY_OPS(BINARY_EXACTLY)
        }
        m[(ptrdiff_t)s->outs[0] * work->stride] = value;
        for (int k = 1; k < s->outs_count; k++) {
            m[(ptrdiff_t)s->outs[k] * work->stride] = slopes[k - 1];
        }
    }
}
