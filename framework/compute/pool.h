// Pooling, a vector of channels at a time. A window's position (row by row) of
// an element is a byte.
typedef uint8_t bytes __attribute__((vector_size(LANES)));

#define LOAD_BYTES(v, p) memcpy(&(v), p, sizeof(v))

// FIRST is the first window that covers row y.
#define FIRST(y, s) ((y) + (s).pad < (s).size ? 0 : ((y) + (s).pad - (s).size) / (s).stride + 1)

FUNCTION max_pool_rows(float *dst, uint8_t *argmax, const float *src, pooling s, ptrdiff_t y0, ptrdiff_t y1) {
	for (ptrdiff_t oy = y0; oy < y1; oy++)
		for (ptrdiff_t ox = 0; ox < s.ow; ox++) {
			const ptrdiff_t top = oy * s.stride - s.pad, left = ox * s.stride - s.pad;
			const ptrdiff_t ya = top < 0 ? 0 : top, yb = top + s.size < s.h ? top + s.size : s.h;
			const ptrdiff_t xa = left < 0 ? 0 : left, xb = left + s.size < s.w ? left + s.size : s.w;
			const float *first = src + (ya * s.w + xa) * s.c;
			const int start = (int)((ya - top) * s.size + xa - left);
			float *to = dst + (oy * s.ow + ox) * s.c;
			uint8_t *arg = argmax + (oy * s.ow + ox) * s.c;
			ptrdiff_t c = 0;
			for (; c + LANES <= s.c; c += LANES) {
				vec best = LOAD(first + c);
				ints where = (ints){0} + start;
				for (ptrdiff_t y = ya; y < yb; y++)
					for (ptrdiff_t x = xa; x < xb; x++) {
						const vec v = LOAD(src + (y * s.w + x) * s.c + c);
						const ints better = (ints)(v > best) | (ints)(v != v);
						best = (vec)(((ints)v & better) | ((ints)best & ~better));
						where = (((ints){0} + (int)((y - top) * s.size + x - left)) & better) | (where & ~better);
					}
				STORE(to + c, best);
				const bytes narrow = __builtin_convertvector(where, bytes);
				memcpy(arg + c, &narrow, sizeof narrow);
			}
			for (; c < s.c; c++) {
				float best = first[c];
				int where = start;
				for (ptrdiff_t y = ya; y < yb; y++)
					for (ptrdiff_t x = xa; x < xb; x++) {
						const float v = src[(y * s.w + x) * s.c + c];
						if (v > best || v != v) best = v, where = (int)((y - top) * s.size + x - left);
					}
				to[c] = best;
				arg[c] = (uint8_t)where;
			}
		}
}

// Gradients are gathered by rows of the picture, so that no two threads write the same
// element: each window that covers the row adds its share, in order.

FUNCTION max_pool_back_rows(float *dsrc, const float *ddst, const uint8_t *argmax, pooling s, ptrdiff_t y0, ptrdiff_t y1) {
	for (ptrdiff_t y = y0; y < y1; y++) {
		memset(dsrc + y * s.w * s.c, 0, s.w * s.c * sizeof *dsrc);
		for (ptrdiff_t oy = FIRST(y, s); oy < s.oh && oy * s.stride <= y + s.pad; oy++)
			for (ptrdiff_t ox = 0; ox < s.ow; ox++) {
				const float *d = ddst + (oy * s.ow + ox) * s.c;
				const uint8_t *arg = argmax + (oy * s.ow + ox) * s.c;
				const ptrdiff_t left = ox * s.stride - s.pad;
				for (ptrdiff_t x = left < 0 ? 0 : left; x < left + s.size && x < s.w; x++) {
					const int position = (int)((y - oy * s.stride + s.pad) * s.size + x - left);
					float *to = dsrc + (y * s.w + x) * s.c;
					ptrdiff_t c = 0;
					for (; c + LANES <= s.c; c += LANES) {
						bytes wide;
						LOAD_BYTES(wide, arg + c);
						const ints hit = __builtin_convertvector(wide, ints) == position;
						STORE(to + c, LOAD(to + c) + (vec)((ints)LOAD(d + c) & hit));
					}
					for (; c < s.c; c++)
						if (arg[c] == position) to[c] += d[c];
				}
			}
	}
}

FUNCTION avg_pool_rows(float *dst, const float *src, pooling s, ptrdiff_t y0, ptrdiff_t y1) {
	for (ptrdiff_t oy = y0; oy < y1; oy++)
		for (ptrdiff_t ox = 0; ox < s.ow; ox++) {
			const ptrdiff_t top = oy * s.stride - s.pad, left = ox * s.stride - s.pad;
			const ptrdiff_t ya = top < 0 ? 0 : top, yb = top + s.size < s.h ? top + s.size : s.h;
			const ptrdiff_t xa = left < 0 ? 0 : left, xb = left + s.size < s.w ? left + s.size : s.w;
			const float area = (float)((yb - ya) * (xb - xa));
			float *to = dst + (oy * s.ow + ox) * s.c;
			ptrdiff_t c = 0;
			for (; c + LANES <= s.c; c += LANES) {
				vec sum = SPLAT(0);
				for (ptrdiff_t y = ya; y < yb; y++)
					for (ptrdiff_t x = xa; x < xb; x++) sum += LOAD(src + (y * s.w + x) * s.c + c);
				STORE(to + c, sum / SPLAT(area));
			}
			for (; c < s.c; c++) {
				float sum = 0;
				for (ptrdiff_t y = ya; y < yb; y++)
					for (ptrdiff_t x = xa; x < xb; x++) sum += src[(y * s.w + x) * s.c + c];
				to[c] = sum / area;
			}
		}
}

FUNCTION avg_pool_back_rows(float *dsrc, const float *ddst, pooling s, ptrdiff_t y0, ptrdiff_t y1) {
	for (ptrdiff_t y = y0; y < y1; y++) {
		memset(dsrc + y * s.w * s.c, 0, s.w * s.c * sizeof *dsrc);
		for (ptrdiff_t oy = FIRST(y, s); oy < s.oh && oy * s.stride <= y + s.pad; oy++)
			for (ptrdiff_t ox = 0; ox < s.ow; ox++) {
				const float *d = ddst + (oy * s.ow + ox) * s.c;
				const ptrdiff_t top = oy * s.stride - s.pad, left = ox * s.stride - s.pad;
				const ptrdiff_t ya = top < 0 ? 0 : top, yb = top + s.size < s.h ? top + s.size : s.h;
				const ptrdiff_t xa = left < 0 ? 0 : left, xb = left + s.size < s.w ? left + s.size : s.w;
				const float area = (float)((yb - ya) * (xb - xa));
				for (ptrdiff_t x = xa; x < xb; x++) {
					float *to = dsrc + (y * s.w + x) * s.c;
					for (ptrdiff_t c = 0; c < s.c; c++) to[c] += d[c] / area;
				}
			}
	}
}
#undef LOAD_BYTES
#undef FIRST
