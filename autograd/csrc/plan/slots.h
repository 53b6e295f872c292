/* Allocation of registers to slots by liveness, in place. */

#pragma once

#include "order.h"

/* Replace the body's registers by slots, each reused after its register's last use. Returns the number of slots. */
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
        name_all(p, named, 1, code->items + (size_t)time * FIELDS);
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
        bool whole = f[0] == LOGSUMEXP; /* reads its operands more than once: it can't write where it reads */
        name_all(p, named, 1, f);
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
                    if (whole) { /* close the gap left by those that die here */
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
