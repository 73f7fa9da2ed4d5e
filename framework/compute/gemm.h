// The matrix product behind every convolution: C[rows × columns] = A·B, with C in registers
// from the first term to the last.

// tile computes `rows` rows and `blocks` blocks of columns of C. Both are
// constants where it is inlined, so that the accumulators become registers.
//
//	A(r, k) = a[r·row_a + segment·step_a + i·ka], k = segment·length + i
//	B(k, ·) = b[k·kb …]
//	C(r, n) = c[r·row_c + (n/BLOCK)·block_c + n%BLOCK]
//
// or C += A·B, with add.
INLINE void tile(const int rows, const int blocks, float *c, ptrdiff_t row_c, ptrdiff_t block_c,
                 const float *a, ptrdiff_t row_a, ptrdiff_t ka, ptrdiff_t segments, ptrdiff_t length, ptrdiff_t step_a,
                 const float *b, ptrdiff_t kb, int add) {
	enum { PER = BLOCK / LANES };
	const int n = blocks * PER;
	vec sum[ROWS][2 * PER];
	UNROLL for (int r = 0; r < rows; r++)
		UNROLL for (int j = 0; j < n; j++) sum[r][j] = SPLAT(0);
	for (ptrdiff_t s = 0; s < segments; s++) {
		const float *p = a + s * step_a;
		for (ptrdiff_t i = 0; i < length; i++) {
			vec column[2 * PER];
			UNROLL for (int j = 0; j < n; j++) column[j] = LOAD(b + j * LANES);
			UNROLL for (int r = 0; r < rows; r++) {
				const vec factor = SPLAT(p[r * row_a]);
				UNROLL for (int j = 0; j < n; j++) sum[r][j] = FMA(factor, column[j], sum[r][j]);
			}
			p += ka;
			b += kb;
		}
	}
	UNROLL for (int r = 0; r < rows; r++)
		UNROLL for (int j = 0; j < n; j++) {
			float *to = c + r * row_c + j / PER * block_c + j % PER * LANES;
			if (add) sum[r][j] += LOAD(to);
			STORE(to, sum[r][j]);
		}
}

// TILES has a case for each number of rows and blocks to instantiate TILE for.
#if ROWS == 12 && PANEL == 2
#define TILES                                                                  \
	TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)          \
	TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1)       \
	TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)          \
	TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2) TILE(12, 2)
#elif ROWS == 6 && PANEL == 1
#define TILES TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)
#endif

// product is tile for any number of rows up to ROWS and a packed panel of B.
INLINE void product(int rows, int blocks, float *c, ptrdiff_t row_c, ptrdiff_t block_c,
                    const float *a, ptrdiff_t row_a, ptrdiff_t segments, ptrdiff_t length, ptrdiff_t step_a, const float *b, int add) {
#define TILE(r, n)                                                             \
	case (r) * 2 + (n):                                                        \
		tile(r, n, c, row_c, block_c, a, row_a, 1, segments, length, step_a, b, (n) * BLOCK, add); \
		break;
	switch (rows * 2 + blocks) { TILES }
#undef TILE
}
