/* Tests whether Python objects still hold the same objects, for each call of a compiled function. Part of
   module.c. */

#pragma once

#include "node.h"

/* As numbered in compiler/record/state.py. */
enum { ENTRY, MEMBER, CELL, CODE, LIST, DICT, SIZE, CALL };

/* The value of a key of a dict, borrowed: None if missing; NULL with an exception. */
static inline PyObject *
entry_of(PyObject *dict, PyObject *key)
{
    PyObject *found = PyDict_GetItemWithError(dict, key);
    return found != NULL || PyErr_Occurred() ? found : Py_None;
}

static bool
is_dict_of(PyObject *dict, PyObject *expected) /* keys and values in turn */
{
    Py_ssize_t position = 0, i = 0, size = PyTuple_GET_SIZE(expected);
    PyObject *key, *value;
    while (PyDict_Next(dict, &position, &key, &value)) {
        if (i + 1 >= size || PyTuple_GET_ITEM(expected, i) != key || PyTuple_GET_ITEM(expected, i + 1) != value) {
            return false;
        }
        i += 2;
    }
    return i == size;
}

static bool
is_list_of(PyObject *list, PyObject *expected)
{
    Py_ssize_t size = PyList_GET_SIZE(list);
    return size == PyTuple_GET_SIZE(expected) &&
           (size == 0 || memcmp(((PyListObject *)list)->ob_item, &PyTuple_GET_ITEM(expected, 0), (size_t)size * sizeof(PyObject *)) == 0);
}

/* 1 if a place holds the expected object, 0 if not or if unknown, -1 with an exception. */
static int
is_unchanged(long kind, PyObject *holder, PyObject *key, PyObject *expected)
{
    PyObject *found = NULL;
    switch (kind) {
    case ENTRY:
        found = PyDict_Check(holder) ? entry_of(holder, key) : Py_None;
        return found == NULL ? -1 : PyDict_Check(holder) && found == expected;
    case MEMBER:
        if (!PyType_Check(holder) || !PyType_HasFeature((PyTypeObject *)holder, Py_TPFLAGS_HEAPTYPE)) {
            return 0;
        }
        found = entry_of(((PyTypeObject *)holder)->tp_dict, key);
        return found == NULL ? -1 : found == expected;
    case CELL:
        return PyCell_Check(holder) && PyCell_GET(holder) == expected;
    case CODE:
        return PyFunction_Check(holder) && PyFunction_GET_CODE(holder) == expected;
    case LIST:
        return PyList_Check(holder) && PyTuple_Check(expected) && is_list_of(holder, expected);
    case DICT:
        return PyDict_Check(holder) && PyTuple_Check(expected) && is_dict_of(holder, expected);
    case SIZE:
        return PyDict_Check(holder) && PyLong_Check(expected) && PyDict_GET_SIZE(holder) == PyLong_AsSsize_t(expected);
    case CALL:
        found = PyObject_CallNoArgs(holder);
        Py_XDECREF(found); /* a new object may not be the expected one, which is still there */
        return found == NULL ? -1 : found == expected;
    default:
        return 0;
    }
}

PyDoc_STRVAR(unchanged_doc,
"_unchanged(places, /)\n--\n\n"
"Return whether each of a tuple of places, (kind, holder, key, expected), holds the expected object.");

static PyObject *
function_unchanged(PyObject *Py_UNUSED(module), PyObject *places)
{
    if (!PyTuple_Check(places)) {
        PyErr_SetString(PyExc_TypeError, "_unchanged: places must be a tuple");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(places); i++) {
        PyObject *place = PyTuple_GET_ITEM(places, i);
        if (!PyTuple_Check(place) || PyTuple_GET_SIZE(place) != 4 || !PyLong_Check(PyTuple_GET_ITEM(place, 0))) {
            PyErr_SetString(PyExc_TypeError, "_unchanged: a place must be (kind, holder, key, expected)");
            return NULL;
        }
        int same = is_unchanged(PyLong_AsLong(PyTuple_GET_ITEM(place, 0)), PyTuple_GET_ITEM(place, 1),
                                PyTuple_GET_ITEM(place, 2), PyTuple_GET_ITEM(place, 3));
        if (same <= 0) {
            return same < 0 ? NULL : Py_NewRef(Py_False);
        }
    }
    Py_RETURN_TRUE;
}
