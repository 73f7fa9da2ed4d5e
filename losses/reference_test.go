package losses

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/losses/histogram"
	"runexp/losses/mmd"
	"runexp/losses/moments"
	"runexp/losses/sliced"
)

// TestAgainstPyTorch compares values and gradients with those that testdata/reference.py of each
// loss's package has made.
func TestAgainstPyTorch(t *testing.T) {
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	for name, losses := range map[string]map[string]framework.Loss{
		"histogram": {
			"squared": must(histogram.New(histogram.Config{Layers: layers, Distance: "squared"})),
			"sum":     must(histogram.New(histogram.Config{Layers: layers, Distance: "sum"})),
		},
		"moments": {
			"bn":  must(moments.New(moments.Config{Layers: layers, Of: "both", Distance: "squared"})),
			"cmd": must(moments.New(moments.Config{Layers: layers, Of: "central", Orders: 5, Distance: "norm"})),
		},
		"mmd": {
			"linear": must(mmd.New(mmd.Config{Layers: layers, Kernel: "linear"})),
			"poly":   must(mmd.New(mmd.Config{Layers: layers, Kernel: "poly", Offset: 1.5})),
		},
	} {
		data, err := os.ReadFile(filepath.Join(name, "testdata", "reference.json"))
		if err != nil {
			t.Fatal(err)
		}
		var file map[string]json.RawMessage
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		for of, loss := range losses {
			var want struct {
				Value    float64
				Gradient []float64
			}
			if err := json.Unmarshal(file[of], &want); err != nil {
				t.Fatal(err)
			}
			picture, style := references()
			s := scene{picture: image{picture, nil}, styles: []image{{style, nil}}}
			values, gradient := s.score(t, loss)
			if got := values["a"]; math.Abs(got-want.Value) > 1e-6*math.Abs(want.Value) {
				t.Errorf("%s, %s: the value is %.12g, PyTorch's %.12g", name, of, got, want.Value)
			}
			scale := 0.0
			for _, g := range want.Gradient {
				scale = max(scale, math.Abs(g))
			}
			for i, g := range want.Gradient {
				if math.Abs(gradient[i]-g) > 1e-6*scale {
					t.Fatalf("%s, %s: the gradient %d is %.12g, PyTorch's %.12g", name, of, i, gradient[i], g)
				}
			}
		}
	}
}

// references returns the features of the scripts' picture and style image.
func references() (picture, style graph.Tensor) {
	x, y := make([]float64, 5*7*4), make([]float64, 6*4*4)
	for i := range x {
		at := float64(i)
		x[i] = 3 * math.Sin(1+0.7*at+0.01*at*at)
	}
	for i := range y {
		y[i] = 3 * math.Cos(0.4*float64(i))
	}
	return graph.Double(graph.Shape{5, 7, 4}, x), graph.Double(graph.Shape{6, 4, 4}, y)
}

// An image is features of the layer a, [H, W, C], and masks by region, [H, W].
type image struct {
	features graph.Tensor
	masks    masks
}

// A scene is a picture and style images of equal weights.
type scene struct {
	picture image
	styles  []image
	weights []float64 // of the styles, if they differ
}

// score returns the terms of a loss of the layer a, by name, and the gradient of their sum.
func (s scene) score(t *testing.T, loss framework.Loss) (map[string]float64, []float64) {
	t.Helper()
	p, terms := s.program(t, loss)
	p.Redraw(1, 1)
	if err := p.Run(context.Background(), s.picture.features); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, term := range terms {
		values[term.Name] = p.Scalar(term.Node)
	}
	return values, p.Gradient().Clone().Float64s()
}

// program returns the program of a loss's terms and the gradient of their sum.
func (s scene) program(t *testing.T, loss framework.Loss) (*graph.Program, []framework.Term) {
	t.Helper()
	b := graph.NewDoubleBuilder()
	represent := func(m image, features graph.Node) framework.Values {
		v := framework.View{Taps: map[string]graph.Node{"a": features}}
		for region, mask := range m.masks {
			if v.Masks == nil {
				v.Masks = map[string]map[string]graph.Node{}
			}
			shape := graph.Shape{m.features.Shape[0], m.features.Shape[1], 1}
			v.Masks[region] = map[string]graph.Node{"a": b.Constant("mask", graph.Double(shape, mask))}
		}
		values, err := loss.Represent(b, v)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	x := b.Variable(s.picture.features.Shape...)
	want := framework.Targets{}
	for i, m := range s.styles {
		weight := 1 / float64(len(s.styles))
		if s.weights != nil {
			weight = s.weights[i]
		}
		values := represent(m, b.Constant("style", m.features))
		want[framework.Style] = append(want[framework.Style], framework.Target{Values: values, Weight: weight})
	}
	if preparer, prepares := loss.(framework.TargetPreparer); prepares {
		var err error
		if want, err = preparer.PrepareTargets(b, want); err != nil {
			t.Fatal(err)
		}
	}
	terms, err := loss.Score(b, represent(s.picture, x), want)
	if err != nil {
		t.Fatal(err)
	}
	total := b.Number(0)
	var nodes []graph.Node
	for _, term := range terms {
		nodes = append(nodes, term.Node)
		total = b.Add(total, term.Node)
	}
	p, err := b.CompileGradient(total, nodes...)
	if err != nil {
		t.Fatal(err)
	}
	return p, terms
}

// statistics are the losses that compare what features are like, wherever they are: those whose
// masks are weights of positions.
func statistics() map[string]framework.Loss {
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	return map[string]framework.Loss{
		"histogram":        must(histogram.New(histogram.Config{Layers: layers, Distance: "squared"})),
		"sliced":           must(sliced.New(sliced.Config{Layers: layers, Directions: 5})),
		"mmd, linear":      must(mmd.New(mmd.Config{Layers: layers, Kernel: "linear"})),
		"mmd, poly":        must(mmd.New(mmd.Config{Layers: layers, Kernel: "poly", Offset: 2})),
		"mmd, gaussian":    must(mmd.New(mmd.Config{Layers: layers, Kernel: "gaussian", Pairs: 50})),
		"moments, both":    must(moments.New(moments.Config{Layers: layers, Of: "both", Distance: "squared"})),
		"moments, central": must(moments.New(moments.Config{Layers: layers, Of: "central", Orders: 4, Distance: "norm"})),
	}
}

// TestWeightsOfPositions: a mask of ones is as none; a position of weight 2 is as two positions of
// weight 1, and one of weight 0 is as none; so are halves of all weights.
func TestWeightsOfPositions(t *testing.T) {
	ones := func(m graph.Tensor) image {
		return image{m, masks{"r": slices.Repeat([]float64{1}, m.Shape[0]*m.Shape[1])}}
	}
	x := noise(1, 5, 1)
	y := noise(1, 4, 2)
	// The third position of x is there twice, the first of y three times, with others of weight 0.
	row := func(m graph.Tensor, positions ...int) (c []float64) {
		for _, p := range positions {
			c = append(c, m.Double[3*p:][:3]...)
		}
		return c
	}
	longX := graph.Double(graph.Shape{1, 6, 3}, row(x, 0, 1, 2, 2, 3, 4))
	longY := graph.Double(graph.Shape{1, 6, 3}, row(y, 0, 0, 0, 1, 2, 3))
	for name, loss := range statistics() {
		plain, gradient := scene{picture: image{x, nil}, styles: []image{{y, nil}}}.score(t, loss)
		with, masked := scene{picture: ones(x), styles: []image{ones(y)}}.score(t, loss)
		near(t, name+", a mask of ones", with["r/a"], plain["a"])
		for i, g := range gradient {
			near(t, name+", the gradient under a mask of ones", masked[i], g)
		}
		repeated, _ := scene{picture: ones(longX), styles: []image{ones(longY)}}.score(t, loss)
		weighted, inside := scene{
			picture: image{graph.Double(graph.Shape{1, 6, 3}, append(row(x, 0, 1, 2, 3, 4), 7, 7, 7)), masks{"r": {0.5, 0.5, 1, 0.5, 0.5, 0}}},
			styles:  []image{{graph.Double(graph.Shape{1, 5, 3}, append([]float64{9, 9, 9}, y.Double...)), masks{"r": {0, 0.9, 0.3, 0.3, 0.3}}}},
		}.score(t, loss)
		near(t, name+", weights", weighted["r/a"], repeated["r/a"])
		for _, g := range inside[15:] {
			if g != 0 {
				t.Errorf("%s: a position of weight 0 has the gradient %g", name, g)
			}
		}
	}
}

// TestRegionsHaveTheirOwnStyles: each region is compared with that region of the style images that
// have it, by their weights.
func TestRegionsHaveTheirOwnStyles(t *testing.T) {
	x, y, z := noise(1, 4, 1), noise(1, 4, 2), noise(1, 4, 3)
	cut := func(m graph.Tensor, from, to int) graph.Tensor {
		return graph.Double(graph.Shape{1, to - from, 3}, m.Double[3*from:3*to])
	}
	regions := masks{"l": {1, 1, 0, 0}, "r": {0, 0, 1, 1}}
	for name, loss := range statistics() {
		got, _ := scene{
			picture: image{x, regions}, weights: []float64{0.25, 0.75},
			styles: []image{{y, regions}, {z, masks{"r": regions["r"]}}},
		}.score(t, loss)
		whole := func(from, to int, styles ...graph.Tensor) map[string]float64 {
			s := scene{picture: image{cut(x, from, to), nil}}
			if len(styles) > 1 {
				s.weights = []float64{0.25, 0.75}
			}
			for _, style := range styles {
				s.styles = append(s.styles, image{cut(style, from, to), nil})
			}
			values, _ := s.score(t, loss)
			return values
		}
		near(t, name+", left", got["l/a"], whole(0, 2, y)["a"])
		near(t, name+", right", got["r/a"], whole(2, 4, y, z)["a"])
		if len(got) != 2 {
			t.Errorf("%s: the terms are %v", name, got)
		}
	}
}

// TestPooledStyles: with styles: mean the target is all positions of all style images together.
func TestPooledStyles(t *testing.T) {
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	x, y, z := noise(2, 3, 1), noise(1, 4, 2), noise(2, 2, 3)
	both := graph.Double(graph.Shape{1, 8, 3}, slices.Concat(y.Double, z.Double))
	for name, loss := range map[string]framework.Loss{
		"histogram":      must(histogram.New(histogram.Config{Layers: layers, Distance: "squared", Styles: "mean"})),
		"histogram, sum": must(histogram.New(histogram.Config{Layers: layers, Distance: "sum", Styles: "mean"})),
		"sliced":         must(sliced.New(sliced.Config{Layers: layers, Directions: 5, Styles: "mean"})),
	} {
		pooled, _ := scene{picture: image{x, nil}, styles: []image{{y, nil}, {z, nil}}}.score(t, loss)
		one, _ := scene{picture: image{x, nil}, styles: []image{{both, nil}}}.score(t, loss)
		near(t, name+", equal weights", pooled["a"], one["a"])
		// By weights of ¼ and ¾, y's positions count a third of z's.
		pooled, _ = scene{picture: image{x, nil}, styles: []image{{y, nil}, {z, nil}}, weights: []float64{0.25, 0.75}}.score(t, loss)
		third := 1.0 / 3
		ones := image{x, masks{"r": slices.Repeat([]float64{1}, 6)}}
		one, _ = scene{picture: ones, styles: []image{{both, masks{"r": {third, third, third, third, 1, 1, 1, 1}}}}}.score(t, loss)
		near(t, name+", weights of a quarter", pooled["a"], one["r/a"])
	}
}

// TestPairsEstimateAll: over many draws the mean of the Gaussian kernel's estimate is the discrepancy
// by all pairs, within four standard errors.
func TestPairsEstimateAll(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("mmd", "testdata", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Gaussian struct{ Value float64 } }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	loss := must(mmd.New(mmd.Config{Layers: []framework.LayerWeight{{Layer: "a", Weight: 1}}, Kernel: "gaussian", Sigma: math.Sqrt(8), Pairs: 500}))
	picture, style := references()
	p, terms := scene{picture: image{picture, nil}, styles: []image{{style, nil}}}.program(t, loss)
	const draws = 400
	sum, squares := 0.0, 0.0
	for step := range uint64(draws) {
		p.Redraw(3, step)
		if err := p.Run(context.Background(), picture); err != nil {
			t.Fatal(err)
		}
		v := p.Scalar(terms[0].Node)
		sum, squares = sum+v, squares+v*v
	}
	mean := sum / draws
	deviation := math.Sqrt((squares/draws - mean*mean) / draws)
	if math.Abs(mean-file.Gaussian.Value) > 4*deviation || deviation == 0 || deviation > 0.01 {
		t.Errorf("the mean estimate is %g ± %g, by all pairs it is %g", mean, deviation, file.Gaussian.Value)
	}
}

// near compares two numbers in double precision.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*(math.Abs(want)+1e-3)) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}
