package plan

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"runexp/experiments/testbed"
	"runexp/framework/run"
)

// everything varies all that decides what trials share: layers, weights, rates, sizes,
// optimisers, counts.
const everything = `
sweep:
  parameters:
    - {path: losses.style.layers, values: [[relu1_1], [relu1_1, relu2_1], [{layer: relu1_1, weight: 0.5}]]}
    - {path: losses.content.weight, values: [0, 1, 2]}
    - {path: stages.0.size, values: [{height: 24}, {height: 30}]}
    - {path: stages.0.optimizer, values: [{name: adam, lr: 0.01}, {name: adam, lr: 0.1}, {name: lbfgs, history: 3}]}
    - {path: stages.0.iterations, values: [1, 2]}
`

// A plan of many trials computes for each what a plan of that trial alone would, and
// predicts once for each shape.
func TestSharedPlanning(t *testing.T) {
	b := testbed.New(t)
	s, err := NewPlanner(b.Plugins, b.Engine).New(t.Context(), b.Load(t, everything), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Trials) != 3*3*2*3*2 {
		t.Fatalf("%d trials", len(s.Trials))
	}
	shapes := map[string][]run.Prediction{}
	for _, trial := range s.Trials {
		alone, err := NewPlanner(b.Plugins, b.Engine).Prepare(t.Context(), trial.Config, 0)
		if err != nil {
			t.Fatal(err)
		}
		if alone.Hash != trial.Hash {
			t.Errorf("%s: hash %s, alone %s", trial, trial.Hash, alone.Hash)
		}
		predicted, err := alone.PredictMemory()
		if err != nil {
			t.Fatal(err)
		}
		if len(predicted) != len(trial.Predictions) || predicted[0].Stage != trial.Predictions[0].Stage {
			t.Errorf("%s: predictions of %v, alone of %v", trial, trial.Predictions, predicted)
		}
		// Shared memory is added to all; the rest depends on the shape only.
		key, err := shapeOf(trial.Config.Experiment, trial.Images)
		if err != nil {
			t.Fatal(err)
		}
		if before, seen := shapes[key]; seen && before[0].Bytes != predicted[0].Bytes {
			t.Errorf("%s: %d bytes, another of its shape %d", trial, predicted[0].Bytes, before[0].Bytes)
		}
		shapes[key] = predicted
	}
	// Weights of layers and rates do not change the shape; another optimiser does.
	if want := 2 * 2 * 2 * 2 * 2; len(shapes) != want {
		t.Errorf("%d shapes, want %d", len(shapes), want)
	}
}

// Planning a sweep decodes each image once; a run reads it again.
func TestImagesAreDecodedOnceForAPlan(t *testing.T) {
	b := testbed.New(t)
	long := time.Now().Add(-time.Hour) // a new file may change without changing its time
	for _, name := range []string{"content.png", "style.png"} {
		if err := os.Chtimes(filepath.Join(b.Dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	planner := NewPlanner(b.Plugins, b.Engine)
	s, err := planner.New(t.Context(), b.Load(t, everything), Options{})
	if err != nil {
		t.Fatal(err)
	}
	end := planner.shareFiles()
	first, err := s.Prepare(t.Context(), s.Trials[0])
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Prepare(t.Context(), s.Trials[1])
	if err != nil {
		t.Fatal(err)
	}
	if first.Content() != second.Content() {
		t.Error("planning two trials decoded the content image twice")
	}
	end()
	third, err := s.Prepare(t.Context(), s.Trials[2])
	if err != nil {
		t.Fatal(err)
	}
	if third.Content() == first.Content() || !reflect.DeepEqual(third.Content(), first.Content()) {
		t.Error("the run did not read its content image again")
	}
	if first.Hash != s.Trials[0].Hash || third.Hash != s.Trials[2].Hash {
		t.Error("the run's hashes differ from the plan's")
	}
}

// Normalised gradients need more memory and time, so they are another shape.
func TestNormalizedGradientsAreAnotherShape(t *testing.T) {
	b := testbed.New(t)
	r := b.Load(t, "sweep: {parameters: [{path: losses.style.normalize_gradients, values: [false, true]}]}\n")
	s, err := NewPlanner(b.Plugins, b.Engine).New(t.Context(), r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Trials) != 2 || s.Trials[0].shape == s.Trials[1].shape {
		t.Errorf("%d trials of one shape", len(s.Trials))
	}
}
