package graph_test

import (
	"slices"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/graph"
)

// TestDrawsFollowSeedAndStep: equal seeds and steps give equal numbers, in both precisions,
// and everything else others.
func TestDrawsFollowSeedAndStep(t *testing.T) {
	x := graph.Double(graph.Shape{1}, []float64{0})
	numbers := func(b *builder, seed, step uint64) (first, second []float64) {
		b.Variable(1)
		one, two := b.Draws(1000), b.Draws(1000)
		p := must(b.Compile(one, two))
		if !p.Redraw(seed, step) {
			t.Fatal("Redraw: no draws")
		}
		run(t, p, x)
		return slices.Clone(p.Value(one).Float64s()), slices.Clone(p.Value(two).Float64s())
	}
	one, two := numbers(graph.NewDoubleBuilder(), 1, 0)
	if again, _ := numbers(graph.NewDoubleBuilder(), 1, 0); !slices.Equal(one, again) {
		t.Error("the same seed and step: other numbers")
	}
	if single, _ := numbers(graph.NewBuilder(compute.Plain[float32]{}), 1, 0); !slices.Equal(one, single) {
		t.Error("single precision: other numbers")
	}
	mean := 0.0
	for _, v := range one {
		if !(v >= 0 && v < 1) {
			t.Fatalf("%g is not in [0, 1)", v)
		}
		mean += v / 1000
	}
	if mean < 0.45 || mean > 0.55 {
		t.Errorf("the mean of 1000 numbers is %g", mean)
	}
	seeds, _ := numbers(graph.NewDoubleBuilder(), 2, 0)
	steps, _ := numbers(graph.NewDoubleBuilder(), 1, 1)
	for name, other := range map[string][]float64{"another node": two, "another seed": seeds, "another step": steps} {
		if slices.Equal(one, other) {
			t.Errorf("%s: the same numbers", name)
		}
	}

	without := graph.NewDoubleBuilder()
	v := without.Variable(1)
	if p := must(without.Compile(without.Scale(v, 2))); p.Redraw(1, 1) {
		t.Error("Redraw of a program without draws")
	}
}
