/* Writing of instructions in flat form: FIELDS ints each, and the terms of all, contiguous. */

#pragma once

#include "graph.h"

/* kind, row, four outs, three reads, start of its terms, their count, number. An operand is a slot of the body,
   or ~u for the uniform u; an out is -1 for a slope that isn't needed. */
enum { FIELDS = 12 };

/* As in run/kernel.h. VALUE, BOTH and SLOPES apply a row of the table: its value, value and slopes, slopes alone. */
typedef enum {
    VALUE, BOTH, SLOPES, ADDU, SUBU, RSUBU, MULU, DIVU, DOT, DOTU, GATHER, REDUCE, SELECT, SELECT_NOT, OR, MASKED_MUL, LOGSUMEXP,
    LOAD, STORE, SEED, STORE_GRADIENT
} Kind;

typedef struct {
    Ints code, terms;
} Part;

/* A number shared by all samples. */
typedef struct {
    double number;
    int32_t fill; /* the register that holds it in every sample, or NOWHERE */
    bool known;
} Uniform;

/* A gradient that passed a `where` (SELECT, SELECT_NOT) after `before`, or arrived on one of several ways (OR). */
typedef struct {
    Kind kind;
    int32_t before, condition;
    int32_t first_way, ways;
    int32_t where; /* its operand, non-zero where a gradient arrives; or NOWHERE */
    bool weak;     /* from rows that select by their own operand, such as relu: values beside it are finite anyway */
} Mask;

typedef struct {
    Arena *arena;
    Part parts[3]; /* before, body, after */
    int part;      /* the current part */
    int32_t registers;
    ARRAY(Uniform) uniforms;
    Map constant_of; /* by bits */
    Ints fills;
    ARRAY(Mask) masks;
    Ints ways, stack;
    bool exact; /* whether rows written now must have the same bits as in eager computation */
} Writer;

static int32_t
new_uniform(Writer *w)
{
    *ADDED(w->arena, &w->uniforms) = (Uniform){.fill = NOWHERE};
    return (int32_t)w->uniforms.count - 1;
}

/* Return the operand for a number. */
static int32_t
constant(Writer *w, double number)
{
    int32_t *found = map_at(w->arena, &w->constant_of, bits_of(number));
    if (*found < 0) {
        *found = new_uniform(w);
        w->uniforms.items[*found].number = number;
        w->uniforms.items[*found].known = true;
    }
    return ~*found;
}

static inline int32_t
new_register(Writer *w)
{
    return w->registers++;
}

static inline int32_t
made(Writer *w, bool uniform)
{
    return uniform ? ~new_uniform(w) : new_register(w);
}

/* Return an operand as a register: a uniform is copied to one in every sample. */
static int32_t
filled(Writer *w, int32_t operand)
{
    if (operand >= 0) {
        return operand;
    }
    if (w->uniforms.items[~operand].fill == NOWHERE) {
        w->uniforms.items[~operand].fill = new_register(w);
        push(w->arena, &w->fills, ~operand);
    }
    return w->uniforms.items[~operand].fill;
}

typedef struct {
    int32_t row, outs[4], reads[3], number;
    size_t terms; /* the number of ints of terms at the part's end */
    int32_t count;
} Fields;

static void
write_step(Writer *w, int part, Kind kind, Fields f)
{
    Part *to = &w->parts[part];
    int32_t fields[FIELDS] = {(int32_t)kind, f.row, f.outs[0], f.outs[1], f.outs[2], f.outs[3], f.reads[0], f.reads[1], f.reads[2],
                              f.count > 0 ? (int32_t)(to->terms.count - f.terms) : 0, f.count, f.number};
    if (to->code.count + FIELDS > to->code.room) {
        RESERVE(w->arena, &to->code, 2 * to->code.room + 64 * FIELDS);
    }
    memcpy(to->code.items + to->code.count, fields, sizeof fields);
    to->code.count += FIELDS;
    if (to->code.count >= 4u * MOST || to->terms.count >= 4u * MOST || w->registers >= MOST || w->uniforms.count >= MOST) {
        PyErr_SetString(PyExc_MemoryError, "plan: the graph has too many nodes");
        fail(w->arena);
    }
}

static inline void
push_term(Writer *w, int32_t x, int32_t y)
{
    Ints *terms = &w->parts[w->part].terms;
    push(w->arena, terms, x);
    push(w->arena, terms, y);
}

/* Arithmetic of a register and a number, by op and position of the number; VALUE if there is none. */
static Kind
with_uniform(int32_t op, int position)
{
    switch (op) {
    case OP_add: return ADDU;
    case OP_sub: return position == 1 ? SUBU : RSUBU;
    case OP_mul: return MULU;
    case OP_div: return position == 1 ? DIVU : VALUE;
    default: return VALUE;
    }
}

/* Write the value of a row; operands are replaced by the registers that hold them. */
static int32_t
write_row(Writer *w, int32_t op, int32_t *operands, int32_t count, bool uniform)
{
    int32_t out = made(w, uniform);
    bool any = false;
    for (int32_t i = 0; i < count; i++) {
        any = any || operands[i] < 0;
    }
    if (!uniform && any) {
        int position = operands[0] < 0 ? 0 : 1;
        Kind special = with_uniform(op, position);
        if (special != VALUE && operands[1 - position] >= 0) {
            write_step(w, w->part, special, (Fields){.row = -1, .outs = {out}, .reads = {operands[1 - position], operands[position]}});
            return out;
        }
    }
    for (int32_t i = 0; i < count && !uniform; i++) {
        operands[i] = filled(w, operands[i]);
    }
    Fields fields = {.row = op, .outs = {out}, .number = w->exact};
    memcpy(fields.reads, operands, (size_t)count * sizeof *operands);
    write_step(w, w->part, VALUE, fields);
    return out;
}

/* Write a sum of the products among the part's terms from `first` on; it begins with `start`. */
static int32_t
write_dot(Writer *w, size_t first, bool uniform, int32_t start)
{
    int32_t out = made(w, uniform);
    const Ints *terms = &w->parts[w->part].terms;
    bool plain = !uniform;
    for (size_t i = first + 1; i < terms->count && plain; i += 2) {
        plain = terms->items[i] < 0;
    }
    size_t count = terms->count - first;
    write_step(w, w->part, plain ? DOTU : DOT,
               (Fields){.row = -1, .outs = {out}, .reads = {start}, .terms = count, .count = (int32_t)(count / 2)});
    return out;
}


/* Masks */

static int32_t
new_mask(Writer *w, Mask mask)
{
    if (w->masks.count >= MOST) {
        PyErr_NoMemory();
        fail(w->arena);
    }
    *ADDED(w->arena, &w->masks) = mask;
    return (int32_t)w->masks.count - 1;
}

static int32_t
written_mask(Writer *w, const Mask *mask, bool uniform)
{
    int32_t out = made(w, uniform);
    if (mask->kind == OR) {
        for (int32_t i = 0; i < mask->ways; i++) {
            push(w->arena, &w->parts[w->part].terms, w->masks.items[w->ways.items[mask->first_way + i]].where);
        }
        write_step(w, w->part, OR, (Fields){.row = -1, .outs = {out}, .terms = (size_t)mask->ways, .count = mask->ways});
        return out;
    }
    int32_t one = constant(w, 1.0), before = mask->before == NOWHERE ? NOWHERE : w->masks.items[mask->before].where;
    if (before == NOWHERE) {
        before = uniform ? one : filled(w, one);
    }
    write_step(w, w->part, mask->kind, (Fields){.row = -1, .outs = {out}, .reads = {before, mask->condition}});
    return out;
}

/* Write a mask's instructions, dependencies first; return its operand. */
static int32_t
where_of(Writer *w, int32_t wanted, bool uniform)
{
    w->stack.count = 0;
    push(w->arena, &w->stack, wanted);
    while (w->masks.items[wanted].where == NOWHERE) {
        tick(w->arena);
        int32_t current = w->stack.items[w->stack.count - 1];
        Mask mask = w->masks.items[current];
        size_t before = w->stack.count;
        if (mask.kind == OR) {
            for (int32_t i = 0; i < mask.ways; i++) {
                int32_t way = w->ways.items[mask.first_way + i];
                if (w->masks.items[way].where == NOWHERE) {
                    push(w->arena, &w->stack, way);
                }
            }
        }
        else if (mask.before != NOWHERE && w->masks.items[mask.before].where == NOWHERE) {
            push(w->arena, &w->stack, mask.before);
        }
        if (w->stack.count > before) {
            continue;
        }
        w->stack.count--;
        if (mask.where == NOWHERE) {
            int32_t found = written_mask(w, &mask, uniform);
            w->masks.items[current].where = found;
        }
    }
    return w->masks.items[wanted].where;
}
