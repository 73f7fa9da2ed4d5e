package compute

import "fmt"

// check panics unless a slice has the length that follows from the sizes. Every kernel
// checks all its slices first, since the C code checks nothing.
func check(kernel, slice string, have, want int) {
	if have != want {
		panic(fmt.Sprintf("compute: %s: %s has %d elements, its sizes require %d", kernel, slice, have, want))
	}
}

// checkMask accepts a nil mask where optional.
func checkMask(kernel string, mask []uint64, n int, optional bool) {
	if mask != nil || !optional {
		check(kernel, "mask", len(mask), MaskLen(n))
	}
}

// checkConv returns the output size of f on h × w after checking everything.
// larger and smaller are the lengths on f's input and output side.
func checkConv(kernel string, nOut, nIn, h, w int, f *Filter, mask []uint64) (oh, ow int) {
	if f.In < 1 || f.Out < 1 || f.KH < 1 || f.KW < 1 || f.Stride < 1 || f.Pad < 0 {
		panic(fmt.Sprintf("compute: %s: filter of %d→%d channels, %d×%d, stride %d, padding %d",
			kernel, f.In, f.Out, f.KH, f.KW, f.Stride, f.Pad))
	}
	oh, ow = f.OutSize(h, w)
	checkWindows(kernel, h, w, oh, ow)
	check(kernel, "Filter.Kernel", len(f.Kernel), f.Out*f.In*f.KH*f.KW)
	check(kernel, "Filter.Bias", len(f.Bias), f.Out)
	check(kernel, "the input side", nIn, h*w*f.In)
	check(kernel, "the output side", nOut, oh*ow*f.Out)
	checkMask(kernel, mask, nOut, true)
	return oh, ow
}

// checkConvGram does the same where the output is a Gram matrix of nDst elements.
func checkConvGram(kernel string, nDst, nIn, h, w int, f *Filter) (oh, ow int) {
	oh, ow = f.OutSize(h, w)
	checkConv(kernel, oh*ow*f.Out, nIn, h, w, f, nil)
	check(kernel, "the Gram matrix", nDst, f.Out*f.Out)
	return oh, ow
}

// checkPool does the same as checkConv for a pooling window.
func checkPool(kernel string, nOut, nIn, h, w, c int, p Pool) (oh, ow int) {
	// A byte of argmax can hold 16² positions; a window no larger than the padding could
	// lie outside the picture.
	if p.Size < 1 || p.Size > 16 || p.Stride < 1 || p.Pad < 0 || p.Pad >= p.Size || c < 1 {
		panic(fmt.Sprintf("compute: %s: window %d, stride %d, padding %d over %d channels", kernel, p.Size, p.Stride, p.Pad, c))
	}
	oh, ow = p.OutSize(h, w)
	checkWindows(kernel, h, w, oh, ow)
	check(kernel, "the input side", nIn, h*w*c)
	check(kernel, "the output side", nOut, oh*ow*c)
	return oh, ow
}

// checkMatMul compares the lengths of three matrices with their sizes.
func checkMatMul(nDst, nA, nB, rows, depth, columns int) {
	check("MatMul", "a", nA, rows*depth)
	check("MatMul", "b", nB, depth*columns)
	check("MatMul", "dst", nDst, rows*columns)
}

func checkStrips(n, size int) {
	if n < 0 || size < 1 {
		panic(fmt.Sprintf("compute: Parallel: %d elements in ranges of %d", n, size))
	}
}

func checkWindows(kernel string, h, w, oh, ow int) {
	if h < 1 || w < 1 || oh < 1 || ow < 1 {
		panic(fmt.Sprintf("compute: %s: %d × %d is too small: the output would be %d × %d", kernel, h, w, oh, ow))
	}
}
