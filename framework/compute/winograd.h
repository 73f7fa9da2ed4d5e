// Winograd's F(4×4, 3×3) (Lavin and Gray 2016, arXiv:1509.09308): a 4×4 tile of a
// 3×3 convolution costs 36 products instead of 144,
//
//	y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
//
// with the interpolation points 0, ±p, ±q, ∞; F(6×6, 3×3), 64 products instead of
// 324, with 0, ±p, ±q, ±r, ∞; and F(2×2, 3×3), 16 products instead of 36, with 0, ±1,
// ∞. winograd.go explains their uses, and has G.

// product_blocks is product for pictures in blocks: rows are tiles.
FUNCTION product_blocks(int rows, int blocks, float *c, ptrdiff_t row, ptrdiff_t block_c, const float *a, ptrdiff_t segments, ptrdiff_t step_a, const float *b) {
	product(rows, blocks, c, row, block_c, a, row, segments, BLOCK, step_a, b, 0);
}

FUNCTION winograd_multiply(float *m, const float *v, const float *u, winograd s, ptrdiff_t tiles, ptrdiff_t xi0, ptrdiff_t xi1, ptrdiff_t panel0, ptrdiff_t panel1) {
	const ptrdiff_t in = (s.in + BLOCK - 1) / BLOCK, out = (s.out + BLOCK - 1) / BLOCK;
	const ptrdiff_t groups = (tiles + ROWS - 1) / ROWS;
	for (ptrdiff_t xi = xi0; xi < xi1; xi++)
		for (ptrdiff_t p = panel0 * PANEL; p < panel1 * PANEL && p < out; p += PANEL) {
			const float *b = u + (xi * out + p) * in * BLOCK * BLOCK;
			for (ptrdiff_t g = 0; g < groups; g++) {
				const ptrdiff_t t0 = tiles * g / groups, t1 = tiles * (g + 1) / groups;
				product_blocks((int)(t1 - t0), out - p < PANEL ? (int)(out - p) : PANEL,
				               m + p * s.step_out + (t0 * s.apart + xi) * BLOCK, s.apart * BLOCK, s.step_out,
				               v + (t0 * s.apart + xi) * BLOCK, in, s.step_in, b);
			}
		}
}

// same returns whether a pixel equals its neighbour below or on the right in their first
// block of channels, rectified if the picture is; at the picture's edge it compares the
// nearest pair inside.
INLINE int same(const float *src, const winograd *s, ptrdiff_t y, ptrdiff_t x, ptrdiff_t down, ptrdiff_t right) {
	if (s->h <= down || s->w <= right) return 1;
	y = y < 0 ? 0 : y + down >= s->h ? s->h - 1 - down : y;
	x = x < 0 ? 0 : x + right >= s->w ? s->w - 1 - right : x;
	const float *pixel = src + (y * s->w + x) * s->in, *other = pixel + (down * s->w + right) * s->in;
	for (ptrdiff_t i = 0; i < BLOCK && i < s->in; i++)
		if (pixel[i] != other[i] && !(s->rectify && pixel[i] <= 0 && other[i] <= 0)) return 0;
	return 1;
}

// winograd_flat marks the tiles with an output that has the same input as its neighbour, in
// its own tile or the next. Let the centres of 2×2 outputs be the pixels (y, x) … (y+1,
// x+1). The windows of two horizontal neighbours have (y, x) and (y, x+1) at the same
// position: if the windows are equal, so are these, in all channels. So comparing just
// these misses none, and likewise for rows; a false positive only takes longer.
FUNCTION winograd_flat(int32_t *flat, const float *src, winograd s, ptrdiff_t tile0, ptrdiff_t tile1) {
	for (ptrdiff_t t = tile0; t < tile1; t++) {
		const ptrdiff_t y0 = t / s.across * 4 - s.pad + 1, x0 = t % s.across * 4 - s.pad + 1;
		int found = 0;
		for (ptrdiff_t y = y0; y < y0 + 4; y += 2)
			for (ptrdiff_t x = x0; x < x0 + 4; x += 2) found |= same(src, &s, y, x, 0, 1) || same(src, &s, y, x, 1, 0);
		flat[t] = found;
	}
}

#define OUT 4
#define IN 6
#define NAME(function) function##_4
#define P 0.625f
#define Q 1.5f

// BT: d → Bᵀd of six vectors.
#define BT(d)                                                                  \
	do {                                                                       \
		const vec pe = FNMA(SPLAT(Q * Q), d[2], d[4]), po = FNMA(SPLAT(Q * Q), d[1], d[3]); \
		const vec qe = FNMA(SPLAT(P * P), d[2], d[4]), qo = FNMA(SPLAT(P * P), d[1], d[3]); \
		const vec e = FNMA(SPLAT(P * P + Q * Q), d[2], d[4]), o = FNMA(SPLAT(P * P + Q * Q), d[3], d[5]); \
		d[0] = FMA(SPLAT(P * P * Q * Q), d[0], e);                             \
		d[5] = FMA(SPLAT(P * P * Q * Q), d[1], o);                             \
		d[1] = FMA(SPLAT(P), po, pe), d[2] = FNMA(SPLAT(P), po, pe);           \
		d[3] = FMA(SPLAT(Q), qo, qe), d[4] = FNMA(SPLAT(Q), qo, qe);           \
	} while (0)

// AT: m → Aᵀm, of six vectors four.
#define AT(m)                                                                  \
	do {                                                                       \
		const vec pe = m[1] + m[2], po = m[1] - m[2], qe = m[3] + m[4], qo = m[3] - m[4]; \
		m[0] = m[0] + pe + qe;                                                 \
		m[1] = FMA(SPLAT(P), po, SPLAT(Q) * qo);                               \
		m[2] = FMA(SPLAT(P * P), pe, SPLAT(Q * Q) * qe);                       \
		m[3] = FMA(SPLAT(P * P * P), po, FMA(SPLAT(Q * Q * Q), qo, m[5]));     \
	} while (0)

#include "winograd_tile.h"
#undef OUT
#undef IN
#undef NAME
#undef P
#undef Q
#undef BT
#undef AT

#define OUT 6
#define IN 8
#define NAME(function) function##_6
#define P 0.5f
#define Q 1.0f
#define R 2.0f

// EVEN and ODD are what the rows of Bᵀ for ±p have in common, a and b being the other
// two points; FIRST is a row for 0 or ∞.
#define EVEN(a, b) FMA(SPLAT((a) * (a) * (b) * (b)), d[2], FNMA(SPLAT((a) * (a) + (b) * (b)), d[4], d[6]))
#define ODD(a, b) FMA(SPLAT((a) * (a) * (b) * (b)), d[1], FNMA(SPLAT((a) * (a) + (b) * (b)), d[3], d[5]))
#define OUTER(d0, d2, d4, d6)                                                  \
	FNMA(SPLAT(P * P * Q * Q * R * R), d0, FMA(SPLAT(P * P * Q * Q + P * P * R * R + Q * Q * R * R), d2, FNMA(SPLAT(P * P + Q * Q + R * R), d4, d6)))

// BT: d → Bᵀd of eight vectors.
#define BT(d)                                                                  \
	do {                                                                       \
		const vec first = OUTER(d[0], d[2], d[4], d[6]), last = OUTER(d[1], d[3], d[5], d[7]); \
		const vec pe = EVEN(Q, R), po = ODD(Q, R), qe = EVEN(P, R), qo = ODD(P, R), re = EVEN(P, Q), ro = ODD(P, Q); \
		d[0] = first, d[7] = last;                                             \
		d[1] = FMA(SPLAT(P), po, pe), d[2] = FNMA(SPLAT(P), po, pe);           \
		d[3] = FMA(SPLAT(Q), qo, qe), d[4] = FNMA(SPLAT(Q), qo, qe);           \
		d[5] = FMA(SPLAT(R), ro, re), d[6] = FNMA(SPLAT(R), ro, re);           \
	} while (0)

// AT: m → Aᵀm, of eight vectors six.
#define SUM(power, p, q, r) FMA(SPLAT(power(P)), p, FMA(SPLAT(power(Q)), q, SPLAT(power(R)) * r))
#define ONE(x) (x)
#define TWO(x) ((x) * (x))
#define THREE(x) ((x) * (x) * (x))
#define FOUR(x) ((x) * (x) * (x) * (x))
#define FIVE(x) ((x) * (x) * (x) * (x) * (x))
#define AT(m)                                                                  \
	do {                                                                       \
		const vec pe = m[1] + m[2], po = m[1] - m[2], qe = m[3] + m[4], qo = m[3] - m[4], re = m[5] + m[6], ro = m[5] - m[6]; \
		m[0] = m[0] + pe + qe + re;                                            \
		m[1] = SUM(ONE, po, qo, ro);                                           \
		m[2] = SUM(TWO, pe, qe, re);                                           \
		m[3] = SUM(THREE, po, qo, ro);                                         \
		m[4] = SUM(FOUR, pe, qe, re);                                          \
		m[5] = SUM(FIVE, po, qo, ro) + m[7];                                   \
	} while (0)

#include "winograd_tile.h"
#undef OUT
#undef IN
#undef NAME
#undef P
#undef Q
#undef R
#undef EVEN
#undef ODD
#undef OUTER
#undef SUM
#undef ONE
#undef TWO
#undef THREE
#undef FOUR
#undef FIVE
#undef BT
#undef AT

#define OUT 2
#define IN 4
#define NAME(function) function##_2

// BT: d → Bᵀd of four vectors. Where they are equal, all but the second come
// out as 0 exactly.
#define BT(d)                                                                  \
	do {                                                                       \
		const vec plus = d[1] + d[2], minus = d[2] - d[1];                     \
		d[0] = d[2] - d[0];                                                    \
		d[3] = d[3] - d[1];                                                    \
		d[1] = plus, d[2] = minus;                                             \
	} while (0)

// AT: m → Aᵀm, of four vectors two.
#define AT(m)                                                                  \
	do {                                                                       \
		const vec minus = m[1] - m[2];                                         \
		m[0] = m[0] + m[1] + m[2];                                             \
		m[1] = minus + m[3];                                                   \
	} while (0)

#include "winograd_tile.h"
#undef OUT
#undef IN
#undef NAME
#undef BT
#undef AT
