/* Runs a batch of samples in blocks, on one or more threads.

   A batch is divided into groups of blocks by its length alone. Each group has its own sums, which are added in the order
   of the groups: the result doesn't depend on the number of threads. A plan isn't changed by a run. */

#include "calls.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* Memory */

static atomic_long allowed = -1, held;

long
replay_fail_after(long allocations)
{
    atomic_store(&allowed, allocations);
    return atomic_load(&held);
}

void *
replay_allocate(size_t count, size_t size)
{
    if (atomic_load(&allowed) >= 0 && atomic_fetch_sub(&allowed, 1) <= 0) {
        atomic_store(&allowed, 0);
        return NULL;
    }
    if (count > (SIZE_MAX - 128) / size) {
        return NULL;
    }
    size_t bytes = (count * size + 63) & ~(size_t)63;
    void *memory = aligned_alloc(64, bytes > 0 ? bytes : 64); /* at a cache line */
    if (memory == NULL) {
        return NULL;
    }
    atomic_fetch_add(&held, 1);
    return memset(memory, 0, bytes);
}

void
replay_free(void *memory)
{
    if (memory != NULL) {
        atomic_fetch_sub(&held, 1);
    }
    free(memory);
}


/* Groups of blocks, each with its sums */

typedef struct {
    const Plan *plan;
    Batch batch;
    const double *uniforms;
    double *group_sums; /* for each group, one number for each sum */
    long group_size, groups;
    atomic_long next;
    atomic_bool stopped;
} Job;

/* The calling thread: what it needs to handle signals, which helpers don't. */
typedef struct {
    PyThreadState *state;
    struct timespec looked;
    bool interrupted;
} Caller;

/* Slots with one more for unused results, then lanes. */
static double *
allocate_work(const Plan *plan)
{
    return replay_allocate((size_t)(plan->slots + 1) * FARTHEST + 8 * (size_t)plan->sums_count, sizeof(double));
}

/* Twenty times a second, so that Ctrl-C ends a long run. */
static void
look_at_signals(Job *job, Caller *caller)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - caller->looked.tv_sec) * 1000 + (now.tv_nsec - caller->looked.tv_nsec) / 1000000 < 50) {
        return;
    }
    caller->looked = now;
    PyEval_RestoreThread(caller->state);
    caller->interrupted = PyErr_CheckSignals() < 0;
    caller->state = PyEval_SaveThread();
    if (caller->interrupted) {
        atomic_store(&job->stopped, true);
    }
}

static void
work_on(Job *job, double *memory, Caller *caller)
{
    const Plan *plan = job->plan;
    const Batch *batch = &job->batch;
    const long filled = batch->samples < BLOCK ? (batch->samples + 7) & ~7L : BLOCK;
    Work work = {
        .slots = memory,
        .uniforms = (double *)job->uniforms,
        .lanes = memory + (size_t)(plan->slots + 1) * FARTHEST,
        /* As dense as the samples allow, but not a power of 2 apart, which would use few lines of a cache. */
        .stride = filled % 64 == 0 ? filled + 8 : filled,
    };
    for (ptrdiff_t i = 0; i < plan->fills_count; i++) {
        double *slot = SLOT(&work, plan->fills[2 * i]), number = job->uniforms[plan->fills[2 * i + 1]];
        for (long k = 0; k < filled; k++) {
            slot[k] = number;
        }
    }
    long group;
    while ((group = atomic_fetch_add(&job->next, 1)) < job->groups) {
        memset(work.lanes, 0, 8 * (size_t)plan->sums_count * sizeof(double));
        long end = (group + 1) * job->group_size;
        end = end < batch->samples ? end : batch->samples;
        for (long first = group * job->group_size; first < end; first += BLOCK) {
            if (atomic_load_explicit(&job->stopped, memory_order_relaxed)) {
                return;
            }
            plan->set->run(&work, batch, first, end - first < BLOCK ? end - first : BLOCK);
            if (caller != NULL) {
                look_at_signals(job, caller);
            }
        }
        double *sums = job->group_sums + group * plan->sums_count;
        for (ptrdiff_t i = 0; i < plan->sums_count; i++) {
            const double *l = work.lanes + 8 * i;
            sums[i] = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
        }
    }
}

static void *
helper_thread(void *argument)
{
    double *memory = allocate_work(((Job *)argument)->plan);
    if (memory != NULL) { /* otherwise the other threads do the work */
        work_on(argument, memory, NULL);
        replay_free(memory);
    }
    return NULL;
}

/* Threads are created for each run: that takes microseconds, and leaves nothing for a fork to break. */
static bool
run_threads(Job *job, int threads, double *memory)
{
    enum { MOST_THREADS = 256 };
    pthread_t helpers[MOST_THREADS];
    int started = 0;
    long useful = job->groups < threads ? job->groups : threads;
    Caller caller = {.state = PyEval_SaveThread()};
    clock_gettime(CLOCK_MONOTONIC, &caller.looked);
    while (started + 1 < useful && started < MOST_THREADS
           && pthread_create(&helpers[started], NULL, helper_thread, job) == 0) {
        started++;
    }
    work_on(job, memory, &caller);
    for (int i = 0; i < started; i++) {
        pthread_join(helpers[i], NULL);
    }
    PyEval_RestoreThread(caller.state);
    return !caller.interrupted;
}

bool
replay_batch(Plan *plan, const Batch *batch, double *m, int threads)
{
    enum { LITTLE = 100000 };
    long blocks = (batch->samples + BLOCK - 1) / BLOCK;
    long in_group = (blocks + MOST_GROUPS - 1) / MOST_GROUPS;
    Job job = {.plan = plan, .batch = *batch, .uniforms = m};
    job.group_size = (in_group > GROUP_BLOCKS ? in_group : GROUP_BLOCKS) * BLOCK;
    job.groups = (batch->samples + job.group_size - 1) / job.group_size;
    atomic_init(&job.next, 0);
    atomic_init(&job.stopped, false);
    double *memory = plan->kept;
    plan->kept = NULL;
    if (memory == NULL) {
        memory = allocate_work(plan);
    }
    job.group_sums = replay_allocate((size_t)job.groups * (size_t)plan->sums_count, sizeof(double));
    bool fine = memory != NULL && job.group_sums != NULL;
    if (!fine) {
        PyErr_NoMemory();
    }
    else if (threads == 1 && batch->samples * plan->counts[1] < LITTLE) {
        work_on(&job, memory, NULL);
    }
    else {
        fine = run_threads(&job, threads, memory);
    }
    for (long group = 0; fine && group < job.groups; group++) {
        for (ptrdiff_t i = 0; i < plan->sums_count; i++) {
            m[plan->sums[i]] += job.group_sums[group * plan->sums_count + i];
        }
    }
    replay_free(job.group_sums);
    if (plan->kept == NULL) {
        plan->kept = memory;
    }
    else {
        replay_free(memory);
    }
    return fine;
}


/* A whole run */

size_t
replay_places(const Plan *plan)
{
    return (size_t)(plan->uniforms + plan->slots + 1);
}

void
replay_sample(const Plan *plan, double *places, const Sample *sample)
{
    replay_once(plan, 0, places, NULL);
    for (ptrdiff_t i = 0; i < plan->sums_count; i++) {
        places[plan->sums[i]] = 0.0;
    }
    replay_once(plan, 1, places, sample);
    for (ptrdiff_t i = 0; i < plan->outputs; i++) {
        if (plan->seeds_to[i] >= 0) {
            places[plan->seeds_to[i]] += sample->seed;
        }
    }
    replay_once(plan, 2, places, NULL);
}

/* The body for one sample of a batch. */
static bool
run_single(Plan *plan, const Batch *batch, double *places)
{
    double *numbers = replay_allocate((size_t)(plan->inputs + plan->stored + plan->gradients), sizeof(double));
    if (numbers == NULL) {
        PyErr_NoMemory();
        return false;
    }
    Sample sample = {numbers, batch->seeds, batch->seed, numbers + plan->inputs, numbers + plan->inputs + plan->stored};
    for (ptrdiff_t i = 0; i < plan->inputs; i++) {
        memcpy(numbers + i, batch->columns[i].at, sizeof(double));
    }
    for (ptrdiff_t i = 0; plan->stores_gradients && i < plan->gradients; i++) {
        sample.gradients[i] = *batch->gradients[i];
    }
    replay_once(plan, 1, places, &sample);
    for (ptrdiff_t i = 0; i < plan->stored; i++) {
        *batch->stored[i] = sample.stored[i];
    }
    for (ptrdiff_t i = 0; plan->stores_gradients && i < plan->gradients; i++) {
        *batch->gradients[i] = sample.gradients[i];
    }
    replay_free(numbers);
    return true;
}

bool
replay_run(Plan *plan, double *places, const Batch *batch, const double *seed_totals, int threads)
{
    replay_once(plan, 0, places, NULL);
    for (ptrdiff_t i = 0; i < plan->sums_count; i++) {
        places[plan->sums[i]] = 0.0;
    }
    bool fine = true;
    if (batch->samples == 1) {
        fine = run_single(plan, batch, places);
    }
    else if (batch->samples > 1) {
        fine = replay_batch(plan, batch, places, threads);
    }
    for (ptrdiff_t i = 0; i < plan->outputs; i++) {
        if (plan->seeds_to[i] >= 0) {
            places[plan->seeds_to[i]] += seed_totals[i];
        }
    }
    if (fine) {
        replay_once(plan, 2, places, NULL);
    }
    return fine;
}
