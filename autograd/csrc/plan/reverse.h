/* The reverse direction: gradients as sums of products.

   Each node that has a gradient emits (gradient, local derivative) to its operands; when all users of an operand are done,
   the pairs that it has accumulated become one instruction. An operand that an op does not select receives
   nothing, which differs from 0 where a derivative is infinite: what is reached only through such ops has a mask. That of
   `where` guards every product, as anything may be in the branch not taken; that of relu and similar ops only products
   with local derivatives that may be infinite at finite operands, so that networks are not slowed down: if other values are
   infinite, some gradient is nan, and a strict plan, in which each mask guards every product, is run instead. */

#pragma once

#include "forward.h"

static void
add_pair(Planner *p, int32_t x, int32_t gradient, int32_t local)
{
    *ADDED(&p->arena, &p->pairs) = (Pair){gradient, local, NOWHERE};
    int32_t added = (int32_t)p->pairs.count - 1;
    Entry *entry = ENTRY(p, x);
    if (entry->pairs == NOWHERE) {
        entry->pairs = added;
    }
    else {
        p->pairs.items[entry->last_pair].next = added;
    }
    entry->last_pair = added;
}

static void
add_product(Planner *p, int32_t x, int32_t gradient, int32_t number, int32_t total)
{
    *ADDED(&p->arena, &p->products) = (Product){gradient, number, total, NOWHERE};
    int32_t added = (int32_t)p->products.count - 1;
    Entry *entry = ENTRY(p, x);
    if (entry->products == NOWHERE) {
        entry->products = added;
    }
    else {
        p->products.items[entry->last_product].next = added;
    }
    entry->last_product = added;
}

/* Record that a gradient reaches x, with a mask or (NOWHERE) without. */
static void
note_reached(Planner *p, int32_t x, int32_t mask)
{
    Entry *entry = ENTRY(p, x);
    if (mask == NOWHERE) {
        entry->flags |= PLAINLY_REACHED;
        return;
    }
    *ADDED(&p->arena, &p->reached) = (Way){mask, NOWHERE};
    int32_t added = (int32_t)p->reached.count - 1;
    if (entry->reached == NOWHERE) {
        entry->reached = added;
    }
    else {
        p->reached.items[entry->last_reached].next = added;
    }
    entry->last_reached = added;
}

/* Return the mask for all ways on which a gradient reaches x; NOWHERE if one of them has none. Entries reached on the same
   ways share one mask, such as the inputs of a layer of relus. */
static int32_t
mask_at(Planner *p, int32_t x)
{
    const Entry *entry = ENTRY(p, x);
    if ((entry->flags & PLAINLY_REACHED) != 0 || entry->reached == NOWHERE) {
        return NOWHERE;
    }
    Ints *ways = &p->writer.ways;
    Mask mask = {.kind = OR, .before = NOWHERE, .first_way = (int32_t)ways->count, .where = NOWHERE, .weak = true};
    uint64_t key = 0;
    for (int32_t i = entry->reached; i != NOWHERE; i = p->reached.items[i].next) {
        int32_t way = p->reached.items[i].mask;
        if (mask.ways == 0 || way != ways->items[ways->count - 1]) {
            push(&p->arena, ways, way);
            mask.weak &= p->writer.masks.items[way].weak;
            mask.ways++;
            key = mixed(key ^ (uint64_t)way);
        }
    }
    const int32_t *own = ways->items + mask.first_way;
    if (mask.ways == 1) {
        ways->count--;
        return *own;
    }
    int32_t *known = map_at(&p->arena, &p->mask_of, key);
    const Mask *other = *known >= 0 ? &p->writer.masks.items[*known] : NULL;
    if (other != NULL && other->ways == mask.ways
        && memcmp(ways->items + other->first_way, own, (size_t)mask.ways * sizeof *own) == 0) {
        ways->count = (size_t)mask.first_way;
        return *known;
    }
    int32_t made = new_mask(&p->writer, mask);
    *known = made;
    return made;
}

static int32_t
new_sum(Planner *p)
{
    return push(&p->arena, &p->sums, new_uniform(&p->writer));
}

/* Return the position of the sum over samples from which the gradient of a uniform entry starts. */
static int32_t
sum_to(Planner *p, int32_t x)
{
    if (ENTRY(p, x)->sum_of == NOWHERE) {
        int32_t sum = new_sum(p);
        ENTRY(p, x)->sum_of = sum;
        add_pair(p, x, ~p->sums.items[sum], NOWHERE);
    }
    return ENTRY(p, x)->sum_of;
}

static void
reduce(Planner *p, int32_t sum, int32_t gradient, int32_t local)
{
    Writer *w = &p->writer;
    write_step(w, w->part, REDUCE, (Fields){.row = -1, .reads = {gradient, local}, .number = sum});
}

/* Add to what x receives; for a uniform, the sum over samples. */
static void
accumulate(Planner *p, int32_t x, int32_t gradient, int32_t local, int32_t mask, bool uniform)
{
    if (uniform || !has(p, x, UNIFORM)) {
        add_pair(p, x, gradient, local);
        note_reached(p, x, mask);
        return;
    }
    Writer *w = &p->writer;
    int32_t one = constant(w, 1.0), total = sum_to(p, x);
    bool computed = ENTRY(p, x)->op != NO_OP;
    reduce(p, total, gradient, local == NOWHERE ? one : local);
    if (!computed || mask == NOWHERE) {
        note_reached(p, x, NOWHERE);
        return;
    }
    const uint64_t key = (uint64_t)(uint32_t)x << 32 | (uint32_t)mask;
    if (*map_at(&p->arena, &p->reached_by, key) >= 0) { /* whether it is reached this way in any sample is summed already */
        return;
    }
    /* A non-zero mask may have either sign, and its sum may be 0: sum 1 instead. */
    int32_t reached = new_sum(p), where = where_of(w, mask, uniform), arrived = made(w, uniform);
    push(&p->arena, &w->parts[w->part].terms, where);
    write_step(w, w->part, OR, (Fields){.row = -1, .outs = {arrived}, .terms = 1, .count = 1});
    reduce(p, reached, arrived, one);
    bool weak = w->masks.items[mask].weak;
    int32_t passed = new_mask(w, (Mask){.kind = OR, .before = NOWHERE, .where = ~p->sums.items[reached], .weak = weak});
    *map_at(&p->arena, &p->reached_by, key) = passed;
    note_reached(p, x, passed);
}

/* Whether products with the local derivatives of an op must be guarded by the mask. */
static bool
guarded(const Planner *p, int32_t mask, bool regular)
{
    return mask != NOWHERE && !(regular && p->writer.masks.items[mask].weak);
}

/* Add gradient·local to x; the local derivative is finite at finite operands if `regular`. */
static void
emit(Planner *p, int32_t x, int32_t gradient, int32_t local, int32_t mask, bool regular, bool uniform)
{
    if (!has(p, x, ACTIVE)) {
        return;
    }
    Writer *w = &p->writer;
    bool known = local < 0 && w->uniforms.items[~local].known;
    double number = known ? w->uniforms.items[~local].number : 0.0;
    if (guarded(p, mask, regular) && !(known && isfinite(number))) {
        int32_t reached = where_of(w, mask, uniform), out = made(w, uniform);
        local = uniform ? local : filled(w, local);
        write_step(w, w->part, MASKED_MUL, (Fields){.row = -1, .outs = {out}, .reads = {reached, gradient, local}});
        gradient = out;
        known = true;
        number = 1.0;
    }
    accumulate(p, x, gradient, known && number == 1.0 ? NOWHERE : local, mask, uniform);
}

/* Add to both factors; for a slot times a number, the slot accumulates for both. */
static void
emit_product(Planner *p, int32_t a, int32_t b, int32_t gradient, int32_t mask, bool uniform)
{
    if (!uniform && !guarded(p, mask, true) && has(p, a, UNIFORM) != has(p, b, UNIFORM)) {
        int32_t slot = has(p, a, UNIFORM) ? b : a, number = has(p, a, UNIFORM) ? a : b;
        if (has(p, number, ACTIVE) && (mask == NOWHERE || ENTRY(p, number)->op == NO_OP)) {
            int32_t total = sum_to(p, number);
            note_reached(p, number, NOWHERE);
            if (has(p, slot, ACTIVE)) {
                note_reached(p, slot, mask);
            }
            add_product(p, slot, gradient, ~place(p, number), total);
            return;
        }
    }
    if (has(p, a, ACTIVE)) {
        emit(p, a, gradient, place(p, b), mask, true, uniform);
    }
    if (has(p, b, ACTIVE)) {
        emit(p, b, gradient, place(p, a), mask, true, uniform);
    }
}

/* Propagate the gradient of `where` to the branch taken. */
static void
vjp_of_where(Planner *p, const int32_t *args, int32_t gradient, int32_t mask, bool uniform)
{
    Writer *w = &p->writer;
    int32_t condition = place(p, args[0]), branches[2] = {args[1], args[2]};
    condition = uniform ? condition : filled(w, condition);
    for (int i = 0; i < 2; i++) {
        if (has(p, branches[i], ACTIVE)) {
            Kind kind = i == 0 ? SELECT : SELECT_NOT;
            int32_t part = made(w, uniform);
            write_step(w, w->part, kind, (Fields){.row = -1, .outs = {part}, .reads = {gradient, condition}});
            int32_t passed = new_mask(w, (Mask){.kind = kind, .before = mask, .condition = condition, .where = NOWHERE});
            accumulate(p, branches[i], part, NOWHERE, passed, uniform);
        }
    }
}

static int32_t
total_of(Planner *p, int32_t pairs, bool uniform)
{
    Writer *w = &p->writer;
    Pair first = p->pairs.items[pairs];
    if (first.next == NOWHERE) {
        int32_t operands[2] = {first.gradient, first.local};
        return first.local == NOWHERE ? first.gradient : write_row(w, OP_mul, operands, 2, uniform);
    }
    Pair second = p->pairs.items[first.next];
    if (second.next == NOWHERE && first.local == NOWHERE && second.local == NOWHERE) {
        int32_t operands[2] = {first.gradient, second.gradient};
        return write_row(w, OP_add, operands, 2, uniform);
    }
    size_t begin = w->parts[w->part].terms.count;
    int32_t one = constant(w, 1.0);
    for (int32_t i = pairs; i != NOWHERE; i = p->pairs.items[i].next) {
        Pair pair = p->pairs.items[i];
        push_term(w, pair.gradient, pair.local == NOWHERE ? one : pair.local);
    }
    return write_dot(w, begin, uniform, constant(w, -0.0));
}

/* Write the sum of an entry's contributions; NOWHERE if nothing reaches it. */
static int32_t
gradient_at(Planner *p, int32_t x, bool uniform)
{
    Writer *w = &p->writer;
    int32_t pairs = ENTRY(p, x)->pairs, products = ENTRY(p, x)->products;
    ENTRY(p, x)->pairs = ENTRY(p, x)->products = NOWHERE;
    int32_t start = pairs != NOWHERE ? total_of(p, pairs, uniform) : NOWHERE;
    if (products == NOWHERE) {
        return start;
    }
    bool wanted = has(p, x, ACTIVE);
    int32_t value = place(p, x), out = wanted ? new_register(w) : -1, count = 0;
    for (int32_t i = products; i != NOWHERE; i = p->products.items[i].next, count++) {
        Product product = p->products.items[i];
        push_term(w, product.gradient, ~product.number);
        push(&p->arena, &w->parts[w->part].terms, product.total);
    }
    write_step(w, w->part, GATHER, (Fields){.row = -1, .outs = {out}, .reads = {value, wanted ? start : NOWHERE},
                                            .terms = 3 * (size_t)count, .count = count});
    return wanted ? out : NOWHERE;
}

/* Add to an operand that is selected where the local derivative isn't 0. */
static void
emit_selected(Planner *p, int32_t x, int32_t gradient, int32_t local, int32_t mask, bool uniform)
{
    Writer *w = &p->writer;
    int32_t own = uniform ? local : filled(w, local);
    bool weak = !p->strict && (mask == NOWHERE || w->masks.items[mask].weak);
    p->assumes = p->assumes || weak;
    int32_t where = mask == NOWHERE ? own : NOWHERE;
    int32_t passed = new_mask(w, (Mask){.kind = SELECT, .before = mask, .condition = own, .where = where, .weak = weak});
    int32_t reached = guarded(p, mask, true) ? where_of(w, passed, uniform) : own, out = made(w, uniform);
    write_step(w, w->part, MASKED_MUL, (Fields){.row = -1, .outs = {out}, .reads = {reached, gradient, own}});
    accumulate(p, x, out, NOWHERE, passed, uniform);
}

/* Propagate the gradient of a node through a row of the table. */
static void
vjp_of_row(Planner *p, int32_t x, int32_t gradient, int32_t mask, bool uniform)
{
    Writer *w = &p->writer;
    Entry entry = *ENTRY(p, x);
    int32_t args[3] = {0};
    for (int32_t i = 0; i < entry.count && i < 3; i++) {
        args[i] = p->graph.operands.items[entry.args + i];
    }
    int32_t first = entry.slopes;
    if (entry.op == OP_add || entry.op == OP_sub || entry.op == OP_neg) {
        int32_t one = constant(w, 1.0), minus = constant(w, -1.0);
        emit(p, args[0], gradient, entry.op == OP_neg ? minus : one, mask, true, uniform);
        if (entry.op != OP_neg) {
            emit(p, args[1], gradient, entry.op == OP_sub ? minus : one, mask, true, uniform);
        }
        return;
    }
    if (op_is_own_slope(entry.op)) {
        emit(p, args[0], gradient, place(p, x), mask, false, uniform);
        return;
    }
    if (first == NOWHERE) { /* a row of the table, with at most 3 operands */
        const int32_t *operands = places_of(p, entry.args, entry.count, !uniform);
        Fields fields = {.row = entry.op};
        memcpy(fields.reads, operands, (size_t)entry.count * sizeof *operands);
        first = new_slopes(p, entry.args, entry.count, uniform);
        memcpy(fields.outs, p->slopes.items + first, (size_t)entry.count * sizeof *operands);
        write_step(w, w->part, SLOPES, fields);
    }
    for (int32_t i = 0; i < entry.count; i++) {
        int32_t x = p->graph.operands.items[entry.args + i], local = p->slopes.items[first + i];
        if (op_selects(entry.op) && has(p, x, ACTIVE)) {
            emit_selected(p, x, gradient, local, mask, uniform);
        }
        else {
            emit(p, x, gradient, local, mask, op_regular(entry.op), uniform);
        }
    }
}

/* Propagate the gradient of a node to its operands. */
static void
vjp_of(Planner *p, int32_t x, bool uniform)
{
    Writer *w = &p->writer;
    int32_t gradient = gradient_at(p, x, uniform);
    if (gradient == NOWHERE || !has(p, x, ACTIVE)) {
        return;
    }
    int32_t mask = mask_at(p, x);
    Entry entry = *ENTRY(p, x);
    const int32_t *args = p->graph.operands.items + entry.args;
    if (entry.sum != NOWHERE) {
        Sum sum = p->graph.sums.items[entry.sum];
        for (int32_t i = 0; i < sum.count; i++) {
            Term term = p->graph.terms.items[sum.first + i];
            if (term.b >= 0) {
                emit_product(p, term.a, term.b, gradient, mask, uniform);
            }
            else {
                emit(p, term.a, gradient, constant(w, term.factor), mask, true, uniform);
            }
        }
    }
    else if (entry.op == OP_where) {
        vjp_of_where(p, args, gradient, mask, uniform);
    }
    else if (entry.op == OP_mul) {
        emit_product(p, args[0], args[1], gradient, mask, uniform);
    }
    else if (entry.op == OP_mean) {
        int32_t share = constant(w, 1.0 / (double)entry.count);
        for (int32_t i = 0; i < entry.count; i++) {
            emit(p, args[i], gradient, share, mask, true, uniform);
        }
    }
    else {
        vjp_of_row(p, x, gradient, mask, uniform);
    }
}

static void
seed(Planner *p, int32_t number, int32_t root)
{
    if (has(p, root, UNIFORM)) {
        int32_t sum = sum_to(p, root);
        p->seeds_to.items[number] = p->sums.items[sum];
    }
    else {
        int32_t at = new_register(&p->writer);
        write_step(&p->writer, 1, SEED, (Fields){.row = -1, .outs = {at}, .number = number});
        add_pair(p, root, at, NOWHERE);
    }
    note_reached(p, root, NOWHERE);
}

static void
vjp_of_all(Planner *p, bool uniform)
{
    for (size_t k = p->graph.live.count; k-- > 0;) {
        tick(&p->arena);
        int32_t x = p->graph.live.items[k];
        if (!has(p, x, ABSORBED) && has(p, x, UNIFORM) == uniform) {
            vjp_of(p, x, uniform);
        }
    }
}

static void
reverse(Planner *p)
{
    const TapeView *tape = &p->tape;
    Writer *w = &p->writer;
    int32_t leaves = tape->inputs + (p->each ? tape->parameters : 0);
    for (int32_t i = 0; i < tape->outputs; i++) {
        push(&p->arena, &p->seeds_to, -1);
    }
    for (int32_t i = 0; i < tape->parameters; i++) {
        push(&p->arena, &p->gradients, -1);
    }
    for (int32_t i = 0; i < leaves; i++) {
        push(&p->arena, &p->stored, 0);
    }
    if (!p->any_active) {
        return;
    }
    w->part = 1;
    for (int32_t number = 0; number < tape->outputs; number++) {
        if (has(p, p->graph.roots.items[number], ACTIVE)) {
            seed(p, number, p->graph.roots.items[number]);
        }
    }
    vjp_of_all(p, false);
    for (int32_t leaf = 0; leaf < leaves; leaf++) {
        int32_t gradient = gradient_at(p, leaf, false);
        if (gradient != NOWHERE) {
            p->stored.items[leaf] = 1;
            int32_t at = filled(w, gradient);
            write_step(w, 1, STORE_GRADIENT, (Fields){.row = -1, .reads = {at}, .number = leaf});
        }
    }
    w->part = 2;
    vjp_of_all(p, true);
    for (int32_t i = 0; i < tape->parameters && !p->each; i++) {
        int32_t x = tape->inputs + i, gradient = has(p, x, ACTIVE) ? gradient_at(p, x, true) : NOWHERE;
        p->gradients.items[i] = gradient == NOWHERE ? -1 : ~gradient;
    }
}
