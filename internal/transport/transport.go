// Package transport is optimal transport on a line: of weighted samples to others, which is in the
// order of both (docs/design/020).
package transport

import (
	"fmt"
	"math"
	"sync"

	"runexp/framework/graph"
)

// Displacements returns how far each sample of x is from where the optimal transport to y takes it, by
// mean squares: of each row alone, with weights w and v that sum to 1,
//
//	D[k, i] = √w_i · (x[k, i] − T_k(x[k, i]))
//
// T(x) is the mean of the y that x is taken to: those at the same share of the weights in ascending
// order. For equally many samples of equal weights it is the y of the same rank. The last column is the
// root of what is left, the mean variance of these y, so that ΣD² of a row is the squared
// 2-Wasserstein distance. T depends on the order of x alone, so the gradient to x is √w. y and weights
// must not depend on the variable.
//
// x is [K, N] and y [K, M]; weights, [N] and [M], are at least 0, and equal if they are not valid. The
// result is [K, N+1]. It is 0 if all weights of a side are.
func Displacements(b *graph.Builder, x, weights, y, others graph.Node) graph.Node {
	in := []graph.Node{x, y}
	k := rows{p: b.Parallel(), weights: none, others: none}
	if weights.Valid() {
		k.weights = len(in)
		in = append(in, weights)
	}
	if others.Valid() {
		k.others = len(in)
		in = append(in, others)
	}
	if s, t := x.Shape(), y.Shape(); len(s) == 2 && len(t) == 2 {
		k.n, k.m, k.rows = s[1], t[1], s[0]
	}
	return b.Apply(graph.Function{
		Name: "transport",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			fits := k.rows > 0 && in[1][0] == k.rows &&
				(k.weights == none || in[k.weights].Len() == k.n) && (k.others == none || in[k.others].Len() == k.m)
			if !fits {
				return nil, fmt.Errorf("inputs %v, want [K N], [K M] and weights [N] and [M]", in)
			}
			return graph.Shape{k.rows, k.n + 1}, nil
		},
		Single: &kernel[float32]{rows: k},
		Double: &kernel[float64]{rows: k},
		Needs:  graph.NeedsNothing,
	}, in...)
}

const none = -1

// rows has the sizes, and which inputs are the weights of x and y.
type rows struct {
	p               graph.Parallel
	rows, n, m      int
	weights, others int
}

type kernel[T graph.Float] struct {
	rows
	scale        []T       // √w of each sample
	shareX       []float64 // of the samples' weights, in a unit common to both; nil if all are equal
	shareY       []float64
	unitX, unitY float64 // the shares if they are equal

	lock sync.Mutex
	free []*work[T] // as many as tasks have run at once
}

// work is the memory of a task.
type work[T graph.Float] struct{ x, y sorter[T] }

func (k *kernel[T]) Forward(dst []T, in [][]T) {
	total := k.share(in)
	if total == 0 {
		clear(dst)
		return
	}
	k.p.For(k.rows.rows, 1, func(from, to int) {
		w := k.take()
		for r := from; r < to; r++ {
			x, y, d := in[0][r*k.n:][:k.n], in[1][r*k.m:][:k.m], dst[r*(k.n+1):][:k.n+1]
			if k.n == k.m && k.shareX == nil && k.shareY == nil {
				k.pair(d, w.x.order(x), x, w.y.ascending(y))
			} else {
				k.move(d, w.x.order(x), x, w.y.order(y), y, total)
			}
		}
		k.give(w)
	})
}

// pair writes a row of displacements to as many samples, all of equal weights: by rank.
func (k *kernel[T]) pair(d []T, order []uint32, x, ascending []T) {
	scale := k.scale[0]
	for rank, y := range ascending {
		at := order[rank]
		d[at] = scale * (x[at] - y)
	}
	d[k.n] = 0
}

// share sets what each sample weighs. Products of counts are exact, so that weights of 1 are the same as
// none. It returns what all of a side weigh together: 0 if a side has no weight.
func (k *kernel[T]) share(in [][]T) float64 {
	sum := func(input, n int) float64 {
		if input == none {
			return float64(n)
		}
		s := 0.0
		for _, v := range in[input] {
			s += float64(v)
		}
		return s
	}
	k.unitY, k.unitX = sum(k.weights, k.n), sum(k.others, k.m) // each side weighs the other's sum a sample
	spread := func(dst []float64, input int, unit float64) []float64 {
		if input == none {
			return nil
		}
		dst = dst[:0]
		for _, v := range in[input] {
			dst = append(dst, unit*float64(v))
		}
		return dst
	}
	k.shareX, k.shareY = spread(k.shareX, k.weights, k.unitX), spread(k.shareY, k.others, k.unitY)
	total := k.unitX * k.unitY
	if k.scale == nil {
		k.scale = make([]T, k.n)
	}
	for i := range k.scale {
		k.scale[i] = 0
		if total > 0 {
			k.scale[i] = T(math.Sqrt(weight(k.shareX, k.unitX, i) / total))
		}
	}
	return total
}

// weight returns the share of sample i.
func weight(shares []float64, unit float64, i int) float64 {
	if shares == nil {
		return unit
	}
	return shares[i]
}

// move writes a row of displacements of samples in order: both are passed once, by the weight that is
// left of the y at hand.
func (k *kernel[T]) move(d []T, orderX []uint32, xs []T, orderY []uint32, ys []T, total float64) {
	clear(d)
	last := k.m - 1 // of those with a weight; it takes what rounding leaves over
	for weight(k.shareY, k.unitY, int(orderY[last])) == 0 {
		last--
	}
	spread := 0.0
	j, rest := -1, 0.0
	for _, at := range orderX {
		mine := weight(k.shareX, k.unitX, int(at))
		if mine == 0 {
			continue
		}
		// Of the y that x goes to, less the first of them: so one alone has a spread of 0.
		first, sum, squares := 0.0, 0.0, 0.0
		for left := mine; left > 0; {
			for rest <= 0 && j < last {
				j++
				rest = weight(k.shareY, k.unitY, int(orderY[j]))
			}
			part := min(left, rest)
			if j == last {
				part = left
			}
			y := float64(ys[orderY[j]])
			if left == mine {
				first = y
			}
			sum += part * (y - first)
			squares += part * (y - first) * (y - first)
			left, rest = left-part, rest-part
		}
		mean := sum / mine
		d[at] = k.scale[at] * T(float64(xs[at])-first-mean)
		spread += max(squares-sum*mean, 0)
	}
	d[k.n] = T(math.Sqrt(spread / total))
}

// Backward to x is √w · dOut, as T is constant; the others are.
func (k *kernel[T]) Backward(dIn []T, wrt int, dOut []T, _ [][]T, _ []T) {
	if wrt != 0 {
		clear(dIn)
		return
	}
	k.p.For(k.rows.rows, 1, func(from, to int) {
		for r := from; r < to; r++ {
			row, out := dIn[r*k.n:][:k.n], dOut[r*(k.n+1):][:k.n]
			for i, s := range k.scale {
				row[i] = s * out[i]
			}
		}
	})
}

// take returns memory for a task that no other uses.
func (k *kernel[T]) take() *work[T] {
	k.lock.Lock()
	defer k.lock.Unlock()
	last := len(k.free) - 1
	if last < 0 {
		return &work[T]{}
	}
	w := k.free[last]
	k.free = k.free[:last]
	return w
}

func (k *kernel[T]) give(w *work[T]) {
	k.lock.Lock()
	k.free = append(k.free, w)
	k.lock.Unlock()
}
