package losses

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/losses/content"
	"runexp/losses/covariance"
	"runexp/losses/emd"
	"runexp/losses/gram"
	"runexp/losses/palette"
	"runexp/losses/selfsimilarity"
	"runexp/losses/tv"
)

// TestContract runs the suite on every loss of the registry.
func TestContract(t *testing.T) {
	suites := map[string]func(*testing.T){
		"content": func(t *testing.T) { plugintest.Loss(t, content.Defaults, content.New) },
		// Fewer pixels are drawn, to save time; the picture's are not the style image's.
		"covariance": func(t *testing.T) {
			fewer := func() covariance.Config { c := covariance.Defaults(); c.Points, c.StylePoints = 60, 90; return c }
			plugintest.Loss(t, fewer, covariance.New, plugintest.NoDistance())
		},
		"emd": func(t *testing.T) {
			fewer := func() emd.Config { c := emd.Defaults(); c.Points, c.StylePoints = 60, 90; return c }
			plugintest.Loss(t, fewer, emd.New, plugintest.NoDistance())
		},
		"palette": func(t *testing.T) {
			fewer := func() palette.Config { c := palette.Defaults(); c.Points, c.StylePoints = 60, 90; return c }
			plugintest.Loss(t, fewer, palette.New, plugintest.NoDistance())
		},
		"selfsimilarity": func(t *testing.T) {
			fewer := func() selfsimilarity.Config { c := selfsimilarity.Defaults(); c.Points = 60; return c }
			plugintest.Loss(t, fewer, selfsimilarity.New)
		},
		"gram": func(t *testing.T) { plugintest.Loss(t, gram.Defaults, gram.New) },
		"tv":   func(t *testing.T) { plugintest.Loss(t, tv.Defaults, tv.New) },
	}
	for _, name := range Registry().Names() {
		suite, ok := suites[name]
		if !ok {
			t.Errorf("%s is not tested here; add it", name)
			continue
		}
		t.Run(name, suite)
	}
}

// TestByHand compares each loss with its formula, computed by hand.
func TestByHand(t *testing.T) {
	// A picture of 2×2 pixels: channel 0 is 1 2 3 4, channel 1 all 1, channel 2 all 0.
	x := graph.Double(graph.Shape{2, 2, 3}, []float64{1, 1, 0, 2, 1, 0, 3, 1, 0, 4, 1, 0})
	zero := graph.Double(x.Shape, make([]float64, 12))
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	for name, c := range map[string]struct {
		make func() (framework.Loss, error)
		want float64
	}{
		// (1 + 4 + 9 + 16 + 4) / 12
		"content": {func() (framework.Loss, error) { return content.New(content.Config{Layers: layers}) }, 34.0 / 12},
		// FᵀF = [30 10; 10 4] in the first two channels, divided by 12; squares over 9
		"gram": {func() (framework.Loss, error) { return gram.New(gram.Config{Layers: layers}) }, (30*30 + 2*10*10 + 4*4) / 144.0 / 9},
		// channel 0: |dy| = 2, 2 and |dx| = 1, 1; six differences each
		"tv": {func() (framework.Loss, error) { return tv.New(tv.Defaults()) }, 0.5 * (4.0/6 + 2.0/6)},
	} {
		loss, err := c.make()
		if err != nil {
			t.Fatal(err)
		}
		b := graph.NewDoubleBuilder()
		represent := func(image graph.Node) framework.Values {
			nodes, err := loss.Represent(b, framework.View{Taps: map[string]graph.Node{"a": image, framework.ImageTap: image}})
			if err != nil {
				t.Fatal(err)
			}
			return nodes
		}
		want := framework.Targets{}
		for _, role := range loss.Roles() {
			want[role] = []framework.Target{{Values: represent(b.Constant("target", zero)), Weight: 1}}
		}
		terms, err := loss.Score(b, represent(b.Variable(x.Shape...)), want)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(terms[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background(), x); err != nil {
			t.Fatal(err)
		}
		if got := p.Scalar(terms[0].Node); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s is %g, want %g", name, got, c.want)
		}
	}
}
