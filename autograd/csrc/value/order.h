/* The order of a recorded graph: depth first, operands from left to right, each node after its operands, as in
   autograd.engine.graph.topological. Every sweep follows it backwards or forwards, so that all of them add in the same
   order. Part of module.c. */

#pragma once

#include "record.h"

enum { FEW_NODES = 512, NODES_BETWEEN_SIGNALS = 1 << 16 };

typedef struct {
    Node **nodes; /* the order from the front; while it is made, the path from a root down, from the back */
    size_t count, room;
    uintptr_t *path; /* of the nodes above the current one; 1 is added if a node may have parents left to visit */
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

static Node **spare; /* the array of the last order, reused for the next: graphs of one size follow each other */
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

/* The same with marked nodes: `pending` is reset to 0 in all nodes of the array. */
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

/* Whether a node is unvisited. */
INLINE bool
is_unmet(const Node *node, bool leaves)
{
    return node->pending == 0 && (leaves || node->shape != 0);
}

/* The next unvisited parent of a node of MANY edges; NULL if there is none. Its `pending` is 1 more than
   the number of edges examined. Leaves on the way join the order at once, until `end` nodes are marked. */
INLINE Node *
next_unmet(Node *node, bool leaves, Node **nodes, size_t *count, size_t *marked, size_t end)
{
    for (Py_ssize_t i = node->pending - 1; i < node->many.count; i++) {
        Node *parent = node->many.edges[i].parent;
        if (parent != NULL && is_unmet(parent, leaves)) {
            if (!leaves || parent->shape != 0 || *marked == end) {
                node->pending = (uint32_t)(i + 2);
                return parent;
            }
            parent->pending = 1;
            nodes[(*count)++] = parent;
            ++*marked;
        }
    }
    return NULL;
}

/* The end of a stretch: handle signals, or grow the array. Returns how many nodes may be marked until the next end. */
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

/* Order the nodes below the roots: all of them if `leaves`, else the computed ones, whose gradients become 0. A visited
   node has a non-zero `pending`. On the way up a node is touched only if it may have parents left to visit: in a
   chain none. Unless the result is ORDERED, the order has been dropped. */
INLINE Ordering
order_from(PyObject *const *roots, Py_ssize_t roots_count, bool leaves, bool interruptible, Order *order)
{
    start_order(order);
    Node **nodes = order->nodes;
    uintptr_t *path = order->path, *end_of_room = path;
    size_t count = 0, marked = 0, end_of_stretch = 0;
    bool selecting = false;
    for (Py_ssize_t i = 0; i < roots_count; i++) {
        Node *node = (Node *)roots[i];
        if (!is_unmet(node, leaves)) {
            continue;
        }
        while (node != NULL) {
            if (unlikely(marked == end_of_stretch)) {
                order->count = count;
                order->path = path;
                Ordering why = next_stretch(order, marked, interruptible, &end_of_stretch);
                if (why != ORDERED) {
                    drop_order(order);
                    return why;
                }
                nodes = order->nodes;
                path = order->path;
                end_of_room = end_of_path(order);
            }
            marked++;
            node->pending = 1;
            PREFETCH((char *)node - 4 * sizeof(Node)); /* what was made some nodes before, and is met soon */
            PREFETCH((char *)node - 4 * sizeof(Node) + 64);
            selecting |= selects(node);
            if (!leaves) {
                node->grad = 0.0;
            }
            if (likely(node->shape < MANY)) {
                Node *x = node->shape > 0 ? node->pair[0].parent : NULL;
                Node *y = node->shape > 1 ? node->pair[1].parent : NULL;
                bool to_x = x != NULL && is_unmet(x, leaves), to_y = y != NULL && is_unmet(y, leaves);
                if (to_x || to_y) {
                    *--path = (uintptr_t)node + (to_x && to_y);
                    node = to_x ? x : y;
                    continue;
                }
                nodes[count++] = node;
            }
            else {
                *--path = (uintptr_t)node + 1;
            }
            node = NULL;
            while (path < end_of_room) { /* up to a node with parents left to visit */
                Node *user = node_of(*path);
                if (*path & 1) {
                    bool pair = likely(user->shape < MANY);
                    Node *parent = pair ? user->pair[1].parent
                                        : next_unmet(user, leaves, nodes, &count, &marked, end_of_stretch);
                    if (pair ? is_unmet(parent, leaves) : parent != NULL) {
                        *path -= pair;
                        node = parent;
                        break;
                    }
                }
                nodes[count++] = user;
                path++;
            }
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

/* Run the handlers of a signal; false if one raised. */
static bool
handle_interrupt(void)
{
    PyErr_SetInterrupt();
    return PyErr_CheckSignals() == 0;
}
