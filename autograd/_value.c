/* Value in C: the behaviour of value.py, which is the reference, at the interpreter's own speed.

   From top to bottom: the node and its memory; words and arguments; numbers in; new nodes; backward; the ops;
   attributes; what a float does; making and copying; gradients; the type; the module. What an op computes is in
   _ops.h, which translate.py writes from the table in ops.py. What isn't hot (pickling, copying, naming anomalies) is
   Python that both twins share, called through `call_python`.

   A graph is acyclic as long as a node holds nothing but parents and an exact str, so nodes aren't tracked by the
   garbage collector: no collection ever walks them, and reference counts alone free them. One thing breaks that:
   an instance of a subclass has a __dict__, which may hold a node computed from the instance. Hence
   `COLLECTABLE`: every node computed from such an instance, directly or not, has a collector's head and is tracked;
   tp_is_gc tells the two kinds apart, as it does for `type`, whose static and heap instances differ in the same way.

   Nothing recurses over a graph, and neither backward() nor deallocation allocates memory in a place where
   failing would leave a graph half done: their lists are linked through the nodes themselves.

   State is static: the module refuses to load in a second interpreter, and the GIL guards it in the first. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#ifdef _WIN32
#include <malloc.h>
#endif

#include "_ops.h"

#ifdef Py_GIL_DISABLED
#error "scalargrad's C core needs the GIL; without it the Python core is used"
#endif

#if defined(__GNUC__)
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define COLD __attribute__((cold, noinline))
#else
#define likely(condition) (condition)
#define unlikely(condition) (condition)
#define COLD
#endif


/* The node */

typedef struct node Node;

typedef struct {
    Node *parent;      /* NULL where the operand is a constant */
    double derivative; /* of the node in this parent; where there is no parent, the constant itself */
} Edge;

struct node {
    PyObject_HEAD
    double data;
    union {
        double grad;
        Node *next; /* while the node is on a list, when its grad is about to be zeroed or the node freed */
    };
    uint32_t pending; /* edges into this node that backward() has yet to follow; 0 outside of it */
    uint16_t op;      /* row of the table, or LEAF */
    uint8_t shape;    /* number of edges, or MANY */
    uint8_t flags;
    union {
        Edge pair[2]; /* with one constant operand: the Value's edge, then the constant's */
        struct {
            Edge *edges;
            Py_ssize_t count;
        } many;
    };
    PyObject *label; /* an exact str, or NULL for "" */
};

_Static_assert(sizeof(Node) == 80, "a node is 80 bytes");

enum { LEAF = UINT16_MAX };
enum { MANY = 3 };
enum {
    COLLECTABLE = 1,    /* has a collector's head, because a cycle may run through it */
    CONSTANT_FIRST = 2, /* of two operands the first is a constant: pair[1] */
    CONSTANT_LAST = 4,  /* of two operands the last is a constant: pair[1] */
    REACHED = 8,        /* during backward(): a gradient has arrived, be it 0 */
    SEEN = 16,          /* during gradients(): is in its list of nodes */
    OWN = 32,           /* during gradients(): is one of the inputs */
};

static PyTypeObject *Value_Type; /* a heap type, as a class in Python is: its name is bare, its attributes can be set */

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

#define FOR_EACH_EDGE(EDGE, NODE) \
    for (Edge *EDGE = edges_of(NODE), *end_ = EDGE + edge_count(NODE); EDGE < end_; EDGE++)

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


/* Memory of edges: the n-ary nodes of a program have few sizes, so their arrays are kept and used again */

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


/* Memory of nodes: slabs of 64 KiB that are handed out by rising address and start over once all their nodes are dead,
   so that each graph of a loop lies in memory as it was built. PyObject_Malloc instead makes W1 forward 2.1 times as
   slow, mostly because it gives its arenas back to the system with every graph that is freed; a plain list of dead
   nodes is as fast at first, but shuffles, and backward is then 2 to 3 times as slow. */

enum { SLAB_BYTES = 1 << 16, SLAB_USED_BYTES = SLAB_BYTES - 16, EMPTY_SLABS_KEPT = 256 };

typedef struct slab Slab;

struct slab {
    Node *dead;        /* nodes given back, linked by `next` */
    char *fresh, *end; /* from `fresh` on no node has been handed out yet */
    uint32_t alive;
    bool has_room;     /* is current, or in slabs_with_room */
    Slab *next, *previous;
};

static Slab no_slab; /* a full one */
static Slab *current_slab = &no_slab, *slabs_with_room, *empty_slabs;
static int empty_slabs_kept;

#if defined(__SANITIZE_ADDRESS__)
#define take_node() ((Node *)PyObject_Malloc(sizeof(Node))) /* so that the sanitizer sees each node's life */
#define give_node(NODE) PyObject_Free(NODE)
#else

static void *
allocate_slab(void)
{
#ifdef _WIN32
    return _aligned_malloc(SLAB_USED_BYTES, SLAB_BYTES);
#else
    void *slab; /* a little below 64 KiB, so that malloc can place its own header between two of them */
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

/* A slab has lost its last living node, or has room again. */
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

static inline Node *
take_node(void)
{
    for (;;) {
        Slab *slab = current_slab;
        Node *node = slab->dead;
        if (node != NULL) {
            slab->dead = node->next;
            slab->alive++;
            return node;
        }
        if (likely(slab->fresh != slab->end)) {
            node = (Node *)slab->fresh;
            slab->fresh += sizeof(Node);
            slab->alive++;
            return node;
        }
        if (!change_slab()) {
            return NULL;
        }
    }
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

/* A node whose edges are yet to be set. `flags` are its own and those of its parents: with one that may be part of a
   cycle it may be, too. */
static inline Node *
allocate_node(int op, double data, int shape, int flags)
{
    Node *node;
    if (unlikely(flags & COLLECTABLE)) {
        node = PyObject_GC_New(Node, Value_Type);
        if (node == NULL) {
            return NULL;
        }
    }
    else {
        node = take_node();
        if (unlikely(node == NULL)) {
            return (Node *)PyErr_NoMemory();
        }
        node->ob_base.ob_refcnt = 1;        /* PyObject_Init, but inline and without a reference to the type, */
        node->ob_base.ob_type = Value_Type; /* which the module keeps alive for good */
    }
    node->data = data;
    node->grad = 0.0;
    node->pending = 0;
    node->op = (uint16_t)op;
    node->shape = (uint8_t)shape;
    node->flags = (uint8_t)flags;
    node->label = NULL;
    return node;
}

static inline void
free_node(Node *node)
{
    if (unlikely(node->flags & COLLECTABLE)) {
        PyTypeObject *type = Py_TYPE(node);
        type->tp_free(node);
        Py_DECREF(type);
    }
    else {
        give_node(node);
    }
}

/* Give back a reference to a parent; if nobody else holds it, it joins the list `dead`, whose new head is returned. */
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
    free_edges(node->many.edges, node->many.count);
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

static void
value_dealloc(PyObject *self)
{
    Node *node = (Node *)self;
    if (unlikely(node->flags & COLLECTABLE)) {
        PyObject_GC_UnTrack(self);
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
    return 0;
}

/* Make a node a leaf, with the data that it has. */
static int
value_clear(PyObject *self)
{
    Node *node = (Node *)self, was = *node;
    node->op = LEAF;
    node->shape = 0;
    node->flags &= COLLECTABLE;
    FOR_EACH_EDGE(edge, &was) {
        Py_XDECREF(edge->parent);
    }
    if (was.shape == MANY) {
        free_edges(was.many.edges, was.many.count);
    }
    return 0;
}

static PyObject *
value_sizeof(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Node *node = (Node *)self;
    Py_ssize_t bytes = Py_TYPE(self)->tp_basicsize;
    if (node->shape == MANY) {
        bytes += edges_class(node->many.count) * EDGES_STEP * sizeof(Edge);
    }
#if PY_VERSION_HEX >= 0x030B0000
    if (!(node->flags & COLLECTABLE)) {
        bytes -= 2 * sizeof(void *); /* the collector's head, which sys.getsizeof adds by type, not by object */
    }
#endif
    return PyLong_FromSsize_t(bytes);
}


/* Words for errors, and the Python that both twins share */

#define SELF_AND_NOTHING PyObject *self, PyObject *Py_UNUSED(ignored)
#define VECTOR PyObject *const *arguments, Py_ssize_t count, PyObject *keywords

/* repr and type of an object, as `'abc' (str)`. */
static PyObject *
shown(PyObject *object)
{
    enum { WIDTH = 50 };
    PyObject *text = PyObject_Repr(object), *type = NULL, *result = NULL;
    const char *ellipsis = "";
    if (text != NULL && PyUnicode_GET_LENGTH(text) > WIDTH) {
        Py_SETREF(text, PyUnicode_Substring(text, 0, WIDTH - 1));
        ellipsis = "…";
    }
    if (text != NULL && (type = PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__name__")) != NULL) {
        result = PyUnicode_FromFormat("%U%s (%U)", text, ellipsis, type);
    }
    Py_XDECREF(text);
    Py_XDECREF(type);
    return result;
}

/* Raise `kind` with text and what was given; the result is NULL. */
static COLD void *
complain(PyObject *kind, const char *where, const char *what, PyObject *given)
{
    PyObject *text = shown(given);
    if (text != NULL) {
        PyErr_Format(kind, "%s%s, got %U", where, what, text);
        Py_DECREF(text);
    }
    return NULL;
}

/* Call a function of a module of this package, which is imported by now or is free to import this one. */
static PyObject *
call_python(const char *module_name, const char *function, PyObject *first, PyObject *second)
{
    PyObject *result = NULL, *module = PyImport_ImportModule(module_name);
    if (module != NULL) {
        PyObject *callable = PyObject_GetAttrString(module, function);
        result = callable != NULL ? PyObject_CallFunctionObjArgs(callable, first, second, NULL) : NULL;
        Py_XDECREF(callable);
        Py_DECREF(module);
    }
    return result;
}


/* The rows, and arguments by position and name */

#define UNPACK(...) __VA_ARGS__
#define ROW(NAME, PARAMETERS, DEFAULT, METHOD, FUNCTION, DOC) \
    [OP_##NAME] = {#NAME, {UNPACK PARAMETERS}, DEFAULT, NULL, NULL},
#define N_ARY_OPS(X) X(sum, ("values"), NAN) X(mean, ("values"), NAN) X(logsumexp, ("values"), NAN) \
    X(dot, ("ws", "xs", "bias"), 0.0)
#define N_ARY_ROW(NAME, PARAMETERS, DEFAULT) ROW(NAME, PARAMETERS, DEFAULT, , , )

enum { MOST_PARAMETERS = 5 };

typedef struct {
    const char *name;
    const char *parameters[MOST_PARAMETERS];
    double default_of_last; /* nan where there is none */
    PyObject *name_object;
    PyObject *default_object;
} Row;

enum { MOST_ADDED = 4096 };

/* The table's, then those that autograd.extend adds while the program runs. */
static Row rows[OPS_COUNT + MOST_ADDED] = {
    UNARY_OPS(ROW) BINARY_OPS(ROW) TERNARY_OPS(ROW) N_ARY_OPS(N_ARY_ROW)
};
static int rows_count = OPS_COUNT;

/* The name of a parameter without a positional argument, at or after `position`. */
static bool
is_parameter(const Row *row, Py_ssize_t position, PyObject *name)
{
    for (; position < MOST_PARAMETERS && row->parameters[position] != NULL; position++) {
        if (PyUnicode_CompareWithASCIIString(name, row->parameters[position]) == 0) {
            return true;
        }
    }
    return false;
}

static bool
append(PyObject **text, PyObject *word)
{
    if (word != NULL) {
        Py_SETREF(*text, PyUnicode_FromFormat("%U%s%U", *text, PyUnicode_GET_LENGTH(*text) > 0 ? ", " : "", word));
        Py_DECREF(word);
    }
    return word != NULL && *text != NULL;
}

/* Raise the TypeError of a call whose arguments aren't a row's operands. */
static COLD bool
misfit(const Row *row, PyObject *self, VECTOR)
{
    PyObject *takes = PyUnicode_FromString(""), *got = PyUnicode_FromString("");
    bool fine = takes != NULL && got != NULL && (self == NULL || append(&got, shown(self)));
    for (int i = 0; fine && i < MOST_PARAMETERS && row->parameters[i] != NULL; i++) {
        fine = append(&takes, PyUnicode_FromString(row->parameters[i]));
    }
    for (Py_ssize_t i = 0; fine && i < count; i++) {
        fine = append(&got, shown(arguments[i]));
    }
    for (Py_ssize_t i = 0; fine && keywords != NULL && i < PyTuple_GET_SIZE(keywords); i++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, i);
        fine = is_parameter(row, count + (self != NULL), name) || append(&got, Py_NewRef(name));
    }
    if (fine) {
        PyErr_Format(PyExc_TypeError, "%s: takes (%U), got (%U)", row->name, takes, got);
    }
    Py_XDECREF(takes);
    Py_XDECREF(got);
    return false;
}

/* Put the arguments of a function, or of a method after its self, in order: borrowed references. */
static COLD bool
bind_names(const Row *row, PyObject **operands, PyObject *self, VECTOR)
{
    Py_ssize_t parameters = 0, given = 0, named = keywords != NULL ? PyTuple_GET_SIZE(keywords) : 0, used = 0;
    while (parameters < MOST_PARAMETERS && row->parameters[parameters] != NULL) {
        operands[parameters++] = NULL;
    }
    if (self != NULL) {
        operands[given++] = self;
    }
    if (given + count > parameters) {
        return misfit(row, self, arguments, count, keywords);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        operands[given++] = arguments[i];
    }
    for (Py_ssize_t position = given; position < parameters; position++) {
        for (Py_ssize_t i = 0; i < named; i++) {
            if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, i), row->parameters[position]) == 0) {
                operands[position] = arguments[count + i];
                used++;
            }
        }
        if (operands[position] == NULL && position == parameters - 1) {
            operands[position] = row->default_object;
        }
        if (operands[position] == NULL) {
            return misfit(row, self, arguments, count, keywords);
        }
    }
    return used == named || misfit(row, self, arguments, count, keywords);
}

static inline bool
bind(const Row *row, int parameters, PyObject **operands, PyObject *self, VECTOR)
{
    int given = self != NULL;
    if (unlikely(keywords != NULL || given + count != parameters)) {
        return bind_names(row, operands, self, arguments, count, keywords);
    }
    operands[0] = self;
    for (int i = given; i < parameters; i++) {
        operands[i] = arguments[i - given];
    }
    return true;
}


/* Numbers in */

typedef enum { FAILED, NUMBER, VALUE } Kind;

static PyObject *complex_numbers, *real_numbers; /* numbers.Complex and numbers.Real */

/* Whether an object stands for one number: what has __float__ and no length (arrays have both), and isn't complex, as
   numpy's are, whose __float__ drops the imaginary part. 1, 0, or -1 with an exception. */
static int
is_number(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    if (type == &PyFloat_Type || type == &PyLong_Type) {
        return 1;
    }
    if (type->tp_as_number == NULL || type->tp_as_number->nb_float == NULL
        || (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL)
        || (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL)) {
        return 0;
    }
    int complex = PyObject_IsSubclass((PyObject *)type, complex_numbers);
    int real = complex == 1 ? PyObject_IsSubclass((PyObject *)type, real_numbers) : complex;
    return complex == 1 ? real : complex == 0 ? 1 : -1;
}

/* float(object) for what is_number; may run any Python code. */
static bool
as_double(PyObject *object, double *number)
{
    PyObject *exact = PyNumber_Float(object);
    if (exact == NULL) {
        return false;
    }
    *number = PyFloat_AS_DOUBLE(exact);
    Py_DECREF(exact);
    return true;
}

/* A number for `data` or `grad`, or an error that starts with `where`. */
static bool
read_number(const char *where, PyObject *object, double *number)
{
    if (PyFloat_CheckExact(object)) {
        *number = PyFloat_AS_DOUBLE(object);
        return true;
    }
    int known = is_number(object);
    if (known == 0) {
        complain(PyExc_TypeError, where, " must be a number", object);
    }
    return known == 1 && as_double(object, number);
}

static COLD Kind
read_other_operand(int op, PyObject *object, double *number)
{
    if (is_value(object)) {
        *number = ((Node *)object)->data;
        return VALUE;
    }
    int known = is_number(object);
    if (known == 0) {
        complain(PyExc_TypeError, rows[op].name, ": operands must be Values or numbers", object);
    }
    return known == 1 && as_double(object, number) ? NUMBER : FAILED;
}

static inline Kind
read_operand(int op, PyObject *object, double *number)
{
    if (likely(Py_IS_TYPE(object, Value_Type))) {
        *number = ((Node *)object)->data;
        return VALUE;
    }
    if (likely(PyFloat_CheckExact(object))) {
        *number = PyFloat_AS_DOUBLE(object);
        return NUMBER;
    }
    return read_other_operand(op, object, number);
}

/* Whether an operator should leave the work to the other operand's class: an array, which will come back with
   its elements. What is no number at all is refused here, with a better text than Python's. */
static COLD bool
may_know_better(PyObject *other, const char *reflected)
{
    if (is_value(other) || is_number(other) != 0) {
        PyErr_Clear(); /* it comes again where the operand is read */
        return false;
    }
    PyObject *type = (PyObject *)Py_TYPE(other), *module = PyObject_GetAttrString(type, "__module__");
    if (module == NULL) {
        PyErr_Clear();
        return false;
    }
    bool builtin = PyUnicode_Check(module) && PyUnicode_CompareWithASCIIString(module, "builtins") == 0;
    Py_DECREF(module);
    return !builtin && PyObject_HasAttrString(type, reflected);
}


/* New nodes */

static int active_modes; /* autograd.modes' count of open blocks, of any context */
static PyObject *forgetting, *detecting, *recorder; /* its context variables */

/* What a context variable of autograd.modes holds: 1, 0, or -1 with an exception. */
static int
is_on(PyObject *mode)
{
    PyObject *value;
    if (PyContextVar_Get(mode, NULL, &value) < 0) {
        return -1;
    }
    int on = value == Py_True;
    Py_XDECREF(value);
    return on;
}

/* autograd.modes.recorded, of which only the error's text is left to Python. */
static COLD PyObject *
recorded_with_modes(Node *node)
{
    int detects = is_on(detecting), forgets = is_on(forgetting);
    if (detects < 0 || forgets < 0) {
        Py_DECREF(node);
        return NULL;
    }
    if (detects && !isfinite(node->data)) {
        PyObject *result = call_python("autograd.modes", "recorded", (PyObject *)node, NULL);
        Py_DECREF(node);
        return result;
    }
    if (forgets) {
        value_clear((PyObject *)node);
    }
    return (PyObject *)node;
}

static COLD PyObject *
observed_by_recorder(const char *question, PyObject *self, PyObject *other, PyObject *outcome)
{
    PyObject *observer, *none = NULL;
    if (PyContextVar_Get(recorder, NULL, &observer) == 0) {
        none = observer == Py_None ? Py_NewRef(Py_None)
                                   : PyObject_CallMethod(observer, "observed", "sOOO", question, self, other, outcome);
        Py_DECREF(observer);
    }
    if (none == NULL) {
        Py_CLEAR(outcome);
    }
    Py_XDECREF(none);
    return outcome;
}

/* Pass on the answer to a question about a value's number, on which Python may branch: autograd.modes.observed. */
static inline PyObject *
observed(const char *question, PyObject *self, PyObject *other, PyObject *outcome)
{
    bool plain = likely(active_modes == 0) || outcome == NULL;
    return plain ? outcome : observed_by_recorder(question, self, other, outcome);
}

/* Hand out a node whose parents are in place. */
static inline PyObject *
recorded(Node *node)
{
    if (unlikely(node->flags & COLLECTABLE)) {
        PyObject_GC_Track((PyObject *)node);
    }
    return likely(active_modes == 0) ? (PyObject *)node : recorded_with_modes(node);
}

static inline Edge
edge_to(PyObject *parent, double derivative)
{
    Py_INCREF(parent);
    return (Edge){(Node *)parent, derivative};
}

static inline int
collectable(PyObject *value)
{
    return ((Node *)value)->flags & COLLECTABLE;
}

static inline PyObject *
node_of_one(int op, double data, PyObject *x, double d_x)
{
    Node *node = allocate_node(op, data, 1, collectable(x));
    if (unlikely(node == NULL)) {
        return NULL;
    }
    node->pair[0] = edge_to(x, d_x);
    return recorded(node);
}

static inline PyObject *
node_with_constant(int op, double data, PyObject *x, double d_x, double constant, int place)
{
    Node *node = allocate_node(op, data, 1, collectable(x) | place);
    if (unlikely(node == NULL)) {
        return NULL;
    }
    node->pair[0] = edge_to(x, d_x);
    node->pair[1] = (Edge){NULL, constant};
    return recorded(node);
}

static inline PyObject *
node_of_two(int op, double data, PyObject *x, double d_x, PyObject *y, double d_y)
{
    Node *node = allocate_node(op, data, 2, collectable(x) | collectable(y));
    if (unlikely(node == NULL)) {
        return NULL;
    }
    node->pair[0] = edge_to(x, d_x);
    node->pair[1] = edge_to(y, d_y);
    return recorded(node);
}

static void
drop_edges(Edge *edges, Py_ssize_t filled, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < filled; i++) {
        Py_XDECREF(edges[i].parent);
    }
    free_edges(edges, count);
}

/* A node, or a plain float where there are only constants; takes over the edges, also when it fails. */
static PyObject *
node_of_edges(int op, double data, Edge *edges, Py_ssize_t count, int flags, bool constant)
{
    Node *node = constant ? NULL : allocate_node(op, data, MANY, flags);
    if (node == NULL) {
        drop_edges(edges, count, count);
        return constant ? PyFloat_FromDouble(data) : NULL;
    }
    node->many.edges = edges;
    node->many.count = count;
    return recorded(node);
}

static PyObject *
node_of_many(int op, double data, Edge *edges, Py_ssize_t count)
{
    int flags = 0;
    bool constant = true;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (edges[i].parent != NULL) {
            constant = false;
            flags |= edges[i].parent->flags & COLLECTABLE;
        }
    }
    return node_of_edges(op, data, edges, count, flags, constant);
}


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
        *chooses |= node->op == OP_where;
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
        bool reached = node->flags & REACHED, chooses = node->op == OP_where;
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
"    Also return, for each leaf, this call's derivative as a Value that can be differentiated again.\n\n"
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
        PyObject *none = call_python("autograd.modes", "inspect_backward", self, NULL);
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
        return call_python("autograd.transforms", "leaf_gradients", self, NULL);
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


/* Ops with a fixed number of operands: for each, `apply` makes the node, or a float where no operand is a Value */

#define DEFINE_UNARY(NAME, ...)                                                                        \
    static PyObject *                                                                                  \
    method_##NAME(SELF_AND_NOTHING)                                                                    \
    {                                                                                                  \
        double d_x, data = op_##NAME(((Node *)self)->data, &d_x);                                      \
        return node_of_one(OP_##NAME, data, self, d_x);                                                \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    function_##NAME(PyObject *Py_UNUSED(module), VECTOR)                                               \
    {                                                                                                  \
        PyObject *operand;                                                                             \
        double x, d_x;                                                                                 \
        if (!bind(&rows[OP_##NAME], 1, &operand, NULL, arguments, count, keywords)) {                  \
            return NULL;                                                                               \
        }                                                                                              \
        switch (read_operand(OP_##NAME, operand, &x)) {                                                \
        case VALUE: return method_##NAME(operand, NULL);                                               \
        case NUMBER: return PyFloat_FromDouble(op_##NAME(x, &d_x));                                    \
        default: return NULL;                                                                          \
        }                                                                                              \
    }

#define DEFINE_BINARY(NAME, ...)                                                                       \
    static PyObject *                                                                                  \
    apply_##NAME(PyObject *left, PyObject *right)                                                      \
    {                                                                                                  \
        double x, y, d_x, d_y, data;                                                                   \
        Kind x_is = read_operand(OP_##NAME, left, &x);                                                 \
        Kind y_is = likely(x_is != FAILED) ? read_operand(OP_##NAME, right, &y) : FAILED;              \
        if (likely(x_is == VALUE && y_is == VALUE)) {                                                  \
            data = op_##NAME(x, y, &d_x, &d_y);                                                        \
            return node_of_two(OP_##NAME, data, left, d_x, right, d_y);                                \
        }                                                                                              \
        if (unlikely(y_is == FAILED)) {                                                                \
            return NULL;                                                                               \
        }                                                                                              \
        if (x_is == VALUE) {                                                                           \
            data = op_##NAME(x, y, &d_x, &d_y);                                                        \
            return node_with_constant(OP_##NAME, data, left, d_x, y, CONSTANT_LAST);                   \
        }                                                                                              \
        if (y_is == VALUE) {                                                                           \
            data = op_##NAME(x, y, &d_x, &d_y);                                                        \
            return node_with_constant(OP_##NAME, data, right, d_y, x, CONSTANT_FIRST);                 \
        }                                                                                              \
        return PyFloat_FromDouble(op_##NAME(x, y, &d_x, &d_y));                                        \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    method_##NAME(PyObject *self, VECTOR)                                                              \
    {                                                                                                  \
        PyObject *operands[2];                                                                         \
        bool fits = bind(&rows[OP_##NAME], 2, operands, self, arguments, count, keywords);             \
        return fits ? apply_##NAME(operands[0], operands[1]) : NULL;                                   \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    function_##NAME(PyObject *Py_UNUSED(module), VECTOR)                                               \
    {                                                                                                  \
        return method_##NAME(NULL, arguments, count, keywords);                                        \
    }

static bool fill_edge(int op, Edge *edge, PyObject *operand);
static int set_label(PyObject *self, PyObject *label, void *closure);

#define DEFINE_TERNARY(NAME, ...)                                                                      \
    static PyObject *                                                                                  \
    method_##NAME(PyObject *self, VECTOR)                                                              \
    {                                                                                                  \
        PyObject *operands[3];                                                                         \
        if (!bind(&rows[OP_##NAME], 3, operands, self, arguments, count, keywords)) {                  \
            return NULL;                                                                               \
        }                                                                                              \
        Edge *edges = allocate_edges(3);                                                               \
        if (edges == NULL) {                                                                           \
            return NULL;                                                                               \
        }                                                                                              \
        for (int i = 0; i < 3; i++) {                                                                  \
            if (!fill_edge(OP_##NAME, &edges[i], operands[i])) {                                       \
                drop_edges(edges, i, 3);                                                               \
                return NULL;                                                                           \
            }                                                                                          \
        }                                                                                              \
        double d[3];                                                                                   \
        double data = op_##NAME(edges[0].derivative, edges[1].derivative, edges[2].derivative, &d[0], &d[1], &d[2]); \
        for (int i = 0; i < 3; i++) {                                                                  \
            edges[i].derivative = edges[i].parent != NULL ? d[i] : edges[i].derivative;                \
        }                                                                                              \
        return node_of_many(OP_##NAME, data, edges, 3);                                                \
    }                                                                                                  \
                                                                                                       \
    static PyObject *                                                                                  \
    function_##NAME(PyObject *Py_UNUSED(module), VECTOR)                                               \
    {                                                                                                  \
        return method_##NAME(NULL, arguments, count, keywords);                                        \
    }

UNARY_OPS(DEFINE_UNARY)
BINARY_OPS(DEFINE_BINARY)
TERNARY_OPS(DEFINE_TERNARY)

#define DEFINE_OPERATOR(NAME, REFLECTED)                                                               \
    static PyObject *                                                                                  \
    operator_##NAME(PyObject *left, PyObject *right)                                                   \
    {                                                                                                  \
        if (likely(Py_IS_TYPE(left, Value_Type) && Py_IS_TYPE(right, Value_Type))) {                   \
            double d_x, d_y, data = op_##NAME(((Node *)left)->data, ((Node *)right)->data, &d_x, &d_y); \
            return node_of_two(OP_##NAME, data, left, d_x, right, d_y);                                \
        }                                                                                              \
        if (unlikely(!PyFloat_CheckExact(right)) && is_value(left) && may_know_better(right, REFLECTED)) { \
            Py_RETURN_NOTIMPLEMENTED;                                                                  \
        }                                                                                              \
        return apply_##NAME(left, right);                                                              \
    }

DEFINE_OPERATOR(add, "__radd__")
DEFINE_OPERATOR(sub, "__rsub__")
DEFINE_OPERATOR(mul, "__rmul__")
DEFINE_OPERATOR(div, "__rtruediv__")
DEFINE_OPERATOR(pow, "__rpow__")

static PyObject *
operator_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    if (modulus == Py_None) {
        return operator_pow(left, right);
    }
    if (!is_value(left)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return complain(PyExc_TypeError, "pow", ": a Value takes no modulus", modulus);
}

static PyObject *
operator_negative(PyObject *self)
{
    return method_neg(self, NULL);
}

static PyObject *
operator_absolute(PyObject *self)
{
    return method_abs(self, NULL);
}


/* Ops with any number of operands: edges are filled with the operands' numbers, which the op then makes derivatives */

static bool
fill_edge(int op, Edge *edge, PyObject *operand)
{
    Kind kind = read_operand(op, operand, &edge->derivative);
    edge->parent = kind == VALUE ? (Node *)operand : NULL;
    Py_XINCREF(edge->parent);
    return kind != FAILED;
}

/* An iterable as a list or tuple. Reading an odd number's __float__ may run Python code that changes a list, so a list
   is read in place only if it `reads_quietly`, else as a tuple. */
static PyObject *
sequence_of(int op, const char *what, PyObject *values)
{
    if (PyList_CheckExact(values) || PyTuple_CheckExact(values)) {
        Py_INCREF(values);
        return values;
    }
    if (PyUnicode_Check(values) || PyBytes_Check(values)
        || (Py_TYPE(values)->tp_iter == NULL && !PySequence_Check(values))) {
        char where[64];
        PyOS_snprintf(where, sizeof(where), "%s: %s", rows[op].name, what);
        return complain(PyExc_TypeError, where, " must be a sequence of Values or numbers", values);
    }
    return PySequence_Tuple(values);
}

static bool
reads_quietly(PyObject *sequence)
{
    PyObject **items = PySequence_Fast_ITEMS(sequence);
    Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence), i = 0;
    while (i < count && (Py_IS_TYPE(items[i], Value_Type) || PyFloat_CheckExact(items[i]))) {
        i++;
    }
    return i == count;
}

static bool
make_tuple(PyObject **sequence)
{
    Py_SETREF(*sequence, PySequence_Tuple(*sequence));
    return *sequence != NULL;
}

static bool
fill_edges(int op, Edge *edges, Py_ssize_t *filled, PyObject *sequence)
{
    PyObject **items = PySequence_Fast_ITEMS(sequence);
    Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (unlikely(!fill_edge(op, &edges[*filled], items[i]))) {
            return false;
        }
        ++*filled;
    }
    return true;
}

static void
set_derivative(Edge *edge, double derivative)
{
    if (edge->parent != NULL) {
        edge->derivative = derivative;
    }
}

static double
compute_sum(Edge *edges, Py_ssize_t count)
{
    double total = 0.0;
    for (Py_ssize_t i = 0; i < count; i++) {
        total += edges[i].derivative;
        set_derivative(&edges[i], 1.0);
    }
    return total;
}

static double
compute_mean(Edge *edges, Py_ssize_t count)
{
    double total = 0.0, share = 1.0 / (double)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        total += edges[i].derivative;
        set_derivative(&edges[i], share);
    }
    return total / (double)count;
}

/* Where the largest operand is infinite or nan the softmax isn't defined, but for what is nothing beside inf. */
static double
compute_logsumexp_at_infinity(Edge *edges, Py_ssize_t count, double largest)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        set_derivative(&edges[i], largest == INFINITY && edges[i].derivative < largest ? 0.0 : NAN);
    }
    return largest;
}

static double
compute_logsumexp(Edge *edges, Py_ssize_t count)
{
    Py_ssize_t top = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (isnan(edges[i].derivative)) {
            return compute_logsumexp_at_infinity(edges, count, edges[i].derivative);
        }
        top = edges[i].derivative > edges[top].derivative ? i : top;
    }
    double largest = edges[top].derivative, rest = 0.0;
    if (isinf(largest)) {
        return compute_logsumexp_at_infinity(edges, count, largest);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        double term = ops_exp_difference(edges[i].derivative, largest);
        rest += i == top ? 0.0 : term;
        set_derivative(&edges[i], term);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        set_derivative(&edges[i], edges[i].derivative / (1.0 + rest));
    }
    return largest + log1p(rest);
}

static double
compute_dot(Edge *edges, Py_ssize_t count)
{
    Py_ssize_t n = count / 2;
    double total = 0.0;
    for (Py_ssize_t i = 0; i < n; i++) {
        double w = edges[i].derivative, x = edges[n + i].derivative;
        total += w * x;
        set_derivative(&edges[i], x);
        set_derivative(&edges[n + i], w);
    }
    total += edges[count - 1].derivative;
    set_derivative(&edges[count - 1], 1.0);
    return total;
}

static PyObject *
apply_to_all(int op, double (*compute)(Edge *, Py_ssize_t), bool may_be_empty, VECTOR)
{
    PyObject *values, *result = NULL;
    if (!bind(&rows[op], 1, &values, NULL, arguments, count, keywords)) {
        return NULL;
    }
    PyObject *operands = sequence_of(op, "values", values);
    if (operands == NULL || !(reads_quietly(operands) || make_tuple(&operands))) {
        return NULL;
    }
    Py_ssize_t n = PySequence_Fast_GET_SIZE(operands), filled = 0;
    if (n == 0 && !may_be_empty) {
        PyErr_Format(PyExc_ValueError, "%s: needs at least one value, got an empty sequence", rows[op].name);
    }
    else {
        Edge *edges = allocate_edges(n);
        if (edges != NULL && !fill_edges(op, edges, &filled, operands)) {
            drop_edges(edges, filled, n);
        }
        else if (edges != NULL) {
            result = node_of_many(op, compute(edges, n), edges, n);
        }
    }
    Py_DECREF(operands);
    return result;
}

PyDoc_STRVAR(sum_doc,
"sum(values)\n--\n\n"
"Sum of any number of values, from left to right, as one node; a float if none is a Value.");

static PyObject *
function_sum(PyObject *Py_UNUSED(module), VECTOR)
{
    return apply_to_all(OP_sum, compute_sum, true, arguments, count, keywords);
}

PyDoc_STRVAR(mean_doc,
"mean(values)\n--\n\n"
"Arithmetic mean of one or more values, as one node; a float if none is a Value.\n\n"
"Raises\n------\nValueError\n    If there is no value.");

static PyObject *
function_mean(PyObject *Py_UNUSED(module), VECTOR)
{
    return apply_to_all(OP_mean, compute_mean, false, arguments, count, keywords);
}

PyDoc_STRVAR(logsumexp_doc,
"logsumexp(values)\n--\n\n"
"ln(Σ e^x) of one or more values, without overflow, as one node; a float if none is a Value.\n\n"
"Raises\n------\nValueError\n    If there is no value.");

static PyObject *
function_logsumexp(PyObject *Py_UNUSED(module), VECTOR)
{
    return apply_to_all(OP_logsumexp, compute_logsumexp, false, arguments, count, keywords);
}

/* Operands in order, each read before the next: the only way where reading one may run Python code. */
static COLD PyObject *
dot_step_by_step(PyObject *ws, PyObject *xs, PyObject *bias)
{
    Py_ssize_t n = PyTuple_GET_SIZE(ws), count = 2 * n + 1, filled = 0;
    Edge *edges = allocate_edges(count);
    if (edges == NULL) {
        return NULL;
    }
    if (!fill_edges(OP_dot, edges, &filled, ws) || !fill_edges(OP_dot, edges, &filled, xs)
        || !fill_edge(OP_dot, &edges[filled], bias)) {
        drop_edges(edges, filled, count);
        return NULL;
    }
    return node_of_many(OP_dot, compute_dot(edges, count), edges, count);
}

static inline Edge
edge_or_constant(PyObject *operand, double number, double derivative, int *flags, bool *constant)
{
    if (!Py_IS_TYPE(operand, Value_Type)) {
        return (Edge){NULL, number};
    }
    *flags |= collectable(operand);
    *constant = false;
    return edge_to(operand, derivative);
}

static inline bool
read_quietly(PyObject *operand, double *number)
{
    if (likely(Py_IS_TYPE(operand, Value_Type))) {
        *number = ((Node *)operand)->data;
        return true;
    }
    *number = PyFloat_CheckExact(operand) ? PyFloat_AS_DOUBLE(operand) : 0.0;
    return PyFloat_CheckExact(operand);
}

/* The dot product of lists or tuples. Values and floats, which is what there is nearly always, go in one pass. */
static PyObject *
dot_of_sequences(PyObject *ws, PyObject *xs, PyObject *bias)
{
    Py_ssize_t n = PySequence_Fast_GET_SIZE(ws), count = 2 * n + 1, i;
    if (n != PySequence_Fast_GET_SIZE(xs)) {
        return PyErr_Format(PyExc_ValueError, "dot: ws and xs must have one length, got %zd and %zd",
                            n, PySequence_Fast_GET_SIZE(xs));
    }
    Edge *edges = allocate_edges(count);
    if (edges == NULL) {
        return NULL;
    }
    PyObject **weights = PySequence_Fast_ITEMS(ws), **inputs = PySequence_Fast_ITEMS(xs);
    double total = 0.0, w, x, b;
    int flags = 0;
    bool constant = true;
    for (i = 0; i < n && read_quietly(weights[i], &w) && read_quietly(inputs[i], &x); i++) {
        total += w * x;
        edges[i] = edge_or_constant(weights[i], w, x, &flags, &constant);
        edges[n + i] = edge_or_constant(inputs[i], x, w, &flags, &constant);
    }
    if (likely(i == n && read_quietly(bias, &b))) {
        edges[2 * n] = edge_or_constant(bias, b, 1.0, &flags, &constant);
        return node_of_edges(OP_dot, total + b, edges, count, flags, constant);
    }
    for (Py_ssize_t done = 0; done < i; done++) {
        Py_XDECREF(edges[done].parent);
        Py_XDECREF(edges[n + done].parent);
    }
    free_edges(edges, count);
    ws = PySequence_Tuple(ws);
    xs = ws != NULL ? PySequence_Tuple(xs) : NULL;
    PyObject *result = xs != NULL ? dot_step_by_step(ws, xs, bias) : NULL;
    Py_XDECREF(ws);
    Py_XDECREF(xs);
    return result;
}

PyDoc_STRVAR(dot_doc,
"dot(ws, xs, bias=0.0)\n--\n\n"
"w₁x₁ + … + wₙxₙ + bias as one node; a float if none is a Value.\n\n"
"Parameters\n----------\n"
"ws, xs : sequences of Value or number\n    Of one length n, 0 or more.\n"
"bias : Value or number\n    Added last.\n\n"
"Raises\n------\nValueError\n    If the lengths differ.");

static PyObject *
function_dot(PyObject *Py_UNUSED(module), VECTOR)
{
    PyObject *operands[3], *result = NULL;
    if (!bind(&rows[OP_dot], 3, operands, NULL, arguments, count, keywords)) {
        return NULL;
    }
    PyObject *ws = sequence_of(OP_dot, "ws", operands[0]);
    PyObject *xs = ws != NULL ? sequence_of(OP_dot, "xs", operands[1]) : NULL;
    if (xs != NULL) {
        result = dot_of_sequences(ws, xs, operands[2]);
    }
    Py_XDECREF(ws);
    Py_XDECREF(xs);
    return result;
}

/* Set a label where an activation may have returned anything. */
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
"Outputs of neurons with the same inputs, each one `dot` and one activation, in one call.\n\n"
"Parameters\n----------\n"
"rows : sequence of sequences of Value or number\n    The weights, one row for each neuron.\n"
"xs : sequence of Value or number\n    The inputs.\n"
"biases : sequence of Value or number\n    One for each neuron.\n"
"activation : callable or None\n    Applied to each net input.\n"
"labels : sequence of (str, str)\n    For each neuron the labels of its net input and of its output.\n\n"
"Raises\n------\nValueError\n    If lengths differ.");

static PyObject *
function_layer(PyObject *Py_UNUSED(module), VECTOR)
{
    static const Row row = {"layer", {"rows", "xs", "biases", "activation", "labels"}, NAN, NULL, NULL};
    PyObject *operands[5], *outputs = NULL;
    if (!bind(&row, 5, operands, NULL, arguments, count, keywords)) {
        return NULL;
    }
    /* Tuples: an activation is any Python, which might change lists that are being read. */
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


/* Attributes */

static PyObject *
get_data(PyObject *self, void *Py_UNUSED(closure))
{
    return observed("data", self, Py_None, PyFloat_FromDouble(((Node *)self)->data));
}

static bool
refuse_deletion(const char *name, PyObject *object)
{
    if (object == NULL) {
        PyErr_Format(PyExc_AttributeError, "%s: can't be deleted", name);
    }
    return object == NULL;
}

static int
set_data(PyObject *self, PyObject *number, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    if (refuse_deletion("data", number)) {
        return -1;
    }
    if (node->op != LEAF) {
        PyErr_Format(PyExc_AttributeError, "data: only a leaf's can be set, this is a result of %s",
                     rows[node->op].name);
        return -1;
    }
    return read_number("data", number, &node->data) ? 0 : -1;
}

static PyObject *
get_grad(PyObject *self, void *Py_UNUSED(closure))
{
    return PyFloat_FromDouble(((Node *)self)->grad);
}

static int
set_grad(PyObject *self, PyObject *number, void *Py_UNUSED(closure))
{
    return !refuse_deletion("grad", number) && read_number("grad", number, &((Node *)self)->grad) ? 0 : -1;
}

static PyObject *
get_label(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *label = ((Node *)self)->label;
    return label != NULL ? Py_NewRef(label) : PyUnicode_FromStringAndSize(NULL, 0);
}

/* Only an exact str is kept: an instance of a subclass could hold the node, and the collector would never know. */
static int
set_label(PyObject *self, PyObject *label, void *Py_UNUSED(closure))
{
    if (refuse_deletion("label", label)) {
        return -1;
    }
    if (!PyUnicode_Check(label)) {
        complain(PyExc_TypeError, "label", " must be a str", label);
        return -1;
    }
    PyObject *exact = PyUnicode_GET_LENGTH(label) > 0 ? PyUnicode_FromObject(label) : NULL;
    if (exact == NULL && PyErr_Occurred()) {
        return -1;
    }
    Py_XSETREF(((Node *)self)->label, exact);
    return 0;
}

static PyObject *
get_op(PyObject *self, void *Py_UNUSED(closure))
{
    uint16_t op = ((Node *)self)->op;
    return op != LEAF ? Py_NewRef(rows[op].name_object) : PyUnicode_FromStringAndSize(NULL, 0);
}

static PyObject *
get_operands(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    Py_ssize_t count = operand_count(node);
    PyObject *operands = PyTuple_New(count);
    for (Py_ssize_t i = 0; i < count && operands != NULL; i++) {
        Edge *edge = operand_at(node, i);
        PyObject *operand = edge->parent != NULL ? Py_NewRef(edge->parent) : PyFloat_FromDouble(edge->derivative);
        if (operand == NULL) {
            Py_CLEAR(operands);
            break;
        }
        PyTuple_SET_ITEM(operands, i, operand);
    }
    return operands;
}

static Py_ssize_t
parent_count(Node *node)
{
    Py_ssize_t count = 0;
    FOR_EACH_EDGE(edge, node) {
        count += edge->parent != NULL;
    }
    return count;
}

static PyObject *
get_parents(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    PyObject *parents = PyTuple_New(parent_count(node));
    Py_ssize_t i = 0;
    if (parents != NULL) {
        FOR_EACH_EDGE(edge, node) {
            if (edge->parent != NULL) {
                PyTuple_SET_ITEM(parents, i++, Py_NewRef(edge->parent));
            }
        }
    }
    return parents;
}

static PyObject *
get_local_derivatives(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    PyObject *derivatives = PyTuple_New(parent_count(node));
    Py_ssize_t i = 0;
    if (derivatives != NULL) {
        FOR_EACH_EDGE(edge, node) {
            PyObject *derivative;
            if (edge->parent == NULL) {
                continue;
            }
            if ((derivative = PyFloat_FromDouble(edge->derivative)) == NULL) {
                Py_DECREF(derivatives);
                return NULL;
            }
            PyTuple_SET_ITEM(derivatives, i++, derivative);
        }
    }
    return derivatives;
}


/* What a float does too */

/* Four significant digits, as '.4g'. */
static PyObject *
short_number(const char *before, double number)
{
    char *digits = PyOS_double_to_string(number, 'g', 4, 0, NULL);
    if (digits == NULL) {
        return NULL;
    }
    PyObject *text = PyUnicode_FromFormat("%s%s", before, digits);
    PyMem_Free(digits);
    return text;
}

static PyObject *
value_repr(PyObject *self)
{
    Node *node = (Node *)self;
    PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__name__"), *result = NULL;
    PyObject *data = short_number("", node->data);
    PyObject *grad = node->grad != 0.0 ? short_number(", grad=", node->grad) : PyUnicode_FromString("");
    PyObject *label = node->label != NULL ? PyUnicode_FromFormat(", label=%R", node->label) : PyUnicode_FromString("");
    if (type != NULL && data != NULL && grad != NULL && label != NULL) {
        result = PyUnicode_FromFormat("%U(%U%U%U)", type, data, grad, label);
    }
    Py_XDECREF(type);
    Py_XDECREF(data);
    Py_XDECREF(grad);
    Py_XDECREF(label);
    return result;
}

static PyObject *
compare(PyObject *self, PyObject *other, int operation)
{
    double x = ((Node *)self)->data, y;
    if (is_value(other)) {
        y = ((Node *)other)->data;
    }
    else if (PyFloat_Check(other)) { /* numpy's too, whose answer would be numpy's bool */
        y = PyFloat_AS_DOUBLE(other);
    }
    else if (PyLong_Check(other)) { /* may be larger than any float */
        PyObject *number = PyFloat_FromDouble(x);
        PyObject *result = number != NULL ? PyObject_RichCompare(number, other, operation) : NULL;
        Py_XDECREF(number);
        return result;
    }
    else if (!as_double(other, &y)) {
        return NULL;
    }
    Py_RETURN_RICHCOMPARE(x, y, operation);
}

static PyObject *
value_compare(PyObject *self, PyObject *other, int operation)
{
    static const char *const questions[] = {
        [Py_LT] = "<", [Py_LE] = "<=", [Py_EQ] = "==", [Py_NE] = "!=", [Py_GT] = ">", [Py_GE] = ">=",
    };
    int known = is_value(other) ? 1 : is_number(other);
    if (known == 0) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (known < 0) {
        return NULL;
    }
    return observed(questions[operation], self, other, compare(self, other, operation));
}

static Py_hash_t
value_hash(PyObject *self)
{
    return PyBaseObject_Type.tp_hash(self);
}

static PyObject *
value_float(PyObject *self)
{
    return observed("float", self, Py_None, PyFloat_FromDouble(((Node *)self)->data));
}

static PyObject *
value_int(PyObject *self)
{
    return observed("int", self, Py_None, PyLong_FromDouble(((Node *)self)->data));
}

static int
value_bool(PyObject *self)
{
    bool truth = ((Node *)self)->data != 0.0;
    if (unlikely(active_modes != 0)) {
        PyObject *outcome = observed("bool", self, Py_None, PyBool_FromLong(truth));
        Py_XDECREF(outcome);
        return outcome != NULL ? truth : -1;
    }
    return truth;
}

static PyObject *
value_positive(PyObject *self)
{
    return Py_NewRef(self);
}

/* Call a method of the float that a Value holds. */
static PyObject *
call_float(PyObject *self, const char *method, PyObject *argument)
{
    PyObject *number = PyFloat_FromDouble(((Node *)self)->data), *name = PyUnicode_FromString(method), *result = NULL;
    if (number != NULL && name != NULL) {
        result = PyObject_CallMethodObjArgs(number, name, argument, NULL);
    }
    Py_XDECREF(number);
    Py_XDECREF(name);
    return result;
}

static PyObject *
value_round(PyObject *self, VECTOR)
{
    static const Row row = {"__round__", {"ndigits"}, NAN, NULL, NULL};
    PyObject *digits = Py_None;
    if ((count > 0 || keywords != NULL) && !bind(&row, 1, &digits, NULL, arguments, count, keywords)) {
        return NULL;
    }
    return observed("round", self, digits, call_float(self, "__round__", digits));
}

static PyObject *
value_trunc(SELF_AND_NOTHING)
{
    return observed("trunc", self, Py_None, call_float(self, "__trunc__", NULL));
}

static PyObject *
value_floor(SELF_AND_NOTHING)
{
    return observed("floor", self, Py_None, call_float(self, "__floor__", NULL));
}

static PyObject *
value_ceil(SELF_AND_NOTHING)
{
    return observed("ceil", self, Py_None, call_float(self, "__ceil__", NULL));
}

static PyObject *
value_format(PyObject *self, PyObject *specification)
{
    bool plain = PyUnicode_Check(specification) && PyUnicode_GET_LENGTH(specification) == 0;
    return plain ? PyObject_Repr(self) : call_float(self, "__format__", specification);
}


/* Making, copying, pickling */

/* A leaf of 0, which value_init fills, so that a subclass may have its own arguments. */
static PyObject *
value_new(PyTypeObject *type, PyObject *Py_UNUSED(arguments), PyObject *Py_UNUSED(keywords))
{
    Node *node;
    if (type == Value_Type) {
        node = allocate_node(LEAF, 0.0, 0, 0);
    }
    else if ((node = (Node *)type->tp_alloc(type, 0)) != NULL) { /* all zeros */
        node->op = LEAF;
        node->flags = COLLECTABLE;
    }
    return (PyObject *)node;
}

static int
value_init(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"data", "label", NULL};
    PyObject *data, *label = NULL;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O|O:Value", names, &data, &label)
        || set_data(self, data, NULL) < 0) {
        return -1;
    }
    if (label == NULL) {
        Py_CLEAR(((Node *)self)->label);
        return 0;
    }
    return set_label(self, label, NULL);
}

/* Value(data, label) without a tuple and a dict on the way; subclasses are made by value_new and value_init. */
static PyObject *
value_vectorcall(PyObject *Py_UNUSED(type), PyObject *const *arguments, size_t flagged_count, PyObject *keywords)
{
    static const Row row = {"Value", {"data", "label"}, NAN, NULL, NULL};
    Py_ssize_t count = PyVectorcall_NARGS(flagged_count), named = keywords != NULL ? PyTuple_GET_SIZE(keywords) : 0;
    PyObject *data = count > 0 ? arguments[0] : NULL, *label = count > 1 ? arguments[1] : NULL;
    bool fits = count <= 2;
    for (Py_ssize_t i = 0; i < named && fits; i++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, i);
        PyObject **place = PyUnicode_CompareWithASCIIString(name, "label") == 0 ? &label : &data;
        fits = *place == NULL && is_parameter(&row, count, name);
        *place = arguments[count + i];
    }
    if (!fits || data == NULL) {
        misfit(&row, NULL, arguments, count, keywords);
        return NULL;
    }
    Node *node = allocate_node(LEAF, 0.0, 0, 0);
    if (node == NULL) {
        return NULL;
    }
    if (!read_number("data", data, &node->data) || (label != NULL && set_label((PyObject *)node, label, NULL) < 0)) {
        Py_DECREF(node);
        return NULL;
    }
    return (PyObject *)node;
}

static PyObject *
value_detach(SELF_AND_NOTHING)
{
    Node *node = (Node *)self, *leaf = allocate_node(LEAF, node->data, 0, 0);
    if (leaf == NULL) {
        return NULL;
    }
    leaf->label = Py_XNewRef(node->label);
    if (unlikely(active_modes != 0)) {
        PyObject *outcome = get_data(self, NULL);
        if (outcome == NULL) {
            Py_CLEAR(leaf);
        }
        Py_XDECREF(outcome);
    }
    return (PyObject *)leaf;
}

static PyObject *
value_copy(SELF_AND_NOTHING)
{
    return call_python("autograd.pickling", "copy", self, NULL);
}

static PyObject *
value_deepcopy(PyObject *self, PyObject *memo)
{
    return call_python("autograd.pickling", "deepcopy", self, memo);
}

static PyObject *
value_reduce(PyObject *self, PyObject *Py_UNUSED(protocol))
{
    return call_python("autograd.pickling", "reduce", self, NULL);
}

static int
find_op(PyObject *name)
{
    for (int op = 0; op < rows_count; op++) {
        if (PyUnicode_CompareWithASCIIString(name, rows[op].name) == 0) {
            return op;
        }
    }
    complain(PyExc_ValueError, "restore: op", " must be the name of a row", name);
    return -1;
}

PyDoc_STRVAR(add_op_doc,
"add_op(name, /)\n--\n\n"
"Let restore() take an op of this ASCII name; once taken, a name stays.");

static PyObject *
function_add_op(PyObject *Py_UNUSED(module), PyObject *name)
{
    if (!PyUnicode_Check(name) || !PyUnicode_IS_ASCII(name)) {
        return complain(PyExc_TypeError, "add_op: name", " must be an ASCII str", name);
    }
    for (int op = 0; op < rows_count; op++) {
        if (PyUnicode_CompareWithASCIIString(name, rows[op].name) == 0) {
            Py_RETURN_NONE;
        }
    }
    if (rows_count == OPS_COUNT + MOST_ADDED) {
        PyErr_Format(PyExc_ValueError, "add_op: at most %d ops can be added", MOST_ADDED);
        return NULL;
    }
    rows[rows_count].name_object = Py_NewRef(name);
    rows[rows_count++].name = (const char *)PyUnicode_DATA(name);
    Py_RETURN_NONE;
}

/* Edges from operands and, for those that are Values, derivatives: the inverse of get_operands. */
static bool
restore_edges(Edge *edges, PyObject *operands, PyObject *derivatives)
{
    Py_ssize_t next = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(operands); i++) {
        PyObject *operand = PyTuple_GET_ITEM(operands, i), *number = operand;
        edges[i].parent = NULL;
        if (is_value(operand)) {
            edges[i].parent = (Node *)Py_NewRef(operand);
            number = next < PyTuple_GET_SIZE(derivatives) ? PyTuple_GET_ITEM(derivatives, next) : Py_None;
            next++;
        }
        if (!PyFloat_Check(number)) {
            drop_edges(edges, i + 1, PyTuple_GET_SIZE(operands));
            return complain(PyExc_TypeError, "restore: operands",
                            " must be Values and floats, with a derivative for each Value", operands);
        }
        edges[i].derivative = PyFloat_AS_DOUBLE(number);
    }
    return true;
}

/* Take one or two edges into the node itself, as the op's own code does. */
static PyObject *
node_of_few(int op, double data, Edge *edges, Py_ssize_t count)
{
    PyObject *x = (PyObject *)edges[0].parent, *y = count == 2 ? (PyObject *)edges[1].parent : NULL, *node;
    if (count == 1) {
        node = node_of_one(op, data, x, edges[0].derivative);
    }
    else if (x != NULL && y != NULL) {
        node = node_of_two(op, data, x, edges[0].derivative, y, edges[1].derivative);
    }
    else if (x != NULL) {
        node = node_with_constant(op, data, x, edges[0].derivative, edges[1].derivative, CONSTANT_LAST);
    }
    else {
        node = node_with_constant(op, data, y, edges[1].derivative, edges[0].derivative, CONSTANT_FIRST);
    }
    drop_edges(edges, count, count);
    return node;
}

PyDoc_STRVAR(restore_doc,
"restore(op, operands, data, derivatives, grad=0.0, label='')\n--\n\n"
"Make a computed node from its parts, without computing: what pickling and copying need.");

static PyObject *
function_restore(PyObject *Py_UNUSED(module), PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"op", "operands", "data", "derivatives", "grad", "label", NULL};
    PyObject *name, *operands, *derivatives, *label = NULL;
    double data, grad = 0.0;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "UO!dO!|dU:restore", names, &name, &PyTuple_Type, &operands,
                                     &data, &PyTuple_Type, &derivatives, &grad, &label)) {
        return NULL;
    }
    int op = find_op(name);
    Py_ssize_t count = PyTuple_GET_SIZE(operands);
    Edge *edges = op >= 0 ? allocate_edges(count) : NULL;
    if (edges == NULL || !restore_edges(edges, operands, derivatives)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(derivatives) == 0) {
        drop_edges(edges, count, count);
        return complain(PyExc_ValueError, "restore: operands", " must have a Value among them", operands);
    }
    bool few = count <= 2 && op != OP_sum && op != OP_mean && op != OP_logsumexp && op != OP_dot;
    PyObject *node = (few ? node_of_few : node_of_many)(op, data, edges, count);
    if (node != NULL) {
        ((Node *)node)->grad = grad;
        if (label != NULL && set_label(node, label, NULL) < 0) {
            Py_CLEAR(node);
        }
    }
    return node;
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


/* The type */

#define KEYWORDS (METH_FASTCALL | METH_KEYWORDS)
#define METHOD(FUNCTION) ((PyCFunction)(void (*)(void))(FUNCTION))
#define UNARY_METHOD(NAME, PARAMETERS, DEFAULT, SIGNATURE, FUNCTION, DOC) \
    {#NAME, method_##NAME, METH_NOARGS, #NAME SIGNATURE "\n--\n\n" DOC},
#define KEYWORD_METHOD(NAME, PARAMETERS, DEFAULT, SIGNATURE, FUNCTION, DOC) \
    {#NAME, METHOD(method_##NAME), KEYWORDS, #NAME SIGNATURE "\n--\n\n" DOC},
#define NUMPY_METHOD(NUMPY, NAME, KIND, SIGNATURE, DOC) \
    {#NUMPY, METHOD(method_##NAME), KIND, #NUMPY SIGNATURE "\n--\n\n" DOC},

static PyMethodDef value_methods[] = {
    UNARY_OPS(UNARY_METHOD)
    BINARY_OPS(KEYWORD_METHOD)
    TERNARY_OPS(KEYWORD_METHOD)
    NUMPY_UNARY(NUMPY_METHOD, METH_NOARGS)
    NUMPY_BINARY(NUMPY_METHOD, KEYWORDS)
    {"backward", METHOD(value_backward), KEYWORDS, backward_doc},
    {"zero_grad", value_zero_grad, METH_NOARGS, zero_grad_doc},
    {"detach", value_detach, METH_NOARGS, "detach($self)\n--\n\nReturn a new leaf with the same data and label."},
    {"__round__", METHOD(value_round), KEYWORDS, "__round__($self, ndigits=None)\n--\n\n"},
    {"__trunc__", value_trunc, METH_NOARGS, "__trunc__($self)\n--\n\n"},
    {"__floor__", value_floor, METH_NOARGS, "__floor__($self)\n--\n\n"},
    {"__ceil__", value_ceil, METH_NOARGS, "__ceil__($self)\n--\n\n"},
    {"__format__", value_format, METH_O, "__format__($self, specification)\n--\n\n"},
    {"__copy__", value_copy, METH_NOARGS, "__copy__($self)\n--\n\n"},
    {"__deepcopy__", value_deepcopy, METH_O, "__deepcopy__($self, memo)\n--\n\n"},
    {"__reduce_ex__", value_reduce, METH_O, "__reduce_ex__($self, protocol)\n--\n\n"},
    {"__sizeof__", value_sizeof, METH_NOARGS, "__sizeof__($self)\n--\n\n"},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef value_attributes[] = {
    {"data", get_data, set_data, "The number; settable on leaves.", NULL},
    {"grad", get_grad, set_grad, "Derivative of the last `backward()`'s root with respect to this.", NULL},
    {"label", get_label, set_label, "The name, or the empty string.", NULL},
    {"op", get_op, NULL, "Name of the op that computed this; empty on leaves.", NULL},
    {"operands", get_operands, NULL, "What the op was applied to, constants as floats.", NULL},
    {"parents", get_parents, NULL, "The operands that are Values; one that stands twice is there twice.", NULL},
    {"local_derivatives", get_local_derivatives, NULL, "∂self/∂parent, for each parent.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(value_doc,
"Value(data, label='')\n--\n\n"
"A float that remembers how it was computed.\n\n"
"Arithmetic on Values, with numbers on either side, gives Values that record their operands; `backward()` leaves in\n"
"each the derivative of one result. Every op of the table is a method and a function of the same name. Arithmetic is\n"
"IEEE 754: 1/0 is inf and log(-1) is nan, never an exception. `==` and `<` compare data; the hash is identity.\n\n"
"Parameters\n----------\n"
"data : float, int, bool or numpy scalar\n    The number.\n"
"label : str\n    A name, for reprs, pictures and derivations.\n\n"
"Raises\n------\nTypeError\n    If `data` isn't a number or `label` isn't a str.");

static PyType_Slot value_slots[] = {
    {Py_tp_doc, (char *)value_doc},
    {Py_tp_new, value_new},
    {Py_tp_init, value_init},
    {Py_tp_dealloc, value_dealloc},
    {Py_tp_free, PyObject_GC_Del},
    {Py_tp_is_gc, value_is_gc},
    {Py_tp_traverse, value_traverse},
    {Py_tp_clear, value_clear},
    {Py_tp_repr, value_repr},
    {Py_tp_richcompare, value_compare},
    {Py_tp_hash, value_hash},
    {Py_tp_methods, value_methods},
    {Py_tp_getset, value_attributes},
    {Py_nb_add, operator_add},
    {Py_nb_subtract, operator_sub},
    {Py_nb_multiply, operator_mul},
    {Py_nb_true_divide, operator_div},
    {Py_nb_power, operator_power},
    {Py_nb_negative, operator_negative},
    {Py_nb_positive, value_positive},
    {Py_nb_absolute, operator_absolute},
    {Py_nb_bool, value_bool},
    {Py_nb_int, value_int},
    {Py_nb_float, value_float},
    {0, NULL},
};

static PyType_Spec value_spec = {
    .name = "autograd._value.Value",
    .basicsize = sizeof(Node),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = value_slots,
};


/* The module */

#define FUNCTION(NAME, PARAMETERS, DEFAULT, METHOD_SIGNATURE, SIGNATURE, DOC) \
    {#NAME, METHOD(function_##NAME), KEYWORDS, #NAME SIGNATURE "\n--\n\n" DOC},
#define N_ARY_FUNCTION(NAME, PARAMETERS, DEFAULT) {#NAME, METHOD(function_##NAME), KEYWORDS, NAME##_doc},

static PyMethodDef op_functions[] = {
    UNARY_OPS(FUNCTION) BINARY_OPS(FUNCTION) TERNARY_OPS(FUNCTION) N_ARY_OPS(N_ARY_FUNCTION)
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(set_modes_doc,
"_set_modes(active, /)\n--\n\n"
"Take over autograd.modes.active: while it isn't 0, each new node is shown to the modes of its context.");

static PyObject *
function_set_modes(PyObject *Py_UNUSED(module), PyObject *active)
{
    long count = PyLong_AsLong(active);
    if (count == -1 && PyErr_Occurred()) {
        return NULL;
    }
    active_modes = count != 0;
    Py_RETURN_NONE;
}

static PyMethodDef module_functions[] = {
    {"layer", METHOD(function_layer), KEYWORDS, layer_doc},
    {"restore", METHOD(function_restore), METH_VARARGS | METH_KEYWORDS, restore_doc},
    {"add_op", function_add_op, METH_O, add_op_doc},
    {"_gradients", METHOD(function_gradients), METH_FASTCALL, gradients_doc},
    {"_set_modes", function_set_modes, METH_O, set_modes_doc},
    {NULL, NULL, 0, NULL},
};

static int
fill_rows(void)
{
    for (int op = 0; op < OPS_COUNT; op++) {
        Row *row = &rows[op];
        Py_XSETREF(row->name_object, PyUnicode_InternFromString(row->name));
        if (row->name_object == NULL) {
            return -1;
        }
        if (!isnan(row->default_of_last)) {
            Py_XSETREF(row->default_object, PyFloat_FromDouble(row->default_of_last));
            if (row->default_object == NULL) {
                return -1;
            }
        }
    }
    return 0;
}

static int
make_type(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &value_spec, NULL), *name = PyUnicode_FromString("Value");
    /* The name without its module is what a class in Python shows in Python's own errors. */
    if (type == NULL || name == NULL || PyObject_SetAttrString(type, "__name__", name) < 0) {
        Py_XDECREF(type);
        Py_XDECREF(name);
        return -1;
    }
    Py_DECREF(name);
    Value_Type = (PyTypeObject *)type;
    Value_Type->tp_vectorcall = value_vectorcall;
    return PyModule_AddObjectRef(module, "Value", type);
}

static bool
fetch(const char *module_name, const char *name, PyObject **place)
{
    PyObject *module = PyImport_ImportModule(module_name);
    Py_XSETREF(*place, module != NULL ? PyObject_GetAttrString(module, name) : NULL);
    Py_XDECREF(module);
    return *place != NULL;
}

static int
find_python(void)
{
    const char *modes = "autograd.modes";
    bool found = fetch(modes, "_forgetting", &forgetting) && fetch(modes, "_detecting", &detecting)
        && fetch(modes, "_recorder", &recorder) && fetch("numbers", "Complex", &complex_numbers)
        && fetch("numbers", "Real", &real_numbers);
    return found ? 0 : -1;
}

/* FUNCTIONS: each op's function by its name, as the Python twin has it. */
static int
add_functions(PyObject *module)
{
    PyObject *functions = PyDict_New();
    if (functions == NULL || PyModule_AddFunctions(module, op_functions) < 0) {
        Py_XDECREF(functions);
        return -1;
    }
    int status = 0;
    for (int op = 0; op < OPS_COUNT && status == 0; op++) {
        PyObject *function = PyObject_GetAttr(module, rows[op].name_object);
        status = function != NULL ? PyDict_SetItem(functions, rows[op].name_object, function) : -1;
        Py_XDECREF(function);
    }
    status = status == 0 ? PyModule_AddObjectRef(module, "FUNCTIONS", functions) : status;
    Py_DECREF(functions);
    return status;
}

/* _layout: where in a node its data and grad are, for replay, which reads and writes those of many leaves at once. */
static int
add_layout(PyObject *module)
{
    PyObject *layout = Py_BuildValue("(nn)", (Py_ssize_t)offsetof(Node, data), (Py_ssize_t)offsetof(Node, grad));
    int status = layout != NULL ? PyModule_AddObjectRef(module, "_layout", layout) : -1;
    Py_XDECREF(layout);
    return status;
}

static int
module_exec(PyObject *module)
{
    if (Value_Type != NULL) {
        PyErr_SetString(PyExc_ImportError,
                        "autograd._value: one process can load the C core once, into its first interpreter; "
                        "elsewhere set AUTOGRAD_CORE=python");
        return -1;
    }
    bool failed = fill_rows() < 0 || find_python() < 0 || make_type(module) < 0 || add_functions(module) < 0
        || add_layout(module) < 0;
    return failed ? -1 : 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "autograd._value",
    .m_doc = "`Value` and the functions of the table in C: the twin of value.py.",
    .m_methods = module_functions,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__value(void)
{
    return PyModuleDef_Init(&module_definition);
}
