/* A call with one sample: from a user's numbers, alone or in flat lists, tuples and arrays, to numbers. */

#include "calls.h"

#include <string.h>

bool
replay_take_room(Plan *plan, Wide *wide, Room *room)
{
    const size_t places = wide != NULL ? wide->places : replay_places(plan);
    const size_t inputs = (size_t)plan->gradients, stored = (size_t)plan->stored;
    room->wide = wide;
    room->kept = wide != NULL ? &wide->kept : &plan->room;
    double *memory = *room->kept;
    *room->kept = NULL;
    if (memory == NULL) {
        memory = replay_allocate(places + 2 * inputs + stored + (size_t)plan->parameters_count, sizeof(double));
        if (memory == NULL) {
            PyErr_NoMemory();
            return false;
        }
        if (wide != NULL) { /* each number has a place of its own; constants are kept */
            memcpy(memory, plan->start, (size_t)plan->uniforms * sizeof(double));
            memcpy(memory + wide->seed + 1, (double[]){0.0, 1.0, -0.0}, 3 * sizeof(double));
        }
    }
    room->places = memory;
    room->stored = memory + places;
    room->gradients = room->stored + stored;
    room->found = room->gradients + inputs;
    room->inputs = wide != NULL ? memory + plan->uniforms : room->found + plan->parameters_count;
    return true;
}

void
replay_give_back(Room *room)
{
    if (*room->kept == NULL) {
        *room->kept = room->places;
    }
    else {
        replay_free(room->places);
    }
}

/* Copy an argument's numbers; return their end, or NULL if Python has to look at it. */
static double *
copy_numbers(PyObject *x, double *to, const double *end)
{
    if (to < end && replay_is_number(x, to)) {
        return to + 1;
    }
    if (PyList_CheckExact(x) || PyTuple_CheckExact(x)) {
        PyObject **items = PySequence_Fast_ITEMS(x);
        Py_ssize_t count = PySequence_Fast_GET_SIZE(x);
        bool fine = count <= end - to;
        for (Py_ssize_t i = 0; fine && i < count; i++) {
            fine = replay_is_number(items[i], to++);
        }
        return fine ? to : NULL;
    }
    Py_buffer view;
    if (!replay_is_array(x) || PyObject_GetBuffer(x, &view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) < 0) {
        PyErr_Clear();
        return NULL;
    }
    const Py_ssize_t count = view.len / (Py_ssize_t)sizeof(double);
    bool fine = replay_is_of_doubles(&view) && count <= end - to;
    if (fine) {
        memcpy(to, view.buf, (size_t)view.len);
    }
    PyBuffer_Release(&view);
    return fine ? to + count : NULL;
}

static PyObject *
float_at(const double *number)
{
    return PyFloat_FromDouble(*number);
}

static PyObject *
in_form(const double *numbers, Py_ssize_t count, Form form)
{
    if (form == SINGLE) {
        return float_at(numbers);
    }
    if (form == ARRAY) {
        double *to;
        Py_buffer view;
        PyObject *array = replay_new_array(count, &view, &to);
        if (array != NULL) {
            memcpy(to, numbers, (size_t)count * sizeof(double));
            PyBuffer_Release(&view);
        }
        return array;
    }
    PyObject *all = form == LIST ? PyList_New(count) : PyTuple_New(count);
    for (Py_ssize_t i = 0; all != NULL && i < count; i++) {
        PyObject *number = float_at(numbers + i);
        if (number == NULL) {
            Py_CLEAR(all);
        }
        else if (form == LIST) {
            PyList_SET_ITEM(all, i, number);
        }
        else {
            PyTuple_SET_ITEM(all, i, number);
        }
    }
    return all;
}

/* Gradients of inputs are in an array where some argument is one. */
static PyObject *
results_in(const Plan *plan, const Room *room, PyObject *arguments, Mode mode, Form form)
{
    PyObject *outputs = in_form(room->stored, plan->outputs, form);
    if (mode != GRADIENTS || outputs == NULL) {
        return outputs;
    }
    bool arrays = false;
    for (Py_ssize_t i = 0; !arrays && i < PyTuple_GET_SIZE(arguments); i++) {
        arrays = replay_is_array(PyTuple_GET_ITEM(arguments, i));
    }
    PyObject *inputs = in_form(room->gradients, plan->gradients, arrays ? ARRAY : TUPLE), *all = NULL;
    PyObject *parameters = inputs != NULL ? in_form(room->found, plan->parameters_count, ARRAY) : NULL;
    if (parameters != NULL) {
        all = PyTuple_Pack(3, outputs, inputs, parameters);
    }
    Py_DECREF(outputs);
    Py_XDECREF(inputs);
    Py_XDECREF(parameters);
    return all;
}

static bool
guards_hold(const Guards *guards, const Plan *plan, const Room *room)
{
    if (guards == NULL) {
        return true;
    }
    double **rows = replay_allocate((size_t)plan->stored, sizeof(double *));
    for (ptrdiff_t i = 0; rows != NULL && i < plan->stored; i++) {
        rows[i] = &room->stored[i];
    }
    const bool hold = rows != NULL && replay_guards_hold(guards, plan, NULL, rows, 1);
    if (rows == NULL) {
        PyErr_NoMemory();
    }
    replay_free(rows);
    return hold;
}

/* Run from inputs and parameters in place to all results; return whether any gradient is nan. */
static bool
run_in(const Plan *plan, const Room *room, double seed)
{
    if (room->wide != NULL) {
        return replay_wide(plan, room, seed);
    }
    memset(room->gradients, 0, (size_t)plan->gradients * sizeof(double));
    replay_sample(plan, room->places, &(Sample){room->inputs, NULL, seed, room->stored, room->gradients});
    for (ptrdiff_t i = 0; i < plan->stored; i++) {
        if (plan->results[i] >= 0) {
            room->stored[i] = room->places[plan->results[i]];
        }
    }
    for (ptrdiff_t i = 0; i < plan->parameters_count; i++) {
        room->found[i] = plan->parameters[i] >= 0 ? room->places[plan->parameters[i]] : 0.0;
    }
    return replay_any_nan(room->found, plan->parameters_count) || replay_any_nan(room->gradients, plan->gradients);
}

static PyObject *
carry_out(Plan *plan, const Guards *guards, const Room *room, PyObject *arguments, PyObject *values, double seed, Mode mode, Form form)
{
    bool plain;
    if (room->wide == NULL) {
        memcpy(room->places, plan->start, (size_t)plan->uniforms * sizeof(double));
    }
    if (!replay_read_data(values, room->places + plan->first_parameter, &plain)) {
        return NULL;
    }
    const bool nan = run_in(plan, room, seed);
    if (!guards_hold(guards, plan, room)) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    }
    if (plan->assumes && nan) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = results_in(plan, room, arguments, mode, form);
    if (mode == LEARN && result != NULL && !replay_add_gradients(values, plain, room->found)) {
        Py_CLEAR(result);
    }
    return result;
}

PyObject *
replay_one(Plan *plan, const Guards *guards, PyObject *arguments, PyObject *values, double seed, Mode mode, Form form)
{
    Room room;
    if (!replay_widen(plan) || !replay_take_room(plan, plan->wide, &room)) {
        return NULL;
    }
    double *next = room.inputs, *end = room.inputs + plan->gradients;
    for (Py_ssize_t i = 0; next != NULL && i < PyTuple_GET_SIZE(arguments); i++) {
        next = copy_numbers(PyTuple_GET_ITEM(arguments, i), next, end);
    }
    PyObject *result = next == end ? carry_out(plan, guards, &room, arguments, values, seed, mode, form) : Py_NewRef(Py_NotImplemented);
    replay_give_back(&room);
    return result;
}
