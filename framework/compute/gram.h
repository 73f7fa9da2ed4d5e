// Correlations of channels: the matrix product with the same pixels as A and B. They are
// copied to panels first: at a stride of c, usually a power of two, they would compete for
// a few cache sets.

// product_gram multiplies `rows` columns of a panel, as rows, by another panel.
FUNCTION product_gram(int rows, int blocks, float *c, const float *a, ptrdiff_t panel_a, const float *b, ptrdiff_t pixels) {
#define TILE(r, n)                                                             \
	case (r) * 2 + (n):                                                        \
		tile(r, n, c, (n) * BLOCK, BLOCK, a, 1, panel_a, 1, pixels, 0, b, (n) * BLOCK, 0); \
		break;
	switch (rows * 2 + blocks) { TILES }
#undef TILE
}

// gram adds FᵀF of n pixels to the panels on and above the diagonal of sum
// [c', c'], c' being c in whole blocks; scratch holds GRAM_SUM·c' elements.
FUNCTION gram(double *sum, const float *f, ptrdiff_t n, ptrdiff_t c, float *scratch) {
	float part[ROWS * PANEL * BLOCK] __attribute__((aligned(64)));
	const ptrdiff_t wide = (c + BLOCK - 1) / BLOCK * BLOCK;
	for (ptrdiff_t k = 0; k < n; k += GRAM_SUM) {
		const ptrdiff_t pixels = n - k < GRAM_SUM ? n - k : GRAM_SUM;
		for (ptrdiff_t j0 = 0; j0 < wide; j0 += PANEL * BLOCK) {
			const ptrdiff_t width = wide - j0 < PANEL * BLOCK ? wide - j0 : PANEL * BLOCK;
			const ptrdiff_t filled = c - j0 < width ? c - j0 : width;
			float *panel = scratch + j0 * GRAM_SUM;
			for (ptrdiff_t i = 0; i < pixels; i++) {
				memcpy(panel + i * width, f + (k + i) * c + j0, filled * sizeof *f);
				memset(panel + i * width + filled, 0, (width - filled) * sizeof *f);
			}
			for (ptrdiff_t i0 = 0; i0 <= j0; i0 += PANEL * BLOCK) {
				const ptrdiff_t high = wide - i0 < PANEL * BLOCK ? wide - i0 : PANEL * BLOCK, groups = (high + ROWS - 1) / ROWS;
				for (ptrdiff_t g = 0; g < groups; g++) {
					const ptrdiff_t r0 = high * g / groups, r1 = high * (g + 1) / groups;
					product_gram((int)(r1 - r0), (int)(width / BLOCK), part, scratch + i0 * GRAM_SUM + r0, high, panel, pixels);
					for (ptrdiff_t i = 0; i < r1 - r0; i++)
						for (ptrdiff_t j = 0; j < width; j++) sum[(i0 + r0 + i) * wide + j0 + j] += part[i * width + j];
				}
			}
		}
	}
}

// product_add adds `rows` rows of A, c apart as those of C are, times a packed panel of B to C.
FUNCTION product_add(int rows, int blocks, float *c, const float *a, ptrdiff_t row, const float *b) {
	product(rows, blocks, c, row, BLOCK, a, row, 1, row, 0, b, 1);
}

// multiply_rows writes src·B of n pixels, for B [c, c] in panels and c in whole
// blocks, or adds it to dst.
FUNCTION multiply_rows(float *dst, const float *src, const float *b, ptrdiff_t n, ptrdiff_t c, int add) {
	const ptrdiff_t groups = (n + ROWS - 1) / ROWS;
	for (ptrdiff_t p = 0; p < c / BLOCK; p += PANEL)
		for (ptrdiff_t g = 0; g < groups; g++) {
			const ptrdiff_t k0 = n * g / groups, k1 = n * (g + 1) / groups;
			const int rows = (int)(k1 - k0), blocks = c / BLOCK - p < PANEL ? (int)(c / BLOCK - p) : PANEL;
			if (add)
				product_add(rows, blocks, dst + k0 * c + p * BLOCK, src + k0 * c, c, b + p * c * BLOCK);
			else
				product_rows(rows, blocks, dst + k0 * c + p * BLOCK, c, src + k0 * c, c, 1, c, 0, b + p * c * BLOCK);
		}
}
