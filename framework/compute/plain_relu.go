package compute

// ReLU accepts dst == src.
func (Plain[T]) ReLU(dst, src []T, mask []uint64) {
	check("ReLU", "dst", len(dst), len(src))
	checkMask("ReLU", mask, len(src), false)
	reluWords(dst, src, mask, 0, len(mask))
}

// reluWords handles the elements whose bits are in words w0 to w1 of mask.
func reluWords[T Float](dst, src []T, mask []uint64, w0, w1 int) {
	for word := w0; word < w1; word++ {
		bits := uint64(0)
		for i := word * 64; i < min(word*64+64, len(src)); i++ {
			v := src[i]
			if v > 0 {
				bits |= 1 << (i % 64)
			} else if v <= 0 { // neither holds for NaN
				v = 0
			}
			dst[i] = v
		}
		mask[word] = bits
	}
}

func (Plain[T]) ReLUBackward(dSrc, dDst []T, mask []uint64) {
	check("ReLUBackward", "dSrc", len(dSrc), len(dDst))
	checkMask("ReLUBackward", mask, len(dDst), false)
	reluBackwardRange(dSrc, dDst, mask, 0, len(dDst))
}

func reluBackwardRange[T Float](dSrc, dDst []T, mask []uint64, i0, i1 int) {
	for i := i0; i < i1; i++ {
		if set(mask, i) {
			dSrc[i] = dDst[i]
		} else {
			dSrc[i] = 0
		}
	}
}
