/* New nodes, and their processing by the modes of autograd.engine.modes. Part of module.c. */

#pragma once

#include "memory.h"
#include "arguments.h"

/* New nodes */

static int active_modes; /* autograd.engine.modes' count of open blocks, of any context */
static PyObject *forgetting, *detecting, *recorder, *grouping, *strict; /* its context variables */
static PyObject *elsewhere; /* mark of nodes made outside recordings while some are open; None if none is */

/* The value of a context variable of autograd.engine.modes: 1, 0, or -1 with an exception. */
static int
is_on(PyObject *mode)
{
    PyObject *value;
    if (PyContextVar_Get(mode, NULL, &value) < 0) {
        return -1;
    }
    int on = value == Py_True;
    Py_XDECREF(value);
    return on;
}

/* autograd.engine.modes.recorded; only the error's text is left to Python. */
static COLD PyObject *
recorded_with_modes(Node *node)
{
    int detects = is_on(detecting), forgets = is_on(forgetting);
    if (detects < 0 || forgets < 0) {
        Py_DECREF(node);
        return NULL;
    }
    if (detects && !isfinite(node->data)) {
        PyObject *result = call_python("autograd.engine.modes", "recorded", (PyObject *)node, NULL);
        Py_DECREF(node);
        return result;
    }
    if (detects && elsewhere != Py_None) { /* a recording may branch on it */
        PyObject *finite = call_python("autograd.engine.modes", "observed_finite", (PyObject *)node, NULL);
        if (finite == NULL) {
            Py_DECREF(node);
            return NULL;
        }
        Py_DECREF(finite);
    }
    if (forgets) {
        value_clear((PyObject *)node);
        node->flags |= FORGOTTEN;
        return (PyObject *)node;
    }
    PyObject *recording = NULL, *group = NULL;
    bool done = elsewhere == Py_None || PyContextVar_Get(recorder, NULL, &recording) == 0;
    if (done && elsewhere != Py_None) {
        done = mark(node, recording != Py_None ? recording : elsewhere);
    }
    done = done && PyContextVar_Get(grouping, NULL, &group) == 0;
    if (done && group != Py_None) {
        done = note(groups, node, group);
    }
    Py_XDECREF(group);
    Py_XDECREF(recording);
    if (!done) {
        Py_DECREF(node);
        return NULL;
    }
    return (PyObject *)node;
}

/* Notify the recorder of this context, or the one in which the Value was made, or those of other threads. */
static COLD bool
tell_recorder(const char *question, PyObject *self, PyObject *other, PyObject *outcome)
{
    const char *method = "observed";
    PyObject *observer;
    int is_strict = is_on(strict);
    if (is_strict < 0 || PyContextVar_Get(recorder, NULL, &observer) < 0) {
        return false;
    }
    if (is_strict) { /* autograd.engine.modes.observed also does the rest */
        Py_SETREF(observer, PyImport_ImportModule("autograd.engine.modes"));
    }
    else if (observer == Py_None) {
        PyObject *maker = mark_of((Node *)self);
        if (maker != NULL && PyObject_HasAttrString(maker, method)) {
            Py_SETREF(observer, Py_NewRef(maker));
        }
        else if (elsewhere != Py_None && !PyErr_Occurred()) {
            method = "observed_elsewhere";
            Py_SETREF(observer, PyImport_ImportModule("autograd.engine.modes"));
        }
    }
    PyObject *told = observer == NULL || PyErr_Occurred() ? NULL : observer == Py_None ? Py_NewRef(Py_None)
        : PyObject_CallMethod(observer, method, "sOOO", question, self, other, outcome);
    Py_XDECREF(observer);
    Py_XDECREF(told);
    return told != NULL;
}

/* Whether a conversion raises depends on the number, too. */
static COLD void
observed_failure(PyObject *self)
{
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    PyObject *number = PyFloat_FromDouble(((Node *)self)->data);
    if (number != NULL && tell_recorder("float", self, Py_None, number)) {
        PyErr_Restore(type, error, traceback);
    }
    else {
        Py_XDECREF(type);
        Py_XDECREF(error);
        Py_XDECREF(traceback);
    }
    Py_XDECREF(number);
}

static COLD PyObject *
observed_by_recorder(const char *question, PyObject *self, PyObject *other, PyObject *outcome)
{
    if (outcome == NULL) {
        observed_failure(self);
    }
    else if (!tell_recorder(question, self, other, outcome)) {
        Py_CLEAR(outcome);
    }
    return outcome;
}

/* Report the outcome of an observation of a value's number, on which Python may branch: autograd.engine.modes.observed. */
static inline PyObject *
observed(const char *question, PyObject *self, PyObject *other, PyObject *outcome)
{
    return likely(active_modes == 0) ? outcome : observed_by_recorder(question, self, other, outcome);
}

/* Report that an attribute has been set: 0, or -1 with an exception. */
static inline int
observed_setting(const char *question, PyObject *self)
{
    return likely(active_modes == 0) || tell_recorder(question, self, Py_None, Py_None) ? 0 : -1;
}

/* Return a node whose parents are set, processed by the open modes. */
static inline PyObject *
recorded(Node *node)
{
    if (unlikely(node->flags & COLLECTABLE)) {
        PyObject_GC_Track((PyObject *)node);
    }
    return likely(active_modes == 0) ? (PyObject *)node : recorded_with_modes(node);
}

static inline Edge
edge_to(PyObject *parent, double derivative)
{
    Py_INCREF(parent);
    return (Edge){(Node *)parent, derivative};
}

static inline int
collectable(PyObject *value)
{
    return ((Node *)value)->flags & COLLECTABLE;
}

/* A node of up to two edges; with y NULL its number is a constant operand, if `place` says where. */

static inline PyObject *
set_pair(Node *node, PyObject *x, double d_x, PyObject *y, double d_y)
{
    node->pair[0] = edge_to(x, d_x);
    node->pair[1] = y != NULL ? edge_to(y, d_y) : (Edge){NULL, d_y};
    return (PyObject *)node;
}

static COLD PyObject *
special_node_of_pair(int op, double data, int place, PyObject *x, double d_x, PyObject *y, double d_y)
{
    int inherited = collectable(x) | (y != NULL ? collectable(y) : 0);
    Node *node = allocate_node(op, data, 1 + (y != NULL), inherited | place);
    return node != NULL ? recorded((Node *)set_pair(node, x, d_x, y, d_y)) : NULL;
}

/* Nearly always nobody observes the node, no cycle may run through it, and the slab has room: then nothing is called. */
static inline PyObject *
node_of_pair(int op, double data, int place, PyObject *x, double d_x, PyObject *y, double d_y)
{
    int special = active_modes | (COLLECTABLE & (((Node *)x)->flags | (y != NULL ? ((Node *)y)->flags : 0)));
    Node *node = likely(special == 0) ? take_ready_node() : NULL;
    if (unlikely(node == NULL)) {
        return special_node_of_pair(op, data, place, x, d_x, y, d_y);
    }
    return set_pair(start_simple_node(node, op, data, 1 + (y != NULL), place), x, d_x, y, d_y);
}

static inline PyObject *
node_of_one(int op, double data, PyObject *x, double d_x)
{
    return node_of_pair(op, data, 0, x, d_x, NULL, 0.0);
}

static inline PyObject *
node_with_constant(int op, double data, PyObject *x, double d_x, double constant, int place)
{
    return node_of_pair(op, data, place, x, d_x, NULL, constant);
}

static inline PyObject *
node_of_two(int op, double data, PyObject *x, double d_x, PyObject *y, double d_y)
{
    return node_of_pair(op, data, 0, x, d_x, y, d_y);
}

static void
drop_edges(Edge *edges, Py_ssize_t filled, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < filled; i++) {
        Py_XDECREF(edges[i].parent);
    }
    free_edges(edges, count);
}

/* A node, or a plain float if there are only constants; takes over the edges, even on failure. */
static PyObject *
node_of_edges(int op, double data, Edge *edges, Py_ssize_t count, int flags, bool constant)
{
    Node *node = constant ? NULL : allocate_node(op, data, MANY, flags);
    if (node == NULL) {
        drop_edges(edges, count, count);
        return constant ? PyFloat_FromDouble(data) : NULL;
    }
    node->many.edges = edges;
    node->many.count = count;
    return recorded(node);
}

static PyObject *
node_of_many(int op, double data, Edge *edges, Py_ssize_t count)
{
    int flags = 0;
    bool constant = true;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (edges[i].parent != NULL) {
            constant = false;
            flags |= edges[i].parent->flags & COLLECTABLE;
        }
    }
    return node_of_edges(op, data, edges, count, flags, constant);
}
