//go:build amd64

// AVX2 with FMA: 6 rows × 16 columns fill 12 of the 16 registers.
#include "kernels.h"
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 6
#define PANEL 1

typedef __m256 vec;
typedef int ints __attribute__((vector_size(32)));
#define SPLAT(x) _mm256_set1_ps(x)
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, x) _mm256_storeu_ps(p, x)
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define POSITIVE(x) (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(x, SPLAT(0), _CMP_GT_OQ))
#define RELU(x) _mm256_max_ps(SPLAT(0), x) // of NaN and 0 the second, NaN
#define KEEP(x, bits) (vec)((ints)(x) & ((((ints){0} + (int)(bits)) & (ints){1, 2, 4, 8, 16, 32, 64, 128}) != 0))

#include "body.h"

const kernels kernels_avx2 = TABLE;
