package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store"
	"runexp/reports/grid"
)

func gridOf(t *testing.T, s *store.Store, w store.Sweep) grid.Data {
	t.Helper()
	y, err := Read(t.Context(), s, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := y.Grid(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func described(d grid.Data) string {
	var axes []string
	for _, a := range d.Axes {
		axes = append(axes, fmt.Sprintf("%s %d", a.Name, len(a.Levels)))
	}
	return fmt.Sprintf("%s; x %d, y %d, start %v", strings.Join(axes, ", "), d.X, d.Y, d.Start)
}

// A sweep's axes are its parameters and pairs; the grid begins with the two parameters of the most
// levels, the pair held. Trials without a picture are there with the reason.
func TestGrid(t *testing.T) {
	s := openTest(t)
	d := gridOf(t, s, usual().make(t, s))
	if got, want := described(d), "losses.tv.weight 2, losses.content.layers 3, pair 8; x 1, y 0, start [0 0 0]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := d.Axes[2].Levels[3]; got != "photo-b.png × painting-b.png" {
		t.Errorf("the fourth pair is %q", got)
	}
	var shown []string
	for _, n := range d.Numbers {
		if n.Shown {
			shown = append(shown, n.Label)
		}
	}
	if got := strings.Join(shown, ", "); got != "content distance, noise" || d.Numbers[len(d.Numbers)-1].Name != "seconds" {
		t.Errorf("shown below pictures: %s of %v", got, d.Numbers)
	}
	failed, missing, finished := d.Cells[5], d.Cells[23], d.Cells[47]
	if failed.Status != "failed" || len(failed.Pictures) != 0 || failed.Run != 6 || failed.Why == "" || !math.IsNaN(float64(failed.Values[0])) {
		t.Errorf("a failed trial is %+v", failed)
	}
	if missing.Status != "not begun" || missing.Run != 0 || !slices.Equal(missing.Levels, []int{0, 2, 7}) {
		t.Errorf("a trial that has not begun is %+v", missing)
	}
	if finished.Status != "" || len(finished.Pictures) != 1 || finished.Pictures[0].Step != 59 || len(finished.Inputs) != 2 || !(finished.Values[0] > 0) {
		t.Errorf("a finished trial is %+v", finished)
	}
}

// Settings that were drawn stand in order beside the pairs, and none is held, since each pair has its own.
func TestGridOfDraws(t *testing.T) {
	s := openTest(t)
	if got, want := described(gridOf(t, s, draws(t, s))), "losses.style.weight 12, pair 6; x 1, y 0, start [-1 -1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Repeats are an axis; pairs of files of the same name are told apart; several drawn parameters are
// one axis more.
func TestGridOfRepeats(t *testing.T) {
	s := openTest(t)
	var trials []store.PlannedTrial
	for i := range 16 {
		at, err := json.Marshal(map[string]any{
			"settings": []map[string]any{{"path": "a", "value": i / 4, "label": fmt.Sprint(i / 4)}, {"path": "b", "value": i / 8, "label": fmt.Sprint(i / 8)}},
			"levels":   []int{-1, -1}, "pair": i % 2, "repeat": i / 2 % 2, "content": "photo.png", "style": "wave.png", "content_hash": fmt.Sprint(i % 2),
		})
		if err != nil {
			t.Fatal(err)
		}
		trials = append(trials, store.PlannedTrial{Number: i, Hash: fmt.Sprint("h", i), Config: "experiment: r\n", Point: at})
	}
	w, err := s.PlanSweep(t.Context(), store.NewSweep{
		Experiment: "r", Method: "random", Metrics: []string{"eval/style"}, Trials: trials,
		Plan: json.RawMessage(`{"method": "random", "repeats": 2, "parameters": [{"path": "a"}, {"path": "b"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	d := gridOf(t, s, w)
	if got, want := described(d), "a 4, b 2, setting 4, pair 2, repeat 2; x 3, y 2, start [-1 -1 -1 -1 -1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := strings.Join(d.Axes[3].Levels, ", "); got != "photo.png × wave.png, photo.png × wave.png (pair 2)" {
		t.Errorf("the pairs are %s", got)
	}
	if got := d.Cells[7].Levels; !slices.Equal(got, []int{1, 0, 1, 1, 1}) {
		t.Errorf("trial 7 is at %v", got)
	}
}
