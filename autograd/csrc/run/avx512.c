/* Blocks of samples for x86-64 processors with AVX-512. */

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,fma,prefer-vector-width=512")
#endif

#define MADD(A, B, C) __builtin_fma(A, B, C)
#define ISA(NAME) NAME##_avx512
#define WIDTH 8
#include "blocks.h"
#include "dots.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else
typedef int nothing_here;
#endif
