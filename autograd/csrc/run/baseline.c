/* Blocks of samples for any processor. */

#define ISA(NAME) NAME##_baseline
#define WIDTH 2
#include "blocks.h"
#include "dots.h"
