/* Neurons with the same inputs in one call, for nn. Part of module.c. */

#pragma once

#include "n_ary.h"

/* Set a label; an activation may have returned any object. */
static bool
label_output(PyObject *output, PyObject *label)
{
    return (is_value(output) ? set_label(output, label, NULL) : PyObject_SetAttrString(output, "label", label)) == 0;
}

static PyObject *
output_of_neuron(PyObject *ws, PyObject *xs, PyObject *bias, PyObject *activation, PyObject *labels)
{
    if (!PyTuple_Check(labels) || PyTuple_GET_SIZE(labels) != 2) {
        return complain(PyExc_TypeError, "layer: labels", " must be pairs of str", labels);
    }
    PyObject *output = NULL, *sequence = sequence_of(OP_dot, "ws", ws);
    if (sequence != NULL) {
        output = dot_of_sequences(sequence, xs, bias);
    }
    Py_XDECREF(sequence);
    if (output != NULL && !label_output(output, PyTuple_GET_ITEM(labels, 0))) {
        Py_CLEAR(output);
    }
    if (output != NULL && activation != Py_None) {
        Py_SETREF(output, PyObject_CallOneArg(activation, output));
        if (output != NULL && !label_output(output, PyTuple_GET_ITEM(labels, 1))) {
            Py_CLEAR(output);
        }
    }
    return output;
}

PyDoc_STRVAR(layer_doc,
"layer(rows, xs, biases, activation, labels)\n--\n\n"
"Return the outputs of neurons with the same inputs, each one `dot` and one activation.\n\n"
"Parameters\n----------\n"
"rows : sequence of sequences of Value or number\n    The weights, one row for each neuron.\n"
"xs : sequence of Value or number\n    The inputs.\n"
"biases : sequence of Value or number\n    One for each neuron.\n"
"activation : callable or None\n    Applied to each net input.\n"
"labels : sequence of (str, str)\n    The labels of each neuron's net input and output.\n\n"
"Raises\n------\nValueError\n    If the lengths differ.");

static PyObject *
function_layer(PyObject *Py_UNUSED(module), VECTOR)
{
    static const Row row = {"layer", {"rows", "xs", "biases", "activation", "labels"}, NAN, NULL, NULL};
    PyObject *operands[5], *outputs = NULL;
    if (!bind(&row, 5, operands, NULL, arguments, count, keywords)) {
        return NULL;
    }
    /* Tuples, as an activation may run Python code that changes a list while it is read. */
    PyObject *activation = operands[3], *xs = sequence_of(OP_dot, "xs", operands[1]);
    PyObject *weights = PySequence_Tuple(operands[0]), *biases = NULL, *labels = NULL;
    if (xs == NULL || weights == NULL || !make_tuple(&xs) || (biases = PySequence_Tuple(operands[2])) == NULL
        || (labels = PySequence_Tuple(operands[4])) == NULL) {
        goto done;
    }
    Py_ssize_t neurons = PyTuple_GET_SIZE(weights);
    if (neurons != PyTuple_GET_SIZE(biases) || neurons != PyTuple_GET_SIZE(labels)) {
        PyErr_Format(PyExc_ValueError, "layer: rows, biases and labels must have one length, got %zd, %zd and %zd",
                     neurons, PyTuple_GET_SIZE(biases), PyTuple_GET_SIZE(labels));
        goto done;
    }
    outputs = PyList_New(neurons);
    for (Py_ssize_t i = 0; i < neurons && outputs != NULL; i++) {
        PyObject *output = output_of_neuron(PyTuple_GET_ITEM(weights, i), xs, PyTuple_GET_ITEM(biases, i), activation,
                                            PyTuple_GET_ITEM(labels, i));
        if (output == NULL) {
            Py_CLEAR(outputs);
        }
        else {
            PyList_SET_ITEM(outputs, i, output);
        }
    }
done:
    Py_XDECREF(weights);
    Py_XDECREF(xs);
    Py_XDECREF(biases);
    Py_XDECREF(labels);
    return outputs;
}
