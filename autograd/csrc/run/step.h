/* An optimiser step, in a capsule of the name STEP, called by `Kernel.descend` after each batch. */

#ifndef AUTOGRAD_STEP_H
#define AUTOGRAD_STEP_H

#include <stddef.h>

#define STEP "autograd.compiler.run.step"

typedef struct BoundStep {
    ptrdiff_t first, count, steps; /* the range of numbers it updates; the number of steps it has settings for */
    void (*make)(const struct BoundStep *, ptrdiff_t step, double *numbers, const double *gradients);
} BoundStep;

#endif
