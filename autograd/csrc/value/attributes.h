/* A node's attributes. Part of module.c. */

#pragma once

#include "record.h"

/* Attributes */

static PyObject *
get_class(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(Py_TYPE(self));
}

/* The class determines how a node is allocated and freed. */
static int
set_class(PyObject *Py_UNUSED(self), PyObject *kind, void *Py_UNUSED(closure))
{
    if (kind == NULL) {
        PyErr_SetString(PyExc_TypeError, "__class__: the class of a Value can't be deleted");
    }
    else {
        complain(PyExc_TypeError, "__class__", ": the class of a Value can't be changed", kind);
    }
    return -1;
}

static PyObject *
get_op(PyObject *self, void *Py_UNUSED(closure))
{
    uint16_t op = ((Node *)self)->op;
    if (unlikely(is_added((Node *)self))) {
        return PyObject_GetAttrString(added_row((Node *)self), "name");
    }
    return op != LEAF ? Py_NewRef(rows[op].name_object) : PyUnicode_FromStringAndSize(NULL, 0);
}

/* The op's row of the table; None for a leaf. */
static PyObject *
get_row(PyObject *self, void *Py_UNUSED(closure))
{
    uint16_t op = ((Node *)self)->op;
    if (is_added((Node *)self)) {
        return Py_NewRef(added_row((Node *)self));
    }
    return op != LEAF ? PyObject_GetItem(table, rows[op].name_object) : Py_NewRef(Py_None);
}

static PyObject *
get_data(PyObject *self, void *Py_UNUSED(closure))
{
    return observed("data", self, Py_None, PyFloat_FromDouble(((Node *)self)->data));
}

static bool
refuse_deletion(const char *name, PyObject *object)
{
    if (object == NULL) {
        PyErr_Format(PyExc_AttributeError, "%s: can't be deleted", name);
    }
    return object == NULL;
}

static int
set_data(PyObject *self, PyObject *number, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    if (refuse_deletion("data", number)) {
        return -1;
    }
    if (node->op != LEAF) {
        PyObject *name = get_op(self, NULL);
        if (name != NULL) {
            PyErr_Format(PyExc_AttributeError, "data: only a leaf's can be set, this is a result of %U", name);
            Py_DECREF(name);
        }
        return -1;
    }
    if (!read_number("data", number, &node->data)) {
        return -1;
    }
    node->pair[0].derivative = node->data;
    return observed_setting("set", self);
}

/* An existing leaf keeps in pair[0].derivative the number that graphs were computed from. */
static int
set_data_again(PyObject *self, PyObject *number, void *closure)
{
    Node *node = (Node *)self;
    double before = node->data;
    if (set_data(self, number, closure) < 0) {
        return -1;
    }
    node->pair[0].derivative = before;
    return 0;
}

static PyObject *
get_before(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    double before = node->pair[0].derivative;
    bool differs = node->op == LEAF && before != node->data && !(isnan(before) && isnan(node->data));
    return differs ? PyFloat_FromDouble(before) : Py_NewRef(Py_None);
}

static PyObject *
get_grad(PyObject *self, void *Py_UNUSED(closure))
{
    return observed("grad", self, Py_None, PyFloat_FromDouble(((Node *)self)->grad));
}

static int
set_grad(PyObject *self, PyObject *number, void *Py_UNUSED(closure))
{
    if (refuse_deletion("grad", number) || !read_number("grad", number, &((Node *)self)->grad)) {
        return -1;
    }
    return observed_setting("set_grad", self);
}

static PyObject *
get_label(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *label = ((Node *)self)->label;
    return label != NULL ? Py_NewRef(label) : PyUnicode_FromStringAndSize(NULL, 0);
}

/* Only an exact str is kept: an instance of a subclass could hold the node, unknown to the collector. */
static int
set_label(PyObject *self, PyObject *label, void *Py_UNUSED(closure))
{
    if (refuse_deletion("label", label)) {
        return -1;
    }
    if (!PyUnicode_Check(label)) {
        complain(PyExc_TypeError, "label", " must be a str", label);
        return -1;
    }
    PyObject *exact = PyUnicode_GET_LENGTH(label) > 0 ? PyUnicode_FromObject(label) : NULL;
    if (exact == NULL && PyErr_Occurred()) {
        return -1;
    }
    Py_XSETREF(((Node *)self)->label, exact);
    return 0;
}

static PyObject *
get_hooks(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *found = noted(hooks, (Node *)self);
    return found != NULL || PyErr_Occurred() ? Py_XNewRef(found) : Py_NewRef(Py_None);
}

static int
set_hooks(PyObject *self, PyObject *made, void *Py_UNUSED(closure))
{
    return !refuse_deletion("_hooks", made) && note(hooks, (Node *)self, made) ? 0 : -1;
}

static PyObject *
value_register_hook(PyObject *self, PyObject *hook)
{
    return call_python("autograd.engine.hooks", "register", self, hook);
}

static PyObject *
get_forgotten(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((Node *)self)->flags & FORGOTTEN);
}

static PyObject *
get_operands(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    Py_ssize_t count = operand_count(node);
    PyObject *operands = PyTuple_New(count);
    for (Py_ssize_t i = 0; i < count && operands != NULL; i++) {
        Edge *edge = operand_at(node, i);
        PyObject *operand = edge->parent != NULL ? Py_NewRef(edge->parent) : PyFloat_FromDouble(edge->derivative);
        if (operand == NULL) {
            Py_CLEAR(operands);
            break;
        }
        PyTuple_SET_ITEM(operands, i, operand);
    }
    return operands;
}

static PyObject *
get_parents(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    PyObject *parents = PyTuple_New(parent_count(node));
    Py_ssize_t i = 0;
    if (parents != NULL) {
        FOR_EACH_EDGE(edge, node) {
            if (edge->parent != NULL) {
                PyTuple_SET_ITEM(parents, i++, Py_NewRef(edge->parent));
            }
        }
    }
    return parents;
}

static PyObject *
get_local_derivatives(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    PyObject *derivatives = PyTuple_New(parent_count(node));
    Py_ssize_t i = 0;
    if (derivatives != NULL) {
        FOR_EACH_EDGE(edge, node) {
            PyObject *derivative;
            if (edge->parent == NULL) {
                continue;
            }
            if ((derivative = PyFloat_FromDouble(edge->derivative)) == NULL) {
                Py_DECREF(derivatives);
                return NULL;
            }
            PyTuple_SET_ITEM(derivatives, i++, derivative);
        }
    }
    return derivatives;
}

/* Read by backward.py, for which the operands of every computed node are in tuples. */

static PyObject *
get_x(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(((Node *)self)->op == LEAF ? Py_None : Py_True);
}

static PyObject *
get_edges(PyObject *self, void *closure)
{
    PyObject *parents = get_parents(self, closure);
    PyObject *derivatives = parents != NULL ? get_local_derivatives(self, closure) : NULL;
    PyObject *edges = derivatives != NULL ? PyTuple_Pack(2, parents, derivatives) : NULL;
    Py_XDECREF(parents);
    Py_XDECREF(derivatives);
    return edges;
}

static PyObject *
get_none(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}
