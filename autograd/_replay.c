/* Replay's kernel in C: runs a plan (see replay/plan.py) over blocks of samples, or over one sample.

   From top to bottom: what a plan is here; blocks, for three instruction sets; one sample; threads; the Python type.

   A batch is cut into groups of blocks by its length alone. Each group has sums of its own, which are added in the order
   of the groups: the result doesn't depend on how many threads took them. The GIL is released meanwhile; a kernel is
   never changed after it is made, so threads may share it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__GNUC__)
#error "the replay kernel needs GNU C; without it plans run on numpy"
#endif

/* glibc's vector library: loops over these functions are vectorised. Within 4 ulp, right at 0, inf, nan, subnormals. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#if __GLIBC_PREREQ(2, 22)
#define IN_VECTORS __attribute__((__simd__("notinbranch")))
extern double exp(double) IN_VECTORS;
extern double log(double) IN_VECTORS;
extern double sin(double) IN_VECTORS;
extern double cos(double) IN_VECTORS;
#endif
#if __GLIBC_PREREQ(2, 35)
extern double expm1(double) IN_VECTORS;
extern double log1p(double) IN_VECTORS;
extern double log2(double) IN_VECTORS;
extern double log10(double) IN_VECTORS;
extern double tan(double) IN_VECTORS;
extern double asin(double) IN_VECTORS;
extern double acos(double) IN_VECTORS;
extern double atan(double) IN_VECTORS;
extern double sinh(double) IN_VECTORS;
extern double cosh(double) IN_VECTORS;
extern double tanh(double) IN_VECTORS;
extern double asinh(double) IN_VECTORS;
extern double acosh(double) IN_VECTORS;
extern double atanh(double) IN_VECTORS;
extern double erf(double) IN_VECTORS;
extern double erfc(double) IN_VECTORS;
extern double atan2(double, double) IN_VECTORS;
#endif
#endif

#include "_ops.h"


/* A plan */

enum { BLOCK = 128, GROUP_BLOCKS = 8, MOST_GROUPS = 64, STEP_FIELDS = 12, NONE = INT32_MIN };

typedef enum {
    VALUE, BOTH, SLOPES, ADDU, SUBU, RSUBU, MULU, DIVU, DOT, DOTU, GATHER, REDUCE, TAKE, LEAVE, EITHER, MASKED, LOGSUMEXP,
    LOAD, STORE, SEED, STORE_GRADIENT, KINDS
} Kind;

#define KIND_NAMES \
    "value", "both", "slopes", "addu", "subu", "rsubu", "mulu", "divu", "dot", "dotu", "gather", "reduce", "take", "leave", \
    "either", "masked", "logsumexp", "load", "store", "seed", "store gradient"

/* An operand is a slot, or ~u for the uniform number u; in steps over one sample all are places in one array. */
typedef struct {
    uint8_t kind, outs_count, reads_count;
    int16_t row;
    int32_t outs[4];
    int32_t reads[3];
    int32_t terms, count;
    int32_t number;
} Step;

typedef struct {
    double *slots;    /* of BLOCK doubles each */
    double *uniforms;
    double *lanes;    /* 8 for each sum over samples */
} Work;

typedef struct {
    const Step *steps;
    Py_ssize_t steps_count;
    const int32_t *terms;
    const double *columns, *seeds;
    double *stored, *gradients;
    long samples;
    Py_ssize_t spare; /* the slot for what nobody needs */
} Batch;

typedef void (*RowKernel)(long n, double *const *p);
typedef void (*BlockRunner)(const Work *, const Batch *, long first, long count);

#define SLOT(WORK, X) ((WORK)->slots + (size_t)(X) * BLOCK)


/* Blocks, for each instruction set */

#define ISA(NAME) NAME##_baseline
#define WIDTH 2
#include "_replay_blocks.h"

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2")
#define ISA(NAME) NAME##_avx2
#define WIDTH 4
#include "_replay_blocks.h"
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,prefer-vector-width=512")
#define ISA(NAME) NAME##_avx512
#define WIDTH 8
#include "_replay_blocks.h"
#pragma GCC pop_options
#endif

static BlockRunner run_block = run_block_baseline;
static const char *instruction_set = "baseline";

/* The best set of this processor, or the one that the environment variable asks for, if the processor has it. */
static void
choose_instruction_set(void)
{
#if defined(__x86_64__)
    const char *wanted = getenv("AUTOGRAD_REPLAY_SET");
    __builtin_cpu_init();
    bool any = wanted == NULL || wanted[0] == '\0';
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (wide && (any || strcmp(wanted, "avx512") == 0)) {
        run_block = run_block_avx512;
        instruction_set = "avx512";
    }
    else if (__builtin_cpu_supports("avx2") && (any || strcmp(wanted, "avx2") == 0)) {
        run_block = run_block_avx2;
        instruction_set = "avx2";
    }
#endif
}


/* One sample: every operand is a place in one array of doubles */

typedef struct {
    const double *inputs, *seeds;
    double *stored, *gradients;
} Sample;

static void
log_sum_exp_once(double *m, const Step *s, const int32_t *terms)
{
    int32_t top = 0;
    double largest = m[terms[0]], rest = 0.0;
    for (int32_t k = 1; k < s->count && largest == largest; k++) {
        double x = m[terms[2 * k]];
        if (x != x || x > largest) {
            largest = x;
            top = k;
        }
    }
    bool usual = fabs(largest) < INFINITY;
    for (int32_t k = 0; usual && k < s->count; k++) {
        rest += k == top ? 0.0 : ops_exp_difference(m[terms[2 * k]], largest);
    }
    for (int32_t k = 0; k < s->count; k++) {
        double x = m[terms[2 * k]];
        m[terms[2 * k + 1]] = usual ? ops_exp_difference(x, largest) / (1.0 + rest)
            : largest == INFINITY && x < largest ? 0.0 : NAN;
    }
    m[s->outs[0]] = usual ? largest + log1p(rest) : largest;
}

static void
run_once(double *m, const Step *steps, Py_ssize_t count, const int32_t *all_terms, const Sample *sample)
{
    for (const Step *s = steps, *end = steps + count; s < end; s++) {
        const int32_t *t = all_terms + s->terms, *o = s->outs, *r = s->reads;
        switch (s->kind) {
        case VALUE:
            switch (s->row) {
#define UNARY_VALUE(NAME, ...) case OP_##NAME: { double dx; m[o[0]] = op_##NAME(m[r[0]], &dx); break; }
#define BINARY_VALUE(NAME, ...) case OP_##NAME: { double dx, dy; m[o[0]] = op_##NAME(m[r[0]], m[r[1]], &dx, &dy); break; }
            UNARY_OPS(UNARY_VALUE)
            BINARY_OPS(BINARY_VALUE)
            case OP_where: m[o[0]] = m[r[0]] != 0.0 ? m[r[1]] : m[r[2]]; break;
            }
            break;
        case BOTH:
            switch (s->row) {
#define UNARY_BOTH(NAME, ...) case OP_##NAME: { double dx; double y = op_##NAME(m[r[0]], &dx); m[o[0]] = y; m[o[1]] = dx; break; }
#define BINARY_BOTH(NAME, ...) case OP_##NAME: { \
                double dx, dy; double z = op_##NAME(m[r[0]], m[r[1]], &dx, &dy); m[o[0]] = z; m[o[1]] = dx; m[o[2]] = dy; break; }
            UNARY_OPS(UNARY_BOTH)
            BINARY_OPS(BINARY_BOTH)
            }
            break;
        case SLOPES:
            switch (s->row) {
#define UNARY_SLOPES(NAME, ...) case OP_##NAME: { double dx; op_##NAME(m[r[0]], &dx); m[o[0]] = dx; break; }
#define BINARY_SLOPES(NAME, ...) case OP_##NAME: { \
                double dx, dy; op_##NAME(m[r[0]], m[r[1]], &dx, &dy); m[o[0]] = dx; m[o[1]] = dy; break; }
            UNARY_OPS(UNARY_SLOPES)
            BINARY_OPS(BINARY_SLOPES)
            }
            break;
        case ADDU: m[o[0]] = m[r[0]] + m[r[1]]; break;
        case SUBU: m[o[0]] = m[r[0]] - m[r[1]]; break;
        case RSUBU: m[o[0]] = m[r[1]] - m[r[0]]; break;
        case MULU: m[o[0]] = m[r[0]] * m[r[1]]; break;
        case DIVU: m[o[0]] = m[r[0]] / m[r[1]]; break;
        case DOT:
        case DOTU: {
            double total = m[r[0]];
            for (int32_t k = 0; k < s->count; k++) {
                total += m[t[2 * k]] * m[t[2 * k + 1]];
            }
            m[o[0]] = total;
            break;
        }
        case GATHER: {
            double total = r[1] == NONE ? -0.0 : m[r[1]], x = m[r[0]];
            for (int32_t k = 0; k < s->count; k++) {
                double g = m[t[3 * k]];
                total += g * m[t[3 * k + 1]];
                m[t[3 * k + 2]] += g * x;
            }
            m[o[0]] = total;
            break;
        }
        case REDUCE: m[s->number] += m[r[0]] * m[r[1]]; break;
        case TAKE: m[o[0]] = m[r[1]] != 0.0 ? m[r[0]] : 0.0; break;
        case LEAVE: m[o[0]] = m[r[1]] != 0.0 ? 0.0 : m[r[0]]; break;
        case EITHER: m[o[0]] = m[r[0]] != 0.0 || m[r[1]] != 0.0 ? 1.0 : 0.0; break;
        case MASKED: m[o[0]] = m[r[0]] != 0.0 ? m[r[1]] * m[r[2]] : 0.0; break;
        case LOGSUMEXP: log_sum_exp_once(m, s, t); break;
        case LOAD: m[o[0]] = sample->inputs[s->number]; break;
        case STORE: sample->stored[s->number] = m[r[0]]; break;
        case SEED: m[o[0]] = sample->seeds != NULL ? sample->seeds[s->number] : 1.0; break;
        case STORE_GRADIENT: sample->gradients[s->number] = m[r[0]]; break;
        }
    }
}


/* The Python type */

typedef struct {
    PyObject_HEAD
    Step *parts[3];       /* before, body, after: over one sample */
    Step *blocks;         /* the body over blocks */
    Py_ssize_t counts[3];
    int32_t *terms[4];    /* of parts, then of blocks */
    int32_t *fills;       /* pairs: slot, uniform number */
    int32_t *sums;        /* uniform numbers */
    double *start;        /* the uniform numbers before a run */
    int32_t *parameters;  /* for each, the uniform number of its gradient, or -1 */
    int32_t *seeds_to;    /* for each output, the sum that its seeds go to, or -1 */
    int32_t *results;     /* for each output, its uniform number, or -1 where the body stores it */
    Py_ssize_t uniforms, slots, fills_count, sums_count, inputs, stored, outputs, gradients;
    Py_ssize_t parameters_count, first_parameter;
    double *kept;         /* the memory of one worker, when no call uses it */
} Kernel;

static const int32_t NOT_A_PLACE = -1;

/* The place in a single array of what an operand names; NOT_A_PLACE if there is no such thing. */
static int32_t
place(const Kernel *kernel, const int32_t *fill_of, int32_t x)
{
    if (x < 0) {
        return ~x < kernel->uniforms ? ~x : NOT_A_PLACE;
    }
    if (x > kernel->slots) {
        return NOT_A_PLACE;
    }
    return x < kernel->slots && fill_of[x] >= 0 ? fill_of[x] : (int32_t)(kernel->uniforms + x);
}

static bool
malformed(const char *what)
{
    PyErr_Format(PyExc_ValueError, "kernel: the plan is malformed: %s", what);
    return false;
}

static const int TERM_SIZES[KINDS] = {[DOT] = 2, [DOTU] = 2, [GATHER] = 3, [LOGSUMEXP] = 2};

/* Read one step, in two forms: over blocks, and over one sample; everything it names is checked. */
static bool
read_step(Kernel *kernel, const int32_t *fill_of, const int32_t *f, int part, int32_t *terms, int32_t *block_terms,
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
    else if (kind == DOT || kind == DOTU || kind == STORE || kind == STORE_GRADIENT) {
        reads = 1;
        outs = kind == DOT || kind == DOTU;
    }
    else if (kind == LOAD || kind == SEED || kind == LOGSUMEXP) {
        reads = 0;
    }
    else if (kind == REDUCE) {
        outs = 0;
    }
    else if (kind == MASKED) {
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
        x = unneeded ? (int32_t)kernel->slots : x;
        block->outs[i] = unneeded && kind == GATHER ? -1 : x;
        once->outs[i] = place(kernel, fill_of, x);
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
        once->reads[i] = place(kernel, fill_of, x);
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
            if (x < 0 || x >= kernel->sums_count) {
                return malformed("a sum");
            }
            terms[f[9] + k] = kernel->sums[x];
            continue;
        }
        bool slot = position == 0 || kind == LOGSUMEXP || (kind == DOT && x >= 0);
        if (kind == LOGSUMEXP && position == 1 && x == -1) {
            x = (int32_t)kernel->slots;
            block_terms[f[9] + k] = x;
        }
        int32_t found = place(kernel, fill_of, x);
        if (found == NOT_A_PLACE || (body && (slot ? x < 0 : x >= 0))) {
            return malformed("a term");
        }
        terms[f[9] + k] = found;
        if (!slot && kind != DOT) {
            block_terms[f[9] + k] = ~x; /* where it is always a number, it is written plainly */
        }
    }
    Py_ssize_t limit = kind == LOAD ? kernel->inputs : kind == STORE ? kernel->stored : kind == SEED ? kernel->outputs
        : kind == STORE_GRADIENT ? kernel->gradients : kind == REDUCE ? kernel->sums_count : 1;
    if (f[11] < 0 || f[11] >= limit) {
        return malformed("a number of an input, output or sum");
    }
    block->number = f[11];
    once->number = kind == REDUCE ? kernel->sums[f[11]] : f[11];
    return true;
}

static void *
allocated(size_t count, size_t size)
{
    void *memory = PyMem_Calloc(count > 0 ? count : 1, size);
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
read_part(Kernel *kernel, const int32_t *fill_of, int part, const Py_buffer *code, const Py_buffer *terms)
{
    Py_ssize_t count = code->len / (STEP_FIELDS * (Py_ssize_t)sizeof(int32_t));
    Py_ssize_t terms_count = terms->len / (Py_ssize_t)sizeof(int32_t);
    kernel->counts[part] = count;
    kernel->parts[part] = allocated((size_t)count, sizeof(Step));
    Step *blocks = allocated((size_t)count, sizeof(Step));
    int32_t *own = copied(terms), *block_terms = copied(terms);
    kernel->terms[part] = own;
    bool fine = kernel->parts[part] != NULL && blocks != NULL && own != NULL && block_terms != NULL;
    const int32_t *fields = code->buf;
    for (Py_ssize_t i = 0; fine && i < count; i++) {
        fine = read_step(kernel, fill_of, fields + STEP_FIELDS * i, part, own, block_terms, terms_count,
                         &kernel->parts[part][i], &blocks[i]);
    }
    if (part == 1) {
        kernel->blocks = blocks;
        kernel->terms[3] = block_terms;
    }
    else {
        PyMem_Free(blocks);
        PyMem_Free(block_terms);
    }
    return fine;
}

static void
kernel_dealloc(PyObject *self)
{
    Kernel *kernel = (Kernel *)self;
    PyTypeObject *type = Py_TYPE(self);
    for (int i = 0; i < 3; i++) {
        PyMem_Free(kernel->parts[i]);
    }
    for (int i = 0; i < 4; i++) {
        PyMem_Free(kernel->terms[i]);
    }
    PyMem_Free(kernel->blocks);
    PyMem_Free(kernel->start);
    PyMem_Free(kernel->parameters);
    PyMem_Free(kernel->results);
    PyMem_Free(kernel->seeds_to);
    PyMem_Free(kernel->fills);
    PyMem_Free(kernel->sums);
    free(kernel->kept);
    type->tp_free(self);
    Py_DECREF(type);
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

/* Where a run starts and what it leaves: constants, gradients of parameters, outputs. */
static bool
read_ends(Kernel *kernel, const Py_buffer *b)
{
    Py_ssize_t count = b[9].len / (Py_ssize_t)sizeof(int32_t), results = b[10].len / (Py_ssize_t)sizeof(int32_t);
    if (b[8].len != kernel->uniforms * (Py_ssize_t)sizeof(double) || b[9].len % (Py_ssize_t)sizeof(int32_t) != 0
        || b[10].len % (Py_ssize_t)sizeof(int32_t) != 0 || kernel->first_parameter < 0
        || kernel->first_parameter > kernel->uniforms - count || results != kernel->outputs || results > kernel->stored || b[11].len != b[10].len) {
        return malformed("its ends");
    }
    kernel->parameters_count = count;
    kernel->start = allocated((size_t)kernel->uniforms, sizeof(double));
    kernel->parameters = copied(&b[9]);
    kernel->results = copied(&b[10]);
    kernel->seeds_to = copied(&b[11]);
    if (kernel->start == NULL || kernel->parameters == NULL || kernel->results == NULL || kernel->seeds_to == NULL) {
        return false;
    }
    memcpy(kernel->start, b[8].buf, (size_t)b[8].len);
    for (Py_ssize_t i = 0; i < count + 2 * results; i++) {
        Py_ssize_t j = i - count;
        int32_t x = j < 0 ? kernel->parameters[i] : j < results ? kernel->results[j] : kernel->seeds_to[j - results];
        if (x < -1 || x >= kernel->uniforms) {
            return malformed("a uniform number");
        }
    }
    return true;
}

static bool
read_plan(Kernel *kernel, const Py_buffer *b)
{
    enum { MOST = 1 << 30 };
    Py_ssize_t sizes[] = {kernel->uniforms, kernel->slots, kernel->inputs, kernel->stored, kernel->outputs, kernel->gradients};
    for (int i = 0; i < 6; i++) {
        if (sizes[i] < 0 || sizes[i] > MOST) {
            return malformed("a size");
        }
    }
    for (int i = 0; i < 8; i++) {
        Py_ssize_t unit = (i < 6 && i % 2 == 0 ? STEP_FIELDS : i == 6 ? 2 : 1) * (Py_ssize_t)sizeof(int32_t);
        if (b[i].len % unit != 0 || b[i].len / (Py_ssize_t)sizeof(int32_t) > MOST) {
            return malformed("a length");
        }
    }
    kernel->fills = copied(&b[6]);
    kernel->sums = copied(&b[7]);
    kernel->fills_count = b[6].len / (2 * (Py_ssize_t)sizeof(int32_t));
    kernel->sums_count = b[7].len / (Py_ssize_t)sizeof(int32_t);
    int32_t *fill_of = allocated((size_t)kernel->slots, sizeof(int32_t));
    bool fine = kernel->fills != NULL && kernel->sums != NULL && fill_of != NULL
        && are_numbers(kernel->fills, 2 * kernel->fills_count, 2, kernel->slots)
        && are_numbers(kernel->fills + 1, 2 * kernel->fills_count - 1, 2, kernel->uniforms)
        && are_numbers(kernel->sums, kernel->sums_count, 1, kernel->uniforms);
    if (fine) {
        memset(fill_of, 0xff, (size_t)kernel->slots * sizeof(int32_t));
        for (Py_ssize_t i = 0; i < kernel->fills_count; i++) {
            fill_of[kernel->fills[2 * i]] = kernel->fills[2 * i + 1];
        }
    }
    for (int part = 0; fine && part < 3; part++) {
        fine = read_part(kernel, fill_of, part, &b[2 * part], &b[2 * part + 1]);
    }
    PyMem_Free(fill_of);
    return fine && read_ends(kernel, b);
}

enum { BUFFERS = 12 };

static PyObject *
kernel_new(PyTypeObject *type, PyObject *arguments, PyObject *Py_UNUSED(keywords))
{
    Kernel *kernel = (Kernel *)type->tp_alloc(type, 0);
    if (kernel == NULL) {
        return NULL;
    }
    Py_buffer b[BUFFERS];
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*y*y*y*y*y*y*y*y*nnnnnnn", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6],
                          &b[7], &b[8], &b[9], &b[10], &b[11], &kernel->uniforms, &kernel->slots, &kernel->inputs, &kernel->stored,
                          &kernel->outputs, &kernel->gradients, &kernel->first_parameter)) {
        Py_DECREF(kernel);
        return NULL;
    }
    bool fine = read_plan(kernel, b);
    for (int i = 0; i < BUFFERS; i++) {
        PyBuffer_Release(&b[i]);
    }
    if (!fine) {
        Py_CLEAR(kernel);
    }
    return (PyObject *)kernel;
}


/* Batches, by one or more threads */

typedef struct {
    const Kernel *kernel;
    Batch batch;
    const double *uniforms;
    double *group_sums; /* for each group, one number for each sum */
    long group_size, groups;
    atomic_long next;
} Job;

/* Slots with one more for what nobody needs, lanes, uniform numbers; on a cache line's boundary. */
static double *
allocate_work(const Kernel *kernel)
{
    size_t doubles = (size_t)(kernel->slots + 1) * BLOCK + 8 * (size_t)kernel->sums_count;
    size_t bytes = doubles * sizeof(double);
    return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static void
work_on(Job *job, double *memory)
{
    const Kernel *kernel = job->kernel;
    Work work = {
        .slots = memory,
        .uniforms = (double *)job->uniforms,
        .lanes = memory + (size_t)(kernel->slots + 1) * BLOCK,
    };
    for (Py_ssize_t i = 0; i < kernel->fills_count; i++) {
        double *slot = SLOT(&work, kernel->fills[2 * i]), number = job->uniforms[kernel->fills[2 * i + 1]];
        for (int k = 0; k < BLOCK; k++) {
            slot[k] = number;
        }
    }
    long group;
    while ((group = atomic_fetch_add(&job->next, 1)) < job->groups) {
        memset(work.lanes, 0, 8 * (size_t)kernel->sums_count * sizeof(double));
        long end = (group + 1) * job->group_size;
        end = end < job->batch.samples ? end : job->batch.samples;
        for (long first = group * job->group_size; first < end; first += BLOCK) {
            run_block(&work, &job->batch, first, end - first < BLOCK ? end - first : BLOCK);
        }
        double *sums = job->group_sums + group * kernel->sums_count;
        for (Py_ssize_t i = 0; i < kernel->sums_count; i++) {
            const double *l = work.lanes + 8 * i;
            sums[i] = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
        }
    }
}

static void *
helper_thread(void *argument)
{
    double *memory = allocate_work(((Job *)argument)->kernel);
    if (memory != NULL) { /* else the other threads do the work */
        work_on(argument, memory);
        free(memory);
    }
    return NULL;
}

static void
run_threads(Job *job, int threads, double *memory)
{
    enum { MOST_THREADS = 256 };
    pthread_t helpers[MOST_THREADS];
    int started = 0;
    long useful = job->groups < threads ? job->groups : threads;
    while (started + 1 < useful && started < MOST_THREADS
           && pthread_create(&helpers[started], NULL, helper_thread, job) == 0) {
        started++;
    }
    work_on(job, memory);
    for (int i = 0; i < started; i++) {
        pthread_join(helpers[i], NULL);
    }
}

/* A batch between its uniform parts; false if memory ran out. */
static bool
run_batch(Kernel *kernel, const Batch *batch, double *m, int threads)
{
    long blocks = (batch->samples + BLOCK - 1) / BLOCK;
    long in_group = (blocks + MOST_GROUPS - 1) / MOST_GROUPS;
    Job job = {.kernel = kernel, .batch = *batch, .uniforms = m};
    job.group_size = (in_group > GROUP_BLOCKS ? in_group : GROUP_BLOCKS) * BLOCK;
    job.groups = (batch->samples + job.group_size - 1) / job.group_size;
    atomic_init(&job.next, 0);
    double *memory = kernel->kept;
    kernel->kept = NULL;
    if (memory == NULL) {
        memory = allocate_work(kernel);
    }
    job.group_sums = malloc(((size_t)job.groups * (size_t)kernel->sums_count + 1) * sizeof(double));
    bool fine = memory != NULL && job.group_sums != NULL;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        run_threads(&job, threads, memory);
        Py_END_ALLOW_THREADS
        for (long group = 0; group < job.groups; group++) {
            for (Py_ssize_t i = 0; i < kernel->sums_count; i++) {
                m[kernel->sums[i]] += job.group_sums[group * kernel->sums_count + i];
            }
        }
    }
    free(job.group_sums);
    if (kernel->kept == NULL) {
        kernel->kept = memory;
    }
    else {
        free(memory);
    }
    return fine;
}

static bool
is_size(const Py_buffer *buffer, Py_ssize_t doubles, const char *what)
{
    if (buffer->len != doubles * (Py_ssize_t)sizeof(double)) {
        PyErr_Format(PyExc_ValueError, "run: %s must have %zd numbers, got %zd bytes", what, doubles, buffer->len);
        return false;
    }
    return true;
}

static bool
run_plan(Kernel *kernel, double *uniforms, const Batch *batch, const double *presets, int threads)
{
    size_t places = (size_t)(kernel->uniforms + kernel->slots + 1);
    double *m = malloc(places * sizeof(double));
    if (m == NULL) {
        return false;
    }
    memcpy(m, uniforms, (size_t)kernel->uniforms * sizeof(double));
    memset(m + kernel->uniforms, 0, (size_t)(kernel->slots + 1) * sizeof(double));
    Sample sample = {batch->columns, batch->seeds, batch->stored, batch->gradients};
    run_once(m, kernel->parts[0], kernel->counts[0], kernel->terms[0], &sample);
    for (Py_ssize_t i = 0; i < kernel->sums_count; i++) {
        m[kernel->sums[i]] = 0.0;
    }
    bool fine = true;
    if (batch->samples == 1) {
        run_once(m, kernel->parts[1], kernel->counts[1], kernel->terms[1], &sample);
    }
    else if (batch->samples > 1) {
        fine = run_batch(kernel, batch, m, threads);
    }
    for (Py_ssize_t i = 0; i < kernel->sums_count; i++) {
        m[kernel->sums[i]] += presets[i];
    }
    run_once(m, kernel->parts[2], kernel->counts[2], kernel->terms[2], &sample);
    memcpy(uniforms, m, (size_t)kernel->uniforms * sizeof(double));
    free(m);
    return fine;
}

PyDoc_STRVAR(run_doc,
"run($self, uniforms, columns, seeds, samples, presets, stored, gradients, threads, /)\n--\n\n"
"Run over all samples; writes uniforms, stored and gradients. All are buffers of doubles; seeds may be None.");

static PyObject *
kernel_run(PyObject *self, PyObject *arguments)
{
    Kernel *kernel = (Kernel *)self;
    Py_buffer uniforms, columns, seeds = {0}, presets, stored, gradients;
    PyObject *seeds_object;
    Py_ssize_t samples;
    int threads;
    if (!PyArg_ParseTuple(arguments, "w*y*Ony*w*w*i", &uniforms, &columns, &seeds_object, &samples, &presets, &stored,
                          &gradients, &threads)) {
        return NULL;
    }
    bool fine = samples >= 0 && samples < PY_SSIZE_T_MAX / 1024;
    if (!fine) {
        PyErr_Format(PyExc_ValueError, "run: samples out of range, got %zd", samples);
    }
    fine = fine && (seeds_object == Py_None || PyObject_GetBuffer(seeds_object, &seeds, PyBUF_C_CONTIGUOUS) == 0);
    fine = fine && is_size(&uniforms, kernel->uniforms, "uniforms") && is_size(&columns, kernel->inputs * samples, "columns")
        && (seeds_object == Py_None || is_size(&seeds, kernel->outputs * samples, "seeds"))
        && is_size(&presets, kernel->sums_count, "presets") && is_size(&stored, kernel->stored * samples, "stored")
        && is_size(&gradients, kernel->gradients * samples, "gradients");
    if (fine) {
        Batch batch = {kernel->blocks, kernel->counts[1], kernel->terms[3], columns.buf, seeds.buf, stored.buf, gradients.buf,
                       (long)samples, kernel->slots};
        fine = run_plan(kernel, uniforms.buf, &batch, presets.buf, threads);
        if (!fine) {
            PyErr_NoMemory();
        }
    }
    PyBuffer_Release(&uniforms);
    PyBuffer_Release(&columns);
    PyBuffer_Release(&presets);
    PyBuffer_Release(&stored);
    PyBuffer_Release(&gradients);
    if (seeds.obj != NULL) {
        PyBuffer_Release(&seeds);
    }
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Parameters: Values, which the C core lets be read and written where they are */

static PyTypeObject *value_type;
static Py_ssize_t data_offset, grad_offset;

static inline double *
number_in(PyObject *value, Py_ssize_t offset)
{
    return value_type != NULL && PyObject_TypeCheck(value, value_type) ? (double *)((char *)value + offset) : NULL;
}

static bool
read_data(PyObject *values, double *to)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(values); i++) {
        PyObject *value = PyTuple_GET_ITEM(values, i);
        double *data = number_in(value, data_offset);
        if (data != NULL) {
            to[i] = *data;
            continue;
        }
        PyObject *number = PyObject_GetAttrString(value, "data");
        to[i] = number != NULL ? PyFloat_AsDouble(number) : -1.0;
        Py_XDECREF(number);
        if (to[i] == -1.0 && PyErr_Occurred()) {
            return false;
        }
    }
    return true;
}

/* Add a number to a Value's grad. */
static bool
add_grad(PyObject *value, double number)
{
    double *grad = number_in(value, grad_offset);
    if (grad != NULL) {
        *grad += number;
        return true;
    }
    PyObject *before = PyObject_GetAttrString(value, "grad");
    PyObject *after = before != NULL ? PyFloat_FromDouble(PyFloat_AsDouble(before) + number) : NULL;
    bool fine = after != NULL && !PyErr_Occurred() && PyObject_SetAttrString(value, "grad", after) == 0;
    Py_XDECREF(before);
    Py_XDECREF(after);
    return fine;
}

PyDoc_STRVAR(once_doc,
"once($self, arguments, parameters, learn, single, /)\n--\n\n"
"Run one sample given as floats, and add to the parameters' grad if it is to learn; NotImplemented for other arguments.");

static PyObject *
outputs_of(const Kernel *kernel, const double *m, const double *stored, int single)
{
    PyObject *all = single ? NULL : PyTuple_New(kernel->outputs);
    for (Py_ssize_t i = 0; (single || all != NULL) && i < kernel->outputs; i++) {
        PyObject *number = PyFloat_FromDouble(kernel->results[i] >= 0 ? m[kernel->results[i]] : stored[i]);
        if (single) {
            return number;
        }
        if (number == NULL) {
            Py_CLEAR(all);
            break;
        }
        PyTuple_SET_ITEM(all, i, number);
    }
    return all;
}

static bool
learn_from(const Kernel *kernel, const double *m, PyObject *parameters)
{
    for (Py_ssize_t i = 0; i < kernel->parameters_count; i++) {
        if (kernel->parameters[i] >= 0 && !add_grad(PyTuple_GET_ITEM(parameters, i), m[kernel->parameters[i]])) {
            return false;
        }
    }
    return true;
}

static PyObject *
kernel_once(PyObject *self, PyObject *arguments)
{
    Kernel *kernel = (Kernel *)self;
    PyObject *numbers, *parameters, *result = NULL;
    int learn, single;
    if (!PyArg_ParseTuple(arguments, "O!O!pp", &PyTuple_Type, &numbers, &PyTuple_Type, &parameters, &learn, &single)) {
        return NULL;
    }
    Py_ssize_t given = PyTuple_GET_SIZE(numbers);
    if (given < kernel->inputs || PyTuple_GET_SIZE(parameters) != kernel->parameters_count) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    for (Py_ssize_t i = 0; i < given; i++) {
        if (!PyFloat_CheckExact(PyTuple_GET_ITEM(numbers, i))) {
            Py_RETURN_NOTIMPLEMENTED;
        }
    }
    size_t places = (size_t)(kernel->uniforms + kernel->slots + 1);
    double *m = PyMem_Malloc((places + (size_t)(given + kernel->stored + kernel->gradients)) * sizeof(double));
    if (m == NULL) {
        return PyErr_NoMemory();
    }
    double *inputs = m + places, *stored = inputs + given, *gradients = stored + kernel->stored;
    memcpy(m, kernel->start, (size_t)kernel->uniforms * sizeof(double));
    memset(m + kernel->uniforms, 0, (size_t)(kernel->slots + 1) * sizeof(double));
    for (Py_ssize_t i = 0; i < given; i++) {
        inputs[i] = PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(numbers, i));
    }
    if (read_data(parameters, m + kernel->first_parameter)) {
        Sample sample = {inputs, NULL, stored, gradients};
        for (int part = 0; part < 3; part++) {
            if (part == 2) {
                for (Py_ssize_t i = 0; i < kernel->outputs && learn; i++) {
                    if (kernel->seeds_to[i] >= 0) {
                        m[kernel->seeds_to[i]] += 1.0;
                    }
                }
            }
            run_once(m, kernel->parts[part], kernel->counts[part], kernel->terms[part], &sample);
        }
        if (!learn || learn_from(kernel, m, parameters)) {
            result = outputs_of(kernel, m, stored, single);
        }
    }
    PyMem_Free(m);
    return result;
}

static PyObject *
module_use(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *type;
    if (!PyArg_ParseTuple(arguments, "O!nn", &PyType_Type, &type, &data_offset, &grad_offset)) {
        return NULL;
    }
    Py_ssize_t size = ((PyTypeObject *)type)->tp_basicsize - (Py_ssize_t)sizeof(double);
    if (data_offset < 0 || data_offset > size || grad_offset < 0 || grad_offset > size) {
        PyErr_SetString(PyExc_ValueError, "use: offsets must lie within the type");
        return NULL;
    }
    Py_INCREF(type);
    Py_XSETREF(value_type, (PyTypeObject *)type);
    Py_RETURN_NONE;
}

static PyObject *
module_read(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *values;
    Py_buffer to;
    if (!PyArg_ParseTuple(arguments, "O!w*", &PyTuple_Type, &values, &to)) {
        return NULL;
    }
    bool fine = is_size(&to, PyTuple_GET_SIZE(values), "the numbers") && read_data(values, to.buf);
    PyBuffer_Release(&to);
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
module_add(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *values;
    Py_buffer from;
    if (!PyArg_ParseTuple(arguments, "O!y*", &PyTuple_Type, &values, &from)) {
        return NULL;
    }
    bool fine = is_size(&from, PyTuple_GET_SIZE(values), "the gradients");
    for (Py_ssize_t i = 0; fine && i < PyTuple_GET_SIZE(values); i++) {
        fine = add_grad(PyTuple_GET_ITEM(values, i), ((double *)from.buf)[i]);
    }
    PyBuffer_Release(&from);
    if (!fine) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef module_functions[] = {
    {"use", module_use, METH_VARARGS,
     "use(type, data, grad, /)\n--\n\nTake the C core's Value type and where in it data and grad are."},
    {"read", module_read, METH_VARARGS, "read(values, numbers, /)\n--\n\nRead the data of a tuple of Values."},
    {"add", module_add, METH_VARARGS, "add(values, gradients, /)\n--\n\nAdd to the grad of a tuple of Values."},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef kernel_methods[] = {
    {"once", kernel_once, METH_VARARGS, once_doc},
    {"run", kernel_run, METH_VARARGS, run_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(kernel_doc, "A plan, encoded by kernel_c.py, checked and ready to run.");

static PyType_Slot kernel_slots[] = {
    {Py_tp_doc, (void *)kernel_doc},
    {Py_tp_new, kernel_new},
    {Py_tp_dealloc, kernel_dealloc},
    {Py_tp_methods, kernel_methods},
    {0, NULL},
};

static PyType_Spec kernel_spec = {"autograd._replay.Kernel", sizeof(Kernel), 0, Py_TPFLAGS_DEFAULT, kernel_slots};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, "autograd._replay", "Replay's kernel in C; replay/kernel_c.py is its user.", -1, module_functions,
    NULL, NULL, NULL, NULL,
};

static int
add_to_module(PyObject *module)
{
    static const char *const names[] = {KIND_NAMES};
    PyObject *kinds = PyTuple_New(KINDS);
    for (Py_ssize_t i = 0; kinds != NULL && i < KINDS; i++) {
        PyObject *name = PyUnicode_FromString(names[i]);
        if (name == NULL) {
            Py_CLEAR(kinds);
            break;
        }
        PyTuple_SET_ITEM(kinds, i, name);
    }
    if (kinds == NULL || PyModule_AddObject(module, "KINDS", kinds) < 0) {
        Py_XDECREF(kinds);
        return -1;
    }
    PyObject *type = PyType_FromSpec(&kernel_spec);
    if (type == NULL || PyModule_AddObject(module, "Kernel", type) < 0) {
        Py_XDECREF(type);
        return -1;
    }
    return PyModule_AddStringConstant(module, "INSTRUCTION_SET", instruction_set) < 0
            || PyModule_AddIntConstant(module, "NONE", NONE) < 0 ? -1 : 0;
}

PyMODINIT_FUNC
PyInit__replay(void)
{
    choose_instruction_set();
    PyObject *module = PyModule_Create(&module_definition);
    if (module != NULL && add_to_module(module) < 0) {
        Py_CLEAR(module);
    }
    return module;
}
