/* A recorded graph as a table, as compiler/record/walk.py does in Python. Part of module.c.

   While the table is filled, positions are in the nodes' `pending`, and no Python runs. */

#pragma once

#include "reverse.h"

typedef struct {
    Order order;
    double *constants;
    Py_ssize_t constants_count;
    int32_t *places; /* of constants by the hash of their bits, a power of 2 of them; -1 if free */
    size_t mask;
    int32_t *rows, *operands; /* of computed nodes; a constant is ~its number until all positions are known */
    Py_ssize_t rows_count, operands_count;
    Node **parameters;
    Py_ssize_t parameters_count;
    PyObject **added; /* rows of added ops, borrowed */
    Py_ssize_t added_count;
    void *memory;
} Table;

static int32_t
constant_number(Table *table, double number)
{
    uint64_t bits, hash;
    memcpy(&bits, &number, sizeof bits);
    hash = (bits ^ (bits >> 29)) * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(hash >> 32) & table->mask;
    while (table->places[i] >= 0 && memcmp(&table->constants[table->places[i]], &bits, sizeof bits) != 0) {
        i = (i + 1) & table->mask;
    }
    if (table->places[i] < 0) {
        table->constants[table->constants_count] = number;
        table->places[i] = (int32_t)table->constants_count++;
    }
    return table->places[i];
}

/* The row of a node's op; added ops follow the table's own in the order of first use. */
static int32_t
row_number(Table *table, Node *node)
{
    if (!is_added(node)) {
        return node->op;
    }
    Py_ssize_t i = 0;
    while (i < table->added_count && table->added[i] != added_row(node)) {
        i++;
    }
    if (i == table->added_count) {
        table->added[table->added_count++] = added_row(node);
    }
    return (int32_t)(OPS_COUNT + i);
}

/* Allocate what the nodes in order, and `numbers` roots that aren't Values, may need. */
static bool
allocate_table(Table *table, Py_ssize_t numbers)
{
    size_t leaves = 0, computed = 0, operands = 0, constants = (size_t)numbers, added = 0, places = 16;
    for (size_t i = 0; i < table->order.count; i++) {
        Node *node = table->order.nodes[i];
        leaves += node->op == LEAF;
        computed += node->op != LEAF;
        operands += (size_t)operand_count(node);
        added += is_added(node);
        for (Py_ssize_t k = 0; k < operand_count(node); k++) {
            constants += operand_at(node, k)->parent == NULL;
        }
    }
    while (places < 2 * constants) {
        places *= 2;
    }
    if (table->order.count + constants >= INT32_MAX / 4 || operands >= INT32_MAX / 4) {
        return false;
    }
    char *memory = table->memory = PyMem_Malloc(constants * sizeof(double) + (leaves + added) * sizeof(void *)
                                                + (places + computed + operands) * sizeof(int32_t));
    if (memory == NULL) {
        return false;
    }
    table->constants = (double *)memory;
    table->parameters = (Node **)(table->constants + constants);
    table->added = (PyObject **)(table->parameters + leaves);
    table->places = (int32_t *)(table->added + added);
    table->rows = table->places + places;
    table->operands = table->rows + computed;
    table->mask = places - 1;
    memset(table->places, 0xff, places * sizeof(int32_t));
    return true;
}

/* Assign each node its position, and store its row and operands. */
static void
fill_table(Table *table, PyObject *inputs, PyObject *roots, int32_t *places_of_roots)
{
    const Py_ssize_t inputs_count = PyTuple_GET_SIZE(inputs);
    for (size_t i = 0; i < table->order.count; i++) {
        table->order.nodes[i]->pending = 0;
    }
    for (Py_ssize_t i = 0; i < inputs_count; i++) {
        ((Node *)PyTuple_GET_ITEM(inputs, i))->pending = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < table->order.count; i++) {
        Node *node = table->order.nodes[i];
        if (node->op == LEAF && node->pending == 0) {
            table->parameters[table->parameters_count++] = node;
            node->pending = (uint32_t)(inputs_count + table->parameters_count);
        }
    }
    const int32_t first = (int32_t)(inputs_count + table->parameters_count);
    for (size_t i = 0; i < table->order.count; i++) {
        Node *node = table->order.nodes[i];
        if (node->op == LEAF) {
            continue;
        }
        for (Py_ssize_t k = 0; k < operand_count(node); k++) {
            const Edge *edge = operand_at(node, k);
            table->operands[table->operands_count++] = edge->parent != NULL
                ? (int32_t)edge->parent->pending - 1 : ~constant_number(table, edge->derivative);
        }
        table->rows[table->rows_count++] = row_number(table, node);
        node->pending = (uint32_t)(first + table->rows_count);
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(roots); i++) {
        PyObject *root = PyTuple_GET_ITEM(roots, i);
        places_of_roots[i] = is_value(root) ? (int32_t)((Node *)root)->pending - 1
            : ~constant_number(table, PyFloat_AS_DOUBLE(root));
    }
    /* All constants are known: computed nodes follow them. */
    const int32_t constants = (int32_t)table->constants_count;
    for (Py_ssize_t i = 0; i < table->operands_count + PyTuple_GET_SIZE(roots); i++) {
        int32_t *x = i < table->operands_count ? &table->operands[i] : &places_of_roots[i - table->operands_count];
        *x = *x < 0 ? first + ~*x : *x >= first ? *x + constants : *x;
    }
    for (size_t i = 0; i < table->order.count; i++) {
        table->order.nodes[i]->pending = 0;
    }
}

static PyObject *
tuple_of_ints(const int32_t *ints, Py_ssize_t count)
{
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *number = PyLong_FromLong(ints[i]);
        if (number == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, number);
    }
    if (tuple != NULL && count > 0) {
        PyObject_GC_UnTrack(tuple); /* it holds only ints */
    }
    return tuple;
}

static PyObject *
operands_of_table(const Table *table)
{
    PyObject *all = PyTuple_New(table->rows_count);
    const int32_t *next = table->operands;
    Py_ssize_t row = 0;
    for (size_t i = 0; all != NULL && i < table->order.count; i++) {
        Node *node = table->order.nodes[i];
        if (node->op != LEAF) {
            PyObject *operands = tuple_of_ints(next, operand_count(node));
            if (operands == NULL) {
                Py_CLEAR(all);
                break;
            }
            PyTuple_SET_ITEM(all, row++, operands);
            next += operand_count(node);
        }
    }
    return all;
}

static bool
note_label(PyObject *labels, Py_ssize_t position, const Node *node)
{
    PyObject *key = node->label != NULL ? PyLong_FromSsize_t(position) : NULL;
    bool fine = node->label == NULL || (key != NULL && PyDict_SetItem(labels, key, node->label) == 0);
    Py_XDECREF(key);
    return fine;
}

static PyObject *
labels_of_table(const Table *table, PyObject *inputs)
{
    PyObject *labels = PyDict_New();
    bool fine = labels != NULL;
    Py_ssize_t position = 0;
    for (; fine && position < PyTuple_GET_SIZE(inputs); position++) {
        fine = note_label(labels, position, (Node *)PyTuple_GET_ITEM(inputs, position));
    }
    for (Py_ssize_t i = 0; fine && i < table->parameters_count; i++) {
        fine = note_label(labels, position++, table->parameters[i]);
    }
    position += table->constants_count;
    for (size_t i = 0; fine && i < table->order.count; i++) {
        const Node *node = table->order.nodes[i];
        fine = node->op == LEAF || note_label(labels, position++, node);
    }
    return fine ? labels : (Py_XDECREF(labels), NULL);
}

static PyObject *
tuple_of_objects(PyObject *const *objects, Py_ssize_t count)
{
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(objects[i]));
    }
    return tuple;
}

static PyObject *
constants_of_table(const Table *table)
{
    PyObject *tuple = PyTuple_New(table->constants_count);
    for (Py_ssize_t i = 0; tuple != NULL && i < table->constants_count; i++) {
        PyObject *number = PyFloat_FromDouble(table->constants[i]);
        if (number == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, number);
    }
    return tuple;
}

/* The Values among the roots, after the inputs, from which the order is found. */
static PyObject **
values_among(PyObject *inputs, PyObject *roots, Py_ssize_t *count, Py_ssize_t *numbers)
{
    Py_ssize_t inputs_count = PyTuple_GET_SIZE(inputs), roots_count = PyTuple_GET_SIZE(roots);
    PyObject **values = PyMem_New(PyObject *, inputs_count + roots_count + 1);
    if (values == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *count = *numbers = 0;
    for (Py_ssize_t i = 0; i < inputs_count + roots_count; i++) {
        PyObject *x = i < inputs_count ? PyTuple_GET_ITEM(inputs, i) : PyTuple_GET_ITEM(roots, i - inputs_count);
        if (is_value(x)) {
            values[(*count)++] = x;
        }
        else if (i < inputs_count || !PyFloat_CheckExact(x)) {
            PyErr_SetString(PyExc_TypeError, "_flatten: inputs must be Values, roots Values and floats");
            PyMem_Free(values);
            return NULL;
        }
        else {
            ++*numbers;
        }
    }
    return values;
}

static PyObject *
result_of_table(const Table *table, PyObject *inputs, const int32_t *places_of_roots, Py_ssize_t roots_count)
{
    return Py_BuildValue("(NNNNNNN)", tuple_of_objects((PyObject *const *)table->parameters, table->parameters_count),
                         constants_of_table(table), tuple_of_ints(table->rows, table->rows_count), operands_of_table(table),
                         tuple_of_ints(places_of_roots, roots_count), labels_of_table(table, inputs),
                         tuple_of_objects(table->added, table->added_count));
}

PyDoc_STRVAR(flatten_doc,
"_flatten(inputs, roots, /)\n--\n\n"
"Return the graph below the roots as a table: parameters, constants, rows, operands, places of the roots, labels, rows\n"
"of added ops; see compiler/record/walk.py.");

static PyObject *
function_flatten(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2 || !PyTuple_CheckExact(arguments[0]) || !PyTuple_CheckExact(arguments[1])) {
        PyErr_SetString(PyExc_TypeError, "_flatten: takes two tuples, inputs and roots");
        return NULL;
    }
    PyObject *inputs = arguments[0], *roots = arguments[1], *result = NULL;
    Py_ssize_t values_count, numbers, roots_count = PyTuple_GET_SIZE(roots);
    PyObject **values = values_among(inputs, roots, &values_count, &numbers);
    if (values == NULL) {
        return NULL;
    }
    Table table = {.memory = NULL};
    int32_t *places_of_roots = PyMem_New(int32_t, roots_count + 1);
    if (places_of_roots == NULL) {
        PyErr_NoMemory();
    }
    else if (order_below(values, values_count, true, &table.order)) {
        bool fine = allocate_table(&table, numbers);
        if (fine) {
            fill_table(&table, inputs, roots, places_of_roots);
            result = result_of_table(&table, inputs, places_of_roots, roots_count);
            release_order(&table.order); /* no node is marked any more, and others may use them */
        }
        else {
            drop_order(&table.order);
            PyErr_NoMemory();
        }
    }
    PyMem_Free(table.memory);
    PyMem_Free(places_of_roots);
    PyMem_Free(values);
    return result;
}

PyDoc_STRVAR(topological_doc,
"_topological(roots, /)\n--\n\n"
"Return the nodes below a tuple of Values; see autograd.engine.graph.topological.");

static PyObject *
function_topological(PyObject *Py_UNUSED(module), PyObject *roots)
{
    bool fine = PyTuple_CheckExact(roots);
    for (Py_ssize_t i = 0; fine && i < PyTuple_GET_SIZE(roots); i++) {
        fine = is_value(PyTuple_GET_ITEM(roots, i));
    }
    if (!fine) {
        PyErr_SetString(PyExc_TypeError, "_topological: takes a tuple of Values");
        return NULL;
    }
    Order order;
    if (!order_below(&PyTuple_GET_ITEM(roots, 0), PyTuple_GET_SIZE(roots), true, &order)) {
        return NULL;
    }
    for (size_t i = 0; i < order.count; i++) {
        order.nodes[i]->pending = 0;
    }
    PyObject *nodes = PyList_New((Py_ssize_t)order.count);
    for (size_t i = 0; nodes != NULL && i < order.count; i++) {
        PyList_SET_ITEM(nodes, (Py_ssize_t)i, Py_NewRef((PyObject *)order.nodes[i]));
    }
    release_order(&order); /* no node is marked any more */
    return nodes;
}
