/* Ops with a fixed number of operands, and the operators that call them. Part of module.c. */

#pragma once

#include "record.h"

/* Ops with a fixed number of operands: for each, `apply` makes the node, or a float if no operand is a Value */

#define DEFINE_UNARY(NAME, ...)                                                                        \
    static PyObject *                                                                                  \
    method_##NAME(SELF_AND_NOTHING)                                                                    \
    {                                                                                                  \
        double d_x, data = op_##NAME(((Node *)self)->data, &d_x);                                      \
        return node_of_one(OP_##NAME, data, self, d_x);                                                \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    function_##NAME(PyObject *Py_UNUSED(module), VECTOR)                                               \
    {                                                                                                  \
        PyObject *operand;                                                                             \
        double x, d_x;                                                                                 \
        if (!bind(&rows[OP_##NAME], 1, &operand, NULL, arguments, count, keywords)) {                  \
            return NULL;                                                                               \
        }                                                                                              \
        switch (read_operand(OP_##NAME, operand, &x)) {                                                \
        case VALUE: return method_##NAME(operand, NULL);                                               \
        case NUMBER: return PyFloat_FromDouble(op_##NAME(x, &d_x));                                    \
        default: return NULL;                                                                          \
        }                                                                                              \
    }

#define DEFINE_BINARY(NAME, ...)                                                                       \
    static PyObject *                                                                                  \
    apply_##NAME(PyObject *left, PyObject *right)                                                      \
    {                                                                                                  \
        double x, y, d_x, d_y, data;                                                                   \
        Kind x_is = read_operand(OP_##NAME, left, &x);                                                 \
        Kind y_is = likely(x_is != FAILED) ? read_operand(OP_##NAME, right, &y) : FAILED;              \
        if (likely(x_is == VALUE && y_is == VALUE)) {                                                  \
            data = op_##NAME(x, y, &d_x, &d_y);                                                        \
            return node_of_two(OP_##NAME, data, left, d_x, right, d_y);                                \
        }                                                                                              \
        if (unlikely(y_is == FAILED)) {                                                                \
            return NULL;                                                                               \
        }                                                                                              \
        if (x_is == VALUE) {                                                                           \
            data = op_##NAME(x, y, &d_x, &d_y);                                                        \
            return node_with_constant(OP_##NAME, data, left, d_x, y, CONSTANT_LAST);                   \
        }                                                                                              \
        if (y_is == VALUE) {                                                                           \
            data = op_##NAME(x, y, &d_x, &d_y);                                                        \
            return node_with_constant(OP_##NAME, data, right, d_y, x, CONSTANT_FIRST);                 \
        }                                                                                              \
        return PyFloat_FromDouble(op_##NAME(x, y, &d_x, &d_y));                                        \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    method_##NAME(PyObject *self, VECTOR)                                                              \
    {                                                                                                  \
        PyObject *operands[2];                                                                         \
        bool fits = bind(&rows[OP_##NAME], 2, operands, self, arguments, count, keywords);             \
        return fits ? apply_##NAME(operands[0], operands[1]) : NULL;                                   \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    function_##NAME(PyObject *Py_UNUSED(module), VECTOR)                                               \
    {                                                                                                  \
        return method_##NAME(NULL, arguments, count, keywords);                                        \
    }

static bool fill_edge(int op, Edge *edge, PyObject *operand);
static int set_label(PyObject *self, PyObject *label, void *closure);

#define DEFINE_TERNARY(NAME, ...)                                                                      \
    static PyObject *                                                                                  \
    method_##NAME(PyObject *self, VECTOR)                                                              \
    {                                                                                                  \
        PyObject *operands[3];                                                                         \
        if (!bind(&rows[OP_##NAME], 3, operands, self, arguments, count, keywords)) {                  \
            return NULL;                                                                               \
        }                                                                                              \
        Edge *edges = allocate_edges(3);                                                               \
        if (edges == NULL) {                                                                           \
            return NULL;                                                                               \
        }                                                                                              \
        for (int i = 0; i < 3; i++) {                                                                  \
            if (!fill_edge(OP_##NAME, &edges[i], operands[i])) {                                       \
                drop_edges(edges, i, 3);                                                               \
                return NULL;                                                                           \
            }                                                                                          \
        }                                                                                              \
        double d[3];                                                                                   \
        double data = op_##NAME(edges[0].derivative, edges[1].derivative, edges[2].derivative, &d[0], &d[1], &d[2]); \
        for (int i = 0; i < 3; i++) {                                                                  \
            edges[i].derivative = edges[i].parent != NULL ? d[i] : edges[i].derivative;                \
        }                                                                                              \
        return node_of_many(OP_##NAME, data, edges, 3);                                                \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    function_##NAME(PyObject *Py_UNUSED(module), VECTOR)                                               \
    {                                                                                                  \
        return method_##NAME(NULL, arguments, count, keywords);                                        \
    }

UNARY_OPS(DEFINE_UNARY)
BINARY_OPS(DEFINE_BINARY)
TERNARY_OPS(DEFINE_TERNARY)

/* What isn't of two Values is apart, so that the usual case needs no stack. */
#define DEFINE_OPERATOR(NAME, REFLECTED)                                                               \
    static NOINLINE PyObject *                                                                         \
    mixed_##NAME(PyObject *left, PyObject *right)                                                      \
    {                                                                                                  \
        if (!PyFloat_CheckExact(right) && !PyLong_CheckExact(right) && is_value(left)                  \
            && may_know_better(right, REFLECTED)) {                                                    \
            Py_RETURN_NOTIMPLEMENTED;                                                                  \
        }                                                                                              \
        return apply_##NAME(left, right);                                                              \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    operator_##NAME(PyObject *left, PyObject *right)                                                   \
    {                                                                                                  \
        if (likely(Py_IS_TYPE(left, Value_Type) && Py_IS_TYPE(right, Value_Type))) {                   \
            double d_x, d_y, data = op_##NAME(((Node *)left)->data, ((Node *)right)->data, &d_x, &d_y); \
            return node_of_two(OP_##NAME, data, left, d_x, right, d_y);                                \
        }                                                                                              \
        return mixed_##NAME(left, right);                                                              \
    }

DEFINE_OPERATOR(add, "__radd__")
DEFINE_OPERATOR(sub, "__rsub__")
DEFINE_OPERATOR(mul, "__rmul__")
DEFINE_OPERATOR(div, "__rtruediv__")
DEFINE_OPERATOR(remainder, "__rmod__")
DEFINE_OPERATOR(floor_divide, "__rfloordiv__")
DEFINE_OPERATOR(pow, "__rpow__")

static PyObject *
operator_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    if (modulus == Py_None) {
        return operator_pow(left, right);
    }
    if (!is_value(left)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return complain(PyExc_TypeError, "pow", ": a Value takes no modulus", modulus);
}

static PyObject *
operator_negative(PyObject *self)
{
    return method_neg(self, NULL);
}

static PyObject *
operator_absolute(PyObject *self)
{
    return method_abs(self, NULL);
}
