/* Ops with any number of operands: sum, mean, logsumexp, dot. Part of module.c. */

#pragma once

#include "ops.h"

/* Ops with any number of operands: edges are filled with the operands' numbers, which the op then replaces by derivatives */

static bool
fill_edge(int op, Edge *edge, PyObject *operand)
{
    Kind kind = read_operand(op, operand, &edge->derivative);
    edge->parent = kind == VALUE ? (Node *)operand : NULL;
    Py_XINCREF(edge->parent);
    return kind != FAILED;
}

/* Return an iterable as a list or tuple. Reading a number's __float__ may run Python code that changes a list, so a list
   is read in place only if it `reads_quietly`, else as a tuple. */
static PyObject *
sequence_of(int op, const char *what, PyObject *values)
{
    if (PyList_CheckExact(values) || PyTuple_CheckExact(values)) {
        Py_INCREF(values);
        return values;
    }
    if (PyUnicode_Check(values) || PyBytes_Check(values)
        || (Py_TYPE(values)->tp_iter == NULL && !PySequence_Check(values))) {
        char where[64];
        PyOS_snprintf(where, sizeof(where), "%s: %s", rows[op].name, what);
        return complain(PyExc_TypeError, where, " must be a sequence of Values or numbers", values);
    }
    return PySequence_Tuple(values);
}

static bool
reads_quietly(PyObject *sequence)
{
    PyObject **items = PySequence_Fast_ITEMS(sequence);
    Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence), i = 0;
    while (i < count && (Py_IS_TYPE(items[i], Value_Type) || PyFloat_CheckExact(items[i]))) {
        i++;
    }
    return i == count;
}

static bool
make_tuple(PyObject **sequence)
{
    Py_SETREF(*sequence, PySequence_Tuple(*sequence));
    return *sequence != NULL;
}

static bool
fill_edges(int op, Edge *edges, Py_ssize_t *filled, PyObject *sequence)
{
    PyObject **items = PySequence_Fast_ITEMS(sequence);
    Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (unlikely(!fill_edge(op, &edges[*filled], items[i]))) {
            return false;
        }
        ++*filled;
    }
    return true;
}

static void
set_derivative(Edge *edge, double derivative)
{
    if (edge->parent != NULL) {
        edge->derivative = derivative;
    }
}

static double
compute_sum(Edge *edges, Py_ssize_t count)
{
    double total = 0.0;
    for (Py_ssize_t i = 0; i < count; i++) {
        total += edges[i].derivative;
        set_derivative(&edges[i], 1.0);
    }
    return total;
}

static double
compute_mean(Edge *edges, Py_ssize_t count)
{
    double total = 0.0, share = 1.0 / (double)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        total += edges[i].derivative;
        set_derivative(&edges[i], share);
    }
    return total / (double)count;
}

static double
compute_logsumexp_at_infinity(Edge *edges, Py_ssize_t count, Py_ssize_t top)
{
    double largest = edges[top].derivative, rest = 0.0;
    for (Py_ssize_t i = 0; i < count; i++) {
        rest += i == top ? 0.0 : ops_exp_difference(edges[i].derivative, largest);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        set_derivative(&edges[i], ops_weight_at_infinity(edges[i].derivative, largest, rest));
    }
    return largest;
}

static double
compute_logsumexp(Edge *edges, Py_ssize_t count)
{
    Py_ssize_t top = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (isnan(edges[i].derivative)) {
            return compute_logsumexp_at_infinity(edges, count, i);
        }
        top = edges[i].derivative > edges[top].derivative ? i : top;
    }
    double largest = edges[top].derivative, rest = 0.0;
    if (isinf(largest)) {
        return compute_logsumexp_at_infinity(edges, count, top);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        double term = ops_exp_difference(edges[i].derivative, largest);
        rest += i == top ? 0.0 : term;
        set_derivative(&edges[i], term);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        set_derivative(&edges[i], edges[i].derivative / (1.0 + rest));
    }
    return largest + log1p(rest);
}

static double
compute_dot(Edge *edges, Py_ssize_t count)
{
    Py_ssize_t n = count / 2;
    double total = 0.0;
    for (Py_ssize_t i = 0; i < n; i++) {
        double w = edges[i].derivative, x = edges[n + i].derivative;
        total += w * x;
        set_derivative(&edges[i], x);
        set_derivative(&edges[n + i], w);
    }
    total += edges[count - 1].derivative;
    set_derivative(&edges[count - 1], 1.0);
    return total;
}

static PyObject *
apply_to_all(int op, double (*compute)(Edge *, Py_ssize_t), bool may_be_empty, VECTOR)
{
    PyObject *values, *result = NULL;
    if (!bind(&rows[op], 1, &values, NULL, arguments, count, keywords)) {
        return NULL;
    }
    PyObject *operands = sequence_of(op, "values", values);
    if (operands == NULL || !(reads_quietly(operands) || make_tuple(&operands))) {
        return NULL;
    }
    Py_ssize_t n = PySequence_Fast_GET_SIZE(operands), filled = 0;
    if (n == 0 && !may_be_empty) {
        PyErr_Format(PyExc_ValueError, "%s: needs at least one value, got an empty sequence", rows[op].name);
    }
    else {
        Edge *edges = allocate_edges(n);
        if (edges != NULL && !fill_edges(op, edges, &filled, operands)) {
            drop_edges(edges, filled, n);
        }
        else if (edges != NULL) {
            result = node_of_many(op, compute(edges, n), edges, n);
        }
    }
    Py_DECREF(operands);
    return result;
}

PyDoc_STRVAR(sum_doc,
"sum(values)\n--\n\n"
"Sum of any number of values, from left to right, as one node; a float if none is a Value.");

static PyObject *
function_sum(PyObject *Py_UNUSED(module), VECTOR)
{
    return apply_to_all(OP_sum, compute_sum, true, arguments, count, keywords);
}

PyDoc_STRVAR(mean_doc,
"mean(values)\n--\n\n"
"Arithmetic mean of one or more values, as one node; a float if none is a Value.\n\n"
"Raises\n------\nValueError\n    If there are no values.");

static PyObject *
function_mean(PyObject *Py_UNUSED(module), VECTOR)
{
    return apply_to_all(OP_mean, compute_mean, false, arguments, count, keywords);
}

PyDoc_STRVAR(logsumexp_doc,
"logsumexp(values)\n--\n\n"
"ln(Σ e^x) of one or more values, without overflow, as one node; a float if none is a Value.\n\n"
"Raises\n------\nValueError\n    If there are no values.");

static PyObject *
function_logsumexp(PyObject *Py_UNUSED(module), VECTOR)
{
    return apply_to_all(OP_logsumexp, compute_logsumexp, false, arguments, count, keywords);
}

/* Operands in order, each read before the next, as reading one may run Python code. */
static COLD PyObject *
dot_step_by_step(PyObject *ws, PyObject *xs, PyObject *bias)
{
    Py_ssize_t n = PyTuple_GET_SIZE(ws), count = 2 * n + 1, filled = 0;
    Edge *edges = allocate_edges(count);
    if (edges == NULL) {
        return NULL;
    }
    if (!fill_edges(OP_dot, edges, &filled, ws) || !fill_edges(OP_dot, edges, &filled, xs)
        || !fill_edge(OP_dot, &edges[filled], bias)) {
        drop_edges(edges, filled, count);
        return NULL;
    }
    return node_of_many(OP_dot, compute_dot(edges, count), edges, count);
}

static inline Edge
edge_or_constant(PyObject *operand, double number, double derivative, int *flags, bool *constant)
{
    if (!Py_IS_TYPE(operand, Value_Type)) {
        return (Edge){NULL, number};
    }
    *flags |= collectable(operand);
    *constant = false;
    return edge_to(operand, derivative);
}

static inline bool
read_quietly(PyObject *operand, double *number)
{
    if (likely(Py_IS_TYPE(operand, Value_Type))) {
        *number = ((Node *)operand)->data;
        return true;
    }
    *number = PyFloat_CheckExact(operand) ? PyFloat_AS_DOUBLE(operand) : 0.0;
    return PyFloat_CheckExact(operand);
}

/* The dot product of lists or tuples; Values and floats, the usual case, in one pass. */
static PyObject *
dot_of_sequences(PyObject *ws, PyObject *xs, PyObject *bias)
{
    Py_ssize_t n = PySequence_Fast_GET_SIZE(ws), count = 2 * n + 1, i;
    if (n != PySequence_Fast_GET_SIZE(xs)) {
        return PyErr_Format(PyExc_ValueError, "dot: ws and xs must have one length, got %zd and %zd",
                            n, PySequence_Fast_GET_SIZE(xs));
    }
    Edge *edges = allocate_edges(count);
    if (edges == NULL) {
        return NULL;
    }
    PyObject **weights = PySequence_Fast_ITEMS(ws), **inputs = PySequence_Fast_ITEMS(xs);
    double total = 0.0, w, x, b;
    int flags = 0;
    bool constant = true;
    for (i = 0; i < n && read_quietly(weights[i], &w) && read_quietly(inputs[i], &x); i++) {
        total += w * x;
        edges[i] = edge_or_constant(weights[i], w, x, &flags, &constant);
        edges[n + i] = edge_or_constant(inputs[i], x, w, &flags, &constant);
    }
    if (likely(i == n && read_quietly(bias, &b))) {
        edges[2 * n] = edge_or_constant(bias, b, 1.0, &flags, &constant);
        return node_of_edges(OP_dot, total + b, edges, count, flags, constant);
    }
    for (Py_ssize_t done = 0; done < i; done++) {
        Py_XDECREF(edges[done].parent);
        Py_XDECREF(edges[n + done].parent);
    }
    free_edges(edges, count);
    ws = PySequence_Tuple(ws);
    xs = ws != NULL ? PySequence_Tuple(xs) : NULL;
    PyObject *result = xs != NULL ? dot_step_by_step(ws, xs, bias) : NULL;
    Py_XDECREF(ws);
    Py_XDECREF(xs);
    return result;
}

PyDoc_STRVAR(dot_doc,
"dot(ws, xs, bias=0.0)\n--\n\n"
"w₁x₁ + … + wₙxₙ + bias as one node; a float if none is a Value.\n\n"
"Parameters\n----------\n"
"ws, xs : sequences of Value or number\n    Of the same length n, which may be 0.\n"
"bias : Value or number\n    Added last.\n\n"
"Raises\n------\nValueError\n    If the lengths differ.");

static PyObject *
function_dot(PyObject *Py_UNUSED(module), VECTOR)
{
    PyObject *operands[3], *result = NULL;
    if (!bind(&rows[OP_dot], 3, operands, NULL, arguments, count, keywords)) {
        return NULL;
    }
    PyObject *ws = sequence_of(OP_dot, "ws", operands[0]);
    PyObject *xs = ws != NULL ? sequence_of(OP_dot, "xs", operands[1]) : NULL;
    if (xs != NULL) {
        result = dot_of_sequences(ws, xs, operands[2]);
    }
    Py_XDECREF(ws);
    Py_XDECREF(xs);
    return result;
}
