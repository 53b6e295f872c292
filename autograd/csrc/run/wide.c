/* One sample in vectors: the three parts of a plan as one program in which similar steps are run together.

   Each number has a place of its own, so the order of steps is constrained only by what they read. Steps of one kind at the
   same depth form a group, and the results of a group get consecutive places. They are read in vectors by
   the groups that follow: in a run of consecutive steps, an operand is the same number for all, or one place further from
   each to the next, or else packed, i.e. first copied to consecutive places. What the body adds to a sum over samples
   is one sum of products here, in the same order. A sum still adds its own terms one after the other: vectors go across sums,
   and the bits are those of once.c. */

#include "calls.h"

#include <stdlib.h>

#include "../generated/ops.h"
#include "../plan/memory.h"

#define ISA(NAME) NAME##_once
#include "row_kernels.h"

enum { FEWEST = 4, BEHIND = 8, LINE = 8 }; /* steps worth a vector; places after the last, for whole vectors; of a cache line */
enum { SAME, UP, PACKED };

/* What the body adds to a sum over samples. */
typedef struct {
    int32_t sum, gradient, factor;
} Added;

typedef struct {
    int32_t level, first, last, size;
    const Step *like;
} Group;

/* A packed operand: its source places, and where it is. */
typedef struct {
    int32_t terms, count, at;
} Packed;

typedef struct {
    int32_t at[2], node;
} Member;

/* Numbers have ids; those of computed ones begin after the places of all others. */
typedef struct {
    Arena arena;
    const Plan *plan;
    ARRAY(Step) nodes;
    Ints terms;            /* of nodes, ids */
    Ints current;          /* for each place of the plan, the id of the number currently there */
    Ints levels, places;   /* for each id */
    Ints sum_of;           /* for each uniform number, which sum it is, or -1 */
    ARRAY(Added) added;
    Ints first_added;      /* for each sum, where its own begin, once sorted */
    Map by_likeness, packed;
    ARRAY(Group) groups;
    Ints next, by_level, in_order;
    ARRAY(Packed) packs;
    ARRAY(Member) sorting;
    Ints members, classes, broken;
    Ints list;             /* to be packed */
    ARRAY(Step) steps;     /* the result */
    Ints out_terms;
    Ints stored, of_inputs, of_parameters; /* ids, then places */
    int32_t seed, zero, one, minus_zero, place;
} Widener;


/* Nodes: steps whose operands are ids */

static int32_t
new_id(Widener *w, int32_t level)
{
    push(&w->arena, &w->places, NOWHERE);
    return push(&w->arena, &w->levels, level);
}

static int32_t
id_at(const Widener *w, int32_t place)
{
    return w->current.items[place];
}

static void
wait_for(const Widener *w, int32_t id, int32_t *level)
{
    const int32_t other = w->levels.items[id];
    *level = other > *level ? other : *level;
}

static bool
is_dot(const Step *s)
{
    return s->kind == DOT;
}

/* The number of ids of terms of a node. */
static ptrdiff_t
terms_of(const Step *s)
{
    return (s->kind == OR ? 1 : 2) * (ptrdiff_t)s->count;
}

/* Add a node; its outs are places of the plan, which hold new numbers from here on. */
static void
add_node(Widener *w, Step node)
{
    int32_t level = 0;
    for (int i = 0; i < node.reads_count; i++) {
        wait_for(w, node.reads[i], &level);
    }
    int32_t *t = w->terms.items + node.terms;
    for (ptrdiff_t k = 0; k < terms_of(&node); k += node.kind == LOGSUMEXP ? 2 : 1) {
        wait_for(w, t[k], &level);
    }
    for (int i = 0; i < node.outs_count; i++) {
        const int32_t id = new_id(w, level + 1);
        w->current.items[node.outs[i]] = id;
        node.outs[i] = id;
    }
    for (ptrdiff_t k = 1; node.kind == LOGSUMEXP && k < terms_of(&node); k += 2) {
        if (t[k] != NOT_NEEDED) {
            const int32_t id = new_id(w, level + 1);
            w->current.items[t[k]] = id;
            t[k] = id;
        }
    }
    *ADDED(&w->arena, &w->nodes) = node;
}

static void
push_pair(Widener *w, int32_t a, int32_t b)
{
    push(&w->arena, &w->terms, a);
    push(&w->arena, &w->terms, b);
}

static Step
new_dot(const Widener *w, int32_t out, int32_t start, int32_t count)
{
    return (Step){.kind = DOT, .row = -1, .outs_count = 1, .reads_count = 1, .outs = {out}, .reads = {start},
                  .terms = (int32_t)w->terms.count, .count = count};
}

/* A gather is a sum of products, and products for sums over samples. */
static void
add_gather(Widener *w, const Step *s, const int32_t *t)
{
    const int32_t x = id_at(w, s->reads[0]), start = s->reads[1] == NONE ? w->minus_zero : id_at(w, s->reads[1]);
    const Step node = new_dot(w, s->outs[0], start, s->count);
    for (int32_t k = 0; k < s->count; k++, t += 3) {
        const int32_t gradient = id_at(w, t[0]);
        push_pair(w, gradient, id_at(w, t[1]));
        *ADDED(&w->arena, &w->added) = (Added){w->sum_of.items[t[2]], gradient, x};
    }
    if (s->outs[0] < w->plan->uniforms + w->plan->slots) { /* otherwise unused */
        add_node(w, node);
    }
}

static Step
as_row(Step s, int row, bool swapped)
{
    s.kind = VALUE;
    s.row = (int16_t)row;
    if (swapped) {
        const int32_t first = s.reads[0];
        s.reads[0] = s.reads[1];
        s.reads[1] = first;
    }
    return s;
}

static void
add_step(Widener *w, const Step *step, const int32_t *terms)
{
    Step s = *step;
    const int32_t *t = terms + s.terms;
    s.number = s.together = 0;
    if (s.kind == LOAD || s.kind == SEED) {
        w->current.items[s.outs[0]] = s.kind == LOAD ? (int32_t)w->plan->uniforms + step->number : w->seed;
        return;
    }
    if (s.kind == STORE || s.kind == STORE_GRADIENT) {
        for (int32_t k = 0; k < s.count; k++) {
            w->stored.items[t[2 * k + 1]] = id_at(w, t[2 * k]);
        }
        if (s.kind == STORE_GRADIENT) {
            w->of_inputs.items[step->number] = id_at(w, s.reads[0]);
        }
        return;
    }
    if (s.kind == GATHER) {
        add_gather(w, &s, t);
        return;
    }
    for (int i = 0; i < s.reads_count; i++) {
        s.reads[i] = id_at(w, s.reads[i]);
    }
    s.terms = (int32_t)w->terms.count;
    switch (s.kind) {
    case REDUCE: *ADDED(&w->arena, &w->added) = (Added){w->sum_of.items[step->number], s.reads[0], s.reads[1]}; return;
    case ADDU: s = as_row(s, OP_add, false); break;
    case SUBU: s = as_row(s, OP_sub, false); break;
    case RSUBU: s = as_row(s, OP_sub, true); break;
    case MULU: s = as_row(s, OP_mul, false); break;
    case DIVU: s = as_row(s, OP_div, false); break;
    case DOTU: s.kind = DOT; break;
    }
    for (ptrdiff_t k = 0; k < terms_of(&s); k++) {
        push(&w->arena, &w->terms, s.kind == LOGSUMEXP && k % 2 == 1 ? t[k] : id_at(w, t[k]));
    }
    add_node(w, s);
}

/* The sums over samples, with one sample: from 0 on, what the body adds to each, then the seeds of outputs. */
static void
add_sums(Widener *w)
{
    const Plan *plan = w->plan;
    Ints *first = &w->first_added;
    ZEROED(&w->arena, first, (size_t)plan->sums_count + 1);
    for (size_t i = 0; i < w->added.count; i++) {
        first->items[w->added.items[i].sum + 1]++;
    }
    for (ptrdiff_t i = 0; i < plan->sums_count; i++) {
        first->items[i + 1] += first->items[i];
    }
    Ints *sorted = &w->in_order;
    ZEROED(&w->arena, sorted, w->added.count);
    for (size_t i = 0; i < w->added.count; i++) {
        sorted->items[first->items[w->added.items[i].sum]++] = (int32_t)i;
    }
    for (ptrdiff_t sum = 0, i = 0; sum < plan->sums_count; sum++) { /* each now ends where the next began */
        Step node = new_dot(w, plan->sums[sum], w->zero, 0);
        for (; i < first->items[sum]; i++) {
            const Added *added = &w->added.items[sorted->items[i]];
            push_pair(w, added->gradient, added->factor);
        }
        for (ptrdiff_t k = 0; k < plan->outputs; k++) {
            if (plan->seeds_to[k] == plan->sums[sum]) {
                push_pair(w, w->seed, w->one);
            }
        }
        node.count = (int32_t)(w->terms.count - (size_t)node.terms) / 2;
        add_node(w, node);
    }
}

static void
add_nodes(Widener *w)
{
    const Plan *plan = w->plan;
    const int32_t uniforms = (int32_t)plan->uniforms, places = uniforms + (int32_t)plan->slots + 1;
    w->seed = uniforms + (int32_t)plan->gradients;
    w->zero = w->seed + 1;
    w->one = w->seed + 2;
    w->minus_zero = w->seed + 3;
    w->place = w->seed + 4;
    for (int32_t id = 0; id < w->place; id++) {
        new_id(w, 0);
        w->places.items[id] = id;
    }
    for (int32_t i = 0; i < places; i++) {
        push(&w->arena, &w->current, i < uniforms ? i : w->zero);
        push(&w->arena, &w->sum_of, -1);
    }
    for (ptrdiff_t i = 0; i < plan->sums_count; i++) {
        w->sum_of.items[plan->sums[i]] = (int32_t)i;
    }
    for (ptrdiff_t i = 0; i < plan->stored; i++) {
        push(&w->arena, &w->stored, w->zero);
    }
    for (ptrdiff_t i = 0; i < plan->gradients; i++) {
        push(&w->arena, &w->of_inputs, w->zero);
    }
    for (int part = 0; part < 3; part++) {
        for (ptrdiff_t i = 0; i < plan->counts[part]; i++) {
            tick(&w->arena);
            add_step(w, &plan->parts[part][i], plan->terms[part]);
        }
        if (part == 1) {
            add_sums(w);
        }
    }
    for (ptrdiff_t i = 0; i < plan->stored; i++) {
        if (plan->results[i] >= 0) {
            w->stored.items[i] = id_at(w, plan->results[i]);
        }
    }
    for (ptrdiff_t i = 0; i < plan->parameters_count; i++) {
        push(&w->arena, &w->of_parameters, plan->parameters[i] >= 0 ? id_at(w, plan->parameters[i]) : w->zero);
    }
}


/* Groups */

static bool
are_similar(const Step *a, const Step *b)
{
    return a->kind == b->kind && a->row == b->row && a->count == b->count;
}

static void
find_groups(Widener *w)
{
    Arena *arena = &w->arena;
    int32_t levels = 0;
    for (size_t i = 0; i < w->nodes.count; i++) {
        tick(arena);
        const Step *node = &w->nodes.items[i];
        const int32_t level = w->levels.items[node->outs[0]];
        const uint64_t likeness = mixed((uint64_t)level << 32 | (uint32_t)node->count) ^ (uint64_t)(node->kind << 16 | (uint16_t)node->row);
        int32_t *found = map_at(arena, &w->by_likeness, likeness);
        Group *group = *found >= 0 ? &w->groups.items[*found] : NULL;
        push(arena, &w->next, -1);
        if (group != NULL && group->level == level && are_similar(group->like, node)) {
            w->next.items[group->last] = (int32_t)i;
            group->last = (int32_t)i;
            group->size++;
            continue;
        }
        *found = (int32_t)w->groups.count;
        *ADDED(arena, &w->groups) = (Group){level, (int32_t)i, (int32_t)i, 1, node};
        levels = level > levels ? level : levels;
    }
    Ints *first = &w->by_level, *sorted = &w->in_order;
    ZEROED(arena, first, (size_t)levels + 2);
    ZEROED(arena, sorted, w->groups.count);
    for (size_t i = 0; i < w->groups.count; i++) {
        first->items[w->groups.items[i].level + 1]++;
    }
    for (int32_t level = 0; level <= levels; level++) {
        first->items[level + 1] += first->items[level];
    }
    for (size_t i = 0; i < w->groups.count; i++) {
        sorted->items[first->items[w->groups.items[i].level]++] = (int32_t)i;
    }
}


/* Runs: consecutive steps of a group whose operands are in regular places */

static ptrdiff_t
operands_of(const Step *s)
{
    return s->reads_count + (is_dot(s) ? terms_of(s) : 0);
}

static int32_t
operand(const Widener *w, const Step *s, ptrdiff_t k)
{
    return w->places.items[k < s->reads_count ? s->reads[k] : w->terms.items[s->terms + k - s->reads_count]];
}

static const Step *
member(const Widener *w, ptrdiff_t i)
{
    return &w->nodes.items[w->members.items[i]];
}

static int
class_of(int32_t difference)
{
    return difference == 0 ? SAME : difference == 1 ? UP : PACKED;
}

/* Find the operands of a member that break the regularity of the run so far; return their count. */
static ptrdiff_t
compare(Widener *w, ptrdiff_t i)
{
    const Step *before = member(w, i - 1), *s = member(w, i);
    w->broken.count = 0;
    for (size_t k = 0; k < w->classes.count; k++) {
        const int32_t class = w->classes.items[k];
        if (class != PACKED && class != class_of(operand(w, s, (ptrdiff_t)k) - operand(w, before, (ptrdiff_t)k))) {
            push(&w->arena, &w->broken, (int32_t)k);
        }
    }
    return (ptrdiff_t)w->broken.count;
}

/* Whether a run pays: not if most of its operands would be packed. */
static bool
pays(const Widener *w)
{
    size_t found = 0;
    for (size_t k = 0; k < w->classes.count; k++) {
        found += w->classes.items[k] == PACKED;
    }
    return 2 * found <= w->classes.count;
}

/* Whether members from one on, enough for a vector, have all operands in regular places. */
static bool
is_regular(const Widener *w, ptrdiff_t begin, ptrdiff_t end)
{
    const ptrdiff_t operands = operands_of(member(w, begin));
    bool regular = begin + FEWEST <= end;
    for (ptrdiff_t k = 0; regular && k < operands; k++) {
        const int32_t step = operand(w, member(w, begin + 1), k) - operand(w, member(w, begin), k);
        regular = class_of(step) != PACKED;
        for (ptrdiff_t i = begin + 2; regular && i < begin + FEWEST; i++) {
            regular = operand(w, member(w, i), k) - operand(w, member(w, i - 1), k) == step;
        }
    }
    return regular;
}

/* Return the number of members of a group that form a run; `classes` are those of its operands. It ends where many operands
   break the regularity; a few are packed, unless a row of the table, which has few, goes on regularly from there. */
static ptrdiff_t
run_from(Widener *w, ptrdiff_t begin, ptrdiff_t end)
{
    const ptrdiff_t operands = operands_of(member(w, begin));
    const bool dot = is_dot(member(w, begin));
    bool packs = false;
    w->classes.count = 0;
    for (ptrdiff_t k = 0; begin + 1 < end && k < operands; k++) {
        const int class = class_of(operand(w, member(w, begin + 1), k) - operand(w, member(w, begin), k));
        push(&w->arena, &w->classes, class);
        packs = packs || class == PACKED;
    }
    if (!dot && packs && (!pays(w) || is_regular(w, begin + 1, end))) {
        return 1;
    }
    ptrdiff_t i = begin + 1;
    for (; i < end; i++) {
        const ptrdiff_t broken = compare(w, i);
        if (8 * broken > operands && (dot || i - begin >= FEWEST || is_regular(w, i, end))) {
            return i - begin;
        }
        for (ptrdiff_t k = 0; k < broken; k++) {
            w->classes.items[w->broken.items[k]] = PACKED;
        }
        if (!dot && broken > 0 && !pays(w)) {
            return i - begin;
        }
    }
    return i - begin;
}


/* Output */

/* Allocate consecutive places, aligned to a cache line. */
static int32_t
new_places(Widener *w, ptrdiff_t count)
{
    if (count > MOST - LINE - w->place) {
        PyErr_NoMemory();
        fail(&w->arena);
    }
    const int32_t place = count < LINE ? w->place : (w->place + LINE - 1) / LINE * LINE;
    w->place = place + (int32_t)count;
    return place;
}

/* Return the consecutive places of an operand of a run; packed ones are reused. */
static int32_t
packed(Widener *w, ptrdiff_t begin, ptrdiff_t count, ptrdiff_t k)
{
    Arena *arena = &w->arena;
    uint64_t key = 0;
    w->list.count = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        const int32_t place = operand(w, member(w, begin + i), k);
        push(arena, &w->list, place);
        key = mixed(key ^ (uint64_t)(uint32_t)place);
    }
    int32_t *known = map_at(arena, &w->packed, key);
    const Packed *before = *known >= 0 ? &w->packs.items[*known] : NULL;
    if (before != NULL && before->count == count
        && memcmp(w->out_terms.items + before->terms, w->list.items, (size_t)count * sizeof(int32_t)) == 0) {
        return before->at;
    }
    const Packed pack = {(int32_t)w->out_terms.count, (int32_t)count, new_places(w, count)};
    *known = (int32_t)w->packs.count;
    *ADDED(arena, &w->packs) = pack;
    Step *last = w->steps.count > 0 ? &w->steps.items[w->steps.count - 1] : NULL;
    if (last != NULL && last->kind == PACK && last->outs[0] + last->lanes == pack.at) { /* as its terms then are */
        last->lanes += pack.count;
    }
    else {
        *ADDED(arena, &w->steps) = (Step){.kind = PACK, .outs = {pack.at}, .terms = pack.terms, .lanes = pack.count};
    }
    for (ptrdiff_t i = 0; i < count; i++) {
        push(arena, &w->out_terms, w->list.items[i]);
    }
    return pack.at;
}

/* Return the operand of a run: a place, or ~place if it is common to all. */
static int32_t
operand_of_run(Widener *w, ptrdiff_t begin, ptrdiff_t count, ptrdiff_t k)
{
    const int32_t first = operand(w, member(w, begin), k);
    switch (w->classes.items[k]) {
    case SAME: return ~first;
    case UP: return first;
    default: return packed(w, begin, count, k);
    }
}

static void
emit_run(Widener *w, ptrdiff_t begin, ptrdiff_t count, int32_t out, int32_t apart)
{
    Step s = *member(w, begin);
    const ptrdiff_t operands = operands_of(&s);
    s.lanes = (int32_t)count;
    for (int i = 0; i < s.outs_count; i++) {
        s.outs[i] = out + i * apart;
    }
    for (ptrdiff_t k = 0; k < s.reads_count; k++) {
        s.reads[k] = operand_of_run(w, begin, count, k);
    }
    Ints *scratch = &w->by_level; /* as packs have terms of their own */
    scratch->count = 0;
    bool one_is_same = true;
    for (ptrdiff_t k = s.reads_count; k < operands; k += 2) {
        int32_t x = operand_of_run(w, begin, count, k), y = operand_of_run(w, begin, count, k + 1);
        if (x >= 0 && y < 0) {
            const int32_t swapped = x;
            x = y;
            y = swapped;
        }
        one_is_same = one_is_same && x < 0 && y >= 0;
        push(&w->arena, scratch, x);
        push(&w->arena, scratch, y);
    }
    s.terms = (int32_t)w->out_terms.count;
    s.shared = one_is_same && is_dot(&s);
    for (size_t k = 0; k < scratch->count; k++) {
        push(&w->arena, &w->out_terms, s.shared && k % 2 == 0 ? ~scratch->items[k] : scratch->items[k]);
    }
    *ADDED(&w->arena, &w->steps) = s;
}

/* Where the first of every other of its terms is, if they are one after the other; else NONE. */
static int32_t
first_of_row(const Widener *w, const int32_t *terms, int32_t count)
{
    const int32_t first = terms[0] == NOT_NEEDED ? NONE : w->places.items[terms[0]];
    bool row = first != NONE;
    for (int32_t k = 1; row && k < count; k++) {
        row = terms[2 * k] != NOT_NEEDED && w->places.items[terms[2 * k]] == first + k;
    }
    return row ? first : NONE;
}

static bool
is_any_needed(const int32_t *slopes, int32_t count)
{
    int32_t k = 0;
    while (k < count && slopes[2 * k] == NOT_NEEDED) {
        k++;
    }
    return k < count;
}

/* A logsumexp of operands that are one after the other. */
static bool
as_row_of_operands(const Widener *w, Step *s, const int32_t *terms)
{
    s->reads[0] = first_of_row(w, terms, s->count);
    s->reads[1] = first_of_row(w, terms + 1, s->count);
    if (s->reads[0] == NONE || (s->reads[1] == NONE && is_any_needed(terms + 1, s->count))) {
        return false;
    }
    s->lanes = s->count;
    return true;
}

static void
emit_single(Widener *w, ptrdiff_t i, int32_t out, int32_t apart)
{
    Step s = *member(w, i);
    const int32_t *t = w->terms.items + s.terms;
    const ptrdiff_t count = terms_of(&s);
    s.terms = (int32_t)w->out_terms.count;
    for (ptrdiff_t k = 0; k < count; k++) {
        push(&w->arena, &w->out_terms, t[k] == NOT_NEEDED ? NOT_NEEDED : w->places.items[t[k]]);
    }
    for (int k = 0; k < s.outs_count; k++) {
        s.outs[k] = out + k * apart;
    }
    for (int k = 0; k < s.reads_count; k++) {
        s.reads[k] = w->places.items[s.reads[k]];
    }
    if (s.kind == LOGSUMEXP && as_row_of_operands(w, &s, t)) {
        w->out_terms.count = (size_t)s.terms;
    }
    *ADDED(&w->arena, &w->steps) = s;
}

/* Assign places to the results of a member. */
static void
settle_outs(Widener *w, ptrdiff_t i, int32_t out, int32_t apart)
{
    const Step *s = member(w, i);
    for (int k = 0; k < s->outs_count; k++) {
        w->places.items[s->outs[k]] = out + k * apart;
    }
    const int32_t *t = w->terms.items + s->terms;
    for (ptrdiff_t k = 1; s->kind == LOGSUMEXP && k < terms_of(s); k += 2) {
        if (t[k] != NOT_NEEDED) {
            w->places.items[t[k]] = new_places(w, 1);
        }
    }
}

static int
by_place(const void *a, const void *b)
{
    const Member *x = a, *y = b;
    const int32_t of_x[] = {x->at[0], x->at[1], x->node}, of_y[] = {y->at[0], y->at[1], y->node};
    int k = 0;
    while (k < 2 && of_x[k] == of_y[k]) {
        k++;
    }
    return (of_x[k] > of_y[k]) - (of_x[k] < of_y[k]);
}

/* Sort the members of a group by the places of their first two factors or operands, to bring those together that read regular
   places; first by the one that consecutive ones share more often. */
static void
sort_members(Widener *w, const Group *group)
{
    Arena *arena = &w->arena;
    const ptrdiff_t skipped = is_dot(group->like), operands = operands_of(group->like);
    ptrdiff_t shared[2] = {0, 0};
    w->sorting.count = w->members.count = 0;
    for (int32_t i = group->first; i >= 0; i = w->next.items[i]) {
        const Step *s = &w->nodes.items[i];
        Member member = {.node = i};
        for (int k = 0; k < 2 && skipped + k < operands; k++) {
            member.at[k] = operand(w, s, skipped + k);
            shared[k] += w->sorting.count > 0 && w->sorting.items[w->sorting.count - 1].at[k] == member.at[k];
        }
        *ADDED(arena, &w->sorting) = member;
    }
    for (size_t i = 0; shared[1] > shared[0] && i < w->sorting.count; i++) {
        int32_t *at = w->sorting.items[i].at, first = at[0];
        at[0] = at[1];
        at[1] = first;
    }
    if (group->size >= FEWEST) {
        qsort(w->sorting.items, w->sorting.count, sizeof(Member), by_place);
    }
    for (size_t i = 0; i < w->sorting.count; i++) {
        push(arena, &w->members, w->sorting.items[i].node);
    }
}

/* Return the number of leading terms whose second factors are those of the first sum. */
static int32_t
same_factors(const Widener *w, const Step *first, const Step *s)
{
    const int32_t *own = w->out_terms.items + s->terms, *others = w->out_terms.items + first->terms;
    int32_t k = 0;
    while (k < s->count && own[2 * k + 1] == others[2 * k + 1]) {
        k++;
    }
    return k;
}

/* Up to LAYER consecutive similar sums of a group are run together: none waits for another, and common vectors
   are read once. */
static void
find_layers(Widener *w, size_t first)
{
    while (first < w->steps.count) {
        Step *s = &w->steps.items[first];
        size_t layer = 1;
        s->number = s->shared ? s->count : 0;
        while (s->shared && layer < LAYER && first + layer < w->steps.count && s[layer].shared && s[layer].count == s->count
               && s[layer].lanes == s->lanes) {
            const int32_t same = same_factors(w, s, s + layer++);
            s->number = same < s->number ? same : s->number;
        }
        s->together = layer > 1 ? (uint8_t)layer : 0;
        first += layer;
    }
}

static void
emit_group(Widener *w, const Group *group)
{
    const size_t first_step = w->steps.count;
    sort_members(w, group);
    const ptrdiff_t size = group->size;
    const int32_t apart = (int32_t)size, out = new_places(w, group->like->outs_count * size + (size >= FEWEST ? BEHIND : 0));
    const bool wide = group->like->kind != OR && group->like->kind != LOGSUMEXP;
    for (ptrdiff_t begin = 0; begin < size;) {
        tick(&w->arena);
        const ptrdiff_t run = wide ? run_from(w, begin, size) : 1, end = begin + run;
        const bool pay = run >= FEWEST && pays(w);
        for (ptrdiff_t i = begin; i < end; i++) {
            settle_outs(w, i, out + (int32_t)i, apart);
        }
        if (pay) {
            emit_run(w, begin, run, out + (int32_t)begin, apart);
        }
        for (ptrdiff_t i = begin; !pay && i < end; i++) {
            emit_single(w, i, out + (int32_t)i, apart);
        }
        begin = end;
    }
    find_layers(w, first_step);
}


/* The whole */

static void *
kept(const void *items, size_t count, size_t size)
{
    void *to = replay_allocate(count, size);
    if (to != NULL && count > 0) {
        memcpy(to, items, count * size);
    }
    return to;
}

/* From ids to places, or to nothing where all are 0, as the memory of a run is at first; false if out of memory. */
static bool
find_ranges(const Widener *w, const Ints *ids, Ranges *found)
{
    bool any = false;
    for (size_t i = 0; !any && i < ids->count; i++) {
        any = ids->items[i] != w->zero;
    }
    const size_t count = any ? ids->count : 0;
    found->ranges = replay_allocate(count, sizeof(Range));
    for (size_t i = 0; found->ranges != NULL && i < count; i++) {
        const int32_t at = w->places.items[ids->items[i]];
        Range *last = found->ranges + found->count - 1;
        if (found->count > 0 && last->at + last->count == at) {
            last->count++;
        }
        else {
            found->ranges[found->count++] = (Range){at, 1};
        }
    }
    return found->ranges != NULL;
}

static Wide *
finished(const Widener *w)
{
    Wide *wide = replay_allocate(1, sizeof *wide);
    if (wide == NULL) {
        return NULL;
    }
    wide->steps = kept(w->steps.items, w->steps.count, sizeof(Step));
    wide->terms = kept(w->out_terms.items, w->out_terms.count, sizeof(int32_t));
    const bool fine = find_ranges(w, &w->stored, &wide->stored) && find_ranges(w, &w->of_inputs, &wide->of_inputs)
        && find_ranges(w, &w->of_parameters, &wide->of_parameters);
    wide->steps_count = (ptrdiff_t)w->steps.count;
    wide->places = (size_t)w->place + BEHIND;
    wide->seed = w->seed;
    if (wide->steps == NULL || wide->terms == NULL || !fine) {
        replay_free_wide(wide);
        return NULL;
    }
    return wide;
}

void
replay_free_wide(Wide *wide)
{
    if (wide != NULL) {
        void *const owned[] = {wide->steps, wide->terms, wide->stored.ranges, wide->of_inputs.ranges, wide->of_parameters.ranges,
                               wide->kept, wide};
        for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
            replay_free(owned[i]);
        }
    }
}

static void
widen(Widener *w)
{
    add_nodes(w);
    find_groups(w);
    for (size_t i = 0; i < w->groups.count; i++) {
        emit_group(w, &w->groups.items[w->in_order.items[i]]);
    }
}

bool
replay_widen(Plan *plan)
{
    enum { MOST_STEPS = 1 << 20 }; /* as each number takes a place */
    if (!plan->ran_once) { /* a program called only once is faster step by step, with the same bits */
        plan->ran_once = true;
        return true;
    }
    if (plan->wide != NULL || plan->counts[0] + plan->counts[1] + plan->counts[2] > MOST_STEPS) {
        return true;
    }
    Widener *volatile w = PyMem_Calloc(1, sizeof *w);
    if (w == NULL) {
        PyErr_NoMemory();
        return false;
    }
    w->plan = plan;
    bool fine = setjmp(w->arena.failed) == 0;
    if (fine) {
        widen(w);
        Wide *wide = finished(w);
        fine = wide != NULL;
        if (!fine) {
            PyErr_NoMemory();
        }
        else if (plan->wide != NULL) { /* a signal handler has called meanwhile */
            replay_free_wide(wide);
        }
        else {
            plan->wide = wide;
        }
    }
    release_all(&w->arena);
    PyMem_Free(w);
    return fine;
}


/* Running */

/* So many numbers of an operand from `at` on. */
static double *
numbers_of(double *m, int32_t operand, long at, double *repeated)
{
    return operand < 0 ? repeated : m + operand + at;
}

static void
run_rows(double *m, const Step *s)
{
    enum { CHUNK = 64 };
    double repeated[3][CHUNK];
    for (int k = 0; k < s->reads_count; k++) {
        if (s->reads[k] < 0) {
            const double number = m[~s->reads[k]];
            const long n = s->lanes < CHUNK ? s->lanes : CHUNK;
            EACH repeated[k][i] = number;
        }
    }
    for (long at = 0; at < s->lanes; at += CHUNK) {
        double *p[7] = {NULL};
        int k = 0;
        for (int i = 0; i < s->outs_count; i++) {
            p[k++] = m + s->outs[i] + at;
        }
        for (int i = 0; i < s->reads_count; i++) {
            p[k++] = numbers_of(m, s->reads[i], at, repeated[i]);
        }
        const long n = s->lanes - at < CHUNK ? s->lanes - at : CHUNK;
        double *out = p[0];
        const double *x = p[1], *y = p[2], *z = p[3];
        switch (s->kind) {
        case SELECT: EACH out[i] = y[i] != 0.0 ? x[i] : 0.0; break;
        case SELECT_NOT: EACH out[i] = y[i] != 0.0 ? 0.0 : x[i]; break;
        case MASKED_MUL: EACH out[i] = x[i] != 0.0 ? y[i] * z[i] : 0.0; break;
        default: row_kernels_once[s->kind][s->row](n, p);
        }
    }
}

void
replay_lanes(double *m, const Step *s, const int32_t *terms)
{
    if (s->kind == LOGSUMEXP) {
        replay_log_sum_exp(m, s);
        return;
    }
    if (s->kind != PACK) {
        run_rows(m, s);
        return;
    }
    double *out = m + s->outs[0];
    const int32_t *from = terms + s->terms;
    for (long i = 0; i < s->lanes; i++) {
        out[i] = m[from[i]];
    }
}

/* Whether any of the numbers copied is nan. */
static bool
copy_ranges(const Ranges *from, const double *places, double *to)
{
    int64_t any = 0;
    for (const Range *range = from->ranges, *end = range + from->count; range < end; range++) {
        const double *numbers = places + range->at;
        const long n = range->count;
        EACH {
            const double number = numbers[i];
            any |= number != number ? -1 : 0;
            to[i] = number;
        }
        to += n;
    }
    return any != 0;
}

bool
replay_wide(const Plan *plan, const Room *room, double seed)
{
    const Wide *wide = room->wide;
    room->places[wide->seed] = seed;
    replay_steps(plan->set, wide->steps, wide->steps_count, wide->terms, room->places, NULL);
    copy_ranges(&wide->stored, room->places, room->stored);
    const bool of_inputs = copy_ranges(&wide->of_inputs, room->places, room->gradients);
    return copy_ranges(&wide->of_parameters, room->places, room->found) || of_inputs;
}
