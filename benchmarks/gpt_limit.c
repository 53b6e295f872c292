/* The limit for a training step of the GPT, W4: its loss and all gradients for one line of tokens, written by hand. Rows of
   weights in vectors of 8, everything else in L1. Compiled for the machine: -O3 -march=native.

   The weights are, one after the other: token, position and head, then query, key, value, out, up and down. */

#include <math.h>
#include <string.h>

enum { WIDTH = 16, HEADS = 4, SIZE = WIDTH / HEADS, TOKENS = 8, VOCABULARY = 27, HIDDEN = 4 * WIDTH };
enum {
    TOKEN = 0, POSITION = TOKEN + VOCABULARY * WIDTH, HEAD = POSITION + TOKENS * WIDTH, QUERY = HEAD + VOCABULARY * WIDTH,
    KEY = QUERY + WIDTH * WIDTH, VALUE = KEY + WIDTH * WIDTH, OUT = VALUE + WIDTH * WIDTH, UP = OUT + WIDTH * WIDTH,
    DOWN = UP + HIDDEN * WIDTH, COUNT = DOWN + WIDTH * HIDDEN
};

typedef double eight __attribute__((vector_size(64), aligned(8), may_alias));
#define AT(POINTER) (*(eight *)(POINTER))

/* What the forward direction leaves at one position. */
typedef struct {
    double sum[WIDTH], x[WIDTH], normed[WIDTH], query[WIDTH], key[WIDTH], value[WIDTH], mixed[WIDTH], y[WIDTH], normed_y[WIDTH];
    double up[HIDDEN], hidden[HIDDEN], z[WIDTH], shares[HEADS][TOKENS], probabilities[VOCABULARY];
    double scale_sum, scale_x, scale_y;
} Place;

static double
total(eight x)
{
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

static double
dot(const double *a, const double *b, int count)
{
    eight sum = AT(a) * AT(b);
    for (int i = 8; i < count; i += 8) {
        sum += AT(a + i) * AT(b + i);
    }
    return total(sum);
}

static void
linear(const double *weights, const double *x, double *out, int rows, int columns)
{
    for (int row = 0; row < rows; row++) {
        out[row] = dot(weights + row * columns, x, columns);
    }
}

/* Add to the gradients of the weights and of x. */
static void
linear_back(const double *weights, const double *x, const double *d_out, double *d_weights, double *d_x, int rows, int columns)
{
    for (int row = 0; row < rows; row++) {
        const double *w = weights + row * columns;
        double *d_w = d_weights + row * columns;
        for (int i = 0; i < columns; i += 8) {
            AT(d_w + i) += AT(x + i) * d_out[row];
            AT(d_x + i) += AT(w + i) * d_out[row];
        }
    }
}

static double
normalise(const double *x, double *out)
{
    double scale = 1.0 / sqrt(dot(x, x, WIDTH) / WIDTH + 1e-5);
    for (int i = 0; i < WIDTH; i++) {
        out[i] = x[i] * scale;
    }
    return scale;
}

static void
normalise_back(const double *x, double scale, const double *d_out, double *d_x)
{
    double along = dot(d_out, x, WIDTH) * scale * scale * scale / WIDTH;
    for (int i = 0; i < WIDTH; i++) {
        d_x[i] += d_out[i] * scale - x[i] * along;
    }
}

static double
softmax(const double *x, double *out, int count)
{
    double highest = x[0], sum = 0.0;
    for (int i = 1; i < count; i++) {
        highest = x[i] > highest ? x[i] : highest;
    }
    for (int i = 0; i < count; i++) {
        sum += out[i] = exp(x[i] - highest);
    }
    for (int i = 0; i < count; i++) {
        out[i] /= sum;
    }
    return sum;
}

static double
forward(const int *line, const double *w, Place *places, int t)
{
    Place *p = &places[t];
    for (int i = 0; i < WIDTH; i++) {
        p->sum[i] = w[TOKEN + line[t] * WIDTH + i] + w[POSITION + t * WIDTH + i];
    }
    p->scale_sum = normalise(p->sum, p->x);
    p->scale_x = normalise(p->x, p->normed);
    linear(w + QUERY, p->normed, p->query, WIDTH, WIDTH);
    linear(w + KEY, p->normed, p->key, WIDTH, WIDTH);
    linear(w + VALUE, p->normed, p->value, WIDTH, WIDTH);
    memset(p->mixed, 0, sizeof p->mixed);
    for (int h = 0; h < HEADS; h++) {
        double scores[TOKENS];
        for (int s = 0; s <= t; s++) {
            scores[s] = 0.0;
            for (int i = h * SIZE; i < (h + 1) * SIZE; i++) {
                scores[s] += p->query[i] * places[s].key[i];
            }
            scores[s] /= sqrt(SIZE);
        }
        softmax(scores, p->shares[h], t + 1);
        for (int s = 0; s <= t; s++) {
            for (int i = h * SIZE; i < (h + 1) * SIZE; i++) {
                p->mixed[i] += p->shares[h][s] * places[s].value[i];
            }
        }
    }
    linear(w + OUT, p->mixed, p->y, WIDTH, WIDTH);
    for (int i = 0; i < WIDTH; i++) {
        p->y[i] += p->x[i];
    }
    p->scale_y = normalise(p->y, p->normed_y);
    linear(w + UP, p->normed_y, p->up, HIDDEN, WIDTH);
    for (int i = 0; i < HIDDEN; i++) {
        p->hidden[i] = p->up[i] > 0.0 ? p->up[i] : 0.0;
    }
    linear(w + DOWN, p->hidden, p->z, WIDTH, HIDDEN);
    for (int i = 0; i < WIDTH; i++) {
        p->z[i] += p->y[i];
    }
    double logits[VOCABULARY];
    linear(w + HEAD, p->z, logits, VOCABULARY, WIDTH);
    softmax(logits, p->probabilities, VOCABULARY);
    return -log(p->probabilities[line[t + 1]]);
}

/* Positions from the last to the first: those after have left the gradients of keys and values. */
static void
backward(const int *line, const double *w, double *d, const Place *places, double (*d_keys)[WIDTH], double (*d_values)[WIDTH], int t)
{
    const Place *p = &places[t];
    double d_logits[VOCABULARY], d_z[WIDTH] = {0}, d_hidden[HIDDEN] = {0}, d_normed_y[WIDTH] = {0}, d_y[WIDTH], d_mixed[WIDTH] = {0};
    double d_query[WIDTH] = {0}, d_normed[WIDTH] = {0}, d_x[WIDTH], d_sum[WIDTH] = {0};
    for (int i = 0; i < VOCABULARY; i++) {
        d_logits[i] = (p->probabilities[i] - (i == line[t + 1])) / TOKENS;
    }
    linear_back(w + HEAD, p->z, d_logits, d + HEAD, d_z, VOCABULARY, WIDTH);
    memcpy(d_y, d_z, sizeof d_y);
    linear_back(w + DOWN, p->hidden, d_z, d + DOWN, d_hidden, WIDTH, HIDDEN);
    for (int i = 0; i < HIDDEN; i++) {
        d_hidden[i] = p->up[i] > 0.0 ? d_hidden[i] : 0.0;
    }
    linear_back(w + UP, p->normed_y, d_hidden, d + UP, d_normed_y, HIDDEN, WIDTH);
    normalise_back(p->y, p->scale_y, d_normed_y, d_y);
    memcpy(d_x, d_y, sizeof d_x);
    linear_back(w + OUT, p->mixed, d_y, d + OUT, d_mixed, WIDTH, WIDTH);
    for (int h = 0; h < HEADS; h++) {
        double d_shares[TOKENS], along = 0.0;
        for (int s = 0; s <= t; s++) {
            d_shares[s] = 0.0;
            for (int i = h * SIZE; i < (h + 1) * SIZE; i++) {
                d_shares[s] += d_mixed[i] * places[s].value[i];
                d_values[s][i] += d_mixed[i] * p->shares[h][s];
            }
            along += d_shares[s] * p->shares[h][s];
        }
        for (int s = 0; s <= t; s++) {
            double d_score = p->shares[h][s] * (d_shares[s] - along) / sqrt(SIZE);
            for (int i = h * SIZE; i < (h + 1) * SIZE; i++) {
                d_query[i] += d_score * places[s].key[i];
                d_keys[s][i] += d_score * p->query[i];
            }
        }
    }
    linear_back(w + QUERY, p->normed, d_query, d + QUERY, d_normed, WIDTH, WIDTH);
    linear_back(w + KEY, p->normed, d_keys[t], d + KEY, d_normed, WIDTH, WIDTH);
    linear_back(w + VALUE, p->normed, d_values[t], d + VALUE, d_normed, WIDTH, WIDTH);
    normalise_back(p->x, p->scale_x, d_normed, d_x);
    normalise_back(p->sum, p->scale_sum, d_x, d_sum);
    for (int i = 0; i < WIDTH; i++) {
        d[TOKEN + line[t] * WIDTH + i] += d_sum[i];
        d[POSITION + t * WIDTH + i] += d_sum[i];
    }
}

void
limit(const int *line, const double *weights, double *loss, double *gradients)
{
    Place places[TOKENS];
    double d_keys[TOKENS][WIDTH] = {{0}}, d_values[TOKENS][WIDTH] = {{0}}, sum = 0.0;
    memset(gradients, 0, COUNT * sizeof *gradients);
    for (int t = 0; t < TOKENS; t++) {
        sum += forward(line, weights, places, t);
    }
    for (int t = TOKENS - 1; t >= 0; t--) {
        backward(line, weights, gradients, places, d_keys, d_values, t);
    }
    *loss = sum / TOKENS;
}
