package compute

func (Plain[T]) MatMul(dst, a, b []T, rows, depth, columns int, aT, bT bool) {
	checkMatMul(len(dst), len(a), len(b), rows, depth, columns)
	matMulRows(dst, a, b, rows, depth, columns, aT, bT, 0, rows)
}

// matMulRows computes rows i0 to i1 of dst.
func matMulRows[T Float](dst, a, b []T, rows, depth, columns int, aT, bT bool, i0, i1 int) {
	ai, ak := depth, 1 // strides of rows and columns
	if aT {
		ai, ak = 1, rows
	}
	bk, bj := columns, 1
	if bT {
		bk, bj = 1, depth
	}
	sums := make([]float64, columns)
	for i := i0; i < i1; i++ {
		clear(sums)
		for k := range depth {
			v := float64(a[i*ai+k*ak])
			for j := range sums {
				sums[j] += float64(v * float64(b[k*bk+j*bj]))
			}
		}
		for j, sum := range sums {
			dst[i*columns+j] = T(sum)
		}
	}
}
