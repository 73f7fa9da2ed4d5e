// Correlations of channels: the matrix product again, with A = Fᵀ read in place.

// What is summed in float32 before it goes to float64.
enum { GRAM_SUM = 256 };

FUNCTION product_gram(int rows, int blocks, float *c, ptrdiff_t row_c, const float *a, const float *b, ptrdiff_t channels, ptrdiff_t pixels) {
#define TILE(r, n)                                                             \
	case (r) * 2 + (n):                                                        \
		tile(r, n, c, row_c, BLOCK, a, 1, channels, 1, pixels, 0, b, channels); \
		break;
	switch (rows * 2 + blocks) { TILES }
#undef TILE
}

// gram adds FᵀF of n pixels to the upper triangle of sum [c, c]. c is whole
// blocks. It also writes parts of the lower triangle, which mean nothing.
FUNCTION gram(double *sum, const float *f, ptrdiff_t n, ptrdiff_t c) {
	float part[ROWS * PANEL * BLOCK] __attribute__((aligned(64)));
	const ptrdiff_t groups = (c + ROWS - 1) / ROWS, blocks = c / BLOCK;
	for (ptrdiff_t k = 0; k < n; k += GRAM_SUM) {
		const ptrdiff_t pixels = n - k < GRAM_SUM ? n - k : GRAM_SUM;
		for (ptrdiff_t p = 0; p < blocks; p += PANEL) {
			const ptrdiff_t here = blocks - p < PANEL ? blocks - p : PANEL, right = (p + here) * BLOCK;
			for (ptrdiff_t g = 0; g < groups && c * g / groups < right; g++) {
				const ptrdiff_t i0 = c * g / groups, i1 = c * (g + 1) / groups;
				product_gram((int)(i1 - i0), (int)here, part, here * BLOCK, f + k * c + i0, f + k * c + p * BLOCK, c, pixels);
				for (ptrdiff_t i = i0; i < i1; i++)
					for (ptrdiff_t j = 0; j < here * BLOCK; j++) sum[i * c + p * BLOCK + j] += part[(i - i0) * here * BLOCK + j];
			}
		}
	}
}
