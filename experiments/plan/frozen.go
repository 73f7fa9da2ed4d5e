package plan

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"runexp/framework/config"
	"runexp/framework/store"
)

// Frozen is what the trials of a sweep need, beside its config and their own, to be run in another process
// without planning the sweep again. It is a JSON value.
type Frozen struct {
	Used    []string `json:"used"`              // layers that losses of the trials read
	Scorer  string   `json:"scorer"`            // its hash
	Crowded bool     `json:"crowded,omitempty"` // see Plan.Crowded
}

// Freeze returns the plan of a sweep without its trials.
func (p *Plan) Freeze() Frozen {
	return Frozen{Used: p.used, Scorer: p.Scorer.Stored().Hash, Crowded: p.crowded}
}

// Thaw returns the plan of the sweep r that was frozen, without trials; see ThawTrial. sample is the config of one of its trials.
// Errors: a scorer that cannot be made, or is another one.
func (p *Planner) Thaw(ctx context.Context, r *config.Resolved, f Frozen, sample *config.Resolved) (*Plan, error) {
	plan := &Plan{Config: r, planner: p, used: f.Used, crowded: f.Crowded}
	spec := r.Experiment.Evaluate.Backbone
	if spec.Name == "" {
		spec = sample.Experiment.Backbone // all trials have it
	}
	if err := plan.makeScorer(ctx, spec); err != nil {
		return nil, err
	}
	if plan.Scorer.Stored().Hash != f.Scorer {
		return nil, fmt.Errorf("evaluate.backbone: pictures would not be scored as planned, since the weights of %s or the program are others here", spec.Name)
	}
	return plan, nil
}

// LoadTrial loads the config of a frozen trial.
func LoadTrial(l config.Loader, yaml string) (*config.Resolved, error) {
	l.Stdin = strings.NewReader(yaml)
	return l.Load("-", nil)
}

// ThawTrial prepares a trial that was planned elsewhere. Errors: a file that is missing here, or is not the
// same; a trial that does not fit into memory.
func (p *Plan) ThawTrial(ctx context.Context, l config.Loader, planned store.PlannedTrial) (Trial, error) {
	t := Trial{Hash: planned.Hash, YAML: planned.Config, point: planned.Point}
	t.Number = planned.Number
	var err error
	if t.Config, err = LoadTrial(l, planned.Config); err != nil {
		return t, err
	}
	t.Config.Written, t.Config.Overrides = p.Config.Written, p.Config.Overrides
	prepared, err := p.planner.Prepare(ctx, t.Config, p.scoreEvery())
	if err != nil {
		return t, err
	}
	if prepared.Hash != t.Hash {
		return t, errors.New("a file is not what it was when the trial was planned, or the program is another")
	}
	t.Files, t.Weights = prepared.Files, prepared.Weights()
	for i := range prepared.Stages() {
		t.Images = append(t.Images, prepared.Images(i))
	}
	if t.Predictions, err = prepared.PredictMemory(); err != nil {
		return t, err
	}
	return t, fits(t.Predictions, prepared.LargestWithin)
}
