package run

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/metrics"
	"runexp/optimizers"
	"runexp/optimizers/schedules"
	"runexp/variables"
	"runexp/variables/initials"
	"runexp/variables/initials/noise"
	"runexp/variables/pixels"
)

// network is a backbone of two small convolutions.
type network struct{ filters [2]*graph.Filter }

func newNetwork() *network {
	random := rand.New(rand.NewPCG(1, 2))
	numbers := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(random.NormFloat64()) / 5
		}
		return x
	}
	n := &network{}
	for i, in := range []int{3, 4} {
		n.filters[i] = &graph.Filter{In: in, Out: 4, KH: 3, KW: 3, Stride: 1, Pad: 1, Kernel: numbers(4 * in * 9), Bias: numbers(4)}
	}
	return n
}

func (n *network) Layers() []framework.Layer {
	return []framework.Layer{{Index: 0, Name: "conv1"}, {Index: 1, Name: "relu1"}, {Index: 2, Name: "conv2"}}
}

func (n *network) Weights([]string) (framework.Weights, error) {
	input := framework.Input{Order: "BGR", Scale: 255, Mean: [3]float64{100, 110, 120}, Std: [3]float64{50, 60, 70}}
	return framework.Weights{Name: "test", Input: input, FeatureScale: 1}, nil
}

func (n *network) Build(b *graph.Builder, image graph.Node, _ []string) (map[string]graph.Node, error) {
	c := b.Conv(image, n.filters[0])
	r := b.ReLU(c)
	return map[string]graph.Node{"conv1": c, "relu1": r, "conv2": b.Conv(r, n.filters[1])}, b.Err()
}

// loss compares features with those of the target images.
type loss struct {
	role framework.Role
	taps []framework.Tap
}

func (l loss) Roles() []framework.Role { return []framework.Role{l.role} }
func (l loss) Taps() []framework.Tap   { return l.taps }

func (l loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.Each(l.taps, func(features graph.Node) graph.Node {
		if l.role == framework.Style { // of any size: the mean feature
			return b.Mean(features)
		}
		return features
	}), nil
}

func (l loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return framework.SquaredDistances(b, l.taps, got, want[l.role]), nil
}

// descent is gradient descent with two evaluations per step.
type descent struct{ sign float32 }

func (d descent) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	grad := make([]float32, len(x))
	value, err := f(ctx, x, grad)
	if err != nil {
		return framework.Outcome{}, err
	}
	moved := make([]float32, len(x))
	for i := range x {
		moved[i] = x[i] - d.sign*float32(rate)*grad[i]
	}
	if _, err := f(ctx, moved, grad); err != nil {
		return framework.Outcome{}, err
	}
	copy(x, moved)
	return framework.Outcome{Loss: value, Evals: 2, Accepted: true}, nil
}

func (descent) State() []framework.Slot        { return nil }
func (descent) Restore([]framework.Slot) error { return nil }

type none struct{}

// plugins returns the test's own and the built-in optimisers.
func plugins() framework.Plugins {
	p := framework.Plugins{
		Backbones:  framework.NewRegistry[framework.Backbone]("backbone"),
		Losses:     framework.NewRegistry[framework.Loss]("loss"),
		Optimizers: optimizers.Registry(),
		Schedules:  schedules.Registry(),
		Variables:  variables.Registry(),
		Metrics:    metrics.Registry(),
		Initials:   initials.Registry(),
	}
	nothing := func() none { return none{} }
	framework.Register(p.Backbones, "network", "", nothing, func(none) (framework.Backbone, error) { return newNetwork(), nil })
	framework.Register(p.Losses, "content", "", nothing, func(none) (framework.Loss, error) {
		return loss{framework.Content, []framework.Tap{{Layer: "conv2", Weight: 2}}}, nil
	})
	framework.Register(p.Losses, "style", "", nothing, func(none) (framework.Loss, error) {
		return loss{framework.Style, []framework.Tap{{Layer: "conv1", Weight: 1}, {Layer: "relu1", Weight: 0.5}}}, nil
	})
	framework.Register(p.Losses, "derived", "", nothing, func(none) (framework.Loss, error) { return derived{}, nil })
	framework.Register(p.Optimizers, "descent", "", nothing, func(none) (framework.Optimizer, error) { return descent{1}, nil })
	framework.Register(p.Optimizers, "explode", "", nothing, func(none) (framework.Optimizer, error) { return descent{-1e30}, nil })
	return p
}

// writeImage writes a picture of random pixels and returns its path.
func writeImage(t *testing.T, name string, h, w int) string {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(h), uint64(w)))
	image := imaging.New(h, w)
	for i := range image.Pix {
		image.Pix[i] = random.Float32()
	}
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := imaging.EncodePNG(f, image, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// experiment has two stages, at 18×24 and 36×48.
func experiment(t *testing.T) framework.Experiment {
	t.Helper()
	mover := framework.OptimizerSpec{Name: "descent", LR: 0.1, Schedule: framework.ScheduleSpec{Name: "step", Options: &schedules.Step{Every: 2, Gamma: 0.5}}, Options: &none{}}
	return framework.Experiment{
		Seed:     1,
		Content:  framework.ContentImage{Image: writeImage(t, "content.png", 30, 40)},
		Style:    []framework.StyleImage{{Image: writeImage(t, "style.png", 50, 20), Weight: 3, Size: "own"}, {Image: writeImage(t, "other.png", 20, 20), Weight: 1, Size: "2"}},
		Backbone: framework.BackboneSpec{Name: "network", Options: &none{}},
		Variable: framework.VariableSpec{Name: "pixels", Options: &pixels.Config{Space: "normalized", Bounds: "none"}},
		Losses: []framework.LossSpec{
			{Name: "c", Type: "content", Weight: 1, Options: &none{}},
			{Name: "s", Type: "style", Weight: 10, Options: &none{}},
		},
		Init: noiseOf(1),
		Stages: []framework.Stage{
			{Size: framework.Size{Height: 18}, Iterations: 5, Optimizer: mover},
			{Size: framework.Size{Scale: 2}, Evaluations: 6, Optimizer: mover},
		},
	}
}

// noiseOf is the initial value noise.
func noiseOf(sigma float64) framework.InitSpec {
	return framework.InitSpec{From: "noise", Options: &noise.Config{Sigma: sigma}}
}

// record is an Observer that collects all events and can stop the run.
type record struct {
	stages   []Stage
	rows     []Row
	pictures []Picture
	onRow    func(Row) error

	rollbacks   []Rollback
	onRollback  func(Rollback) error
	onPicture   func(Picture) error
	onSafePoint func(State, bool) error
}

func (r *record) Observe(e Event) error {
	switch e := e.(type) {
	case Stage:
		r.stages = append(r.stages, e)
	case Row:
		r.rows = append(r.rows, e)
		if r.onRow != nil {
			return r.onRow(e)
		}
	case Picture:
		r.pictures = append(r.pictures, e)
		if r.onPicture != nil {
			return r.onPicture(e)
		}
	case Rollback:
		r.rollbacks = append(r.rollbacks, e)
		if r.onRollback != nil {
			return r.onRollback(e)
		}
	case SafePoint:
		if r.onSafePoint != nil {
			return r.onSafePoint(e.State, e.Last)
		}
	}
	return nil
}

var errOnPurpose = errors.New("on purpose")

func prepare(t *testing.T, e framework.Experiment) *Prepared {
	t.Helper()
	p, err := Prepare(e, plugins(), compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// runIt prepares and runs e.
func runIt(t *testing.T, ctx context.Context, e framework.Experiment, r *record) (Outcome, error) {
	t.Helper()
	return prepare(t, e).Optimize(ctx, r)
}
