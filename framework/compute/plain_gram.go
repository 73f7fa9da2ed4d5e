package compute

func (Plain[T]) Gram(dst, src []T, n, c int, scale float64) {
	check("Gram", "src", len(src), n*c)
	check("Gram", "dst", len(dst), c*c)
	gramRows(dst, src, n, c, scale, 0, c)
}

// gramRows computes rows i0 to i1 of dst.
func gramRows[T Float](dst, src []T, n, c int, scale float64, i0, i1 int) {
	sums := make([]float64, c)
	for i := i0; i < i1; i++ {
		clear(sums)
		for k := range n {
			row := src[k*c:][:c]
			v := float64(row[i])
			for j := range row {
				sums[j] += float64(v * float64(row[j]))
			}
		}
		for j, sum := range sums {
			dst[i*c+j] = T(scale * sum)
		}
	}
}

func (Plain[T]) GramBackward(dSrc, dDst, src []T, n, c int, scale float64, add bool) {
	check("GramBackward", "dSrc", len(dSrc), n*c)
	check("GramBackward", "src", len(src), n*c)
	check("GramBackward", "dDst", len(dDst), c*c)
	gramBackwardRows(dSrc, dDst, src, c, scale, add, 0, n)
}

// gramBackwardRows computes rows k0 to k1 of dSrc.
func gramBackwardRows[T Float](dSrc, dDst, src []T, c int, scale float64, add bool, k0, k1 int) {
	for k := k0; k < k1; k++ {
		row := src[k*c:][:c]
		for j := range c {
			sum := 0.0
			for i, v := range row {
				sum += float64(float64(v) * (float64(dDst[i*c+j]) + float64(dDst[j*c+i])))
			}
			sum *= scale
			if add {
				sum += float64(dSrc[k*c+j])
			}
			dSrc[k*c+j] = T(sum)
		}
	}
}
