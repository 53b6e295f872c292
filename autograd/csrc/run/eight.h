/* Eight sums of products of one sample side by side, four in a vector. Each adds up in its own order and without fused
   multiply-add: the bits are those of once.c. Compiled by avx2.c. */

typedef __m256d Four;

/* Four consecutive numbers of four rows, as four columns. */
static inline void
transposed(const double *const *rows, int32_t k, Four *columns)
{
    const Four a = _mm256_loadu_pd(rows[0] + k), b = _mm256_loadu_pd(rows[1] + k);
    const Four c = _mm256_loadu_pd(rows[2] + k), d = _mm256_loadu_pd(rows[3] + k);
    const Four even_ab = _mm256_unpacklo_pd(a, b), odd_ab = _mm256_unpackhi_pd(a, b);
    const Four even_cd = _mm256_unpacklo_pd(c, d), odd_cd = _mm256_unpackhi_pd(c, d);
    columns[0] = _mm256_permute2f128_pd(even_ab, even_cd, 0x20);
    columns[1] = _mm256_permute2f128_pd(odd_ab, odd_cd, 0x20);
    columns[2] = _mm256_permute2f128_pd(even_ab, even_cd, 0x31);
    columns[3] = _mm256_permute2f128_pd(odd_ab, odd_cd, 0x31);
}

static inline Four
with_product(Four total, Four a, Four b)
{
    return _mm256_add_pd(total, _mm256_mul_pd(a, b));
}

static void
dots_beside(double *m, const Step *s, const int32_t *terms)
{
    double totals[EIGHT];
    for (int i = 0; i < EIGHT; i++) {
        totals[i] = m[step_at(s, i)->reads[0]];
    }
    Four low = _mm256_loadu_pd(totals), high = _mm256_loadu_pd(totals + 4);
    const int32_t *t = terms + step_at(s, 0)->terms;
    for (const int32_t *end = t + 2 * (ptrdiff_t)s->count; t < end; t += 2) {
        const Four x = _mm256_broadcast_sd(&m[t[0]]);
        low = with_product(low, x, _mm256_loadu_pd(&m[t[1]]));
        high = with_product(high, x, _mm256_loadu_pd(&m[t[1] + 4]));
    }
    _mm256_storeu_pd(totals, low);
    _mm256_storeu_pd(totals + 4, high);
    for (int i = 0; i < EIGHT; i++) {
        m[step_at(s, i)->outs[0]] = totals[i];
    }
}

void
replay_dots_avx2(double *m, const Step *s, const int32_t *terms)
{
    if (s->run < 0) {
        dots_beside(m, s, terms);
        return;
    }
    const int32_t *t[EIGHT];
    const double *rows[EIGHT];
    double totals[EIGHT];
    for (int i = 0; i < EIGHT; i++) {
        const Step *one = &s[i < s->together ? i : 0];
        t[i] = terms + one->terms;
        rows[i] = &m[t[i][1]];
        totals[i] = m[one->reads[0]];
    }
    const int32_t *shared = t[0];
    Four low = _mm256_loadu_pd(totals), high = _mm256_loadu_pd(totals + 4);
    for (int32_t k = 0; k < s->run; k += 4) {
        Four of_low[4], of_high[4];
        transposed(rows, k, of_low);
        transposed(rows + 4, k, of_high);
        for (int i = 0; i < 4; i++) {
            const Four x = _mm256_broadcast_sd(&m[shared[2 * (k + i)]]);
            low = with_product(low, x, of_low[i]);
            high = with_product(high, x, of_high[i]);
        }
    }
    for (int32_t k = s->run; k < s->count; k++) {
        const Four x = _mm256_broadcast_sd(&m[shared[2 * k]]);
        const int32_t j = 2 * k + 1;
        low = with_product(low, x, _mm256_setr_pd(m[t[0][j]], m[t[1][j]], m[t[2][j]], m[t[3][j]]));
        high = with_product(high, x, _mm256_setr_pd(m[t[4][j]], m[t[5][j]], m[t[6][j]], m[t[7][j]]));
    }
    _mm256_storeu_pd(totals, low);
    _mm256_storeu_pd(totals + 4, high);
    for (int i = 0; i < s->together; i++) {
        m[s[i].outs[0]] = totals[i];
    }
}

void
replay_gathers_avx2(double *m, const Step *s, const int32_t *terms)
{
    double totals[EIGHT], given[EIGHT];
    const int32_t *t = terms + step_at(s, 0)->terms;
    for (int i = 0; i < EIGHT; i++) {
        const Step *one = step_at(s, i);
        given[i] = m[one->reads[0]];
        totals[i] = one->reads[1] == NONE ? -0.0 : m[one->reads[1]];
    }
    const Four x_low = _mm256_loadu_pd(given), x_high = _mm256_loadu_pd(given + 4);
    Four low = _mm256_loadu_pd(totals), high = _mm256_loadu_pd(totals + 4);
    for (const int32_t *end = t + 3 * (ptrdiff_t)s->count; t < end; t += 3) {
        const Four g = _mm256_broadcast_sd(&m[t[0]]);
        const double *weights = &m[t[1]];
        double *sums = &m[t[2]];
        low = with_product(low, g, _mm256_loadu_pd(weights));
        high = with_product(high, g, _mm256_loadu_pd(weights + 4));
        _mm256_storeu_pd(sums, with_product(_mm256_loadu_pd(sums), g, x_low));
        _mm256_storeu_pd(sums + 4, with_product(_mm256_loadu_pd(sums + 4), g, x_high));
    }
    _mm256_storeu_pd(totals, low);
    _mm256_storeu_pd(totals + 4, high);
    for (int i = 0; i < EIGHT; i++) {
        m[step_at(s, i)->outs[0]] = totals[i];
    }
}
