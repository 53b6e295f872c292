/* Blocks of samples for x86-64 processors with AVX2 and FMA. */

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define MADD(A, B, C) __builtin_fma(A, B, C)
#define ISA(NAME) NAME##_avx2
#define WIDTH 4
#include "blocks.h"
#include "dots.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else
typedef int nothing_here;
#endif
