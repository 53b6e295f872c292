/* The limits of the small evals: values and gradients written by hand, one sample after the other, in plain loops that the compiler
   is free to turn into vectors. Compiled with all that the machine has: -O3 -march=native. */

#include <math.h>
#include <string.h>

enum { DIMENSIONS = 4, CENTROIDS = 8, SIZE = 3, MIXED = 5, BELOW = SIZE * (SIZE - 1) / 2, DEGREE = 8 };

/* log Σ e^x, each exponential computed once. */
double
logsumexp(const double *x, long n, double *gradient)
{
    double largest = x[0], sum = 0.0;
    for (long i = 1; i < n; i++) {
        largest = x[i] > largest ? x[i] : largest;
    }
    for (long i = 0; i < n; i++) {
        sum += gradient[i] = exp(x[i] - largest);
    }
    for (long i = 0; i < n; i++) {
        gradient[i] /= sum;
    }
    return largest + log(sum);
}

/* The sum over points of the squared distance to the nearest centroid, for the centroids; each coordinate has a row. */
double
kmeans(const double *points, long n, const double *centroids, double *gradient)
{
    double cost = 0.0;
    memset(gradient, 0, CENTROIDS * DIMENSIONS * sizeof *gradient);
    for (long i = 0; i < n; i++) {
        double least = INFINITY;
        int nearest = 0;
        for (int j = 0; j < CENTROIDS; j++) {
            double distance = 0.0;
            for (int k = 0; k < DIMENSIONS; k++) {
                const double off = centroids[j * DIMENSIONS + k] - points[k * n + i];
                distance += off * off;
            }
            if (distance < least) {
                least = distance;
                nearest = j;
            }
        }
        cost += least;
        for (int k = 0; k < DIMENSIONS; k++) {
            gradient[nearest * DIMENSIONS + k] += 2.0 * (centroids[nearest * DIMENSIONS + k] - points[k * n + i]);
        }
    }
    return cost;
}

/* Minus the log likelihood of a mixture of normal distributions. Parameters of one after the other: the log of its weight, its
   mean, the logs of the diagonal and what is below it, row by row, of the inverse of its covariance's Cholesky factor. */
double
mixture(const double *points, long n, const double *parameters, double *gradient)
{
    enum { EACH = 1 + 2 * SIZE + BELOW };
    double cost = 0.0, diagonals[MIXED][SIZE];
    memset(gradient, 0, MIXED * EACH * sizeof *gradient);
    for (int j = 0; j < MIXED; j++) {
        for (int k = 0; k < SIZE; k++) {
            diagonals[j][k] = exp(parameters[j * EACH + 1 + SIZE + k]);
        }
    }
    for (long i = 0; i < n; i++) {
        double off[MIXED][SIZE], whitened[MIXED][SIZE], terms[MIXED], largest = -INFINITY, sum = 0.0;
        for (int j = 0; j < MIXED; j++) {
            const double *p = parameters + j * EACH, *mean = p + 1, *logs = p + 1 + SIZE, *below = p + 1 + 2 * SIZE;
            double squares = 0.0, determinant = 0.0;
            for (int k = 0; k < SIZE; k++) {
                off[j][k] = points[k * n + i] - mean[k];
            }
            for (int k = 0; k < SIZE; k++) {
                double w = diagonals[j][k] * off[j][k];
                for (int l = 0; l < k; l++) {
                    w += *below++ * off[j][l];
                }
                whitened[j][k] = w;
                squares += w * w;
                determinant += logs[k];
            }
            terms[j] = p[0] + determinant - 0.5 * squares;
            largest = terms[j] > largest ? terms[j] : largest;
        }
        for (int j = 0; j < MIXED; j++) {
            sum += terms[j] = exp(terms[j] - largest);
        }
        cost -= largest + log(sum);
        for (int j = 0; j < MIXED; j++) {
            const double share = terms[j] / sum;
            const double *below = parameters + j * EACH + 1 + 2 * SIZE;
            double *d = gradient + j * EACH, *d_mean = d + 1, *d_logs = d + 1 + SIZE, *d_below = d + 1 + 2 * SIZE;
            d[0] -= share;
            for (int k = 0; k < SIZE; k++) {
                const double d_whitened = share * whitened[j][k];
                d_logs[k] += d_whitened * diagonals[j][k] * off[j][k] - share;
                d_mean[k] -= d_whitened * diagonals[j][k];
                for (int l = 0; l < k; l++) {
                    *d_below++ += d_whitened * off[j][l];
                    d_mean[l] -= d_whitened * *below++;
                }
            }
        }
    }
    return cost;
}

/* The sum of squared errors of a polynomial that is to be the sign of its argument. */
double
polynomial(const double *points, long n, const double *coefficients, double *gradient)
{
    double cost = 0.0;
    memset(gradient, 0, DEGREE * sizeof *gradient);
    for (long i = 0; i < n; i++) {
        const double t = points[i];
        double powers[DEGREE], power = 1.0, error = (t > 0.0) - (t < 0.0);
        for (int k = 0; k < DEGREE; k++) {
            powers[k] = power;
            error -= coefficients[k] * power;
            power *= t;
        }
        cost += error * error;
        for (int k = 0; k < DEGREE; k++) {
            gradient[k] -= 2.0 * error * powers[k];
        }
    }
    return cost;
}
