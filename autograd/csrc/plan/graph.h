/* Simplification of a tape, and its sums of products. */

#pragma once

#include "memory.h"

#include "../generated/ops.h"

#if defined(__GNUC__)
__attribute__((noreturn))
#endif
static void
malformed(Arena *arena, const char *what)
{
    PyErr_Format(PyExc_ValueError, "plan: the tape is malformed: %s", what);
    fail(arena);
}

enum { CONSTANT = 1, UNIFORM = 2, ACTIVE = 4, ALIVE = 8, ABSORBED = 16, PLAINLY_REACHED = 32, GUARDED = 64,
       SHARED = 128 }; /* SHARED: depends on the entry that has its value first */
enum { NO_OP = -1 };

/* An entry of the tape. Lists are linked by position in their pools; NOWHERE ends them. */
typedef struct {
    int32_t op, args, count; /* its operands are operands[args], … */
    int32_t value;           /* the first entry with the same value, which need not have the same gradient */
    int32_t at;              /* its operand in instructions */
    int32_t uses;
    int32_t sum, slopes, sum_of;
    int32_t pairs, last_pair, products, last_product, reached, last_reached;
    int32_t stores, last_store;
    uint32_t flags;
    double number; /* of a constant */
} Entry;

/* a·b, or a·factor where b is -1 */
typedef struct {
    int32_t a, b;
    double factor;
} Term;

typedef struct {
    int32_t first, count;
    double start; /* −0 leaves the first term unchanged */
} Sum;

typedef struct {
    int32_t inputs, parameters, constants, leaves, size, outputs;
    PyObject *rows, *operands, *numbers, *roots; /* tuples */
    PyObject *fold;                              /* (row, numbers) to number */
    Py_buffer libm; /* a byte for each row: whether a block's value may differ from libm's */
    int32_t alias;  /* the row that returns its operand and stops its gradient; or -1 */
} TapeView;

typedef struct {
    ARRAY(Entry) entries;
    Ints operands, roots;
    Ints live; /* computed entries in order */
    ARRAY(Term) terms;
    ARRAY(Sum) sums;
} Graph;

static inline int
byte_of(const Py_buffer *table, int32_t row)
{
    return ((const unsigned char *)table->buf)[row];
}

static inline bool
is_constant(const Graph *graph, int32_t x, double number)
{
    return (graph->entries.items[x].flags & CONSTANT) != 0 && graph->entries.items[x].number == number;
}

static Entry *
new_entry(Arena *arena, Graph *graph)
{
    Entry *entry = ADDED(arena, &graph->entries);
    *entry = (Entry){.op = NO_OP, .value = (int32_t)graph->entries.count - 1, .at = NOWHERE, .sum = NOWHERE, .slopes = NOWHERE, .sum_of = NOWHERE, .pairs = NOWHERE,
                     .products = NOWHERE, .reached = NOWHERE, .stores = NOWHERE};
    return entry;
}

static int32_t
int_of(Arena *arena, PyObject *object, int32_t limit)
{
    long x = PyLong_AsLong(object);
    if (x == -1 && PyErr_Occurred()) {
        fail(arena);
    }
    if (x < 0 || x >= limit) {
        malformed(arena, "an entry out of range");
    }
    return (int32_t)x;
}


/* Simplifying */

typedef struct {
    Map by_bits;
    Ints same;   /* for each position of the tape, its entry */
    Ints places; /* entries by op and operands; -1 for a free place */
    size_t seen;
} Simplifier;

static inline int32_t
value_of(const Graph *graph, int32_t x)
{
    return graph->entries.items[x].value;
}

static uint64_t
key_of(const Graph *graph, int32_t op, const int32_t *args, int32_t count)
{
    uint64_t key = mixed((uint64_t)op + 1);
    if (op_commutes(op)) {
        int32_t a = value_of(graph, args[0]), b = value_of(graph, args[1]);
        return mixed(mixed(key ^ (uint64_t)(a < b ? a : b)) ^ (uint64_t)(a < b ? b : a));
    }
    for (int32_t i = 0; i < count; i++) {
        key = mixed(key ^ (uint64_t)value_of(graph, args[i]));
    }
    return key;
}

/* Whether an entry is the result of an op. */
static bool
is_equal(const Graph *graph, const Entry *entry, int32_t op, const int32_t *args, int32_t count)
{
    const int32_t *own = graph->operands.items + entry->args;
    bool same = entry->op == op && entry->count == count;
    if (same && op_commutes(op) && value_of(graph, own[0]) != value_of(graph, args[0])) {
        return value_of(graph, own[0]) == value_of(graph, args[1]) && value_of(graph, own[1]) == value_of(graph, args[0]);
    }
    for (int32_t i = 0; same && i < count; i++) {
        same = value_of(graph, own[i]) == value_of(graph, args[i]);
    }
    return same;
}

/* Whether an entry of that value has exactly these operands, not only equal values. */
static bool
has_operands(const Graph *graph, const Entry *entry, const int32_t *args)
{
    const int32_t *own = graph->operands.items + entry->args;
    return memcmp(own, args, (size_t)entry->count * sizeof *args) == 0
        || (op_commutes(entry->op) && own[0] == args[1] && own[1] == args[0]);
}

static void
grow_places(Arena *arena, const Graph *graph, Simplifier *s)
{
    size_t room = s->places.room > 0 ? 2 * s->places.room : 256;
    RESERVE(arena, &s->places, room);
    memset(s->places.items, 0xff, room * sizeof(int32_t));
    for (size_t k = 0; k < graph->live.count; k++) {
        const Entry *entry = &graph->entries.items[graph->live.items[k]];
        if (entry->value != graph->live.items[k]) {
            continue;
        }
        size_t i = key_of(graph, entry->op, graph->operands.items + entry->args, entry->count) & (room - 1);
        while (s->places.items[i] >= 0) {
            i = (i + 1) & (room - 1);
        }
        s->places.items[i] = graph->live.items[k];
    }
}

/* Return the first entry with this value: the new one, if there was none. */
static int32_t
earlier(Arena *arena, const Graph *graph, Simplifier *s, int32_t op, const int32_t *args, int32_t count, int32_t entry)
{
    if (2 * (graph->live.count + 1) > s->places.room) {
        grow_places(arena, graph, s);
    }
    size_t mask = s->places.room - 1, i = key_of(graph, op, args, count) & mask;
    for (; s->places.items[i] >= 0; i = (i + 1) & mask) {
        if (is_equal(graph, &graph->entries.items[s->places.items[i]], op, args, count)) {
            return s->places.items[i];
        }
    }
    return s->places.items[i] = entry;
}

static int32_t
constant_entry(Arena *arena, Graph *graph, Simplifier *s, double number)
{
    int32_t *found = map_at(arena, &s->by_bits, bits_of(number));
    if (*found < 0) {
        *found = (int32_t)graph->entries.count;
        Entry *entry = new_entry(arena, graph);
        entry->flags = CONSTANT;
        entry->number = number;
    }
    return *found;
}

/* Whether the gradients of two nodes with the same operands may be added before they are multiplied by local derivatives.
   Not if these may be infinite: for gradients 1 and 0, eager computation gives 0·inf, which is nan. */
static bool
adds_first(const Graph *graph, int32_t op, const int32_t *args)
{
    if (op == OP_div) {
        const Entry *divisor = &graph->entries.items[args[1]];
        return (divisor->flags & CONSTANT) != 0 && isfinite(1.0 / divisor->number);
    }
    return op_regular(op);
}

/* Whether the value may become part of a sum, without a place of its own. */
static bool
is_arithmetic(int32_t op)
{
    return op == OP_add || op == OP_sub || op == OP_mul || op == OP_neg || op == OP_sum || op == OP_dot || op == OP_mean;
}

static double
folded(Arena *arena, const Graph *graph, const TapeView *tape, int32_t row, const int32_t *args, int32_t count)
{
    PyObject *numbers = PyTuple_New(count), *result = NULL;
    for (int32_t i = 0; numbers != NULL && i < count; i++) {
        PyObject *number = PyFloat_FromDouble(graph->entries.items[args[i]].number);
        if (number == NULL) {
            Py_CLEAR(numbers);
            break;
        }
        PyTuple_SET_ITEM(numbers, i, number);
    }
    if (numbers != NULL) {
        result = PyObject_CallFunction(tape->fold, "iO", (int)row, numbers);
        Py_DECREF(numbers);
    }
    double number = result != NULL ? PyFloat_AsDouble(result) : -1.0;
    Py_XDECREF(result);
    if (number == -1.0 && PyErr_Occurred()) {
        fail(arena);
    }
    return number;
}

/* Add one row of the tape: a new entry, or an existing one. */
static void
read_row(Arena *arena, Graph *graph, Simplifier *s, const TapeView *tape, int32_t k)
{
    int32_t entry = tape->leaves + k, first = (int32_t)graph->operands.count;
    int32_t op = int_of(arena, PyTuple_GET_ITEM(tape->rows, k), INT16_MAX);
    PyObject *given = PyTuple_GET_ITEM(tape->operands, k);
    if (!PyTuple_Check(given) || graph->operands.count + (size_t)PyTuple_GET_SIZE(given) >= MOST) {
        malformed(arena, "operands");
    }
    int32_t count = (int32_t)PyTuple_GET_SIZE(given);
    bool constant = op != tape->alias;
    if (op >= OPS_COUNT && op != tape->alias) {
        malformed(arena, "a row");
    }
    if (op == tape->alias ? count != 1 : !op_takes(op, count)) {
        malformed(arena, "the number of operands");
    }
    uint32_t active = 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t x = s->same.items[int_of(arena, PyTuple_GET_ITEM(given, i), entry)];
        push(arena, &graph->operands, x);
        constant = constant && (graph->entries.items[x].flags & CONSTANT) != 0;
        active |= op != tape->alias ? graph->entries.items[x].flags & ACTIVE : 0;
    }
    int32_t *args = graph->operands.items + first, *same = &s->same.items[entry];
    if (constant) {
        *same = constant_entry(arena, graph, s, folded(arena, graph, tape, op, args, count));
    }
    else if (op == OP_where && (graph->entries.items[args[0]].flags & CONSTANT) != 0) {
        *same = graph->entries.items[args[0]].number != 0.0 ? args[1] : args[2];
    }
    else if ((op == OP_mul || op == OP_div) && is_constant(graph, args[1], 1.0)) {
        *same = args[0];
    }
    else if (op == OP_mul && is_constant(graph, args[0], 1.0)) {
        *same = args[1];
    }
    else {
        if (op == OP_pow && is_constant(graph, args[1], 2.0)) {
            op = OP_mul;
            args[1] = args[0];
        }
        int32_t value = *same = earlier(arena, graph, s, op, args, count, entry);
        if (value != entry && active != 0
            && !(adds_first(graph, op, args) && has_operands(graph, &graph->entries.items[value], args))) {
            *same = entry; /* one value, but separate gradients */
        }
        if (*same == entry) {
            Entry *made = &graph->entries.items[entry];
            made->op = op;
            made->args = first;
            made->count = count;
            made->value = value;
            made->flags = active | (value != entry && !is_arithmetic(op) ? SHARED : 0u);
            push(arena, &graph->live, entry);
            return;
        }
    }
    graph->operands.count = (size_t)first;
}

/* Keep what the roots depend on; mark what guards, which follow the outputs, depend on. */
static void
drop_dead(Arena *arena, Graph *graph, size_t outputs)
{
    for (size_t i = 0; i < graph->roots.count; i++) {
        graph->entries.items[graph->roots.items[i]].flags |= ALIVE | (i < outputs ? 0u : (uint32_t)GUARDED);
    }
    for (size_t k = graph->live.count; k-- > 0;) {
        tick(arena);
        const Entry *entry = &graph->entries.items[graph->live.items[k]];
        for (int32_t i = 0; (entry->flags & ALIVE) != 0 && i < entry->count; i++) {
            graph->entries.items[graph->operands.items[entry->args + i]].flags |= entry->flags & (ALIVE | GUARDED);
        }
        if ((entry->flags & (ALIVE | SHARED)) == (ALIVE | SHARED)) {
            graph->entries.items[entry->value].flags |= entry->flags & (ALIVE | GUARDED);
        }
    }
    size_t kept = 0;
    for (size_t k = 0; k < graph->live.count; k++) {
        int32_t entry = graph->live.items[k];
        if ((graph->entries.items[entry].flags & ALIVE) != 0) {
            graph->live.items[kept++] = entry;
        }
        else {
            graph->entries.items[entry].op = NO_OP;
        }
    }
    graph->live.count = kept;
}

static void
simplify(Arena *arena, Graph *graph, Simplifier *s, const TapeView *tape, bool inputs, bool parameters)
{
    RESERVE(arena, &graph->entries, (size_t)tape->size + 1);
    RESERVE(arena, &s->same, (size_t)tape->size + 1);
    for (int32_t i = 0; i < tape->size; i++) {
        bool active = i < tape->inputs ? inputs : i < tape->inputs + tape->parameters && parameters;
        new_entry(arena, graph)->flags = active ? ACTIVE : 0u;
        push(arena, &s->same, i);
    }
    for (int32_t i = 0; i < tape->constants; i++) {
        int32_t x = tape->inputs + tape->parameters + i;
        double number = PyFloat_AsDouble(PyTuple_GET_ITEM(tape->numbers, i));
        if (number == -1.0 && PyErr_Occurred()) {
            fail(arena);
        }
        graph->entries.items[x].flags = CONSTANT;
        graph->entries.items[x].number = number;
        *map_at(arena, &s->by_bits, bits_of(number)) = x;
    }
    for (int32_t k = 0; k < tape->size - tape->leaves; k++) {
        tick(arena);
        read_row(arena, graph, s, tape, k);
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tape->roots); i++) {
        push(arena, &graph->roots, s->same.items[int_of(arena, PyTuple_GET_ITEM(tape->roots, i), tape->size)]);
    }
    RELEASE(arena, &s->same);
    RELEASE(arena, &s->places);
    RELEASE(arena, &s->by_bits.places);
    drop_dead(arena, graph, (size_t)tape->outputs);
}


/* Sums of products */

static bool
used_once(const Graph *graph, int32_t x, uint32_t level)
{
    const Entry *entry = &graph->entries.items[x];
    return entry->uses == 1 && (entry->flags & UNIFORM) == level;
}

static bool
continues(const Graph *graph, int32_t x, uint32_t level)
{
    int32_t op = graph->entries.items[x].op;
    return (op == OP_add || op == OP_sub) && used_once(graph, x, level);
}

/* The term for x; a product with one user becomes part of the sum. */
static Term
term_of(Graph *graph, int32_t x, uint32_t level, double factor)
{
    Entry *entry = &graph->entries.items[x];
    if (used_once(graph, x, level)) {
        const int32_t *args = graph->operands.items + entry->args;
        if (entry->op == OP_mul) {
            if (factor == 1.0) {
                entry->flags |= ABSORBED;
                return (Term){args[0], args[1], 1.0};
            }
            for (int i = 0; i < 2; i++) {
                const Entry *number = &graph->entries.items[args[1 - i]];
                if ((number->flags & CONSTANT) != 0) {
                    entry->flags |= ABSORBED;
                    return (Term){args[i], -1, factor * number->number};
                }
            }
        }
        if (entry->op == OP_neg) {
            entry->flags |= ABSORBED;
            return (Term){args[0], -1, -factor};
        }
    }
    return (Term){x, -1, factor};
}

static void
note_sum(Arena *arena, Graph *graph, int32_t entry, size_t first, double start)
{
    graph->entries.items[entry].sum = (int32_t)graph->sums.count;
    *ADDED(arena, &graph->sums) = (Sum){(int32_t)first, (int32_t)(graph->terms.count - first), start};
}

/* Additions that lead to an entry through their first operands. */
static void
chain_of(Arena *arena, Graph *graph, Ints *inner, int32_t entry, uint32_t level)
{
    size_t first = graph->terms.count;
    inner->count = 0;
    for (int32_t current = entry;;) {
        const Entry *here = &graph->entries.items[current];
        int32_t left = graph->operands.items[here->args], right = graph->operands.items[here->args + 1];
        double sign = 1.0;
        if (here->op == OP_sub) {
            sign = -1.0;
        }
        else if (!continues(graph, left, level) && continues(graph, right, level)) {
            int32_t swapped = left;
            left = right;
            right = swapped;
        }
        Term term = term_of(graph, right, level, sign);
        *ADDED(arena, &graph->terms) = term;
        if (!continues(graph, left, level)) {
            term = term_of(graph, left, level, 1.0);
            *ADDED(arena, &graph->terms) = term;
            break;
        }
        push(arena, inner, left);
        current = left;
    }
    size_t count = graph->terms.count - first;
    Term *terms = graph->terms.items + first;
    bool worth = count > 2;
    for (size_t i = 0; i < count; i++) {
        worth = worth || terms[i].b >= 0 || (terms[i].factor != 1.0 && terms[i].factor != -1.0);
    }
    if (!worth) {
        const Entry *here = &graph->entries.items[entry];
        for (int32_t i = 0; i < here->count; i++) {
            graph->entries.items[graph->operands.items[here->args + i]].flags &= ~(uint32_t)ABSORBED;
        }
        graph->terms.count = first;
        return;
    }
    for (size_t i = 0; i < count / 2; i++) {
        Term swapped = terms[i];
        terms[i] = terms[count - 1 - i];
        terms[count - 1 - i] = swapped;
    }
    for (size_t i = 0; i < inner->count; i++) {
        graph->entries.items[inner->items[i]].flags |= ABSORBED;
    }
    note_sum(arena, graph, entry, first, -0.0);
}

static void
find_sums(Arena *arena, Graph *graph, Ints *inner)
{
    for (size_t k = 0; k < graph->live.count; k++) {
        const Entry *entry = &graph->entries.items[graph->live.items[k]];
        for (int32_t i = 0; i < entry->count; i++) {
            graph->entries.items[graph->operands.items[entry->args + i]].uses++;
        }
    }
    for (size_t i = 0; i < graph->roots.count; i++) {
        graph->entries.items[graph->roots.items[i]].uses += 2;
    }
    for (size_t k = graph->live.count; k-- > 0;) {
        tick(arena);
        int32_t entry = graph->live.items[k], args = graph->entries.items[entry].args;
        int32_t op = graph->entries.items[entry].op, count = graph->entries.items[entry].count;
        uint32_t flags = graph->entries.items[entry].flags, level = flags & UNIFORM;
        if ((flags & ABSORBED) != 0) {
            continue;
        }
        size_t first = graph->terms.count;
        if (op == OP_sum || op == OP_dot) {
            int32_t half = op == OP_dot ? count / 2 : 0;
            for (int32_t i = 0; i < half; i++) {
                const int32_t *own = graph->operands.items + args;
                *ADDED(arena, &graph->terms) = (Term){own[i], own[half + i], 1.0};
            }
            for (int32_t i = 2 * half; i < count; i++) {
                Term term = term_of(graph, graph->operands.items[args + i], level, 1.0);
                *ADDED(arena, &graph->terms) = term;
            }
            note_sum(arena, graph, entry, first, 0.0);
        }
        else if (op == OP_add || op == OP_sub) {
            chain_of(arena, graph, inner, entry, level);
        }
    }
    RELEASE(arena, inner);
}
