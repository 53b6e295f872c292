/* A call: from a user's arguments to outputs and gradients without Python in between; one.c handles one sample.

   Arguments are numbers, lists and tuples of numbers, strided one-dimensional buffers of doubles, or one numpy array whose
   columns are the inputs. For anything else, for arguments that don't fit together, and if a guard fails,
   the result is NotImplemented and nothing has changed: program.py then does the call, or raises the error. */

#include "calls.h"

#include <string.h>
#include <unistd.h>

static PyObject *empty, *array_type; /* numpy.empty and numpy.ndarray, once numpy is imported */

PyObject *
replay_know_arrays(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *make, *type;
    if (!PyArg_ParseTuple(arguments, "OO!", &make, &PyType_Type, &type)) {
        return NULL;
    }
    Py_INCREF(make);
    Py_INCREF(type);
    Py_XSETREF(empty, make);
    Py_XSETREF(array_type, type);
    Py_RETURN_NONE;
}

bool
replay_any_nan(const double *numbers, ptrdiff_t count)
{
    int64_t any = 0; /* as wide as the numbers, for vectors */
    for (ptrdiff_t i = 0; i < count; i++) {
        any |= numbers[i] != numbers[i] ? -1 : 0;
    }
    return any != 0;
}

bool
replay_is_array(PyObject *x)
{
    return array_type != NULL && (PyObject *)Py_TYPE(x) == array_type;
}

PyObject *
replay_new_array(Py_ssize_t count, Py_buffer *view, double **numbers)
{
    PyObject *size = PyLong_FromSsize_t(count), *array = size != NULL ? PyObject_CallFunctionObjArgs(empty, size, NULL) : NULL;
    Py_XDECREF(size);
    if (array == NULL || PyObject_GetBuffer(array, view, PyBUF_SIMPLE | PyBUF_WRITABLE) < 0) {
        Py_XDECREF(array);
        return NULL;
    }
    *numbers = view->buf;
    return array;
}


/* Supported arguments */

typedef enum { WRONG = -1, OTHERWISE = 0, TAKEN = 1 } Took;

typedef struct {
    Py_buffer view;
    double *own;
    double number;
} Argument;

bool
replay_is_number(PyObject *x, double *number)
{
    if (PyFloat_Check(x)) {
        *number = PyFloat_AS_DOUBLE(x);
        return true;
    }
    if (!PyLong_CheckExact(x)) {
        return false;
    }
    *number = PyLong_AsDouble(x);
    if (*number == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        return false;
    }
    return true;
}

static Took
take_sequence(Argument *argument, PyObject *x, Column *column, Py_ssize_t *length)
{
    PyObject **items = PySequence_Fast_ITEMS(x);
    *length = PySequence_Fast_GET_SIZE(x);
    argument->own = replay_allocate((size_t)*length, sizeof(double));
    if (argument->own == NULL) {
        PyErr_NoMemory();
        return WRONG;
    }
    *column = (Column){(const char *)argument->own, sizeof(double)};
    for (Py_ssize_t i = 0; i < *length; i++) {
        if (!replay_is_number(items[i], &argument->own[i])) {
            return OTHERWISE;
        }
    }
    return TAKEN;
}

bool
replay_is_of_doubles(const Py_buffer *view)
{
    const char *format = view->format == NULL ? "B" : view->format;
    return view->itemsize == sizeof(double) && (strcmp(format, "d") == 0 || strcmp(format, "@d") == 0 || strcmp(format, "=d") == 0);
}

static bool
view_of(Argument *argument, PyObject *x)
{
    const bool derived = array_type != NULL && (PyObject *)Py_TYPE(x) != array_type
        && PyObject_TypeCheck(x, (PyTypeObject *)array_type); /* a masked array is more than its buffer */
    if (PyBytes_Check(x) || derived || !PyObject_CheckBuffer(x)) {
        return false;
    }
    if (PyObject_GetBuffer(x, &argument->view, PyBUF_RECORDS_RO) < 0) {
        PyErr_Clear();
        argument->view.obj = NULL;
        return false;
    }
    return replay_is_of_doubles(&argument->view);
}

/* One argument: the layout of its numbers and their count, -1 for a number used for every sample. */
static Took
take(Argument *argument, PyObject *x, Column *column, Py_ssize_t *length)
{
    if (replay_is_number(x, &argument->number)) {
        *column = (Column){(const char *)&argument->number, 0};
        *length = -1;
        return TAKEN;
    }
    if (PyList_CheckExact(x) || PyTuple_CheckExact(x)) {
        return take_sequence(argument, x, column, length);
    }
    if (!view_of(argument, x) || argument->view.ndim != 1) {
        return OTHERWISE;
    }
    *column = (Column){argument->view.buf, argument->view.strides[0]};
    *length = argument->view.shape[0];
    return TAKEN;
}

static void
let_go(Argument *argument)
{
    if (argument->view.obj != NULL) {
        PyBuffer_Release(&argument->view);
    }
    replay_free(argument->own);
}


/* One call */

typedef struct {
    PyObject *array;
    Py_buffer view;
} Made;

typedef struct {
    Plan *plan;
    PyObject *parameters;
    Mode mode;
    int single_output;
    int threads;
    Py_ssize_t samples;
    Argument *arguments;
    Column *columns;
    double **rows;     /* what is stored, then gradients of inputs */
    Made *made;        /* arrays of outputs, of gradients of inputs, of gradients of parameters */
    double *seeds, *totals, *scratch;
    Room room;
    double seed;
} Call;

static bool
make_array(Made *made, Py_ssize_t count)
{
    double *numbers;
    made->array = replay_new_array(count, &made->view, &numbers);
    return made->array != NULL;
}

static Took
take_arguments(Call *call, PyObject *given)
{
    const Py_ssize_t wanted = call->plan->gradients, count = PyTuple_GET_SIZE(given);
    if (count == 1 && replay_is_array(PyTuple_GET_ITEM(given, 0)) && wanted > 0) {
        Argument *table = &call->arguments[0];
        if (!view_of(table, PyTuple_GET_ITEM(given, 0))) {
            return OTHERWISE;
        }
        const Py_buffer *view = &table->view;
        if (view->ndim == 2 && view->shape[1] == wanted) {
            call->samples = view->shape[0];
            for (Py_ssize_t i = 0; i < wanted; i++) {
                call->columns[i] = (Column){(const char *)view->buf + i * view->strides[1], view->strides[0]};
            }
            return TAKEN;
        }
        PyBuffer_Release(&table->view);
    }
    if (count != wanted) {
        return OTHERWISE;
    }
    call->samples = -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t length;
        Took took = take(&call->arguments[i], PyTuple_GET_ITEM(given, i), &call->columns[i], &length);
        if (took != TAKEN) {
            return took;
        }
        if (length >= 0 && call->samples >= 0 && length != call->samples) {
            return OTHERWISE;
        }
        call->samples = length >= 0 ? length : call->samples;
    }
    return TAKEN;
}

static Took
take_seed(Call *call, PyObject *seed)
{
    const ptrdiff_t outputs = call->plan->outputs, samples = call->samples;
    call->seed = 1.0;
    if (seed == Py_None || replay_is_number(seed, &call->seed)) {
        for (ptrdiff_t k = 0; k < outputs; k++) {
            call->totals[k] = call->seed * (double)samples;
        }
        return TAKEN;
    }
    const bool several = PyTuple_CheckExact(seed);
    if (several && PyTuple_GET_SIZE(seed) != outputs) {
        return OTHERWISE;
    }
    call->seeds = replay_allocate((size_t)(outputs * samples), sizeof(double));
    if (call->seeds == NULL) {
        PyErr_NoMemory();
        return WRONG;
    }
    Took took = TAKEN;
    for (ptrdiff_t k = 0; took == TAKEN && k < outputs; k++) {
        Argument argument = {.own = NULL};
        Column column;
        Py_ssize_t length;
        took = take(&argument, several ? PyTuple_GET_ITEM(seed, k) : seed, &column, &length);
        if (took == TAKEN && length >= 0 && length != samples) {
            took = OTHERWISE;
        }
        double *row = call->seeds + k * samples;
        for (ptrdiff_t i = 0; took == TAKEN && i < samples; i++) {
            memcpy(&row[i], column.at + i * column.stride, sizeof(double));
            call->totals[k] += row[i];
        }
        let_go(&argument);
    }
    return took;
}

/* One thread for every ten million steps over a sample. */
bool
replay_threads(const Plan *plan, Py_ssize_t samples, PyObject *threads, int *found)
{
    long wanted;
    if (threads == Py_None) {
        const double pay = (double)samples * (double)plan->counts[1] / 1e7;
        const long there = pay < 2.0 ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
        wanted = pay < (double)there ? (long)pay : there;
        wanted = wanted > 1 ? wanted : 1;
    }
    else {
        wanted = PyLong_CheckExact(threads) ? PyLong_AsLong(threads) : 0;
        if (wanted < 1) {
            PyErr_Clear();
            return false;
        }
    }
    *found = wanted < 256 ? (int)wanted : 256;
    return true;
}

/* Allocate what is stored: arrays for results, scratch for the rest. */
static bool
make_room(Call *call)
{
    const Plan *plan = call->plan;
    const bool gradients = call->mode == GRADIENTS;
    const ptrdiff_t rows = plan->stored + plan->gradients, samples = call->samples;
    const bool kept = plan->stores_gradients; /* otherwise nothing is written to the rows of gradients */
    const ptrdiff_t beside = kept ? rows : plan->stored - plan->outputs;
    double *next = call->scratch = replay_allocate((size_t)beside * (size_t)samples, sizeof(double));
    if (call->scratch == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (ptrdiff_t i = 0; i < rows; i++) {
        const bool of_input = i >= plan->stored;
        if (!(i < plan->outputs || (of_input && gradients))) {
            call->rows[i] = next;
            next += of_input && !kept ? 0 : samples;
            continue;
        }
        Made *made = &call->made[of_input ? plan->outputs + i - plan->stored : i];
        if (!make_array(made, samples)) {
            return false;
        }
        call->rows[i] = made->view.buf;
        if (of_input) {
            memset(made->view.buf, 0, (size_t)samples * sizeof(double));
        }
    }
    return !gradients || make_array(&call->made[plan->outputs + plan->gradients], plan->parameters_count);
}

/* Return arrays as a tuple, or a single one. */
static PyObject *
together(const Call *call, ptrdiff_t first, ptrdiff_t count, bool single)
{
    PyObject *all = single ? NULL : PyTuple_New(count);
    for (ptrdiff_t i = 0; (single || all != NULL) && i < count; i++) {
        PyObject *one = Py_NewRef(call->made[first + i].array);
        if (single) {
            return one;
        }
        PyTuple_SET_ITEM(all, i, one);
    }
    return all;
}

static PyObject *
result_of(const Call *call)
{
    const Plan *plan = call->plan;
    for (ptrdiff_t i = 0; i < plan->outputs; i++) {
        for (Py_ssize_t k = 0; plan->results[i] >= 0 && k < call->samples; k++) {
            call->rows[i][k] = call->room.places[plan->results[i]];
        }
    }
    PyObject *outputs = together(call, 0, plan->outputs, call->single_output);
    if (call->mode != GRADIENTS || outputs == NULL) {
        return outputs;
    }
    const Made *array = &call->made[plan->outputs + plan->gradients];
    memcpy(array->view.buf, call->room.found, (size_t)plan->parameters_count * sizeof(double));
    PyObject *inputs = together(call, plan->outputs, plan->gradients, false);
    PyObject *all = inputs != NULL ? PyTuple_Pack(3, outputs, inputs, array->array) : NULL;
    Py_DECREF(outputs);
    Py_XDECREF(inputs);
    return all;
}

/* The run itself; NotImplemented if a guard fails. */
static PyObject *
carry_out(Call *call, const Guards *guards)
{
    Plan *plan = call->plan;
    double *places = call->room.places, *found = call->room.found;
    memcpy(places, plan->start, (size_t)plan->uniforms * sizeof(double));
    const Batch batch = {plan->blocks, plan->blocks_count, plan->terms[3], call->columns, call->seeds, call->seed,
                         call->rows, call->rows + plan->stored, call->samples};
    bool plain;
    if (!replay_read_data(call->parameters, places + plan->first_parameter, &plain)
        || !replay_run(plan, places, &batch, call->totals, call->threads)) {
        return NULL;
    }
    if (!replay_guards_hold(guards, plan, places, call->rows, call->samples)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    for (ptrdiff_t i = 0; i < plan->parameters_count; i++) {
        found[i] = plan->parameters[i] >= 0 && call->samples > 0 ? places[plan->parameters[i]] : 0.0;
    }
    bool nan = plan->assumes && replay_any_nan(found, plan->parameters_count);
    for (ptrdiff_t i = 0; plan->assumes && plan->stores_gradients && i < plan->gradients; i++) {
        nan = nan || replay_any_nan(call->rows[plan->stored + i], call->samples);
    }
    if (nan) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = result_of(call);
    if (call->mode == LEARN && result != NULL && !replay_add_gradients(call->parameters, plain, found)) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
prepared(Call *call, const Guards *guards, PyObject *const *given)
{
    Took took = take_arguments(call, given[0]);
    took = took == TAKEN && (empty == NULL || call->samples < 0) ? OTHERWISE : took;
    took = took == TAKEN ? take_seed(call, given[5]) : took;
    took = took == TAKEN && !replay_threads(call->plan, call->samples, given[6], &call->threads) ? OTHERWISE : took;
    if (took == OTHERWISE) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (took != TAKEN || !make_room(call) || !replay_take_room(call->plan, NULL, &call->room)) {
        return NULL;
    }
    PyObject *result = carry_out(call, guards);
    replay_give_back(&call->room);
    return result;
}

static bool
are_all_numbers(PyObject *arguments)
{
    double number;
    bool all = true;
    for (Py_ssize_t i = 0; all && i < PyTuple_GET_SIZE(arguments); i++) {
        all = replay_is_number(PyTuple_GET_ITEM(arguments, i), &number);
    }
    return all;
}

PyObject *
replay_call(Plan *plan, const Guards *guards, PyObject *const *given, Py_ssize_t count)
{
    if (count != 7 || !PyTuple_CheckExact(given[0]) || !PyTuple_CheckExact(given[1])) {
        PyErr_SetString(PyExc_TypeError, "call: takes arguments, parameters, mode, form, nested, seed, threads");
        return NULL;
    }
    const long mode = PyLong_AsLong(given[2]), form = PyLong_AsLong(given[3]);
    const int nested = PyObject_IsTrue(given[4]);
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (mode < VALUES || mode > GRADIENTS || form < TUPLE || form > LIST || (form == SINGLE && plan->outputs != 1)
        || PyTuple_GET_SIZE(given[1]) != plan->parameters_count) {
        PyErr_SetString(PyExc_ValueError, "call: mode, form or parameters don't fit the plan");
        return NULL;
    }
    const bool one = nested || are_all_numbers(given[0]);
    double seed = 1.0;
    if (one ? (given[5] != Py_None && !replay_is_number(given[5], &seed)) || (empty == NULL && (form == ARRAY || mode == GRADIENTS))
            : form > SINGLE) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (one) {
        return replay_one(plan, guards, given[0], given[1], seed, (Mode)mode, (Form)form);
    }
    const size_t inputs = (size_t)plan->gradients, outputs = (size_t)plan->outputs, stored = (size_t)plan->stored;
    Call call = {
        .plan = plan, .parameters = given[1], .mode = (Mode)mode, .single_output = form == SINGLE,
    };
    char *memory = replay_allocate((inputs + 1) * (sizeof(Argument) + sizeof(Column)) + (stored + inputs) * sizeof(double *)
                                   + (outputs + inputs + 1) * sizeof(Made) + outputs * sizeof(double), 1);
    if (memory == NULL) {
        return PyErr_NoMemory();
    }
    call.arguments = (Argument *)memory;
    call.made = (Made *)(call.arguments + inputs + 1);
    call.columns = (Column *)(call.made + outputs + inputs + 1);
    call.rows = (double **)(call.columns + inputs + 1);
    call.totals = (double *)(call.rows + stored + inputs);
    PyObject *result = prepared(&call, guards, given);
    for (size_t i = 0; i < inputs + 1; i++) {
        let_go(&call.arguments[i]);
    }
    for (size_t i = 0; i < outputs + inputs + 1; i++) {
        if (call.made[i].view.obj != NULL) {
            PyBuffer_Release(&call.made[i].view);
        }
        Py_XDECREF(call.made[i].array);
    }
    void *owned[] = {memory, call.seeds, call.scratch};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        replay_free(owned[i]);
    }
    return result;
}
