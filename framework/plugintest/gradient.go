// Package plugintest holds the suites that every plugin passes.
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

// Tolerances of Gradient. With steps of 1e-5 the central difference of a smooth
// function with derivatives near 1 is off by some 1e-10; three decades of room
// are left for rounding and curvature.
const (
	step      = 1e-5
	tolerance = 1e-6
)

// Gradient holds the gradient of f at x to central differences in double
// precision: (f(x + hd) − f(x − hd)) / 2h against ∇f·d, for every unit vector d
// where x is small and for 24 random directions besides. x must lie away from
// ties and kinks, where a derivative does not exist; see Away.
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
		t.Fatalf("the gradient's length is %g", scale)
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

// Away returns n numbers of either sign, no two of them and none of them and 0
// closer than 100 steps of Gradient, in random order: away from the ties of a
// maximum and the kinks of |x|.
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
