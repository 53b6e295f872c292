/* Making a Value, copying, pickling. Part of _value.c. */

#pragma once

#include "attributes.h"

/* Making, copying, pickling */

/* A leaf of 0, which value_init fills, so that a subclass may have its own arguments. */
static PyObject *
value_new(PyTypeObject *type, PyObject *Py_UNUSED(arguments), PyObject *Py_UNUSED(keywords))
{
    Node *node;
    if (type == Value_Type) {
        node = allocate_node(LEAF, 0.0, 0, 0);
    }
    else if ((node = (Node *)type->tp_alloc(type, 0)) != NULL) { /* all zeros */
        node->op = LEAF;
        node->flags = COLLECTABLE;
    }
    return (PyObject *)node;
}

static int
value_init(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"data", "label", NULL};
    PyObject *data, *label = NULL;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O|O:Value", names, &data, &label)
        || set_data(self, data, NULL) < 0) {
        return -1;
    }
    if (label == NULL) {
        Py_CLEAR(((Node *)self)->label);
        return 0;
    }
    return set_label(self, label, NULL);
}

/* Value(data, label) without a tuple and a dict on the way; subclasses are made by value_new and value_init. */
static PyObject *
value_vectorcall(PyObject *Py_UNUSED(type), PyObject *const *arguments, size_t flagged_count, PyObject *keywords)
{
    static const Row row = {"Value", {"data", "label"}, NAN, NULL, NULL};
    Py_ssize_t count = PyVectorcall_NARGS(flagged_count), named = keywords != NULL ? PyTuple_GET_SIZE(keywords) : 0;
    PyObject *data = count > 0 ? arguments[0] : NULL, *label = count > 1 ? arguments[1] : NULL;
    bool fits = count <= 2;
    for (Py_ssize_t i = 0; i < named && fits; i++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, i);
        PyObject **place = PyUnicode_CompareWithASCIIString(name, "label") == 0 ? &label : &data;
        fits = *place == NULL && is_parameter(&row, count, name);
        *place = arguments[count + i];
    }
    if (!fits || data == NULL) {
        misfit(&row, NULL, arguments, count, keywords);
        return NULL;
    }
    Node *node = allocate_node(LEAF, 0.0, 0, 0);
    if (node == NULL) {
        return NULL;
    }
    if (!read_number("data", data, &node->data) || (label != NULL && set_label((PyObject *)node, label, NULL) < 0)) {
        Py_DECREF(node);
        return NULL;
    }
    return (PyObject *)node;
}

static PyObject *
value_detach(SELF_AND_NOTHING)
{
    Node *node = (Node *)self, *leaf = allocate_node(LEAF, node->data, 0, 0);
    if (leaf == NULL) {
        return NULL;
    }
    leaf->label = Py_XNewRef(node->label);
    if (unlikely(active_modes != 0)) {
        PyObject *outcome = get_data(self, NULL);
        if (outcome == NULL) {
            Py_CLEAR(leaf);
        }
        Py_XDECREF(outcome);
    }
    return (PyObject *)leaf;
}

static PyObject *
value_copy(SELF_AND_NOTHING)
{
    return call_python("autograd.pickling", "copy", self, NULL);
}

static PyObject *
value_deepcopy(PyObject *self, PyObject *memo)
{
    return call_python("autograd.pickling", "deepcopy", self, memo);
}

static PyObject *
value_reduce(PyObject *self, PyObject *Py_UNUSED(protocol))
{
    return call_python("autograd.pickling", "reduce", self, NULL);
}

static int
find_op(PyObject *name)
{
    for (int op = 0; op < rows_count; op++) {
        if (PyUnicode_CompareWithASCIIString(name, rows[op].name) == 0) {
            return op;
        }
    }
    complain(PyExc_ValueError, "restore: op", " must be the name of a row", name);
    return -1;
}

PyDoc_STRVAR(add_op_doc,
"add_op(name, /)\n--\n\n"
"Let restore() take an op of this ASCII name; once taken, a name stays.");

static PyObject *
function_add_op(PyObject *Py_UNUSED(module), PyObject *name)
{
    if (!PyUnicode_Check(name) || !PyUnicode_IS_ASCII(name)) {
        return complain(PyExc_TypeError, "add_op: name", " must be an ASCII str", name);
    }
    for (int op = 0; op < rows_count; op++) {
        if (PyUnicode_CompareWithASCIIString(name, rows[op].name) == 0) {
            Py_RETURN_NONE;
        }
    }
    if (rows_count == OPS_COUNT + MOST_ADDED) {
        PyErr_Format(PyExc_ValueError, "add_op: at most %d ops can be added", MOST_ADDED);
        return NULL;
    }
    if (PyUnicode_CompareWithASCIIString(name, "stop_gradient") == 0) {
        stop_gradient_op = rows_count;
    }
    rows[rows_count].name_object = Py_NewRef(name);
    rows[rows_count++].name = (const char *)PyUnicode_DATA(name);
    Py_RETURN_NONE;
}

/* Edges from operands and, for those that are Values, derivatives: the inverse of get_operands. */
static bool
restore_edges(Edge *edges, PyObject *operands, PyObject *derivatives)
{
    Py_ssize_t next = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(operands); i++) {
        PyObject *operand = PyTuple_GET_ITEM(operands, i), *number = operand;
        edges[i].parent = NULL;
        if (is_value(operand)) {
            edges[i].parent = (Node *)Py_NewRef(operand);
            number = next < PyTuple_GET_SIZE(derivatives) ? PyTuple_GET_ITEM(derivatives, next) : Py_None;
            next++;
        }
        if (!PyFloat_Check(number)) {
            drop_edges(edges, i + 1, PyTuple_GET_SIZE(operands));
            return complain(PyExc_TypeError, "restore: operands",
                            " must be Values and floats, with a derivative for each Value", operands);
        }
        edges[i].derivative = PyFloat_AS_DOUBLE(number);
    }
    return true;
}

/* Take one or two edges into the node itself, as the op's own code does. */
static PyObject *
node_of_few(int op, double data, Edge *edges, Py_ssize_t count)
{
    PyObject *x = (PyObject *)edges[0].parent, *y = count == 2 ? (PyObject *)edges[1].parent : NULL, *node;
    if (count == 1) {
        node = node_of_one(op, data, x, edges[0].derivative);
    }
    else if (x != NULL && y != NULL) {
        node = node_of_two(op, data, x, edges[0].derivative, y, edges[1].derivative);
    }
    else if (x != NULL) {
        node = node_with_constant(op, data, x, edges[0].derivative, edges[1].derivative, CONSTANT_LAST);
    }
    else {
        node = node_with_constant(op, data, y, edges[1].derivative, edges[0].derivative, CONSTANT_FIRST);
    }
    drop_edges(edges, count, count);
    return node;
}

PyDoc_STRVAR(restore_doc,
"restore(op, operands, data, derivatives, grad=0.0, label='')\n--\n\n"
"Make a computed node from its parts, without computing: what pickling and copying need.");

static PyObject *
function_restore(PyObject *Py_UNUSED(module), PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"op", "operands", "data", "derivatives", "grad", "label", NULL};
    PyObject *name, *operands, *derivatives, *label = NULL;
    double data, grad = 0.0;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "UO!dO!|dU:restore", names, &name, &PyTuple_Type, &operands,
                                     &data, &PyTuple_Type, &derivatives, &grad, &label)) {
        return NULL;
    }
    int op = find_op(name);
    Py_ssize_t count = PyTuple_GET_SIZE(operands);
    Edge *edges = op >= 0 ? allocate_edges(count) : NULL;
    if (edges == NULL || !restore_edges(edges, operands, derivatives)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(derivatives) == 0) {
        drop_edges(edges, count, count);
        return complain(PyExc_ValueError, "restore: operands", " must have a Value among them", operands);
    }
    bool few = count <= 2 && op != OP_sum && op != OP_mean && op != OP_logsumexp && op != OP_dot;
    PyObject *node = (few ? node_of_few : node_of_many)(op, data, edges, count);
    if (node != NULL) {
        ((Node *)node)->grad = grad;
        if (label != NULL && set_label(node, label, NULL) < 0) {
            Py_CLEAR(node);
        }
    }
    return node;
}
