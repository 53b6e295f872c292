/* Slots by liveness: replay/slots.py's twin, in place. Part of _plan.c. */

#pragma once

#include "plan_forward.h"

/* The registers that one step names: where they stand in code and terms. */
typedef struct {
    ARRAY(int32_t *) reads;
    ARRAY(int32_t *) outs;
} Named;

/* How many outs and reads stand in the step's own fields. */
static void
counts_of(const TapeView *tape, const int32_t *f, int32_t *outs, int32_t *reads)
{
    *outs = 1;
    *reads = 2;
    switch ((Kind)f[0]) {
    case VALUE:
    case BOTH:
    case SLOPES: {
        bool own = f[1] < tape->table_rows;
        *reads = own ? ((const unsigned char *)tape->arities->buf)[f[1]] : 0;
        *outs = f[0] == VALUE || !own ? 1 : f[0] == BOTH ? 1 + *reads : *reads;
        break;
    }
    case DOT:
    case DOTU: *reads = 1; break;
    case GATHER: *reads = f[7] == NOWHERE ? 1 : 2; break;
    case REDUCE: *outs = 0; break;
    case MASKED: *reads = 3; break;
    case LOGSUMEXP:
    case LOAD:
    case SEED: *reads = 0; break;
    case STORE:
    case STORE_GRADIENT:
        *outs = 0;
        *reads = 1;
        break;
    default: break;
    }
}

static void
name_all(Planner *p, Named *named, int32_t *f)
{
    Arena *arena = &p->arena;
    int32_t outs, reads, *terms = p->writer.parts[1].terms.items + f[9];
    named->reads.count = named->outs.count = 0;
    counts_of(&p->tape, f, &outs, &reads);
    for (int32_t i = 0; i < outs; i++) {
        *ADDED(arena, &named->outs) = &f[2 + i];
    }
    for (int32_t i = 0; i < reads; i++) {
        *ADDED(arena, &named->reads) = &f[6 + i];
    }
    bool pairs = f[0] == DOT || f[0] == DOTU;
    bool slopes = f[0] == LOGSUMEXP || (f[0] <= SLOPES && f[1] >= p->tape.table_rows);
    for (int32_t k = 0; k < f[10]; k++) {
        if (f[0] == GATHER) {
            *ADDED(arena, &named->reads) = &terms[3 * k];
            continue;
        }
        *ADDED(arena, &named->reads) = &terms[2 * k];
        if (pairs) {
            *ADDED(arena, &named->reads) = &terms[2 * k + 1];
        }
        else if (slopes) {
            *ADDED(arena, &named->outs) = &terms[2 * k + 1];
        }
    }
}

/* Replace the body's registers by slots; one is free again after its register's last use. How many there are. */
static int32_t
allocate(Planner *p, Named *named, Ints *last, Ints *slot, Ints *free_slots)
{
    Arena *arena = &p->arena;
    Ints *code = &p->writer.parts[1].code;
    int32_t count = (int32_t)(code->count / FIELDS), used = 0;
    ZEROED(arena, last, (size_t)p->writer.registers);
    ZEROED(arena, slot, (size_t)p->writer.registers);
    for (int32_t time = 0; time < count; time++) {
        tick(arena);
        name_all(p, named, code->items + (size_t)time * FIELDS);
        for (size_t i = 0; i < named->outs.count + named->reads.count; i++) {
            int32_t x = i < named->outs.count ? *named->outs.items[i] : *named->reads.items[i - named->outs.count];
            if (x >= 0) {
                last->items[x] = time;
            }
        }
    }
    for (size_t i = 0; i < p->writer.fills.count; i++) {
        int32_t x = p->writer.uniforms.items[p->writer.fills.items[i]].fill;
        last->items[x] = count;
        slot->items[x] = used++;
    }
    for (int32_t time = 0; time < count; time++) {
        tick(arena);
        int32_t *f = code->items + (size_t)time * FIELDS;
        bool whole = f[0] == LOGSUMEXP; /* goes over its operands more than once: it can't write where it reads */
        name_all(p, named, f);
        size_t dying = free_slots->count;
        for (size_t i = 0; i < named->reads.count; i++) {
            int32_t x = *named->reads.items[i];
            if (x < 0) {
                continue;
            }
            *named->reads.items[i] = slot->items[x];
            if (last->items[x] == time) {
                last->items[x] = -1;
                push(arena, free_slots, slot->items[x]);
            }
        }
        size_t kept = whole ? dying : free_slots->count, first_dying = dying, dead = free_slots->count - dying;
        Ints *free_now = free_slots;
        for (size_t i = 0; i < named->outs.count; i++) {
            int32_t x = *named->outs.items[i];
            if (x >= 0) {
                if (kept > 0) {
                    slot->items[x] = free_now->items[--kept];
                    if (whole) { /* close the gap below those that die here */
                        memmove(free_now->items + kept, free_now->items + first_dying, dead * sizeof(int32_t));
                        first_dying = kept;
                    }
                    free_now->count--;
                }
                else {
                    slot->items[x] = used++;
                }
            }
        }
        for (size_t i = 0; i < named->outs.count; i++) {
            int32_t x = *named->outs.items[i];
            if (x >= 0) {
                *named->outs.items[i] = slot->items[x];
                if (last->items[x] == time) {
                    push(arena, free_slots, slot->items[x]);
                }
            }
        }
    }
    return used;
}
