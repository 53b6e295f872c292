/* A step of an optimiser, in a capsule of the name STEP: what `Kernel.descend` calls after each batch. */

#ifndef AUTOGRAD_STEP_H
#define AUTOGRAD_STEP_H

#include <stddef.h>

#define STEP "autograd.compiler.run.step"

typedef struct BoundStep {
    ptrdiff_t first, count, steps; /* which of all numbers it changes; how many steps it has settings for */
    void (*make)(const struct BoundStep *, ptrdiff_t step, double *numbers, const double *gradients);
} BoundStep;

#endif
