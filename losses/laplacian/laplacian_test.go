package laplacian

import (
	"context"
	"math"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// scored returns the loss of x against y, [h w 3].
func scored(t *testing.T, c Config, h, w int, x, y []float64) (float64, error) {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	b := graph.NewDoubleBuilder()
	shape := graph.Shape{h, w, 3}
	represent := func(n graph.Node) framework.Values {
		values, failed := l.Represent(b, framework.View{Taps: map[string]graph.Node{framework.ImageTap: n}})
		if failed != nil {
			err = failed
		}
		return values
	}
	got := represent(b.Variable(shape...))
	want := framework.Targets{framework.Content: {{Values: represent(b.Constant("content", graph.Double(shape, y))), Weight: 1}}}
	if err != nil {
		return 0, err
	}
	terms, err := l.Score(b, got, want)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(terms[0].Node)
	if err == nil {
		err = p.Run(context.Background(), graph.Double(shape, x))
	}
	if err != nil {
		t.Fatal(err)
	}
	return p.Scalar(terms[0].Node), nil
}

// TestByDefinition compares the loss with sums over windows and neighbours.
func TestByDefinition(t *testing.T) {
	for _, c := range []struct{ h, w, pool int }{{5, 6, 1}, {7, 9, 2}, {14, 12, 4}} {
		x, y := plugintest.Away(c.h*c.w*3, 1), plugintest.Away(c.h*c.w*3, 2)
		at := func(i, j int) float64 { // the mean of a window of x − y, summed over channels
			sum := 0.0
			for row := i * c.pool; row < (i+1)*c.pool; row++ {
				for column := j * c.pool; column < (j+1)*c.pool; column++ {
					for k := range 3 {
						at := (row*c.w+column)*3 + k
						sum += x[at] - y[at]
					}
				}
			}
			return sum / float64(c.pool*c.pool)
		}
		sum, n := 0.0, 0.0
		for i := 1; i < c.h/c.pool-1; i++ {
			for j := 1; j < c.w/c.pool-1; j++ {
				d := 4*at(i, j) - at(i-1, j) - at(i+1, j) - at(i, j-1) - at(i, j+1)
				sum, n = sum+d*d, n+1
			}
		}
		for distance, want := range map[string]float64{"sum": sum, "squared": sum / n} {
			got, err := scored(t, Config{c.pool, distance}, c.h, c.w, x, y)
			if err != nil || math.Abs(got-want) > 1e-6*want {
				t.Errorf("pool %d, %s: %g, want %g; %v", c.pool, distance, got, want, err)
			}
		}
	}
}

// TestPlane: a plane of any slope has no Laplacian, and so no distance from another.
func TestPlane(t *testing.T) {
	plane := func(dy, dx float64) (x []float64) {
		for i := range 8 * 8 * 3 {
			x = append(x, dy*float64(i/3/8)+dx*float64(i/3%8))
		}
		return x
	}
	if got, err := scored(t, Config{2, "sum"}, 8, 8, plane(1, 2), plane(-3, 5)); err != nil || math.Abs(got) > 1e-12 {
		t.Errorf("%g, %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	x := make([]float64, 8*12*3)
	if _, err := scored(t, Defaults(), 8, 12, x, x); err == nil || !strings.Contains(err.Error(), "8×12 pixels are fewer than 3×3 windows of pool: 4") {
		t.Errorf("a small picture: %v", err)
	}
	for field, c := range map[string]Config{"pool": {0, "squared"}, "distance": {4, "cosine"}} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
