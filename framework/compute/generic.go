package compute

// generic runs Plain's kernels in strips on the pool: the fallback for machines without a
// native variant, and the variant that the race detector can check.
type generic struct{ *pool }

var _ Kernels[float32] = generic{}

// Sizes of strips, in elements: of simple loops, and of masks (a word of bits must be
// written by one worker only).
const (
	rangeStrip = 1 << 14
	wordStrip  = rangeStrip / 64
)

func (g generic) Conv(dst, src []float32, h, w int, f *Filter, mask []uint64) {
	oh, _ := checkConv("Conv", len(dst), len(src), h, w, f, mask)
	g.strips(oh, 1, func(_, y0, y1 int) { convRows(dst, src, h, w, f, y0, y1) })
	if mask != nil {
		g.ReLU(dst, dst, mask)
	}
}

func (g generic) ConvBackward(dSrc, dDst []float32, h, w int, f *Filter, mask []uint64) {
	checkConv("ConvBackward", len(dDst), len(dSrc), h, w, f, mask)
	g.strips(h, 1, func(_, y0, y1 int) { convBackwardRows(dSrc, dDst, h, w, f, mask, y0, y1) })
}

func (g generic) ConvReLU(dst, src []float32, h, w int, f *Filter, mask []uint64) {
	g.Conv(dst, rectified(src), h, w, f, mask)
}

func (g generic) ConvReLUBackward(dSrc, dDst, src []float32, h, w int, f *Filter, mask []uint64) {
	check("ConvReLUBackward", "src", len(src), len(dSrc))
	g.ConvBackward(dSrc, dDst, h, w, f, mask)
	g.strips(len(src), rangeStrip, func(_, i0, i1 int) { closeGate(dSrc, src, i0, i1) })
}

func (g generic) ReLU(dst, src []float32, mask []uint64) {
	check("ReLU", "dst", len(dst), len(src))
	checkMask("ReLU", mask, len(src), false)
	g.strips(len(mask), wordStrip, func(_, w0, w1 int) { reluWords(dst, src, mask, w0, w1) })
}

func (g generic) ReLUBackward(dSrc, dDst []float32, mask []uint64) {
	check("ReLUBackward", "dSrc", len(dSrc), len(dDst))
	checkMask("ReLUBackward", mask, len(dDst), false)
	g.strips(len(dDst), rangeStrip, func(_, i0, i1 int) { reluBackwardRange(dSrc, dDst, mask, i0, i1) })
}

func (g generic) MaxPool(dst, src []float32, h, w, c int, p Pool, argmax []uint8) {
	oh, _ := checkPool("MaxPool", len(dst), len(src), h, w, c, p)
	check("MaxPool", "argmax", len(argmax), len(dst))
	g.strips(oh, 1, func(_, y0, y1 int) { maxPoolRows(dst, src, h, w, c, p, argmax, y0, y1) })
}

func (g generic) MaxPoolBackward(dSrc, dDst []float32, h, w, c int, p Pool, argmax []uint8) {
	checkPool("MaxPoolBackward", len(dDst), len(dSrc), h, w, c, p)
	check("MaxPoolBackward", "argmax", len(argmax), len(dDst))
	g.strips(h, 1, func(_, y0, y1 int) { maxPoolBackwardRows(dSrc, dDst, h, w, c, p, argmax, y0, y1) })
}

func (g generic) AvgPool(dst, src []float32, h, w, c int, p Pool) {
	oh, _ := checkPool("AvgPool", len(dst), len(src), h, w, c, p)
	g.strips(oh, 1, func(_, y0, y1 int) { avgPoolRows(dst, src, h, w, c, p, y0, y1) })
}

func (g generic) AvgPoolBackward(dSrc, dDst []float32, h, w, c int, p Pool) {
	checkPool("AvgPoolBackward", len(dDst), len(dSrc), h, w, c, p)
	g.strips(h, 1, func(_, y0, y1 int) { avgPoolBackwardRows(dSrc, dDst, h, w, c, p, y0, y1) })
}

func (g generic) Gram(dst, src []float32, n, c int, scale float64) {
	check("Gram", "src", len(src), n*c)
	check("Gram", "dst", len(dst), c*c)
	g.strips(c, 4, func(_, i0, i1 int) { gramRows(dst, src, n, c, scale, i0, i1) })
}

func (g generic) GramBackward(dSrc, dDst, src []float32, n, c int, scale float64, add bool) {
	check("GramBackward", "dSrc", len(dSrc), n*c)
	check("GramBackward", "src", len(src), n*c)
	check("GramBackward", "dDst", len(dDst), c*c)
	g.strips(n, 16, func(_, k0, k1 int) { gramBackwardRows(dSrc, dDst, src, c, scale, add, k0, k1) })
}

func (g generic) ConvGram(dst, src []float32, h, w int, f *Filter, scale float64) {
	convGram(g, dst, src, h, w, f, scale)
}

func (g generic) ConvGramBackward(dSrc, dDst, src []float32, h, w int, f *Filter, scale float64, add bool) {
	convGramBackward(g, dSrc, dDst, src, h, w, f, scale, add)
}

func (g generic) SquaredError(a, b []float32) float64 {
	check("SquaredError", "b", len(b), len(a))
	return g.sumBlocks(len(a), func(i0, i1 int) float64 { return squaredErrorRange(a, b, i0, i1) })
}

func (g generic) SquaredErrorBackward(dA, a, b []float32, scale float64) {
	check("SquaredErrorBackward", "dA", len(dA), len(a))
	check("SquaredErrorBackward", "b", len(b), len(a))
	g.strips(len(a), rangeStrip, func(_, i0, i1 int) { squaredErrorBackwardRange(dA, a, b, scale, i0, i1) })
}

func (g generic) AbsDifferences(src []float32, h, w, c int) (dy, dx float64) {
	check("AbsDifferences", "src", len(src), h*w*c)
	return g.sumRows(h, func(y int) (float64, float64) { return absDifferencesRow(src, h, w, c, y) })
}

func (g generic) AbsDifferencesBackward(dSrc, src []float32, h, w, c int, wy, wx float64) {
	check("AbsDifferencesBackward", "src", len(src), h*w*c)
	check("AbsDifferencesBackward", "dSrc", len(dSrc), h*w*c)
	g.strips(h, 8, func(_, y0, y1 int) { absDifferencesBackwardRows(dSrc, src, h, w, c, wy, wx, y0, y1) })
}

func (g generic) Affine(dst, src []float32, m [3][3]float64, bias [3]float64) {
	check("Affine", "dst", len(dst), len(src))
	check("Affine", "src", len(src), len(src)/3*3)
	g.strips(len(src)/3, rangeStrip, func(_, p0, p1 int) { affineRange(dst, src, m, bias, p0, p1) })
}

func (g generic) AffineBackward(dSrc, dDst []float32, m [3][3]float64) {
	check("AffineBackward", "dSrc", len(dSrc), len(dDst))
	check("AffineBackward", "dDst", len(dDst), len(dDst)/3*3)
	g.strips(len(dDst)/3, rangeStrip, func(_, p0, p1 int) { affineRange(dSrc, dDst, transposed(m), [3]float64{}, p0, p1) })
}

func (g generic) Accumulate(dst, src []float32) {
	check("Accumulate", "dst", len(dst), len(src))
	g.strips(len(dst), rangeStrip, func(_, i0, i1 int) { accumulateRange(dst, src, i0, i1) })
}

func (g generic) MatMul(dst, a, b []float32, rows, depth, columns int, aT, bT bool) {
	checkMatMul(len(dst), len(a), len(b), rows, depth, columns)
	g.strips(rows, 4, func(_, i0, i1 int) { matMulRows(dst, a, b, rows, depth, columns, aT, bT, i0, i1) })
}
