//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

// elementStrip is the number of elements per C call of a simple loop: some 20 µs of memory
// traffic. A multiple of 64, so that no two strips share a word of a mask.
const elementStrip = 1 << 17

func (n *native) ReLU(dst, src []float32, mask []uint64) {
	check("ReLU", "dst", len(dst), len(src))
	checkMask("ReLU", mask, len(src), false)
	n.strips(len(src), elementStrip, func(_, from, to int) {
		C.call_relu(n.table, pointer(dst[from:]), pointer(src[from:]), bitsPointer(mask[from/64:]), size(to-from))
	})
}

func (n *native) ReLUBackward(dSrc, dDst []float32, mask []uint64) {
	check("ReLUBackward", "dSrc", len(dSrc), len(dDst))
	checkMask("ReLUBackward", mask, len(dDst), false)
	n.strips(len(dDst), elementStrip, func(_, from, to int) {
		C.call_relu_back(n.table, pointer(dSrc[from:]), pointer(dDst[from:]), bitsPointer(mask[from/64:]), size(to-from))
	})
}

func (n *native) SquaredError(a, b []float32) float64 {
	check("SquaredError", "b", len(b), len(a))
	return n.sumBlocks(len(a), func(from, to int) float64 {
		var sum C.double
		C.call_squared_error(n.table, &sum, pointer(a[from:]), pointer(b[from:]), size(to-from))
		return float64(sum)
	})
}

func (n *native) SquaredErrorBackward(dA, a, b []float32, scale float64) {
	check("SquaredErrorBackward", "dA", len(dA), len(a))
	check("SquaredErrorBackward", "b", len(b), len(a))
	n.strips(len(a), elementStrip, func(_, from, to int) {
		C.call_squared_error_back(n.table, pointer(dA[from:]), pointer(a[from:]), pointer(b[from:]), C.double(scale), size(to-from))
	})
}

func (n *native) AbsDifferences(src []float32, h, w, c int) (dy, dx float64) {
	check("AbsDifferences", "src", len(src), h*w*c)
	return n.sumRows(h, func(y int) (float64, float64) {
		var rowY, rowX C.double
		C.call_abs_differences_row(n.table, &rowY, &rowX, pointer(src), size(h), size(w*c), size(c), size(y))
		return float64(rowY), float64(rowX)
	})
}

func (n *native) AbsDifferencesBackward(dSrc, src []float32, h, w, c int, wy, wx float64) {
	check("AbsDifferencesBackward", "src", len(src), h*w*c)
	check("AbsDifferencesBackward", "dSrc", len(dSrc), h*w*c)
	n.strips(h, rowsPerStrip(h, w*c, n.threads), func(_, y0, y1 int) {
		C.call_abs_differences_back_rows(n.table, pointer(dSrc), pointer(src), size(h), size(w*c), size(c),
			C.double(wy), C.double(wx), size(y0), size(y1))
	})
}

func (n *native) Affine(dst, src []float32, m [3][3]float64, bias [3]float64) {
	check("Affine", "dst", len(dst), len(src))
	check("Affine", "src", len(src), len(src)/3*3)
	flat := make([]float64, 0, 12) // m row by row, then bias
	for _, row := range m {
		flat = append(flat, row[:]...)
	}
	flat = append(flat, bias[:]...)
	n.strips(len(src)/3, elementStrip/8, func(_, from, to int) {
		C.call_affine(n.table, pointer(dst[3*from:]), pointer(src[3*from:]), pointer64(flat), pointer64(flat[9:]), size(to-from))
	})
}

func (n *native) AffineBackward(dSrc, dDst []float32, m [3][3]float64) {
	check("AffineBackward", "dSrc", len(dSrc), len(dDst))
	check("AffineBackward", "dDst", len(dDst), len(dDst)/3*3)
	n.Affine(dSrc, dDst, transposed(m), [3]float64{})
}

func (n *native) Accumulate(dst, src []float32) {
	check("Accumulate", "dst", len(dst), len(src))
	n.strips(len(dst), elementStrip, func(_, from, to int) {
		C.call_accumulate(n.table, pointer(dst[from:]), pointer(src[from:]), size(to-from))
	})
}
