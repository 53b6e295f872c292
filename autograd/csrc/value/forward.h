/* Tangents and Jacobians of recorded graphs, as floats, for jvp and jacobian. Part of module.c.

   Functions here and in hessian.h return None if Python has to do it: see tape.h. */

#pragma once

#include "lanes.h"

/* A float for each node: a lane of its row. */
static PyObject *
list_of_lane(const Block *block, const double *rows, const Lanes *moves, const Place *places, Py_ssize_t count, int lane)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; i < count && list != NULL; i++) {
        set_item(&list, i, PyFloat_FromDouble(lane_at(block, rows, moves, places[i], lane)));
    }
    return list;
}

static PyObject *
none_if_unfit(Outcome outcome)
{
    return outcome == UNFIT ? Py_NewRef(Py_None) : NULL;
}

PyDoc_STRVAR(push_doc,
"_push(outputs, inputs, tangents, /)\n--\n\n"
"Return for each output Σ ∂output/∂input · tangent, for lists of Values, Values and floats; None if Python has to do it.");

static PyObject *
function_push(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    if (given != 3 || !is_list_of_values(arguments[0]) || !is_list_of_values(arguments[1])
        || !is_list_of_floats(arguments[2], PyList_GET_SIZE(arguments[1]))) {
        PyErr_SetString(PyExc_TypeError, "_push: takes two lists of Values and a list of floats");
        return NULL;
    }
    Py_ssize_t outputs = PyList_GET_SIZE(arguments[0]), inputs = PyList_GET_SIZE(arguments[1]);
    Tape tape;
    Block block;
    Outcome outcome = build_moderate_tape(&tape, arguments[0], arguments[1], false);
    PyObject *result = NULL;
    if (outcome == BUILT && allocate_block(&block, &tape, 1)) {
        memset(block.moves, 0, tape.count * sizeof(Lanes));
        for (Py_ssize_t i = 0; i < inputs; i++) {
            seed(&block, block.rows, block.moves, tape.inputs[i], 0,
                 PyFloat_AS_DOUBLE(PyList_GET_ITEM(arguments[2], i)));
        }
        push_block(&block);
        result = list_of_lane(&block, block.rows, block.moves, tape.outputs, outputs, 0);
        PyMem_Free(block.memory);
    }
    PyMem_Free(tape.memory);
    return result != NULL || PyErr_Occurred() ? result : none_if_unfit(outcome);
}

/* Append the columns (or rows) of a block of directions to the list. */
static bool
append_block(Block *block, PyObject *list, Py_ssize_t first, Py_ssize_t last, bool forward, Py_ssize_t across)
{
    const Tape *tape = block->tape;
    const Place *from = forward ? tape->inputs : tape->outputs, *to = forward ? tape->outputs : tape->inputs;
    double *rows = forward ? block->rows : block->adjoint_tangents;
    Lanes *moves = forward ? block->moves : block->adjoint_moves;
    if (!clear_block(block)) {
        return false;
    }
    for (Py_ssize_t i = first; i < last; i++) {
        seed(block, rows, moves, from[i], (int)(i - first), 1.0);
    }
    if (forward) {
        push_block(block);
    }
    else {
        pull_block(block, NULL, 0);
    }
    for (Py_ssize_t i = first; i < last; i++) {
        PyObject *line = list_of_lane(block, rows, moves, to, across, (int)(i - first));
        if (line == NULL || PyList_Append(list, line) < 0) {
            Py_XDECREF(line);
            return false;
        }
        Py_DECREF(line);
    }
    return true;
}

PyDoc_STRVAR(jacobian_doc,
"_jacobian(outputs, inputs, forward, /)\n--\n\n"
"Return the Jacobian between two lists of Values as lists of floats: its columns, one for each input, in forward mode,\n"
"else its rows, one for each output; None if Python has to do it.");

static PyObject *
function_jacobian(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    if (given != 3 || !is_list_of_values(arguments[0]) || !is_list_of_values(arguments[1])) {
        PyErr_SetString(PyExc_TypeError, "_jacobian: takes two lists of Values and whether to go forward");
        return NULL;
    }
    bool forward = arguments[2] == Py_True;
    Py_ssize_t sizes[2] = {PyList_GET_SIZE(arguments[0]), PyList_GET_SIZE(arguments[1])};
    Py_ssize_t directions = sizes[forward], across = sizes[!forward];
    Tape tape;
    Block block;
    Outcome outcome = (forward ? build_moderate_tape : build_tape)(&tape, arguments[0], arguments[1], false);
    PyObject *result = NULL;
    if (outcome == BUILT && allocate_block(&block, &tape, (size_t)directions)) {
        result = PyList_New(0);
        for (Py_ssize_t first = 0; first < directions && result != NULL; first += block.lanes) {
            Py_ssize_t last = first + block.lanes < directions ? first + block.lanes : directions;
            if (!append_block(&block, result, first, last, forward, across)) {
                Py_CLEAR(result);
            }
        }
        PyMem_Free(block.memory);
    }
    PyMem_Free(tape.memory);
    return result != NULL || PyErr_Occurred() ? result : none_if_unfit(outcome);
}
