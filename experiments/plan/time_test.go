package plan

import (
	"testing"
	"time"

	"runexp/framework/run"
)

// A shape that was not measured is estimated from its operations at the measured speed,
// and marked as an estimate.
func TestEstimate(t *testing.T) {
	stage := func(work float64, took time.Duration) []run.Prediction {
		return []run.Prediction{{Stage: run.Stage{Iterations: 9}, Arithmetic: work, Took: took}}
	}
	measured := [][]run.Prediction{stage(100, time.Second), stage(300, 3*time.Second)}
	left := [][]run.Prediction{stage(200, 0)}
	estimate(measured, left)
	if p := left[0][0]; p.Took != 2*time.Second || p.Longest != 20*time.Second || !p.Estimated {
		t.Errorf("an evaluation of 200 operations at 100 a second: %+v", p)
	}
	if measured[0][0].Estimated {
		t.Error("a measured time is marked as an estimate")
	}
}

// Every shape is measured or estimated once, and the first few are spread over the plan.
func TestShapesEachOnce(t *testing.T) {
	p := &Plan{}
	for i := range 24 {
		p.Trials = append(p.Trials, Trial{Point: Point{Number: i}, shape: string(rune('a' + i/3))})
	}
	var got string
	for _, trial := range p.shapes() {
		got += trial.shape
	}
	if got != "aecgbdfh" {
		t.Errorf("shapes in the order %s, want aecgbdfh", got)
	}
}
