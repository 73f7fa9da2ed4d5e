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
		Single: &cosineKernel[float32]{p: b.Parallel()},
		Double: &cosineKernel[float64]{p: b.Parallel()},
		Needs:  NeedsInputs,
	}, x, y)
}

// leastSquare bounds a squared length from below. It is NNST's, in units of features
// squared, whose sums over channels are about 1.
const leastSquare = 1e-8

type cosineKernel[T Float] struct {
	p    Parallel
	sums [][3]float64 // of each row: x·x, y·y, x·y
}

func (k *cosineKernel[T]) Forward(dst []T, in [][]T) {
	x, y := in[0], in[1]
	k.sums = grown(k.sums, len(dst))
	k.p.copyRuns(len(dst), len(x)/len(dst), func(i, n int) {
		k.sums[i] = products(x[i*n:][:n], y[i*n:][:n])
		xx, yy, xy := k.sums[i][0], k.sums[i][1], k.sums[i][2]
		dst[i] = T(1 - xy/math.Sqrt(max(xx, leastSquare)*max(yy, leastSquare)))
	})
}

// Backward writes −d·(y/(|x||y|) − x·(x·y)/(|x|³|y|)) for x, without the second summand
// where |x|² is bounded; for y the same, exchanged.
func (k *cosineKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	x, y := in[wrt], in[1-wrt]
	k.p.copyRuns(len(dOut), len(x)/len(dOut), func(i, n int) {
		dx, x, y := dIn[i*n:][:n], x[i*n:][:n], y[i*n:][:n]
		xx, yy, xy := k.sums[i][wrt], k.sums[i][1-wrt], k.sums[i][2]
		ofY := -float64(dOut[i]) / math.Sqrt(max(xx, leastSquare)*max(yy, leastSquare))
		ofX := 0.0
		if xx > leastSquare {
			ofX = -ofY * xy / xx
		}
		for c := range dx {
			dx[c] = T(float64(ofY*float64(y[c])) + float64(ofX*float64(x[c])))
		}
	})
}

func (k *cosineKernel[T]) saved(n int) int64 { return 24 * int64(n) }

// products returns x·x, y·y and x·y, each in two sums, which halves the time.
func products[T Float](x, y []T) [3]float64 {
	var xx, yy, xy [2]float64
	y = y[:len(x)]
	c := 0
	for ; c+2 <= len(x); c += 2 {
		a, b := float64(x[c]), float64(y[c])
		d, e := float64(x[c+1]), float64(y[c+1])
		xx[0] += float64(a * a)
		yy[0] += float64(b * b)
		xy[0] += float64(a * b)
		xx[1] += float64(d * d)
		yy[1] += float64(e * e)
		xy[1] += float64(d * e)
	}
	if c < len(x) {
		a, b := float64(x[c]), float64(y[c])
		xx[0] += float64(a * a)
		yy[0] += float64(b * b)
		xy[0] += float64(a * b)
	}
	return [3]float64{xx[0] + xx[1], yy[0] + yy[1], xy[0] + xy[1]}
}
