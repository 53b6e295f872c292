/* Gradient descent: batches in sequence, each followed by an optimiser step, without Python in between. Parameters are
   in an array meanwhile. */

#include "calls.h"

#include "step.h"

#include <float.h>
#include <string.h>

/* Instructions times samples after which a call returns, so that Python can handle signals and other threads can run; a step
   counts as an instruction for so many numbers. */
enum { ENOUGH = 10000000, AT_A_TIME = 8 };

typedef struct {
    Plan *plan;
    Py_buffer samples, numbers, gradients, places, losses, done;
    const BoundStep **steps;
    Py_ssize_t steps_count, size;
    Column *columns;
    int mean;
} Descent;

static bool
complain(const char *what)
{
    PyErr_Format(PyExc_ValueError, "descend: %s don't fit the plan", what);
    return false;
}

static bool
take_steps(Descent *d, PyObject *steps, Py_ssize_t batches)
{
    d->steps_count = PyTuple_GET_SIZE(steps);
    d->steps = replay_allocate((size_t)d->steps_count, sizeof(BoundStep *));
    if (d->steps == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < d->steps_count; i++) {
        const BoundStep *step = d->steps[i] = PyCapsule_GetPointer(PyTuple_GET_ITEM(steps, i), STEP);
        if (step == NULL) {
            return false;
        }
        if (step->count > d->numbers.len / (Py_ssize_t)sizeof(double) - step->first || step->steps < batches) {
            return complain("steps");
        }
    }
    return true;
}

static bool
are_sound(const Descent *d)
{
    const Plan *plan = d->plan;
    const Py_buffer *samples = &d->samples;
    if (plan->outputs != 1 || plan->stored != 1 || plan->stores_gradients) {
        return complain("a single output and no gradients of inputs");
    }
    if (samples->ndim != 2 || !replay_is_of_doubles(samples) || samples->shape[1] != plan->gradients || d->size < 1) {
        return complain("samples");
    }
    const Py_ssize_t count = samples->shape[0], numbers = d->numbers.len / (Py_ssize_t)sizeof(double);
    if (d->losses.len != count * (Py_ssize_t)sizeof(double) || d->done.len != (Py_ssize_t)sizeof(int64_t)
        || d->gradients.len != d->numbers.len || d->places.len != plan->parameters_count * (Py_ssize_t)sizeof(int32_t)) {
        return complain("lengths");
    }
    const int32_t *places = d->places.buf;
    for (ptrdiff_t i = 0; i < plan->parameters_count; i++) {
        if (places[i] < 0 || places[i] >= numbers) {
            return complain("places");
        }
    }
    return true;
}

/* The losses and gradients of the samples from `first` on. */
static bool
learn(Descent *d, double *places, Py_ssize_t first, Py_ssize_t count, int threads)
{
    Plan *plan = d->plan;
    const int32_t *at = d->places.buf;
    double *numbers = d->numbers.buf, *gradients = d->gradients.buf, *losses = (double *)d->losses.buf + first;
    for (ptrdiff_t i = 0; i < plan->gradients; i++) {
        const char *from = (const char *)d->samples.buf + first * d->samples.strides[0] + i * d->samples.strides[1];
        d->columns[i] = (Column){from, d->samples.strides[0]};
    }
    memcpy(places, plan->start, (size_t)plan->uniforms * sizeof(double));
    for (ptrdiff_t i = 0; i < plan->parameters_count; i++) {
        places[plan->first_parameter + i] = numbers[at[i]];
    }
    const double seed = d->mean ? 1.0 / (double)count : 1.0, total = seed * (double)count;
    const Batch batch = {plan->blocks, plan->blocks_count, plan->terms[3], d->columns, NULL, seed, &losses, NULL, (long)count};
    if (!replay_run(plan, places, &batch, &total, threads)) {
        return false;
    }
    for (Py_ssize_t i = 0; plan->results[0] >= 0 && i < count; i++) {
        losses[i] = places[plan->results[0]];
    }
    for (ptrdiff_t i = 0; i < plan->parameters_count; i++) {
        gradients[at[i]] = 0.0 + (plan->parameters[i] >= 0 ? places[plan->parameters[i]] : 0.0); /* as added to a grad of 0 */
    }
    return true;
}

static bool
are_within(const double *numbers, Py_ssize_t count, double limit)
{
    int64_t any = 0; /* as wide as the numbers, for vectors */
    for (Py_ssize_t i = 0; i < count; i++) {
        any |= fabs(numbers[i]) <= limit ? 0 : -1;
    }
    return any == 0;
}

/* Whether each gradient and the sum of the losses, in any order, are finite. */
static bool
is_finite(const Descent *d, Py_ssize_t first, Py_ssize_t count)
{
    return are_within((const double *)d->losses.buf + first, count, DBL_MAX / (double)count / 2.0)
        && are_within(d->gradients.buf, d->gradients.len / (Py_ssize_t)sizeof(double), DBL_MAX);
}

static bool
descend(Descent *d, double *places, PyObject *threads)
{
    int64_t *done = d->done.buf;
    const Py_ssize_t samples = d->samples.shape[0];
    const ptrdiff_t *instructions = d->plan->counts;
    const double once = (double)(instructions[0] + instructions[2]) + (double)d->numbers.len / sizeof(double) / AT_A_TIME;
    double work = 0.0;
    for (Py_ssize_t first = 0; first < samples && work < ENOUGH; first += d->size) {
        const Py_ssize_t count = d->size < samples - first ? d->size : samples - first;
        int wanted;
        if (!replay_threads(d->plan, count, threads, &wanted)) {
            PyErr_SetString(PyExc_ValueError, "descend: threads must be None or at least 1");
            return false;
        }
        if (!learn(d, places, first, count, wanted)) {
            return false;
        }
        if (!is_finite(d, first, count)) {
            return true;
        }
        for (Py_ssize_t i = 0; i < d->steps_count; i++) {
            d->steps[i]->make(d->steps[i], *done, d->numbers.buf, d->gradients.buf);
        }
        ++*done;
        work += (double)count * (double)instructions[1] + once;
    }
    return true;
}

static bool
prepared(Descent *d, PyObject *steps, PyObject *threads)
{
    if (!are_sound(d)) {
        return false;
    }
    const Py_ssize_t samples = d->samples.shape[0];
    *(int64_t *)d->done.buf = 0;
    d->columns = replay_allocate((size_t)d->plan->gradients, sizeof(Column));
    Room room;
    if (d->columns == NULL) {
        PyErr_NoMemory();
        return false;
    }
    if (!take_steps(d, steps, samples / d->size + (samples % d->size != 0)) || !replay_take_room(d->plan, NULL, &room)) {
        return false;
    }
    memset(d->gradients.buf, 0, (size_t)d->gradients.len);
    const bool fine = descend(d, room.places, threads);
    replay_give_back(&room);
    return fine;
}

PyObject *
replay_descend(Plan *plan, PyObject *arguments)
{
    Descent d = {.plan = plan};
    PyObject *samples, *steps, *threads;
    if (!PyArg_ParseTuple(arguments, "Onw*w*y*O!pOw*w*", &samples, &d.size, &d.numbers, &d.gradients, &d.places, &PyTuple_Type,
                          &steps, &d.mean, &threads, &d.losses, &d.done)) {
        return NULL;
    }
    const bool fine = PyObject_GetBuffer(samples, &d.samples, PyBUF_RECORDS_RO) == 0 && prepared(&d, steps, threads);
    replay_free(d.columns);
    replay_free((void *)d.steps);
    Py_buffer *views[] = {&d.samples, &d.numbers, &d.gradients, &d.places, &d.losses, &d.done};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        if (views[i]->obj != NULL) {
            PyBuffer_Release(views[i]);
        }
    }
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}
