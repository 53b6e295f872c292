/* Batched dots of one sample, in vectors across the sums. Each adds in its own order and without fused
   multiply-add: the bits are those of once.c. */

/* COUNT vectors of sums from `at` on; see Step for the terms. */
LANE void
ISA(dot_some)(double *m, const Step *s, const int32_t *t, long at, const int count)
{
    const int32_t *end = t + 2 * (ptrdiff_t)s->count, start = s->reads[0];
    V sums[8];
    for (int q = 0; q < count; q++) {
        sums[q] = start < 0 ? ALL(m[~start]) : AT(m, start + at + WIDTH * q);
    }
    for (; s->shared && t < end; t += 2) {
        const V x = ALL(m[t[0]]);
        const double *y = m + t[1] + at;
        for (int q = 0; q < count; q++) {
            sums[q] += x * AT(y, WIDTH * q);
        }
    }
    for (; t < end; t += 2) {
        const bool same[2] = {t[0] < 0, t[1] < 0};
        const double *x = m + (same[0] ? ~t[0] : t[0] + at), *y = m + (same[1] ? ~t[1] : t[1] + at);
        for (int q = 0; q < count; q++) {
            const V a = same[0] ? ALL(*x) : AT(x, WIDTH * q), b = same[1] ? ALL(*y) : AT(y, WIDTH * q);
            sums[q] += a * b;
        }
    }
    for (int q = 0; q < count; q++) {
        AT(m, s->outs[0] + at + WIDTH * q) = sums[q];
    }
}

/* COUNT vectors from `at` on of each of so many STEPS. */
LANE void
ISA(dot_layer_some)(double *m, const Step *s, const int32_t *all_terms, long at, const int steps, const int count)
{
    const int32_t *terms[LAYER];
    V sums[LAYER][2];
    for (int j = 0; j < steps; j++) {
        const int32_t start = s[j].reads[0];
        terms[j] = all_terms + s[j].terms;
        for (int q = 0; q < count; q++) {
            sums[j][q] = start < 0 ? ALL(m[~start]) : AT(m, start + at + WIDTH * q);
        }
    }
    ptrdiff_t k = 0;
    for (; k < 2 * (ptrdiff_t)s->number; k += 2) {
        const double *y = m + terms[0][k + 1] + at;
        for (int j = 0; j < steps; j++) {
            const V x = ALL(m[terms[j][k]]);
            for (int q = 0; q < count; q++) {
                sums[j][q] += x * AT(y, WIDTH * q);
            }
        }
    }
    for (; k < 2 * (ptrdiff_t)s->count; k += 2) {
        for (int j = 0; j < steps; j++) {
            const double *y = m + terms[j][k + 1] + at;
            const V x = ALL(m[terms[j][k]]);
            for (int q = 0; q < count; q++) {
                sums[j][q] += x * AT(y, WIDTH * q);
            }
        }
    }
    for (int j = 0; j < steps; j++) {
        for (int q = 0; q < count; q++) {
            AT(m, s[j].outs[0] + at + WIDTH * q) = sums[j][q];
        }
    }
}

/* From the last vectors to the first: vectors are whole, so the last of a step overwrites the places of the next. */
LANE void
ISA(dot_layer)(double *m, const Step *s, const int32_t *terms, const int steps)
{
    for (long at = (s->lanes - 1) / (2 * WIDTH) * (2 * WIDTH); at >= 0; at -= 2 * WIDTH) {
        if (s->lanes - at <= WIDTH) {
            ISA(dot_layer_some)(m, s, terms, at, steps, 1);
        }
        else {
            ISA(dot_layer_some)(m, s, terms, at, steps, 2);
        }
    }
}

void
ISA(replay_dots)(double *m, const Step *s, const int32_t *terms)
{
    switch (s->together) {
    case 2: ISA(dot_layer)(m, s, terms, 2); return;
    case 3: ISA(dot_layer)(m, s, terms, 3); return;
    case 4: ISA(dot_layer)(m, s, terms, 4); return;
    }
    for (long at = 0; at < s->lanes; at += 8 * WIDTH) {
        const long left = s->lanes - at;
#define DOT_SOME(VECTORS) ISA(dot_some)(m, s, terms + s->terms, at, VECTORS)
        FOR_COUNT((left < 8 * WIDTH ? left + WIDTH - 1 : 8 * WIDTH) / WIDTH, DOT_SOME)
#undef DOT_SOME
    }
}
