package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/graph"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/framework/store"
)

// A Sweep is a plan of many trials, each of which was checked.
type Sweep struct {
	Trials  []SweepTrial
	Skipped []string // points that mean the same as an earlier one, by their settings

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

	text  string // where the trial lies
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
		sum = sizes.Sum(sum, p.Longest)
	}
	return sum
}

// String says where the trial lies: its settings, pictures and draw.
func (t SweepTrial) String() string { return t.text }

// describe is String's text. A setting that a parameter has alone is called as its level is.
func (s *Sweep) describe(t SweepTrial) string {
	var parts []string
	for i, p := range s.config.Sweep.Parameters {
		if t.Levels[i] >= 0 && len(p.Paths) == 1 {
			parts = append(parts, p.Paths[0]+"="+p.Levels[t.Levels[i]].Label)
			continue
		}
		for _, setting := range t.Settings {
			if slices.Contains(p.Paths, setting.Path) {
				parts = append(parts, setting.Path+"="+setting.Text)
			}
		}
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

// PlanSweep expands the sweep of r, prepares every trial of it and chooses who
// scores them: the backbone that r says, at layers that no trial uses. It writes
// nothing. tell, unless it is nil, hears how many trials of how many are prepared.
//
// Errors: those of Expand and Prepare, with the trial that they are of; a trial
// that does not fit into memory; no layer that is held out.
func (l *Lab) PlanSweep(ctx context.Context, r *config.Resolved, tell func(done, all int)) (*Sweep, error) {
	points, err := Expand(r)
	if err != nil {
		return nil, err
	}
	s := &Sweep{lab: l, config: r}
	defer l.plan()()
	taps, hashes, predicted := map[string]bool{}, map[string]bool{}, map[string][]run.Prediction{}
	var problems []error
	for i, point := range points {
		if tell != nil {
			tell(i, len(points))
		}
		t, err := s.prepare(ctx, point, predicted, taps)
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("trial %d (%s): %w", point.Number, t, err))
		case hashes[t.Hash]:
			s.Skipped = append(s.Skipped, t.String())
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
		if spec, err = s.backbone(); err != nil {
			return nil, err
		}
	}
	s.judge, err = l.newJudge(ctx, spec, slices.Sorted(maps.Keys(taps)))
	if err != nil {
		return nil, err
	}
	if err := s.addShared(predicted); err != nil {
		return nil, err
	}
	return s, errors.Join(s.checkMetrics(), s.checkEarlyStop())
}

// backbone returns the one that all trials have.
func (s *Sweep) backbone() (framework.BackboneSpec, error) {
	spec := s.Trials[0].Config.Experiment.Backbone
	for _, t := range s.Trials {
		if other := t.Config.Experiment.Backbone; !reflect.DeepEqual(other, spec) {
			return spec, errors.New("evaluate.backbone: the trials have different backbones, and all pictures are scored by one: " +
				"name it, best one that no trial has, as in evaluate.backbone.name=vgg19-lite")
		}
	}
	return spec, nil
}

// addShared counts what stays in memory beside each trial: the judge, and the filters
// of other trials' backbones.
func (s *Sweep) addShared(predicted map[string][]run.Prediction) error {
	held := map[*graph.Filter]int64{}
	for _, predictions := range predicted {
		for _, p := range predictions {
			for i, f := range p.Filters {
				own, forward, backward := compute.FilterMemory(s.lab.Engine, p.Filters[i:i+1])
				held[f] = own + forward + backward
			}
		}
	}
	for _, predictions := range predicted {
		for i := range predictions {
			p := &predictions[i]
			for f, bytes := range held {
				if !slices.Contains(p.Filters, f) {
					p.Bytes += bytes
				}
			}
		}
		if err := s.judge.addBeside(predictions, slices.Collect(maps.Keys(held))); err != nil {
			return err
		}
	}
	seen := map[string]bool{} // trials of one shape share their predictions
	for _, t := range s.Trials {
		if seen[t.shape] {
			continue
		}
		seen[t.shape] = true
		if err := fits(t.Predictions, nil); err != nil {
			return fmt.Errorf("trial %d (%s): %w", t.Number, t, err)
		}
	}
	return nil
}

// sampleEvery is how many iterations lie between evaluations; 0 for none on the way.
func (s *Sweep) sampleEvery() int {
	every := s.config.Experiment.Evaluate.Every
	if early := s.config.Sweep.EarlyStop; every == 0 && early != nil && strings.HasPrefix(early.Metric, "eval/") {
		return early.Every
	}
	return every
}

// checkEarlyStop reports a rule that would never see its metric.
func (s *Sweep) checkEarlyStop() error {
	early, every := s.config.Sweep.EarlyStop, s.sampleEvery()
	if early == nil || !strings.HasPrefix(early.Metric, "eval/") {
		return nil
	}
	if early.Every%every != 0 {
		return s.config.Sweep.Problem("early_stop.every", "%d is no multiple of evaluate.every, which is %d: pictures are scored at those iterations only", early.Every, every)
	}
	return s.checkMetric("early_stop.metric", early.Metric)
}

// firstProblems joins the first few problems.
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
	t.text = s.describe(t)
	trial, err := s.lab.prepare(ctx, point.Config)
	if err != nil {
		return t, err
	}
	text, err := point.Config.YAML()
	if err != nil {
		return t, err
	}
	if len(point.Config.Experiment.Style) == 0 {
		return t, errors.New("style: no painting, and pictures of a sweep are scored against one: name one, even if no loss looks at it")
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
	for _, metric := range s.config.Sweep.Metrics {
		if err := s.checkMetric("metrics", metric); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweep) checkMetric(key, metric string) error {
	var known []string
	for _, d := range s.judge.scorer.Metrics() {
		known = append(known, d.Name)
	}
	if slices.Contains(known, metric) || strings.HasPrefix(metric, "loss/") {
		return nil
	}
	return fmt.Errorf("sweep.%s: the scorer has no %s: its layers are those that no trial uses (it has: %s)", key, metric, strings.Join(known, ", "))
}

// unitOf returns what the rule compares a trial within.
func unitOf(t *Trial, repeat int) unit {
	u := unit{t.files["content.image"], repeat}
	for i := range t.config.Experiment.Style {
		u.pictures += " " + t.files[fmt.Sprintf("style[%d].image", i)]
	}
	return u
}

// Record writes the sweep and its trials into st, frozen, or finds it there.
func (s *Sweep) Record(ctx context.Context, st *store.Store) (store.Sweep, error) {
	n, err := s.Frozen()
	if err != nil {
		return store.Sweep{}, err
	}
	return st.PlanSweep(ctx, n)
}

// Frozen is the sweep as it is recorded.
func (s *Sweep) Frozen() (store.NewSweep, error) {
	plan, err := planJSON(s.config.Sweep, s.judge.scorer.Metrics())
	n := store.NewSweep{
		Experiment: s.config.Experiment.Name, Method: s.config.Sweep.Method, Plan: plan,
		Metrics: s.config.Sweep.Metrics, Scorer: s.judge.by.Hash,
	}
	for _, t := range s.Trials {
		n.Trials = append(n.Trials, store.PlannedTrial{Number: t.Number, Hash: t.Hash, Config: t.Yaml, Point: t.point})
	}
	return n, err
}
