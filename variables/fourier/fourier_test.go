package fourier

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// built returns the variable of a decay.
func built(t *testing.T, decay float64) Variable {
	t.Helper()
	v, err := New(Config{Decay: decay, Bounds: "none"})
	if err != nil {
		t.Fatal(err)
	}
	return v.(Variable)
}

// TestHartley compares the transform with its formula, at even and odd sides, and with more
// rows and columns than a task has.
func TestHartley(t *testing.T) {
	engine, err := compute.NewEngine(compute.Options{Threads: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, size := range [][2]int{{6, 8}, {5, 7}, {1, 4}, {4, 1}, {1, 1}, {70, 5}, {3, 75}} {
		h, w := size[0], size[1]
		x := plugintest.Away(3*h*w, 2)
		got := make([]float64, len(x))
		newKernel[float64](graph.NewBuilder(engine).Parallel(), h, w).transform(got, x)
		for i, v := range got {
			row, column, c := i/3/w, i/3%w, i%3
			want := 0.0
			for k := range h * w {
				sin, cos := math.Sincos(2 * math.Pi * (float64(k/w*row)/float64(h) + float64(k%w*column)/float64(w)))
				want += (sin + cos) * x[3*k+c]
			}
			if want /= math.Sqrt(float64(h * w)); math.Abs(v-want) > 1e-10*float64(h*w) {
				t.Fatalf("%d×%d: number %d is %g, want %g", h, w, i, v, want)
			}
		}
	}
}

// TestScales: of frequency f they fall with 1/f, the mean colour has that of the lowest
// frequency, and their mean square is 1.
func TestScales(t *testing.T) {
	const h, w = 8, 16
	s := built(t, 1).scales(h, w)
	squares := 0.0
	for _, v := range s {
		squares += v * v
	}
	for what, c := range map[string][2]float64{
		"the mean square":             {squares / (h * w), 1},
		"no cycle to one along w":     {s[0] / s[1], 1},
		"one cycle to two along w":    {s[1] / s[2], 2},
		"two cycles to minus two":     {s[2] / s[w-2], 1},
		"one along h to two along w":  {s[w] / s[2], 1},
		"one along w to (4, 8)":       {s[1] / s[4*w+8], math.Sqrt(0.5) * w},
		"no decay":                    {built(t, 0).scales(h, w)[5], 1},
		"decay 2, one cycle to three": {built(t, 2).scales(h, w)[1] / built(t, 2).scales(h, w)[3], 9},
	} {
		if math.Abs(c[0]-c[1]) > 1e-9*c[1] {
			t.Errorf("%s: %g, want %g", what, c[0], c[1])
		}
	}
}

// TestOneCoefficient: the picture of a lightness of one cycle along w is a wave in grey
// around the mean colour.
func TestOneCoefficient(t *testing.T) {
	const h, w = 2, 8
	v := built(t, 1)
	x := make([]float32, 3*h*w)
	x[3] = 1
	b := graph.NewBuilder(compute.Plain[float32]{})
	picture, err := v.Build(b, b.Variable(h, w, 3), h, w)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Single(graph.Shape{h, w, 3}, x)); err != nil {
		t.Fatal(err)
	}
	mean, lightness := framework.ImageNet().Mean, [3]float64{0.26, 0.27, 0.27}
	for i, u := range v.Space().ToUnit(p.Value(picture).Single) {
		sin, cos := math.Sincos(2 * math.Pi * float64(i/3%w) / w)
		want := mean[i%3] + lightness[i%3]*(sin+cos)/math.Sqrt(h*w)*v.scales(h, w)[1]
		if math.Abs(float64(u)-want) > 1e-6 {
			t.Errorf("element %d is %g, want %g", i, u, want)
		}
	}
}

// TestState: state stays with its number of cycles, and frequencies without one get 0 or,
// if it is never negative, that of the nearest.
func TestState(t *testing.T) {
	v := built(t, 1)
	const n = 4 // cycles 0, 1, 2, −1 along the row
	state := make([]float32, 3*n)
	for i := range state {
		state[i] = float32(1 + i/3)
	}
	for _, c := range []struct {
		what framework.Quantity
		w    int
		want []float32
	}{
		{framework.Signed, 8, []float32{1, 2, 3, 0, 0, 0, 0, 4}},
		{framework.NonNegative, 8, []float32{1, 2, 3, 3, 3, 4, 4, 4}},
		{framework.Signed, 3, []float32{1, 2, 4}},
		{framework.NonNegative, 4, []float32{1, 2, 3, 4}},
	} {
		t.Run(fmt.Sprint(c.what, c.w), func(t *testing.T) {
			var got []float32
			for i, u := range v.Resample(c.what, state, 1, n, 1, c.w) {
				if i%3 == 1 {
					got = append(got, u)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// TestProjectKeepsWhatIsInside: x of a picture within the bounds stays, bit by bit.
func TestProjectKeepsWhatIsInside(t *testing.T) {
	v := Bounded{built(t, 1)}
	const h, w = 8, 6
	x := make([]float32, 3*h*w)
	for i := range x {
		x[i] = 0.1 * float32(math.Sin(float64(i)))
	}
	same := slices.Clone(x)
	if v.Project(x, h, w); !slices.Equal(x, same) {
		t.Error("x of a picture within the bounds changes")
	}
}
