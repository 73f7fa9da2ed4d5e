//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

func (n *native) Conv(dst, src []float32, h, w int, f *Filter, mask []uint64) {
	n.conv(dst, src, h, w, f, 0, mask)
}

func (n *native) ConvReLU(dst, src []float32, h, w int, f *Filter, mask []uint64) {
	n.conv(dst, src, h, w, f, 1, mask)
}

// conv is Conv, or ConvReLU if rectify is 1.
func (n *native) conv(dst, src []float32, h, w int, f *Filter, rectify C.int, mask []uint64) {
	oh, ow := checkConv("Conv", len(dst), len(src), h, w, f, mask)
	inside := mask
	if !fusable(f.Out) {
		inside = nil
	}
	if len(inside) > 0 {
		inside[len(inside)-1] = 0 // bits past the last element
	}
	if pass := f.forward(); pass == directForward {
		s := n.shape(h, w, oh, ow, f)
		s.rectify = rectify
		n.convolve(dst, src, s, n.prepare(f, pass), f.Bias, inside)
	} else {
		c := winogradConv{h: h, w: w, in: f.In, oh: oh, ow: ow, out: f.Out, pad: f.Pad, tile: pass.tile(),
			filter: n.prepare(f, pass), bias: f.Bias, rectify: rectify, outMask: inside}
		if f.Flat {
			n.winogradFlat(dst, src, c, n.prepare(f, winogradFine))
		} else {
			n.winograd(dst, src, c)
		}
	}
	if mask != nil && inside == nil {
		n.ReLU(dst, dst, mask)
	}
}

func (n *native) ConvBackward(dSrc, dDst []float32, h, w int, f *Filter, mask []uint64) {
	n.convBackward(dSrc, dDst, nil, h, w, f, mask)
}

func (n *native) ConvReLUBackward(dSrc, dDst, src []float32, h, w int, f *Filter, mask []uint64) {
	check("ConvReLUBackward", "src", len(src), len(dSrc))
	n.convBackward(dSrc, dDst, src, h, w, f, mask)
}

// convBackward is ConvBackward, with 0 where gate, unless nil, is not > 0.
func (n *native) convBackward(dSrc, dDst, gate []float32, h, w int, f *Filter, mask []uint64) {
	oh, ow := checkConv("ConvBackward", len(dDst), len(dSrc), h, w, f, mask)
	if mask != nil && !fusable(f.Out) {
		masked := n.take(len(dDst))
		defer n.give(masked)
		n.ReLUBackward(masked, dDst, mask)
		dDst, mask = masked, nil
	}
	if pass := f.backward(); pass != directBackward {
		// The gradient is a convolution of dDst with the kernel turned by 180°.
		n.winograd(dSrc, dDst, winogradConv{h: oh, w: ow, in: f.Out, oh: h, ow: w, out: f.In, pad: 2 - f.Pad, tile: pass.tile(),
			filter: n.prepare(f, pass), inMask: mask, gate: gate})
		return
	}
	n.convolveBack(dSrc, dDst, n.shape(h, w, oh, ow, f), n.prepare(f, directBackward), mask, gate)
}

func (n *native) shape(h, w, oh, ow int, f *Filter) C.convolution {
	return C.convolution{
		h: size(h), w: size(w), in: size(f.In), oh: size(oh), ow: size(ow), out: size(f.Out),
		kh: size(f.KH), kw: size(f.KW), stride: size(f.Stride), pad: size(f.Pad),
	}
}

// convolve is the general path, in strips of rows.
func (n *native) convolve(dst, src []float32, s C.convolution, packed, bias []float32, mask []uint64) {
	perRow := int(s.stride*(s.w+2*s.pad)*s.in) + int(s.ow)*blocks(int(s.out))*block
	once := int((s.kh - s.stride) * (s.w + 2*s.pad) * s.in) // may be negative
	rows := rowsPerStrip(int(s.oh), perRow, n.threads)
	n.strips(int(s.oh), rows, func(worker, y0, y1 int) {
		scratch := n.scratch(worker, once+(y1-y0)*perRow)
		C.call_conv_rows(n.table, pointer(dst), pointer(src), pointer(packed), pointer(bias), bitsPointer(mask),
			s, size(y0), size(y1), pointer(scratch))
	})
}

// convolveBack is the gradient of convolve, in strips of rows of dSrc.
func (n *native) convolveBack(dSrc, dDst []float32, s C.convolution, packed []float32, mask []uint64, gate []float32) {
	perRow := int(s.ow) * (int(s.out) + blocks(int(s.kw*s.in))*block)
	n.strips(int(s.h), rowsPerStrip(int(s.h), perRow, n.threads), func(worker, y0, y1 int) {
		C.call_conv_back_rows(n.table, pointer(dSrc), pointer(dDst), pointer(packed), bitsPointer(mask), pointer(gate),
			s, size(y0), size(y1), pointer(n.scratch(worker, perRow)))
	})
}

// rowsPerStrip returns the rows per strip such that a strip's scratch, perRow elements a
// row, fits in L2 and each thread gets several strips.
func rowsPerStrip(rows, perRow, threads int) int {
	const scratch = 1 << 17 // elements
	return max(1, min(scratch/max(perRow, 1), rows/(4*threads)))
}
