/* The reverse sweep: backward(), zero_grad(), and gradients that leave no trace. Part of _value.c. */

#pragma once

#include "record.h"

/* Backward: Kahn's algorithm in two passes; each node passes its gradient on once all its users have passed theirs */

enum { NODES_BETWEEN_SIGNALS = 1 << 16 };

/* Undo count_users and zero the gradients of computed nodes; of leaves too if `leaves`. */
static void
forget_users(Node *root, bool leaves)
{
    root->pending = 0;
    root->next = NULL;
    for (Node *stack = root; stack != NULL;) {
        Node *node = stack;
        stack = node->next;
        node->grad = 0.0;
        FOR_EACH_EDGE(edge, node) {
            Node *parent = edge->parent;
            if (parent == NULL) {
                continue;
            }
            if (parent->shape == 0) {
                parent->grad = leaves ? 0.0 : parent->grad;
            }
            else if (parent->pending != 0) {
                parent->pending = 0;
                parent->next = stack;
                stack = parent;
            }
        }
    }
}

/* First pass: count the edges that arrive at each computed node below the root, and zero its gradient. Nodes seen but
   not yet expanded are linked through their gradients. Returns the number of nodes, or -1 if a signal came. */
static Py_ssize_t
count_users(Node *root, bool *chooses)
{
    Py_ssize_t nodes = 0;
    *chooses = false;
    root->next = NULL;
    for (Node *stack = root; stack != NULL;) {
        Node *node = stack;
        stack = node->next;
        node->grad = 0.0;
        *chooses |= selects(node);
        FOR_EACH_EDGE(edge, node) {
            Node *parent = edge->parent;
            if (parent == NULL || parent->shape == 0) {
                continue;
            }
            if (parent->pending++ == 0) {
                parent->next = stack;
                stack = parent;
            }
        }
        if (unlikely(++nodes % NODES_BETWEEN_SIGNALS == 0) && PyOS_InterruptOccurred()) {
            return -1;
        }
    }
    return nodes;
}

/* Second pass. `ready` has room for every computed node. It can't fail and takes no signal: half the gradients of a
   graph are of no use to anyone, and this pass is about as short as the first, which does take signals. */
static void
pass_gradients(Node *root, Node **ready)
{
    Py_ssize_t waiting = 0;
    root->grad = 1.0;
    for (Node *node = root;;) {
        double grad = node->grad;
        Node *next = NULL;
        FOR_EACH_EDGE(edge, node) {
            Node *parent = edge->parent;
            if (parent == NULL) {
                continue;
            }
            parent->grad += edge->derivative * grad;
            if (parent->shape != 0 && --parent->pending == 0) {
                if (next != NULL) {
                    ready[waiting++] = next;
                }
                next = parent;
            }
        }
        if (next == NULL) {
            if (waiting == 0) {
                return;
            }
            next = ready[--waiting];
        }
        node = next;
    }
}

/* The second pass in a graph with `where`: the branch not taken receives nothing, and a node that received nothing
   passes nothing on, so that no gradient of 0 meets an infinite derivative there and becomes nan. */
static void
pass_gradients_of_choices(Node *root, Node **ready)
{
    Py_ssize_t waiting = 0;
    root->grad = 1.0;
    root->flags |= REACHED;
    ready[waiting++] = root;
    while (waiting > 0) {
        Node *node = ready[--waiting];
        bool reached = node->flags & REACHED, chooses = selects(node);
        node->flags &= (uint8_t)~REACHED;
        FOR_EACH_EDGE(edge, node) {
            Node *parent = edge->parent;
            if (parent == NULL) {
                continue;
            }
            bool receives = reached && !(chooses && edge->derivative == 0.0);
            if (receives) {
                parent->grad += edge->derivative * node->grad;
            }
            if (parent->shape != 0) {
                parent->flags |= receives ? REACHED : 0;
                if (--parent->pending == 0) {
                    ready[waiting++] = parent;
                }
            }
        }
    }
}

static bool
run_backward(Node *root)
{
    enum { SMALL = 512 };
    Node *small[SMALL];
    for (;;) {
        bool chooses;
        Py_ssize_t nodes = count_users(root, &chooses);
        if (unlikely(nodes < 0)) {
            forget_users(root, false); /* before the handler, which may be any Python code */
            PyErr_SetInterrupt();
            if (PyErr_CheckSignals() < 0) {
                return false;
            }
            continue;
        }
        Node **ready = nodes <= SMALL ? small : PyMem_Malloc((size_t)nodes * sizeof(Node *));
        if (unlikely(ready == NULL)) {
            forget_users(root, false);
            PyErr_NoMemory();
            return false;
        }
        (chooses ? pass_gradients_of_choices : pass_gradients)(root, ready);
        if (ready != small) {
            PyMem_Free(ready);
        }
        return true;
    }
}

PyDoc_STRVAR(backward_doc,
"backward($self, *, create_graph=False)\n--\n\n"
"Add to each leaf's `grad` the derivative of this value with respect to it.\n\n"
"Computed nodes below get the derivative with respect to themselves, afresh at each call; this one gets 1. Time\n"
"and memory are linear in the size of the graph, of any depth. If it is broken off, by Ctrl-C say, the leaves'\n"
"gradients are as they were and those of computed nodes are 0.\n\n"
"Parameters\n----------\n"
"create_graph : bool\n"
"    Also return, for each leaf, this call's derivative as a Value that can be differentiated again. `grad` gets\n"
"    its float either way.\n\n"
"Returns\n-------\n"
"None, or dict of Value to Value\n    With `create_graph`, by leaf.\n\n"
"Raises\n------\n"
"AnomalyError\n    Within `detect_anomaly()`, where a gradient becomes nan or inf.");

/* Read backward()'s one keyword, which is the truth of an object; -1 on error. */
static COLD int
wants_graph(VECTOR)
{
    if (count > 0) {
        PyErr_Format(PyExc_TypeError, "Value.backward() takes 1 positional argument but %zd were given", count + 1);
        return -1;
    }
    PyObject *name = PyTuple_GET_ITEM(keywords, 0);
    if (PyTuple_GET_SIZE(keywords) != 1 || PyUnicode_CompareWithASCIIString(name, "create_graph") != 0) {
        PyErr_Format(PyExc_TypeError, "Value.backward() got an unexpected keyword argument '%U'",
                     PyTuple_GET_ITEM(keywords, PyTuple_GET_SIZE(keywords) - 1));
        return -1;
    }
    return PyObject_IsTrue(arguments[0]);
}

static PyObject *
value_backward(PyObject *self, VECTOR)
{
    Node *root = (Node *)self;
    int graph = 0;
    if (unlikely(count > 0 || (keywords != NULL && PyTuple_GET_SIZE(keywords) > 0))) {
        graph = wants_graph(arguments, count, keywords);
        if (graph < 0) {
            return NULL;
        }
    }
    if (unlikely(active_modes != 0)) {
        PyObject *none = call_python("autograd.engine.modes", "inspect_backward", self, NULL);
        if (none == NULL) {
            return NULL;
        }
        Py_DECREF(none);
    }
    if (root->shape == 0) {
        root->grad += 1.0;
    }
    else if (!run_backward(root)) {
        return NULL;
    }
    if (unlikely(graph)) {
        return call_python("autograd.derivatives.transforms", "leaf_gradients", self, NULL);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(zero_grad_doc,
"zero_grad($self)\n--\n\n"
"Set `grad` to 0 here and in every node below.");

static PyObject *
value_zero_grad(SELF_AND_NOTHING)
{
    Node *root = (Node *)self;
    bool chooses;
    while (count_users(root, &chooses) < 0) {
        forget_users(root, false);
        PyErr_SetInterrupt();
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
    }
    forget_users(root, true);
    Py_RETURN_NONE;
}


/* Gradients that leave no trace: every node's `grad` is kept, backward() runs, and what was kept goes back. */

typedef struct {
    Node *node;
    double grad;
} Kept;

/* All nodes below the root, itself included; NULL if memory ran out. Says whether a leaf isn't one of the inputs. */
static Kept *
keep_gradients(Node *root, Py_ssize_t *count, bool *others)
{
    Py_ssize_t room = 256, found = 1;
    Kept *kept = PyMem_Malloc((size_t)room * sizeof(Kept));
    if (kept == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *others = false;
    root->flags |= SEEN;
    kept[0] = (Kept){root, root->grad};
    for (Py_ssize_t i = 0; i < found; i++) {
        Node *node = kept[i].node;
        *others |= node->shape == 0 && !(node->flags & OWN);
        FOR_EACH_EDGE(edge, node) {
            Node *parent = edge->parent;
            if (parent == NULL || parent->flags & SEEN) {
                continue;
            }
            if (found == room) {
                Kept *larger = PyMem_Realloc(kept, (size_t)(room *= 2) * sizeof(Kept));
                if (larger == NULL) {
                    for (Py_ssize_t k = 0; k < found; k++) {
                        kept[k].node->flags &= (uint8_t)~SEEN;
                    }
                    PyMem_Free(kept);
                    PyErr_NoMemory();
                    return NULL;
                }
                kept = larger;
            }
            parent->flags |= SEEN;
            kept[found++] = (Kept){parent, parent->grad};
        }
    }
    *count = found;
    return kept;
}

/* The gradients of the inputs after a backward() from the root that starts from 0 everywhere; NULL on error. */
static PyObject *
read_gradients(Node *root, PyObject *inputs, const Kept *kept, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        kept[i].node->grad = 0.0;
    }
    PyObject *list = PyList_New(PyList_GET_SIZE(inputs));
    bool done = list != NULL;
    if (root->shape == 0) {
        root->grad = 1.0;
    }
    else {
        done = done && run_backward(root);
    }
    for (Py_ssize_t i = 0; done && i < PyList_GET_SIZE(inputs); i++) {
        Node *input = (Node *)PyList_GET_ITEM(inputs, i);
        PyObject *number = PyFloat_FromDouble(input->flags & SEEN ? input->grad : 0.0);
        done = number != NULL;
        if (done) {
            PyList_SET_ITEM(list, i, number);
        }
    }
    if (!done) {
        Py_CLEAR(list);
    }
    return list;
}

PyDoc_STRVAR(gradients_doc,
"_gradients(root, inputs, /)\n--\n\n"
"Return the list of derivatives of `root` for each of the list `inputs`, and whether it depends on other leaves too.");

static PyObject *
function_gradients(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    bool right = given == 2 && is_value(arguments[0]) && PyList_CheckExact(arguments[1]);
    for (Py_ssize_t i = 0; right && i < PyList_GET_SIZE(arguments[1]); i++) {
        right = is_value(PyList_GET_ITEM(arguments[1], i));
    }
    if (!right) {
        PyErr_SetString(PyExc_TypeError, "_gradients: takes a Value and a list of Values");
        return NULL;
    }
    Node *root = (Node *)arguments[0];
    PyObject *inputs = PySequence_List(arguments[1]); /* our own: a signal's handler may be any Python code */
    if (inputs == NULL) {
        return NULL;
    }
    Py_ssize_t count = 0;
    bool others = false;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(inputs); i++) {
        ((Node *)PyList_GET_ITEM(inputs, i))->flags |= OWN;
    }
    Kept *kept = keep_gradients(root, &count, &others);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(inputs); i++) {
        ((Node *)PyList_GET_ITEM(inputs, i))->flags &= (uint8_t)~OWN;
    }
    PyObject *list = kept != NULL ? read_gradients(root, inputs, kept, count) : NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        kept[i].node->grad = kept[i].grad;
        kept[i].node->flags &= (uint8_t)~SEEN;
    }
    PyMem_Free(kept);
    Py_DECREF(inputs);
    return list != NULL ? Py_BuildValue("(NO)", list, others ? Py_True : Py_False) : NULL;
}
