/* Memory of nodes and edges, and how a graph is freed without recursion. Part of module.c. */

#pragma once

#ifdef _WIN32
#include <malloc.h>
#endif

#include "marks.h"
#include "node.h"

/* Memory of edges: the n-ary nodes of a program have few sizes, so their arrays are kept and reused */

enum { EDGES_STEP = 4, EDGES_CLASSES = 65, EDGES_KEPT_BYTES = 8 << 20 };

static Edge *kept_edges[EDGES_CLASSES]; /* by size in steps; the first parent of each links to the next */
static size_t kept_edges_bytes;

static inline size_t
edges_class(Py_ssize_t count)
{
    return ((size_t)count + EDGES_STEP - 1) / EDGES_STEP;
}

static Edge *
allocate_edges(Py_ssize_t count)
{
    if ((size_t)count > (size_t)PY_SSIZE_T_MAX / sizeof(Edge) - EDGES_STEP) {
        return (Edge *)PyErr_NoMemory();
    }
    size_t class = edges_class(count), bytes = class * EDGES_STEP * sizeof(Edge);
    Edge *edges;
    if (class < EDGES_CLASSES && kept_edges[class] != NULL) {
        edges = kept_edges[class];
        kept_edges[class] = (Edge *)edges->parent;
        kept_edges_bytes -= bytes;
        return edges;
    }
    edges = PyMem_Malloc(bytes);
    return edges != NULL ? edges : (Edge *)PyErr_NoMemory();
}

static void
free_edges(Edge *edges, Py_ssize_t count)
{
    size_t class = edges_class(count), bytes = class * EDGES_STEP * sizeof(Edge);
    if (class == 0 || class >= EDGES_CLASSES || kept_edges_bytes + bytes > EDGES_KEPT_BYTES) {
        PyMem_Free(edges);
        return;
    }
    edges->parent = (Node *)kept_edges[class];
    kept_edges[class] = edges;
    kept_edges_bytes += bytes;
}


/* Memory of nodes: slabs of 64 KiB that are allocated by rising address and start over once all their nodes are dead,
   so that each graph of a loop lies in memory in the order of its construction. With PyObject_Malloc, W1 forward is 2.1
   times slower, mostly because it returns its arenas to the system with every freed graph; a plain list of dead
   nodes is as fast at first, but gets shuffled, and backward is then 2 to 3 times slower. */

enum { SLAB_BYTES = 1 << 16, SLAB_USED_BYTES = SLAB_BYTES - 16, EMPTY_SLABS_KEPT = 256 };

typedef struct slab Slab;

struct slab {
    Node *dead;        /* freed nodes, linked by `next` */
    char *fresh, *end; /* from `fresh` on no node has been used yet */
    uint32_t alive;
    bool has_room;     /* is current, or in slabs_with_room */
    Slab *next, *previous;
};

static Slab no_slab; /* a full one */
static Slab *current_slab = &no_slab, *slabs_with_room, *empty_slabs;
static int empty_slabs_kept;

#if defined(__SANITIZE_ADDRESS__)
#define take_ready_node() ((Node *)PyObject_Malloc(sizeof(Node))) /* so that the sanitizer sees each node's lifetime */
#define take_node() take_ready_node()
#define give_node(NODE) PyObject_Free(NODE)
#else

static void *
allocate_slab(void)
{
#ifdef _WIN32
    return _aligned_malloc(SLAB_USED_BYTES, SLAB_BYTES);
#else
    void *slab; /* a little below 64 KiB, so that malloc can place its own header between two slabs */
    return posix_memalign(&slab, SLAB_BYTES, SLAB_USED_BYTES) == 0 ? slab : NULL;
#endif
}

static void
free_slab(Slab *slab)
{
#ifdef _WIN32
    _aligned_free(slab);
#else
    free(slab);
#endif
}

static inline void
start_over(Slab *slab)
{
    enum { HEADER = 64, NODES = (SLAB_USED_BYTES - HEADER) / sizeof(Node) };
    _Static_assert(sizeof(Slab) <= HEADER, "a slab's own fields come before its first node");
    slab->dead = NULL;
    slab->fresh = (char *)slab + HEADER;
    slab->end = slab->fresh + NODES * sizeof(Node);
}

static COLD bool
change_slab(void)
{
    Slab *slab;
    current_slab->has_room = false;
    if ((slab = slabs_with_room) != NULL) {
        slabs_with_room = slab->next;
        if (slab->next != NULL) {
            slab->next->previous = NULL;
        }
    }
    else if ((slab = empty_slabs) != NULL) {
        empty_slabs = slab->next;
        empty_slabs_kept--;
    }
    else if ((slab = allocate_slab()) != NULL) {
        slab->alive = 0;
        start_over(slab);
    }
    else {
        current_slab = &no_slab;
        return false;
    }
    slab->has_room = true;
    current_slab = slab;
    return true;
}

/* A slab has lost its last living node, or has a free place again. */
static COLD void
file_slab(Slab *slab)
{
    if (slab->alive > 0) {
        slab->has_room = true;
        slab->previous = NULL;
        slab->next = slabs_with_room;
        if (slab->next != NULL) {
            slab->next->previous = slab;
        }
        slabs_with_room = slab;
        return;
    }
    start_over(slab);
    if (slab == current_slab) {
        return;
    }
    if (slab->has_room) {
        *(slab->previous != NULL ? &slab->previous->next : &slabs_with_room) = slab->next;
        if (slab->next != NULL) {
            slab->next->previous = slab->previous;
        }
    }
    slab->has_room = false;
    if (empty_slabs_kept == EMPTY_SLABS_KEPT) {
        free_slab(slab);
        return;
    }
    slab->next = empty_slabs;
    empty_slabs = slab;
    empty_slabs_kept++;
}

/* A node of the current slab; NULL if it is full. */
static inline Node *
take_ready_node(void)
{
    Slab *slab = current_slab;
    Node *node = slab->dead;
    if (node != NULL) {
        slab->dead = node->next;
    }
    else if (likely(slab->fresh != slab->end)) {
        node = (Node *)slab->fresh;
        slab->fresh += sizeof(Node);
    }
    else {
        return NULL;
    }
    slab->alive++;
    return node;
}

static inline Node *
take_node(void)
{
    Node *node = take_ready_node();
    return likely(node != NULL) ? node : change_slab() ? take_ready_node() : NULL;
}

static inline void
give_node(Node *node)
{
    Slab *slab = (Slab *)((uintptr_t)node & ~(uintptr_t)(SLAB_BYTES - 1));
    node->next = slab->dead;
    slab->dead = node;
    if (unlikely(--slab->alive == 0 || !slab->has_room)) {
        file_slab(slab);
    }
}

#endif

/* Set all of a node but its edges. */
static inline Node *
start_node(Node *node, int op, double data, int shape, int flags)
{
    node->data = data;
    node->grad = 0.0;
    node->pending = 0;
    node->op = (uint16_t)op;
    node->shape = (uint8_t)shape;
    node->flags = (uint8_t)flags;
    node->label = NULL;
    return node;
}

/* The same of one that isn't COLLECTABLE: PyObject_Init, but inline and without a reference to the type, which the module
   keeps alive for good. */
static inline Node *
start_simple_node(Node *node, int op, double data, int shape, int flags)
{
    node->ob_base = (PyObject){.ob_type = Value_Type}; /* 0 in the fields that later versions of Python add */
    node->ob_base.ob_refcnt = 1;
    return start_node(node, op, data, shape, flags);
}

/* A node whose edges are not yet set. `flags` are its own and those of its parents: a node above one that may be part of a
   cycle may be, too. */
static inline Node *
allocate_node(int op, double data, int shape, int flags)
{
    if (unlikely(flags & COLLECTABLE)) {
        Node *node = PyObject_GC_New(Node, Value_Type);
        return node != NULL ? start_node(node, op, data, shape, flags) : NULL;
    }
    Node *node = take_node();
    return likely(node != NULL) ? start_simple_node(node, op, data, shape, flags) : (Node *)PyErr_NoMemory();
}

static inline void
free_node(Node *node)
{
    if (unlikely(node->flags & NOTED)) {
        forget_notes(node);
    }
    if (unlikely(node->flags & COLLECTABLE)) {
        PyTypeObject *type = Py_TYPE(node);
        type->tp_free(node);
        Py_DECREF(type);
    }
    else {
        give_node(node);
    }
}

/* Release a reference to a parent; if it was the last, the parent joins the list `dead`, whose new head is returned. */
static inline Node *
let_go(Node *parent, Node *dead)
{
    if (Py_REFCNT(parent) > 1 || unlikely(!Py_IS_TYPE(parent, Value_Type))) {
        Py_DECREF(parent);
        return dead;
    }
    if (unlikely(parent->flags & COLLECTABLE)) {
        PyObject_GC_UnTrack(parent);
    }
    parent->next = dead;
    return parent;
}

static Node *
let_go_of_many(Node *node, Node *dead)
{
    FOR_EACH_EDGE(edge, node) {
        dead = edge->parent != NULL ? let_go(edge->parent, dead) : dead;
    }
    PyObject *row = unlikely(is_added(node)) ? added_row(node) : NULL;
    free_edges(node->many.edges, node->many.count + (row != NULL));
    Py_XDECREF(row); /* may run arbitrary code */
    return dead;
}

static inline Node *
let_go_of_all(Node *node, Node *dead)
{
    Py_XDECREF(node->label);
    if (unlikely(node->shape == MANY)) {
        return let_go_of_many(node, dead);
    }
    if (node->shape > 0) {
        dead = let_go(node->pair[0].parent, dead);
    }
    if (node->shape > 1) {
        dead = let_go(node->pair[1].parent, dead);
    }
    return dead;
}

/* Free a node, and all that only it holds. */
static NOINLINE void
free_graph(Node *node)
{
    if (unlikely(node->flags & COLLECTABLE)) {
        PyObject_GC_UnTrack((PyObject *)node);
    }
    for (Node *dead = NULL;;) {
        dead = let_go_of_all(node, dead);
        free_node(node);
        if (dead == NULL) {
            return;
        }
        node = dead;
        dead = node->next;
    }
}

/* Let go of the parents of a node if that is all that its death needs, as it is for an intermediate result whose operands
   live on, and for a leaf. */
static inline bool
let_go_at_once(Node *node)
{
    if ((node->flags & (COLLECTABLE | NOTED)) != 0 || node->label != NULL || node->shape >= MANY) {
        return false;
    }
    if (node->shape == 0) {
        return true;
    }
    Node *x = node->pair[0].parent, *y = node->pair[1].parent; /* NULL if there is one, as of node_of_pair */
    if (Py_REFCNT(x) == 1 || (y != NULL && (Py_REFCNT(y) == 1 || y == x))) {
        return false;
    }
    x->ob_base.ob_refcnt--;
    if (y != NULL) {
        y->ob_base.ob_refcnt--;
    }
    return true;
}

static void
value_dealloc(PyObject *self)
{
    Node *node = (Node *)self;
    if (let_go_at_once(node)) {
        give_node(node);
    }
    else {
        free_graph(node);
    }
}

/* A separate function, by which CPython tells Value's memory from that of a subclass, so that neither object.__class__ nor
   anything else can turn one into the other. */
static void
value_free(void *memory)
{
    PyObject_GC_Del(memory);
}

static int
value_is_gc(PyObject *self)
{
    return ((Node *)self)->flags & COLLECTABLE;
}

static int
value_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    FOR_EACH_EDGE(edge, (Node *)self) {
        Py_VISIT(edge->parent);
    }
    if (is_added((Node *)self)) {
        Py_VISIT(added_row((Node *)self));
    }
    return 0;
}

/* Make a node a leaf, with its current data. */
static int
value_clear(PyObject *self)
{
    Node *node = (Node *)self, was = *node;
    PyObject *row = is_added(node) ? added_row(node) : NULL;
    node->op = LEAF;
    node->shape = 0;
    node->flags &= COLLECTABLE | NOTED;
    FOR_EACH_EDGE(edge, &was) {
        Py_XDECREF(edge->parent);
    }
    if (was.shape == MANY) {
        free_edges(was.many.edges, was.many.count + (row != NULL));
    }
    node->pair[0].derivative = node->data;
    Py_XDECREF(row);
    return 0;
}

static PyObject *
value_sizeof(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Node *node = (Node *)self;
    Py_ssize_t bytes = Py_TYPE(self)->tp_basicsize;
    if (node->shape == MANY) {
        bytes += edges_class(node->many.count + is_added(node)) * EDGES_STEP * sizeof(Edge);
    }
#if PY_VERSION_HEX >= 0x030B0000
    if (!(node->flags & COLLECTABLE)) {
        bytes -= 2 * sizeof(void *); /* the collector's header, which sys.getsizeof adds by type, not by object */
    }
#endif
    return PyLong_FromSsize_t(bytes);
}
