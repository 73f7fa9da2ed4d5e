// Winograd's F(4×4, 3×3) (Lavin and Gray 2016, arXiv:1509.09308): a 4×4 tile of a
// 3×3 convolution costs 36 products instead of 144,
//
//	y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
//
// with the interpolation points 0, ±p, ±q, ∞.
// Go's winograd.go says why p and q are what they are, and holds G.
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

// transform writes one tile's block of channels, read from 6×6 pixels at src,
// where mask is NULL or holds their bits from src on.
INLINE void transform(float *v, const float *src, ptrdiff_t row, ptrdiff_t pixel, const uint8_t *mask) {
	float half[36 * LANES] __attribute__((aligned(64)));
	vec d[6];
	for (int lane = 0; lane < BLOCK; lane += LANES) {
		for (ptrdiff_t x = 0; x < 6; x++) {
			UNROLL for (ptrdiff_t y = 0; y < 6; y++) {
				d[y] = LOAD(src + y * row + x * pixel + lane);
				if (mask) d[y] = KEEP(d[y], get_bits(mask, y * row + x * pixel) >> lane);
			}
			BT(d);
			UNROLL for (ptrdiff_t y = 0; y < 6; y++) STORE(half + (y * 6 + x) * LANES, d[y]);
		}
		for (ptrdiff_t y = 0; y < 6; y++) {
			UNROLL for (ptrdiff_t x = 0; x < 6; x++) d[x] = LOAD(half + (y * 6 + x) * LANES);
			BT(d);
			UNROLL for (ptrdiff_t x = 0; x < 6; x++) STORE(v + (y * 6 + x) * BLOCK + lane, d[x]);
		}
	}
}

FUNCTION transform_in(float *v, const float *src, ptrdiff_t row, ptrdiff_t pixel) { transform(v, src, row, pixel, NULL); }

FUNCTION transform_in_masked(float *v, const float *src, ptrdiff_t row, ptrdiff_t pixel, const uint8_t *mask) { transform(v, src, row, pixel, mask); }

// patch copies the 6×6 pixels of a tile's block that lie in the picture, masked, and 0 for the rest.
FUNCTION patch(float *to, const float *src, const uint8_t *mask, const winograd *s, ptrdiff_t y0, ptrdiff_t x0, ptrdiff_t channel) {
	const ptrdiff_t n = s->in - channel < BLOCK ? s->in - channel : BLOCK;
	for (ptrdiff_t y = y0; y < y0 + 6; y++)
		for (ptrdiff_t x = x0; x < x0 + 6; x++, to += BLOCK) {
			for (int lane = 0; lane < BLOCK; lane += LANES) STORE(to + lane, SPLAT(0));
			if (y < 0 || y >= s->h || x < 0 || x >= s->w) continue;
			const ptrdiff_t at = (y * s->w + x) * s->in + channel;
			if (n < BLOCK) {
				for (ptrdiff_t i = 0; i < n; i++) to[i] = src[at + i];
				continue;
			}
			const unsigned bits = mask ? get_bits(mask, at) : 0xffff;
			for (int lane = 0; lane < BLOCK; lane += LANES) STORE(to + lane, KEEP(LOAD(src + at + lane), bits >> lane));
		}
}

FUNCTION winograd_in(float *v, const float *src, const uint8_t *mask, winograd s, ptrdiff_t tile0, ptrdiff_t tile1, ptrdiff_t block0, ptrdiff_t block1) {
	float edge[36 * BLOCK] __attribute__((aligned(64)));
	for (ptrdiff_t t = tile0; t < tile1; t++) {
		const ptrdiff_t y = t / s.across * 4 - s.pad, x = t % s.across * 4 - s.pad;
		const int inside = y >= 0 && x >= 0 && y + 6 <= s.h && x + 6 <= s.w;
		for (ptrdiff_t b = block0; b < block1; b++) {
			float *to = v + b * s.step_in + (t - s.first) * 36 * BLOCK;
			const ptrdiff_t at = (y * s.w + x) * s.in + b * BLOCK, row = s.w * s.in;
			if (inside && (b + 1) * BLOCK <= s.in) {
				for (ptrdiff_t i = 0; i < 6; i++) // the pixels that the next tile has more
					UNROLL for (ptrdiff_t j = 6; j < 10; j++) __builtin_prefetch(src + at + i * row + j * s.in);
				if (mask)
					transform_in_masked(to, src + at, row, s.in, mask + at / 8);
				else
					transform_in(to, src + at, row, s.in);
			} else {
				patch(edge, src, mask, &s, y, x, b * BLOCK);
				transform_in(to, edge, 6 * BLOCK, BLOCK);
			}
		}
	}
}

// product_blocks is product for pictures in blocks: rows are tiles.
FUNCTION product_blocks(int rows, int blocks, float *c, ptrdiff_t block_c, const float *a, ptrdiff_t segments, ptrdiff_t step_a, const float *b) {
	product(rows, blocks, c, 36 * BLOCK, block_c, a, 36 * BLOCK, segments, BLOCK, step_a, b);
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
				               m + p * s.step_out + (t0 * 36 + xi) * BLOCK, s.step_out,
				               v + (t0 * 36 + xi) * BLOCK, in, s.step_in, b);
			}
		}
}

// transform_out is the same backwards: from 36 vectors to 4×4 pixels at y.
FUNCTION transform_out(float *y, const float *m) {
	float half[24 * LANES] __attribute__((aligned(64)));
	vec d[6];
	for (int lane = 0; lane < BLOCK; lane += LANES) {
		for (int x = 0; x < 6; x++) {
			UNROLL for (int i = 0; i < 6; i++) d[i] = LOAD(m + (i * 6 + x) * BLOCK + lane);
			AT(d);
			UNROLL for (int i = 0; i < 4; i++) STORE(half + (i * 6 + x) * LANES, d[i]);
		}
		for (int i = 0; i < 4; i++) {
			UNROLL for (int x = 0; x < 6; x++) d[x] = LOAD(half + (i * 6 + x) * LANES);
			AT(d);
			UNROLL for (int x = 0; x < 4; x++) STORE(y + (i * 4 + x) * BLOCK + lane, d[x]);
		}
	}
}

FUNCTION winograd_out(float *dst, const float *m, const float *bias, uint8_t *mask, winograd s, ptrdiff_t tile0, ptrdiff_t tile1, ptrdiff_t block0, ptrdiff_t block1) {
	float result[16 * BLOCK] __attribute__((aligned(64)));
	for (ptrdiff_t t = tile0; t < tile1; t++) {
		const ptrdiff_t y0 = t / s.across * 4, x0 = t % s.across * 4;
		const ptrdiff_t high = s.oh - y0 < 4 ? s.oh - y0 : 4, wide = s.ow - x0 < 4 ? s.ow - x0 : 4;
		for (ptrdiff_t b = block0; b < block1; b++) {
			transform_out(result, m + b * s.step_out + (t - s.first) * 36 * BLOCK);
			for (ptrdiff_t y = 0; y < high; y++)
				finish(dst, ((y0 + y) * s.ow + x0) * s.out, s.out, b, wide, result + y * 4 * BLOCK, BLOCK, bias, mask);
		}
	}
}
#undef P
#undef Q
#undef BT
#undef AT
