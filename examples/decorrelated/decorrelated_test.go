package decorrelated

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

func newVariable(t *testing.T) framework.Variable {
	t.Helper()
	v, err := New(Defaults())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVariable(t *testing.T) { plugintest.Variable(t, newVariable(t)) }

// TestByHand compares the picture of a few x with colours computed by hand: the mean
// colour of ImageNet, and one deviation of lightness from it.
func TestByHand(t *testing.T) {
	v := newVariable(t)
	b := graph.NewBuilder(compute.Plain[float32]{})
	picture, err := v.Build(b, b.Variable(1, 2, 3), 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Single(graph.Shape{1, 2, 3}, []float32{0, 0, 0, 1, 0, 0})); err != nil {
		t.Fatal(err)
	}
	want := []float64{0.485, 0.456, 0.406, 0.485 + 0.26, 0.456 + 0.27, 0.406 + 0.27}
	for i, u := range v.Space().ToUnit(p.Value(picture).Single) {
		if math.Abs(float64(u)-want[i]) > 1e-6 {
			t.Errorf("element %d of the picture is %g, want %g", i, u, want[i])
		}
	}
}
