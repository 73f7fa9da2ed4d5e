package graph

import (
	"fmt"
	"math"
)

// CosineDistance returns 1 − cos of the angle between each row of x and the same row of y:
//
//	1 − x·y / (|x|·|y|)
//
// with sums in double precision. Squared lengths below 1e-8 count as 1e-8, so that a row
// of zeros is at distance 1 from all, with a finite gradient.
//
// Shapes: [N C], [N C] → [N 1]
func (b *Builder) CosineDistance(x, y Node) Node {
	s := x.Shape()
	return b.Apply(Function{
		Name: "cosine distance",
		Shape: func(in []Shape) (Shape, error) {
			if _, err := sameShape(in); err != nil {
				return nil, err
			}
			if len(s) != 2 {
				return nil, fmt.Errorf("inputs %v, want [N C]", s)
			}
			return Shape{s[0], 1}, nil
		},
		Single: cosineKernel[float32]{b.Parallel()},
		Double: cosineKernel[float64]{b.Parallel()},
		Needs:  NeedsInputs,
	}, x, y)
}

// leastSquare bounds a squared length from below. It is NNST's, in units of features
// squared, whose sums over channels are about 1.
const leastSquare = 1e-8

type cosineKernel[T Float] struct{ p Parallel }

func (k cosineKernel[T]) Forward(dst []T, in [][]T) {
	x, y := in[0], in[1]
	k.p.copyRuns(len(dst), len(x)/len(dst), func(i, n int) {
		xx, yy, xy := products(x[i*n:][:n], y[i*n:][:n])
		dst[i] = T(1 - xy/math.Sqrt(max(xx, leastSquare)*max(yy, leastSquare)))
	})
}

// Backward writes −d·(y/(|x||y|) − x·(x·y)/(|x|³|y|)) for x, without the second summand
// where |x|² is bounded; for y the same, exchanged.
func (k cosineKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	x, y := in[wrt], in[1-wrt]
	k.p.copyRuns(len(dOut), len(x)/len(dOut), func(i, n int) {
		dx, x, y := dIn[i*n:][:n], x[i*n:][:n], y[i*n:][:n]
		xx, yy, xy := products(x, y)
		ofY := -float64(dOut[i]) / math.Sqrt(max(xx, leastSquare)*max(yy, leastSquare))
		ofX := 0.0
		if xx > leastSquare {
			ofX = -ofY * xy / xx
		}
		for c := range dx {
			dx[c] = T(ofY*float64(y[c]) + ofX*float64(x[c]))
		}
	})
}

// products returns x·x, y·y and x·y.
func products[T Float](x, y []T) (xx, yy, xy float64) {
	for c, v := range x {
		a, b := float64(v), float64(y[c])
		xx += a * a
		yy += b * b
		xy += a * b
	}
	return xx, yy, xy
}
