package hypercolumn

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// An image is features [H W C] of the layer a, and masks by region, [H W].
type image struct {
	h, w, c  int
	features []float64
	masks    map[string][]float64
}

// score returns the terms of picture for the matches of blend in styles, by name, computed as
// in a run. The grid has the size of the features.
func score(t *testing.T, c Config, picture, blend image, styles ...image) (map[string]float64, error) {
	t.Helper()
	c.Layers = []framework.LayerWeight{{Layer: "a", Weight: 1}}
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	represent := func(b *graph.Builder, m image, features graph.Node) framework.Values {
		v := framework.View{Taps: map[string]graph.Node{
			"a": features, framework.ImageTap: b.Constant("image", graph.Double(graph.Shape{4 * m.h, 4 * m.w, 1}, make([]float64, 16*m.h*m.w))),
		}}
		for region, mask := range m.masks {
			if v.Masks == nil {
				v.Masks = map[string]map[string]graph.Node{}
			}
			v.Masks[region] = map[string]graph.Node{framework.ImageTap: b.Constant("mask", graph.Double(graph.Shape{m.h, m.w, 1}, mask))}
		}
		values, err := l.Represent(b, v)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	b := graph.NewDoubleBuilder()
	constant := func(m image) framework.Target {
		return framework.Target{Weight: 1, Values: represent(b, m, b.Constant("features", graph.Double(graph.Shape{m.h, m.w, m.c}, m.features)))}
	}
	shape := graph.Shape{picture.h, picture.w, picture.c}
	x := b.Variable(shape...)
	want := framework.Targets{framework.Start: {constant(blend)}}
	for _, style := range styles {
		want[framework.Style] = append(want[framework.Style], constant(style))
	}
	prepared, err := l.(framework.TargetPreparer).PrepareTargets(b, want)
	if err != nil {
		return nil, err
	}
	terms, err := l.Score(b, represent(b, picture, x), prepared)
	if err != nil {
		t.Fatal(err)
	}
	var nodes []graph.Node
	for _, term := range terms {
		nodes = append(nodes, term.Node)
	}
	p, err := b.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(shape, picture.features)); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, term := range terms {
		values[term.Name] = p.Scalar(term.Node)
	}
	return values, nil
}

func expect(t *testing.T, what string, got map[string]float64, err error, want map[string]float64) {
	t.Helper()
	ok := err == nil && len(got) == len(want)
	for name, v := range want {
		value, has := got[name]
		ok = ok && has && math.Abs(value-v) < 1e-9
	}
	if !ok {
		t.Errorf("%s: %v, want %v (%v)", what, got, want, err)
	}
}

// The positions of the style are (1, 0), (0, 1) and (4, 2), centred (−2, −3)/3, (−5, 0)/3 and
// (7, 3)/3; of the blend (3, 0) and (1, 2), centred (1, −1) and (−1, 1). The first is nearest
// to the third (cosine 0.37 where the others have 0.20 and −0.71), the second to the second.
var (
	style   = image{1, 3, 2, []float64{1, 0, 0, 1, 4, 2}, nil}
	blended = image{1, 2, 2, []float64{3, 0, 1, 2}, nil}
	picture = image{1, 2, 2, []float64{2, 1, 3, 4}, nil}
)

// TestMatchesByHand: the picture's positions are at (4, 2), distance 0, and (0, 1), 1 − 0.8.
func TestMatchesByHand(t *testing.T) {
	got, err := score(t, Defaults(), picture, blended, style)
	expect(t, "distance", got, err, map[string]float64{"all": 0.1})
	got, err = score(t, Defaults(), picture, blended, image{1, 1, 2, []float64{1, 0}, nil}, image{2, 1, 2, []float64{0, 1, 4, 2}, nil})
	expect(t, "pooled over two styles", got, err, map[string]float64{"all": 0.1})
}

func masked(m image, masks map[string][]float64) image {
	m.masks = masks
	return m
}

// TestRegions: positions match within their region only, and a mask of ones equals none.
func TestRegions(t *testing.T) {
	ones := func(n int) map[string][]float64 { return map[string][]float64{"sky": slices.Repeat([]float64{1}, n)} }
	got, err := score(t, Defaults(), masked(picture, ones(2)), masked(blended, ones(2)), masked(style, ones(3)))
	expect(t, "masks of ones", got, err, map[string]float64{"sky": 0.1})

	// Both positions of the picture's land, the second alone, match the style's only one.
	halves := map[string][]float64{"sky": {0.9, 0.4}, "land": {0.1, 0.6}}
	got, err = score(t, Defaults(), masked(picture, halves), masked(blended, halves),
		masked(style, map[string][]float64{"sky": {0, 1, 0}, "land": {1, 0, 0}}), masked(style, map[string][]float64{"sea": {1, 1, 1}}))
	expect(t, "two regions", got, err, map[string]float64{"sky": 1 - 1/math.Sqrt(5), "land": 1 - 0.6})

	if _, err = score(t, Defaults(), masked(picture, halves), masked(blended, halves), masked(style, ones(3))); err == nil || !strings.Contains(err.Error(), "region land") {
		t.Errorf("a region that no style has: %v", err)
	}
}

// TestHypercolumns: each layer is resized to the grid, divided by its channels and multiplied
// by its weight.
func TestHypercolumns(t *testing.T) {
	l, err := New(Config{Layers: []framework.LayerWeight{{Layer: "a", Weight: 1}, {Layer: "b", Weight: 3}}, Alpha: 1})
	if err != nil {
		t.Fatal(err)
	}
	b := graph.NewDoubleBuilder()
	x := b.Variable(4, 12, 1)
	values, err := l.Represent(b, framework.View{Taps: map[string]graph.Node{
		framework.ImageTap: x,
		"a":                b.Slice(b.Slice(x, 0, 0, 1), 1, 0, 5),                     // 0 1 2 3 4
		"b":                b.Reshape(b.Slice(b.Slice(x, 0, 0, 1), 1, 0, 4), 1, 2, 2), // 0 1, 2 3
	}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(values[columns])
	if err != nil {
		t.Fatal(err)
	}
	pixels := make([]float64, 48)
	for i := range pixels {
		pixels[i] = float64(i)
	}
	if err := p.Run(context.Background(), graph.Double(graph.Shape{4, 12, 1}, pixels)); err != nil {
		t.Fatal(err)
	}
	if got, want := p.Value(values[columns]), []float64{0, 0, 1.5, 2, 1.5, 3, 4, 3, 4.5}; !got.Shape.Equal(graph.Shape{3, 3}) || !slices.Equal(got.Double, want) {
		t.Errorf("hypercolumns %v of shape %v, want %v", got.Double, got.Shape, want)
	}
}

// TestBlend: of images of 2×2 pixels the coarse part is the mean.
func TestBlend(t *testing.T) {
	l, err := New(Config{Alpha: 0.25, Layers: Defaults().Layers})
	if err != nil {
		t.Fatal(err)
	}
	filled := func(values ...float32) framework.StageImage {
		m := imaging.New(2, 2)
		for i := range m.Pix {
			m.Pix[i] = values[i/3]
		}
		return framework.StageImage{Image: m, Masks: map[string]*imaging.Image{"sky": m}, Weight: 1}
	}
	from := map[framework.Role][]framework.StageImage{
		framework.Content: {filled(0.1, 0.2, 0.3, 0.6)}, // mean 0.3
		framework.Start:   {filled(0.5, 0.9, 0.9, 0.9)}, // mean 0.8
		framework.Style:   {filled(0, 0, 0, 0)},
	}
	for stage, want := range [][]float32{{0.1, 0.2, 0.3, 0.6}, {0.475, 0.575, 0.675, 0.975}} { // c + 0.75·0.5
		derived, err := l.(framework.ImageDeriver).DeriveImages(stage, from)
		if err != nil {
			t.Fatal(err)
		}
		if len(derived[framework.Style]) != 1 || len(derived[framework.Start]) != 1 || derived[framework.Start][0].Masks["sky"] == nil {
			t.Fatalf("stage %d: %d styles, %d blends", stage, len(derived[framework.Style]), len(derived[framework.Start]))
		}
		for i, v := range derived[framework.Start][0].Pix {
			if math.Abs(float64(v-want[i/3])) > 1e-6 {
				t.Errorf("stage %d: pixel %d of the blend is %g, want %g", stage, i/3, v, want[i/3])
			}
		}
	}
}

// TestTexture: without a content image matches are found for the picture itself.
func TestTexture(t *testing.T) {
	l, err := New(Defaults())
	if err != nil {
		t.Fatal(err)
	}
	start := framework.StageImage{Image: imaging.New(2, 2), Weight: 1}
	for stage := range 2 {
		derived, err := l.(framework.ImageDeriver).DeriveImages(stage, map[framework.Role][]framework.StageImage{framework.Start: {start}, framework.Style: {start}})
		if err != nil || derived[framework.Start][0].Image != start.Image {
			t.Errorf("stage %d: not the start (%v)", stage, err)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, alpha := range []float64{-0.1, 1.1, math.NaN()} {
		c := Defaults()
		c.Alpha = alpha
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "alpha") {
			t.Errorf("alpha %g: %v", alpha, err)
		}
	}
}
