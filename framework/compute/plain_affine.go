package compute

func (Plain[T]) Affine(dst, src []T, m [3][3]float64, bias [3]float64) {
	check("Affine", "dst", len(dst), len(src))
	check("Affine", "src", len(src), len(src)/3*3)
	affineRange(dst, src, m, bias, 0, len(src)/3)
}

func (Plain[T]) AffineBackward(dSrc, dDst []T, m [3][3]float64) {
	check("AffineBackward", "dSrc", len(dSrc), len(dDst))
	check("AffineBackward", "dDst", len(dDst), len(dDst)/3*3)
	affineRange(dSrc, dDst, transposed(m), [3]float64{}, 0, len(dDst)/3)
}

// affineRange maps pixels p0 to p1.
func affineRange[T Float](dst, src []T, m [3][3]float64, bias [3]float64, p0, p1 int) {
	for p := p0; p < p1; p++ {
		s := src[3*p:][:3]
		for i := range 3 {
			sum := bias[i]
			for j := range 3 {
				sum += float64(m[i][j] * float64(s[j]))
			}
			dst[3*p+i] = T(sum)
		}
	}
}

func transposed(m [3][3]float64) (t [3][3]float64) {
	for i := range m {
		for j := range m {
			t[i][j] = m[j][i]
		}
	}
	return t
}

func (Plain[T]) Accumulate(dst, src []T) {
	check("Accumulate", "dst", len(dst), len(src))
	accumulateRange(dst, src, 0, len(src))
}

func accumulateRange[T Float](dst, src []T, i0, i1 int) {
	for i := i0; i < i1; i++ {
		dst[i] += src[i]
	}
}
