//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

import "unsafe"

// Gram sums chunks of pixels in parallel and adds them up in order. The size of a chunk
// depends on n and c alone.
func (n *native) Gram(dst, src []float32, pixels, c int, scale float64) {
	check("Gram", "src", len(src), pixels*c)
	check("Gram", "dst", len(dst), c*c)
	wide := blocks(c) * block
	chunk := gramChunk(pixels, wide)
	chunks := max(1, (pixels+chunk-1)/chunk)
	buffer := n.take(2 * chunks * wide * wide)
	defer n.give(buffer)
	sums := unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(buffer))), len(buffer)/2)
	clear(sums)
	n.strips(pixels, chunk, func(worker, k0, k1 int) {
		C.call_gram(n.table, pointer64(sums[k0/chunk*wide*wide:]), pointer(src[k0*c:]), size(k1-k0), size(c),
			pointer(n.scratch(worker, C.GRAM_SUM*wide)))
	})
	n.strips(c, 16, func(_, i0, i1 int) {
		for i := i0; i < i1; i++ {
			for j := i; j < c; j++ {
				total := 0.0
				for at := i*wide + j; at < len(sums); at += wide * wide {
					total += sums[at]
				}
				dst[i*c+j] = float32(scale * total)
				dst[j*c+i] = dst[i*c+j]
			}
		}
	})
}

// gramChunk returns how many pixels are summed into one partial sum: a
// millisecond's work, but no more than 16 MiB of partial sums.
func gramChunk(pixels, c int) int {
	atMost := min(max((1<<21)/(c*c), 4), 32)
	return max((1<<25)/(c*c), 512, (pixels+atMost-1)/atMost)
}

// GramBackward is a 1×1 convolution of src with the symmetric matrix dG + dGᵀ.
func (n *native) GramBackward(dSrc, dDst, src []float32, pixels, c int, scale float64, add bool) {
	check("GramBackward", "dSrc", len(dSrc), pixels*c)
	check("GramBackward", "src", len(src), pixels*c)
	check("GramBackward", "dDst", len(dDst), c*c)
	if add && c%block != 0 {
		gradient := n.take(len(dSrc))
		defer n.give(gradient)
		n.GramBackward(gradient, dDst, src, pixels, c, scale, false)
		n.Accumulate(dSrc, gradient)
		return
	}
	packed := n.take(c * blocks(c) * block)
	defer n.give(packed)
	n.packInto(packed, c, c, func(i, j int) float32 {
		return float32(scale * (float64(dDst[i*c+j]) + float64(dDst[j*c+i])))
	})
	flag := C.int(0)
	if add {
		flag = 1
	}
	const chunk = 240 // pixels: a multiple of the product's rows
	n.strips(pixels, chunk, func(worker, k0, k1 int) {
		if c%block == 0 {
			C.call_multiply_rows(n.table, pointer(dSrc[k0*c:]), pointer(src[k0*c:]), pointer(packed), size(k1-k0), size(c), flag)
			return
		}
		s := C.convolution{
			h: 1, w: size(k1 - k0), in: size(c), oh: 1, ow: size(k1 - k0), out: size(c),
			kh: 1, kw: 1, stride: 1,
		}
		scratch := n.scratch(worker, (k1-k0)*(c+blocks(c)*block))
		C.call_conv_rows(n.table, pointer(dSrc[k0*c:]), pointer(src[k0*c:]), pointer(packed), nil, nil, s, 0, 1, pointer(scratch))
	})
}
