package neighbours

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
)

// An image is features [H W 2] of the layer a, and masks by region, [H W].
type image struct {
	h, w     int
	features []float64
	masks    map[string][]float64
}

// program returns the program of the loss of a picture of the shape of picture, and its terms.
func program(t *testing.T, c Config, picture image, styles ...image) (*graph.Program, []framework.Term, error) {
	t.Helper()
	c.Layers = []framework.LayerWeight{{Layer: "a", Weight: 2}}
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	b := graph.NewDoubleBuilder()
	represent := func(m image, features graph.Node) framework.Values {
		v := framework.View{Taps: map[string]graph.Node{"a": features}}
		for region, mask := range m.masks {
			if v.Masks == nil {
				v.Masks = map[string]map[string]graph.Node{}
			}
			v.Masks[region] = map[string]graph.Node{"a": b.Constant("mask", graph.Double(graph.Shape{m.h, m.w, 1}, mask))}
		}
		values, err := l.Represent(b, v)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	x := b.Variable(picture.h, picture.w, 2)
	want := framework.Targets{}
	for _, m := range styles {
		values := represent(m, b.Constant("features", graph.Double(graph.Shape{m.h, m.w, 2}, m.features)))
		want[framework.Style] = append(want[framework.Style], framework.Target{Weight: 1, Values: values})
	}
	terms, err := l.Score(b, represent(picture, x), want)
	if err != nil {
		return nil, nil, err
	}
	var nodes []graph.Node
	for _, term := range terms {
		nodes = append(nodes, term.Node)
	}
	p, err := b.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	return p, terms, nil
}

// expect compares the terms of one run.
func expect(t *testing.T, what string, c Config, want map[string]float64, picture image, styles ...image) {
	t.Helper()
	p, terms, err := program(t, c, picture, styles...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(graph.Shape{picture.h, picture.w, 2}, picture.features)); err != nil {
		t.Fatal(err)
	}
	if len(terms) != len(want) {
		t.Errorf("%s: %d terms, want %d", what, len(terms), len(want))
	}
	for _, term := range terms {
		if v, has := want[term.Name]; !has || term.Weight != 2 || math.Abs(p.Scalar(term.Node)-v) > 1e-9 {
			t.Errorf("%s: the term %s is %g, want %g", what, term.Name, p.Scalar(term.Node), v)
		}
	}
}

// Centred, the positions of the picture are (1, −1) and (−1, 1), those of the style
// (−2, −3)/3, (−5, 0)/3 and (7, 3)/3.
var (
	style   = image{1, 3, []float64{1, 0, 0, 1, 4, 2}, nil}
	picture = image{1, 2, []float64{3, 0, 1, 2}, nil}
	byHand  = (1 - 4/math.Sqrt(2*58) + 1 - math.Sqrt(0.5)) / 2
)

func TestByHand(t *testing.T) {
	expect(t, "one style", Defaults(), map[string]float64{"a": byHand}, picture, style)
	expect(t, "pooled over two styles", Defaults(), map[string]float64{"a": byHand}, picture, image{1, 1, []float64{1, 0}, nil}, image{2, 1, []float64{0, 1, 4, 2}, nil})
}

func masked(m image, masks map[string][]float64) image {
	m.masks = masks
	return m
}

// TestRegions: positions are compared within their region only, and a mask of ones equals none.
func TestRegions(t *testing.T) {
	ones := func(n int) map[string][]float64 { return map[string][]float64{"sky": slices.Repeat([]float64{1}, n)} }
	expect(t, "masks of ones", Defaults(), map[string]float64{"sky/a": byHand}, masked(picture, ones(2)), masked(style, ones(3)))

	// The sky's two positions are those of the picture above; of the style's two, centred
	// (0.5, −0.5) and (−0.5, 0.5), one is in each direction. A region of one position is at
	// its mean, as far from all.
	wide := masked(image{1, 3, []float64{3, 0, 1, 2, 9, 9}, nil}, map[string][]float64{"sky": {1, 0.6, 0.4}, "land": {0, 0.4, 0.6}})
	expect(t, "two regions", Defaults(), map[string]float64{"sky/a": 0, "land/a": 1}, wide,
		masked(style, map[string][]float64{"sky": {1, 1, 0}, "land": {0, 0, 1}}), masked(style, map[string][]float64{"sea": {1, 1, 1}}))

	if _, _, err := program(t, Defaults(), wide, masked(style, ones(3))); err == nil || !strings.Contains(err.Error(), "region land") {
		t.Errorf("a region that no style has: %v", err)
	}
}

// TestSamples: of a layer of 4×2 positions with samples 2, four offsets are possible. Each
// step draws one, the same for picture and style: compared with itself the distance is 0.
func TestSamples(t *testing.T) {
	c := Defaults()
	c.Samples = 2
	large := image{4, 2, []float64{1, 2, 5, 3, 2, 7, 9, 1, 4, 4, 0, 6, 8, 5, 3, 1}, nil}
	other := image{2, 4, []float64{2, 1, 3, 8, 2, 2, 6, 1, 0, 3, 7, 7, 1, 5, 4, 9}, nil}
	shape := graph.Shape{4, 2, 2}
	same, of, err := program(t, c, large, large)
	if err != nil {
		t.Fatal(err)
	}
	p, terms, err := program(t, c, large, other)
	if err != nil {
		t.Fatal(err)
	}
	found := map[float64]bool{}
	for step := range uint64(40) {
		for _, program := range []*graph.Program{same, p} {
			if !program.Redraw(1, step) {
				t.Fatal("nothing is drawn")
			}
			if err := program.Run(context.Background(), graph.Double(shape, large.features)); err != nil {
				t.Fatal(err)
			}
		}
		if v := same.Scalar(of[0].Node); math.Abs(v) > 1e-12 {
			t.Errorf("step %d: the picture is %g from itself", step, v)
		}
		found[p.Scalar(terms[0].Node)] = true
	}
	if len(found) != 4 {
		t.Errorf("%d different values, want 4", len(found))
	}
	c.Samples = 3 // a stride of 1 needs no offset
	if p, _, err := program(t, c, large, other); err != nil || p.Redraw(1, 1) {
		t.Errorf("random numbers are drawn for all positions, or %v", err)
	}
}

func TestConfig(t *testing.T) {
	for _, samples := range []int{0, mostSamples + 1} {
		c := Defaults()
		c.Samples = samples
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "samples") {
			t.Errorf("%d samples: %v", samples, err)
		}
	}
}
