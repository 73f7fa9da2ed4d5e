package compute

import "math"

func (Plain[T]) SquaredError(a, b []T) float64 {
	check("SquaredError", "b", len(b), len(a))
	total := 0.0
	for i := 0; i < len(a); i += sumBlock {
		total += squaredErrorRange(a, b, i, min(i+sumBlock, len(a)))
	}
	return total
}

func squaredErrorRange[T Float](a, b []T, i0, i1 int) float64 {
	sum := 0.0
	for i := i0; i < i1; i++ {
		d := float64(a[i]) - float64(b[i])
		sum += float64(d * d)
	}
	return sum
}

func (Plain[T]) SquaredErrorBackward(dA, a, b []T, scale float64) {
	check("SquaredErrorBackward", "dA", len(dA), len(a))
	check("SquaredErrorBackward", "b", len(b), len(a))
	squaredErrorBackwardRange(dA, a, b, scale, 0, len(a))
}

func squaredErrorBackwardRange[T Float](dA, a, b []T, scale float64, i0, i1 int) {
	for i := i0; i < i1; i++ {
		dA[i] = T(2 * scale * (float64(a[i]) - float64(b[i])))
	}
}

func (Plain[T]) AbsDifferences(src []T, h, w, c int) (dy, dx float64) {
	check("AbsDifferences", "src", len(src), h*w*c)
	for y := range h { // a row is a block
		rowY, rowX := absDifferencesRow(src, h, w, c, y)
		dy, dx = dy+rowY, dx+rowX
	}
	return dy, dx
}

// absDifferencesRow sums the differences between row y and the next, and those within row y.
func absDifferencesRow[T Float](src []T, h, w, c, y int) (dy, dx float64) {
	row := src[y*w*c:]
	for i := range w * c {
		if y+1 < h {
			dy += math.Abs(float64(row[i+w*c]) - float64(row[i]))
		}
		if i+c < w*c {
			dx += math.Abs(float64(row[i+c]) - float64(row[i]))
		}
	}
	return dy, dx
}

func (Plain[T]) AbsDifferencesBackward(dSrc, src []T, h, w, c int, wy, wx float64) {
	check("AbsDifferencesBackward", "src", len(src), h*w*c)
	check("AbsDifferencesBackward", "dSrc", len(dSrc), h*w*c)
	absDifferencesBackwardRows(dSrc, src, h, w, c, wy, wx, 0, h)
}

// absDifferencesBackwardRows computes rows y0 to y1: an element is the minuend
// of the difference before it and the subtrahend of the one after.
func absDifferencesBackwardRows[T Float](dSrc, src []T, h, w, c int, wy, wx float64, y0, y1 int) {
	for y := y0; y < y1; y++ {
		for i := range w * c {
			at := y*w*c + i
			signsY, signsX := 0, 0
			if y > 0 {
				signsY += sign(src[at], src[at-w*c])
			}
			if y+1 < h {
				signsY -= sign(src[at+w*c], src[at])
			}
			if i >= c {
				signsX += sign(src[at], src[at-c])
			}
			if i+c < w*c {
				signsX -= sign(src[at+c], src[at])
			}
			dSrc[at] = T(float64(wy*float64(signsY)) + float64(wx*float64(signsX)))
		}
	}
}

// sign returns the sign of a − b.
func sign[T Float](a, b T) int {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	}
	return 0
}
