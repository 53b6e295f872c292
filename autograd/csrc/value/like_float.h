/* Behaviour that Value shares with float: text, comparison, rounding. Part of module.c. */

#pragma once

#include "attributes.h"

/* Methods of float */

/* Four significant digits, as '.4g'. */
static PyObject *
short_number(const char *before, double number)
{
    char *digits = PyOS_double_to_string(number, 'g', 4, 0, NULL);
    if (digits == NULL) {
        return NULL;
    }
    PyObject *text = PyUnicode_FromFormat("%s%s", before, digits);
    PyMem_Free(digits);
    return text;
}

static PyObject *
value_repr(PyObject *self)
{
    Node *node = (Node *)self;
    PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__name__"), *result = NULL;
    PyObject *data = short_number("", node->data);
    PyObject *grad = node->grad != 0.0 ? short_number(", grad=", node->grad) : PyUnicode_FromString("");
    PyObject *label = node->label != NULL ? PyUnicode_FromFormat(", label=%R", node->label) : PyUnicode_FromString("");
    if (type != NULL && data != NULL && grad != NULL && label != NULL) {
        result = PyUnicode_FromFormat("%U(%U%U%U)", type, data, grad, label);
    }
    Py_XDECREF(type);
    Py_XDECREF(data);
    Py_XDECREF(grad);
    Py_XDECREF(label);
    return result;
}

static PyObject *
compare(PyObject *self, PyObject *other, int operation)
{
    double x = ((Node *)self)->data, y;
    if (is_value(other)) {
        y = ((Node *)other)->data;
    }
    else if (PyFloat_Check(other)) { /* numpy's too, whose answer would be numpy's bool */
        y = PyFloat_AS_DOUBLE(other);
    }
    else if (PyLong_Check(other)) { /* may be larger than any float */
        PyObject *number = PyFloat_FromDouble(x);
        PyObject *result = number != NULL ? PyObject_RichCompare(number, other, operation) : NULL;
        Py_XDECREF(number);
        return result;
    }
    else if (!as_double(other, &y)) {
        return NULL;
    }
    Py_RETURN_RICHCOMPARE(x, y, operation);
}

static PyObject *
value_compare(PyObject *self, PyObject *other, int operation)
{
    static const char *const questions[] = {
        [Py_LT] = "<", [Py_LE] = "<=", [Py_EQ] = "==", [Py_NE] = "!=", [Py_GT] = ">", [Py_GE] = ">=",
    };
    int known = is_value(other) ? 1 : is_number(other);
    if (known == 0) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (known < 0) {
        return NULL;
    }
    return observed(questions[operation], self, other, compare(self, other, operation));
}

static Py_hash_t
value_hash(PyObject *self)
{
    return PyBaseObject_Type.tp_hash(self);
}

static PyObject *
value_float(PyObject *self)
{
    return observed("float", self, Py_None, PyFloat_FromDouble(((Node *)self)->data));
}

static PyObject *
value_int(PyObject *self)
{
    return observed("int", self, Py_None, PyLong_FromDouble(((Node *)self)->data));
}

static int
value_bool(PyObject *self)
{
    bool truth = ((Node *)self)->data != 0.0;
    if (unlikely(active_modes != 0)) {
        PyObject *outcome = observed("bool", self, Py_None, PyBool_FromLong(truth));
        Py_XDECREF(outcome);
        return outcome != NULL ? truth : -1;
    }
    return truth;
}

static PyObject *
value_positive(PyObject *self)
{
    return Py_NewRef(self);
}

static PyObject *
value_divmod(PyObject *left, PyObject *right)
{
    PyObject *quotient = PyNumber_FloorDivide(left, right); /* these work with arrays, whose own divmod takes no Values */
    PyObject *remainder = quotient != NULL ? PyNumber_Remainder(left, right) : NULL;
    PyObject *result = remainder != NULL ? PyTuple_Pack(2, quotient, remainder) : NULL;
    Py_XDECREF(quotient);
    Py_XDECREF(remainder);
    return result;
}

/* Call a method of the float that a Value holds. */
static PyObject *
call_float(PyObject *self, const char *method, PyObject *argument)
{
    PyObject *number = PyFloat_FromDouble(((Node *)self)->data), *name = PyUnicode_FromString(method), *result = NULL;
    if (number != NULL && name != NULL) {
        result = PyObject_CallMethodObjArgs(number, name, argument, NULL);
    }
    Py_XDECREF(number);
    Py_XDECREF(name);
    return result;
}

static PyObject *
value_round(PyObject *self, VECTOR)
{
    static const Row row = {"__round__", {"ndigits"}, NAN, NULL, NULL};
    PyObject *digits = Py_None;
    if ((count > 0 || keywords != NULL) && !bind(&row, 1, &digits, NULL, arguments, count, keywords)) {
        return NULL;
    }
    return observed("round", self, digits, call_float(self, "__round__", digits));
}

static PyObject *
value_trunc(SELF_AND_NOTHING)
{
    return observed("trunc", self, Py_None, call_float(self, "__trunc__", NULL));
}

static PyObject *
value_floor(SELF_AND_NOTHING)
{
    return observed("floor", self, Py_None, call_float(self, "__floor__", NULL));
}

static PyObject *
value_ceil(SELF_AND_NOTHING)
{
    return observed("ceil", self, Py_None, call_float(self, "__ceil__", NULL));
}

static PyObject *
value_format(PyObject *self, PyObject *specification)
{
    bool plain = PyUnicode_Check(specification) && PyUnicode_GET_LENGTH(specification) == 0;
    return plain ? PyObject_Repr(self) : call_float(self, "__format__", specification);
}
