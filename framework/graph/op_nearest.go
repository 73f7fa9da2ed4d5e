package graph

import (
	"fmt"
	"math"

	"runexp/framework/compute"
)

// Nearest returns for each row x_i of x the most similar row of the ys: the y_k of all of
// them with the largest
//
//	x_i · (y_k − centre)/|y_k − centre| − handicap_k
//
// the first of ties. For rows x_i of length 1 that is a cosine less the handicap, of which
// there is an [M] for each of ys; nil for none. The result has no gradient. It computes
// in parts, so that neither the matrix of all products nor a copy of ys is ever in memory.
//
// Shapes: x [N C], centre [C], ys [M C], … → [N C]
func (b *Builder) Nearest(x, centre Node, ys, handicaps []Node) Node {
	k := nearest{p: b.Parallel()}
	in := append([]Node{x, centre}, ys...)
	s := x.Shape()
	var err error
	if len(s) != 2 || !centre.Shape().Equal(Shape{s[1]}) || len(ys) == 0 || len(handicaps) > 0 && len(handicaps) != len(ys) {
		err = fmt.Errorf("x %v and centre %v with %d matrices and %d handicaps; want [N C], [C], and at least one matrix", s, centre.Shape(), len(ys), len(handicaps))
	} else {
		k.rows, k.channels = s[0], s[1]
	}
	for i, y := range ys {
		t := y.Shape()
		if err == nil && (len(t) != 2 || t[1] != k.channels || len(handicaps) > 0 && !handicaps[i].Shape().Equal(t[:1])) {
			err = fmt.Errorf("matrix %d, %v, or its handicap, does not fit x %v", i, t, s)
		}
		if err == nil {
			k.of = append(k.of, t[0])
		}
	}
	return b.Apply(Function{
		Name:     "nearest",
		Shape:    func([]Shape) (Shape, error) { return s, err },
		Single:   &nearestKernel[float32]{nearest: k, k: b.single},
		Double:   &nearestKernel[float64]{nearest: k, k: b.double},
		Needs:    NeedsNothing,
		constant: true,
	}, append(in, handicaps...)...)
}

// nearest has the sizes: x is [rows, channels], and matrix i [of[i], channels].
type nearest struct {
	p              Parallel
	rows, channels int
	of             []int
}

// productsAtOnce bounds the matrix of products in memory, in elements, and fewestAtOnce its
// columns from below: with fewer the products would take longer to read x than to compute.
const (
	productsAtOnce = 1 << 20
	fewestAtOnce   = 64
)

// atOnce is how many rows of a matrix are compared with x at once.
func (n nearest) atOnce() int {
	return min(max(productsAtOnce/max(n.rows, 1), fewestAtOnce), maximum(n.of))
}

func maximum(of []int) int {
	largest := 0
	for _, n := range of {
		largest = max(largest, n)
	}
	return largest
}

type nearestKernel[T Float] struct {
	nearest
	k              compute.Kernels[T]
	part, products []T
	best           []T        // of each row of x, so far
	at             [][2]int32 // the matrix and its row that have it
}

func (k *nearestKernel[T]) Forward(dst []T, in [][]T) {
	x, centre, ys, handicaps := in[0], in[1], in[2:2+len(k.of)], in[2+len(k.of):]
	atOnce := k.atOnce()
	k.part, k.products = grown(k.part, atOnce*k.channels), grown(k.products, atOnce*k.rows)
	k.best, k.at = grown(k.best, k.rows), grown(k.at, k.rows)
	for i := range k.best {
		k.best[i], k.at[i] = T(math.Inf(-1)), [2]int32{}
	}
	for m, y := range ys {
		for first := 0; first < k.of[m]; first += atOnce {
			n := min(atOnce, k.of[m]-first)
			part := k.part[:n*k.channels]
			k.p.copyRuns(n, k.channels, func(r, c int) { unit(part[r*c:][:c], y[(first+r)*c:], centre) })
			k.k.MatMul(k.products[:k.rows*n], x, part, k.rows, k.channels, n, false, true)
			var handicap []T
			if len(handicaps) > 0 {
				handicap = handicaps[m][first:][:n]
			}
			k.p.copyRuns(k.rows, n, func(i, n int) { k.better(i, m, first, k.products[i*n:][:n], handicap) })
		}
	}
	k.p.copyRuns(k.rows, k.channels, func(i, c int) {
		copy(dst[i*c:][:c], ys[k.at[i][0]][int(k.at[i][1])*c:])
	})
}

// better compares row i of x with consecutive rows of matrix m.
func (k *nearestKernel[T]) better(i, m, first int, products, handicap []T) {
	for j, h := range handicap {
		products[j] -= h
	}
	best, at := k.best[i], -1
	j := 0
	for ; j+4 <= len(products); j += 4 { // most are no better: four in one branch
		p := products[j : j+4 : j+4]
		if p[0] > best || p[1] > best || p[2] > best || p[3] > best {
			for n, v := range p {
				if v > best {
					best, at = v, j+n
				}
			}
		}
	}
	for ; j < len(products); j++ {
		if products[j] > best {
			best, at = products[j], j
		}
	}
	if at >= 0 {
		k.best[i], k.at[i] = best, [2]int32{int32(m), int32(first + at)}
	}
}

// unit writes (y − centre)/|y − centre|, or 0 if that is 0/0.
func unit[T Float](dst, y, centre []T) {
	squares := 0.0
	for c := range dst {
		d := y[c] - centre[c]
		dst[c] = d
		squares += float64(d) * float64(d)
	}
	if squares == 0 {
		return
	}
	scale := T(1 / math.Sqrt(squares))
	for c := range dst {
		dst[c] *= scale
	}
}

func (k *nearestKernel[T]) Backward([]T, int, []T, [][]T, []T) { panic(noGradient) }

func (k *nearestKernel[T]) saved(int) int64 {
	return 4*int64(k.atOnce())*int64(k.channels+k.rows) + 12*int64(k.rows)
}

func (k *nearestKernel[T]) arithmetic(bool) (direct, real float64) {
	for _, n := range k.of {
		direct += 2 * float64(k.rows) * float64(n) * float64(k.channels)
	}
	return direct, direct
}
