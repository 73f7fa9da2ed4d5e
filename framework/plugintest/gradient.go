// Package plugintest has the conformance suites for plugins.
package plugintest

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"runexp/framework/graph"
)

// A Scalar adds a scalar function of the variable x to b.
type Scalar func(b *graph.Builder, x graph.Node) graph.Node

// Tolerances of Gradient. With steps of 1e-5 the error of the central difference of a smooth
// function with derivatives near 1 is about 1e-10; a margin of 1000 allows for rounding and
// curvature.
const (
	step      = 1e-5
	tolerance = 1e-6
)

// Gradient compares the gradient of f at x with central differences in double precision:
// (f(x + hd) − f(x − hd)) / 2h with ∇f·d, for every unit vector d if x is small, and for 24
// random directions. x must be away from ties and kinks, where there is no derivative; see
// Away.
func Gradient(t *testing.T, shape graph.Shape, x []float64, f Scalar) {
	t.Helper()
	b := graph.NewDoubleBuilder()
	total := f(b, b.Variable(shape...))
	program, err := b.CompileGradient(total)
	if err != nil {
		t.Fatal(err)
	}
	at := func(x []float64) float64 {
		t.Helper()
		if err := program.Run(context.Background(), graph.Double(shape, x)); err != nil {
			t.Fatal(err)
		}
		return program.Scalar(total)
	}
	at(x)
	gradient := program.Gradient().Clone().Double

	random := rand.New(rand.NewPCG(1, uint64(len(x))))
	directions := make([][]float64, 24)
	for i := range directions {
		directions[i] = make([]float64, len(x))
		for j := range x {
			directions[i][j] = random.NormFloat64() / math.Sqrt(float64(len(x)))
		}
	}
	if len(x) <= 64 {
		for j := range x {
			d := make([]float64, len(x))
			d[j] = 1
			directions = append(directions, d)
		}
	}
	scale := 0.0
	for _, g := range gradient {
		scale = math.Hypot(scale, g)
	}
	if scale == 0 || math.IsNaN(scale) || math.IsInf(scale, 0) {
		t.Fatalf("the gradient's norm is %g", scale)
	}
	moved := make([]float64, len(x))
	for i, d := range directions {
		along := func(h float64) float64 {
			for j := range x {
				moved[j] = x[j] + h*d[j]
			}
			return at(moved)
		}
		numeric := (along(step) - along(-step)) / (2 * step)
		analytic := 0.0
		for j := range d {
			analytic += gradient[j] * d[j]
		}
		if diff := math.Abs(numeric - analytic); !(diff <= tolerance*max(scale, math.Abs(numeric))) {
			t.Errorf("direction %d: gradient says %.12g, central difference %.12g", i, analytic, numeric)
		}
	}
}

// Away returns n numbers of either sign in random order, at least 100 steps of Gradient
// apart from each other and from 0: away from the ties of a maximum and the kink of |x|.
func Away(n int, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, 2))
	x := make([]float64, n)
	for i, p := range random.Perm(n) {
		x[i] = (float64(p) + 0.5 - float64(n)/2) * max(200*step, 4/float64(n))
		if x[i] == 0 {
			x[i] = 100 * step
		}
	}
	return x
}
