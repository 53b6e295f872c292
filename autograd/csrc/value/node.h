/* A node of the graph: its fields, its edges. Part of module.c. */

#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../generated/ops.h"

#ifdef Py_GIL_DISABLED
#error "scalargrad's C core needs the GIL; without it the Python core is used"
#endif

#if defined(__GNUC__)
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define NOINLINE __attribute__((noinline))
#define COLD __attribute__((cold, noinline))
#define PREFETCH(address) __builtin_prefetch((address), 1)
#else
#define likely(condition) (condition)
#define unlikely(condition) (condition)
#define NOINLINE
#define COLD
#define PREFETCH(address) ((void)(address))
#endif


/* The node */

typedef struct node Node;

typedef struct {
    Node *parent;      /* NULL where the operand is a constant */
    double derivative; /* of the node in this parent; without a parent, the constant itself */
} Edge;

struct node {
    PyObject_HEAD
    double data;
    union {
        double grad;
        Node *next; /* while the node is on a list, when its grad is to be zeroed or the node freed */
    };
    uint32_t pending; /* while an order is made, see order.h, or a tape is built; otherwise 0 */
    uint16_t op;      /* row of the table, OP_ADDED, OP_SELECTING, or LEAF */
    uint8_t shape;    /* number of edges, or MANY */
    uint8_t flags;
    union {
        Edge pair[2]; /* with one constant operand: the Value's edge, then the constant's; on a leaf see attributes.h */
        struct {
            Edge *edges; /* for an added op one more than `count`, whose `parent` is the op's row */
            Py_ssize_t count;
        } many;
    };
    PyObject *label; /* an exact str, or NULL for "" */
};

_Static_assert(sizeof(Node) == 80, "a node is 80 bytes");

enum { OP_ADDED = OPS_COUNT, OP_SELECTING, LEAF = UINT16_MAX }; /* ops added in Python; those whose row selects */
enum { MANY = 3 };
enum {
    COLLECTABLE = 1,    /* has a collector's head, because a cycle may run through it */
    CONSTANT_FIRST = 2, /* of two operands the first is a constant: pair[1] */
    CONSTANT_LAST = 4,  /* of two operands the last is a constant: pair[1] */
    REACHED = 8,        /* during backward(): has received a gradient, possibly 0 */
    FORGOTTEN = 16,     /* a leaf that no_grad() made from a result */
    OWN = 32,           /* during gradients(): is one of the inputs */
    NOTED = 64,         /* has an entry in `marks`, `groups` or `hooks` */
    MOVES = 128,        /* while a tape is built: depends on an input */
};

static PyTypeObject *Value_Type; /* a heap type, like a Python class: its name is bare, its attributes can be set */

static inline bool
is_value(PyObject *object)
{
    return likely(Py_IS_TYPE(object, Value_Type)) || PyType_IsSubtype(Py_TYPE(object), Value_Type);
}

static inline Edge *
edges_of(Node *node)
{
    return likely(node->shape < MANY) ? node->pair : node->many.edges;
}

static inline Py_ssize_t
edge_count(const Node *node)
{
    return likely(node->shape < MANY) ? node->shape : node->many.count;
}

/* Whether its op was added in Python: then it is MANY and keeps a reference to the op's row. */
static inline bool
is_added(const Node *node)
{
    return node->op >= OPS_COUNT && node->op != LEAF;
}

static inline PyObject *
added_row(const Node *node)
{
    return (PyObject *)node->many.edges[node->many.count].parent;
}

/* Whether a node passes nothing to an operand whose local derivative is 0, not even 0 times infinity. */
static inline bool
selects(const Node *node)
{
    return op_selects(node->op) || node->op == OP_SELECTING;
}

#define FOR_EACH_EDGE(EDGE, NODE) \
    for (Edge *EDGE = edges_of(NODE), *end_ = EDGE + edge_count(NODE); EDGE < end_; EDGE++)

/* The number of operands that are nodes, not constants. */
static inline Py_ssize_t
parent_count(Node *node)
{
    Py_ssize_t count = 0;
    FOR_EACH_EDGE(edge, node) {
        count += edge->parent != NULL;
    }
    return count;
}

static inline Py_ssize_t
operand_count(const Node *node)
{
    return edge_count(node) + ((node->flags & (CONSTANT_FIRST | CONSTANT_LAST)) != 0);
}

/* The operands in the order in which they were written. */
static inline Edge *
operand_at(Node *node, Py_ssize_t position)
{
    return edges_of(node) + (node->flags & CONSTANT_FIRST ? 1 - position : position);
}
