// The kernels of one variant. Each variant's C file fills one table; Go selects a table at
// run time and calls through the wrappers below.
//
// All arrays are float32 and belong to the caller. Nothing here checks lengths,
// allocates, or assumes more than the alignment of a float. Sizes are in
// elements, ranges are [from, to). Kernels work on a range so that the caller
// can split one operation over threads; no sum depends on the split.
#ifndef RUNEXP_KERNELS_H
#define RUNEXP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Channels are handled in blocks of BLOCK; matrices are packed in panels of one
// or two blocks (kernels.panel).
enum { BLOCK = 16 };

// The number of pixels that gram sums in float32 before it adds them in float64.
enum { GRAM_SUM = 256 };

// A 3×3 convolution of stride 1 by Winograd: the output is covered by tiles of 6×6, 4×4 or
// 2×2, with 64, 36 or 16 positions when transformed, numbered row by row. A strip is
// consecutive tiles from `first` on, or of a list of tiles. A transformed
// strip is [channels/BLOCK][tiles][apart][BLOCK], `apart` being the positions or one
// more, with `step` elements from one block of channels to the next.
typedef struct {
	ptrdiff_t h, w, in;       // of the picture that is convolved
	ptrdiff_t oh, ow, out;    // of the result
	ptrdiff_t pad, across;    // zero padding; tiles in a row
	ptrdiff_t positions, apart;
	ptrdiff_t first;          // tile of the strip
	ptrdiff_t step_in, step_out;
	int rectify;              // the picture goes through ReLU first
} winograd;

// A convolution of any kernel, seen from its forward direction.
typedef struct {
	ptrdiff_t h, w, in, oh, ow, out, kh, kw, stride, pad;
	int rectify; // the picture goes through ReLU first
} convolution;

// Some rows of the product of A [rows, depth] and B [depth, columns], of which the
// terms [k0, k1): element (r, k) of A is at r·row_a + (k − k0)·step_a.
typedef struct {
	ptrdiff_t rows, columns, depth, k0, k1, row_a, step_a;
} matrix_strip;

// A pooling of an h × w × c picture into oh × ow × c.
typedef struct {
	ptrdiff_t h, w, c, oh, ow, size, stride, pad;
} pooling;

// X(result, name, parameters, arguments)
#define KERNELS(X)                                                             \
	/* v = Bᵀ d B of tiles (of list, if it is not NULL) and blocks of channels; mask: see Conv */ \
	X(void, winograd_in_6,                                                     \
	  (float *v, const float *src, const uint8_t *mask, winograd s,            \
	   const int32_t *list, ptrdiff_t tile0, ptrdiff_t tile1,                  \
	   ptrdiff_t block0, ptrdiff_t block1),                                    \
	  (v, src, mask, s, list, tile0, tile1, block0, block1))                   \
	X(void, winograd_in_4,                                                     \
	  (float *v, const float *src, const uint8_t *mask, winograd s,            \
	   const int32_t *list, ptrdiff_t tile0, ptrdiff_t tile1,                  \
	   ptrdiff_t block0, ptrdiff_t block1),                                    \
	  (v, src, mask, s, list, tile0, tile1, block0, block1))                   \
	X(void, winograd_in_2,                                                     \
	  (float *v, const float *src, const uint8_t *mask, winograd s,            \
	   const int32_t *list, ptrdiff_t tile0, ptrdiff_t tile1,                  \
	   ptrdiff_t block0, ptrdiff_t block1),                                    \
	  (v, src, mask, s, list, tile0, tile1, block0, block1))                   \
	/* flat[t] = whether 4×4 tile t may lie in a flat area: see winograd.h */  \
	X(void, winograd_flat,                                                     \
	  (int32_t *flat, const float *src, winograd s, ptrdiff_t tile0,           \
	   ptrdiff_t tile1),                                                       \
	  (flat, src, s, tile0, tile1))                                            \
	/* m = v·u for each of the positions in [xi0, xi1) and panels of u */      \
	X(void, winograd_multiply,                                                 \
	  (float *m, const float *v, const float *u, winograd s, ptrdiff_t tiles,  \
	   ptrdiff_t xi0, ptrdiff_t xi1, ptrdiff_t panel0, ptrdiff_t panel1),      \
	  (m, v, u, s, tiles, xi0, xi1, panel0, panel1))                           \
	/* dst = Aᵀ m A + bias (NULL: 0), through ReLU if there is a mask; 0 where  \
	   gate (NULL: nowhere) is not > 0 */                                      \
	X(void, winograd_out_6,                                                    \
	  (float *dst, const float *m, const float *bias, uint8_t *mask,           \
	   const float *gate, winograd s, const int32_t *list, ptrdiff_t tile0,    \
	   ptrdiff_t tile1, ptrdiff_t block0, ptrdiff_t block1),                   \
	  (dst, m, bias, mask, gate, s, list, tile0, tile1, block0, block1))       \
	X(void, winograd_out_4,                                                    \
	  (float *dst, const float *m, const float *bias, uint8_t *mask,           \
	   const float *gate, winograd s, const int32_t *list, ptrdiff_t tile0,    \
	   ptrdiff_t tile1, ptrdiff_t block0, ptrdiff_t block1),                   \
	  (dst, m, bias, mask, gate, s, list, tile0, tile1, block0, block1))       \
	X(void, winograd_out_2,                                                    \
	  (float *dst, const float *m, const float *bias, uint8_t *mask,           \
	   const float *gate, winograd s, const int32_t *list, ptrdiff_t tile0,    \
	   ptrdiff_t tile1, ptrdiff_t block0, ptrdiff_t block1),                   \
	  (dst, m, bias, mask, gate, s, list, tile0, tile1, block0, block1))       \
	/* rows of dst, and of its gradient, for any kernel: see conv.h */         \
	X(void, conv_rows,                                                         \
	  (float *dst, const float *src, const float *b, const float *bias,        \
	   uint8_t *mask, convolution s, ptrdiff_t y0, ptrdiff_t y1,               \
	   float *scratch),                                                        \
	  (dst, src, b, bias, mask, s, y0, y1, scratch))                           \
	X(void, conv_back_rows,                                                    \
	  (float *dsrc, const float *ddst, const float *b, const uint8_t *mask,    \
	   const float *gate, convolution s, ptrdiff_t y0, ptrdiff_t y1,           \
	   float *scratch),                                                        \
	  (dsrc, ddst, b, mask, gate, s, y0, y1, scratch))                         \
	/* sum += FᵀF of n pixels: see gram.h */                                   \
	X(void, gram,                                                              \
	  (double *sum, const float *f, ptrdiff_t n, ptrdiff_t c, float *scratch), \
	  (sum, f, n, c, scratch))                                                 \
	/* Gram matrices of what a convolution would make: see patches.h */        \
	X(void, patch_gram,                                                        \
	  (double *sum, const float *src, convolution s, ptrdiff_t y0,             \
	   ptrdiff_t y1, double *scratch),                                         \
	  (sum, src, s, y0, y1, scratch))                                          \
	X(void, patch_back_rows,                                                   \
	  (float *dsrc, const float *src, const float *b, const float *bias,       \
	   convolution s, ptrdiff_t y0, ptrdiff_t y1, int add, float *scratch),    \
	  (dsrc, src, b, bias, s, y0, y1, add, scratch))                           \
	X(void, multiply_rows,                                                     \
	  (float *dst, const float *src, const float *b, ptrdiff_t n, ptrdiff_t c, \
	   int add),                                                               \
	  (dst, src, b, n, c, add))                                                \
	/* any matrix product: see matmul.h */                                     \
	X(void, matrix_rows,                                                       \
	  (float *c, const float *a, const float *b, matrix_strip s),              \
	  (c, a, b, s))                                                            \
	X(void, max_pool_rows,                                                     \
	  (float *dst, uint8_t *argmax, const float *src, pooling s,               \
	   ptrdiff_t y0, ptrdiff_t y1),                                            \
	  (dst, argmax, src, s, y0, y1))                                           \
	X(void, max_pool_back_rows,                                                \
	  (float *dsrc, const float *ddst, const uint8_t *argmax, pooling s,       \
	   ptrdiff_t y0, ptrdiff_t y1),                                            \
	  (dsrc, ddst, argmax, s, y0, y1))                                         \
	X(void, avg_pool_rows,                                                     \
	  (float *dst, const float *src, pooling s, ptrdiff_t y0, ptrdiff_t y1),   \
	  (dst, src, s, y0, y1))                                                   \
	X(void, avg_pool_back_rows,                                                \
	  (float *dsrc, const float *ddst, pooling s, ptrdiff_t y0, ptrdiff_t y1), \
	  (dsrc, ddst, s, y0, y1))                                                 \
	/* n elements; masks from their first bit on */                            \
	X(void, relu,                                                              \
	  (float *dst, const float *src, uint8_t *mask, ptrdiff_t n),              \
	  (dst, src, mask, n))                                                     \
	X(void, relu_back,                                                         \
	  (float *dsrc, const float *ddst, const uint8_t *mask, ptrdiff_t n),      \
	  (dsrc, ddst, mask, n))                                                   \
	X(void, accumulate, (float *dst, const float *src, ptrdiff_t n),           \
	  (dst, src, n))                                                           \
	X(void, squared_error,                                                     \
	  (double *sum, const float *a, const float *b, ptrdiff_t n),              \
	  (sum, a, b, n))                                                          \
	X(void, squared_error_back,                                                \
	  (float *da, const float *a, const float *b, double scale, ptrdiff_t n),  \
	  (da, a, b, scale, n))                                                    \
	/* rows of n = w·c elements */                                             \
	X(void, abs_differences_row,                                               \
	  (double *dy, double *dx, const float *src, ptrdiff_t h, ptrdiff_t n,     \
	   ptrdiff_t c, ptrdiff_t y),                                              \
	  (dy, dx, src, h, n, c, y))                                               \
	X(void, abs_differences_back_rows,                                         \
	  (float *dsrc, const float *src, ptrdiff_t h, ptrdiff_t n, ptrdiff_t c,   \
	   double wy, double wx, ptrdiff_t y0, ptrdiff_t y1),                      \
	  (dsrc, src, h, n, c, wy, wx, y0, y1))                                    \
	/* n pixels of 3 */                                                        \
	X(void, affine,                                                            \
	  (float *dst, const float *src, const double *m, const double *bias,      \
	   ptrdiff_t n),                                                           \
	  (dst, src, m, bias, n))                                                  \
	/* the number of operations of rounds in registers: see peak.h */          \
	X(double, multiply_add, (float *sink, ptrdiff_t rounds), (sink, rounds))

#define FIELD(result, name, parameters, arguments) result(*name) parameters;
typedef struct {
	ptrdiff_t panel; // columns of a full panel
	KERNELS(FIELD)
} kernels;
#undef FIELD

extern const kernels kernels_avx512, kernels_avx2, kernels_neon;

// call_NAME calls through a table, which Go cannot.
#define UNPACK(...) __VA_ARGS__
#define CALL(result, name, parameters, arguments) \
	static inline result call_##name(const kernels *k, UNPACK parameters) { return k->name arguments; }
KERNELS(CALL)
#undef CALL
#undef UNPACK

#endif
