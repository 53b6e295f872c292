/* The replay kernel: the Python types over the functions of kernel.h. */

#include "calls.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    PyObject_HEAD
    Plan plan;
    Guards *guards;
} Kernel;

enum { BUFFERS = 12 };

static void
kernel_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    replay_free_plan(&((Kernel *)self)->plan);
    replay_free(((Kernel *)self)->guards);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
kernel_new(PyTypeObject *type, PyObject *arguments, PyObject *Py_UNUSED(keywords))
{
    Kernel *kernel = (Kernel *)type->tp_alloc(type, 0);
    if (kernel == NULL) {
        return NULL;
    }
    Plan *plan = &kernel->plan;
    plan->set = replay_chosen();
    Py_buffer b[BUFFERS];
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*y*y*y*y*y*y*y*y*nnnnnnnp", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6],
                          &b[7], &b[8], &b[9], &b[10], &b[11], &plan->uniforms, &plan->slots, &plan->inputs, &plan->stored,
                          &plan->outputs, &plan->gradients, &plan->first_parameter, &plan->assumes)) {
        Py_DECREF(kernel);
        return NULL;
    }
    bool fine = replay_read_plan(plan, b);
    for (int i = 0; i < BUFFERS; i++) {
        PyBuffer_Release(&b[i]);
    }
    if (!fine) {
        Py_CLEAR(kernel);
    }
    return (PyObject *)kernel;
}

static bool
is_size(const Py_buffer *buffer, Py_ssize_t doubles, const char *what)
{
    if (buffer->len != doubles * (Py_ssize_t)sizeof(double)) {
        PyErr_Format(PyExc_ValueError, "run: %s must have %zd numbers, got %zd bytes", what, doubles, buffer->len);
        return false;
    }
    return true;
}

/* Rows of a table, one below the other. */
static bool
set_rows(double **rows, Py_ssize_t count, double *table, Py_ssize_t samples)
{
    for (Py_ssize_t i = 0; rows != NULL && i < count; i++) {
        rows[i] = table + i * samples;
    }
    return rows != NULL;
}

static bool
run_plan(Plan *plan, const Py_buffer *b, Py_ssize_t samples, int threads)
{
    Column *columns = replay_allocate((size_t)plan->inputs, sizeof(Column));
    double **stored = replay_allocate((size_t)plan->stored, sizeof(double *));
    double **gradients = replay_allocate((size_t)plan->gradients, sizeof(double *));
    double *places = replay_allocate(replay_places(plan), sizeof(double));
    bool fine = columns != NULL && places != NULL && set_rows(stored, plan->stored, b[3].buf, samples)
        && set_rows(gradients, plan->gradients, b[4].buf, samples);
    if (!fine) {
        PyErr_NoMemory();
    }
    else {
        for (Py_ssize_t i = 0; i < plan->inputs; i++) {
            columns[i] = (Column){(const char *)b[1].buf + i * samples * (Py_ssize_t)sizeof(double), sizeof(double)};
        }
        const Batch batch = {plan->blocks, plan->blocks_count, plan->terms[3], columns, b[5].buf, 1.0, stored, gradients, (long)samples};
        memcpy(places, b[0].buf, (size_t)plan->uniforms * sizeof(double));
        fine = replay_run(plan, places, &batch, b[2].buf, threads);
        memcpy(b[0].buf, places, (size_t)plan->uniforms * sizeof(double));
    }
    replay_free(columns);
    replay_free(stored);
    replay_free(gradients);
    replay_free(places);
    return fine;
}

PyDoc_STRVAR(run_doc,
"run($self, uniforms, columns, totals, stored, gradients, seeds, samples, threads, /)\n--\n\n"
"Run over all samples; writes uniforms, stored and gradients. All are buffers of doubles; seeds may be None, totals are\n"
"their sums.");

static PyObject *
kernel_run(PyObject *self, PyObject *arguments)
{
    Plan *plan = &((Kernel *)self)->plan;
    Py_buffer b[6] = {{0}};
    PyObject *seeds;
    Py_ssize_t samples;
    int threads;
    if (!PyArg_ParseTuple(arguments, "w*y*y*w*w*Oni", &b[0], &b[1], &b[2], &b[3], &b[4], &seeds, &samples, &threads)) {
        return NULL;
    }
    bool fine = samples >= 0 && samples < PY_SSIZE_T_MAX / 1024;
    if (!fine) {
        PyErr_Format(PyExc_ValueError, "run: samples out of range, got %zd", samples);
    }
    fine = fine && (seeds == Py_None || PyObject_GetBuffer(seeds, &b[5], PyBUF_C_CONTIGUOUS) == 0);
    const Py_ssize_t sizes[] = {plan->uniforms, plan->inputs * samples, plan->outputs, plan->stored * samples,
                                plan->gradients * samples, plan->outputs * samples};
    static const char *const names[] = {"uniforms", "columns", "totals", "stored", "gradients", "seeds"};
    for (int i = 0; fine && i < (seeds == Py_None ? 5 : 6); i++) {
        fine = is_size(&b[i], sizes[i], names[i]);
    }
    fine = fine && run_plan(plan, b, samples, threads);
    for (int i = 0; i < 6; i++) {
        if (b[i].obj != NULL) {
            PyBuffer_Release(&b[i]);
        }
    }
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(watch_doc,
"watch($self, guards, /)\n--\n\n"
"Set the guards that calls check: a list of (kind, outcome as a float, whether it has two operands).");

static PyObject *
kernel_watch(PyObject *self, PyObject *list)
{
    Kernel *kernel = (Kernel *)self;
    if (!PyList_CheckExact(list)) {
        PyErr_SetString(PyExc_TypeError, "watch: guards must be a list");
        return NULL;
    }
    if (kernel->guards != NULL) { /* a call may be using them */
        PyErr_SetString(PyExc_ValueError, "watch: the guards are set");
        return NULL;
    }
    Guards *guards = replay_read_guards(list, &kernel->plan);
    if (guards == NULL) {
        return NULL;
    }
    kernel->guards = guards;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(call_doc,
"call($self, arguments, parameters, mode, form, nested, seed, threads, /)\n--\n\n"
"Return outputs for a user's arguments; mode 1 adds to the parameters' grad, mode 2 returns (outputs, gradients of inputs, of\n"
"parameters). `nested` arguments are those of one sample, its inputs in order in flat lists, tuples and arrays.\n"
"NotImplemented, with nothing changed, if Python has to do it.");

static PyObject *
kernel_call(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    Kernel *kernel = (Kernel *)self;
    return replay_call(&kernel->plan, kernel->guards, arguments, count);
}

PyDoc_STRVAR(descend_doc,
"descend($self, samples, size, numbers, gradients, places, steps, mean, threads, losses, done, /)\n--\n\n"
"Replay batches of `size` rows of samples, each followed by the steps, capsules as in step.h. `numbers` and `gradients`\n"
"are those of all parameters, `places` the positions of the plan's among them, `done` counts the steps. Returns early\n"
"before a step whose losses or gradients aren't finite, and from time to time so that Python can handle signals.");

static PyObject *
kernel_descend(PyObject *self, PyObject *arguments)
{
    return replay_descend(&((Kernel *)self)->plan, arguments);
}

static PyObject *
module_use(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *type;
    Py_ssize_t data_offset, grad_offset;
    if (!PyArg_ParseTuple(arguments, "O!nn", &PyType_Type, &type, &data_offset, &grad_offset)) {
        return NULL;
    }
    Py_ssize_t size = ((PyTypeObject *)type)->tp_basicsize - (Py_ssize_t)sizeof(double);
    if (data_offset < 0 || data_offset > size || grad_offset < 0 || grad_offset > size) {
        PyErr_SetString(PyExc_ValueError, "use: offsets must lie within the type");
        return NULL;
    }
    replay_know_values((PyTypeObject *)type, data_offset, grad_offset);
    Py_RETURN_NONE;
}

static PyObject *
module_read(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *values;
    Py_buffer to;
    if (!PyArg_ParseTuple(arguments, "O!w*", &PyTuple_Type, &values, &to)) {
        return NULL;
    }
    bool plain, fine = is_size(&to, PyTuple_GET_SIZE(values), "the numbers") && replay_read_data(values, to.buf, &plain);
    PyBuffer_Release(&to);
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
module_add(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *values;
    Py_buffer from;
    if (!PyArg_ParseTuple(arguments, "O!y*", &PyTuple_Type, &values, &from)) {
        return NULL;
    }
    bool fine = is_size(&from, PyTuple_GET_SIZE(values), "the gradients") && replay_add_gradients(values, false, from.buf);
    PyBuffer_Release(&from);
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
module_instruction_sets(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing))
{
    PyObject *names = PyList_New(0);
    for (int set = 0; names != NULL && replay_instruction_set(set) != NULL; set++) {
        PyObject *name = PyUnicode_FromString(replay_instruction_set(set)->name);
        if (name == NULL || PyList_Append(names, name) < 0) {
            Py_CLEAR(names);
        }
        Py_XDECREF(name);
    }
    return names;
}

static PyObject *
module_choose(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    const char *name, *before = replay_chosen()->name;
    if (!PyArg_ParseTuple(arguments, "s", &name)) {
        return NULL;
    }
    if (!replay_choose(name)) {
        return PyErr_Format(PyExc_ValueError, "choose: name must be among instruction_sets(), got '%.40s'", name);
    }
    return PyUnicode_FromString(before);
}

static PyObject *
module_fail_after(PyObject *Py_UNUSED(module), PyObject *allocations)
{
    const long count = PyLong_AsLong(allocations);
    if (count == -1 && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLong(replay_fail_after(count));
}

static PyMethodDef module_functions[] = {
    {"arrays", replay_know_arrays, METH_VARARGS, "arrays(empty, type, /)\n--\n\nSet numpy's empty and ndarray."},
    {"fail_after", module_fail_after, METH_O,
     "fail_after(allocations, /)\n--\n\nFor tests: let all allocations after the next few fail, -1 for none; return the number of blocks held."},
    {"instruction_sets", module_instruction_sets, METH_NOARGS,
     "instruction_sets()\n--\n\nReturn the instruction sets of this processor, the best last."},
    {"choose", module_choose, METH_VARARGS,
     "choose(name, /)\n--\n\nUse an instruction set for kernels made from now on; return the previous one."},
    {"use", module_use, METH_VARARGS,
     "use(type, data, grad, /)\n--\n\nSet the C core's Value type and the offsets of data and grad in it."},
    {"read", module_read, METH_VARARGS, "read(values, numbers, /)\n--\n\nRead the data of a tuple of Values."},
    {"add", module_add, METH_VARARGS, "add(values, gradients, /)\n--\n\nAdd to the grad of a tuple of Values."},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef kernel_methods[] = {
    {"call", (PyCFunction)(void (*)(void))kernel_call, METH_FASTCALL, call_doc},
    {"run", kernel_run, METH_VARARGS, run_doc},
    {"descend", kernel_descend, METH_VARARGS, descend_doc},
    {"watch", kernel_watch, METH_O, watch_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(kernel_doc, "A plan, encoded by kernel_c.py, validated and ready to run.");

static PyType_Slot kernel_slots[] = {
    {Py_tp_doc, (void *)kernel_doc},
    {Py_tp_new, kernel_new},
    {Py_tp_dealloc, kernel_dealloc},
    {Py_tp_methods, kernel_methods},
    {0, NULL},
};

static PyType_Spec kernel_spec = {"autograd.compiler.run._replay.Kernel", sizeof(Kernel), 0, Py_TPFLAGS_DEFAULT, kernel_slots};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, "autograd.compiler.run._replay", "The replay kernel.", -1, module_functions,
    NULL, NULL, NULL, NULL,
};

static int
add_to_module(PyObject *module)
{
    static const char *const names[] = {KIND_NAMES};
    PyObject *kinds = PyTuple_New(KINDS);
    for (Py_ssize_t i = 0; kinds != NULL && i < KINDS; i++) {
        PyObject *name = PyUnicode_FromString(names[i]);
        if (name == NULL) {
            Py_CLEAR(kinds);
            break;
        }
        PyTuple_SET_ITEM(kinds, i, name);
    }
    if (kinds == NULL || PyModule_AddObject(module, "KINDS", kinds) < 0) {
        Py_XDECREF(kinds);
        return -1;
    }
    PyObject *type = PyType_FromSpec(&kernel_spec);
    if (type == NULL || PyModule_AddObject(module, "Kernel", type) < 0) {
        Py_XDECREF(type);
        return -1;
    }
    return PyModule_AddIntConstant(module, "FIELDS", STEP_FIELDS);
}

PyMODINIT_FUNC
PyInit__replay(void)
{
    const char *wanted = getenv("AUTOGRAD_REPLAY_SET");
    if (wanted == NULL || !replay_choose(wanted)) {
        replay_choose(NULL);
    }
    PyObject *module = PyModule_Create(&module_definition);
    if (module != NULL && add_to_module(module) < 0) {
        Py_CLEAR(module);
    }
    return module;
}
