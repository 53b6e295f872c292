/* The forward direction: from the values to compute to instructions. */

#pragma once

#include "writer.h"

/* The gradients that an entry has received, in lists. */
typedef struct {
    int32_t gradient, local, next; /* local NOWHERE means 1 */
} Pair;

typedef struct {
    int32_t gradient, number, total, next; /* a uniform, and the sum of its gradient */
} Product;

typedef struct {
    int32_t mask, next;
} Way;

typedef struct {
    Arena arena;
    TapeView tape;
    Graph graph;
    Simplifier simplifier;
    Writer writer;
    Ints inner;
    bool each, strict;
    bool assumes; /* the plan isn't strict: values beside what rows don't select must be finite, or some gradient is nan */
    int32_t first_parameter;
    bool any_active;
    int32_t inputs_read; /* the body loads only those before */
    Ints slopes;      /* of entries that keep them, contiguous */
    Ints scratch;     /* operands of the current step */
    Ints next_store;  /* for each root, the next one at the same entry */
    Ints stores;      /* pairs to be written: operand, number of the root */
    /* the reverse direction's */
    ARRAY(Pair) pairs;
    ARRAY(Product) products;
    ARRAY(Way) reached;
    Map mask_of;    /* by the ways to the entry that has it */
    Map reached_by; /* by a uniform entry and a mask, the entry's own mask */
    Ints sums, seeds_to, gradients, stored;
} Planner;

#define ENTRY(P, X) (&(P)->graph.entries.items[X])

static inline bool
has(const Planner *p, int32_t x, uint32_t flag)
{
    return (ENTRY(p, x)->flags & flag) != 0;
}

/* Return the operand for an entry; an input is loaded at first use. */
static int32_t
place(Planner *p, int32_t x)
{
    if (ENTRY(p, x)->at == NOWHERE) {
        int32_t at = new_register(&p->writer);
        ENTRY(p, x)->at = at;
        p->inputs_read = x < p->inputs_read ? p->inputs_read : x + 1;
        write_step(&p->writer, 1, LOAD, (Fields){.row = -1, .outs = {at}, .number = x});
    }
    return ENTRY(p, x)->at;
}

/* Write a sum of products in its own order. */
static int32_t
add_up(Planner *p, const Term *terms, int32_t count, double begin, bool uniform)
{
    Writer *w = &p->writer;
    size_t first = w->parts[w->part].terms.count;
    int32_t start = constant(w, begin);
    for (int32_t i = 0; i < count; i++) {
        Term term = terms[i];
        int32_t x = place(p, term.a), y = term.b >= 0 ? place(p, term.b) : constant(w, term.factor);
        bool plain = term.b < 0 && term.factor == 1.0;
        if (plain && i == 0 && x < 0 && signbit(begin)) {
            start = x;
            continue;
        }
        if (!uniform && x < 0) {
            if (plain) {
                y = x;
                x = filled(w, constant(w, 1.0));
            }
            else if (y >= 0) {
                int32_t swapped = x;
                x = y;
                y = swapped;
            }
            else {
                x = filled(w, x);
            }
        }
        push_term(w, x, y);
    }
    return write_dot(w, first, uniform, start);
}

static int32_t
mean_of(Planner *p, const int32_t *args, int32_t count, bool uniform)
{
    Writer *w = &p->writer;
    size_t first = w->parts[w->part].terms.count;
    int32_t start = constant(w, 0.0);
    for (int32_t i = 0; i < count; i++) {
        int32_t x = place(p, args[i]), one = constant(w, 1.0);
        if (!uniform && x < 0) {
            push_term(w, filled(w, one), x);
        }
        else {
            push_term(w, x, one);
        }
    }
    int32_t total = write_dot(w, first, uniform, start);
    int32_t operands[2] = {total, constant(w, (double)count)};
    return write_row(w, OP_div, operands, 2, uniform);
}

/* Collect an entry's operands in scratch; as registers if needed. */
static int32_t *
places_of(Planner *p, int32_t args, int32_t count, bool registers)
{
    p->scratch.count = 0;
    for (int32_t i = 0; i < count; i++) {
        push(&p->arena, &p->scratch, place(p, p->graph.operands.items[args + i]));
    }
    for (int32_t i = 0; i < count && registers; i++) {
        p->scratch.items[i] = filled(&p->writer, p->scratch.items[i]);
    }
    return p->scratch.items;
}

/* Allocate operands for the needed derivatives in p->slopes; return the index of the first. */
static int32_t
new_slopes(Planner *p, int32_t args, int32_t count, bool uniform)
{
    int32_t first = (int32_t)p->slopes.count;
    for (int32_t i = 0; i < count; i++) {
        bool needed = has(p, p->graph.operands.items[args + i], ACTIVE);
        push(&p->arena, &p->slopes, needed ? made(&p->writer, uniform) : -1);
    }
    return first;
}

/* Write the instructions for an entry; return its operand. */
static int32_t
compute(Planner *p, int32_t x)
{
    Writer *w = &p->writer;
    Entry entry = *ENTRY(p, x);
    if (entry.value != x && has(p, entry.value, ALIVE) && !has(p, entry.value, ABSORBED)) {
        ENTRY(p, x)->slopes = ENTRY(p, entry.value)->slopes;
        return place(p, entry.value);
    }
    bool uniform = (entry.flags & UNIFORM) != 0;
    w->part = uniform ? 0 : 1;
    w->exact = false;
    if (entry.sum != NOWHERE) {
        Sum sum = p->graph.sums.items[entry.sum];
        return add_up(p, p->graph.terms.items + sum.first, sum.count, sum.start, uniform);
    }
    int32_t *operands = places_of(p, entry.args, entry.count, false);
    if (entry.op == p->tape.alias) {
        return operands[0];
    }
    if (entry.op == OP_mean) {
        return mean_of(p, p->graph.operands.items + entry.args, entry.count, uniform);
    }
    w->exact = (entry.flags & GUARDED) != 0 && !uniform && byte_of(&p->tape.libm, entry.op);
    bool keeps = (entry.flags & ACTIVE) != 0 && !op_cheap_slopes(entry.op);
    if (!keeps && entry.op != OP_logsumexp) {
        return write_row(w, entry.op, operands, entry.count, uniform);
    }
    for (int32_t i = 0; i < entry.count && !uniform; i++) {
        operands[i] = filled(w, operands[i]);
    }
    int32_t out = made(w, uniform), first = new_slopes(p, entry.args, entry.count, uniform);
    ENTRY(p, x)->slopes = first;
    const int32_t *slopes = p->slopes.items + first;
    Fields fields = {.row = entry.op == OP_logsumexp ? -1 : entry.op, .outs = {out}, .number = w->exact};
    if (entry.op == OP_logsumexp) {
        for (int32_t i = 0; i < entry.count; i++) {
            push_term(w, operands[i], slopes[i]);
        }
        fields.terms = 2 * (size_t)entry.count;
        fields.count = entry.count;
    }
    else {
        memcpy(fields.outs + 1, slopes, (size_t)entry.count * sizeof *slopes);
        memcpy(fields.reads, operands, (size_t)entry.count * sizeof *operands);
    }
    write_step(w, w->part, entry.op == OP_logsumexp ? LOGSUMEXP : BOTH, fields);
    return out;
}

/* Write the pending stores: one step for several, as a Hessian has a hundred thousand. */
static void
write_stores(Planner *p)
{
    Ints *waiting = &p->stores, *terms = &p->writer.parts[1].terms;
    for (size_t i = 0; i < waiting->count; i++) {
        push(&p->arena, terms, waiting->items[i]);
    }
    if (waiting->count > 0) {
        write_step(&p->writer, 1, STORE, (Fields){.row = -1, .terms = waiting->count, .count = (int32_t)waiting->count / 2});
    }
    waiting->count = 0;
}

/* Record that these outputs are the entry. */
static void
store(Planner *p, int32_t x)
{
    enum { WAITING = 16 };
    for (int32_t number = ENTRY(p, x)->stores; number != NOWHERE; number = p->next_store.items[number]) {
        push(&p->arena, &p->stores, place(p, x));
        push(&p->arena, &p->stores, number);
    }
    ENTRY(p, x)->stores = NOWHERE;
    if (p->stores.count >= 2 * WAITING) {
        write_stores(p);
    }
}

/* Determine which entries are uniform, and where leaves are. */
static void
classify(Planner *p)
{
    const TapeView *tape = &p->tape;
    Writer *w = &p->writer;
    for (size_t x = 0; x < p->graph.entries.count; x++) {
        Entry *entry = &p->graph.entries.items[x];
        if ((entry->flags & CONSTANT) != 0) {
            int32_t at = constant(w, entry->number);
            entry->at = at;
            entry->flags |= UNIFORM;
        }
    }
    while (w->uniforms.count % 8 != 0) { /* parameters begin at a cache line, for vector loads */
        new_uniform(w);
    }
    p->first_parameter = (int32_t)w->uniforms.count;
    for (int32_t i = 0; i < tape->inputs + tape->parameters; i++) {
        bool own = i >= tape->inputs;
        ENTRY(p, i)->flags |= own && !p->each ? UNIFORM : 0u;
        p->any_active = p->any_active || has(p, i, ACTIVE);
        if (own) {
            new_uniform(w);
        }
    }
    for (size_t k = 0; k < p->graph.live.count; k++) {
        Entry *entry = ENTRY(p, p->graph.live.items[k]);
        uint32_t all = UNIFORM;
        for (int32_t i = 0; i < entry->count; i++) {
            all &= ENTRY(p, p->graph.operands.items[entry->args + i])->flags;
        }
        entry->flags |= all & UNIFORM;
    }
    for (int32_t i = 0; i < tape->parameters; i++) {
        int32_t at = ~(p->first_parameter + i);
        ENTRY(p, tape->inputs + i)->at = p->each ? filled(w, at) : at;
    }
}

static void
forward(Planner *p)
{
    for (size_t number = 0; number < p->graph.roots.count; number++) {
        Entry *root = ENTRY(p, p->graph.roots.items[number]);
        push(&p->arena, &p->next_store, NOWHERE);
        if ((root->flags & UNIFORM) == 0) {
            if (root->stores == NOWHERE) {
                root->stores = (int32_t)number;
            }
            else {
                p->next_store.items[root->last_store] = (int32_t)number;
            }
            root->last_store = (int32_t)number;
        }
    }
    for (size_t k = 0; k < p->graph.live.count; k++) {
        tick(&p->arena);
        int32_t x = p->graph.live.items[k];
        if (!has(p, x, ABSORBED)) {
            int32_t at = compute(p, x);
            ENTRY(p, x)->at = at;
        }
        store(p, x);
    }
    for (size_t number = 0; number < p->graph.roots.count; number++) {
        store(p, p->graph.roots.items[number]); /* leaves */
    }
    write_stores(p);
    p->writer.exact = false;
}
