/* The walk over a recorded graph. */

#pragma once

#include "memory.h"

typedef struct {
    PyObject *node;     /* borrowed: its users' operands, or the roots, hold it */
    PyObject *operands; /* NULL until it is first visited */
    PyObject *op;
    int32_t position;
    bool done;
} Visit;

typedef struct {
    Arena arena;
    PyTypeObject *type;
    Map visit_of; /* by address */
    ARRAY(Visit) visits;
    Ints stack, order;
    Map constant_of; /* by bits */
    ARRAY(double) constants;
    PyObject *parameters, *ops, *table, *labels, *places, *numbers;
    PyObject *names[3];
} Walk;

static int32_t
visit_of(Walk *walk, PyObject *node)
{
    int32_t *found = map_at(&walk->arena, &walk->visit_of, (uint64_t)(uintptr_t)node);
    if (*found < 0) {
        *found = (int32_t)walk->visits.count;
        if (walk->visits.count >= MOST) {
            PyErr_SetString(PyExc_MemoryError, "compile: the graph has too many nodes");
            fail(&walk->arena);
        }
        *ADDED(&walk->arena, &walk->visits) = (Visit){.node = node, .position = -1};
    }
    return *found;
}

static inline PyObject *
checked(Walk *walk, PyObject *object)
{
    if (object == NULL) {
        fail(&walk->arena);
    }
    return object;
}

static void
first_visit(Walk *walk, int32_t i)
{
    Visit *visit = &walk->visits.items[i];
    visit->operands = checked(walk, PyObject_GetAttr(visit->node, walk->names[0]));
    visit->op = checked(walk, PyObject_GetAttr(visit->node, walk->names[1]));
    if (!PyTuple_Check(visit->operands) || !PyUnicode_Check(visit->op)) {
        PyErr_SetString(PyExc_TypeError, "compile: a node's operands must be a tuple, its op a str");
        fail(&walk->arena);
    }
}

/* Depth first, operands from left to right: the order of graph.topological. */
static void
walk_below(Walk *walk, int32_t root)
{
    Arena *arena = &walk->arena;
    push(arena, &walk->stack, root);
    while (walk->stack.count > 0) {
        tick(arena);
        int32_t i = walk->stack.items[walk->stack.count - 1];
        if (walk->visits.items[i].done) {
            walk->stack.count--;
            continue;
        }
        if (walk->visits.items[i].operands == NULL) {
            first_visit(walk, i);
        }
        PyObject *operands = walk->visits.items[i].operands;
        size_t before = walk->stack.count;
        for (Py_ssize_t k = PyTuple_GET_SIZE(operands) - 1; k >= 0; k--) {
            PyObject *x = PyTuple_GET_ITEM(operands, k);
            if (PyObject_TypeCheck(x, walk->type)) {
                int32_t j = visit_of(walk, x);
                if (!walk->visits.items[j].done) {
                    push(arena, &walk->stack, j);
                }
            }
        }
        if (walk->stack.count == before) {
            walk->visits.items[i].done = true;
            push(arena, &walk->order, i);
            walk->stack.count--;
        }
    }
}

static int32_t
constant_position(Walk *walk, PyObject *x)
{
    double number = PyFloat_AsDouble(x);
    if (number == -1.0 && PyErr_Occurred()) {
        fail(&walk->arena);
    }
    int32_t *found = map_at(&walk->arena, &walk->constant_of, bits_of(number));
    if (*found < 0) {
        *found = (int32_t)walk->constants.count;
        *ADDED(&walk->arena, &walk->constants) = number;
    }
    return *found;
}

static bool
is_leaf(const Visit *visit)
{
    return PyUnicode_GET_LENGTH(visit->op) == 0;
}

static void
note_label(Walk *walk, const Visit *visit)
{
    PyObject *label = checked(walk, PyObject_GetAttr(visit->node, walk->names[2]));
    int named = PyObject_IsTrue(label);
    PyObject *key = named > 0 ? PyLong_FromLong(visit->position) : NULL;
    bool fine = named == 0 || (key != NULL && PyDict_SetItem(walk->labels, key, label) == 0);
    Py_XDECREF(key);
    Py_DECREF(label);
    if (!fine) {
        fail(&walk->arena);
    }
}

/* Where an operand or root is, once all positions are given; `first` is the first constant's. */
static PyObject *
position_of(Walk *walk, PyObject *x, int32_t first)
{
    bool is_value = PyObject_TypeCheck(x, walk->type);
    int32_t i = is_value ? visit_of(walk, x) : constant_position(walk, x); /* first, as it may move the visits */
    return checked(walk, PyLong_FromLong(is_value ? walk->visits.items[i].position : first + i));
}

/* The operands of each computed node, as positions. */
static void
write_table(Walk *walk, int32_t first)
{
    Py_ssize_t row = 0;
    for (size_t k = 0; k < walk->order.count; k++) {
        tick(&walk->arena);
        const Visit *visit = &walk->visits.items[walk->order.items[k]];
        if (is_leaf(visit)) {
            continue;
        }
        Py_ssize_t count = PyTuple_GET_SIZE(visit->operands);
        PyObject *places = checked(walk, PyTuple_New(count));
        PyTuple_SET_ITEM(walk->table, row, places);
        for (Py_ssize_t i = 0; i < count; i++) {
            PyTuple_SET_ITEM(places, i, position_of(walk, PyTuple_GET_ITEM(visit->operands, i), first));
        }
        if (count > 0) {
            PyObject_GC_UnTrack(places); /* it holds ints alone */
        }
        Py_INCREF(visit->op);
        PyTuple_SET_ITEM(walk->ops, row++, visit->op);
    }
}

static void
flatten_all(Walk *walk, PyObject *inputs, PyObject *roots)
{
    Arena *arena = &walk->arena;
    Py_ssize_t roots_count = PyTuple_GET_SIZE(roots), inputs_count = PyTuple_GET_SIZE(inputs);
    for (Py_ssize_t i = 0; i < roots_count; i++) {
        PyObject *root = PyTuple_GET_ITEM(roots, i);
        if (PyObject_TypeCheck(root, walk->type)) {
            walk_below(walk, visit_of(walk, root));
        }
    }
    walk->labels = checked(walk, PyDict_New());
    walk->parameters = checked(walk, PyList_New(0));
    int32_t position = 0;
    for (; position < inputs_count; position++) {
        PyObject *leaf = PyTuple_GET_ITEM(inputs, position);
        if (!PyObject_TypeCheck(leaf, walk->type)) {
            PyErr_SetString(PyExc_TypeError, "compile: inputs must be Values");
            fail(arena);
        }
        int32_t i = visit_of(walk, leaf); /* first, as it may move the visits */
        walk->visits.items[i].position = position;
        note_label(walk, &walk->visits.items[i]);
    }
    size_t computed = 0;
    for (size_t k = 0; k < walk->order.count; k++) {
        Visit *visit = &walk->visits.items[walk->order.items[k]];
        if (!is_leaf(visit)) {
            computed++;
            for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(visit->operands); i++) {
                PyObject *x = PyTuple_GET_ITEM(visit->operands, i);
                if (!PyObject_TypeCheck(x, walk->type)) {
                    constant_position(walk, x);
                }
            }
        }
        else if (visit->position < 0) {
            visit->position = position++;
            if (PyList_Append(walk->parameters, visit->node) < 0) {
                fail(arena);
            }
        }
    }
    for (Py_ssize_t i = 0; i < roots_count; i++) {
        if (!PyObject_TypeCheck(PyTuple_GET_ITEM(roots, i), walk->type)) {
            constant_position(walk, PyTuple_GET_ITEM(roots, i));
        }
    }
    int32_t first = position;
    position += (int32_t)walk->constants.count;
    for (size_t k = 0; k < walk->order.count; k++) {
        Visit *visit = &walk->visits.items[walk->order.items[k]];
        if (visit->position < 0) {
            visit->position = position++;
        }
        if (visit->position >= inputs_count) {
            note_label(walk, visit);
        }
    }
    walk->ops = checked(walk, PyTuple_New((Py_ssize_t)computed));
    walk->table = checked(walk, PyTuple_New((Py_ssize_t)computed));
    write_table(walk, first);
    walk->places = checked(walk, PyTuple_New(roots_count));
    for (Py_ssize_t i = 0; i < roots_count; i++) {
        PyTuple_SET_ITEM(walk->places, i, position_of(walk, PyTuple_GET_ITEM(roots, i), first));
    }
    walk->numbers = checked(walk, PyTuple_New((Py_ssize_t)walk->constants.count));
    for (size_t i = 0; i < walk->constants.count; i++) {
        PyTuple_SET_ITEM(walk->numbers, (Py_ssize_t)i, checked(walk, PyFloat_FromDouble(walk->constants.items[i])));
    }
}

PyDoc_STRVAR(flatten_doc,
"flatten(type, inputs, roots, /)\n--\n\n"
"The graph below the roots as a table; see compiler/record/walk.py, which says what it returns.");

static PyObject *
module_flatten(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *type, *inputs, *roots, *volatile result = NULL;
    if (!PyArg_ParseTuple(arguments, "O!O!O!", &PyType_Type, &type, &PyTuple_Type, &inputs, &PyTuple_Type, &roots)) {
        return NULL;
    }
    Walk *walk = PyMem_Calloc(1, sizeof *walk);
    if (walk == NULL) {
        return PyErr_NoMemory();
    }
    walk->type = (PyTypeObject *)type;
    walk->names[0] = PyUnicode_InternFromString("operands");
    walk->names[1] = PyUnicode_InternFromString("op");
    walk->names[2] = PyUnicode_InternFromString("label");
    if (walk->names[0] != NULL && walk->names[1] != NULL && walk->names[2] != NULL && setjmp(walk->arena.failed) == 0) {
        flatten_all(walk, inputs, roots);
        result = PyTuple_Pack(6, walk->parameters, walk->numbers, walk->ops, walk->table, walk->places, walk->labels);
    }
    for (size_t i = 0; i < walk->visits.count; i++) {
        Py_XDECREF(walk->visits.items[i].operands);
        Py_XDECREF(walk->visits.items[i].op);
    }
    PyObject *mine[] = {walk->parameters, walk->numbers, walk->ops, walk->table, walk->places, walk->labels,
                        walk->names[0], walk->names[1], walk->names[2]};
    for (size_t i = 0; i < sizeof mine / sizeof *mine; i++) {
        Py_XDECREF(mine[i]);
    }
    release_all(&walk->arena);
    PyMem_Free(walk);
    return result;
}
