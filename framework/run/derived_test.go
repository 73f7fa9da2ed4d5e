package run

import (
	"context"
	"fmt"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// derived is a loss that uses everything a loss may: it compares the picture with the mean of
// each style image upside down and with the stage's start, both times weights that
// PrepareTargets computes, and draws a random factor.
type derived struct{}

var (
	_ framework.ImageDeriver   = derived{}
	_ framework.TargetPreparer = derived{}
	_ framework.Drawer         = derived{}
)

func (derived) Roles() []framework.Role { return []framework.Role{framework.Style, framework.Start} }
func (derived) Draws() bool             { return true }

func (derived) Taps() []framework.Tap { return []framework.Tap{{Layer: framework.ImageTap, Weight: 1}} }

func (derived) DeriveImages(stage int, from map[framework.Role][]framework.StageImage) (map[framework.Role][]framework.StageImage, error) {
	if len(from[framework.Content]) != 1 || len(from[framework.Start]) != 1 {
		return nil, fmt.Errorf("stage %d: %d content images, %d starts", stage, len(from[framework.Content]), len(from[framework.Start]))
	}
	styles := []framework.StageImage{}
	for _, style := range from[framework.Style] {
		turned := imaging.New(style.H, style.W)
		for y := range style.H {
			copy(turned.Pix[y*style.W*3:(y+1)*style.W*3], style.Pix[(style.H-1-y)*style.W*3:])
		}
		styles = append(styles, framework.StageImage{Image: turned, Weight: style.Weight})
	}
	return map[framework.Role][]framework.StageImage{framework.Style: styles, framework.Start: from[framework.Start]}, nil
}

// Represent returns the picture and its first row's mean.
func (derived) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	picture := v.Taps[framework.ImageTap]
	return framework.Values{"picture": picture, "top": b.Mean(b.Slice(picture, 0, 0, 1))}, nil
}

// PrepareTargets keeps the start, and the weighted sum of the styles' rows.
func (derived) PrepareTargets(b *graph.Builder, want framework.Targets) (framework.Targets, error) {
	var sum graph.Node
	for i, style := range want[framework.Style] {
		part := b.Scale(style.Values["top"], style.Weight)
		if i > 0 {
			part = b.Add(sum, part)
		}
		sum = part
	}
	top := framework.Target{Weight: 1, Values: framework.Values{"sum": sum, "drawn": b.Draws(1)}}
	return framework.Targets{framework.Style: {top}, framework.Start: want[framework.Start]}, nil
}

func (derived) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	start := want[framework.Start][0].Values["picture"]
	return []framework.Term{
		{Name: "start", Weight: 1, Node: b.MSE(got["picture"], start)},
		{Name: "top", Weight: 1, Node: b.Square(b.Sub(b.Mean(got["picture"]), want[framework.Style][0].Values["sum"]))},
		{Name: "drawn", Weight: 1, Node: b.Mul(b.Reshape(b.Draws(1)), b.MSE(got["picture"], start))},
		{Name: "drawn before", Weight: 0, Node: b.Mul(b.Reshape(want[framework.Style][0].Values["drawn"]), b.Mean(b.Abs(got["picture"])))},
		{Name: "size", Weight: 0, Node: b.Mean(b.Abs(got["picture"]))},
	}, nil
}

// ofDerived is the experiment with the derived loss alone, in pixels of [0, 1].
func ofDerived(t *testing.T) framework.Experiment {
	t.Helper()
	e := experiment(t)
	e.Losses = append(e.Losses, framework.LossSpec{Name: "d", Type: "derived", Weight: 3, Options: &none{}})
	return e
}

// TestLossWithImagesOfItsOwn follows the terms of such a loss by hand.
func TestLossWithImagesOfItsOwn(t *testing.T) {
	e := ofDerived(t)
	r := &record{}
	p := prepare(t, e)
	if _, err := p.Optimize(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	wanted := 0.0 // the weighted mean of the last rows of the styles
	for i, style := range p.styles {
		h, w := p.styleSize(i, 18, 24)
		x := p.variable.Space().FromUnit(style.Resize(h, w).Pix)
		for _, v := range x[(h-1)*w*3:] {
			wanted += float64(v) / float64(w*3) * e.Style[i].Weight / 4
		}
	}
	x, err := p.initial(18, 24)
	if err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	drawn := map[float64]bool{}
	for _, row := range r.rows {
		values := map[string]float64{}
		for _, term := range row.Terms {
			if term.Loss == "d" {
				values[term.Name] = term.Value
			}
		}
		first := row.Iteration == 0
		if got := values["start"]; first != (got < 1e-12) { // resized pixels are rounded
			t.Errorf("row %d of stage %d: the distance from the start is %g", row.Iteration, row.Stage, got)
		}
		if want := (mean - wanted) * (mean - wanted); first && row.Stage == 0 && math.Abs(values["top"]-want) > 1e-5*want {
			t.Errorf("top is %g, want %g", values["top"], want)
		}
		if !first {
			factor := values["drawn"] / values["start"]
			if !(factor >= 0 && factor < 1) || drawn[math.Round(factor*1e6)] {
				t.Errorf("row %d of stage %d: the random factor is %g, or was drawn before", row.Iteration, row.Stage, factor)
			}
			drawn[math.Round(factor*1e6)] = true
		}
	}
}

// TestDerivedImagesAreNotCached: only the targets of the other losses are, the content at two
// sizes and each style image at its own in both stages.
func TestDerivedImagesAreNotCached(t *testing.T) {
	p := prepare(t, ofDerived(t))
	if _, err := p.Optimize(context.Background(), &record{}); err != nil {
		t.Fatal(err)
	}
	if n := p.preparer.targets.Len(); n != 4 {
		t.Errorf("%d targets", n)
	}
}

// TestPreparationsDraw: what a preparation draws is the same in all rows of a stage, and
// other numbers in another stage or with another seed.
func TestPreparationsDraw(t *testing.T) {
	seen := map[float64]bool{}
	for seed := range int64(2) {
		e := ofDerived(t)
		e.Seed = seed
		r := &record{}
		if _, err := prepare(t, e).Optimize(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		byStage := map[int]float64{}
		for _, row := range r.rows {
			values := map[string]float64{}
			for _, term := range row.Terms {
				values[term.Name] = term.Value
			}
			drawn := values["drawn before"] / values["size"]
			if first, has := byStage[row.Stage]; !has {
				byStage[row.Stage] = drawn
				seen[math.Round(drawn*1e4)] = true
			} else if math.Abs(drawn-first) > 1e-5 {
				t.Errorf("stage %d, row %d: %g was drawn, and %g before", row.Stage, row.Iteration, drawn, first)
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("two seeds and two stages have %d different draws", len(seen))
	}
}

// TestStageWeights: a stage has its own weights, and a loss of weight 0 is not computed.
func TestStageWeights(t *testing.T) {
	e := ofDerived(t)
	e.Stages[0].Weights = []framework.StageWeight{{Name: "d", Weight: 0}, {Name: "c", Weight: 7}}
	r := &record{}
	p := prepare(t, e)
	if _, err := p.Optimize(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	for _, row := range r.rows {
		weights := map[string]float64{}
		for _, term := range row.Terms {
			weights[term.Loss] = term.LossWeight
		}
		d, has := weights["d"]
		switch {
		case row.Stage == 0 && (has || weights["c"] != 7):
			t.Fatalf("stage 1 has the weights %v", weights)
		case row.Stage == 1 && (d != 3 || weights["c"] != 1):
			t.Fatalf("stage 2 has the weights %v", weights)
		}
	}
}
