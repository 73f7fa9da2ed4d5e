//go:build amd64

// AVX-512: 12 rows × 32 columns fill 24 of the 32 registers.
#include "kernels.h"
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define LANES 16
#define ROWS 12
#define PANEL 2

typedef __m512 vec;
typedef int ints __attribute__((vector_size(64)));
#define SPLAT(x) _mm512_set1_ps(x)
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, x) _mm512_storeu_ps(p, x)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define POSITIVE(x) (unsigned)_mm512_cmp_ps_mask(x, SPLAT(0), _CMP_GT_OQ)
#define RELU(x) _mm512_max_ps(SPLAT(0), x) // of NaN and 0 the second, NaN
#define KEEP(x, bits) _mm512_maskz_mov_ps((__mmask16)(bits), x)

#include "body.h"

const kernels kernels_avx512 = TABLE;
