// Gram matrices of a convolution's output without that output: it is F = P·W, a row of P
// being a window's elements and a 1 for the bias, so that FᵀF = Wᵀ(PᵀP)W. If a window has
// fewer elements than the convolution has output channels, PᵀP is less work, and its
// products are exact: float64 holds a product of float32s.

typedef double doubles __attribute__((vector_size(LANES * sizeof(float))));
enum { PATCHES = 64, PATCH_ROWS = 4, PATCH_COLUMNS = 8 };

// patch writes the window at (y, x), a 1, and zeros up to `wide` elements.
INLINE void patch(double *to, const float *src, const convolution *s, ptrdiff_t y, ptrdiff_t x, ptrdiff_t wide) {
	const ptrdiff_t row = s->kw * s->in;
	const double *end = to + wide;
	y = y * s->stride - s->pad, x = x * s->stride - s->pad;
	for (ptrdiff_t ky = 0; ky < s->kh; ky++, y++, to += row) {
		const float *from = src + (y * s->w + x) * s->in;
		if (y >= 0 && y < s->h && x >= 0 && x + s->kw <= s->w) {
			for (ptrdiff_t i = 0; i < row; i++) to[i] = from[i];
			continue;
		}
		for (ptrdiff_t i = 0; i < row; i++) {
			const ptrdiff_t at = x + i / s->in;
			to[i] = y >= 0 && y < s->h && at >= 0 && at < s->w ? from[i] : 0;
		}
	}
	*to++ = 1;
	while (to < end) *to++ = 0;
}

// patch_square adds PATCH_ROWS × PATCH_COLUMNS elements of PᵀP of n patches to sum.
FUNCTION patch_square(double *sum, const double *a, const double *b, ptrdiff_t n, ptrdiff_t wide) {
	enum { PER = LANES / 2, VECTORS = PATCH_COLUMNS / PER };
	doubles part[PATCH_ROWS][VECTORS];
	UNROLL for (int i = 0; i < PATCH_ROWS; i++)
		UNROLL for (int j = 0; j < VECTORS; j++) memcpy(&part[i][j], sum + i * wide + j * PER, sizeof(doubles));
	for (; n > 0; n--, a += wide, b += wide) {
		doubles column[VECTORS];
		UNROLL for (int j = 0; j < VECTORS; j++) memcpy(&column[j], b + j * PER, sizeof(doubles));
		UNROLL for (int i = 0; i < PATCH_ROWS; i++)
			UNROLL for (int j = 0; j < VECTORS; j++) part[i][j] += (a[i] - (doubles){0}) * column[j];
	}
	UNROLL for (int i = 0; i < PATCH_ROWS; i++)
		UNROLL for (int j = 0; j < VECTORS; j++) memcpy(sum + i * wide + j * PER, &part[i][j], sizeof(doubles));
}

// patch_gram adds PᵀP of rows [y0, y1) of windows to what lies on and above the
// diagonal of sum [wide, wide], wide being kh·kw·in + 1 in whole PATCH_COLUMNS;
// scratch holds PATCHES·wide elements.
FUNCTION patch_gram(double *sum, const float *src, convolution s, ptrdiff_t y0, ptrdiff_t y1, double *scratch) {
	const ptrdiff_t depth = s.kh * s.kw * s.in + 1, wide = (depth + PATCH_COLUMNS - 1) / PATCH_COLUMNS * PATCH_COLUMNS;
	for (ptrdiff_t y = y0; y < y1; y++)
		for (ptrdiff_t x = 0; x < s.ow; x += PATCHES) {
			const ptrdiff_t n = s.ow - x < PATCHES ? s.ow - x : PATCHES;
			for (ptrdiff_t k = 0; k < n; k++) patch(scratch + k * wide, src, &s, y, x + k, wide);
			for (ptrdiff_t i = 0; i < depth; i += PATCH_ROWS)
				for (ptrdiff_t j = i / PATCH_COLUMNS * PATCH_COLUMNS; j < wide; j += PATCH_COLUMNS)
					patch_square(sum + i * wide + j, scratch + i, scratch + j, n, wide);
		}
}

// patch_back_rows writes rows [y0, y1) of dSrc, or adds to it: every window owes its
// pixels what they are times b [depth, depth], in panels, and bias; depth = kh·kw·in
// is s.out. scratch holds what conv_products wants for the windows that see these
// rows, and its result.
FUNCTION patch_back_rows(float *dsrc, const float *src, const float *b, const float *bias, convolution s,
                         ptrdiff_t y0, ptrdiff_t y1, int add, float *scratch) {
	const ptrdiff_t step = (s.out + BLOCK - 1) / BLOCK * BLOCK;
	const ptrdiff_t o0 = y0 + s.pad < s.kh ? 0 : (y0 + s.pad - s.kh) / s.stride + 1;
	const ptrdiff_t last = (y1 - 1 + s.pad) / s.stride + 1, o1 = last < s.oh ? last : s.oh;
	float *owed = scratch;
	if (o0 < o1) {
		owed += ((o1 - o0 - 1) * s.stride + s.kh) * (s.w + 2 * s.pad) * s.in;
		conv_products(owed, src, b, s, o0, o1, scratch);
	}
	for (ptrdiff_t y = y0; y < y1; y++) {
		float *to = dsrc + y * s.w * s.in;
		if (!add) memset(to, 0, s.w * s.in * sizeof *to);
		for (ptrdiff_t o = o0; o < o1; o++) {
			const ptrdiff_t ky = y + s.pad - o * s.stride, from = ky * s.kw * s.in;
			if (ky >= 0 && ky < s.kh) fold(to, owed + (o - o0) * s.ow * step + from, step, bias + from, &s);
		}
	}
}
