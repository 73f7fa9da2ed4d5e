package experiments_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"runexp"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/run"
	"runexp/internal/shared"
	"runexp/losses/content"
	"runexp/losses/gram"
	"runexp/losses/tv"
	"runexp/optimizers/adam"
	"runexp/optimizers/schedules"
	initial "runexp/variables/initials/content"
	"runexp/variables/pixels"
)

// recipe is the textbook's on the golden pictures, at h×w pixels.
func recipe(dir string, h, w, iterations int) (framework.Experiment, framework.Plugins) {
	backbones := framework.NewRegistry[framework.Backbone]("backbone")
	framework.Register(backbones, "vgg19", "", func() struct{} { return struct{}{} },
		func(struct{}) (framework.Backbone, error) { return newVGG19(dir), nil })
	plugins := runexp.Builtin()
	plugins.Backbones = backbones
	return framework.Experiment{
		Content:  framework.ContentImage{Image: filepath.Join(dir, "golden", "content.png")},
		Style:    []framework.StyleImage{{Image: filepath.Join(dir, "golden", "style.png"), Weight: 1, Size: "content"}},
		Backbone: framework.BackboneSpec{Name: "vgg19", Options: &struct{}{}},
		Variable: framework.VariableSpec{Name: "pixels", Options: ptr(pixels.Defaults())},
		Losses: []framework.LossSpec{
			{Name: "content", Type: "content", Weight: 1, Options: ptr(content.Defaults())},
			{Name: "style", Type: "gram", Weight: 1e3, Options: ptr(gram.Defaults())},
			{Name: "tv", Type: "tv", Weight: 10, Options: &tv.Config{}},
		},
		Init: framework.InitSpec{From: "content", Options: &initial.Config{}},
		Stages: []framework.Stage{{
			Size: framework.Size{Height: h, Width: w, Fit: framework.FitStretch}, Iterations: iterations,
			Optimizer: framework.OptimizerSpec{
				Name: "adam", LR: 0.01, Schedule: framework.ScheduleSpec{Name: "constant", Options: &schedules.Constant{}}, Options: ptr(adam.Defaults()),
			},
		}},
	}, plugins
}

// TestSameBitsAtAnyNumberOfThreads compares the losses and the picture of a VGG-19 run.
func TestSameBitsAtAnyNumberOfThreads(t *testing.T) {
	dir := shared.Dir(t)
	e, plugins := recipe(dir, 61, 90, 3)
	var want []float64
	var picture []float32
	for _, threads := range []int{1, 2, 5} {
		engine, err := compute.NewEngine(compute.Options{Threads: threads, ISA: os.Getenv("RUNEXP_ISA")})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := run.Prepare(e, plugins, engine)
		if err != nil {
			t.Fatal(err)
		}
		rows := &recorder{}
		outcome, err := plan.Optimize(context.Background(), rows)
		if err != nil {
			t.Fatal(err)
		}
		engine.Close()
		var numbers []float64
		for _, row := range rows.rows {
			numbers = append(numbers, row.Total)
			for _, term := range row.Terms {
				numbers = append(numbers, term.Value)
			}
		}
		if want == nil {
			want, picture = numbers, outcome.Final.Pix
		}
		if !slices.Equal(numbers, want) || !slices.Equal(outcome.Final.Pix, picture) {
			t.Errorf("%d threads give other bits than 1", threads)
		}
	}
}

// TestIterationsAllocateNothing checks that every iteration after the first allocates
// less than the smallest tensor.
func TestIterationsAllocateNothing(t *testing.T) {
	dir := shared.Dir(t)
	e, plugins := recipe(dir, 61, 90, 6)
	plan, err := run.Prepare(e, plugins, newEngine(t, os.Getenv("RUNEXP_ISA")))
	if err != nil {
		t.Fatal(err)
	}
	var heap []uint64
	watch := run.ObserverFunc(func(e run.Event) error {
		if _, is := e.(run.Row); is {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = append(heap, m.TotalAlloc)
		}
		return nil
	})
	if _, err := plan.Optimize(context.Background(), watch); err != nil {
		t.Fatal(err)
	}
	const smallest = 4 * 3 * 61 * 90   // bytes of the picture itself
	for i := 2; i < len(heap)-1; i++ { // the last row evaluates into memory of its own
		if took := heap[i] - heap[i-1]; took > smallest {
			t.Errorf("iteration %d allocated %d bytes", i, took)
		}
	}
}
