// multiply_add multiplies and adds `rounds` times in as many registers as the matrix
// product has accumulators, and returns the number of operations.
static __attribute__((noinline)) TARGET double multiply_add(float *sink, ptrdiff_t rounds) {
	enum { PER = PANEL * BLOCK / LANES };
	vec sum[ROWS][PER];
	UNROLL for (int r = 0; r < ROWS; r++) // no two alike, or the compiler computes one for both
		UNROLL for (int j = 0; j < PER; j++) sum[r][j] = SPLAT(sink[0] + (float)(r * PER + j));
	const vec factor = SPLAT(0.5f + sink[0]), term = SPLAT(1 + sink[0]);
	for (ptrdiff_t i = 0; i < rounds; i++)
		UNROLL for (int r = 0; r < ROWS; r++)
			UNROLL for (int j = 0; j < PER; j++) sum[r][j] = FMA(sum[r][j], factor, term);
	vec all = SPLAT(0);
	UNROLL for (int r = 0; r < ROWS; r++)
		UNROLL for (int j = 0; j < PER; j++) all += sum[r][j];
	STORE(sink, all);
	return 2.0 * (double)rounds * ROWS * PER * LANES;
}
