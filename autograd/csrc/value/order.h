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
    size_t room = 4 * order->room;
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

/* Whether all that a node was computed from is in the order already: half the nodes of a sum of products. */
INLINE bool
is_ready(Node *node, bool leaves)
{
    FOR_EACH_EDGE(edge, node) {
        if (edge->parent != NULL && edge->parent->pending == 0 && (leaves || edge->parent->shape != 0)) {
            return false;
        }
    }
    return true;
}

/* Undo what was marked, with the node at hand, whose place is on neither side of the array. */
static COLD Ordering
give_up(Order *order, Node *node, Ordering why)
{
    node->pending = 0;
    drop_order(order);
    return why;
}

/* Order the nodes below the roots: all of them if `leaves`, else the computed ones, whose gradients become 0. A node's
   `pending` is 1 + the number of its edges that were followed. Unless ORDERED, the order is dropped already. */
INLINE Ordering
order_from(PyObject *const *roots, Py_ssize_t roots_count, bool leaves, bool interruptible, Order *order)
{
    Node **nodes = order->nodes = order->few, **path, **end_of_room;
    size_t count = 0, look = NODES_BETWEEN_SIGNALS; /* when to look for a signal next */
    bool selecting = false;
    order->count = order->depth = 0;
    order->room = FEW_NODES;
    path = end_of_room = nodes + FEW_NODES; /* grows downwards */
    for (Py_ssize_t i = 0; i < roots_count; i++) {
        Node *node = (Node *)roots[i];
        if (node->pending != 0 || (!leaves && node->shape == 0)) {
            continue;
        }
        if (unlikely(nodes + count + 2 >= path)) { /* a root without anything new below takes a place, too */
            order->count = count;
            if (!enlarge_order(order)) {
                return give_up(order, node, OUT_OF_MEMORY);
            }
            nodes = order->nodes;
            path = end_of_room = nodes + order->room;
        }
        node->pending = 1;
        Edge *first = edges_of(node), *edge = first, *end = edge + edge_count(node);
        for (;;) {
            Node *down = NULL;
            while (edge < end) {
                Node *parent = (edge++)->parent;
                if (parent == NULL || parent->pending != 0 || (!leaves && parent->shape == 0)) {
                    continue;
                }
                if (unlikely(nodes + count + 2 >= path)) { /* room for this one and the node at hand */
                    order->count = count;
                    order->depth = (size_t)(end_of_room - path);
                    if (!enlarge_order(order)) {
                        return give_up(order, node, OUT_OF_MEMORY);
                    }
                    nodes = order->nodes;
                    end_of_room = nodes + order->room;
                    path = end_of_room - order->depth;
                }
                parent->pending = 1;
                if (!is_ready(parent, leaves)) {
                    down = parent;
                    break;
                }
                nodes[count++] = parent;
                selecting |= selects(parent);
                if (!leaves) {
                    parent->grad = 0.0;
                }
            }
            if (down != NULL) {
                node->pending = (uint32_t)(edge - first) + 1;
                *--path = node;
                node = down;
                first = edge = edges_of(node);
                end = edge + edge_count(node);
                continue;
            }
            nodes[count++] = node;
            selecting |= selects(node);
            if (!leaves) {
                node->grad = 0.0;
            }
            if (interruptible && unlikely(count >= look) && (look += NODES_BETWEEN_SIGNALS, PyOS_InterruptOccurred())) {
                order->count = count;
                order->depth = (size_t)(end_of_room - path);
                return give_up(order, node, INTERRUPTED);
            }
            if (path == end_of_room) {
                break;
            }
            node = *path++;
            first = edges_of(node);
            edge = first + (node->pending - 1);
            end = first + edge_count(node);
        }
    }
    order->count = count;
    order->selects = selecting;
    return ORDERED;
}

/* The same, compiled for each of the two. */
static Ordering
find_order(PyObject *const *roots, Py_ssize_t count, bool leaves, bool interruptible, Order *order)
{
    return leaves ? order_from(roots, count, true, interruptible, order)
                  : order_from(roots, count, false, interruptible, order);
}

/* Run the handlers of the signal that interrupted; false if one raised. */
static bool
handle_interrupt(void)
{
    PyErr_SetInterrupt();
    return PyErr_CheckSignals() == 0;
}
