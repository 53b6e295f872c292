/* Reads a plan written by csrc/plan. Nothing in it is trusted: everything it refers to is checked here, once. */

#include "calls.h"

#include <stdlib.h>
#include <string.h>

#include "../generated/ops.h"

static const int32_t NOT_A_PLACE = -1;

/* Return the place of an operand in a single array; NOT_A_PLACE if invalid. */
static int32_t
place(const Plan *plan, const int32_t *fill_of, int32_t x)
{
    if (x < 0) {
        return ~x < plan->uniforms ? ~x : NOT_A_PLACE;
    }
    if (x > plan->slots) {
        return NOT_A_PLACE;
    }
    return x < plan->slots && fill_of[x] >= 0 ? fill_of[x] : (int32_t)(plan->uniforms + x);
}

static bool
malformed(const char *what)
{
    PyErr_Format(PyExc_ValueError, "kernel: the plan is malformed: %s", what);
    return false;
}

static const int TERM_SIZES[KINDS] = {[DOT] = 2, [DOTU] = 2, [GATHER] = 3, [OR] = 1, [LOGSUMEXP] = 2, [STORE] = 2};

/* Read one step, in two forms: over blocks, and over one sample; everything it refers to is checked. */
static bool
read_step(Plan *plan, const int32_t *fill_of, const int32_t *f, int part, int32_t *terms, int32_t *block_terms,
          Py_ssize_t terms_count, Step *once, Step *block)
{
    memset(once, 0, sizeof *once);
    if (f[0] < 0 || f[0] >= KINDS || f[1] < -1 || f[1] >= OPS_COUNT) {
        return malformed("kind or row");
    }
    Kind kind = f[0];
    bool body = part == 1;
    once->kind = (uint8_t)kind;
    once->row = (int16_t)f[1];
    int outs = 1, reads = 2;
    if (kind <= SLOPES) {
        bool binary = false, unary = false, ternary = f[1] == OP_where;
        switch (f[1]) {
#define IS_UNARY(NAME, ...) case OP_##NAME: unary = true; break;
#define IS_BINARY(NAME, ...) case OP_##NAME: binary = true; break;
        UNARY_OPS(IS_UNARY)
        BINARY_OPS(IS_BINARY)
        }
        if (!(unary || binary || (ternary && kind == VALUE))) {
            return malformed("row");
        }
        reads = unary ? 1 : binary ? 2 : 3;
        outs = kind == VALUE ? 1 : kind == BOTH ? 1 + reads : reads;
    }
    else if (kind == DOT || kind == DOTU || kind == STORE_GRADIENT) {
        reads = 1;
        outs = kind == DOT || kind == DOTU;
    }
    else if (kind == LOAD || kind == SEED || kind == OR || kind == LOGSUMEXP) {
        reads = 0;
    }
    else if (kind == REDUCE || kind == STORE) {
        outs = 0;
        reads = kind == REDUCE ? 2 : 0;
    }
    else if (kind == MASKED_MUL) {
        reads = 3;
    }
    if (!body && (kind == LOAD || kind == STORE || kind == SEED || kind == STORE_GRADIENT || kind == GATHER || kind == REDUCE)) {
        return malformed("a step that belongs to the body");
    }
    once->outs_count = (uint8_t)outs;
    once->reads_count = (uint8_t)reads;
    *block = *once;
    for (int i = 0; i < outs; i++) {
        int32_t x = f[2 + i];
        bool unneeded = x == -1;
        if (body && x < -1) {
            return malformed("a step of the body writes a number");
        }
        x = unneeded ? (int32_t)plan->slots : x;
        block->outs[i] = unneeded && kind == GATHER ? -1 : x;
        once->outs[i] = place(plan, fill_of, x);
        if (once->outs[i] == NOT_A_PLACE) {
            return malformed("an operand");
        }
    }
    bool numbers = kind == ADDU || kind == SUBU || kind == RSUBU || kind == MULU || kind == DIVU;
    for (int i = 0; i < reads; i++) {
        int32_t x = f[6 + i];
        block->reads[i] = once->reads[i] = x;
        if (kind == GATHER && i == 1 && x == NONE) {
            continue;
        }
        once->reads[i] = place(plan, fill_of, x);
        bool may_be_number = kind == DOT || kind == DOTU || (i == 1 && (numbers || kind == GATHER || kind == REDUCE));
        bool must_be_number = numbers && i == 1;
        if (once->reads[i] == NOT_A_PLACE || (body && x < 0 && !may_be_number) || (body && x >= 0 && must_be_number)) {
            return malformed("an operand");
        }
    }
    int size = TERM_SIZES[kind];
    once->terms = block->terms = size ? f[9] : 0;
    once->count = block->count = size ? f[10] : 0;
    if (size && (f[9] < 0 || f[10] < 0 || f[9] > terms_count || f[10] > (terms_count - f[9]) / size)) {
        return malformed("terms");
    }
    if (kind == LOGSUMEXP && f[10] < 1) {
        return malformed("logsumexp of nothing");
    }
    for (int32_t k = 0; k < once->count * size; k++) {
        int32_t x = terms[f[9] + k], position = k % size;
        if (kind == GATHER && position == 2) {
            if (x < 0 || x >= plan->sums_count) {
                return malformed("a sum");
            }
            terms[f[9] + k] = plan->sums[x];
            continue;
        }
        if (kind == STORE && position == 1) {
            if (x < 0 || x >= plan->stored) {
                return malformed("a number of an output");
            }
            continue;
        }
        bool slot = position == 0 || kind == LOGSUMEXP || (kind == DOT && x >= 0);
        if (kind == LOGSUMEXP && position == 1 && x == NOT_NEEDED) {
            continue;
        }
        int32_t found = place(plan, fill_of, x);
        if (found == NOT_A_PLACE || (body && (slot ? x < 0 : x >= 0))) {
            return malformed("a term");
        }
        terms[f[9] + k] = found;
        if (!slot && kind != DOT) {
            block_terms[f[9] + k] = ~x; /* if it is always a number, it is stored plainly */
        }
    }
    Py_ssize_t limit = kind == LOAD ? plan->inputs : kind == SEED ? plan->outputs
        : kind == STORE_GRADIENT ? plan->gradients : kind == REDUCE ? plan->sums_count
        : ((kind == VALUE || kind == BOTH) && f[1] != OP_where) || kind == LOGSUMEXP ? 2 : 1;
    if (f[11] < 0 || f[11] >= limit) {
        return malformed("a number of an input, output or sum");
    }
    plan->stores_gradients = plan->stores_gradients || kind == STORE_GRADIENT;
    block->number = f[11];
    once->number = kind == REDUCE ? plan->sums[f[11]] : f[11];
    return true;
}

static void *
allocated(size_t count, size_t size)
{
    void *memory = replay_allocate(count, size);
    return memory != NULL ? memory : PyErr_NoMemory();
}

static int32_t *
copied(const Py_buffer *from)
{
    int32_t *to = allocated((size_t)from->len / sizeof(int32_t), sizeof(int32_t));
    if (to != NULL) {
        memcpy(to, from->buf, (size_t)from->len);
    }
    return to;
}

static bool
reads_place(const Step *s, const int32_t *terms, int32_t place)
{
    for (int i = 0; i < s->reads_count; i++) {
        if (s->reads[i] == place) {
            return true;
        }
    }
    const int size = TERM_SIZES[s->kind];
    for (int32_t k = 0; k < s->count * size; k++) {
        if (terms[s->terms + k] == place && !(s->kind == GATHER && k % size == 2)) {
            return true;
        }
    }
    return false;
}

/* Whether the first factors of all terms equal those of the first sum. */
static bool
shares_factors(const Step *first, const Step *s, const int32_t *terms)
{
    const int size = TERM_SIZES[s->kind];
    bool same = s->kind == first->kind && s->count == first->count;
    for (int32_t k = 0; same && k < s->count; k++) {
        same = terms[s->terms + k * size] == terms[first->terms + k * size];
    }
    return same;
}

/* Whether a sum reads the result of one of the steps. */
static bool
reads_any(const Step *s, const Step *first, int count, const int32_t *terms)
{
    bool any = false;
    for (int i = 0; !any && i < count; i++) {
        any = reads_place(s, terms, first[i].outs[0]);
    }
    return any;
}

/* Over blocks, sums that share their first factors are run by LAYER, unless one reads the result of another. */
static void
find_layers(const Step *steps, Step *blocks, ptrdiff_t count, const int32_t *terms)
{
    for (ptrdiff_t i = 0; i + LAYER <= count; i++) {
        const Step *first = &steps[i];
        int layer = first->kind == DOTU || first->kind == GATHER;
        while (layer > 0 && layer < LAYER && shares_factors(first, first + layer, terms)
               && !reads_any(first + layer, first, layer, terms)) {
            layer++;
        }
        if (layer == LAYER) {
            blocks[i].together = LAYER;
            i += LAYER - 1;
        }
    }
}

/* Number sums over samples in the order in which blocks add to them, so that memory is accessed sequentially;
   `order` has room for all of them. */
static void
order_sums(Plan *plan, int32_t *order)
{
    int32_t *lane_of = order + plan->sums_count, next = 0;
    memset(lane_of, 0xff, (size_t)plan->sums_count * sizeof(int32_t));
    for (ptrdiff_t i = 0; i < plan->counts[1]; i++) {
        Step *s = &plan->blocks[i];
        const int layer = s->kind == GATHER && s->together == LAYER ? LAYER : s->kind == GATHER || s->kind == REDUCE;
        const int32_t count = s->kind == GATHER ? s->count : 1;
        for (ptrdiff_t k = 0; k < layer * (ptrdiff_t)count; k++) {
            Step *one = s + k % layer;
            int32_t *sum = s->kind == REDUCE ? &s->number : &plan->terms[3][one->terms + 3 * (k / layer) + 2];
            if (lane_of[*sum] < 0) {
                order[next] = plan->sums[*sum];
                lane_of[*sum] = next++;
            }
            *sum = lane_of[*sum];
        }
        i += layer > 1 ? layer - 1 : 0;
    }
    for (ptrdiff_t i = 0; i < plan->sums_count; i++) { /* those that nothing is added to */
        if (lane_of[i] < 0) {
            order[next++] = plan->sums[i];
        }
    }
    memcpy(plan->sums, order, (size_t)plan->sums_count * sizeof(int32_t));
}

enum { NOBODY = -1, SEVERAL = -2 };

/* What later steps do, for each slot and each sum over samples, seen from a step of the body. */
typedef struct {
    int32_t *reader; /* the step that alone reads what the slot has now, if it reduces it by a number */
    int32_t *adds;   /* the next step that adds to the sum */
} Later;

static void
note_read(const Later *later, int32_t slot, int32_t reader)
{
    if (slot >= 0) {
        later->reader[slot] = later->reader[slot] == NOBODY ? reader : SEVERAL;
    }
}

static void
note_step(const Later *later, const Step *s, int32_t i, const int32_t *all_terms)
{
    const int size = TERM_SIZES[s->kind];
    const bool reduces = s->kind == REDUCE && s->reads[1] < 0;
    for (int k = 0; k < s->outs_count; k++) {
        if (s->outs[k] >= 0) {
            later->reader[s->outs[k]] = NOBODY;
        }
    }
    for (int32_t k = 0; s->kind == LOGSUMEXP && k < s->count; k++) {
        const int32_t slope = all_terms[s->terms + 2 * k + 1];
        if (slope != NOT_NEEDED) {
            later->reader[slope] = NOBODY;
        }
    }
    for (int k = 0; k < s->reads_count; k++) {
        note_read(later, s->reads[k], reduces ? i : SEVERAL);
    }
    for (int32_t k = 0; k < s->count; k++) {
        const int32_t *term = all_terms + s->terms + k * (ptrdiff_t)size;
        note_read(later, term[0], SEVERAL);
        if (s->kind == DOT) {
            note_read(later, term[1], SEVERAL);
        }
        else if (s->kind == GATHER) {
            later->adds[term[2]] = i;
        }
    }
    if (s->kind == REDUCE) {
        later->adds[s->number] = i;
    }
}

/* A sum of two products of slots that a later step reduces, and that nothing else reads, need not be written: join both steps. */
static void
join_reductions(Plan *plan, const Later *later)
{
    Step *blocks = plan->blocks;
    const int32_t *terms = plan->terms[3];
    for (int32_t i = (int32_t)plan->counts[1] - 1; i >= 0; i--) {
        Step *s = &blocks[i];
        const int32_t *t = terms + s->terms, by = s->kind == DOT ? later->reader[s->outs[0]] : NOBODY;
        note_step(later, s, i, terms);
        if (by >= 0 && s->count == 2 && t[1] >= 0 && t[3] >= 0 && s->reads[0] < 0 && later->adds[blocks[by].number] == by) {
            s->kind = REDUCE_TWO;
            s->number = blocks[by].number;
            s->reads[1] = blocks[by].reads[1];
            later->adds[s->number] = i;
            blocks[by].kind = GONE;
        }
    }
    plan->blocks_count = 0;
    for (ptrdiff_t i = 0; i < plan->counts[1]; i++) {
        if (blocks[i].kind != GONE) {
            blocks[plan->blocks_count++] = blocks[i];
        }
    }
}

/* Whether a step adds to the sum of one of those before it. */
static bool
adds_with_any(const Step *s, int before)
{
    bool any = false;
    for (int j = 1; !any && j <= before; j++) {
        any = s[-j].number == s->number;
    }
    return any;
}

/* LAYER if as many steps from one on reduce the squares of slots with one gradient, start and number, to different sums; else 0. */
static int
reductions_from(const Plan *plan, ptrdiff_t first)
{
    const Step *s = plan->blocks + first;
    const ptrdiff_t left = plan->blocks_count - first;
    int count = 0;
    for (; count < LAYER && count < left && s[count].kind == REDUCE_TWO; count++) {
        const int32_t *t = plan->terms[3] + s[count].terms;
        if (t[0] != plan->terms[3][s->terms] || t[2] != t[0] || t[3] != t[1] || s[count].reads[0] != s->reads[0]
            || s[count].reads[1] != s->reads[1] || adds_with_any(s + count, count)) {
            return 0;
        }
    }
    return count == LAYER ? LAYER : 0;
}

/* 2 if a step reduces a slot by a number, and the next one the same slot by another, to different sums; else 0. */
static int
both_from(const Plan *plan, ptrdiff_t first)
{
    const Step *s = plan->blocks + first;
    return first + 1 < plan->blocks_count && s[0].kind == REDUCE && s[1].kind == REDUCE && s[0].reads[0] == s[1].reads[0]
        && s[0].reads[1] < 0 && s[1].reads[1] >= 0 && s[0].number != s[1].number ? 2 : 0;
}

/* The number of steps if they are differences of slots and numbers and, after them, the sum of their squares; else 0. */
static int
distance_from(const Plan *plan, ptrdiff_t first)
{
    enum { MOST = 8 };
    const Step *s = plan->blocks + first;
    const ptrdiff_t left = plan->blocks_count - first;
    int count = 0;
    while (count < MOST && count + 1 < left && s[count].kind == s->kind && (s->kind == SUBU || s->kind == RSUBU)) {
        count++;
    }
    const Step *sum = s + count;
    if (count == 0 || sum->kind != DOT || sum->count != count || sum->reads[0] >= 0) {
        return 0;
    }
    for (int k = 0; k < count; k++) {
        const int32_t *t = plan->terms[3] + sum->terms + 2 * k;
        if (t[0] != s[k].outs[0] || t[1] != t[0]) {
            return 0;
        }
    }
    return count + 1;
}

/* Over blocks, run consecutive steps together that share what they read, or of which the last reads what the others write. */
static void
find_fused(Plan *plan)
{
    for (ptrdiff_t i = 0; i < plan->blocks_count; i++) {
        const int together = reductions_from(plan, i) + distance_from(plan, i) + both_from(plan, i); /* one kind at most */
        if (together > 0) {
            plan->blocks[i].together = (uint8_t)together;
            i += together - 1;
        }
    }
}

static bool
read_part(Plan *plan, const int32_t *fill_of, int part, const Py_buffer *code, const Py_buffer *terms)
{
    Py_ssize_t count = code->len / (STEP_FIELDS * (Py_ssize_t)sizeof(int32_t));
    Py_ssize_t terms_count = terms->len / (Py_ssize_t)sizeof(int32_t);
    plan->counts[part] = count;
    plan->parts[part] = allocated((size_t)count, sizeof(Step));
    Step *blocks = allocated((size_t)count, sizeof(Step));
    int32_t *own = copied(terms), *block_terms = copied(terms);
    plan->terms[part] = own;
    bool fine = plan->parts[part] != NULL && blocks != NULL && own != NULL && block_terms != NULL;
    const int32_t *fields = code->buf;
    for (Py_ssize_t i = 0; fine && i < count; i++) {
        fine = read_step(plan, fill_of, fields + STEP_FIELDS * i, part, own, block_terms, terms_count,
                         &plan->parts[part][i], &blocks[i]);
    }
    if (fine) {
        find_layers(plan->parts[part], blocks, count, own);
    }
    if (part == 1) {
        plan->blocks = blocks;
        plan->terms[3] = block_terms;
    }
    else {
        replay_free(blocks);
        replay_free(block_terms);
    }
    return fine;
}

void
replay_free_plan(Plan *plan)
{
    for (int i = 0; i < 3; i++) {
        replay_free(plan->parts[i]);
    }
    for (int i = 0; i < 4; i++) {
        replay_free(plan->terms[i]);
    }
    replay_free(plan->blocks);
    replay_free(plan->start);
    replay_free(plan->parameters);
    replay_free(plan->results);
    replay_free(plan->seeds_to);
    replay_free(plan->fills);
    replay_free(plan->sums);
    replay_free_wide(plan->wide);
    replay_free(plan->kept);
    replay_free(plan->room);
}

static bool
are_numbers(const int32_t *numbers, Py_ssize_t count, Py_ssize_t step, Py_ssize_t limit)
{
    for (Py_ssize_t i = 0; i < count; i += step) {
        if (numbers[i] < 0 || numbers[i] >= limit) {
            return malformed("a slot or a uniform number");
        }
    }
    return true;
}

/* The start and the results of a run: constants, gradients of parameters, outputs. */
static bool
read_ends(Plan *plan, const Py_buffer *b)
{
    Py_ssize_t count = b[9].len / (Py_ssize_t)sizeof(int32_t), results = b[10].len / (Py_ssize_t)sizeof(int32_t);
    if (b[8].len != plan->uniforms * (Py_ssize_t)sizeof(double) || b[9].len % (Py_ssize_t)sizeof(int32_t) != 0
        || b[10].len % (Py_ssize_t)sizeof(int32_t) != 0 || plan->first_parameter < 0
        || plan->first_parameter > plan->uniforms - count || results != plan->stored || b[11].len != plan->outputs * (Py_ssize_t)sizeof(int32_t)) {
        return malformed("its ends");
    }
    plan->parameters_count = count;
    plan->start = allocated((size_t)plan->uniforms, sizeof(double));
    plan->parameters = copied(&b[9]);
    plan->results = copied(&b[10]);
    plan->seeds_to = copied(&b[11]);
    if (plan->start == NULL || plan->parameters == NULL || plan->results == NULL || plan->seeds_to == NULL) {
        return false;
    }
    memcpy(plan->start, b[8].buf, (size_t)b[8].len);
    for (Py_ssize_t i = 0; i < count + results + plan->outputs; i++) {
        Py_ssize_t j = i - count;
        int32_t x = j < 0 ? plan->parameters[i] : j < results ? plan->results[j] : plan->seeds_to[j - results];
        if (x < -1 || x >= plan->uniforms) {
            return malformed("a uniform number");
        }
    }
    return true;
}

bool
replay_read_plan(Plan *plan, const Py_buffer *b)
{
    enum { MOST = 1 << 30 };
    Py_ssize_t sizes[] = {plan->uniforms, plan->slots, plan->inputs, plan->stored, plan->outputs, plan->gradients};
    for (int i = 0; i < 6; i++) {
        if (sizes[i] < 0 || sizes[i] > MOST) {
            return malformed("a size");
        }
    }
    if (plan->inputs > plan->gradients || plan->outputs > plan->stored) {
        return malformed("a size");
    }
    for (int i = 0; i < 8; i++) {
        Py_ssize_t unit = (i < 6 && i % 2 == 0 ? STEP_FIELDS : i == 6 ? 2 : 1) * (Py_ssize_t)sizeof(int32_t);
        if (b[i].len % unit != 0 || b[i].len / (Py_ssize_t)sizeof(int32_t) > MOST) {
            return malformed("a length");
        }
    }
    plan->fills = copied(&b[6]);
    plan->sums = copied(&b[7]);
    plan->fills_count = b[6].len / (2 * (Py_ssize_t)sizeof(int32_t));
    plan->sums_count = b[7].len / (Py_ssize_t)sizeof(int32_t);
    int32_t *fill_of = allocated((size_t)plan->slots, sizeof(int32_t));
    bool fine = plan->fills != NULL && plan->sums != NULL && fill_of != NULL
        && are_numbers(plan->fills, 2 * plan->fills_count, 2, plan->slots)
        && are_numbers(plan->fills + 1, 2 * plan->fills_count - 1, 2, plan->uniforms)
        && are_numbers(plan->sums, plan->sums_count, 1, plan->uniforms);
    if (fine) {
        memset(fill_of, 0xff, (size_t)plan->slots * sizeof(int32_t));
        for (Py_ssize_t i = 0; i < plan->fills_count; i++) {
            fill_of[plan->fills[2 * i]] = plan->fills[2 * i + 1];
        }
    }
    for (int part = 0; fine && part < 3; part++) {
        fine = read_part(plan, fill_of, part, &b[2 * part], &b[2 * part + 1]);
    }
    replay_free(fill_of);
    const size_t sums = (size_t)plan->sums_count, slots = (size_t)plan->slots + 1;
    int32_t *order = fine ? allocated(2 * sums, sizeof(int32_t)) : NULL, *reader = order != NULL ? allocated(slots, sizeof(int32_t)) : NULL;
    if (reader != NULL) {
        order_sums(plan, order);
        memset(reader, 0xff, slots * sizeof(int32_t));
        join_reductions(plan, &(Later){reader, order});
        find_fused(plan);
    }
    fine = reader != NULL;
    replay_free(order);
    replay_free(reader);
    return fine && read_ends(plan, b);
}
