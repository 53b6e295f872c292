/* The limit that replay is measured against: the network 2-16-16-1 with tanh and squared error, its value and all
   gradients, written by hand for a batch. Four samples at a time in vectors, everything in registers and L1, tanh from one
   exponential, its derivative from the value. Compiled for the machine: -O3 -march=native. */

#include <stdint.h>
#include <string.h>

enum { WIDTH = 4, GROUP = 2, HIDDEN = 16, PARAMETERS = 337 };

typedef double vector __attribute__((vector_size(WIDTH * 8)));

typedef int64_t integers __attribute__((vector_size(WIDTH * 8)));

static inline vector
all(double x)
{
    return (vector){x, x, x, x};
}

static inline vector
load(const double *from)
{
    vector x;
    memcpy(&x, from, sizeof x);
    return x;
}

/* tanh of numbers that aren't nan: m/(m + 2) with m = expm1(2|x|), and the sign of x. */
static inline vector
tanh_of(vector x)
{
    const vector rounder = all(6755399441055744.0), most = all(40.0);
    integers sign = (integers)x & (integers)all(-0.0);
    vector size = (vector)((integers)x ^ sign), twice = size + size;
    integers small = twice < most;
    twice = (vector)(((integers)twice & small) | ((integers)most & ~small));
    vector shifted = twice * 1.4426950408889634 + rounder, k = shifted - rounder;
    vector r = (twice - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    vector scale = (vector)(((integers)shifted + 1023) << 52);
    vector r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    vector low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    vector middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    vector high = (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800.0));
    vector m = scale * (r + r2 * (low + r4 * middle + r8 * high)) + (scale - 1.0);
    return (vector)((integers)(m / (m + 2.0)) | sign);
}

/* Eight samples of a column; of those beyond the last, zeros. */
static inline const double *
eight(const double *column, long left, double *padded)
{
    if (left >= WIDTH * GROUP) {
        return column;
    }
    memset(padded, 0, WIDTH * GROUP * sizeof(double));
    memcpy(padded, column, (size_t)left * sizeof(double));
    return padded;
}

/* Rows of weights, each followed by its bias. */
void
limit(const double *columns, long samples, const double *parameters, double *losses, double *gradients)
{
    static const double ones[WIDTH * GROUP] = {1, 1, 1, 1, 1, 1, 1, 1};
    const double *first = parameters, *second = parameters + 48, *third = parameters + 320;
    vector sums[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
        sums[i] = all(0.0);
    }
    vector *in_first = sums, *in_second = sums + 48, *in_third = sums + 320;
    for (long s = 0; s < samples; s += WIDTH * GROUP) {
        vector a[GROUP], b[GROUP], h1[HIDDEN][GROUP], h2[HIDDEN][GROUP], d1[HIDDEN][GROUP], d2[HIDDEN][GROUP], slope[GROUP];
        double padded[4][WIDTH * GROUP], found[WIDTH * GROUP];
        long left = samples - s;
        const double *as = eight(columns + s, left, padded[0]), *bs = eight(columns + samples + s, left, padded[1]);
        const double *targets = eight(columns + 2 * samples + s, left, padded[2]), *counts = eight(ones, left, padded[3]);
        double *out = left >= WIDTH * GROUP ? losses + s : found;
        for (int g = 0; g < GROUP; g++) {
            a[g] = load(as + WIDTH * g);
            b[g] = load(bs + WIDTH * g);
        }
        for (int j = 0; j < HIDDEN; j++) {
            const double *w = first + 3 * j;
            for (int g = 0; g < GROUP; g++) {
                h1[j][g] = tanh_of(a[g] * w[0] + w[2] + b[g] * w[1]);
            }
        }
        for (int j = 0; j < HIDDEN; j++) {
            const double *w = second + 17 * j;
            vector net[GROUP];
            for (int g = 0; g < GROUP; g++) {
                net[g] = all(w[HIDDEN]);
            }
            for (int k = 0; k < HIDDEN; k++) {
                for (int g = 0; g < GROUP; g++) {
                    net[g] += h1[k][g] * w[k];
                }
            }
            for (int g = 0; g < GROUP; g++) {
                h2[j][g] = tanh_of(net[g]);
            }
        }
        for (int g = 0; g < GROUP; g++) {
            vector error = all(third[HIDDEN]) - load(targets + WIDTH * g);
            for (int k = 0; k < HIDDEN; k++) {
                error += h2[k][g] * third[k];
            }
            vector loss = error * error;
            memcpy(out + WIDTH * g, &loss, sizeof loss);
            slope[g] = (error + error) * load(counts + WIDTH * g);
            in_third[HIDDEN] += slope[g];
        }
        for (int k = 0; k < HIDDEN; k++) {
            for (int g = 0; g < GROUP; g++) {
                in_third[k] += slope[g] * h2[k][g];
                d2[k][g] = slope[g] * third[k] * (1.0 - h2[k][g] * h2[k][g]);
                in_second[17 * k + HIDDEN] += d2[k][g];
            }
        }
        for (int k = 0; k < HIDDEN; k++) {
            vector back[GROUP] = {all(0.0), all(0.0)};
            for (int j = 0; j < HIDDEN; j++) {
                vector sum = in_second[17 * j + k];
                for (int g = 0; g < GROUP; g++) {
                    back[g] += d2[j][g] * second[17 * j + k];
                    sum += d2[j][g] * h1[k][g];
                }
                in_second[17 * j + k] = sum;
            }
            for (int g = 0; g < GROUP; g++) {
                d1[k][g] = back[g] * (1.0 - h1[k][g] * h1[k][g]);
                in_first[3 * k] += d1[k][g] * a[g];
                in_first[3 * k + 1] += d1[k][g] * b[g];
                in_first[3 * k + 2] += d1[k][g];
            }
        }
        if (out == found) {
            memcpy(losses + s, found, (size_t)left * sizeof(double));
        }
    }
    for (int i = 0; i < PARAMETERS; i++) {
        gradients[i] = sums[i][0] + sums[i][1] + sums[i][2] + sums[i][3];
    }
}
