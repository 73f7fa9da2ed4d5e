package masked

import (
	"context"
	"math"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/losses/gram"
)

func TestLoss(t *testing.T) { plugintest.Loss(t, Defaults, New) }

// layer is the layer of these tests, and shape the shape of its features.
const layer = "conv1_1"

var shape = graph.Shape{4, 6, 3}

func newLoss(t *testing.T) framework.Loss {
	t.Helper()
	l, err := New(Config{Layers: []framework.LayerWeight{{Layer: layer, Weight: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// gramOf returns the value called name that l computes of features under a mask; nil for none.
func gramOf(t *testing.T, l framework.Loss, name string, features []float64, mask func(x int) float64) []float64 {
	t.Helper()
	b := graph.NewDoubleBuilder()
	v := framework.View{Taps: map[string]graph.Node{layer: b.Variable(shape...)}}
	if mask != nil {
		values := make([]float64, shape[0]*shape[1])
		for i := range values {
			values[i] = mask(i % shape[1])
		}
		m := b.Constant("mask", graph.Double(graph.Shape{shape[0], shape[1], 1}, values))
		v.Masks = map[string]map[string]graph.Node{"sky": {layer: m}}
	}
	got, err := l.Represent(b, v)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(got[name])
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(shape, features)); err != nil {
		t.Fatal(err)
	}
	return p.Value(got[name]).Clone().Double
}

func near(t *testing.T, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-6*(1+math.Abs(want[i])) {
			t.Errorf("element %d of the Gram matrix is %g, want %g", i, got[i], want[i])
		}
	}
}

func everywhere(int) float64 { return 1 }

// TestWholePicture: with a mask that is 1 everywhere it is runexp's own Gram matrix.
func TestWholePicture(t *testing.T) {
	x := plugintest.Away(shape.Len(), 1)
	plain, err := gram.New(gram.Config{Layers: []framework.LayerWeight{{Layer: layer, Weight: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, gramOf(t, newLoss(t), "sky/"+layer, x, everywhere), gramOf(t, plain, layer, x, nil))
}

// TestRegion: neither features outside the region nor the scale of its mask matter.
func TestRegion(t *testing.T) {
	x := plugintest.Away(shape.Len(), 1)
	left := func(at int) float64 {
		if at < shape[1]/2 {
			return 0.5
		}
		return 0
	}
	before := gramOf(t, newLoss(t), "sky/"+layer, x, left)
	// A picture of the left half twice has the Gram matrix of the left half.
	for i := range x {
		if column := i / shape[2] % shape[1]; column >= shape[1]/2 {
			x[i] = x[i-shape[1]/2*shape[2]]
		}
	}
	near(t, before, gramOf(t, newLoss(t), "sky/"+layer, x, everywhere))
}

// TestEmptyRegion: a mask that is 0 everywhere gives 0, not 0/0.
func TestEmptyRegion(t *testing.T) {
	for i, g := range gramOf(t, newLoss(t), "sky/"+layer, plugintest.Away(shape.Len(), 1), func(int) float64 { return 0 }) {
		if g != 0 {
			t.Errorf("element %d of the Gram matrix is %g, want 0", i, g)
		}
	}
}

// TestRegionsMissing: the error names the region and the key to set.
func TestRegionsMissing(t *testing.T) {
	b := graph.NewDoubleBuilder()
	l := newLoss(t)
	_, err := l.Represent(b, framework.View{Taps: map[string]graph.Node{layer: b.Variable(shape...)}})
	if want := "the masked loss needs regions: give content.masks and style.0.masks"; err == nil || err.Error() != want {
		t.Errorf("without regions: %v, want %s", err, want)
	}
	one := framework.Values{"sky/" + layer: b.Number(1), "land/" + layer: b.Number(1)}
	style := []framework.Target{{Values: framework.Values{"sky/" + layer: b.Number(1)}, Weight: 1}}
	_, err = l.Score(b, one, framework.Targets{framework.Style: style})
	if err == nil || !strings.Contains(err.Error(), "no style image has the region land") {
		t.Errorf("a region that no style has: %v", err)
	}
}
