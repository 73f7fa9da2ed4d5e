// Convolution of any size and stride, as a matrix product whose A is the padded picture
// itself: with channels last, the kw·in elements of a window in one row are contiguous, so
// only the padding is copied.

// product_rows is product for an A with any distance between its rows.
FUNCTION product_rows(int rows, int blocks, float *c, ptrdiff_t row_c, const float *a, ptrdiff_t row_a,
                      ptrdiff_t segments, ptrdiff_t length, ptrdiff_t step_a, const float *b) {
	product(rows, blocks, c, row_c, BLOCK, a, row_a, segments, length, step_a, b, 0);
}

// conv_products writes rows [y0, y1) of a convolution, packed: [pixels][out'], out' being
// out in whole blocks, without the bias. b is [kh·kw·in, out] in panels; padded holds
// ((y1−y0−1)·stride + kh)·(w + 2·pad)·in elements.
FUNCTION conv_products(float *result, const float *src, const float *b, convolution s, ptrdiff_t y0, ptrdiff_t y1, float *padded) {
	const ptrdiff_t blocks = (s.out + BLOCK - 1) / BLOCK, depth = s.kh * s.kw * s.in;
	const ptrdiff_t wide = (s.w + 2 * s.pad) * s.in, high = (y1 - y0 - 1) * s.stride + s.kh;
	for (ptrdiff_t i = 0; i < high; i++) {
		const ptrdiff_t y = y0 * s.stride - s.pad + i;
		float *row = padded + i * wide;
		if (y < 0 || y >= s.h) {
			memset(row, 0, wide * sizeof *row);
			continue;
		}
		memset(row, 0, s.pad * s.in * sizeof *row);
		memcpy(row + s.pad * s.in, src + y * s.w * s.in, s.w * s.in * sizeof *row);
		if (s.rectify)
			for (ptrdiff_t x = s.pad * s.in; x < (s.pad + s.w) * s.in; x++) row[x] = rectified(row[x]);
		memset(row + (s.pad + s.w) * s.in, 0, s.pad * s.in * sizeof *row);
	}
	const ptrdiff_t groups = (s.ow + ROWS - 1) / ROWS;
	for (ptrdiff_t p = 0; p < blocks; p += PANEL)
		for (ptrdiff_t y = 0; y < y1 - y0; y++)
			for (ptrdiff_t g = 0; g < groups; g++) {
				const ptrdiff_t x0 = s.ow * g / groups, x1 = s.ow * (g + 1) / groups;
				product_rows((int)(x1 - x0), blocks - p < PANEL ? (int)(blocks - p) : PANEL,
				             result + ((y * s.ow + x0) * blocks + p) * BLOCK, blocks * BLOCK,
				             padded + y * s.stride * wide + x0 * s.stride * s.in, s.stride * s.in,
				             s.kh, s.kw * s.in, wide, b + p * depth * BLOCK);
			}
}

// conv_rows computes rows [y0, y1) of dst; scratch has space for conv_products' padded and
// result.
FUNCTION conv_rows(float *dst, const float *src, const float *b, const float *bias, uint8_t *mask,
                   convolution s, ptrdiff_t y0, ptrdiff_t y1, float *scratch) {
	const ptrdiff_t blocks = (s.out + BLOCK - 1) / BLOCK;
	float *result = scratch + ((y1 - y0 - 1) * s.stride + s.kh) * (s.w + 2 * s.pad) * s.in;
	conv_products(result, src, b, s, y0, y1, scratch);
	for (ptrdiff_t p = 0; p < blocks; p++)
		finish(dst, y0 * s.ow * s.out, s.out, p, (y1 - y0) * s.ow, result + p * BLOCK, blocks * BLOCK, bias, mask, NULL);
}

// fold adds what a row of windows owes to one row of pixels: of each window's `step`
// elements from owed on, those of its kw pixels, and add (NULL: 0).
INLINE void fold_of(float *to, const float *owed, ptrdiff_t step, const float *add, const convolution *s, const ptrdiff_t in) {
	// kx outside: adjacent windows would wait for each other's stores.
	for (ptrdiff_t kx = 0; kx < s->kw; kx++)
		for (ptrdiff_t ox = 0; ox < s->ow; ox++) {
			const ptrdiff_t x = ox * s->stride - s->pad + kx;
			if (x < 0 || x >= s->w) continue;
			for (ptrdiff_t i = 0; i < in; i++) to[x * in + i] += owed[ox * step + kx * in + i] + (add ? add[kx * in + i] : 0);
		}
}

FUNCTION fold(float *to, const float *owed, ptrdiff_t step, const float *add, const convolution *s) {
	if (s->in == 3)
		fold_of(to, owed, step, add, s, 3);
	else
		fold_of(to, owed, step, add, s, s->in);
}

// conv_back_rows computes rows [y0, y1) of dSrc, 0 where gate (NULL: nowhere) is not > 0: a row of dDst times the kernel's
// row ky gives what each output pixel owes to kw input pixels. b is kh matrices
// [out, kw·in] in panels; scratch holds ow·out + ow·(kw·in)' elements.
FUNCTION conv_back_rows(float *dsrc, const float *ddst, const float *b, const uint8_t *mask, const float *gate,
                        convolution s, ptrdiff_t y0, ptrdiff_t y1, float *scratch) {
	const ptrdiff_t blocks = (s.kw * s.in + BLOCK - 1) / BLOCK, groups = (s.ow + ROWS - 1) / ROWS;
	float *masked = scratch, *owed = scratch + s.ow * s.out;
	for (ptrdiff_t y = y0; y < y1; y++) {
		float *to = dsrc + y * s.w * s.in;
		memset(to, 0, s.w * s.in * sizeof *to);
		for (ptrdiff_t ky = 0; ky < s.kh; ky++) {
			const ptrdiff_t from = y + s.pad - ky, oy = from / s.stride;
			if (from < 0 || from % s.stride != 0 || oy >= s.oh) continue;
			const float *row = ddst + oy * s.ow * s.out;
			if (mask) { // whole blocks only
				for (ptrdiff_t i = 0; i < s.ow * s.out; i += BLOCK) {
					const unsigned bits = get_bits(mask, oy * s.ow * s.out + i);
					for (int lane = 0; lane < BLOCK; lane += LANES) STORE(masked + i + lane, KEEP(LOAD(row + i + lane), bits >> lane));
				}
				row = masked;
			}
			for (ptrdiff_t p = 0; p < blocks; p += PANEL)
				for (ptrdiff_t g = 0; g < groups; g++) {
					const ptrdiff_t x0 = s.ow * g / groups, x1 = s.ow * (g + 1) / groups;
					product_rows((int)(x1 - x0), blocks - p < PANEL ? (int)(blocks - p) : PANEL,
					             owed + (x0 * blocks + p) * BLOCK, blocks * BLOCK, row + x0 * s.out, s.out,
					             1, s.out, 0, b + (ky * blocks + p) * s.out * BLOCK);
				}
			fold(to, owed, blocks * BLOCK, NULL, &s);
		}
		if (gate)
			for (ptrdiff_t i = 0; i < s.w * s.in; i++) to[i] = gate[y * s.w * s.in + i] > 0 ? to[i] : 0;
	}
}
