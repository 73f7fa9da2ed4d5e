package lbfgs

import (
	"math"
	"slices"
)

// A pair is a step s and the change y of the gradient along it.
type pair struct {
	s, y  []float32
	sy    float64 // s·y
	scale float64 // s·y / y·y, the size of the inverse Hessian along y
}

// flat is the cosine between s and y below which a pair is discarded. On a quadratic of
// condition κ the cosine is at least 2/√κ, and single precision does not resolve the κ of
// 1e-8. Byrd et al. (1995, equation 3.9) require s·y > ε·y·y instead, which depends on the
// unit of the loss.
const flat = 1e-8

// newPair returns the pair of s and y. ok is false if the curvature along s is not
// positive: the pair would make the inverse Hessian indefinite.
func (o *Optimizer) newPair(s, y []float32) (pair, bool) {
	sy, yy := dot(s, y), dot(y, y)
	p := pair{s: s, y: y, sy: sy, scale: sy / yy}
	if o.c.asTorch() {
		return p, sy > torchFlat
	}
	return p, sy > flat*math.Sqrt(dot(s, s))*math.Sqrt(yy)
}

// update adds the pair of the last step, which ended at x with gradient g, to the history.
// s is the actual difference, including changes of x by the caller. At a new size the
// history is cleared.
func (o *Optimizer) update(x, g []float32) {
	if len(o.x) != len(x) {
		if len(o.g) != len(x) { // else they are of torch's rules
			o.pairs = nil
		}
		o.x, o.g = slices.Clone(x), slices.Clone(g)
		return
	}
	for i := range x {
		o.x[i] = x[i] - o.x[i]
	}
	o.x = o.record(o.x, g)
	copy(o.x, x)
}

// record sets o.g to g and adds the pair of s and the difference to the history, if its
// curvature is positive. A pair that is added keeps s: what record returns replaces it.
func (o *Optimizer) record(s, g []float32) []float32 {
	y := o.g // becomes the pair's in place
	for i := range g {
		y[i] = g[i] - y[i]
	}
	if p, ok := o.newPair(s, y); ok {
		if len(o.pairs) < o.c.History {
			s, o.g = make([]float32, len(g)), make([]float32, len(g))
		} else {
			s, o.g = o.pairs[0].s, o.pairs[0].y
			o.pairs = slices.Delete(o.pairs, 0, 1)
		}
		o.pairs = append(o.pairs, p)
	}
	copy(o.g, g)
	return s
}

// direct sets d to −Hg and returns the slope g·d. Nocedal and Wright's
// algorithm 7.4: the vectors in single precision, products and sums in double.
// The slope is NaN if g is 0.
func (o *Optimizer) direct() float64 {
	for i, g := range o.g {
		o.d[i] = -g
	}
	along := make([]float64, len(o.pairs))
	for i, p := range slices.Backward(o.pairs) {
		along[i] = dot(p.s, o.d) / p.sy
		add(o.d, -along[i], p.y)
	}
	scale := o.scale()
	for i, d := range o.d {
		o.d[i] = float32(scale * float64(d))
	}
	for i, p := range o.pairs {
		add(o.d, along[i]-dot(p.y, o.d)/p.sy, p.s)
	}
	return dot(o.g, o.d)
}

// scale is the initial inverse Hessian, before the pairs are applied.
func (o *Optimizer) scale() float64 {
	switch {
	case len(o.pairs) > 0:
		return o.pairs[len(o.pairs)-1].scale
	case o.c.asTorch():
		return 1
	}
	return 1 / math.Sqrt(dot(o.g, o.g))
}

// dot returns a·b. The products are exact in double precision.
func dot(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}

// add adds k·a to dst.
func add(dst []float32, k float64, a []float32) {
	for i, v := range a {
		dst[i] = float32(float64(dst[i]) + float64(k*float64(v)))
	}
}

// norm1 returns the sum of the magnitudes of a.
func norm1(a []float32) float64 {
	sum := 0.0
	for _, v := range a {
		sum += math.Abs(float64(v))
	}
	return sum
}
