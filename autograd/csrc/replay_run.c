/* Runs a batch of samples in blocks, on one or more threads.

   A batch is cut into groups of blocks by its length alone. Each group has sums of its own, which are added in the order
   of the groups: the result doesn't depend on how many threads took them. */

#include "replay.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    BlockRunner run;
} SETS[] = {
    {"baseline", replay_block_baseline},
#if defined(__x86_64__)
    {"avx2", replay_block_avx2},
    {"avx512", replay_block_avx512},
#endif
};
static int chosen;

static bool
processor_has(int set)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return set == 0 || (set == 1 && avx2) || (set == 2 && avx2 && avx512);
#else
    return set == 0;
#endif
}

const char *
replay_instruction_set(int set)
{
    return set < (int)(sizeof SETS / sizeof *SETS) && processor_has(set) ? SETS[set].name : NULL;
}

bool
replay_choose(const char *name)
{
    bool found = false;
    for (int set = 0; replay_instruction_set(set) != NULL; set++) {
        if (name == NULL || strcmp(name, SETS[set].name) == 0) {
            chosen = set;
            found = true;
        }
    }
    return found;
}

const char *
replay_chosen(void)
{
    return SETS[chosen].name;
}


/* Batches, by one or more threads */

typedef struct {
    const Plan *plan;
    Batch batch;
    const double *uniforms;
    double *group_sums; /* for each group, one number for each sum */
    long group_size, groups;
    int set;
    atomic_long next;
} Job;

/* Slots with one more for what nobody needs, lanes, uniform numbers; on a cache line's boundary. */
static double *
allocate_work(const Plan *plan)
{
    size_t doubles = (size_t)(plan->slots + 1) * BLOCK + 8 * (size_t)plan->sums_count;
    size_t bytes = doubles * sizeof(double);
    return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static void
work_on(Job *job, double *memory)
{
    const Plan *plan = job->plan;
    Work work = {
        .slots = memory,
        .uniforms = (double *)job->uniforms,
        .lanes = memory + (size_t)(plan->slots + 1) * BLOCK,
    };
    for (Py_ssize_t i = 0; i < plan->fills_count; i++) {
        double *slot = SLOT(&work, plan->fills[2 * i]), number = job->uniforms[plan->fills[2 * i + 1]];
        for (int k = 0; k < BLOCK; k++) {
            slot[k] = number;
        }
    }
    long group;
    while ((group = atomic_fetch_add(&job->next, 1)) < job->groups) {
        memset(work.lanes, 0, 8 * (size_t)plan->sums_count * sizeof(double));
        long end = (group + 1) * job->group_size;
        end = end < job->batch.samples ? end : job->batch.samples;
        for (long first = group * job->group_size; first < end; first += BLOCK) {
            SETS[job->set].run(&work, &job->batch, first, end - first < BLOCK ? end - first : BLOCK);
        }
        double *sums = job->group_sums + group * plan->sums_count;
        for (Py_ssize_t i = 0; i < plan->sums_count; i++) {
            const double *l = work.lanes + 8 * i;
            sums[i] = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
        }
    }
}

static void *
helper_thread(void *argument)
{
    double *memory = allocate_work(((Job *)argument)->plan);
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

bool
replay_batch(Plan *plan, const Batch *batch, double *m, int threads)
{
    long blocks = (batch->samples + BLOCK - 1) / BLOCK;
    long in_group = (blocks + MOST_GROUPS - 1) / MOST_GROUPS;
    Job job = {.plan = plan, .batch = *batch, .uniforms = m, .set = chosen};
    job.group_size = (in_group > GROUP_BLOCKS ? in_group : GROUP_BLOCKS) * BLOCK;
    job.groups = (batch->samples + job.group_size - 1) / job.group_size;
    atomic_init(&job.next, 0);
    double *memory = plan->kept;
    plan->kept = NULL;
    if (memory == NULL) {
        memory = allocate_work(plan);
    }
    job.group_sums = malloc(((size_t)job.groups * (size_t)plan->sums_count + 1) * sizeof(double));
    bool fine = memory != NULL && job.group_sums != NULL;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        run_threads(&job, threads, memory);
        Py_END_ALLOW_THREADS
        for (long group = 0; group < job.groups; group++) {
            for (Py_ssize_t i = 0; i < plan->sums_count; i++) {
                m[plan->sums[i]] += job.group_sums[group * plan->sums_count + i];
            }
        }
    }
    free(job.group_sums);
    if (plan->kept == NULL) {
        plan->kept = memory;
    }
    else {
        free(memory);
    }
    return fine;
}

