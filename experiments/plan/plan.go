// Package plan turns a config into the trials that a command is to run, each checked,
// with its identity and what it will take. A single experiment is a plan of one trial.
package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"runexp/experiments/scoring"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/framework/store"
)

// A Plan is the trials that a command is to run. Nothing of it changes after New.
type Plan struct {
	Config   *config.Resolved // its Sweep is nil for a single experiment
	Trials   []Trial
	Skipped  []string        // points that mean the same as an earlier one, by their settings
	Scorer   *scoring.Scorer // of the pictures; nil where none are scored
	Unscored error           // why there is no scorer where there should be one

	planner *Planner
}

// A Trial is one choice of settings, frozen.
type Trial struct {
	Point
	Hash        string // its identity (Prepared.Hash)
	YAML        string // the config that runs it alone
	Group       Group
	Weights     framework.Weights
	Images      [][]run.ImageUse // by stage
	Predictions []run.Prediction // by stage; times only if they were asked for

	text  string // where the trial lies
	point json.RawMessage
	shape string // what its time and memory depend on
}

// A Group is what trials have in common whose pictures may be compared.
type Group struct {
	Images string // the hashes of content and styles
	Repeat int
}

// Bytes is what the trial will take at its peak.
func (t Trial) Bytes() int64 {
	most := int64(0)
	for _, p := range t.Predictions {
		most = max(most, p.Bytes)
	}
	return most
}

// Longest is how long the trial will take at most, if times were asked for.
func (t Trial) Longest() time.Duration {
	sum := time.Duration(0)
	for _, p := range t.Predictions {
		sum = sizes.Sum(sum, p.Longest)
	}
	return sum
}

// String says where the trial lies in its sweep: its settings, images and repeat.
func (t Trial) String() string { return t.text }

// Options say what else is wanted of a plan.
type Options struct {
	Times    bool                // predict them too: it takes seconds
	Progress func(done, all int) // hears how many trials of how many are prepared; nil for nobody
}

// New expands the sweep of r, if it has one, prepares every trial and chooses who
// scores the pictures: the backbone that r says, at layers that no trial uses. It
// writes nothing.
//
// Errors: those of Expand and Planner.Prepare, with the trial that they are of; a trial
// that does not fit into memory; no layer that is held out, where a scorer must be.
func (p *Planner) New(ctx context.Context, r *config.Resolved, o Options) (*Plan, error) {
	points, err := Expand(r)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Config: r, planner: p}
	defer p.shareFiles()()
	b := builder{plan: plan, taps: map[string]bool{}, predicted: map[string][]run.Prediction{}, alone: len(points) == 1}
	if err := b.trials(ctx, points, o.Progress); err != nil {
		return nil, err
	}
	if err := b.scorer(ctx); err != nil {
		return nil, err
	}
	if err := b.memory(); err != nil {
		return nil, err
	}
	if r.Sweep != nil {
		if err := errors.Join(plan.checkMetrics(), plan.checkEarlyStop()); err != nil {
			return nil, err
		}
	}
	if o.Times {
		err = plan.predictTime(ctx, measuring)
	}
	return plan, err
}

// A builder makes a plan.
type builder struct {
	plan      *Plan
	taps      map[string]bool             // that any trial uses
	predicted map[string][]run.Prediction // by shape
	alone     bool                        // there is one trial
	last      *Prepared
}

// trials prepares a trial of every point; of those that mean the same, of the first.
func (b *builder) trials(ctx context.Context, points []Point, tell func(done, all int)) error {
	hashes := map[string]bool{}
	var problems []error
	for i, point := range points {
		if tell != nil {
			tell(i, len(points))
		}
		t, err := b.trial(ctx, point)
		if err := context.Cause(ctx); err != nil {
			return err
		}
		switch {
		case err != nil:
			problems = append(problems, b.plan.of(t, err))
		case hashes[t.Hash]:
			b.plan.Skipped = append(b.plan.Skipped, t.String())
		default:
			hashes[t.Hash] = true
			b.plan.Trials = append(b.plan.Trials, t)
		}
	}
	return firstProblems(problems)
}

// of says which trial of a sweep an error is of.
func (p *Plan) of(t Trial, err error) error {
	if p.Config.Sweep == nil {
		return err
	}
	return fmt.Errorf("trial %d (%s): %w", t.Number, t, err)
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

// trial checks one trial and predicts its memory, from another of the same shape if
// there is one.
func (b *builder) trial(ctx context.Context, point Point) (Trial, error) {
	t := Trial{Point: point}
	sweep := b.plan.Config.Sweep
	if sweep != nil {
		t.text = describe(sweep, point)
	}
	prepared, err := b.plan.planner.Prepare(ctx, point.Config, b.plan.scoreEvery())
	if err != nil {
		return t, err
	}
	b.last = prepared
	text, err := point.Config.YAML()
	if err != nil {
		return t, err
	}
	t.Hash, t.YAML, t.Weights = prepared.Hash, string(text), prepared.Weights()
	t.Group = groupOf(prepared, point)
	for i := range prepared.Stages() {
		t.Images = append(t.Images, prepared.Images(i))
	}
	for _, tap := range prepared.Taps() {
		b.taps[tap] = true
	}
	if sweep != nil {
		if len(point.Config.Experiment.Style) == 0 {
			return t, errors.New("style: there is no style image, and pictures of a sweep are scored against one: name one, even if no loss looks at it")
		}
		if t.point, err = pointJSON(sweep, point, prepared.Files); err != nil {
			return t, err
		}
	}
	if t.shape, err = shapeOf(point.Config.Experiment, t.Images); err != nil {
		return t, err
	}
	if b.predicted[t.shape] == nil {
		if b.predicted[t.shape], err = prepared.PredictMemory(); err != nil {
			return t, err
		}
		if !b.alone {
			if err := fits(b.predicted[t.shape], prepared.LargestWithin); err != nil {
				return t, err
			}
		}
	}
	t.Predictions = b.predicted[t.shape]
	return t, nil
}

// groupOf returns what a trial's pictures may be compared within.
func groupOf(t *Prepared, point Point) Group {
	g := Group{t.Files["content.image"], point.Repeat}
	for i := range point.Config.Experiment.Style {
		g.Images += " " + t.Files[fmt.Sprintf("style[%d].image", i)]
	}
	return g
}

// scorer chooses who scores the pictures. A single experiment does without where its
// own backbone has no layer left, or there is no style to compare with.
func (b *builder) scorer(ctx context.Context) error {
	plan, p := b.plan, b.plan.planner
	single := plan.Config.Sweep == nil
	if single && len(plan.Config.Experiment.Style) == 0 {
		return nil
	}
	spec := plan.Config.Experiment.Evaluate.Backbone
	own := spec.Name == ""
	if own {
		var err error
		if spec, err = plan.backbone(); err != nil {
			return err
		}
	}
	backbone, err := p.preparer.Backbone(spec)
	if err != nil {
		err = fmt.Errorf("evaluate.%w", err)
	} else {
		plan.Scorer, err = scoring.New(scoring.Config{
			Name: spec.Name, Backbone: backbone, Used: slices.Sorted(maps.Keys(b.taps)), Metrics: p.metrics,
			Checksum: func(w framework.Weights) (string, error) { return p.hashWeights(ctx, w) },
		}, p.Engine)
	}
	if single && own {
		plan.Unscored, err = err, nil // a picture without scores is better than none
	}
	return err
}

// backbone returns the one that all trials have.
func (p *Plan) backbone() (framework.BackboneSpec, error) {
	spec := p.Trials[0].Config.Experiment.Backbone
	for _, t := range p.Trials {
		if other := t.Config.Experiment.Backbone; !reflect.DeepEqual(other, spec) {
			return spec, errors.New("evaluate.backbone: the trials have different backbones, and all pictures are scored by one: " +
				"name it, best one that no trial has, as in evaluate.backbone.name=vgg19-lite")
		}
	}
	return spec, nil
}

// Prepare prepares a trial again, to run it. Errors: those of Planner.Prepare; a file
// that has changed since.
func (p *Plan) Prepare(ctx context.Context, t Trial) (*Prepared, error) {
	prepared, err := p.planner.Prepare(ctx, t.Config, p.scoreEvery())
	if err == nil && prepared.Hash != t.Hash {
		err = errors.New("one of its files has changed since it was planned; the same command plans it with the files as they are")
	}
	return prepared, err
}

// Kernels is the variant of the kernels that the trials run on, and on how many threads.
func (p *Plan) Kernels() (variant string, threads int) {
	return p.planner.Engine.Variant(), p.planner.Engine.Threads()
}

// Alone reports whether nothing else of this command shares memory with a trial.
func (p *Plan) Alone() bool { return len(p.Trials) == 1 }

// EarlyStop says what prunes trials; nil for nothing.
func (p *Plan) EarlyStop() *config.EarlyStop {
	if p.Config.Sweep == nil {
		return nil
	}
	return p.Config.Sweep.EarlyStop
}

// DoneStatuses are the statuses of a run that is all that the plan wants of its trial. One
// that was pruned is not where nothing prunes any more.
func (p *Plan) DoneStatuses() []store.Status {
	if p.EarlyStop() == nil {
		return []store.Status{store.Finished}
	}
	return []store.Status{store.Finished, store.Pruned}
}

// scoreEvery is how many iterations lie between scores; 0 for none on the way.
func (p *Plan) scoreEvery() int {
	every := p.Config.Experiment.Evaluate.Every
	if early := p.EarlyStop(); every == 0 && early != nil && strings.HasPrefix(early.Metric, "eval/") {
		return early.Every
	}
	return every
}

// checkEarlyStop reports a pruner that would never see its metric.
func (p *Plan) checkEarlyStop() error {
	early, every := p.EarlyStop(), p.scoreEvery()
	if early == nil || !strings.HasPrefix(early.Metric, "eval/") {
		return nil
	}
	if early.Every%every != 0 {
		return p.Config.Sweep.Problem("early_stop.every", "%d is no multiple of evaluate.every, which is %d: pictures are scored at those iterations only", early.Every, every)
	}
	return p.checkMetric("early_stop.metric", early.Metric)
}

// checkMetrics reports metrics that the scorer does not have.
func (p *Plan) checkMetrics() error {
	for _, metric := range p.Config.Sweep.Metrics {
		if err := p.checkMetric("metrics", metric); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) checkMetric(key, metric string) error {
	var known []string
	for _, d := range p.Scorer.Metrics() {
		known = append(known, d.Name)
	}
	if slices.Contains(known, metric) || strings.HasPrefix(metric, "loss/") {
		return nil
	}
	return fmt.Errorf("sweep.%s: the scorer has no %s: its layers are those that no trial uses (it has: %s)", key, metric, strings.Join(known, ", "))
}
