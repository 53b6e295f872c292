/* The order of a recorded graph: depth first, operands from left to right, each node after its operands, as
   autograd.engine.graph.topological has it. Every sweep walks it backwards or forwards, so that all of them add in one
   order. Part of _value.c. */

#pragma once

#include "record.h"

enum { FEW_NODES = 512, NODES_BETWEEN_SIGNALS = 1 << 16 };

typedef struct {
    Node **nodes; /* the order from the front; while it is made, the path from a root down, from the back */
    size_t count, depth, room;
    bool selects; /* whether a node selects among its operands */
    Node *few[FEW_NODES];
} Order;

typedef enum { ORDERED, OUT_OF_MEMORY, INTERRUPTED } Ordering;

/* Free the array; `pending` is 0 again in all that stands in it. */
static void
drop_order(Order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        order->nodes[i]->pending = 0;
    }
    for (size_t i = 0; i < order->depth; i++) {
        order->nodes[order->room - 1 - i]->pending = 0;
    }
    if (order->nodes != order->few) {
        PyMem_Free(order->nodes);
    }
}

static COLD bool
enlarge_order(Order *order)
{
    size_t room = 2 * order->room;
    Node **larger = PyMem_Malloc(room * sizeof(Node *));
    if (larger == NULL) {
        return false;
    }
    memcpy(larger, order->nodes, order->count * sizeof(Node *));
    memcpy(larger + room - order->depth, order->nodes + order->room - order->depth, order->depth * sizeof(Node *));
    if (order->nodes != order->few) {
        PyMem_Free(order->nodes);
    }
    order->nodes = larger;
    order->room = room;
    return true;
}

static inline bool
has_room(Order *order)
{
    return likely(order->count + order->depth < order->room) || enlarge_order(order);
}

/* Whether one more node is a moment to look for signals, and there was one. */
static inline bool
is_interrupted(const Order *order, bool interruptible)
{
    return interruptible && unlikely((order->count + 1) % NODES_BETWEEN_SIGNALS == 0) && PyOS_InterruptOccurred();
}

/* Order the nodes below the roots: all of them if `leaves`, else the computed ones, whose gradients become 0. A node's
   `pending` is 1 + the number of its edges that were followed. Unless ORDERED, the order is dropped already. */
static Ordering
find_order(PyObject *const *roots, Py_ssize_t count, bool leaves, bool interruptible, Order *order)
{
    *order = (Order){.room = FEW_NODES};
    order->nodes = order->few;
    for (Py_ssize_t i = 0; i < count; i++) {
        Node *root = (Node *)roots[i], *down = root->pending == 0 && (leaves || root->shape != 0) ? root : NULL;
        while (down != NULL || order->depth > 0) {
            if (down != NULL) {
                if (unlikely(!has_room(order))) {
                    drop_order(order);
                    return OUT_OF_MEMORY;
                }
                down->pending = 1;
                if (down->shape != 0) {
                    order->depth++;
                    order->nodes[order->room - order->depth] = down;
                }
                else {
                    order->nodes[order->count++] = down;
                    if (order->depth == 0) {
                        break;
                    }
                }
            }
            Node *node = order->nodes[order->room - order->depth];
            Edge *first = edges_of(node), *end = first + edge_count(node);
            down = NULL;
            for (Edge *edge = first + (node->pending - 1); edge < end; edge++) {
                Node *parent = edge->parent;
                if (parent != NULL && parent->pending == 0 && (leaves || parent->shape != 0)) {
                    node->pending = (uint32_t)(edge - first) + 2;
                    down = parent;
                    break;
                }
            }
            if (down == NULL) {
                order->depth--;
                order->selects |= selects(node);
                order->nodes[order->count] = node;
                if (is_interrupted(order, interruptible)) {
                    order->count++;
                    drop_order(order);
                    return INTERRUPTED;
                }
                order->count++;
                if (!leaves) {
                    node->grad = 0.0;
                }
            }
        }
    }
    return ORDERED;
}

/* Run the handlers of the signal that interrupted; false if one raised. */
static bool
handle_interrupt(void)
{
    PyErr_SetInterrupt();
    return PyErr_CheckSignals() == 0;
}
