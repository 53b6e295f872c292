/* Optimiser steps in C: the twin of steps.py, which is the reference, equal to it to the last bit.

   A step gathers data and gradients of all parameters into flat arrays, computes on those and the optimiser's state,
   loops that compilers turn into vector code, and writes the data back. A Value of the C core is read and written where
   it is; an instance of a subclass, which may have made something else of `data`, through its attributes. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Twice as wide loops where the processor has them, chosen as the library is loaded, which glibc and gcc can do; they
   give the same bits, as nothing is fused. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) \
    && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_UNDEFINED__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

static PyTypeObject *value_type; /* the C core's Value */
static Py_ssize_t offsets[2];    /* in it, of data and grad */
static PyObject *names[2];

typedef enum { DATA, GRAD } What;

static inline double *
number_in(PyObject *value, What what)
{
    return (double *)((char *)value + offsets[what]);
}

/* One number of a Value that is no plain one of the C core. */
static bool
read_slowly(PyObject *value, What what, double *to)
{
    PyObject *number = PyObject_GetAttr(value, names[what]);
    *to = number != NULL ? PyFloat_AsDouble(number) : -1.0;
    Py_XDECREF(number);
    return *to != -1.0 || !PyErr_Occurred();
}

static bool
read_all(PyObject *values, What what, double *to)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(values); i++) {
        PyObject *value = PyTuple_GET_ITEM(values, i);
        if (Py_TYPE(value) == value_type) {
            to[i] = *number_in(value, what);
        }
        else if (!read_slowly(value, what, &to[i])) {
            return false;
        }
    }
    return true;
}

/* Both numbers in one walk, as the Values lie all over memory. */
static bool
read_both(PyObject *values, double *restrict data, double *restrict grad)
{
    PyObject *const *items = PySequence_Fast_ITEMS(values);
    Py_ssize_t count = PyTuple_GET_SIZE(values), data_at = offsets[DATA], grad_at = offsets[GRAD];
    PyTypeObject *plain = value_type;
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *value = (const char *)items[i];
        if (Py_TYPE(items[i]) == plain) {
            data[i] = *(const double *)(value + data_at);
            grad[i] = *(const double *)(value + grad_at);
        }
        else if (!read_slowly(items[i], DATA, &data[i]) || !read_slowly(items[i], GRAD, &grad[i])) {
            return false;
        }
    }
    return true;
}

static bool
write_all(PyObject *values, What what, const double *from)
{
    PyObject *const *items = PySequence_Fast_ITEMS(values);
    const Py_ssize_t count = PyTuple_GET_SIZE(values), at = offsets[what];
    const PyTypeObject *plain = value_type;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *value = items[i];
        if (Py_TYPE(value) == plain) {
            *(double *)((char *)value + at) = from[i];
            continue;
        }
        PyObject *number = PyFloat_FromDouble(from[i]);
        int status = number != NULL ? PyObject_SetAttr(value, names[what], number) : -1;
        Py_XDECREF(number);
        if (status < 0) {
            return false;
        }
    }
    return true;
}


/* Arguments: the values, then the optimiser's arrays (an array of doubles, or None), then numbers */

enum { MOST_STATES = 3, MOST_NUMBERS = 7 };

typedef struct {
    PyObject *values;
    Py_ssize_t count;
    double *data, *grad; /* of the values, in one block */
    Py_buffer views[MOST_STATES];
    double *states[MOST_STATES]; /* NULL for None */
    double numbers[MOST_NUMBERS];
} Step;

static void
end(Step *step)
{
    for (int i = 0; i < MOST_STATES; i++) {
        PyBuffer_Release(&step->views[i]);
    }
    PyMem_Free(step->data);
}

static bool
take_state(Step *step, int i, PyObject *given)
{
    if (given == Py_None) {
        return true;
    }
    if (PyObject_GetBuffer(given, &step->views[i], PyBUF_WRITABLE | PyBUF_FORMAT) < 0) {
        return false;
    }
    const Py_buffer *view = &step->views[i];
    if (view->itemsize != sizeof(double) || strcmp(view->format, "d") != 0 || view->len != step->count * view->itemsize) {
        PyErr_SetString(PyExc_ValueError, "step: a state must be an array of as many doubles as there are values");
        return false;
    }
    step->states[i] = view->buf;
    return true;
}

static bool
begin(Step *step, PyObject *const *arguments, Py_ssize_t given, int states, int numbers)
{
    memset(step, 0, sizeof(Step));
    if (given != 1 + states + numbers || !PyTuple_Check(arguments[0])) {
        PyErr_Format(PyExc_TypeError, "step: takes a tuple of Values, %d arrays and %d numbers", states, numbers);
        return false;
    }
    step->values = arguments[0];
    step->count = PyTuple_GET_SIZE(step->values);
    step->data = PyMem_Malloc((size_t)step->count * 2 * sizeof(double));
    if (step->data == NULL) {
        PyErr_NoMemory();
        return false;
    }
    step->grad = step->data + step->count;
    bool fine = read_both(step->values, step->data, step->grad);
    for (int i = 0; fine && i < numbers; i++) {
        step->numbers[i] = PyFloat_AsDouble(arguments[1 + states + i]);
        fine = step->numbers[i] != -1.0 || !PyErr_Occurred();
    }
    for (int i = 0; fine && i < states; i++) {
        fine = take_state(step, i, arguments[1 + i]);
    }
    if (!fine) {
        end(step);
    }
    return fine;
}

static PyObject *
finish(Step *step)
{
    bool written = write_all(step->values, DATA, step->data);
    end(step);
    return written ? Py_NewRef(Py_None) : NULL;
}


/* The formulas, each a few loops without branches */

WIDE static void
add_decay(double *restrict g, const double *restrict x, Py_ssize_t n, double decay)
{
    for (Py_ssize_t i = 0; decay != 0.0 && i < n; i++) {
        g[i] = g[i] + decay * x[i];
    }
}

WIDE static void
descend(double *restrict x, const double *restrict g, Py_ssize_t n, double lr)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        x[i] = x[i] - lr * g[i];
    }
}

/* m ← m + weight·(g − m) */
WIDE static void
approach(double *restrict m, const double *restrict g, Py_ssize_t n, double weight)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        m[i] = m[i] + weight * (g[i] - m[i]);
    }
}

/* v ← keep·v + (1 − keep)·g² */
WIDE static void
average_squares(double *restrict v, const double *restrict g, Py_ssize_t n, double keep)
{
    double weight = 1.0 - keep;
    for (Py_ssize_t i = 0; i < n; i++) {
        v[i] = keep * v[i] + weight * g[i] * g[i];
    }
}

static PyObject *
function_sgd(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    enum { BUFFER };
    enum { FIRST, LR, MOMENTUM, DAMPENING, DECAY, NESTEROV };
    Step step;
    if (!begin(&step, arguments, given, 1, 6)) {
        return NULL;
    }
    double *restrict g = step.grad, *restrict b = step.states[BUFFER], momentum = step.numbers[MOMENTUM];
    double fresh = 1.0 - step.numbers[DAMPENING];
    Py_ssize_t n = step.count;
    add_decay(g, step.data, n, step.numbers[DECAY]);
    if (b != NULL && step.numbers[FIRST] != 0.0) {
        memcpy(b, g, (size_t)n * sizeof(double));
    }
    else if (b != NULL) {
        for (Py_ssize_t i = 0; i < n; i++) {
            b[i] = momentum * b[i] + fresh * g[i];
        }
    }
    if (b != NULL && step.numbers[NESTEROV] != 0.0) {
        for (Py_ssize_t i = 0; i < n; i++) {
            g[i] = g[i] + momentum * b[i];
        }
    }
    else if (b != NULL) {
        memcpy(g, b, (size_t)n * sizeof(double));
    }
    descend(step.data, g, n, step.numbers[LR]);
    return finish(&step);
}

enum { RATE, UNBIAS, BETA1, BETA2, EPS, DECAY, SHRINK }; /* Adam's numbers */

/* One step of Adam with the largest v so far in `top`, or without. */
WIDE static void
move_by_moments(double *restrict x, const double *restrict g, double *restrict m, double *restrict v,
                double *restrict top, Py_ssize_t n, const double *numbers)
{
    double rate = numbers[RATE], unbias = numbers[UNBIAS], eps = numbers[EPS], keep = numbers[BETA2];
    double approach_m = 1.0 - numbers[BETA1], approach_v = 1.0 - keep;
    if (top == NULL) {
        for (Py_ssize_t i = 0; i < n; i++) {
            m[i] = m[i] + approach_m * (g[i] - m[i]);
            v[i] = keep * v[i] + approach_v * g[i] * g[i];
            x[i] = x[i] - rate * (m[i] / (sqrt(v[i]) * unbias + eps));
        }
        return;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        m[i] = m[i] + approach_m * (g[i] - m[i]);
        v[i] = keep * v[i] + approach_v * g[i] * g[i];
        top[i] = v[i] > top[i] || v[i] != v[i] ? v[i] : top[i];
        x[i] = x[i] - rate * (m[i] / (sqrt(top[i]) * unbias + eps));
    }
}

static PyObject *
function_adam(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    enum { MEAN, SQUARE, LARGEST };
    Step step;
    if (!begin(&step, arguments, given, 3, 7)) {
        return NULL;
    }
    const double *numbers = step.numbers;
    double *restrict x = step.data, *restrict g = step.grad, *m = step.states[MEAN], *v = step.states[SQUARE];
    double *restrict top = step.states[LARGEST];
    Py_ssize_t n = step.count;
    if (m == NULL || v == NULL) {
        end(&step);
        PyErr_SetString(PyExc_TypeError, "adam: mean and square must be arrays");
        return NULL;
    }
    for (Py_ssize_t i = 0; numbers[SHRINK] != 1.0 && i < n; i++) {
        x[i] = x[i] * numbers[SHRINK];
    }
    add_decay(g, x, n, numbers[DECAY]);
    move_by_moments(x, g, m, v, top, n, numbers);
    return finish(&step);
}

static PyObject *
function_rmsprop(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    enum { SQUARE, MEAN, BUFFER };
    enum { LR, ALPHA, EPS, DECAY, MOMENTUM };
    Step step;
    if (!begin(&step, arguments, given, 3, 5)) {
        return NULL;
    }
    const double *numbers = step.numbers;
    double *restrict g = step.grad, *restrict v = step.states[SQUARE], *restrict m = step.states[MEAN];
    double *restrict b = step.states[BUFFER], eps = numbers[EPS];
    Py_ssize_t n = step.count;
    if (v == NULL) {
        end(&step);
        PyErr_SetString(PyExc_TypeError, "rmsprop: square must be an array");
        return NULL;
    }
    add_decay(g, step.data, n, numbers[DECAY]);
    average_squares(v, g, n, numbers[ALPHA]);
    if (m != NULL) {
        approach(m, g, n, 1.0 - numbers[ALPHA]);
        for (Py_ssize_t i = 0; i < n; i++) {
            g[i] = g[i] / (sqrt(v[i] - m[i] * m[i]) + eps);
        }
    }
    else {
        for (Py_ssize_t i = 0; i < n; i++) {
            g[i] = g[i] / (sqrt(v[i]) + eps);
        }
    }
    if (b != NULL) {
        for (Py_ssize_t i = 0; i < n; i++) {
            b[i] = numbers[MOMENTUM] * b[i] + g[i];
        }
        memcpy(g, b, (size_t)n * sizeof(double));
    }
    descend(step.data, g, n, numbers[LR]);
    return finish(&step);
}


/* Reading and writing numbers of many Values */

static bool
find_what(const char *where, PyObject *given, What *what)
{
    for (int i = DATA; i <= GRAD; i++) {
        if (PyUnicode_Check(given) && PyUnicode_Compare(given, names[i]) == 0) {
            *what = (What)i;
            return true;
        }
    }
    PyErr_Format(PyExc_ValueError, "%s: what must be 'data' or 'grad', got %R", where, given);
    return false;
}

static bool
takes_values(const char *where, Py_ssize_t given, Py_ssize_t wanted, PyObject *const *arguments)
{
    if (given != wanted || !PyTuple_Check(arguments[0])) {
        PyErr_Format(PyExc_TypeError, "%s: takes a tuple of Values and 'data' or 'grad'%s", where,
                     wanted == 3 ? ", and an array of numbers" : "");
        return false;
    }
    return true;
}

static PyObject *array_type;

static PyObject *
function_read(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    What what;
    if (!takes_values("read", given, 2, arguments) || !find_what("read", arguments[1], &what)) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(arguments[0]);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(double)), *result = NULL;
    if (bytes != NULL && read_all(arguments[0], what, (double *)PyBytes_AS_STRING(bytes))) {
        result = PyObject_CallFunction(array_type, "sO", "d", bytes);
    }
    Py_XDECREF(bytes);
    return result;
}

static PyObject *
function_finite(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    What what;
    if (!takes_values("finite", given, 2, arguments) || !find_what("finite", arguments[1], &what)) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(arguments[0]);
    double *numbers = PyMem_New(double, count ? count : 1);
    if (numbers == NULL) {
        return PyErr_NoMemory();
    }
    bool done = read_all(arguments[0], what, numbers), finite = true;
    for (Py_ssize_t i = 0; done && i < count; i++) {
        finite &= isfinite(numbers[i]) != 0;
    }
    PyMem_Free(numbers);
    return done ? PyBool_FromLong(finite) : NULL;
}

static PyObject *
function_write(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    What what;
    Py_buffer view;
    if (!takes_values("write", given, 3, arguments) || !find_what("write", arguments[1], &what)
        || PyObject_GetBuffer(arguments[2], &view, PyBUF_FORMAT) < 0) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(arguments[0]);
    bool doubles = view.itemsize == sizeof(double) && strcmp(view.format, "d") == 0;
    bool written = false;
    if (!doubles) {
        PyErr_SetString(PyExc_TypeError, "write: numbers must be an array of doubles");
    }
    else if (view.len != count * view.itemsize) {
        PyErr_Format(PyExc_ValueError, "write: there must be %zd numbers, got %zd", count, view.len / view.itemsize);
    }
    else {
        written = write_all(arguments[0], what, view.buf);
    }
    PyBuffer_Release(&view);
    return written ? Py_NewRef(Py_None) : NULL;
}

static PyObject *
function_use(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyTypeObject *type;
    Py_ssize_t data, grad;
    if (!PyArg_ParseTuple(arguments, "O!nn", &PyType_Type, &type, &data, &grad)) {
        return NULL;
    }
    Py_ssize_t last = type->tp_basicsize - (Py_ssize_t)sizeof(double);
    if (data < 0 || data > last || grad < 0 || grad > last) {
        PyErr_SetString(PyExc_ValueError, "use: offsets must lie within the type");
        return NULL;
    }
    Py_INCREF(type);
    Py_XSETREF(value_type, type);
    offsets[DATA] = data;
    offsets[GRAD] = grad;
    Py_RETURN_NONE;
}

#define FAST(FUNCTION) ((PyCFunction)(void (*)(void))(FUNCTION)), METH_FASTCALL

static PyMethodDef functions[] = {
    {"use", function_use, METH_VARARGS,
     "use(type, data, grad, /)\n--\n\nTake the C core's Value type and where in it data and grad are."},
    {"read", FAST(function_read), "read(values, what, /)\n--\n\n`data` or `grad` of every Value."},
    {"finite", FAST(function_finite), "finite(values, what, /)\n--\n\nWhether `data` or `grad` of every Value is finite."},
    {"write", FAST(function_write), "write(values, what, numbers, /)\n--\n\nSet `data` or `grad` of every Value."},
    {"sgd", FAST(function_sgd),
     "sgd(values, buffer, first, lr, momentum, dampening, decay, nesterov, /)\n--\n\nGradient descent."},
    {"adam", FAST(function_adam),
     "adam(values, mean, square, largest, rate, unbias, beta1, beta2, eps, decay, shrink, /)\n--\n\nAdam."},
    {"rmsprop", FAST(function_rmsprop),
     "rmsprop(values, square, mean, buffer, lr, alpha, eps, decay, momentum, /)\n--\n\nRMSprop."},
    {NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *Py_UNUSED(module))
{
    PyObject *arrays = PyImport_ImportModule("array");
    Py_XSETREF(array_type, arrays != NULL ? PyObject_GetAttrString(arrays, "array") : NULL);
    Py_XDECREF(arrays);
    Py_XSETREF(names[DATA], PyUnicode_InternFromString("data"));
    Py_XSETREF(names[GRAD], PyUnicode_InternFromString("grad"));
    return array_type != NULL && names[DATA] != NULL && names[GRAD] != NULL ? 0 : -1;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "nn._common._steps",
    .m_doc = "Optimiser steps in C: the twin of steps.py.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__steps(void)
{
    return PyModuleDef_Init(&definition);
}
