/* Parameters: Values, read and written in place with the C core; those of the Python core by attribute. */

#include "calls.h"

static PyTypeObject *value_type;
static Py_ssize_t data_offset, grad_offset;

void
replay_know_values(PyTypeObject *type, Py_ssize_t data, Py_ssize_t grad)
{
    Py_INCREF(type);
    Py_XSETREF(value_type, type);
    data_offset = data;
    grad_offset = grad;
}

static inline double *
number_in(PyObject *value, Py_ssize_t offset)
{
    return value_type != NULL && PyObject_TypeCheck(value, value_type) ? (double *)((char *)value + offset) : NULL;
}

bool
replay_read_data(PyObject *values, double *to, bool *plain)
{
    *plain = true;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(values); i++) {
        PyObject *value = PyTuple_GET_ITEM(values, i);
        double *data = number_in(value, data_offset);
        if (data != NULL) {
            to[i] = *data;
            continue;
        }
        *plain = false;
        PyObject *number = PyObject_GetAttrString(value, "data");
        to[i] = number != NULL ? PyFloat_AsDouble(number) : -1.0;
        Py_XDECREF(number);
        if (to[i] == -1.0 && PyErr_Occurred()) {
            return false;
        }
    }
    return true;
}

/* The new values of grad; all are created before any is set, so that an error leaves all unchanged. `_grad` is the slot,
   which runs no Python and lets no other thread in; `grad` is a property. */
static PyObject *
increased(PyObject *value, double number)
{
    PyObject *before = PyObject_GetAttrString(value, "_grad");
    double grad = before != NULL ? PyFloat_AsDouble(before) : -1.0;
    Py_XDECREF(before);
    return grad == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(grad + number);
}

bool
replay_add_gradients(PyObject *values, bool plain, const double *gradients)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(values);
    Py_ssize_t others = 0;
    for (Py_ssize_t i = 0; !plain && i < count; i++) {
        others += number_in(PyTuple_GET_ITEM(values, i), grad_offset) == NULL;
    }
    PyObject *made = PyTuple_New(others);
    Py_ssize_t next = 0;
    bool fine = made != NULL;
    for (Py_ssize_t i = 0; fine && next < others && i < count; i++) {
        PyObject *value = PyTuple_GET_ITEM(values, i);
        if (number_in(value, grad_offset) == NULL) {
            PyObject *grad = increased(value, gradients[i]);
            fine = grad != NULL;
            if (fine) {
                PyTuple_SET_ITEM(made, next++, grad);
            }
        }
    }
    next = 0;
    for (Py_ssize_t i = 0; plain && fine && i < count; i++) {
        *(double *)((char *)PyTuple_GET_ITEM(values, i) + grad_offset) += gradients[i];
    }
    for (Py_ssize_t i = 0; !plain && fine && i < count; i++) {
        PyObject *value = PyTuple_GET_ITEM(values, i);
        double *grad = number_in(value, grad_offset);
        if (grad != NULL) {
            *grad += gradients[i];
        }
        else {
            fine = PyObject_SetAttrString(value, "_grad", PyTuple_GET_ITEM(made, next++)) == 0;
        }
    }
    Py_XDECREF(made);
    return fine;
}
