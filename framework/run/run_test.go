package run

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/variables/initials/content"
	"runexp/variables/initials/image"
	"runexp/variables/initials/style"
	"runexp/variables/pixels"
)

func TestRowsStagesAndPictures(t *testing.T) {
	e := experiment(t)
	e.Output.Every = 2
	r := &record{}
	outcome, err := runIt(t, context.Background(), e, r)
	if err != nil {
		t.Fatal(err)
	}
	// 5 iterations and the last picture, one evaluation each and one at the start; then
	// the same with a budget of 6 evaluations.
	var steps, evals []int
	var rates []float64
	for _, row := range r.rows {
		steps, evals, rates = append(steps, row.Step), append(evals, row.Evals), append(rates, row.Rate)
	}
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}; !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	if want := []int{2, 3, 4, 5, 6, 6, 2, 3, 4, 5, 6, 6}; !slices.Equal(evals, want) {
		t.Errorf("evaluations %v, want %v", evals, want)
	}
	if want := []float64{.1, .1, .05, .05, .025, 0, .1, .1, .05, .05, .025, 0}; !slices.Equal(rates, want) {
		t.Errorf("rates %v, want %v", rates, want)
	}
	if s := r.stages; len(s) != 2 || s[0].Height != 18 || s[0].Width != 24 || s[1].Height != 36 || s[1].Width != 48 || s[1].Step != 6 {
		t.Errorf("stages %+v", s)
	}
	var kinds []string
	for _, p := range r.pictures {
		kinds = append(kinds, p.Kind)
	}
	if want := []string{"intermediate", "intermediate", "stage", "intermediate", "intermediate", "final"}; !slices.Equal(kinds, want) {
		t.Errorf("pictures %v, want %v", kinds, want)
	}
	if last := r.pictures[len(r.pictures)-1]; last.Step != 11 || outcome.Final != last.Image || outcome.Final.W != 48 {
		t.Errorf("the last picture is of step %d, %d wide", last.Step, outcome.Final.W)
	}
	for _, row := range r.rows {
		sum := 0.0
		for _, term := range row.Terms {
			sum += term.LossWeight * term.Weight * term.Value
		}
		if math.Abs(sum-row.Total) > 1e-9*sum || len(row.Terms) != 3 {
			t.Errorf("row %d: %d terms add up to %g, total %g", row.Step, len(row.Terms), sum, row.Total)
		}
	}
	if first, last := r.rows[0].Total, r.rows[5].Total; !(last < first) {
		t.Errorf("the loss went from %g to %g", first, last)
	}
}

func TestSameSeedSameBits(t *testing.T) {
	e := experiment(t)
	pixels := func() []float32 {
		outcome, err := runIt(t, context.Background(), e, &record{})
		if err != nil {
			t.Fatal(err)
		}
		return outcome.Final.Pix
	}
	first := pixels()
	if !slices.Equal(first, pixels()) {
		t.Error("the same experiment gives two pictures")
	}
	e.Seed = 2
	if slices.Equal(first, pixels()) {
		t.Error("another seed gives the same noise")
	}
}

// TestInit checks the picture that each initial value starts from.
func TestInit(t *testing.T) {
	e := experiment(t)
	e.Stages = e.Stages[:1]
	e.Stages[0].Size = framework.Size{Height: 18, Width: 24}
	other := writeImage(t, "start.png", 18, 24)
	for from, c := range map[string]struct {
		options any
		path    string
	}{
		"content": {&content.Config{}, e.Content.Image},
		"style":   {&style.Config{}, e.Style[0].Image},
		"image":   {&image.Config{Image: other}, other},
	} {
		e.Init = framework.InitSpec{From: from, Options: c.options}
		p, err := Prepare(e, plugins(), compute.Plain[float32]{})
		if err != nil {
			t.Fatal(err)
		}
		read, err := imaging.Decode(c.path)
		if err != nil {
			t.Fatal(err)
		}
		want := read.Resize(18, 24).Pix
		x, err := p.initial(18, 24)
		if err != nil {
			t.Fatal(err)
		}
		first, err := p.image(t.Context(), x, 18, 24)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range first.Pix {
			if math.Abs(float64(v-want[i])) > 1e-5 {
				t.Fatalf("%s: element %d starts at %g, want %g", from, i, v, want[i])
			}
		}
	}
	e.Init = noiseOf(0.5)
	p, err := Prepare(e, plugins(), compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	sum, squares := 0.0, 0.0
	x, err := p.initial(100, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range x {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	if mean, deviation := sum/float64(len(x)), math.Sqrt(squares/float64(len(x))); math.Abs(mean) > 0.02 || math.Abs(deviation-0.5) > 0.02 {
		t.Errorf("noise of mean %g and standard deviation %g, want 0 and 0.5", mean, deviation)
	}
}

// TestInitialValuesAreChecked: an initial value has the images it needs, and its result has
// the stage's size.
func TestInitialValuesAreChecked(t *testing.T) {
	e := experiment(t)
	for want, change := range map[string]func(){
		`init.from: unknown initial value "noises"; did you mean "noise"?`: func() { e.Init.From = "noises" },
		"init.image: image: stat nosuch.png": func() {
			e.Init = framework.InitSpec{From: "image", Options: &image.Config{Image: "nosuch.png"}}
		},
		"init.from: style, but there is no style image; give style: [{image: FILE}]": func() {
			e.Style, e.Losses = nil, e.Losses[:1]
			e.Init = framework.InitSpec{From: "style", Options: &style.Config{}}
		},
	} {
		e = experiment(t)
		change()
		if _, err := Prepare(e, plugins(), compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want an error that says %q", err, want)
		}
	}
	e = experiment(t)
	e.Init = framework.InitSpec{From: "flat", Options: &none{}}
	p := plugins()
	framework.Register(p.Initials, "flat", "", func() none { return none{} }, func(none) (framework.Initial, error) { return flat{}, nil })
	prepared, err := Prepare(e, p, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := prepared.Optimize(t.Context(), &record{}); err == nil || !strings.Contains(err.Error(), "init: the initial value flat made 1×24 pixels instead of 18×24") {
		t.Errorf("%v", err)
	}
}

// flat is an initial value of the wrong size.
type flat struct{ framework.Initial }

func (flat) Roles() []framework.Role { return nil }

func (flat) Image(_ framework.Sources, _, w int, _ *rand.Rand) (*imaging.Image, error) {
	return imaging.New(1, w), nil
}

// TestInitialImageTakesMemory: the memory of init.image is counted.
func TestInitialImageTakesMemory(t *testing.T) {
	e := experiment(t)
	before := prepare(t, e).held
	e.Init = framework.InitSpec{From: "image", Options: &image.Config{Image: writeImage(t, "start.png", 30, 50)}}
	if took := prepare(t, e).held - before; took != 4*3*30*50 {
		t.Errorf("an image of 30×50 pixels takes %d bytes", took)
	}
}

// TestStopFinishesTheIteration cancels the context, as a signal does.
func TestStopFinishesTheIteration(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r := &record{onRow: func(row Row) error {
		if row.Step == 2 {
			cancel()
		}
		return nil
	}}
	outcome, err := runIt(t, ctx, experiment(t), r)
	if err != nil || !outcome.Stopped {
		t.Fatalf("stopped %v, error %v", outcome.Stopped, err)
	}
	last := r.rows[len(r.rows)-1]
	if len(r.rows) != 4 || !last.Last || last.Step != 3 {
		t.Errorf("%d rows, the last one %+v", len(r.rows), last)
	}
	if n := len(r.pictures); n != 1 || r.pictures[0].Kind != "final" || r.pictures[0].Step != 3 {
		t.Errorf("pictures %+v", r.pictures)
	}
}

func TestObserverEndsTheRun(t *testing.T) {
	r := &record{onRow: func(Row) error { return errOnPurpose }}
	if _, err := runIt(t, context.Background(), experiment(t), r); !errors.Is(err, errOnPurpose) {
		t.Errorf("error %v", err)
	}
	if len(r.rows) != 1 {
		t.Errorf("%d rows after an error in the first", len(r.rows))
	}
}

func TestInfiniteLossKeepsTheLastPicture(t *testing.T) {
	e := experiment(t)
	e.Stages[0].Optimizer.Name = "explode"
	r := &record{}
	_, err := runIt(t, context.Background(), e, r)
	if err == nil || !strings.Contains(err.Error(), "stage 1: iteration 0: the") || !strings.Contains(err.Error(), "smaller learning rate") {
		t.Fatalf("error %v", err)
	}
	if len(r.pictures) != 1 || r.pictures[0].Kind != "last" {
		t.Fatalf("pictures %+v", r.pictures)
	}
	for _, v := range r.pictures[0].Image.Pix {
		if !finite(float64(v)) {
			t.Fatal("the last picture is not finite")
		}
	}
}

func TestWeightZeroIsLoggedWithoutGradient(t *testing.T) {
	e := experiment(t)
	e.Losses[1].Weight = 0
	with, without := &record{}, &record{}
	a, err1 := runIt(t, context.Background(), e, with)
	e.Losses = e.Losses[:1]
	b, err2 := runIt(t, context.Background(), e, without)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if !slices.Equal(a.Final.Pix, b.Final.Pix) {
		t.Error("a loss of weight 0 changed the picture")
	}
	if len(with.rows[0].Terms) != 3 || with.rows[0].Terms[2].Value == 0 {
		t.Errorf("terms %+v", with.rows[0].Terms)
	}
}

// TestWeightsOfTargets: the distance to several images is the weighted mean distance.
func TestWeightsOfTargets(t *testing.T) {
	value := func(change func(*framework.Experiment)) float64 {
		e := experiment(t)
		change(&e)
		r := &record{}
		if _, err := runIt(t, context.Background(), e, r); err != nil {
			t.Fatal(err)
		}
		return r.rows[0].Terms[1].Value
	}
	both := value(func(*framework.Experiment) {})
	first := value(func(e *framework.Experiment) { e.Style = e.Style[:1] })
	second := value(func(e *framework.Experiment) { e.Style = e.Style[1:] })
	if want := 0.75*first + 0.25*second; math.Abs(both-want) > 1e-6*want {
		t.Errorf("two images score %g, want ¾·%g + ¼·%g", both, first, second)
	}
}

// TestTransformedTap: a loss sees a layer's features under the transform that a tap names, beside
// those as they are, and so do its targets.
func TestTransformedTap(t *testing.T) {
	p := plugins()
	taps := []framework.Tap{{Layer: "conv1", Weight: 1}, {Layer: "conv1:softmax", Weight: 1}}
	framework.Register(p.Losses, "both", "", func() none { return none{} }, func(none) (framework.Loss, error) { return loss{framework.Style, taps}, nil })
	e := experiment(t)
	e.Losses = []framework.LossSpec{{Name: "both", Type: "both", Weight: 1, Options: &none{}}}
	e.Style = []framework.StyleImage{{Image: e.Content.Image, Weight: 1, Size: "content"}}
	prepared, err := Prepare(e, p, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	r := &record{}
	if _, err := prepared.Optimize(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	terms := r.rows[0].Terms
	if len(terms) != 2 || terms[1].Name != "conv1:softmax" {
		t.Fatalf("the terms are %+v", terms)
	}
	// The mean of a softmax is one over the number of elements, of picture and target alike.
	if terms[0].Value == 0 || terms[1].Value > 1e-12 {
		t.Errorf("the layer scores %g, its softmax %g", terms[0].Value, terms[1].Value)
	}
}

// spaced is a loss that keeps the spaces of the images that it represents.
type spaced struct {
	loss
	seen *[]framework.Space
}

func (l spaced) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	*l.seen = append(*l.seen, v.Space)
	return l.loss.Represent(b, v)
}

// TestSpaceOfViews: a loss knows the space of picture and targets, that of the variable.
func TestSpaceOfViews(t *testing.T) {
	p := plugins()
	var seen []framework.Space
	framework.Register(p.Losses, "spaced", "", func() none { return none{} }, func(none) (framework.Loss, error) {
		return spaced{loss{framework.Content, []framework.Tap{{Layer: framework.ImageTap, Weight: 1}}}, &seen}, nil
	})
	e := experiment(t)
	e.Losses = []framework.LossSpec{{Name: "spaced", Type: "spaced", Weight: 1, Options: &none{}}}
	prepared, err := Prepare(e, p, compute.Plain[float32]{})
	if err == nil {
		_, err = prepared.Optimize(context.Background(), &record{})
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 4 || slices.ContainsFunc(seen, func(s framework.Space) bool { return s != framework.ImageNet() }) {
		t.Errorf("the spaces are %v", seen)
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 1e-12 }
	if low, high := framework.ImageNet().Bounds(); !near(low[1], -0.456/0.224) || !near(high[2], (1-0.406)/0.225) {
		t.Errorf("the bounds are %v and %v", low, high)
	}
}

func TestPrepareRefuses(t *testing.T) {
	for want, change := range map[string]func(*framework.Experiment){
		"content.image": func(e *framework.Experiment) { e.Content.Image = "missing.png" },
		`unknown backbone "network2"; did you mean "network"?`: func(e *framework.Experiment) { e.Backbone.Name = "network2" },
		`unknown loss "contents"; did you mean "content"?`:     func(e *framework.Experiment) { e.Losses[0].Type = "contents" },
		`unknown optimizer "descend"; did you mean "descent"?`: func(e *framework.Experiment) { e.Stages[0].Optimizer.Name = "descend" },
		"losses.s: it needs a style image":                     func(e *framework.Experiment) { e.Style = nil },
	} {
		e := experiment(t)
		change(&e)
		if _, err := Prepare(e, plugins(), compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// TestPreprocess compares the map from each space to a network's input with its
// definition, pixel by pixel.
func TestPreprocess(t *testing.T) {
	in := framework.Input{Order: "BGR", Scale: 255, Mean: [3]float64{103.939, 116.779, 123.68}, Std: [3]float64{1, 2, 3}}
	u := []float32{0.2, 0.5, 0.9}
	want := []float64{(255*0.9 - 103.939) / 1, (255*0.5 - 116.779) / 2, (255*0.2 - 123.68) / 3}
	for _, name := range []string{"normalized", "unit", "bytes"} {
		v, err := pixels.New(pixels.Config{Space: name})
		if err != nil {
			t.Fatal(err)
		}
		s := v.Space()
		x := s.FromUnit(u)
		m, bias := preprocess(s, in)
		for k := range 3 {
			got := bias[k]
			for c := range 3 {
				got += m[k][c] * float64(x[c])
			}
			if math.Abs(got-want[k]) > 1e-4 {
				t.Errorf("%s: channel %d is %g, want %g", name, k, got, want[k])
			}
		}
		for i, v := range s.ToUnit(x) {
			if math.Abs(float64(v-u[i])) > 1e-6 {
				t.Errorf("%s: there and back turns %g into %g", name, u[i], v)
			}
		}
	}
}
