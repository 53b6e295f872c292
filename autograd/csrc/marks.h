/* Marks: in which recording a node was made; a table beside the nodes, as nearly all have none. Part of _value.c. */

#pragma once

#include "node.h"

static PyObject *marks; /* by address of a node with MARKED what it is marked with, as autograd.modes tells */

static COLD bool
mark(Node *node, PyObject *recording)
{
    PyObject *address = PyLong_FromVoidPtr(node);
    bool done = address != NULL && PyDict_SetItem(marks, address, recording) == 0;
    Py_XDECREF(address);
    node->flags |= done ? MARKED : 0;
    return done;
}

/* What a node is marked with, borrowed; NULL if it isn't, or with an exception. */
static COLD PyObject *
mark_of(Node *node)
{
    PyObject *address = node->flags & MARKED ? PyLong_FromVoidPtr(node) : NULL;
    PyObject *recording = address != NULL ? PyDict_GetItemWithError(marks, address) : NULL;
    Py_XDECREF(address);
    return recording;
}

/* A node dies. Where memory is short its mark stays, until the next node at this address is marked. */
static COLD void
unmark(Node *node)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *address = PyLong_FromVoidPtr(node);
    if (address == NULL || PyDict_DelItem(marks, address) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(address);
    PyErr_Restore(type, value, traceback);
}

PyDoc_STRVAR(marks_of_doc,
"_marks_of(nodes, /)\n--\n\n"
"Return the set of what the nodes of a list are marked with.");

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
"Mark a node, as long as it lives.");

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
