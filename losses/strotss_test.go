package losses

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/losses/covariance"
	"runexp/losses/emd"
	"runexp/losses/palette"
	"runexp/losses/selfsimilarity"
)

// ofPoints are the losses at random pixels, of a few pixels and the layer a.
func ofPoints(t *testing.T) map[string]framework.Loss {
	t.Helper()
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	all := map[string]framework.Loss{}
	add := func(name string, l framework.Loss, err error) {
		if err != nil {
			t.Fatal(err)
		}
		all[name] = l
	}
	l, err := emd.New(emd.Config{Layers: layers, Pixels: 1, Points: 30, StylePoints: 40})
	add("emd", l, err)
	l, err = covariance.New(covariance.Config{Layers: layers, Pixels: 1, Points: 30, StylePoints: 40})
	add("covariance", l, err)
	l, err = palette.New(palette.Config{Grey: 0.5, Points: 30, StylePoints: 40})
	add("palette", l, err)
	l, err = selfsimilarity.New(selfsimilarity.Config{Layers: layers, Pixels: 1, Points: 30})
	add("selfsimilarity", l, err)
	return all
}

// masks are an image's masks by region; nil for none.
type masks map[string][]float64

// scored returns the terms of a loss by name, and the gradient of the terms' sum. The
// layer a is the image at half the size.
func scored(t *testing.T, l framework.Loss, picture, other graph.Tensor, m masks) (map[string]float64, []float64) {
	t.Helper()
	view := func(b *graph.Builder, image graph.Node) framework.View {
		v := framework.View{Taps: map[string]graph.Node{framework.ImageTap: image, "a": b.AvgPool(image, graph.Pool{Size: 2, Stride: 2})}}
		for region, mask := range m {
			if v.Masks == nil {
				v.Masks = map[string]map[string]graph.Node{}
			}
			shape := image.Shape()
			v.Masks[region] = map[string]graph.Node{framework.ImageTap: b.Constant("mask", graph.Double(graph.Shape{shape[0], shape[1], 1}, mask))}
		}
		return v
	}
	b := graph.NewDoubleBuilder()
	x := b.Variable(picture.Shape...)
	want := framework.Targets{}
	for _, role := range l.Roles() {
		values, err := l.Represent(b, view(b, b.Constant("target", other)))
		if err != nil {
			t.Fatal(err)
		}
		want[role] = []framework.Target{{Values: values, Weight: 1}}
	}
	if preparer, prepares := l.(framework.TargetPreparer); prepares {
		var err error
		if want, err = preparer.PrepareTargets(b, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Represent(b, view(b, x))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := l.Score(b, got, want)
	if err != nil {
		t.Fatal(err)
	}
	var nodes []graph.Node
	var total graph.Node
	for i, term := range terms {
		nodes = append(nodes, term.Node)
		if i == 0 {
			total = term.Node
		} else {
			total = b.Add(total, term.Node)
		}
	}
	p, err := b.CompileGradient(total, nodes...)
	if err == nil {
		err = p.Run(context.Background(), picture)
	}
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, term := range terms {
		values[term.Name] = p.Scalar(term.Node)
	}
	return values, p.Gradient().Clone().Float64s()
}

// colours returns a picture of 8×6 random colours.
func colours(seed uint64) graph.Tensor {
	random := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, 8*6*3)
	for i := range x {
		x[i] = random.Float64()
	}
	return graph.Double(graph.Shape{8, 6, 3}, x)
}

// TestMaskOfOnesIsNone: the whole image as a region has the same loss and gradient.
func TestMaskOfOnesIsNone(t *testing.T) {
	for name, l := range ofPoints(t) {
		without, gradient := scored(t, l, colours(1), colours(2), nil)
		with, masked := scored(t, l, colours(1), colours(2), masks{"whole": slices.Repeat([]float64{1}, 48)})
		if len(without) != 1 || with["whole"] != without["all"] {
			t.Errorf("%s: the loss is %v, with a mask of ones %v", name, without, with)
		}
		if !slices.Equal(gradient, masked) {
			t.Errorf("%s: a mask of ones changes the gradient", name)
		}
	}
}

// TestRegionsAreSeparate: what is outside a region of the picture or of the target has no
// effect on its term.
func TestRegionsAreSeparate(t *testing.T) {
	top, bottom := make([]float64, 48), make([]float64, 48)
	for i := range top {
		top[i], bottom[i] = 1, 0
		if i >= 24 {
			top[i], bottom[i] = 0, 1
		}
	}
	regions := masks{"top": top, "bottom": bottom}
	changed := func(x graph.Tensor) graph.Tensor { // at the bottom, two rows from the border
		y := x.Clone()
		for i := 6 * 6 * 3; i < len(y.Double); i++ {
			y.Double[i] = 1 - y.Double[i]
		}
		return y
	}
	for name, l := range ofPoints(t) {
		x, y := colours(1), colours(2)
		before, _ := scored(t, l, x, y, regions)
		for what, after := range map[string]map[string]float64{
			"picture": first(scored(t, l, changed(x), y, regions)),
			"target":  first(scored(t, l, x, changed(y), regions)),
		} {
			if before["top"] != after["top"] || before["bottom"] == after["bottom"] {
				t.Errorf("%s: the bottom of the %s changes, and the terms are %v and %v", name, what, before, after)
			}
		}
	}
}

func first(values map[string]float64, _ []float64) map[string]float64 { return values }
