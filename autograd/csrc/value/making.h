/* Construction of Values, copying, pickling. Part of module.c. */

#pragma once

#include "attributes.h"

/* Construction, copying, pickling */

/* A leaf of 0, which value_init fills, so that subclasses can have other arguments. */
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

/* Whether no keyword is one of another library's; otherwise sets an error that names the equivalent here. */
static COLD bool
no_foreign_keywords(PyObject *keywords)
{
    if (keywords == NULL) {
        return true;
    }
    PyObject *module = PyImport_ImportModule("autograd._common.foreign"), *result = NULL;
    if (module != NULL) {
        result = PyObject_CallMethod(module, "refuse_keywords", "ssO", "Value", "Value", keywords);
    }
    Py_XDECREF(module);
    Py_XDECREF(result); /* NULL: it raises */
    return result != NULL;
}

/* Value(data, label) without a tuple and a dict; subclasses are made by value_new and value_init. */
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
        if (no_foreign_keywords(keywords)) {
            misfit(&row, NULL, arguments, count, keywords);
        }
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
    node->pair[0].derivative = node->data;
    return (PyObject *)node;
}

PyDoc_STRVAR(leaves_doc,
"_leaves(numbers, /)\n--\n\n"
"Return a list of new leaves, one for each number, if `numbers` is a list of floats only; else None.");

static PyObject *
function_leaves(PyObject *Py_UNUSED(module), PyObject *numbers)
{
    const Py_ssize_t count = PyList_Check(numbers) ? PyList_GET_SIZE(numbers) : 0;
    PyObject *leaves = PyList_New(count); /* first, as it may run the garbage collector; nothing below runs Python */
    bool floats = PyList_Check(numbers) && PyList_GET_SIZE(numbers) == count;
    for (Py_ssize_t i = 0; leaves != NULL && floats && i < count; i++) {
        PyObject *number = PyList_GET_ITEM(numbers, i);
        floats = PyFloat_CheckExact(number);
        Node *leaf = floats ? allocate_node(LEAF, PyFloat_AS_DOUBLE(number), 0, 0) : NULL;
        if (leaf != NULL) {
            leaf->pair[0].derivative = leaf->data;
            PyList_SET_ITEM(leaves, i, (PyObject *)leaf);
        }
        else if (floats) {
            Py_CLEAR(leaves);
        }
    }
    if (leaves != NULL && !floats) {
        Py_SETREF(leaves, Py_NewRef(Py_None));
    }
    return leaves;
}

static PyObject *
value_detach(SELF_AND_NOTHING)
{
    Node *node = (Node *)self, *leaf = allocate_node(LEAF, node->data, 0, 0);
    if (leaf == NULL) {
        return NULL;
    }
    leaf->pair[0].derivative = leaf->data;
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
    return call_python("autograd.engine.pickling", "copy", self, NULL);
}

static PyObject *
value_deepcopy(PyObject *self, PyObject *memo)
{
    return call_python("autograd.engine.pickling", "deepcopy", self, memo);
}

static PyObject *
value_reduce(PyObject *self, PyObject *Py_UNUSED(protocol))
{
    return call_python("autograd.engine.pickling", "reduce", self, NULL);
}

/* Whether a boolean field of an added op's row is set: 1, 0, or -1 with an exception. */
static int
is_true_of(PyObject *row, const char *field)
{
    PyObject *content = PyObject_GetAttrString(row, field);
    int found = content != NULL ? PyObject_IsTrue(content) : -1;
    Py_XDECREF(content);
    return found;
}

/* The number of an op's name; for an added op also its row, a new reference. -1 with an exception. */
static int
find_op(PyObject *name, PyObject **row)
{
    for (int op = 0; op < OPS_COUNT; op++) {
        if (PyUnicode_Compare(name, rows[op].name_object) == 0) {
            return op;
        }
    }
    if ((*row = PyObject_GetItem(table, name)) != NULL) {
        int selects = is_true_of(*row, "selects");
        if (selects < 0) {
            Py_CLEAR(*row);
        }
        return selects < 0 ? -1 : selects ? OP_SELECTING : OP_ADDED;
    }
    if (PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Clear();
        complain(PyExc_ValueError, "restore: op", " must be the name of a row", name);
    }
    return -1;
}

/* A node of an added op; takes over the edges, with one more for the row, and the row, even on failure. */
static PyObject *
node_of_added(int op, double data, Edge *edges, Py_ssize_t count, PyObject *row)
{
    int loops = is_true_of(row, "loops"), flags = loops > 0 ? COLLECTABLE : 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        flags |= edges[i].parent != NULL ? edges[i].parent->flags & COLLECTABLE : 0;
    }
    Node *node = loops >= 0 ? allocate_node(op, data, MANY, flags) : NULL;
    if (node == NULL) {
        drop_edges(edges, count, count + 1);
        Py_DECREF(row);
        return NULL;
    }
    edges[count] = (Edge){(Node *)row, 0.0};
    node->many.edges = edges;
    node->many.count = count;
    return recorded(node);
}

/* Whether an op can have that number of operands; `row` is that of an added op. Otherwise sets an exception. */
static bool
can_have_operands(int op, PyObject *row, PyObject *operands)
{
    Py_ssize_t count = PyTuple_GET_SIZE(operands);
    PyObject *takes = row != NULL ? PyObject_CallMethod(row, "takes", "n", count)
                                  : PyBool_FromLong(count <= INT32_MAX && op_takes(op, (int)count));
    int fits = takes != NULL ? PyObject_IsTrue(takes) : -1;
    Py_XDECREF(takes);
    if (fits == 0) {
        complain(PyExc_ValueError, "restore: operands", " must be as many as the op takes", operands);
    }
    return fits > 0;
}

/* Edges from operands and, for those that are Values, derivatives: the inverse of get_operands. `room` is the
   capacity. */
static bool
restore_edges(Edge *edges, PyObject *operands, PyObject *derivatives, Py_ssize_t room)
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
            drop_edges(edges, i + 1, room);
            return complain(PyExc_TypeError, "restore: operands",
                            " must be Values and floats, with a derivative for each Value", operands);
        }
        edges[i].derivative = PyFloat_AS_DOUBLE(number);
    }
    if (next != PyTuple_GET_SIZE(derivatives)) {
        drop_edges(edges, PyTuple_GET_SIZE(operands), room);
        return complain(PyExc_TypeError, "restore: operands",
                        " must be Values and floats, with a derivative for each Value", operands);
    }
    return true;
}

/* Store one or two edges in the node itself, as the op's own code does. */
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
"Make a computed node from its parts without computing, for pickling and copying.");

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
    PyObject *row = NULL, *node;
    int op = find_op(name, &row);
    Py_ssize_t count = PyTuple_GET_SIZE(operands), room = count + (row != NULL);
    Edge *edges = op >= 0 && can_have_operands(op, row, operands) ? allocate_edges(room) : NULL;
    if (edges == NULL || !restore_edges(edges, operands, derivatives, room)) {
        Py_XDECREF(row);
        return NULL;
    }
    if (PyTuple_GET_SIZE(derivatives) == 0) {
        drop_edges(edges, count, room);
        Py_XDECREF(row);
        return complain(PyExc_ValueError, "restore: operands", " must have a Value among them", operands);
    }
    if (row != NULL) {
        node = node_of_added(op, data, edges, count, row);
    }
    else {
        node = (op_arity(op) == 1 || op_arity(op) == 2 ? node_of_few : node_of_many)(op, data, edges, count);
    }
    if (node != NULL) {
        ((Node *)node)->grad = grad;
        if (label != NULL && set_label(node, label, NULL) < 0) {
            Py_CLEAR(node);
        }
    }
    return node;
}
