package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/store"
)

// A Sweep is a plan of many trials, each of which was checked.
type Sweep struct {
	Trials  []SweepTrial
	Skipped int // points that mean the same as an earlier one

	lab    *Lab
	config *config.Resolved
	judge  *judge
}

// A SweepTrial is one trial of a Sweep. Its images are read again when it runs.
type SweepTrial struct {
	Point
	Hash        string
	Yaml        string // of the trial alone
	Predictions []run.Prediction
	Images      []run.ImageUse // of the last stage

	point json.RawMessage
	shape string // what its time and memory depend on
	unit  unit
}

// Bytes is what the trial will take at its peak.
func (t SweepTrial) Bytes() int64 {
	most := int64(0)
	for _, p := range t.Predictions {
		most = max(most, p.Bytes)
	}
	return most
}

// Longest is what the trial will take, if its time was predicted.
func (t SweepTrial) Longest() time.Duration {
	sum := time.Duration(0)
	for _, p := range t.Predictions {
		sum += p.Longest
	}
	return sum
}

// String says where the trial lies: its settings, pictures and draw.
func (t SweepTrial) String() string {
	var parts []string
	for _, s := range t.Settings {
		parts = append(parts, s.Path+"="+s.Text)
	}
	if t.Pair >= 0 {
		e := t.Config.Experiment
		pair := filepath.Base(e.Content.Image)
		for _, s := range e.Style {
			pair += " × " + filepath.Base(s.Image)
		}
		parts = append(parts, pair)
	}
	if t.Repeat > 0 {
		parts = append(parts, fmt.Sprintf("draw %d", t.Repeat))
	}
	return strings.Join(parts, ", ")
}

// PredictTime fills in the times of all trials. It measures one of each shape.
func (s *Sweep) PredictTime(ctx context.Context) error {
	timed := map[string]bool{} // the predictions of a shape are shared
	for _, t := range s.Trials {
		if timed[t.shape] {
			continue
		}
		timed[t.shape] = true
		trial, err := s.lab.prepare(ctx, t.Config)
		if err != nil {
			return err
		}
		if err := trial.Plan.PredictTime(ctx, t.Predictions); err != nil {
			return err
		}
	}
	return nil
}

// PlanSweep expands the sweep of r, prepares every trial of it and chooses who
// scores them: the backbone that r says, at layers that no trial uses. It writes
// nothing.
//
// Errors: those of Expand and Prepare, with the trial that they are of; a trial
// that does not fit into memory; no layer that is held out.
func (l *Lab) PlanSweep(ctx context.Context, r *config.Resolved) (*Sweep, error) {
	points, err := Expand(r)
	if err != nil {
		return nil, err
	}
	s := &Sweep{lab: l, config: r}
	taps, hashes, predicted := map[string]bool{}, map[string]bool{}, map[string][]run.Prediction{}
	var problems []error
	for _, point := range points {
		t, err := s.prepare(ctx, point, predicted, taps)
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("trial %d (%s): %w", point.Number, t, err))
		case hashes[t.Hash]:
			s.Skipped++
		default:
			hashes[t.Hash] = true
			s.Trials = append(s.Trials, t)
		}
	}
	if len(problems) > 0 {
		return nil, firstProblems(problems)
	}
	spec := r.Experiment.Evaluate.Backbone
	if spec.Name == "" {
		spec = s.Trials[0].Config.Experiment.Backbone
	}
	s.judge, err = l.newJudge(ctx, spec, slices.Sorted(maps.Keys(taps)))
	if err != nil {
		return nil, err
	}
	for _, predictions := range predicted {
		if err := s.judge.addTo(predictions, true); err != nil {
			return nil, err
		}
	}
	return s, s.checkMetrics()
}

// sampleEvery is how many iterations lie between evaluations; 0 for none on the way.
func (s *Sweep) sampleEvery() int {
	if early := s.config.Sweep.EarlyStop; early != nil && strings.HasPrefix(early.Metric, "eval/") {
		return early.Every
	}
	return s.config.Experiment.Evaluate.Every
}

// firstProblems joins problems, those of one kind once.
func firstProblems(problems []error) error {
	const most = 5
	if len(problems) <= most {
		return errors.Join(problems...)
	}
	more := fmt.Errorf("… and %d trials more", len(problems)-most)
	return errors.Join(append(problems[:most:most], more)...)
}

// prepare checks one trial and predicts its memory, from another of the same
// shape if there is one.
func (s *Sweep) prepare(ctx context.Context, point Point, predicted map[string][]run.Prediction, taps map[string]bool) (SweepTrial, error) {
	t := SweepTrial{Point: point}
	trial, err := s.lab.prepare(ctx, point.Config)
	if err != nil {
		return t, err
	}
	text, err := point.Config.YAML()
	if err != nil {
		return t, err
	}
	t.Hash, t.Yaml = trial.Hash, string(text)
	if t.point, err = s.pointJSON(point, trial.files); err != nil {
		return t, err
	}
	t.unit = unitOf(trial, point.Repeat)
	t.Images = trial.Plan.Images(len(trial.Plan.Stages()) - 1)
	for _, tap := range trial.Plan.Taps() {
		taps[tap] = true
	}
	if t.shape, err = shapeOf(trial); err != nil {
		return t, err
	}
	if predicted[t.shape] == nil {
		if predicted[t.shape], err = trial.Fit(); err != nil {
			return t, err
		}
	}
	t.Predictions = predicted[t.shape]
	return t, nil
}

// checkMetrics reports metrics that the scorer does not have.
func (s *Sweep) checkMetrics() error {
	var known []string
	for _, d := range s.judge.scorer.Metrics() {
		known = append(known, d.Name)
	}
	for _, metric := range s.config.Sweep.Metrics {
		if !slices.Contains(known, metric) && !strings.HasPrefix(metric, "loss/") {
			return fmt.Errorf("sweep.metrics: the scorer has no %s: its layers are those that no trial uses (it has: %s)", metric, strings.Join(known, ", "))
		}
	}
	return nil
}

// unitOf returns what the rule compares a trial within.
func unitOf(t *Trial, repeat int) unit {
	u := unit{t.files["content.image"], repeat}
	for i := range t.config.Experiment.Style {
		u.pictures += " " + t.files[fmt.Sprintf("style[%d].image", i)]
	}
	return u
}

// shapeOf is what a trial's time and memory depend on: everything but the values
// of pixels, weights and rates.
func shapeOf(t *Trial) (string, error) {
	e := t.config.Experiment
	type loss struct {
		Type    string
		Options any
		Weighed bool
	}
	var losses []loss
	for _, l := range e.Losses {
		losses = append(losses, loss{l.Type, l.Options, l.Weight > 0})
	}
	var images [][]run.ImageUse
	for i := range e.Stages {
		uses := t.Plan.Images(i)
		for k := range uses {
			uses[k].Path = ""
		}
		images = append(images, uses)
	}
	text, err := json.Marshal([]any{e.Backbone, losses, e.Variable, images, e.Stages})
	return string(text), err
}

// Record writes the sweep and its trials into st, frozen, or finds it there.
func (s *Sweep) Record(ctx context.Context, st *store.Store) (store.Sweep, error) {
	plan, err := planJSON(s.config.Sweep)
	if err != nil {
		return store.Sweep{}, err
	}
	n := store.NewSweep{
		Experiment: s.config.Experiment.Name, Method: s.config.Sweep.Method, Plan: plan,
		Metrics: s.config.Sweep.Metrics, Scorer: s.judge.by.Hash,
	}
	for _, t := range s.Trials {
		n.Trials = append(n.Trials, store.PlannedTrial{Number: t.Number, Hash: t.Hash, Config: t.Yaml, Point: t.point})
	}
	return st.PlanSweep(ctx, n)
}
