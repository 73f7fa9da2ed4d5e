//go:build arm64

// NEON: 6 rows × 16 columns fill 24 of the 32 registers.
#include "kernels.h"
#include <arm_neon.h>
#include <string.h>

#define TARGET
#define LANES 4
#define ROWS 6
#define PANEL 1

typedef float32x4_t vec;
typedef int ints __attribute__((vector_size(16)));
#define SPLAT(x) vdupq_n_f32(x)
#define LOAD(p) vld1q_f32(p)
#define STORE(p, x) vst1q_f32(p, x)
#define FMA(a, b, c) vfmaq_f32(c, a, b)
#define FNMA(a, b, c) vfmsq_f32(c, a, b)
#define POSITIVE(x) (unsigned)vaddvq_u32(vandq_u32(vcgtq_f32(x, SPLAT(0)), (uint32x4_t){1, 2, 4, 8}))
#define RELU(x) vmaxq_f32(x, SPLAT(0)) // of NaN and 0, NaN
#define KEEP(x, bits) (vec)((ints)(x) & ((((ints){0} + (int)(bits)) & (ints){1, 2, 4, 8}) != 0))

#include "body.h"

const kernels kernels_neon = TABLE;
