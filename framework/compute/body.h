// Everything that the variants have in common: they include it once each, with
// their own vectors. Vectors stay inside functions and macros, since
// how one is passed depends on flags that cgo does not let us set.
#define FUNCTION static __attribute__((noinline)) TARGET void
#define INLINE static inline __attribute__((always_inline)) TARGET
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 36")
#endif

// The 16 bits of a mask that belong to the block of elements from i on, i a
// multiple of BLOCK. Bit i of the mask is bit i%8 of byte i/8: every variant is
// little endian.
INLINE unsigned get_bits(const uint8_t *mask, ptrdiff_t i) {
	uint16_t bits;
	memcpy(&bits, mask + i / 8, sizeof bits);
	return bits;
}

INLINE void set_bits(uint8_t *mask, ptrdiff_t i, unsigned value) {
	const uint16_t bits = (uint16_t)value;
	memcpy(mask + i / 8, &bits, sizeof bits);
}

// rectified is ReLU of one number; NaN stays NaN.
INLINE float rectified(float x) { return x <= 0 ? 0 : x; }

#include "gemm.h"
#include "finish.h"
#include "winograd.h"
#include "conv.h"
#include "gram.h"
#include "matmul.h"
#include "patches.h"
#include "pool.h"
#include "elements.h"
#include "peak.h"

#define FIELD(result, name, parameters, arguments) name,
#define TABLE { PANEL * BLOCK, KERNELS(FIELD) }
