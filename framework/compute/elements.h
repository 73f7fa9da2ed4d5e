// Loops over elements. Those without explicit vectors are vectorised by the compiler.

// relu and its gradient work on whole words of the mask: n includes all of the last one.
FUNCTION relu(float *dst, const float *src, uint8_t *mask, ptrdiff_t n) {
	ptrdiff_t i = 0;
	for (; i + BLOCK <= n; i += BLOCK) {
		unsigned bits = 0;
		for (int lane = 0; lane < BLOCK; lane += LANES) {
			const vec v = LOAD(src + i + lane);
			bits |= POSITIVE(v) << lane;
			STORE(dst + i + lane, RELU(v));
		}
		set_bits(mask, i, bits);
	}
	memset(mask + i / 8, 0, (n + 63) / 64 * 8 - i / 8);
	for (; i < n; i++) {
		const float v = src[i];
		if (v > 0) mask[i / 8] |= (uint8_t)(1 << i % 8);
		dst[i] = v <= 0 ? 0 : v;
	}
}

FUNCTION relu_back(float *dsrc, const float *ddst, const uint8_t *mask, ptrdiff_t n) {
	ptrdiff_t i = 0;
	for (; i + BLOCK <= n; i += BLOCK) {
		const unsigned bits = get_bits(mask, i);
		for (int lane = 0; lane < BLOCK; lane += LANES) STORE(dsrc + i + lane, KEEP(LOAD(ddst + i + lane), bits >> lane));
	}
	for (; i < n; i++) dsrc[i] = mask[i / 8] >> i % 8 & 1 ? ddst[i] : 0;
}

FUNCTION accumulate(float *restrict dst, const float *restrict src, ptrdiff_t n) {
	for (ptrdiff_t i = 0; i < n; i++) dst[i] += src[i];
}

// The sums run in BLOCK float64 lanes that are added up at the end, in order.
INLINE double add_lanes(const double *lanes) {
	double total = 0;
	for (int j = 0; j < BLOCK; j++) total += lanes[j];
	return total;
}

FUNCTION squared_error(double *sum, const float *a, const float *b, ptrdiff_t n) {
	double lanes[BLOCK] = {0};
	ptrdiff_t i = 0;
	for (; i + BLOCK <= n; i += BLOCK)
		for (int j = 0; j < BLOCK; j++) {
			const double d = (double)a[i + j] - (double)b[i + j];
			lanes[j] += d * d;
		}
	for (; i < n; i++) {
		const double d = (double)a[i] - (double)b[i];
		lanes[i % BLOCK] += d * d;
	}
	*sum = add_lanes(lanes);
}

FUNCTION squared_error_back(float *restrict da, const float *restrict a, const float *restrict b, double scale, ptrdiff_t n) {
	for (ptrdiff_t i = 0; i < n; i++) da[i] = (float)(2 * scale * ((double)a[i] - (double)b[i]));
}

INLINE double absolute_differences(const float *a, const float *b, ptrdiff_t n) {
	double lanes[BLOCK] = {0};
	ptrdiff_t i = 0;
	for (; i + BLOCK <= n; i += BLOCK)
		for (int j = 0; j < BLOCK; j++) lanes[j] += __builtin_fabs((double)a[i + j] - (double)b[i + j]);
	for (; i < n; i++) lanes[i % BLOCK] += __builtin_fabs((double)a[i] - (double)b[i]);
	return add_lanes(lanes);
}

// abs_differences_row sums |differences| of row y of [h, n] to the next row, and to itself
// shifted by c.
FUNCTION abs_differences_row(double *dy, double *dx, const float *src, ptrdiff_t h, ptrdiff_t n, ptrdiff_t c, ptrdiff_t y) {
	const float *row = src + y * n;
	*dy = y + 1 < h ? absolute_differences(row + n, row, n) : 0;
	*dx = absolute_differences(row + c, row, n - c);
}

#define SIGN(a, b) (((a) > (b)) - ((a) < (b)))
#define GRADIENT(left, right) (float)(wy * (SIGN(row[i], up[i]) - SIGN(down[i], row[i])) + wx * (SIGN(row[i], row[left]) - SIGN(row[right], row[i])))

// abs_differences_back_rows: an element at the edge is its own neighbour, with sign 0.
FUNCTION abs_differences_back_rows(float *restrict dsrc, const float *restrict src, ptrdiff_t h, ptrdiff_t n, ptrdiff_t c,
                                   double wy, double wx, ptrdiff_t y0, ptrdiff_t y1) {
	for (ptrdiff_t y = y0; y < y1; y++) {
		const float *row = src + y * n, *up = y > 0 ? row - n : row, *down = y + 1 < h ? row + n : row;
		float *to = dsrc + y * n;
		ptrdiff_t i = 0;
		for (; i < c; i++) to[i] = GRADIENT(i, i + c < n ? i + c : i);
		for (; i + c < n; i++) to[i] = GRADIENT(i - c, i + c);
		for (; i < n; i++) to[i] = GRADIENT(i - c, i);
	}
}
#undef SIGN
#undef GRADIENT

// affine maps n pixels of 3 by the 3×3 matrix m, row by row, and bias.
FUNCTION affine(float *restrict dst, const float *restrict src, const double *m, const double *bias, ptrdiff_t n) {
	for (; n > 0; n--, dst += 3, src += 3)
		for (int i = 0; i < 3; i++) dst[i] = (float)(bias[i] + m[3 * i] * src[0] + m[3 * i + 1] * src[1] + m[3 * i + 2] * src[2]);
}
