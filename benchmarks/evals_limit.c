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

static double
product(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* out += a × b */
static void
add_cross(double *out, const double *a, const double *b)
{
    out[0] += a[1] * b[2] - a[2] * b[1];
    out[1] += a[2] * b[0] - a[0] * b[2];
    out[2] += a[0] * b[1] - a[1] * b[0];
}

/* The squared errors of points seen by cameras, each with its derivatives for all that is known of it: the camera's rotation as
   a vector, its centre, focal length, image centre and two terms of distortion; the point; a weight; where it was seen. */
double
projection(const double *columns, long n, double *gradients)
{
    enum { COLUMNS = 17 };
    double cost = 0.0;
    for (long i = 0; i < n; i++) {
        double given[COLUMNS], d[COLUMNS];
        for (int k = 0; k < COLUMNS; k++) {
            given[k] = columns[k * n + i];
        }
        const double *rotation = given, *centre = given + 3, focal = given[6], first = given[9], second = given[10];
        const double *point = given + 11, weight = given[14], angle = sqrt(product(rotation, rotation));
        const double c = cos(angle), s = sin(angle);
        double axis[3], off[3], across[3] = {0.0}, turned[3];
        for (int k = 0; k < 3; k++) {
            axis[k] = rotation[k] / angle;
            off[k] = point[k] - centre[k];
        }
        add_cross(across, axis, off);
        const double along = product(axis, off);
        for (int k = 0; k < 3; k++) {
            turned[k] = off[k] * c + across[k] * s + axis[k] * along * (1.0 - c);
        }
        const double x = turned[0] / turned[2], y = turned[1] / turned[2], square = x * x + y * y;
        const double bent = 1.0 + square * (first + second * square);
        const double off_x = focal * x * bent + given[7] - given[15], off_y = focal * y * bent + given[8] - given[16];
        cost += weight * weight * (off_x * off_x + off_y * off_y);

        const double d_off_x = 2.0 * weight * weight * off_x, d_off_y = 2.0 * weight * weight * off_y;
        const double d_bent = focal * (d_off_x * x + d_off_y * y), d_square = d_bent * (first + 2.0 * second * square);
        const double d_x = d_off_x * focal * bent + 2.0 * x * d_square, d_y = d_off_y * focal * bent + 2.0 * y * d_square;
        const double d_turned[3] = {d_x / turned[2], d_y / turned[2], -(d_x * x + d_y * y) / turned[2]};
        const double d_axis_along = product(d_turned, axis), d_along = d_axis_along * (1.0 - c);
        const double d_c = product(d_turned, off) - d_axis_along * along, d_s = product(d_turned, across);
        double d_across[3], d_axis[3], d_off[3];
        for (int k = 0; k < 3; k++) {
            d_across[k] = d_turned[k] * s;
            d_axis[k] = d_turned[k] * along * (1.0 - c) + d_along * off[k];
            d_off[k] = d_turned[k] * c + d_along * axis[k];
        }
        add_cross(d_axis, off, d_across);
        add_cross(d_off, d_across, axis);
        const double d_angle = c * d_s - s * d_c - product(d_axis, axis) / angle;
        for (int k = 0; k < 3; k++) {
            d[k] = d_axis[k] / angle + d_angle * axis[k];
            d[3 + k] = -d_off[k];
            d[11 + k] = d_off[k];
        }
        d[6] = bent * (d_off_x * x + d_off_y * y);
        d[7] = d_off_x;
        d[8] = d_off_y;
        d[9] = d_bent * square;
        d[10] = d_bent * square * square;
        d[14] = 2.0 * weight * (off_x * off_x + off_y * off_y);
        d[15] = -d_off_x;
        d[16] = -d_off_y;
        for (int k = 0; k < COLUMNS; k++) {
            gradients[k * n + i] = d[k];
        }
    }
    return cost;
}
