package run

import (
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// areas is a loss on the share of each region in an image, at a layer of the network.
type areas struct{ loss }

func (l areas) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	values := framework.Values{}
	for _, region := range v.Regions() {
		for tap, mask := range v.Masks[region] {
			if shape := v.Taps[tap].Shape(); !mask.Shape().Equal(graph.Shape{shape[0], shape[1], 1}) {
				return nil, framework.Invalid(tap, "the mask has shape %v for features of %v", mask.Shape(), shape)
			}
		}
		values[region] = b.Mean(v.Masks[region][l.taps[0].Layer])
	}
	return values, nil
}

func (l areas) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	var terms []framework.Term
	for _, region := range slices.Sorted(maps.Keys(got)) {
		if d := framework.SquaredDistance(b, region, got, want[framework.Style]); d.Valid() {
			terms = append(terms, framework.Term{Name: region, Weight: 1, Node: d})
		}
	}
	return terms, nil
}

// halves writes a mask whose left part, a fraction of its width, is white.
func halves(t *testing.T, h, w int, fraction float64) string {
	t.Helper()
	m := imaging.New(h, w)
	for i := range m.Pix {
		if float64(i/3%w) < fraction*float64(w) {
			m.Pix[i] = 1
		}
	}
	path := filepath.Join(t.TempDir(), "mask.png")
	if err := imaging.WriteFile(path, m, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func withRegions(t *testing.T) (framework.Experiment, framework.Plugins) {
	t.Helper()
	p := plugins()
	framework.Register(p.Losses, "areas", "", func() none { return none{} }, func(none) (framework.Loss, error) {
		return areas{loss{framework.Style, []framework.Tap{{Layer: "conv2", Weight: 1}}}}, nil
	})
	e := experiment(t)
	e.Losses = append(e.Losses, framework.LossSpec{Name: "areas", Type: "areas", Weight: 1, Options: &none{}})
	e.Content.Masks = []framework.Mask{{Name: "left", Image: halves(t, 30, 40, 0.5)}, {Name: "right", Image: halves(t, 60, 80, 1)}}
	e.Style[0].Masks = []framework.Mask{{Name: "left", Image: halves(t, 50, 20, 0.2)}}
	e.Style[1].Masks = []framework.Mask{{Name: "left", Image: halves(t, 20, 20, 1)}}
	return e, p
}

// Losses get masks at the size of the features; the picture's are the content image's. A
// region that no style image has gives no term.
func TestMasks(t *testing.T) {
	e, p := withRegions(t)
	prepared, err := Prepare(e, p, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	r := &record{}
	if _, err := prepared.Optimize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	// Weights are 3 and 1.
	want := 0.75*0.3*0.3 + 0.25*0.5*0.5
	for _, row := range r.rows {
		last := row.Terms[len(row.Terms)-1]
		if last.Loss != "areas" || last.Name != "left" || math.Abs(last.Value-want) > 1e-3 || len(row.Terms) != 4 {
			t.Fatalf("step %d: %d terms, the last %+v, want left with %g", row.Step, len(row.Terms), last, want)
		}
	}
}

// A style image for a region is in it as a whole, and in no other.
func TestStyleOfARegion(t *testing.T) {
	e, p := withRegions(t)
	e.Style[1].Masks, e.Style[1].Region = nil, "right"
	prepared, err := Prepare(e, p, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	r := &record{}
	if _, err := prepared.Optimize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, term := range r.rows[0].Terms {
		if term.Loss == "areas" {
			got[term.Name] = term.Value
		}
	}
	// On the left only the first style image, with a fifth of it; on the right, all of the
	// content image, only the second.
	if len(got) != 2 || math.Abs(got["left"]-0.3*0.3) > 1e-3 || math.Abs(got["right"]) > 1e-6 {
		t.Errorf("terms %v, want left %g and right 0", got, 0.3*0.3)
	}
}

// A mask is cropped with its image.
func TestMasksAreCropped(t *testing.T) {
	e, p := withRegions(t)
	e.Content.Crop = 0.5
	e.Content.Masks[0].Image = e.Content.Image // its own image, in grey
	prepared, err := Prepare(e, p, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	image, mask := prepared.content.Image, prepared.content.masks["left"]
	if image.H != 15 || mask.H != 15 || mask.W != 20 {
		t.Fatalf("image %d×%d, mask %d×%d", image.H, image.W, mask.H, mask.W)
	}
	for i := 0; i < len(image.Pix); i += 3 {
		if mean := (image.Pix[i] + image.Pix[i+1] + image.Pix[i+2]) / 3; math.Abs(float64(mean-mask.Pix[i])) > 1e-6 {
			t.Fatalf("pixel %d: %g in the mask, %g in the image", i/3, mask.Pix[i], mean)
		}
	}
}

// Targets depend on the masks.
func TestMasksArePartOfTargets(t *testing.T) {
	e, p := withRegions(t)
	w := NewPreparer(p, compute.Plain[float32]{})
	for i, fraction := range []float64{0.2, 0.8} {
		e.Style[0].Masks[0].Image = halves(t, 50, 20, fraction)
		prepared, err := w.Prepare(e)
		if err != nil {
			t.Fatal(err)
		}
		r := &record{}
		if _, err := prepared.Optimize(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		want := 0.75*(0.5-fraction)*(0.5-fraction) + 0.25*0.5*0.5
		if got := r.rows[0].Terms[3].Value; math.Abs(got-want) > 1e-3 {
			t.Errorf("run %d: %g, want %g", i, got, want)
		}
	}
}

func TestBadMasks(t *testing.T) {
	e, p := withRegions(t)
	e.Style[1].Masks[0].Image = halves(t, 20, 30, 1)
	if _, err := Prepare(e, p, compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), "style[1].masks[0].image: 20×30 has another aspect ratio") {
		t.Errorf("other aspect ratio: %v", err)
	}
	e.Style[1].Masks[0].Image = halves(t, 20, 20, 0)
	if _, err := Prepare(e, p, compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), "style[1].masks[0].image: black everywhere, so nothing is in the region ") {
		t.Errorf("black: %v", err)
	}
	e.Style[1].Masks[0].Image = "nosuch.png"
	if _, err := Prepare(e, p, compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), "style[1].masks[0].image: ") {
		t.Errorf("missing: %v", err)
	}
}

// With normalised gradients a term's scale does not change the picture, and a line search
// is refused.
func TestNormalizedGradients(t *testing.T) {
	e := experiment(t)
	e.Losses = e.Losses[:1] // one tap: its gradient alone
	first := func(weight float64, normalize bool) []float32 {
		e.Losses[0].Weight, e.Losses[0].Normalize = weight, normalize
		r := &record{}
		if _, err := runIt(t, t.Context(), e, r); err != nil {
			t.Fatal(err)
		}
		return r.pictures[0].Image.Pix
	}
	near := func(a, b []float32, within float64) bool {
		most := 0.0
		for i := range a {
			most = max(most, math.Abs(float64(a[i]-b[i])))
		}
		return most <= within
	}
	// conv2 has weight 2: with ½ the sum of the gradient's absolute values is 1.
	if near(first(0.5, true), first(0.5, false), 1e-6) {
		t.Error("the gradient is not normalised")
	}
	e.Stages[0].Optimizer.Name = "lbfgs"
	e.Stages[0].Optimizer.Options = lbfgsOptions(t)
	e.Losses[0].Normalize = true
	if _, err := Prepare(e, plugins(), compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), "losses.c.normalize_gradients: the optimizer lbfgs of stage 1") {
		t.Errorf("with a line search: %v", err)
	}
}

func lbfgsOptions(t *testing.T) any {
	t.Helper()
	plugin, err := plugins().Optimizers.Lookup("lbfgs")
	if err != nil {
		t.Fatal(err)
	}
	return plugin.Options()
}
