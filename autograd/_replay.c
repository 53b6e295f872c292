/* Replay's kernel in C: the Python types over what replay.h names. Used by replay/kernel_c.py and replay/program.py. */

#include "csrc/replay.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    PyObject_HEAD
    Plan plan;
} Kernel;

enum { BUFFERS = 12 };

static void
kernel_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    replay_free_plan(&((Kernel *)self)->plan);
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
    Py_buffer b[BUFFERS];
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*y*y*y*y*y*y*y*y*nnnnnnn", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6],
                          &b[7], &b[8], &b[9], &b[10], &b[11], &plan->uniforms, &plan->slots, &plan->inputs, &plan->stored,
                          &plan->outputs, &plan->gradients, &plan->first_parameter)) {
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

static bool
run_plan(Plan *plan, double *uniforms, const Batch *batch, const double *presets, int threads)
{
    size_t places = (size_t)(plan->uniforms + plan->slots + 1);
    double *m = malloc(places * sizeof(double));
    if (m == NULL) {
        return false;
    }
    memcpy(m, uniforms, (size_t)plan->uniforms * sizeof(double));
    memset(m + plan->uniforms, 0, (size_t)(plan->slots + 1) * sizeof(double));
    Sample sample = {batch->columns, batch->seeds, batch->stored, batch->gradients};
    replay_once(m, plan->parts[0], plan->counts[0], plan->terms[0], &sample);
    for (Py_ssize_t i = 0; i < plan->sums_count; i++) {
        m[plan->sums[i]] = 0.0;
    }
    bool fine = true;
    if (batch->samples == 1) {
        replay_once(m, plan->parts[1], plan->counts[1], plan->terms[1], &sample);
    }
    else if (batch->samples > 1) {
        fine = replay_batch(plan, batch, m, threads);
    }
    for (Py_ssize_t i = 0; i < plan->sums_count; i++) {
        m[plan->sums[i]] += presets[i];
    }
    replay_once(m, plan->parts[2], plan->counts[2], plan->terms[2], &sample);
    memcpy(uniforms, m, (size_t)plan->uniforms * sizeof(double));
    free(m);
    return fine;
}

PyDoc_STRVAR(run_doc,
"run($self, uniforms, columns, seeds, samples, presets, stored, gradients, threads, /)\n--\n\n"
"Run over all samples; writes uniforms, stored and gradients. All are buffers of doubles; seeds may be None.");

static PyObject *
kernel_run(PyObject *self, PyObject *arguments)
{
    Plan *plan = &((Kernel *)self)->plan;
    Py_buffer uniforms, columns, seeds = {0}, presets, stored, gradients;
    PyObject *seeds_object;
    Py_ssize_t samples;
    int threads;
    if (!PyArg_ParseTuple(arguments, "w*y*Ony*w*w*i", &uniforms, &columns, &seeds_object, &samples, &presets, &stored,
                          &gradients, &threads)) {
        return NULL;
    }
    bool fine = samples >= 0 && samples < PY_SSIZE_T_MAX / 1024;
    if (!fine) {
        PyErr_Format(PyExc_ValueError, "run: samples out of range, got %zd", samples);
    }
    fine = fine && (seeds_object == Py_None || PyObject_GetBuffer(seeds_object, &seeds, PyBUF_C_CONTIGUOUS) == 0);
    fine = fine && is_size(&uniforms, plan->uniforms, "uniforms") && is_size(&columns, plan->inputs * samples, "columns")
        && (seeds_object == Py_None || is_size(&seeds, plan->outputs * samples, "seeds"))
        && is_size(&presets, plan->sums_count, "presets") && is_size(&stored, plan->stored * samples, "stored")
        && is_size(&gradients, plan->gradients * samples, "gradients");
    if (fine) {
        Batch batch = {plan->blocks, plan->counts[1], plan->terms[3], columns.buf, seeds.buf, stored.buf, gradients.buf,
                       (long)samples, plan->slots};
        fine = run_plan(plan, uniforms.buf, &batch, presets.buf, threads);
        if (!fine) {
            PyErr_NoMemory();
        }
    }
    PyBuffer_Release(&uniforms);
    PyBuffer_Release(&columns);
    PyBuffer_Release(&presets);
    PyBuffer_Release(&stored);
    PyBuffer_Release(&gradients);
    if (seeds.obj != NULL) {
        PyBuffer_Release(&seeds);
    }
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Parameters: Values, which the C core lets be read and written where they are */

static PyTypeObject *value_type;
static Py_ssize_t data_offset, grad_offset;

static inline double *
number_in(PyObject *value, Py_ssize_t offset)
{
    return value_type != NULL && PyObject_TypeCheck(value, value_type) ? (double *)((char *)value + offset) : NULL;
}

static bool
read_data(PyObject *values, double *to)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(values); i++) {
        PyObject *value = PyTuple_GET_ITEM(values, i);
        double *data = number_in(value, data_offset);
        if (data != NULL) {
            to[i] = *data;
            continue;
        }
        PyObject *number = PyObject_GetAttrString(value, "data");
        to[i] = number != NULL ? PyFloat_AsDouble(number) : -1.0;
        Py_XDECREF(number);
        if (to[i] == -1.0 && PyErr_Occurred()) {
            return false;
        }
    }
    return true;
}

/* Add a number to a Value's grad. */
static bool
add_grad(PyObject *value, double number)
{
    double *grad = number_in(value, grad_offset);
    if (grad != NULL) {
        *grad += number;
        return true;
    }
    PyObject *before = PyObject_GetAttrString(value, "grad");
    PyObject *after = before != NULL ? PyFloat_FromDouble(PyFloat_AsDouble(before) + number) : NULL;
    bool fine = after != NULL && !PyErr_Occurred() && PyObject_SetAttrString(value, "grad", after) == 0;
    Py_XDECREF(before);
    Py_XDECREF(after);
    return fine;
}

PyDoc_STRVAR(once_doc,
"once($self, arguments, parameters, learn, single, /)\n--\n\n"
"Run one sample given as floats, and add to the parameters' grad if it is to learn; NotImplemented for other arguments.");

static PyObject *
outputs_of(const Plan *plan, const double *m, const double *stored, int single)
{
    PyObject *all = single ? NULL : PyTuple_New(plan->outputs);
    for (Py_ssize_t i = 0; (single || all != NULL) && i < plan->outputs; i++) {
        PyObject *number = PyFloat_FromDouble(plan->results[i] >= 0 ? m[plan->results[i]] : stored[i]);
        if (single) {
            return number;
        }
        if (number == NULL) {
            Py_CLEAR(all);
            break;
        }
        PyTuple_SET_ITEM(all, i, number);
    }
    return all;
}

static bool
learn_from(const Plan *plan, const double *m, PyObject *parameters)
{
    for (Py_ssize_t i = 0; i < plan->parameters_count; i++) {
        if (plan->parameters[i] >= 0 && !add_grad(PyTuple_GET_ITEM(parameters, i), m[plan->parameters[i]])) {
            return false;
        }
    }
    return true;
}

static PyObject *
kernel_once(PyObject *self, PyObject *arguments)
{
    Plan *plan = &((Kernel *)self)->plan;
    PyObject *numbers, *parameters, *result = NULL;
    int learn, single;
    if (!PyArg_ParseTuple(arguments, "O!O!pp", &PyTuple_Type, &numbers, &PyTuple_Type, &parameters, &learn, &single)) {
        return NULL;
    }
    Py_ssize_t given = PyTuple_GET_SIZE(numbers);
    if (given < plan->inputs || PyTuple_GET_SIZE(parameters) != plan->parameters_count) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    for (Py_ssize_t i = 0; i < given; i++) {
        if (!PyFloat_CheckExact(PyTuple_GET_ITEM(numbers, i))) {
            Py_RETURN_NOTIMPLEMENTED;
        }
    }
    size_t places = (size_t)(plan->uniforms + plan->slots + 1);
    double *m = PyMem_Malloc((places + (size_t)(given + plan->stored + plan->gradients)) * sizeof(double));
    if (m == NULL) {
        return PyErr_NoMemory();
    }
    double *inputs = m + places, *stored = inputs + given, *gradients = stored + plan->stored;
    memcpy(m, plan->start, (size_t)plan->uniforms * sizeof(double));
    memset(m + plan->uniforms, 0, (size_t)(plan->slots + 1) * sizeof(double));
    for (Py_ssize_t i = 0; i < given; i++) {
        inputs[i] = PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(numbers, i));
    }
    if (read_data(parameters, m + plan->first_parameter)) {
        Sample sample = {inputs, NULL, stored, gradients};
        for (int part = 0; part < 3; part++) {
            if (part == 2) {
                for (Py_ssize_t i = 0; i < plan->outputs && learn; i++) {
                    if (plan->seeds_to[i] >= 0) {
                        m[plan->seeds_to[i]] += 1.0;
                    }
                }
            }
            replay_once(m, plan->parts[part], plan->counts[part], plan->terms[part], &sample);
        }
        if (!learn || learn_from(plan, m, parameters)) {
            result = outputs_of(plan, m, stored, single);
        }
    }
    PyMem_Free(m);
    return result;
}

static PyObject *
module_use(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *type;
    if (!PyArg_ParseTuple(arguments, "O!nn", &PyType_Type, &type, &data_offset, &grad_offset)) {
        return NULL;
    }
    Py_ssize_t size = ((PyTypeObject *)type)->tp_basicsize - (Py_ssize_t)sizeof(double);
    if (data_offset < 0 || data_offset > size || grad_offset < 0 || grad_offset > size) {
        PyErr_SetString(PyExc_ValueError, "use: offsets must lie within the type");
        return NULL;
    }
    Py_INCREF(type);
    Py_XSETREF(value_type, (PyTypeObject *)type);
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
    bool fine = is_size(&to, PyTuple_GET_SIZE(values), "the numbers") && read_data(values, to.buf);
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
    bool fine = is_size(&from, PyTuple_GET_SIZE(values), "the gradients");
    for (Py_ssize_t i = 0; fine && i < PyTuple_GET_SIZE(values); i++) {
        fine = add_grad(PyTuple_GET_ITEM(values, i), ((double *)from.buf)[i]);
    }
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
        PyObject *name = PyUnicode_FromString(replay_instruction_set(set));
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
    const char *name, *before = replay_chosen();
    if (!PyArg_ParseTuple(arguments, "s", &name)) {
        return NULL;
    }
    if (!replay_choose(name)) {
        return PyErr_Format(PyExc_ValueError, "choose: name must be among instruction_sets(), got '%.40s'", name);
    }
    return PyUnicode_FromString(before);
}

static PyMethodDef module_functions[] = {
    {"instruction_sets", module_instruction_sets, METH_NOARGS,
     "instruction_sets()\n--\n\nThe instruction sets that this processor has, the best last."},
    {"choose", module_choose, METH_VARARGS,
     "choose(name, /)\n--\n\nUse an instruction set from now on; return the name of the one before."},
    {"use", module_use, METH_VARARGS,
     "use(type, data, grad, /)\n--\n\nTake the C core's Value type and where in it data and grad are."},
    {"read", module_read, METH_VARARGS, "read(values, numbers, /)\n--\n\nRead the data of a tuple of Values."},
    {"add", module_add, METH_VARARGS, "add(values, gradients, /)\n--\n\nAdd to the grad of a tuple of Values."},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef kernel_methods[] = {
    {"once", kernel_once, METH_VARARGS, once_doc},
    {"run", kernel_run, METH_VARARGS, run_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(kernel_doc, "A plan, encoded by kernel_c.py, checked and ready to run.");

static PyType_Slot kernel_slots[] = {
    {Py_tp_doc, (void *)kernel_doc},
    {Py_tp_new, kernel_new},
    {Py_tp_dealloc, kernel_dealloc},
    {Py_tp_methods, kernel_methods},
    {0, NULL},
};

static PyType_Spec kernel_spec = {"autograd._replay.Kernel", sizeof(Kernel), 0, Py_TPFLAGS_DEFAULT, kernel_slots};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, "autograd._replay", "Replay's kernel in C; replay/kernel_c.py is its user.", -1, module_functions,
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
    return PyModule_AddIntConstant(module, "NONE", NONE);
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
