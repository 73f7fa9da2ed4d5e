package sliced

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework/graph"
	"runexp/internal/samples"
)

// TestAgainstPyTorch compares the distance along given directions, and its gradient, with those of
// testdata/reference.py, for images of equal and of different sizes.
func TestAgainstPyTorch(t *testing.T) {
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	type result struct {
		Value    float64
		Gradient []float64
	}
	var file struct {
		Directions     []float64
		Equal, Unequal result
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	x := make([]float64, 35*4)
	for i := range x {
		at := float64(i)
		x[i] = 3 * math.Sin(1+0.7*at+0.01*at*at)
	}
	for n, want := range map[int]result{35: file.Equal, 24: file.Unequal} {
		y := make([]float64, n*4)
		for i := range y {
			y[i] = 3 * math.Cos(0.4*float64(i))
		}
		b := graph.NewDoubleBuilder()
		d := distance(b, b.Constant("directions", graph.Double(graph.Shape{6, 4}, file.Directions)),
			samples.Set{Rows: b.Variable(35, 4)}, samples.Set{Rows: b.Constant("y", graph.Double(graph.Shape{n, 4}, y))})
		p, err := b.CompileGradient(d)
		if err == nil {
			err = p.Run(context.Background(), graph.Double(graph.Shape{35, 4}, x))
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Scalar(d); math.Abs(got-want.Value) > 1e-12*want.Value {
			t.Errorf("%d positions: the distance is %.15g, PyTorch's %.15g", n, got, want.Value)
		}
		for i, g := range p.Gradient().Double {
			if math.Abs(g-want.Gradient[i]) > 1e-12 {
				t.Fatalf("%d positions: the gradient %d is %.15g, PyTorch's %.15g", n, i, g, want.Gradient[i])
			}
		}
	}
}

// TestDirections: they are of length 1, uniform on the sphere, other ones after each Redraw and the same for
// the same step.
func TestDirections(t *testing.T) {
	for _, channels := range []int{1, 2, 3, 8} {
		const count = 4000
		b := graph.NewDoubleBuilder()
		d := units(b, count, channels)
		x := b.Variable(1)
		p, err := b.Compile(d, x)
		if err != nil {
			t.Fatal(err)
		}
		run := func(step uint64) []float64 {
			p.Redraw(1, step)
			if err := p.Run(context.Background(), graph.Double(graph.Shape{1}, []float64{0})); err != nil {
				t.Fatal(err)
			}
			return p.Value(d).Clone().Double
		}
		rows, other, again := run(1), run(2), run(1)
		same, sums, fourths := 0, make([]float64, channels), 0.0
		for i, v := range rows {
			if v != again[i] {
				t.Fatal("the same step has other directions")
			}
			if v == other[i] {
				same++
			}
			sums[i%channels] += v / count
			fourths += v * v * v * v / count
		}
		for r := range count {
			length := 0.0
			for _, v := range rows[r*channels:][:channels] {
				length += v * v
			}
			if math.Abs(length-1) > 1e-6 {
				t.Fatalf("%d channels: direction %d has the length %g", channels, r, math.Sqrt(length))
			}
		}
		if channels > 1 && same > 0 {
			t.Errorf("%d channels: %d components are the same in two steps", channels, same)
		}
		// On the sphere a component has the mean 0, the variance 1/C, and the mean fourth power 3/(C(C+2)).
		for c, mean := range sums {
			if math.Abs(mean) > 5/math.Sqrt(float64(count*channels)) {
				t.Errorf("%d channels: component %d has the mean %g", channels, c, mean)
			}
		}
		if want := 3 / float64(channels+2); math.Abs(fourths-want) > 0.05*want {
			t.Errorf("%d channels: the sum of fourth powers is %g, want %g", channels, fourths, want)
		}
	}
}
