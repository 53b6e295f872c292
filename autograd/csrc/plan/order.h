/* Registers used by steps; and moving of sums next to each other, so that the kernel runs them as batched dots. */

#pragma once

#include "forward.h"

enum { TOGETHER = 8, REACH = 64 };

/* The operands of one step: their positions in code and terms. */
typedef struct {
    ARRAY(int32_t *) reads;
    ARRAY(int32_t *) outs;
} Named;

static inline int
term_size(Kind kind)
{
    return kind == GATHER ? 3 : kind == OR ? 1 : 2;
}

/* The number of outs and reads in the step's own fields. */
static void
counts_of(const int32_t *f, int32_t *outs, int32_t *reads)
{
    *outs = 1;
    *reads = 2;
    switch ((Kind)f[0]) {
    case VALUE:
    case BOTH:
    case SLOPES:
        *reads = op_arity(f[1]);
        *outs = f[0] == VALUE ? 1 : f[0] == BOTH ? 1 + *reads : *reads;
        break;
    case DOT:
    case DOTU: *reads = 1; break;
    case GATHER: *reads = f[7] == NOWHERE ? 1 : 2; break;
    case REDUCE: *outs = 0; break;
    case MASKED_MUL: *reads = 3; break;
    case OR:
    case LOGSUMEXP:
    case LOAD:
    case SEED: *reads = 0; break;
    case STORE: *outs = *reads = 0; break;
    case STORE_GRADIENT:
        *outs = 0;
        *reads = 1;
        break;
    default: break;
    }
}

static void
name_all(Planner *p, Named *named, int part, int32_t *f)
{
    Arena *arena = &p->arena;
    int32_t outs, reads, *terms = p->writer.parts[part].terms.items + f[9];
    named->reads.count = named->outs.count = 0;
    counts_of(f, &outs, &reads);
    for (int32_t i = 0; i < outs; i++) {
        *ADDED(arena, &named->outs) = &f[2 + i];
    }
    for (int32_t i = 0; i < reads; i++) {
        *ADDED(arena, &named->reads) = &f[6 + i];
    }
    bool pairs = f[0] == DOT || f[0] == DOTU;
    for (int32_t k = 0; k < f[10]; k++, terms += term_size(f[0])) {
        *ADDED(arena, &named->reads) = &terms[0];
        if (pairs) {
            *ADDED(arena, &named->reads) = &terms[1];
        }
        else if (f[0] == LOGSUMEXP) {
            *ADDED(arena, &named->outs) = &terms[1];
        }
    }
}

typedef struct {
    Map last;                    /* by kind and length of a sum, the start of the last such group */
    Ints registers, uniforms;    /* for each register, the position of the group that writes it, or -1 */
    Ints next, end, size, group; /* steps of a group; of its first, the last and how many; of each step, its group */
    Part ordered;
} Order;

static int32_t *
written_at(Order *order, int32_t x)
{
    return x >= 0 ? &order->registers.items[x] : &order->uniforms.items[~x];
}

static void
fill_ints(Arena *arena, Ints *ints, size_t count)
{
    ZEROED(arena, ints, count);
    memset(ints->items, 0xff, count * sizeof(int32_t));
}

/* The group that a step joins, or itself. */
static int32_t
group_of(Planner *p, Order *order, Named *named, const int32_t *f, int32_t i)
{
    if (f[0] != DOT && f[0] != DOTU && f[0] != GATHER) {
        return i;
    }
    int32_t *last = map_at(&p->arena, &order->last, (uint64_t)f[0] << 32 | (uint32_t)f[10]);
    int32_t first = *last;
    bool joins = first >= 0 && i - first <= REACH && order->size.items[first] < TOGETHER;
    for (size_t k = 0; k < named->reads.count && joins; k++) {
        joins = *written_at(order, *named->reads.items[k]) < first;
    }
    if (!joins) {
        *last = i;
    }
    return joins ? first : i;
}

static void
copy_step(Planner *p, const Part *from, Part *to, const int32_t *f)
{
    Arena *arena = &p->arena;
    for (int k = 0; k < FIELDS; k++) {
        push(arena, &to->code, k == 9 && f[10] > 0 ? (int32_t)to->terms.count : f[k]);
    }
    for (int32_t k = 0; k < f[10] * term_size(f[0]); k++) {
        push(arena, &to->terms, from->terms.items[f[9] + k]);
    }
}

/* Move sums up to the last one of the same kind and length, if all their operands are computed by then. */
static void
order_part(Planner *p, Order *order, Named *named, int part)
{
    Arena *arena = &p->arena;
    Part *from = &p->writer.parts[part];
    int32_t count = (int32_t)(from->code.count / FIELDS);
    fill_ints(arena, &order->registers, (size_t)p->writer.registers);
    fill_ints(arena, &order->uniforms, p->writer.uniforms.count);
    fill_ints(arena, &order->next, (size_t)count);
    fill_ints(arena, &order->end, (size_t)count);
    fill_ints(arena, &order->group, (size_t)count);
    ZEROED(arena, &order->size, (size_t)count);
    for (int32_t i = 0; i < count; i++) {
        tick(arena);
        int32_t *f = from->code.items + (size_t)i * FIELDS;
        name_all(p, named, part, f);
        int32_t first = group_of(p, order, named, f, i);
        if (first != i) {
            order->next.items[order->end.items[first]] = i;
        }
        order->group.items[i] = first;
        order->end.items[first] = i;
        order->size.items[first]++;
        for (size_t k = 0; k < named->outs.count; k++) {
            if (*named->outs.items[k] != -1) {
                *written_at(order, *named->outs.items[k]) = first;
            }
        }
    }
    for (int32_t i = 0; i < count; i++) {
        tick(arena);
        for (int32_t k = order->group.items[i] == i ? i : -1; k >= 0; k = order->next.items[k]) {
            copy_step(p, from, &order->ordered, from->code.items + (size_t)k * FIELDS);
        }
    }
    if (count > 0) {
        memcpy(from->code.items, order->ordered.code.items, from->code.count * sizeof(int32_t));
    }
    if (from->terms.count > 0) {
        memcpy(from->terms.items, order->ordered.terms.items, from->terms.count * sizeof(int32_t));
    }
    order->ordered.code.count = order->ordered.terms.count = 0;
    RELEASE(arena, &order->last.places);
    order->last.used = 0;
}
