/* Optimiser steps in C, equal to those of steps.py to the last bit: the loops are generated from its rows.

   A step reads data and gradients of all parameters into flat arrays, computes on those and the optimiser's state in
   loops that compilers vectorise, and writes the data back. A Value of the C core is accessed in place; an instance of
   a subclass, which may have overridden `data`, through its attributes. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../../autograd/csrc/run/step.h"

/* Loops twice as wide if the processor supports them, chosen when the library is loaded, as glibc and gcc allow; they
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

/* One number of a Value that is not a plain one of the C core. */
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

/* Both numbers in one pass, as the Values are scattered in memory. */
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


/* A step: the values, the optimiser's arrays (of doubles, or None) and the settings, each in a tuple */

enum { MOST_STATES = 3, MOST_SETTINGS = 9 };

typedef struct {
    const char *name;
    int states, settings;
    void (*move)(Py_ssize_t, double *restrict, const double *restrict, double *const *, const double *);
} Row;

#include "_steps.h"

static const Row *
find_row(PyObject *name)
{
    for (size_t i = 0; PyUnicode_Check(name) && i < sizeof(rows) / sizeof(Row); i++) {
        if (PyUnicode_CompareWithASCIIString(name, rows[i].name) == 0) {
            return &rows[i];
        }
    }
    PyErr_Format(PyExc_KeyError, "%R", name);
    return NULL;
}

/* The doubles of an array, or zeros that are discarded. */
static bool
take_state(PyObject *given, Py_ssize_t count, Py_buffer *view, double *unused, double **to)
{
    if (given == Py_None) {
        memset(unused, 0, (size_t)count * sizeof(double));
        *to = unused;
        return true;
    }
    if (PyObject_GetBuffer(given, view, PyBUF_WRITABLE | PyBUF_FORMAT) < 0) {
        return false;
    }
    if (view->itemsize != sizeof(double) || strcmp(view->format, "d") != 0 || view->len != count * view->itemsize) {
        PyErr_SetString(PyExc_ValueError, "step: a state must be an array of as many doubles as there are values");
        return false;
    }
    *to = view->buf;
    return true;
}

static PyObject *
function_step(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    const Row *row = given > 0 ? find_row(arguments[0]) : NULL;
    bool fitting = row != NULL && given == 4;
    for (int i = 1; fitting && i < 4; i++) {
        fitting = PyTuple_Check(arguments[i]);
    }
    if (!fitting || PyTuple_GET_SIZE(arguments[2]) != row->states || PyTuple_GET_SIZE(arguments[3]) != row->settings) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "step: takes a row's name and tuples of Values, arrays and numbers");
        }
        return NULL;
    }
    PyObject *values = arguments[1];
    Py_ssize_t count = PyTuple_GET_SIZE(values);
    double *numbers = PyMem_New(double, (size_t)(count ? count : 1) * (2 + MOST_STATES)), *states[MOST_STATES];
    if (numbers == NULL) {
        return PyErr_NoMemory();
    }
    double settings[MOST_SETTINGS];
    Py_buffer views[MOST_STATES];
    memset(views, 0, sizeof(views));
    bool fine = read_both(values, numbers, numbers + count);
    for (int i = 0; fine && i < row->settings; i++) {
        settings[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(arguments[3], i));
        fine = settings[i] != -1.0 || !PyErr_Occurred();
    }
    for (int i = 0; fine && i < row->states; i++) {
        PyObject *state = PyTuple_GET_ITEM(arguments[2], i);
        fine = take_state(state, count, &views[i], numbers + (2 + i) * count, &states[i]);
    }
    if (fine) {
        row->move(count, numbers, numbers + count, states, settings);
        fine = write_all(values, DATA, numbers);
    }
    for (int i = 0; i < MOST_STATES; i++) {
        PyBuffer_Release(&views[i]);
    }
    PyMem_Free(numbers);
    return fine ? Py_NewRef(Py_None) : NULL;
}


/* A step without Values: on numbers in an array, called from C */

typedef struct {
    BoundStep step;
    const Row *row;
    double *states[MOST_STATES], *settings, *unused;
    Py_buffer views[MOST_STATES], settings_view;
    Py_ssize_t pitch; /* stride from the settings of a step to the next one's, 0 if they are the same */
} Bound;

static void
make_bound(const BoundStep *step, ptrdiff_t number, double *numbers, const double *gradients)
{
    const Bound *bound = (const Bound *)step;
    bound->row->move(step->count, numbers + step->first, gradients + step->first, bound->states,
                     bound->settings + number * bound->pitch);
}

static void
free_bound(Bound *bound)
{
    for (int i = 0; i < MOST_STATES; i++) {
        PyBuffer_Release(&bound->views[i]);
    }
    PyBuffer_Release(&bound->settings_view);
    PyMem_Free(bound->unused);
    PyMem_Free(bound);
}

static void
capsule_free(PyObject *capsule)
{
    free_bound(PyCapsule_GetPointer(capsule, STEP));
}

static bool
take_all(Bound *bound, PyObject *states, PyObject *settings)
{
    const Py_ssize_t count = bound->step.count, width = bound->row->settings;
    bound->unused = PyMem_New(double, (size_t)(count ? count : 1) * MOST_STATES);
    if (bound->unused == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (int i = 0; i < bound->row->states; i++) {
        if (!take_state(PyTuple_GET_ITEM(states, i), count, &bound->views[i], bound->unused + i * count, &bound->states[i])) {
            return false;
        }
    }
    Py_buffer *view = &bound->settings_view;
    if (PyObject_GetBuffer(settings, view, PyBUF_FORMAT) < 0) {
        return false;
    }
    const Py_ssize_t rows = view->len / (Py_ssize_t)sizeof(double) / width;
    if (strcmp(view->format, "d") != 0 || rows < 1 || rows * width * (Py_ssize_t)sizeof(double) != view->len) {
        PyErr_SetString(PyExc_ValueError, "bind: settings must be an array of doubles, one row for each step");
        return false;
    }
    bound->settings = view->buf;
    bound->pitch = rows > 1 ? width : 0;
    bound->step.steps = rows > 1 ? rows : PY_SSIZE_T_MAX;
    return true;
}

static PyObject *
function_bind(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *name, *states, *settings;
    Py_ssize_t first, count;
    if (!PyArg_ParseTuple(arguments, "OnnO!O", &name, &first, &count, &PyTuple_Type, &states, &settings)) {
        return NULL;
    }
    const Row *row = find_row(name);
    if (row == NULL) {
        return NULL;
    }
    if (first < 0 || count < 0 || PyTuple_GET_SIZE(states) != row->states) {
        PyErr_SetString(PyExc_ValueError, "bind: takes a row's name, a range, its states and its settings");
        return NULL;
    }
    Bound *bound = PyMem_Calloc(1, sizeof(Bound));
    if (bound == NULL) {
        return PyErr_NoMemory();
    }
    bound->step = (BoundStep){first, count, 0, make_bound};
    bound->row = row;
    PyObject *capsule = take_all(bound, states, settings) ? PyCapsule_New(bound, STEP, capsule_free) : NULL;
    if (capsule == NULL) {
        free_bound(bound);
    }
    return capsule;
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
    PyObject *const *items = PySequence_Fast_ITEMS(arguments[0]);
    const Py_ssize_t count = PyTuple_GET_SIZE(arguments[0]), at = offsets[what];
    const PyTypeObject *plain = value_type;
    bool finite = true;
    for (Py_ssize_t i = 0; i < count; i++) {
        double number;
        if (Py_TYPE(items[i]) == plain) {
            number = *(const double *)((const char *)items[i] + at);
        }
        else if (!read_slowly(items[i], what, &number)) {
            return NULL;
        }
        finite &= isfinite(number) != 0;
    }
    return PyBool_FromLong(finite);
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

/* A permutation by Fisher's and Yates's shuffle, each place from 64 random bits. */
static PyObject *
function_permute(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Py_buffer draws, order;
    if (!PyArg_ParseTuple(arguments, "y*w*", &draws, &order)) {
        return NULL;
    }
    const Py_ssize_t count = draws.len / (Py_ssize_t)sizeof(uint64_t);
    const bool fine = draws.len % (Py_ssize_t)sizeof(uint64_t) == 0 && order.len == draws.len && count <= UINT32_MAX;
    if (fine) {
        const uint64_t *random = draws.buf;
        int64_t *to = order.buf;
        for (Py_ssize_t i = 0; i < count; i++) {
            to[i] = i;
        }
        for (Py_ssize_t i = count - 1; i > 0; i--) {
            const uint64_t places = (uint64_t)i + 1, low = (random[i] & UINT32_MAX) * places;
            const uint64_t j = ((random[i] >> 32) * places + (low >> 32)) >> 32; /* draw · places / 2^64 */
            const int64_t other = to[j];
            to[j] = to[i];
            to[i] = other;
        }
    }
    else {
        PyErr_SetString(PyExc_ValueError, "permute: takes an array of 64-bit draws and one of as many 64-bit ints");
    }
    PyBuffer_Release(&draws);
    PyBuffer_Release(&order);
    return fine ? Py_NewRef(Py_None) : NULL;
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
     "use(type, data, grad, /)\n--\n\nSet the C core's Value type and the offsets of data and grad in it."},
    {"read", FAST(function_read), "read(values, what, /)\n--\n\nReturn `data` or `grad` of every Value."},
    {"finite", FAST(function_finite), "finite(values, what, /)\n--\n\nReturn whether `data` or `grad` of every Value is finite."},
    {"write", FAST(function_write), "write(values, what, numbers, /)\n--\n\nSet `data` or `grad` of every Value."},
    {"permute", function_permute, METH_VARARGS,
     "permute(draws, order, /)\n--\n\nWrite a random permutation of 0 to n - 1, from n draws of 64 bits."},
    {"step", FAST(function_step), "step(name, values, states, settings, /)\n--\n\nMake the step of a row."},
    {"bind", function_bind, METH_VARARGS,
     "bind(name, first, count, states, settings, /)\n--\n\nThe step of a row over a part of an array, as Kernel.descend takes it."},
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
    .m_doc = "Optimiser steps in C.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__steps(void)
{
    return PyModuleDef_Init(&definition);
}
