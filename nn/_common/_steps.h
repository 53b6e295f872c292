/* Generated from steps.py by `python -m nn._common.codegen`. Not to be edited. */

WIDE static void
row_sgd(Py_ssize_t n, double *restrict xs, const double *restrict gs, double *const *states,
        const double *settings)
{
    const double lr = settings[0];
    const double decay = settings[1];
    const double maximize = settings[2];
    for (Py_ssize_t i = 0; i < n; i++) {
        double x = xs[i], g = gs[i];
        g = maximize ? -g : g;
        g = decay ? g + decay * x : g;
        x = x - lr * g;
        xs[i] = x;
    }
}


WIDE static void
row_momentum(Py_ssize_t n, double *restrict xs, const double *restrict gs, double *const *states,
             const double *settings)
{
    double *restrict buffers = states[0];
    const double lr = settings[0];
    const double decay = settings[1];
    const double maximize = settings[2];
    const double momentum = settings[3];
    const double dampening = settings[4];
    const double nesterov = settings[5];
    const double steps = settings[6];
    for (Py_ssize_t i = 0; i < n; i++) {
        double x = xs[i], g = gs[i], buffer = buffers[i];
        g = maximize ? -g : g;
        g = decay ? g + decay * x : g;
        buffer = steps ? momentum * buffer + (1.0 - dampening) * g : g;
        x = x - lr * (nesterov ? g + momentum * buffer : buffer);
        xs[i] = x;
        buffers[i] = buffer;
    }
}


WIDE static void
row_adam(Py_ssize_t n, double *restrict xs, const double *restrict gs, double *const *states,
         const double *settings)
{
    double *restrict means = states[0];
    double *restrict squares = states[1];
    double *restrict largests = states[2];
    const double rate = settings[0];
    const double unbias = settings[1];
    const double beta1 = settings[2];
    const double beta2 = settings[3];
    const double eps = settings[4];
    const double decay = settings[5];
    const double shrink = settings[6];
    const double amsgrad = settings[7];
    const double maximize = settings[8];
    for (Py_ssize_t i = 0; i < n; i++) {
        double x = xs[i], g = gs[i], mean = means[i], square = squares[i], largest = largests[i];
        g = maximize ? -g : g;
        x = x * shrink;
        g = decay ? g + decay * x : g;
        mean = mean + (1.0 - beta1) * (g - mean);
        square = beta2 * square + (1.0 - beta2) * g * g;
        largest = square > largest || square != square ? square : largest;
        x = x - rate * (mean / (sqrt(amsgrad ? largest : square) * unbias + eps));
        xs[i] = x;
        means[i] = mean;
        squares[i] = square;
        largests[i] = largest;
    }
}


WIDE static void
row_rmsprop(Py_ssize_t n, double *restrict xs, const double *restrict gs, double *const *states,
            const double *settings)
{
    double *restrict squares = states[0];
    double *restrict means = states[1];
    double *restrict buffers = states[2];
    const double lr = settings[0];
    const double alpha = settings[1];
    const double eps = settings[2];
    const double decay = settings[3];
    const double momentum = settings[4];
    const double centered = settings[5];
    const double maximize = settings[6];
    for (Py_ssize_t i = 0; i < n; i++) {
        double x = xs[i], g = gs[i], square = squares[i], mean = means[i], buffer = buffers[i];
        g = maximize ? -g : g;
        g = decay ? g + decay * x : g;
        square = alpha * square + (1.0 - alpha) * g * g;
        mean = mean + (1.0 - alpha) * (g - mean);
        double change = g / (sqrt(centered ? square - mean * mean : square) + eps);
        buffer = momentum * buffer + change;
        x = x - lr * (momentum ? buffer : change);
        xs[i] = x;
        squares[i] = square;
        means[i] = mean;
        buffers[i] = buffer;
    }
}

static const Row rows[] = {
    {"sgd", 0, 3, row_sgd},
    {"momentum", 1, 7, row_momentum},
    {"adam", 3, 9, row_adam},
    {"rmsprop", 3, 7, row_rmsprop},
};
