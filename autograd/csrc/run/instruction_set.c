/* The instruction set for plans made from now on. */

#include "kernel.h"

#include <string.h>

static const InstructionSet SETS[] = {
    {"baseline", replay_block_baseline, replay_dots_baseline},
#if defined(__x86_64__)
    {"avx2", replay_block_avx2, replay_dots_avx2},
    {"avx512", replay_block_avx512, replay_dots_avx512},
#endif
};
static const InstructionSet *chosen = SETS;

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

const InstructionSet *
replay_instruction_set(int set)
{
    return set < (int)(sizeof SETS / sizeof *SETS) && processor_has(set) ? &SETS[set] : NULL;
}

const InstructionSet *
replay_chosen(void)
{
    return chosen;
}

bool
replay_choose(const char *name)
{
    bool found = false;
    for (int set = 0; replay_instruction_set(set) != NULL; set++) {
        if (name == NULL || strcmp(name, SETS[set].name) == 0) {
            chosen = &SETS[set];
            found = true;
        }
    }
    return found;
}
