/* The reverse sweep: backward(), zero_grad(), and gradients that leave no trace. Part of module.c. */

#pragma once

#include "order.h"

/* Add a node's contribution to a parent, and return the sum. An op that selects passes nothing to an operand not selected. A
   sum of 0 marks the parent as reached; other sums do so by themselves. */
INLINE double
pass_to_parent(const Node *node, double grad, const Edge *edge, bool selecting)
{
    Node *parent = edge->parent;
    double before = parent->grad;
    if (selecting && unlikely(edge->derivative == 0.0) && selects(node)) {
        return before;
    }
    double after = before + edge->derivative * grad;
    parent->grad = after;
    if (selecting && unlikely(after == 0.0) && parent->shape != 0) {
        parent->flags |= REACHED;
    }
    return after;
}

/* Let each node pass its gradient on, users before operands. It can't fail and handles no signals: half of the
   gradients of a graph are of no use, and finding the order, which does handle signals, takes about as long.
   With ops that select, a node that received nothing passes nothing on, so that no gradient of 0 is multiplied by an infinite
   derivative. What is passed last is mostly for the next node, which then needn't wait for it to
   come from memory. */
INLINE void
pass_gradients(const Order *order, bool selecting)
{
    Node *const *nodes = order->nodes;
    double carried = 0.0;
    const Node *to = NULL;
    for (size_t i = order->count; i-- > 0;) {
        Node *node = nodes[i];
        double grad = node == to ? carried : node->grad;
        node->pending = 0;
        if (selecting && unlikely(node->flags & REACHED)) {
            node->flags &= (uint8_t)~REACHED;
        }
        else if (selecting && grad == 0.0) {
            continue;
        }
        if (likely(node->shape < MANY)) { /* all its edges have parents */
            if (node->shape > 0) {
                to = node->pair[0].parent;
                carried = pass_to_parent(node, grad, &node->pair[0], selecting);
            }
            if (node->shape > 1) {
                const Node *other = node->pair[1].parent;
                double sum = pass_to_parent(node, grad, &node->pair[1], selecting);
                if (other->shape != 0 || other == to) {
                    to = other;
                    carried = sum;
                }
            }
            continue;
        }
        to = NULL;
        FOR_EACH_EDGE(edge, node) {
            if (edge->parent != NULL) {
                pass_to_parent(node, grad, edge, selecting);
            }
        }
    }
}

static void
sweep(Node *root, const Order *order)
{
    root->grad += 1.0;
    if (order->selects) {
        root->flags |= root->grad == 0.0 && root->shape != 0 ? REACHED : 0;
        pass_gradients(order, true);
    }
    else {
        pass_gradients(order, false);
    }
}

/* Find the order below the roots, despite signals; false with an exception. */
static bool
order_below(PyObject *const *roots, Py_ssize_t count, bool leaves, Order *order)
{
    for (;;) {
        switch (find_order(roots, count, leaves, true, order)) {
        case ORDERED:
            return true;
        case OUT_OF_MEMORY:
            PyErr_NoMemory();
            return false;
        case INTERRUPTED:
            if (!handle_interrupt()) {
                return false;
            }
        }
    }
}

PyDoc_STRVAR(backward_doc,
"backward($self)\n--\n\n"
"Add to each leaf's `grad` the derivative of this value with respect to that leaf.\n\n"
"Computed nodes below get the derivative with respect to themselves, recomputed at each call; this node gets 1. Time\n"
"and memory are linear in the size of the graph, at any depth. If interrupted, by Ctrl-C for example, the leaves'\n"
"gradients are unchanged and those of computed nodes are 0.\n\n"
"Raises\n------\n"
"AnomalyError\n    Within `detect_anomaly()`, where a gradient becomes nan or inf.\n"
"GradientError\n    If this value was computed inside `no_grad()`, which recorded nothing.");

PyDoc_STRVAR(register_hook_doc,
"register_hook($self, hook, /)\n--\n\n"
"Call a function with this value's gradient each time `backward()` or `gradients` has computed it.\n\n"
"A result other than None replaces the gradient, for this value and for those it was computed from. On a leaf, it is\n"
"called with what one `backward()` adds. `remove()` of the result, or the end of a `with` block over it, removes the\n"
"hook.");

/* Whether a method without arguments was given none; otherwise sets an error that names the equivalent here. */
static bool
no_arguments(const char *method, VECTOR)
{
    if (likely(count == 0 && keywords == NULL)) {
        return true;
    }
    PyObject *module = PyImport_ImportModule("autograd._common.foreign");
    PyObject *given = PyTuple_New(count);
    PyObject *result = NULL;
    for (Py_ssize_t i = 0; given != NULL && i < count; i++) {
        PyTuple_SET_ITEM(given, i, Py_NewRef(arguments[i]));
    }
    if (module != NULL && given != NULL) {
        result = keywords != NULL ? PyObject_CallMethod(module, "refuse_arguments", "sOO", method, given, keywords)
                                  : PyObject_CallMethod(module, "refuse_arguments", "sO", method, given);
    }
    Py_XDECREF(given);
    Py_XDECREF(module);
    Py_XDECREF(result); /* NULL: it raises */
    return false;
}

static PyObject *
value_backward(PyObject *self, VECTOR)
{
    if (!no_arguments("backward", arguments, count, keywords)) {
        return NULL;
    }
    Node *root = (Node *)self;
    if (unlikely(active_modes != 0)) {
        PyObject *none = call_python("autograd.engine.modes", "inspect_backward", self, NULL);
        if (none == NULL) {
            return NULL;
        }
        Py_DECREF(none);
    }
    if (unlikely(root->flags & FORGOTTEN)) {
        return call_python("autograd.engine.modes", "refuse_forgotten", self, NULL);
    }
    if (unlikely(PyDict_GET_SIZE(hooks_alive) != 0)) {
        return call_python("autograd.engine.backward", "backward_with_hooks", self, NULL);
    }
    Order order;
    if (!order_below((PyObject **)&root, 1, false, &order)) {
        return NULL;
    }
    sweep(root, &order);
    release_order(&order); /* no node is marked any more */
    Py_RETURN_NONE;
}

PyDoc_STRVAR(zero_grad_doc,
"zero_grad($self)\n--\n\n"
"Set `grad` to 0 here and in every node below.");

static PyObject *
value_zero_grad(PyObject *self, VECTOR)
{
    if (!no_arguments("zero_grad", arguments, count, keywords)) {
        return NULL;
    }
    Order order;
    if (!order_below(&self, 1, true, &order)) {
        return NULL;
    }
    for (size_t i = 0; i < order.count; i++) {
        order.nodes[i]->grad = 0.0;
    }
    drop_order(&order);
    return observed("set_grad", self, Py_None, Py_NewRef(Py_None));
}


/* Gradients that leave no trace: the sweep of backward() starts from 0 everywhere, and every node's previous `grad` is
   restored. No signal is handled in between. */

static void
set_own(PyObject *inputs)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(inputs); i++) {
        ((Node *)PyList_GET_ITEM(inputs, i))->flags |= OWN;
    }
}

static void
clear_own(PyObject *inputs)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(inputs); i++) {
        ((Node *)PyList_GET_ITEM(inputs, i))->flags &= (uint8_t)~OWN;
    }
}

/* Write the gradients of the inputs into an array, 0 for those that aren't below the root. Returns whether a leaf of the
   order isn't one of the inputs. */
static bool
find_gradients(Node *root, PyObject *inputs, const Order *order, double *kept, double *gradients)
{
    bool others = false;
    set_own(inputs);
    for (size_t i = 0; i < order->count; i++) {
        Node *node = order->nodes[i];
        kept[i] = node->grad;
        node->grad = 0.0;
        others |= node->shape == 0 && !(node->flags & OWN);
        node->flags &= (uint8_t)~OWN;
    }
    sweep(root, order);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(inputs); i++) {
        Node *input = (Node *)PyList_GET_ITEM(inputs, i);
        gradients[i] = likely(!(input->flags & OWN)) ? input->grad : 0.0;
    }
    clear_own(inputs);
    for (size_t i = 0; i < order->count; i++) {
        order->nodes[i]->grad = kept[i];
    }
    return others;
}

/* Whether a leaf of the order isn't one of the inputs. */
static bool
has_other_leaves(const Order *order, PyObject *inputs)
{
    bool others = false;
    set_own(inputs);
    for (size_t i = 0; i < order->count && !others; i++) {
        others = order->nodes[i]->shape == 0 && !(order->nodes[i]->flags & OWN);
    }
    clear_own(inputs);
    return others;
}

/* Find the order below a root, the first of two arguments, of which the other is a list of Values. It is one when this
   function returns, too: before that a signal handler may run arbitrary Python code. */
static bool
order_of_arguments(const char *who, PyObject *const *arguments, Py_ssize_t given, Order *order)
{
    if (given == 2 && is_value(arguments[0]) && is_list_of_values(arguments[1])) {
        if (!order_below(arguments, 1, true, order)) {
            return false;
        }
        if (is_list_of_values(arguments[1])) {
            return true;
        }
        drop_order(order);
    }
    PyErr_Format(PyExc_TypeError, "%s: takes a Value and a list of Values", who);
    return false;
}

PyDoc_STRVAR(depends_on_others_doc,
"_depends_on_others(root, inputs, /)\n--\n\n"
"Return whether `root` depends on a leaf that isn't in the list `inputs`.");

static PyObject *
function_depends_on_others(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    Order order;
    if (!order_of_arguments("_depends_on_others", arguments, given, &order)) {
        return NULL;
    }
    bool others = has_other_leaves(&order, arguments[1]);
    drop_order(&order);
    return PyBool_FromLong(others);
}

PyDoc_STRVAR(gradients_doc,
"_gradients(root, inputs, /)\n--\n\n"
"Return the list of derivatives of `root` for each of the list `inputs`, and whether it depends on other leaves too.");

static PyObject *
function_gradients(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    Order order;
    if (!order_of_arguments("_gradients", arguments, given, &order)) {
        return NULL;
    }
    const size_t count = (size_t)PyList_GET_SIZE(arguments[1]);
    double *gradients = PyMem_Malloc((count + order.count) * sizeof(double));
    if (gradients == NULL) {
        drop_order(&order);
        return PyErr_NoMemory();
    }
    bool others = find_gradients((Node *)arguments[0], arguments[1], &order, gradients + count, gradients);
    release_order(&order); /* no node is marked any more */
    PyObject *list = list_of_floats(gradients, (Py_ssize_t)count);
    PyMem_Free(gradients);
    return list != NULL ? Py_BuildValue("(NO)", list, others ? Py_True : Py_False) : NULL;
}
