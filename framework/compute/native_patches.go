//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

import "unsafe"

// What patches.h sums at once.
const (
	patchesAtOnce = 64
	patchColumns  = 8
)

// ConvGram sums chunks of rows in parallel and adds them up in order. The rows of a chunk
// depend on the width alone.
func (n *native) ConvGram(dst, src []float32, h, w int, f *Filter, scale float64) {
	oh, ow := checkConvGram("ConvGram", len(dst), len(src), h, w, f)
	wide := (f.depth() + 1 + patchColumns - 1) / patchColumns * patchColumns
	chunk := max(1, (1<<13)/ow)
	chunks := (oh + chunk - 1) / chunk
	buffer := n.take(2 * (chunks*wide*wide + f.patchWork()))
	defer n.give(buffer)
	sums := doubles(buffer)[:chunks*wide*wide]
	clear(sums)
	s := n.shape(h, w, oh, ow, f)
	n.strips(oh, chunk, func(worker, y0, y1 int) {
		C.call_patch_gram(n.table, pointer64(sums[y0/chunk*wide*wide:]), pointer(src), s, size(y0), size(y1),
			pointer64(doubles(n.scratch(worker, 2*patchesAtOnce*wide))))
	})
	total := sums[:wide*wide]
	for i, v := range sums[wide*wide:] {
		total[i%len(total)] += v
	}
	f.gramOfPatches(dst, total, wide, scale, doubles(buffer)[len(sums):])
}

// doubles reinterprets the memory of s as float64.
func doubles(s []float32) []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(s))), len(s)/2)
}

func (n *native) ConvGramBackward(dSrc, dDst, src []float32, h, w int, f *Filter, scale float64, add bool) {
	oh, ow := checkConvGram("ConvGramBackward", len(dDst), len(src), h, w, f)
	check("ConvGramBackward", "dSrc", len(dSrc), len(src))
	depth := f.depth()
	buffer := n.take(2 * ((depth+1)*depth + f.patchWork()))
	defer n.give(buffer)
	matrix := doubles(buffer)[:(depth+1)*depth]
	f.patchesBackward(matrix, dDst, scale, doubles(buffer)[len(matrix):])
	wide := blocks(depth) * block
	packed := n.take((depth + 1) * wide)
	defer n.give(packed)
	n.packInto(packed, depth, depth, func(i, j int) float32 { return float32(matrix[i*depth+j]) })
	bias := packed[depth*wide:][:depth]
	for j := range bias {
		bias[j] = float32(matrix[depth*depth+j])
	}
	s := n.shape(h, w, oh, ow, f)
	s.out = size(depth)
	flag := C.int(0)
	if add {
		flag = 1
	}
	perWindow := ow*wide + f.Stride*(w+2*f.Pad)*f.In
	once := f.KH * (w + 2*f.Pad) * f.In
	rows := rowsPerStrip(h, perWindow/f.Stride, n.threads)
	n.strips(h, rows, func(worker, y0, y1 int) {
		windows := (y1-y0+f.KH-2)/f.Stride + 1 // windows that overlap these rows
		C.call_patch_back_rows(n.table, pointer(dSrc), pointer(src), pointer(packed), pointer(bias), s, size(y0), size(y1), flag,
			pointer(n.scratch(worker, once+windows*perWindow)))
	})
}
