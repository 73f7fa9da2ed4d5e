// Products of arbitrary matrices.

// product_any is product for an A of any row and column strides.
FUNCTION product_any(int rows, int blocks, float *c, ptrdiff_t row_c, const float *a, ptrdiff_t row_a, ptrdiff_t step_a,
                     ptrdiff_t depth, const float *b, int add) {
#define TILE(r, n)                                                             \
	case (r) * 2 + (n):                                                        \
		tile(r, n, c, row_c, BLOCK, a, row_a, step_a, 1, depth, 0, b, (n) * BLOCK, add); \
		break;
	switch (rows * 2 + blocks) { TILES }
#undef TILE
}

// matrix_rows writes columns [k0, k1) of A times rows [k0, k1) of B, or adds it if k0 > 0,
// to `rows` rows of C. B is in panels, whose last columns may be padding that C does not
// have.
FUNCTION matrix_rows(float *c, const float *a, const float *b, matrix_strip s) {
	float part[ROWS * PANEL * BLOCK] __attribute__((aligned(64)));
	const ptrdiff_t groups = (s.rows + ROWS - 1) / ROWS, depth = s.k1 - s.k0;
	for (ptrdiff_t p = 0; p < s.columns; p += PANEL * BLOCK) {
		const ptrdiff_t filled = s.columns - p < PANEL * BLOCK ? s.columns - p : PANEL * BLOCK;
		const ptrdiff_t blocks = (filled + BLOCK - 1) / BLOCK, width = blocks * BLOCK;
		const float *panel = b + p * s.depth + s.k0 * width;
		for (ptrdiff_t g = 0; g < groups; g++) {
			const ptrdiff_t r0 = s.rows * g / groups, r1 = s.rows * (g + 1) / groups;
			float *to = c + r0 * s.columns + p;
			if (filled == width) {
				product_any((int)(r1 - r0), (int)blocks, to, s.columns, a + r0 * s.row_a, s.row_a, s.step_a, depth, panel, s.k0 > 0);
				continue;
			}
			product_any((int)(r1 - r0), (int)blocks, part, width, a + r0 * s.row_a, s.row_a, s.step_a, depth, panel, 0);
			for (ptrdiff_t i = 0; i < r1 - r0; i++)
				for (ptrdiff_t j = 0; j < filled; j++)
					to[i * s.columns + j] = part[i * width + j] + (s.k0 > 0 ? to[i * s.columns + j] : 0);
		}
	}
}
