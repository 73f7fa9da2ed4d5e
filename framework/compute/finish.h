// finish writes block b of the channels of `pixels` pixels of dst, starting at `at`, from
// packed results that are `step` apart: it adds the bias (NULL: 0) and, with a mask,
// applies ReLU and sets its bits. A mask requires whole blocks, so that no two pixels share
// 16 bits. It writes 0 where gate, laid out like dst, is not > 0 (NULL: nowhere).
FUNCTION finish(float *dst, ptrdiff_t at, ptrdiff_t channels, ptrdiff_t b, ptrdiff_t pixels, const float *from, ptrdiff_t step, const float *bias, uint8_t *mask, const float *gate) {
	const ptrdiff_t c = b * BLOCK, n = channels - c;
	if (n < BLOCK) {
		for (ptrdiff_t p = 0; p < pixels; p++)
			for (ptrdiff_t i = 0; i < n; i++) {
				const ptrdiff_t to = at + p * channels + c + i;
				dst[to] = gate && !(gate[to] > 0) ? 0 : from[p * step + i] + (bias ? bias[c + i] : 0);
			}
		return;
	}
	vec add[BLOCK / LANES];
	UNROLL for (int j = 0; j < BLOCK / LANES; j++) add[j] = bias ? LOAD(bias + c + j * LANES) : SPLAT(0);
	for (at += c; pixels > 0; pixels--, at += channels, from += step) {
		unsigned bits = 0;
		UNROLL for (int j = 0; j < BLOCK / LANES; j++) {
			vec y = LOAD(from + j * LANES) + add[j];
			if (mask) {
				bits |= POSITIVE(y) << (j * LANES);
				y = RELU(y);
			}
			if (gate) y = KEEP(y, POSITIVE(LOAD(gate + at + j * LANES)));
			STORE(dst + at + j * LANES, y);
		}
		if (mask) set_bits(mask, at, bits);
	}
}
