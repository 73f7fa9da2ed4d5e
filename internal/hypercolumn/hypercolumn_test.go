package hypercolumn

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
)

// evaluated returns the value of a node that add makes.
func evaluated(t *testing.T, add func(b *graph.Builder) graph.Node) []float64 {
	t.Helper()
	b := graph.NewDoubleBuilder()
	b.Variable(1)
	n := add(b)
	p, err := b.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(graph.Shape{1}, []float64{0})); err != nil {
		t.Fatal(err)
	}
	return p.Value(n).Float64s()
}

func constant(b *graph.Builder, shape graph.Shape, values ...float64) graph.Node {
	return b.Constant("constant", graph.Double(shape, values))
}

// TestPixels draws pixels of a 3×4 image in regions of all kinds.
func TestPixels(t *testing.T) {
	const h, w = 3, 4
	soft := []float64{0.2, 0.3, 0.5, 0.4, 0.5, 0, 0, 0, 0.1, 0, 0, 0.5}
	hard := []float64{0, 0, 0.51, 0, 1, 0.5, 0, 0, 0, 0, 0, 0.7}
	draw := func(mask []float64) (drawn []float64) {
		return evaluated(t, func(b *graph.Builder) graph.Node {
			image, region := framework.Values{framework.ImageTap: constant(b, graph.Shape{h, w, 1}, make([]float64, h*w)...)}, ""
			if mask != nil {
				region = "sky"
				image["sky/mask"] = constant(b, graph.Shape{h, w, 1}, mask...)
			}
			return pixels(b, image, region, b.Draws(1000))
		})
	}
	all := draw(nil)
	if !slices.Equal(draw(slices.Repeat([]float64{1}, h*w)), all) {
		t.Error("a mask of ones gives other pixels than none")
	}
	for name, c := range map[string]struct {
		drawn  []float64
		inside []int
	}{
		"all":        {all, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		"above half": {draw(hard), []int{2, 4, 11}},
		"the most":   {draw(soft), []int{2, 4, 11}},
	} {
		count := map[int]int{}
		for i := 0; i < len(c.drawn); i += 2 {
			count[int(c.drawn[i])*w+int(c.drawn[i+1])]++
		}
		if len(count) != len(c.inside) {
			t.Errorf("%s: the pixels %v were drawn", name, count)
		}
		for _, at := range c.inside {
			expected := 1000 / float64(len(c.inside)) // with a standard deviation of at most its root
			if math.Abs(float64(count[at])-expected) > 4*math.Sqrt(expected) {
				t.Errorf("%s: pixel %d was drawn %d times", name, at, count[at])
			}
		}
	}
}

// TestColumns: layers are interpolated at the pixel over their stride, in the order of the
// taps and times their weights.
func TestColumns(t *testing.T) {
	s := Sampler{Parts: Taps(2, []framework.LayerWeight{{Layer: "a", Weight: 1}, {Layer: "b", Weight: 10}})}
	got := evaluated(t, func(b *graph.Builder) graph.Node {
		image := framework.Values{
			framework.ImageTap: constant(b, graph.Shape{5, 2, 1}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
			"a":                constant(b, graph.Shape{2, 1, 1}, 100, 200),                              // of a pooling: 5/2 and 2/2, rounded down
			"b":                constant(b, graph.Shape{3, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), // of a convolution without a border
		}
		return s.Columns(b, image, constant(b, graph.Shape{3, 2}, 0, 0, 1, 1, 4, 1))
	})
	want := []float64{0, 100, 10, 20, 6, 150, 70, 80, 18, 200, 110, 120}
	if !slices.Equal(got, want) {
		t.Errorf("hypercolumns %v, want %v", got, want)
	}
}

// TestRelaxedEMD follows the distance by hand in both directions.
func TestRelaxedEMD(t *testing.T) {
	for name, c := range map[string]struct {
		x, y []float64
		want float64
	}{
		"every x is near a y": {[]float64{1, 1.5}, []float64{1, 2, 10}, (0 + 0.5 + 8.5) / 3.},
		"every y is near a x": {[]float64{1, 2, 10}, []float64{1, 1.5}, (0 + 0.5 + 8.5) / 3.},
	} {
		got := evaluated(t, func(b *graph.Builder) graph.Node {
			x, y := constant(b, graph.Shape{len(c.x), 1}, c.x...), constant(b, graph.Shape{len(c.y), 1}, c.y...)
			one := constant(b, graph.Shape{1, len(c.y)}, slices.Repeat([]float64{1}, len(c.y))...)
			nearness := b.Scale(b.Abs(b.Sub(b.MatMul(x, one), b.Transpose(y))), -1)
			return RelaxedEMD(b, x, y, nearness, func(x, y graph.Node) graph.Node { return b.Abs(b.Sub(x, y)) })
		})
		if math.Abs(got[0]-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got[0], c.want)
		}
	}
}

// TestTerms: regions are averaged, and a style image counts for the regions that it has.
func TestTerms(t *testing.T) {
	s := Sampler{Parts: Taps(1, nil), Points: 8, StylePoints: 8}
	b := graph.NewDoubleBuilder()
	b.Variable(1)
	of := func(value float64, regions ...string) framework.Values {
		image := constant(b, graph.Shape{1, 1, 1}, value)
		values := framework.Values{framework.ImageTap: image}
		for _, region := range regions {
			values[named(region, mask)] = constant(b, graph.Shape{1, 1, 1}, 1)
		}
		return values
	}
	terms := func(picture framework.Values, styles ...framework.Target) ([]framework.Term, error) {
		prepared := s.Prepare(b, styles, func(columns graph.Node) framework.Values {
			return framework.Values{"mean": b.Mean(columns)}
		})
		return s.Terms(b, picture, prepared, func(columns graph.Node, style framework.Values) graph.Node {
			return b.Sub(style["mean"], b.Mean(columns))
		})
	}
	all, err := terms(of(1, "sky", "land"), framework.Target{Values: of(5, "sky"), Weight: 0.25}, framework.Target{Values: of(9, "land", "sky"), Weight: 0.75})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := terms(of(1, "sea"), framework.Target{Values: of(5, "sky"), Weight: 1}); err == nil || !strings.Contains(err.Error(), "no style image has the region sea") {
		t.Errorf("error %v", err)
	}
	if len(all) != 2 || all[0].Name != "land" || all[1].Name != "sky" || all[0].Weight != 0.5 || all[1].Weight != 0.5 {
		t.Fatalf("terms %v", all)
	}
	p, err := b.Compile(all[0].Node, all[1].Node)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(graph.Shape{1}, []float64{0})); err != nil {
		t.Fatal(err)
	}
	if land, sky := p.Scalar(all[0].Node), p.Scalar(all[1].Node); math.Abs(land-8) > 1e-12 || math.Abs(sky-(0.25*4+0.75*8)) > 1e-12 {
		t.Errorf("land is %g, sky %g", land, sky)
	}
}
