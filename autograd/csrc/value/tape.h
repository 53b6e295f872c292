/* A recorded graph as arrays, for sweeps with one or several directions at once. Part of module.c.

   Building it touches the nodes (their order, what moves, what is reached) and restores them; it runs no Python. After
   that only the arrays are read, so a sweep may handle signals between two blocks of directions. An op whose second
   derivative isn't generated and an input that isn't a leaf are left to hessian.py and sweeps.py: `UNFIT`. */

#pragma once

#include "order.h"

#include "../generated/ops_second.h"

typedef uint32_t Place; /* of a node: users have lower ones than their operands */

static const Place NOWHERE = UINT32_MAX;

typedef struct {
    double slope;
    Place parent;
} Slope;

typedef struct {
    double weight; /* of the root in two operands, including the chain above; once if a == b */
    Place a, b;
} Coupling;

typedef struct {
    double still; /* sum of the weights of operands that don't move, if the largest does */
    uint32_t top; /* which slope is that of the largest operand, from 1; 0 if it doesn't move */
    bool is;      /* whether the node is a logsumexp at all */
} Softmax;

typedef struct {
    size_t count;           /* nodes that depend on an input and on which a root depends */
    size_t *first_slope;    /* those of node p are first_slope[p] up to first_slope[p + 1] */
    Slope *slopes;
    size_t *first_coupling; /* NULL unless second derivatives are wanted */
    Coupling *couplings;
    Softmax *softmax;       /* of the nodes that are logsumexp, whose couplings aren't listed: n² of them */
    double *adjoints;       /* derivative of the one root in each node */
    Place *inputs, *outputs;
    bool others;            /* whether a root depends on leaves that aren't inputs */
    void *memory;
} Tape;

typedef enum { BROKEN, UNFIT, BUILT } Outcome; /* BROKEN: with an exception */

/* A branch that `where` didn't take is not part of the graph. */
static inline bool
leads_on(const Node *node, const Edge *edge)
{
    return edge->parent != NULL && !(selects(node) && edge->derivative == 0.0);
}

/* Whether all edges propagate, or may: a slope of 0 that depends on another operand, as that of leaky_relu at 0. */
static inline bool
all_may_lead_on(const Node *node)
{
    return !selects(node) || (node->shape == 2 && node->op < OPS_COUNT && second_pairs[node->op] != 0);
}

static size_t
count_couplings(const Node *node)
{
    return node->op == OP_dot ? (size_t)edge_count(node) / 2 : node->op < OPS_COUNT && second_pairs[node->op] ? 6 : 0;
}

/* Number the nodes of the tape in `pending`, from 1; all others have 0. Count their slopes and couplings. */
static void
number_nodes(Tape *tape, PyObject *roots, const Order *order, size_t *slopes, size_t *couplings)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(roots); i++) {
        ((Node *)PyList_GET_ITEM(roots, i))->flags |= REACHED;
    }
    for (size_t i = order->count; i-- > 0;) {
        Node *node = order->nodes[i];
        node->pending = 0;
        if (node->flags & REACHED) {
            const bool all = all_may_lead_on(node);
            FOR_EACH_EDGE(edge, node) {
                if (edge->parent != NULL && (all || edge->derivative != 0.0)) {
                    edge->parent->flags |= REACHED;
                }
            }
        }
    }
    for (size_t i = 0; i < order->count; i++) {
        Node *node = order->nodes[i];
        const bool all = all_may_lead_on(node);
        uint8_t moves = node->flags & OWN ? MOVES : 0;
        tape->others |= node->shape == 0 && moves == 0;
        FOR_EACH_EDGE(edge, node) {
            moves |= edge->parent != NULL && (all || edge->derivative != 0.0) ? edge->parent->flags & MOVES : 0;
        }
        node->flags |= moves;
    }
    tape->count = *slopes = *couplings = 0;
    for (size_t i = order->count; i-- > 0;) {
        Node *node = order->nodes[i];
        if (node->flags & REACHED && node->flags & MOVES) {
            node->pending = (uint32_t)++tape->count;
            *slopes += (size_t)edge_count(node);
            *couplings += count_couplings(node);
        }
    }
}

/* One allocation for all arrays, the largest elements first. */
static bool
allocate_tape(Tape *tape, size_t slopes, size_t couplings, size_t inputs, size_t outputs, bool second)
{
    const size_t nodes = tape->count;
    couplings = second ? couplings : 0;
    size_t bytes = slopes * sizeof(Slope) + couplings * sizeof(Coupling) + 2 * (nodes + 1) * sizeof(size_t)
        + nodes * (sizeof(double) + sizeof(Softmax)) + (inputs + outputs) * sizeof(Place);
    char *memory = PyMem_Calloc(bytes, 1);
    if (memory == NULL) {
        return false;
    }
    tape->memory = memory;
    tape->slopes = (Slope *)memory;
    tape->couplings = (Coupling *)(tape->slopes + slopes);
    tape->first_slope = (size_t *)(tape->couplings + couplings);
    size_t *first_coupling = tape->first_slope + nodes + 1;
    tape->first_coupling = second ? first_coupling : NULL;
    tape->adjoints = (double *)(first_coupling + nodes + 1);
    tape->softmax = (Softmax *)(tape->adjoints + nodes);
    tape->inputs = (Place *)(tape->softmax + nodes);
    tape->outputs = tape->inputs + inputs;
    return true;
}

/* The couplings of a dot product (its ws with its xs) or of an op of fixed arity, from its generated second derivatives. */
static void
fill_couplings(Node *node, double adjoint, Coupling *couplings, size_t *filled)
{
    enum { MOST = 3, PAIRS = 6 };
    static const struct { int i, j; } pairs[PAIRS] = {{0, 0}, {0, 1}, {1, 1}, {0, 2}, {1, 2}, {2, 2}};
    double numbers[MOST] = {0}, slopes[MOST] = {0}, found[PAIRS] = {0};
    bool moves[MOST] = {false};
    Place places[MOST] = {0};
    if (node->op == OP_dot) {
        Edge *edges = edges_of(node);
        for (Py_ssize_t i = 0, n = edge_count(node) / 2; i < n; i++) {
            Node *w = edges[i].parent, *x = edges[n + i].parent;
            if (w != NULL && x != NULL && w->pending != 0 && x->pending != 0) {
                couplings[(*filled)++] = (Coupling){w == x ? 2.0 * adjoint : adjoint, w->pending - 1, x->pending - 1};
            }
        }
        return;
    }
    for (Py_ssize_t i = 0; i < operand_count(node); i++) {
        Edge *edge = operand_at(node, i);
        numbers[i] = edge->parent != NULL ? edge->parent->data : edge->derivative;
        slopes[i] = edge->parent != NULL ? edge->derivative : NAN;
        moves[i] = edge->parent != NULL && edge->parent->pending != 0;
        places[i] = moves[i] ? edge->parent->pending - 1 : 0;
    }
    second_derivatives(node->op, numbers, node->data, slopes, moves, found);
    for (int pair = 0; pair < PAIRS; pair++) {
        Place a = places[pairs[pair].i], b = places[pairs[pair].j];
        if (found[pair] != 0.0) {
            double both = a == b && pairs[pair].i != pairs[pair].j ? 2.0 : 1.0;
            couplings[(*filled)++] = (Coupling){both * adjoint * found[pair], a, b};
        }
    }
}

/* The largest operand of a logsumexp, relative to which its weights change, if that is in the tape; see softmax_tangents. */
static Softmax
softmax_of(Node *node)
{
    Softmax softmax = {.is = true};
    uint32_t slopes = 0;
    double largest = -INFINITY, weight = 0.0;
    FOR_EACH_EDGE(edge, node) {
        double x = edge->parent != NULL ? edge->parent->data : edge->derivative;
        bool moves = edge->parent != NULL && edge->parent->pending != 0;
        slopes += moves;
        if (largest == largest && !(x <= largest)) { /* the first nan if there is one */
            largest = x;
            softmax.top = moves ? slopes : 0;
            weight = moves ? edge->derivative : 0.0;
        }
    }
    FOR_EACH_EDGE(edge, node) {
        if (softmax.top > 0 && edge->parent == NULL) {
            softmax.still += ops_exp_difference(edge->derivative, largest) * weight;
        }
        else if (softmax.top > 0 && edge->parent->pending == 0) {
            softmax.still += edge->derivative;
        }
    }
    return softmax;
}

/* A local derivative of 0 of an op that selects passes nothing, but may change: alpha · e^x where alpha is 0. */
static bool
has_slope_of_zero(Node *node)
{
    FOR_EACH_EDGE(edge, node) {
        if (edge->parent != NULL && edge->derivative == 0.0) {
            return true;
        }
    }
    return false;
}

/* Fill the arrays, from the roots down; with adjoints, if second derivatives are wanted. False if it is UNFIT. */
static bool
fill_tape(Tape *tape, const Order *order)
{
    size_t slopes = 0, couplings = 0;
    bool second = tape->first_coupling != NULL;
    if (second && tape->count > 0) {
        tape->adjoints[0] = 1.0;
    }
    for (size_t i = order->count; i-- > 0;) {
        Node *node = order->nodes[i];
        if (node->pending == 0) {
            continue;
        }
        Place place = node->pending - 1;
        double adjoint = tape->adjoints[place];
        if (second && node->op != LEAF) {
            if (node->op >= ROWS_COUNT) {
                return false;
            }
            if (node->op == OP_logsumexp) {
                tape->softmax[place] = softmax_of(node);
            }
            if (second_pairs[node->op] != 0 && selects(node) && has_slope_of_zero(node)) {
                return false;
            }
            if (node->op == OP_dot || second_pairs[node->op] != 0) {
                fill_couplings(node, adjoint, tape->couplings, &couplings);
            }
        }
        FOR_EACH_EDGE(edge, node) {
            if (leads_on(node, edge) && edge->parent->pending != 0) {
                Place parent = edge->parent->pending - 1;
                tape->slopes[slopes++] = (Slope){edge->derivative, parent};
                tape->adjoints[parent] += edge->derivative * adjoint;
            }
        }
        tape->first_slope[place + 1] = slopes;
        if (second) {
            tape->first_coupling[place + 1] = couplings;
        }
    }
    return true;
}

static void
read_places(PyObject *values, Place *places)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values); i++) {
        uint32_t pending = ((Node *)PyList_GET_ITEM(values, i))->pending;
        places[i] = pending != 0 ? pending - 1 : NOWHERE;
    }
}

/* Mark the inputs; false if one isn't a leaf or is repeated. */
static bool
mark_inputs(PyObject *inputs)
{
    bool fit = true;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(inputs); i++) {
        Node *input = (Node *)PyList_GET_ITEM(inputs, i);
        fit &= input->shape == 0 && !(input->flags & OWN);
        input->flags |= OWN;
    }
    return fit;
}

static void
unmark_inputs(PyObject *inputs)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(inputs); i++) {
        ((Node *)PyList_GET_ITEM(inputs, i))->flags &= (uint8_t)~OWN;
    }
}

static Outcome
build_marked(Tape *tape, PyObject *outputs, PyObject *inputs, bool second)
{
    Order order;
    if (find_order(&PyList_GET_ITEM(outputs, 0), PyList_GET_SIZE(outputs), true, false, &order) != ORDERED) {
        PyErr_NoMemory();
        return BROKEN;
    }
    size_t slopes, couplings;
    number_nodes(tape, outputs, &order, &slopes, &couplings);
    Outcome outcome = BROKEN;
    if (!allocate_tape(tape, slopes, couplings, (size_t)PyList_GET_SIZE(inputs), (size_t)PyList_GET_SIZE(outputs), second)) {
        PyErr_NoMemory();
    }
    else {
        read_places(inputs, tape->inputs);
        read_places(outputs, tape->outputs);
        outcome = fill_tape(tape, &order) ? BUILT : UNFIT;
    }
    for (size_t i = 0; i < order.count; i++) {
        order.nodes[i]->flags &= (uint8_t)~(REACHED | MOVES);
    }
    drop_order(&order);
    return outcome;
}

/* Lay out the graph between two lists of Values; with a single output if second derivatives are wanted. To be freed with
   PyMem_Free(tape->memory), whatever the outcome. */
static Outcome
build_tape(Tape *tape, PyObject *outputs, PyObject *inputs, bool second)
{
    tape->memory = NULL;
    tape->others = false;
    Outcome outcome = mark_inputs(inputs) ? build_marked(tape, outputs, inputs, second) : UNFIT;
    unmark_inputs(inputs);
    return outcome;
}

/* Whether products of a few such numbers neither overflow nor lose digits. */
static inline bool
is_moderate(double x)
{
    static const double LARGE = 0x1p256;
    return x == 0.0 || (fabs(x) <= LARGE && fabs(x) >= 1.0 / LARGE);
}

static bool
all_moderate(const Tape *tape)
{
    bool fine = true;
    for (size_t s = 0; s < tape->first_slope[tape->count]; s++) {
        fine &= is_moderate(tape->slopes[s].slope);
    }
    for (size_t c = 0; tape->first_coupling != NULL && c < tape->first_coupling[tape->count]; c++) {
        fine &= is_moderate(tape->couplings[c].weight);
    }
    return fine;
}

/* A tape for forward sweeps. If slopes are infinite, nan or extreme, the order of multiplication
   matters, and the reverse sweep defines the result: `UNFIT`, see `directional` in sweeps.py. */
static Outcome
build_moderate_tape(Tape *tape, PyObject *outputs, PyObject *inputs, bool second)
{
    Outcome outcome = build_tape(tape, outputs, inputs, second);
    return outcome == BUILT && !all_moderate(tape) ? UNFIT : outcome;
}
