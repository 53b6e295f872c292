/* Declarations that the parts of the replay kernel share: the plan, and functions that know no Python.

   calls.h             functions that know Python
   module.c            the Python types
   plan.c              reads a plan and checks everything in it
   once.c              runs one sample, step by step
   wide.c              runs one sample, similar steps in vectors
   run.c               runs a batch, on threads
   call.c, one.c       from a user's arguments to outputs: of a batch, of one sample
   descend.c, step.h   batch after batch, each followed by an optimiser's step
   values.c            parameters
   guards.c            whether a sample takes the recorded branches
   instruction_set.c   the instruction sets that this processor has
   blocks.h            a block of samples, compiled by baseline.c, avx2.c and avx512.c
   dots.h              sums of one sample, compiled by those too
   row_kernels.h       rows of the table over consecutive numbers
   vector_math.h       elementary functions for those */

#ifndef AUTOGRAD_REPLAY_H
#define AUTOGRAD_REPLAY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__GNUC__)
#error "the replay kernel needs GNU C; without it plans run on numpy"
#endif

enum { BLOCK = 128, FARTHEST = BLOCK + 8, GROUP_BLOCKS = 8, MOST_GROUPS = 64, STEP_FIELDS = 12, LAYER = 4, NONE = INT32_MIN, NOT_NEEDED = -1 };

typedef enum {
    VALUE, BOTH, SLOPES, ADDU, SUBU, RSUBU, MULU, DIVU, DOT, DOTU, GATHER, REDUCE, SELECT, SELECT_NOT, OR, MASKED_MUL, LOGSUMEXP,
    LOAD, STORE, SEED, STORE_GRADIENT, KINDS,
    PACK = KINDS, REDUCE_TWO, GONE /* of no plan: made by wide.c, and by plan.c for blocks */
} Kind;

#define KIND_NAMES \
    "value", "both", "slopes", "addu", "subu", "rsubu", "mulu", "divu", "dot", "dotu", "gather", "reduce", "select", "select_not", \
    "or", "masked_mul", "logsumexp", "load", "store", "seed", "store gradient"

/* An operand is a slot, or ~u for the uniform u; in steps over one sample all are places in one array.

   A step with `lanes` stands for that many similar ones: its outs and operands are the first of consecutive places, or ~place
   for an operand common to all. In a `shared` sum, the first factors are common, and are plain places; in batched sums,
   the second factors of the first `number` terms are common. */
typedef struct {
    uint8_t kind, outs_count, reads_count, together; /* the number of steps to run together from here, or 0 */
    int16_t row, shared;
    int32_t outs[4];
    int32_t reads[3];
    int32_t terms, count;
    int32_t number, lanes;
} Step;

typedef struct {
    double *slots;    /* one every `stride` doubles */
    ptrdiff_t stride;
    double *uniforms;
    double *lanes;    /* 8 for each sum over samples */
} Work;

/* Numbers of one input, `stride` bytes apart; 0 if one number is used for all samples. */
typedef struct {
    const char *at;
    ptrdiff_t stride;
} Column;

typedef struct {
    const Step *steps;
    ptrdiff_t steps_count;
    const int32_t *terms;
    const Column *columns;
    const double *seeds; /* for each output one per sample; or NULL if all are `seed` */
    double seed;
    double *const *stored, *const *gradients; /* rows, one number per sample */
    long samples;
} Batch;

/* Runners of blocks and groups of sums; all sets give the same bits except for the rows of the table over blocks. */
typedef struct {
    const char *name;
    void (*run)(const Work *, const Batch *, long first, long count);
    void (*dots)(double *places, const Step *, const int32_t *terms); /* with lanes */
} InstructionSet;

#define SLOT(WORK, X) ((WORK)->slots + (ptrdiff_t)(X) * (WORK)->stride)

/* Positions of wanted numbers: a count of consecutive ones from a place on. */
typedef struct {
    int32_t at, count;
} Range;

typedef struct {
    Range *ranges;
    ptrdiff_t count;
} Ranges;

/* A plan for one sample; every number has a place: at the front as in the other form, then inputs. */
typedef struct {
    Step *steps;
    ptrdiff_t steps_count;
    int32_t *terms;
    Ranges stored, of_inputs, of_parameters; /* places of outputs and operands of guards, and of gradients */
    size_t places;
    int32_t seed; /* its place; then 0, 1 and -0 */
    double *kept; /* memory of a run, if not in use by a call */
} Wide;

typedef struct {
    const InstructionSet *set;
    Step *parts[3];       /* before, body, after: over one sample */
    Step *blocks;         /* the body over blocks */
    ptrdiff_t counts[3], blocks_count;
    int32_t *terms[4];    /* of parts, then of blocks */
    int32_t *fills;       /* pairs: slot, uniform number */
    int32_t *sums;        /* uniform numbers */
    double *start;        /* the uniform numbers before a run */
    int32_t *parameters;  /* for each, the uniform number of its gradient, or -1 */
    int32_t *seeds_to;    /* for each output, the sum to which its seeds are added, or -1 */
    int32_t *results;     /* for each output and each operand of guards, its uniform, or -1 if it is stored */
    ptrdiff_t uniforms, slots, fills_count, sums_count, inputs, stored, outputs, gradients;
    ptrdiff_t parameters_count, first_parameter;
    bool stores_gradients;
    int assumes;          /* a nan gradient may be spurious: Python then runs a strict plan */
    double *kept, *room;  /* memory of one worker, and of a run over one sample, if not in use by a call */
    Wide *wide;           /* once one sample has been run twice; NULL also if it would take too much memory */
    bool ran_once;        /* one sample, by a call */
} Plan;

/* One sample: places of uniforms, then of slots, then one for unused results, in one array. */
typedef struct {
    const double *inputs, *seeds; /* as in Batch */
    double seed;
    double *stored, *gradients;
} Sample;

#pragma GCC visibility push(hidden)

/* One part of a plan for one sample. */
void replay_once(const Plan *plan, int part, double *places, const Sample *sample);

void replay_steps(const InstructionSet *, const Step *steps, ptrdiff_t count, const int32_t *terms, double *places, const Sample *);

void replay_lanes(double *places, const Step *, const int32_t *terms); /* a step with lanes, other than sums */
void replay_log_sum_exp(double *places, const Step *); /* with lanes: of so many operands that are one after the other */
void replay_dots_baseline(double *places, const Step *, const int32_t *terms);

void replay_row_once(int row, double x, double *value, double *slope); /* of one operand, with libm */

/* A row of the table or logsumexp over a block, sample by sample with libm: the same bits as eager computation. */
void replay_exactly(const Work *work, const Step *step, const int32_t *terms, long count);

/* Zeroed memory, freed by replay_free; NULL without an exception. Tests can make it fail. */
void *replay_allocate(size_t count, size_t size);
void replay_free(void *memory);
long replay_fail_after(long allocations); /* returns the number of blocks in use */

/* The instruction sets of this processor, from the plainest on, then NULL; the one for plans made from now on;
   selecting it by name, or with NULL the best. */
const InstructionSet *replay_instruction_set(int set);
const InstructionSet *replay_chosen(void);
bool replay_choose(const char *name);

void replay_block_baseline(const Work *, const Batch *, long first, long count);
#if defined(__x86_64__)
void replay_dots_avx2(double *places, const Step *, const int32_t *terms);
void replay_dots_avx512(double *places, const Step *, const int32_t *terms);
void replay_block_avx2(const Work *, const Batch *, long first, long count);
void replay_block_avx512(const Work *, const Batch *, long first, long count);
#endif

#pragma GCC visibility pop

#endif
