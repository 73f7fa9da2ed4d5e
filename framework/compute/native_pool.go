//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

func (n *native) MaxPool(dst, src []float32, h, w, c int, p Pool, argmax []uint8) {
	oh, ow := checkPool("MaxPool", len(dst), len(src), h, w, c, p)
	check("MaxPool", "argmax", len(argmax), len(dst))
	s := p.shape(h, w, c, oh, ow)
	n.strips(oh, rowsPerStrip(oh, ow*c, n.threads), func(_, y0, y1 int) {
		C.call_max_pool_rows(n.table, pointer(dst), pointer8(argmax), pointer(src), s, size(y0), size(y1))
	})
}

func (n *native) MaxPoolBackward(dSrc, dDst []float32, h, w, c int, p Pool, argmax []uint8) {
	oh, ow := checkPool("MaxPoolBackward", len(dDst), len(dSrc), h, w, c, p)
	check("MaxPoolBackward", "argmax", len(argmax), len(dDst))
	s := p.shape(h, w, c, oh, ow)
	n.strips(h, rowsPerStrip(h, w*c, n.threads), func(_, y0, y1 int) {
		C.call_max_pool_back_rows(n.table, pointer(dSrc), pointer(dDst), pointer8(argmax), s, size(y0), size(y1))
	})
}

func (n *native) AvgPool(dst, src []float32, h, w, c int, p Pool) {
	oh, ow := checkPool("AvgPool", len(dst), len(src), h, w, c, p)
	s := p.shape(h, w, c, oh, ow)
	n.strips(oh, rowsPerStrip(oh, ow*c, n.threads), func(_, y0, y1 int) {
		C.call_avg_pool_rows(n.table, pointer(dst), pointer(src), s, size(y0), size(y1))
	})
}

func (n *native) AvgPoolBackward(dSrc, dDst []float32, h, w, c int, p Pool) {
	oh, ow := checkPool("AvgPoolBackward", len(dDst), len(dSrc), h, w, c, p)
	s := p.shape(h, w, c, oh, ow)
	n.strips(h, rowsPerStrip(h, w*c, n.threads), func(_, y0, y1 int) {
		C.call_avg_pool_back_rows(n.table, pointer(dSrc), pointer(dDst), s, size(y0), size(y1))
	})
}

func (p Pool) shape(h, w, c, oh, ow int) C.pooling {
	return C.pooling{
		h: size(h), w: size(w), c: size(c), oh: size(oh), ow: size(ow),
		size: size(p.Size), stride: size(p.Stride), pad: size(p.Pad),
	}
}
