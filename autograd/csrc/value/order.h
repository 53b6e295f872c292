/* The order of a recorded graph: depth first, operands from left to right, each node after its operands, as
   autograd.engine.graph.topological has it. Every sweep walks it backwards or forwards, so that all of them add in one
   order. Part of _value.c. */

#pragma once

#include "record.h"

enum { FEW_NODES = 512, NODES_BETWEEN_SIGNALS = 1 << 16 };

typedef struct {
    Node **nodes; /* the order from the front; while it is made, the path from a root down, from the back */
    size_t count, room;
    uintptr_t *path; /* of the nodes above the one at hand; 1 is added where a node has parents left to go to */
    bool selects;    /* whether a node selects among its operands */
    Node *few[FEW_NODES];
} Order;

typedef enum { ORDERED, OUT_OF_MEMORY, INTERRUPTED } Ordering;

static inline Node *
node_of(uintptr_t place)
{
    return (Node *)(place & ~(uintptr_t)1);
}

static inline uintptr_t *
end_of_path(const Order *order)
{
    return (uintptr_t *)(order->nodes + order->room);
}

static Node **spare; /* the array of the last order, for the next one: graphs of one size follow each other */
static size_t spare_room;

/* Free the array, whose nodes aren't marked any more; or keep it, unless little of it was used. */
static void
release_order(Order *order)
{
    if (order->nodes == order->few) {
        return;
    }
    if (spare == NULL && order->count >= order->room / 16) {
        spare = order->nodes;
        spare_room = order->room;
    }
    else {
        PyMem_Free(order->nodes);
    }
}

/* The same with nodes that are marked: `pending` is 0 again in all that stand in the array. */
static void
drop_order(Order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        order->nodes[i]->pending = 0;
    }
    for (; order->path < end_of_path(order); order->path++) {
        node_of(*order->path)->pending = 0;
    }
    release_order(order);
}

/* An empty order. */
static void
start_order(Order *order)
{
    order->nodes = spare != NULL ? spare : order->few;
    order->room = spare != NULL ? spare_room : FEW_NODES;
    order->path = end_of_path(order);
    order->count = 0;
    spare = NULL;
}

static bool
enlarge_order(Order *order)
{
    size_t room = 4 * order->room, depth = (size_t)(end_of_path(order) - order->path);
    Node **larger = PyMem_Malloc(room * sizeof(Node *));
    if (larger == NULL) {
        return false;
    }
    memcpy(larger, order->nodes, order->count * sizeof(Node *));
    memcpy(larger + room - depth, order->path, depth * sizeof(Node *));
    if (order->nodes != order->few) {
        PyMem_Free(order->nodes);
    }
    order->nodes = larger;
    order->room = room;
    order->path = end_of_path(order) - depth;
    return true;
}

/* The first parent from an edge on that isn't marked yet, with the edge behind it; NULL if there is none. */
INLINE Node *
next_unmarked(Edge **edge, const Edge *end, bool leaves)
{
    for (Edge *at = *edge; at < end; at++) {
        Node *parent = at->parent;
        if (parent != NULL && parent->pending == 0 && (leaves || parent->shape != 0)) {
            *edge = at + 1;
            return parent;
        }
    }
    return NULL;
}

/* The end of a stretch: look for a signal, or make room. So many nodes may be marked before the next end. */
static COLD Ordering
next_stretch(Order *order, size_t marked, bool interruptible, size_t *end)
{
    if (interruptible && marked > 0 && marked % NODES_BETWEEN_SIGNALS == 0 && PyOS_InterruptOccurred()) {
        return INTERRUPTED;
    }
    if (marked >= order->room && !enlarge_order(order)) {
        return OUT_OF_MEMORY;
    }
    size_t signal = (marked / NODES_BETWEEN_SIGNALS + 1) * NODES_BETWEEN_SIGNALS;
    *end = interruptible && signal < order->room ? signal : order->room;
    return ORDERED;
}

/* Order the nodes below the roots: all of them if `leaves`, else the computed ones, whose gradients become 0. A node that
   was met has a `pending` that isn't 0; on the path, how many of its edges were looked at. On the way up a node is touched
   only if it has parents left to go to: of a chain none. Unless ORDERED, the order is dropped already. */
INLINE Ordering
order_from(PyObject *const *roots, Py_ssize_t roots_count, bool leaves, bool interruptible, Order *order)
{
    start_order(order);
    Node **nodes = order->nodes;
    uintptr_t *path = order->path, *end_of_room = path;
    size_t count = 0, marked = 0, end_of_stretch = 0;
    bool selecting = false;
    for (Py_ssize_t i = 0; i < roots_count; i++) {
        Node *node = NULL, *below = (Node *)roots[i]; /* the node at hand, and one below it that is met now */
        Edge *edge = NULL, *end = NULL;               /* of the node, those that are to be looked at */
        if (below->pending != 0 || (!leaves && below->shape == 0)) {
            continue;
        }
        for (;;) {
            while (below != NULL) {
                if (unlikely(marked == end_of_stretch)) {
                    order->count = count;
                    order->path = path;
                    Ordering why = next_stretch(order, marked, interruptible, &end_of_stretch);
                    if (why != ORDERED) {
                        if (node != NULL) {
                            node->pending = 0;
                        }
                        drop_order(order);
                        return why;
                    }
                    nodes = order->nodes;
                    path = order->path;
                    end_of_room = end_of_path(order);
                }
                marked++;
                below->pending = 1;
                PREFETCH((char *)below - 8 * sizeof(Node)); /* what was made some nodes before, and is met soon */
                PREFETCH((char *)below - 8 * sizeof(Node) + 64);
                selecting |= selects(below);
                if (!leaves) {
                    below->grad = 0.0;
                }
                Edge *next = edges_of(below), *last = next + edge_count(below);
                Node *deeper = next_unmarked(&next, last, leaves);
                if (deeper == NULL) {
                    nodes[count++] = below;
                    below = node != NULL ? next_unmarked(&edge, end, leaves) : NULL;
                    continue;
                }
                if (node != NULL) {
                    bool more = next_unmarked(&edge, end, leaves) != NULL;
                    if (more) {
                        node->pending = (uint32_t)(edge - edges_of(node));
                    }
                    *--path = (uintptr_t)node + more;
                }
                node = below;
                below = deeper;
                edge = next;
                end = last;
            }
            if (node == NULL) {
                break;
            }
            nodes[count++] = node;
            while (path < end_of_room && !(*path & 1)) {
                nodes[count++] = (Node *)*path++;
            }
            if (path == end_of_room) {
                break;
            }
            node = node_of(*path++);
            edge = edges_of(node) + (node->pending - 1);
            end = edges_of(node) + edge_count(node);
            below = next_unmarked(&edge, end, leaves);
        }
    }
    order->count = count;
    order->path = path;
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
