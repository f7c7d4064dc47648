#pragma once

// Loops over plain arrays: compiled for AVX2 as well, and chosen when the program starts. Without fused multiply-add every machine rounds alike, so a
// run gives the same bits whichever version it gets.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CONCORD_VECTOR_LOOP __attribute__((target_clones("avx2", "default"), optimize("O3", "fp-contract=off")))
#else
#define CONCORD_VECTOR_LOOP
#endif
