// The transforms of Winograd's F(OUT×OUT, 3×3). The including file defines OUT, IN = OUT + 2,
// BT, AT and NAME.

// transform writes one tile's block of channels, read from IN×IN pixels at src,
// where mask is NULL or holds their bits from src on; with rectify, of max(src, 0).
INLINE void NAME(transform)(float *v, const float *src, ptrdiff_t row, ptrdiff_t pixel, const uint8_t *mask, const int rectify) {
	float half[IN * IN * LANES] __attribute__((aligned(64)));
	vec d[IN];
	for (int lane = 0; lane < BLOCK; lane += LANES) {
		for (ptrdiff_t x = 0; x < IN; x++) {
			UNROLL for (ptrdiff_t y = 0; y < IN; y++) {
				d[y] = LOAD(src + y * row + x * pixel + lane);
				if (rectify) d[y] = RELU(d[y]);
				if (mask) d[y] = KEEP(d[y], get_bits(mask, y * row + x * pixel) >> lane);
			}
			BT(d);
			UNROLL for (ptrdiff_t y = 0; y < IN; y++) STORE(half + (y * IN + x) * LANES, d[y]);
		}
		for (ptrdiff_t y = 0; y < IN; y++) {
			UNROLL for (ptrdiff_t x = 0; x < IN; x++) d[x] = LOAD(half + (y * IN + x) * LANES);
			BT(d);
			UNROLL for (ptrdiff_t x = 0; x < IN; x++) STORE(v + (y * IN + x) * BLOCK + lane, d[x]);
		}
	}
}

FUNCTION NAME(transform_in)(float *v, const float *src, ptrdiff_t row, ptrdiff_t pixel) { NAME(transform)(v, src, row, pixel, NULL, 0); }

FUNCTION NAME(transform_in_masked)(float *v, const float *src, ptrdiff_t row, ptrdiff_t pixel, const uint8_t *mask) { NAME(transform)(v, src, row, pixel, mask, 0); }

FUNCTION NAME(transform_in_rectified)(float *v, const float *src, ptrdiff_t row, ptrdiff_t pixel) { NAME(transform)(v, src, row, pixel, NULL, 1); }

// patch copies the IN×IN pixels of a tile's block that lie in the picture, masked
// or rectified, and 0 for the rest.
FUNCTION NAME(patch)(float *to, const float *src, const uint8_t *mask, const winograd *s, ptrdiff_t y0, ptrdiff_t x0, ptrdiff_t channel) {
	const ptrdiff_t n = s->in - channel < BLOCK ? s->in - channel : BLOCK;
	for (ptrdiff_t y = y0; y < y0 + IN; y++)
		for (ptrdiff_t x = x0; x < x0 + IN; x++, to += BLOCK) {
			for (int lane = 0; lane < BLOCK; lane += LANES) STORE(to + lane, SPLAT(0));
			if (y < 0 || y >= s->h || x < 0 || x >= s->w) continue;
			const ptrdiff_t at = (y * s->w + x) * s->in + channel;
			if (n < BLOCK) {
				for (ptrdiff_t i = 0; i < n; i++) to[i] = s->rectify ? rectified(src[at + i]) : src[at + i];
				continue;
			}
			const unsigned bits = mask ? get_bits(mask, at) : 0xffff;
			for (int lane = 0; lane < BLOCK; lane += LANES) {
				const vec d = LOAD(src + at + lane);
				STORE(to + lane, KEEP(s->rectify ? RELU(d) : d, bits >> lane));
			}
		}
}

FUNCTION NAME(winograd_in)(float *v, const float *src, const uint8_t *mask, winograd s, const int32_t *list, ptrdiff_t tile0, ptrdiff_t tile1, ptrdiff_t block0, ptrdiff_t block1) {
	float edge[IN * IN * BLOCK] __attribute__((aligned(64)));
	for (ptrdiff_t t = tile0; t < tile1; t++) {
		const ptrdiff_t place = list ? list[t] : t;
		const ptrdiff_t y = place / s.across * OUT - s.pad, x = place % s.across * OUT - s.pad;
		const int inside = y >= 0 && x >= 0 && y + IN <= s.h && x + IN <= s.w;
		for (ptrdiff_t b = block0; b < block1; b++) {
			float *to = v + b * s.step_in + (t - s.first) * s.apart * BLOCK;
			const ptrdiff_t at = (y * s.w + x) * s.in + b * BLOCK, row = s.w * s.in;
			if (inside && (b + 1) * BLOCK <= s.in) {
				for (ptrdiff_t i = 0; i < IN; i++) // the next tile's additional pixels
					UNROLL for (ptrdiff_t j = IN; j < IN + OUT; j++) __builtin_prefetch(src + at + i * row + j * s.in);
				if (s.rectify)
					NAME(transform_in_rectified)(to, src + at, row, s.in);
				else if (mask)
					NAME(transform_in_masked)(to, src + at, row, s.in, mask + at / 8);
				else
					NAME(transform_in)(to, src + at, row, s.in);
			} else {
				NAME(patch)(edge, src, mask, &s, y, x, b * BLOCK);
				NAME(transform_in)(to, edge, IN * BLOCK, BLOCK);
			}
		}
	}
}

// transform_out is the inverse: from IN×IN vectors to OUT×OUT pixels at y.
FUNCTION NAME(transform_out)(float *y, const float *m) {
	float half[OUT * IN * LANES] __attribute__((aligned(64)));
	vec d[IN];
	for (int lane = 0; lane < BLOCK; lane += LANES) {
		for (int x = 0; x < IN; x++) {
			UNROLL for (int i = 0; i < IN; i++) d[i] = LOAD(m + (i * IN + x) * BLOCK + lane);
			AT(d);
			UNROLL for (int i = 0; i < OUT; i++) STORE(half + (i * IN + x) * LANES, d[i]);
		}
		for (int i = 0; i < OUT; i++) {
			UNROLL for (int x = 0; x < IN; x++) d[x] = LOAD(half + (i * IN + x) * LANES);
			AT(d);
			UNROLL for (int x = 0; x < OUT; x++) STORE(y + (i * OUT + x) * BLOCK + lane, d[x]);
		}
	}
}

FUNCTION NAME(winograd_out)(float *dst, const float *m, const float *bias, uint8_t *mask, const float *gate, winograd s, const int32_t *list, ptrdiff_t tile0, ptrdiff_t tile1, ptrdiff_t block0, ptrdiff_t block1) {
	float result[OUT * OUT * BLOCK] __attribute__((aligned(64)));
	for (ptrdiff_t t = tile0; t < tile1; t++) {
		const ptrdiff_t place = list ? list[t] : t;
		const ptrdiff_t y0 = place / s.across * OUT, x0 = place % s.across * OUT;
		const ptrdiff_t high = s.oh - y0 < OUT ? s.oh - y0 : OUT, wide = s.ow - x0 < OUT ? s.ow - x0 : OUT;
		for (ptrdiff_t b = block0; b < block1; b++) {
			NAME(transform_out)(result, m + b * s.step_out + (t - s.first) * s.apart * BLOCK);
			for (ptrdiff_t y = 0; y < high; y++)
				finish(dst, ((y0 + y) * s.ow + x0) * s.out, s.out, b, wide, result + y * OUT * BLOCK, BLOCK, bias, mask, gate);
		}
	}
}
