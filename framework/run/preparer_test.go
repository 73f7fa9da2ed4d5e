package run

import (
	"context"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/variables/pixels"
)

// TestTargetsAreShared: targets are computed again if and only if something they depend on
// changes; shared or not, the picture has the same bits.
func TestTargetsAreShared(t *testing.T) {
	e := experiment(t)
	w := NewPreparer(plugins(), compute.Plain[float32]{})
	same := func(change func(*framework.Experiment)) (entries int) {
		t.Helper()
		e := e
		e.Losses, e.Style, e.Stages = slices.Clone(e.Losses), slices.Clone(e.Style), slices.Clone(e.Stages)
		change(&e)
		p, err := w.Prepare(e)
		if err != nil {
			t.Fatal(err)
		}
		shared, err := p.Optimize(context.Background(), &record{})
		if err != nil {
			t.Fatal(err)
		}
		alone, err := runIt(t, context.Background(), e, &record{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(shared.Final.Pix, alone.Final.Pix) {
			t.Error("sharing changes the picture")
		}
		return w.targets.Len()
	}
	first := same(func(*framework.Experiment) {})
	if first != 4 { // the content at two sizes, each style image at its own in both stages
		t.Fatalf("%d targets after the first run", first)
	}
	for what, c := range map[string]struct {
		change func(*framework.Experiment)
		more   bool
	}{
		"a weight":   {func(e *framework.Experiment) { e.Losses[0].Weight = 7 }, false},
		"the seed":   {func(e *framework.Experiment) { e.Seed = 5 }, false},
		"the space":  {func(e *framework.Experiment) { e.Variable.Options = &pixels.Config{Space: "unit", Bounds: "none"} }, true},
		"the size":   {func(e *framework.Experiment) { e.Stages[0].Size = framework.Size{Height: 21} }, true},
		"the images": {func(e *framework.Experiment) { e.Content.Image = writeImage(t, "another.png", 31, 40) }, true},
		"the losses": {func(e *framework.Experiment) { e.Losses = e.Losses[:1]; e.Losses[0].Name = "d" }, true},
	} {
		before := w.targets.Len()
		if after := same(c.change); (after > before) != c.more {
			t.Errorf("%s: %d targets, then %d", what, before, after)
		}
	}
	if len(w.backbones) != 1 {
		t.Errorf("%d backbones", len(w.backbones))
	}
}

// TestBytesOfTargets: the cache counts the bytes of the numbers.
func TestBytesOfTargets(t *testing.T) {
	values := representations{
		"style":   {"a": graph.Single(graph.Shape{10}, make([]float32, 10)), "b": graph.Single(graph.Shape{3}, make([]float32, 3))},
		"content": {"a": graph.Double(graph.Shape{5}, make([]float64, 5))},
	}
	if got := bytesOf(values); got != 4*13+8*5 {
		t.Errorf("%d bytes", got)
	}
}
