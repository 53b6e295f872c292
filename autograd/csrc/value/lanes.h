/* Sweeps over a tape with a block of directions at once, a lane each. Part of module.c.

   Each node has a row of lanes; `moves` says whether any is set, so that a direction costs only the part
   of the graph that it reaches. The number of lanes is a constant in the compiled loops: 1, 4 or 16. */

#pragma once

#include "tape.h"

#if defined(__x86_64__) && defined(__GNUC__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("avx2", "default"))) /* no fused multiply-add: the same bits on all processors */
#else
#define WIDE
#endif

/* The lanes of a row that are set, as bits. */
typedef uint16_t Lanes;

/* Add factor · row, of which the lanes `held` are set, to row q; if q has none yet, it is overwritten. If
   the factor is infinite or nan, the other lanes stay 0. */
INLINE void
add_row(double *rows, Lanes *moves, Place q, double factor, const double *row, Lanes held, int lanes)
{
    double *restrict target = rows + (size_t)q * (size_t)lanes;
    if (unlikely(!isfinite(factor))) {
        for (int k = 0; k < lanes; k++) {
            double product = held >> k & 1 ? factor * row[k] : 0.0;
            target[k] = (moves[q] ? target[k] : 0.0) + product;
        }
    }
    else if (moves[q]) {
        for (int k = 0; k < lanes; k++) {
            target[k] += factor * row[k];
        }
    }
    else {
        for (int k = 0; k < lanes; k++) {
            target[k] = 0.0 + factor * row[k]; /* 0, not -0, as if added to the previous value */
        }
    }
    moves[q] |= held;
}

/* Tangents, from the operands to the users. */
INLINE void
push_lanes(const Tape *tape, double *rows, Lanes *moves, int lanes)
{
    for (size_t p = tape->count; p-- > 0;) {
        for (size_t s = tape->first_slope[p]; s < tape->first_slope[p + 1]; s++) {
            Slope edge = tape->slopes[s];
            if (moves[edge.parent]) {
                add_row(rows, moves, (Place)p, edge.slope, rows + (size_t)edge.parent * (size_t)lanes,
                        moves[edge.parent], lanes);
            }
        }
    }
}

/* Second-order: the adjoints of a logsumexp's operands change, with the softmax p, by p·(t − Σ p·t) for tangents t relative
   to that of the largest operand, so that no weight near 1 is the complement of the others. */
INLINE void
softmax_tangents(const Tape *tape, size_t p, const double *rows, const Lanes *moves, double *adjoint_tangents,
                 Lanes *adjoint_moves, int lanes)
{
    enum { MOST_LANES = 16 };
    double average[MOST_LANES] = {0}, base[MOST_LANES] = {0}, away[MOST_LANES];
    Softmax softmax = tape->softmax[p];
    size_t top = tape->first_slope[p] + softmax.top - 1; /* before the first if a constant is the largest */
    if (softmax.top > 0 && moves[tape->slopes[top].parent]) {
        memcpy(base, rows + (size_t)tape->slopes[top].parent * (size_t)lanes, (size_t)lanes * sizeof(double));
    }
    for (int k = 0; k < lanes; k++) {
        average[k] = -softmax.still * base[k];
    }
    for (size_t s = tape->first_slope[p]; s < tape->first_slope[p + 1]; s++) {
        Slope edge = tape->slopes[s];
        const double *row = rows + (size_t)edge.parent * (size_t)lanes;
        for (int k = 0; k < lanes && (softmax.top == 0 || s != top); k++) {
            average[k] += edge.slope * ((moves[edge.parent] ? row[k] : 0.0) - base[k]);
        }
    }
    for (size_t s = tape->first_slope[p]; s < tape->first_slope[p + 1]; s++) {
        Slope edge = tape->slopes[s];
        const double *row = rows + (size_t)edge.parent * (size_t)lanes;
        bool largest = softmax.top > 0 && s == top;
        for (int k = 0; k < lanes; k++) {
            away[k] = (largest ? 0.0 : (moves[edge.parent] ? row[k] : 0.0) - base[k]) - average[k];
        }
        add_row(adjoint_tangents, adjoint_moves, edge.parent, tape->adjoints[p] * edge.slope, away, moves[p], lanes);
    }
}

/* Tangents of adjoints, from the users to the operands; only towards nodes that reach an input of index `lowest` or above,
   if `highest` gives the highest for each. Without couplings these are the adjoints themselves. */
INLINE void
pull_lanes(const Tape *tape, const double *rows, const Lanes *moves, double *adjoint_tangents, Lanes *adjoint_moves,
           const Place *highest, Place lowest, int lanes)
{
    for (size_t p = 0; p < tape->count; p++) {
        const double *row = adjoint_tangents + p * (size_t)lanes;
        for (size_t s = tape->first_slope[p]; adjoint_moves[p] && s < tape->first_slope[p + 1]; s++) {
            Slope edge = tape->slopes[s];
            if (highest == NULL || highest[edge.parent] >= lowest) {
                add_row(adjoint_tangents, adjoint_moves, edge.parent, edge.slope, row, adjoint_moves[p], lanes);
            }
        }
        if (tape->first_coupling == NULL) {
            continue;
        }
        for (size_t c = tape->first_coupling[p]; c < tape->first_coupling[p + 1]; c++) {
            Coupling one = tape->couplings[c];
            if (moves[one.b] && (highest == NULL || highest[one.a] >= lowest)) {
                add_row(adjoint_tangents, adjoint_moves, one.a, one.weight, rows + (size_t)one.b * (size_t)lanes, moves[one.b],
                        lanes);
            }
            if (one.a != one.b && moves[one.a] && (highest == NULL || highest[one.b] >= lowest)) {
                add_row(adjoint_tangents, adjoint_moves, one.b, one.weight, rows + (size_t)one.a * (size_t)lanes, moves[one.a],
                        lanes);
            }
        }
        if (tape->softmax[p].is && moves[p]) {
            softmax_tangents(tape, p, rows, moves, adjoint_tangents, adjoint_moves, lanes);
        }
    }
}

#define DEFINE_SWEEPS(LANES)                                                                                        \
    WIDE static void                                                                                                \
    push_##LANES(const Tape *tape, double *rows, Lanes *moves)                                                      \
    {                                                                                                               \
        push_lanes(tape, rows, moves, LANES);                                                                       \
    }                                                                                                               \
                                                                                                                    \
    WIDE static void                                                                                                \
    pull_##LANES(const Tape *tape, const double *rows, const Lanes *moves, double *adjoint_tangents,               \
                 Lanes *adjoint_moves, const Place *highest, Place lowest)                                          \
    {                                                                                                               \
        pull_lanes(tape, rows, moves, adjoint_tangents, adjoint_moves, highest, lowest, LANES);                     \
    }

DEFINE_SWEEPS(1)
DEFINE_SWEEPS(4)
DEFINE_SWEEPS(16)

/* Rows for the tangents (or seeds) and the results, with a lane for each direction, at most 16. */
typedef struct {
    const Tape *tape;
    int lanes;
    double *rows, *adjoint_tangents;
    Lanes *moves, *adjoint_moves;
    void *memory;
} Block;

static bool
allocate_block(Block *block, const Tape *tape, size_t directions)
{
    enum { MANY_NODES = 1 << 18 }; /* beyond that, few lanes, to keep memory near that of the graph itself */
    block->tape = tape;
    block->lanes = directions <= 1 ? 1 : directions <= 4 || tape->count > MANY_NODES ? 4 : 16;
    size_t numbers = (tape->count + 1) * (size_t)block->lanes;
    block->memory = PyMem_Malloc(2 * numbers * sizeof(double) + 2 * (tape->count + 1) * sizeof(Lanes));
    if (block->memory == NULL) {
        PyErr_NoMemory();
        return false;
    }
    block->rows = block->memory;
    block->adjoint_tangents = block->rows + numbers;
    block->moves = (Lanes *)(block->adjoint_tangents + numbers);
    block->adjoint_moves = block->moves + tape->count + 1;
    return true;
}

/* Reset to the next directions. Signals are handled here: nothing below reads a node. */
static bool
clear_block(Block *block)
{
    memset(block->moves, 0, block->tape->count * sizeof(Lanes));
    memset(block->adjoint_moves, 0, block->tape->count * sizeof(Lanes));
    return PyErr_CheckSignals() == 0;
}

/* Set a node's tangent in one lane, unless it is exactly 0. */
static void
seed(const Block *block, double *rows, Lanes *moves, Place place, int lane, double number)
{
    if (place == NOWHERE || number == 0.0) {
        return;
    }
    double *row = rows + (size_t)place * (size_t)block->lanes;
    if (!moves[place]) {
        row[lane] = 0.0;
        if (block->lanes > 1) {
            memset(row, 0, (size_t)block->lanes * sizeof(double));
        }
    }
    moves[place] |= (Lanes)(1 << lane);
    row[lane] += number;
}

static double
lane_at(const Block *block, const double *rows, const Lanes *moves, Place place, int lane)
{
    return place != NOWHERE && moves[place] ? rows[(size_t)place * (size_t)block->lanes + (size_t)lane] : 0.0;
}

static void
push_block(const Block *block)
{
    (block->lanes == 1 ? push_1 : block->lanes == 4 ? push_4 : push_16)(block->tape, block->rows, block->moves);
}

static void
pull_block(const Block *block, const Place *highest, Place lowest)
{
    (block->lanes == 1 ? pull_1 : block->lanes == 4 ? pull_4 : pull_16)(
        block->tape, block->rows, block->moves, block->adjoint_tangents, block->adjoint_moves, highest, lowest);
}
