/* Marks: the recording and the group in which a node was made, and its hooks; tables beside the nodes, as nearly all
   have none. Part of module.c. */

#pragma once

#include "node.h"

static PyObject *marks;  /* by address of a node with NOTED its marks, see autograd.engine.modes */
static PyObject *groups; /* by address of such a node the name of its group */
static PyObject *hooks;  /* by address of such a node its hooks, see autograd.engine.hooks */
static PyObject *hooks_alive; /* autograd.engine.hooks.alive, which is empty if no node has any */

static COLD bool
note(PyObject *table, Node *node, PyObject *what)
{
    PyObject *address = PyLong_FromVoidPtr(node);
    bool done = address != NULL && PyDict_SetItem(table, address, what) == 0;
    Py_XDECREF(address);
    node->flags |= done ? NOTED : 0;
    return done;
}

/* The marks of a node, borrowed; NULL if it has none, or with an exception. */
static COLD PyObject *
noted(PyObject *table, Node *node)
{
    PyObject *address = node->flags & NOTED ? PyLong_FromVoidPtr(node) : NULL;
    PyObject *what = address != NULL ? PyDict_GetItemWithError(table, address) : NULL;
    Py_XDECREF(address);
    return what;
}

static inline bool
mark(Node *node, PyObject *recording)
{
    return note(marks, node, recording);
}

static inline PyObject *
mark_of(Node *node)
{
    return noted(marks, node);
}

/* Called when a node dies. If memory is short, its entry stays until the next node at this address has one. */
static COLD void
forget_notes(Node *node)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *address = PyLong_FromVoidPtr(node);
    if (address == NULL || PyDict_DelItem(marks, address) < 0) { /* a node that is only in a group has no mark */
        PyErr_Clear();
    }
    if (address == NULL || PyDict_DelItem(groups, address) < 0) {
        PyErr_Clear();
    }
    PyObject *own = address != NULL ? Py_XNewRef(PyDict_GetItemWithError(hooks, address)) : NULL;
    if (own != NULL && PyDict_DelItem(hooks, address) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(address);
    Py_XDECREF(own); /* may run any code */
    PyErr_Restore(type, value, traceback);
}

PyDoc_STRVAR(marks_of_doc,
"_marks_of(nodes, /)\n--\n\n"
"Return the set of the marks of a list of nodes.");

static PyObject *
function_marks_of(PyObject *Py_UNUSED(module), PyObject *nodes)
{
    if (!PyList_Check(nodes)) {
        PyErr_SetString(PyExc_TypeError, "_marks_of: nodes must be a list");
        return NULL;
    }
    PyObject *found = PySet_New(NULL);
    for (Py_ssize_t i = 0; found != NULL && i < PyList_GET_SIZE(nodes); i++) {
        PyObject *node = PyList_GET_ITEM(nodes, i);
        PyObject *recording = is_value(node) ? mark_of((Node *)node) : NULL;
        if (recording != NULL ? PySet_Add(found, recording) < 0 : PyErr_Occurred() != NULL) {
            Py_CLEAR(found);
        }
    }
    return found;
}

PyDoc_STRVAR(mark_doc,
"_mark(node, mark, /)\n--\n\n"
"Mark a node for its lifetime.");

static PyObject *
function_mark(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2 || !is_value(arguments[0])) {
        PyErr_SetString(PyExc_TypeError, "_mark: takes a Value and what to mark it with");
        return NULL;
    }
    if (!mark((Node *)arguments[0], arguments[1])) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(group_of_doc,
"_group_of(node, /)\n--\n\n"
"Return the name of a node's group, or None.");

static PyObject *
function_group_of(PyObject *Py_UNUSED(module), PyObject *node)
{
    PyObject *name = is_value(node) ? noted(groups, (Node *)node) : NULL;
    return name != NULL || PyErr_Occurred() ? Py_XNewRef(name) : Py_NewRef(Py_None);
}

PyDoc_STRVAR(put_in_group_doc,
"_put_in_group(node, name, /)\n--\n\n"
"Put a node in a group for its lifetime.");

static PyObject *
function_put_in_group(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2 || !is_value(arguments[0]) || !PyUnicode_CheckExact(arguments[1])) {
        PyErr_SetString(PyExc_TypeError, "_put_in_group: takes a Value and the name of its group");
        return NULL;
    }
    if (!note(groups, (Node *)arguments[0], arguments[1])) {
        return NULL;
    }
    Py_RETURN_NONE;
}
