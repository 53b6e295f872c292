/* The limit for an Asian call: the price of each path of a geometric Brownian motion given its normal draws, the mean of its
   prices paid against the strike; and, if wanted, the sum of five derivatives, by hand in reverse. Paths innermost, in
   blocks that stay in the cache. Compiled for the machine, -O3 -march=native -ffast-math, with exp in vectors. */

#include <math.h>

enum { STEPS = 252, BLOCK = 128 };

/* Parameters and derivatives: spot, volatility, rate, years, strike; `seed` is the weight of each path. */
void
limit(const double *draws, long n, const double *parameters, double seed, double *out, double *derivatives)
{
    const double spot = parameters[0], volatility = parameters[1], rate = parameters[2], years = parameters[3];
    const double strike = parameters[4], step = years / STEPS, drift = (rate - 0.5 * volatility * volatility) * step;
    const double size = volatility * sqrt(step), discount = exp(-rate * years);
    double d_spot = 0.0, d_drift = 0.0, d_size = 0.0, d_discount = 0.0, d_strike = 0.0;
    for (long first = 0; first < n; first += BLOCK) {
        const long m = n - first < BLOCK ? n - first : BLOCK;
        double path[STEPS + 1][BLOCK], sum[BLOCK], d_price[BLOCK], d_log[BLOCK];
        for (long i = 0; i < m; i++) {
            path[0][i] = spot;
            sum[i] = 0.0;
        }
        for (int t = 0; t < STEPS; t++) {
            double *now = derivatives ? path[t] : path[0], *next = derivatives ? path[t + 1] : path[0];
            for (long i = 0; i < m; i++) {
                next[i] = now[i] * exp(drift + size * draws[t * n + first + i]);
                sum[i] += next[i];
            }
        }
        for (long i = 0; i < m; i++) {
            const double over = sum[i] / STEPS - strike, paid = over > 0.0 ? 1.0 : 0.0;
            out[first + i] = discount * over * paid;
            d_discount += over * paid;
            d_strike -= discount * paid;
            d_price[i] = discount * paid / STEPS;
            d_log[i] = 0.0;
        }
        for (int t = STEPS; derivatives && t > 0; t--) {
            for (long i = 0; i < m; i++) {
                d_log[i] += d_price[i] * path[t][i]; /* of the logarithm of the price at t */
                d_drift += d_log[i];
                d_size += d_log[i] * draws[(t - 1) * n + first + i];
            }
        }
        for (long i = 0; i < m; i++) {
            d_spot += d_log[i] / spot;
        }
    }
    if (derivatives) {
        derivatives[0] = seed * d_spot;
        derivatives[1] = seed * (d_size * sqrt(step) - d_drift * volatility * step);
        derivatives[2] = seed * (d_drift * step - d_discount * discount * years);
        derivatives[3] = seed * (d_drift * (rate - 0.5 * volatility * volatility) / STEPS
                                 + d_size * volatility * 0.5 / sqrt(step) / STEPS - d_discount * discount * rate);
        derivatives[4] = seed * d_strike;
    }
}
