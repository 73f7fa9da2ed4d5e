// Package plan turns a config into the trials that a command runs: checked, with their
// identities and predicted memory and time. A single experiment is a plan of one trial.
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
	"runexp/framework/evaluate"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// A Plan is the trials that a command runs. It is immutable after New.
type Plan struct {
	Config   *config.Resolved // its Sweep is nil for a single experiment
	Trials   []Trial
	Skipped  []string        // points with the same identity as an earlier one, by their settings
	Scorer   *scoring.Scorer // nil if pictures are not scored
	Unscored error           // why the scorer could not be made

	// Choice is what `time` chose, nil without it, and Requests are the identities of the
	// trials before it.
	Choice   *Choice
	Requests []string

	planner *Planner
	builder *builder // of an adaptive sweep
	used    []string // layers that losses of the trials read
	crowded bool
}

// A Trial is one choice of settings, frozen.
type Trial struct {
	Point
	Hash        string // its identity (Prepared.Hash)
	YAML        string // config that runs this trial alone
	Group       Group
	Files       map[string]string // as Prepared.Files
	Weights     framework.Weights
	Images      [][]run.ImageUse // by stage
	Predictions []run.Prediction // by stage; times only with Options.Times

	text  string // see String
	point json.RawMessage
	shape string // see shapeOf
}

// A Group identifies trials whose pictures may be compared.
type Group struct {
	Images string // hashes of content and styles
	Repeat int
}

// Bytes is the trial's predicted peak memory.
func (t Trial) Bytes() int64 {
	most := int64(0)
	for _, p := range t.Predictions {
		most = max(most, p.Bytes)
	}
	return most
}

// Longest is the trial's predicted time if it uses its whole budget; 0 without
// Options.Times.
func (t Trial) Longest() time.Duration {
	sum := time.Duration(0)
	for _, p := range t.Predictions {
		sum = sizes.Sum(sum, p.Longest)
	}
	return sum
}

// String returns the trial's settings, images and repeat in its sweep.
func (t Trial) String() string { return t.text }

// Options of New.
type Options struct {
	Times    bool                // predict times too, which takes seconds
	Progress func(done, all int) // called for each trial to prepare; may be nil

	// Chosen returns what `time` chose before for one of requests, nil for nothing; nil
	// chooses anew.
	Chosen func(ctx context.Context, requests []string) (*Choice, error)
}

// New expands the sweep of r, if it has one, chooses sizes and iterations if there is a
// time, prepares every trial and makes the scorer from the backbone in r, at layers that
// no trial uses. It writes nothing.
//
// Errors: those of Expand and Planner.Prepare, with their trial; a trial that does not
// fit into memory; a time that is too short; no held-out layers for a sweep's scorer.
func (p *Planner) New(ctx context.Context, r *config.Resolved, o Options) (*Plan, error) {
	points, err := Expand(r)
	if err != nil {
		return nil, err
	}
	defer p.shareFiles()()
	choice, requests, err := p.choose(ctx, r, points, o)
	if err != nil {
		return nil, err
	}
	if choice != nil {
		if points, err = choice.apply(points); err != nil {
			return nil, err
		}
	}
	plan := &Plan{Config: r, planner: p, Choice: choice, Requests: requests}
	if r.Sweep == nil {
		plan.Config = points[0].Config
	}
	b := builder{plan: plan, taps: map[string]bool{}, backbones: map[string]bool{}, predicted: map[string][]run.Prediction{}, alone: len(points) == 1 && plan.Adaptive() == nil}
	if err := b.trials(ctx, points, o.Progress); err != nil {
		return nil, err
	}
	if plan.Adaptive() != nil {
		plan.builder = &b
		if err := b.probe(ctx); err != nil {
			return nil, err
		}
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

// groupOf returns a trial's group.
func groupOf(t *Prepared, point Point) Group {
	g := Group{t.Files["content.image"], point.Repeat}
	for i := range point.Config.Experiment.Style {
		g.Images += " " + t.Files[fmt.Sprintf("style[%d].image", i)]
	}
	return g
}

// scorerOptional reports whether the plan may do without a scorer: a single experiment
// that names neither one nor a metric. An unscored picture is better than none.
func (b *builder) scorerOptional() bool {
	return b.plan.Config.Sweep == nil && b.plan.Config.Experiment.Evaluate.Backbone.Name == "" && len(b.plan.requested()) == 0
}

// metricFiles returns the files that metrics with weights of their own read, by metric.
func (p *Plan) metricFiles() map[string]string {
	e := p.Config.Experiment.Evaluate
	files := map[string]string{"lpips": e.LPIPS, "dists": e.DISTS}
	maps.DeleteFunc(files, func(_, file string) bool { return file == "" })
	return files
}

// requested lists the metrics that the config names: those to score by, those whose weights
// it gives, and those that the sweep is about or that stop its trials.
func (p *Plan) requested() []string {
	names := slices.Clone(p.Config.Experiment.Evaluate.Metrics)
	for _, name := range slices.Sorted(maps.Keys(p.metricFiles())) {
		names = append(names, evaluate.Prefix+name)
	}
	if sweep := p.Config.Sweep; sweep != nil {
		names = append(names, sweep.Metrics...)
	}
	if early := p.EarlyStop(); early != nil {
		names = append(names, early.Metric)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, evaluate.Prefix) })
}

// scorer makes the scorer. A single experiment has none if there is no style image, or if
// its own backbone has no layers left.
func (b *builder) scorer(ctx context.Context) error {
	plan := b.plan
	if plan.Config.Sweep == nil && len(plan.Config.Experiment.Style) == 0 {
		return nil
	}
	spec := plan.Config.Experiment.Evaluate.Backbone
	if spec.Name == "" {
		var err error
		if spec, err = b.backbone(); err != nil {
			return err
		}
	}
	plan.used = slices.Sorted(maps.Keys(b.taps))
	err := plan.makeScorer(ctx, spec)
	if b.scorerOptional() {
		plan.Unscored, err = err, nil
	}
	return err
}

// makeScorer makes the scorer from a backbone, at layers that are not used.
func (p *Plan) makeScorer(ctx context.Context, spec framework.BackboneSpec) error {
	backbone, err := p.planner.preparer.Backbone(spec)
	if err != nil {
		return fmt.Errorf("evaluate.%w", err)
	}
	p.Scorer, err = scoring.New(scoring.Config{
		Name: spec.Name, Options: p.planner.preparer.ChangedOptions(spec), Backbone: backbone, Used: p.used, Metrics: p.planner.metrics, Requested: p.requested(), Files: p.metricFiles(),
		Checksum: func(w framework.Weights) (string, error) { return p.planner.hashWeights(ctx, w) },
	}, p.planner.Engine)
	if err != nil {
		return fmt.Errorf("evaluate.backbone: %w", err)
	}
	return nil
}

// errBackbones is the error of a sweep over backbones that names none to score with.
var errBackbones = errors.New("evaluate.backbone: the trials have different backbones, and all pictures are scored by one: " +
	"name it, preferably one that no trial has, as in evaluate.backbone.name=vgg19-lite")

// backbone returns the backbone that all trials share, or an error.
func (b *builder) backbone() (framework.BackboneSpec, error) {
	spec := b.plan.Trials[0].Config.Experiment.Backbone
	configs := b.probed
	for _, t := range b.plan.Trials {
		configs = append(configs, t.Config)
	}
	for _, other := range configs {
		if !reflect.DeepEqual(other.Experiment.Backbone, spec) {
			return spec, errBackbones
		}
	}
	return spec, nil
}

// Prepare prepares a trial for running. Errors: those of Planner.Prepare; a file that has
// changed since the plan was made.
func (p *Plan) Prepare(ctx context.Context, t Trial) (*Prepared, error) {
	prepared, err := p.planner.Prepare(ctx, t.Config, p.scoreEvery())
	if err == nil && prepared.Hash != t.Hash {
		err = fmt.Errorf("%s: the file has changed since the trial was planned; the same command plans it again", changed(t.Files, prepared.Files))
	}
	return prepared, err
}

// changed lists the key paths of files whose checksums differ.
func changed(before, now map[string]string) string {
	var paths []string
	for path, sum := range now {
		if before[path] != sum {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return strings.Join(paths, ", ")
}

// Kernels returns the variant and the number of threads of the kernels that trials run on.
func (p *Plan) Kernels() (variant string, threads int) {
	return p.planner.Engine.Variant(), p.planner.Engine.Threads()
}

// Alone reports whether the plan has one trial, which shares memory with no other.
func (p *Plan) Alone() bool { return p.Total() == 1 }

// Crowded reports whether the trials use so many backbones that each drops the kernels' copies
// of its filters at its end.
func (p *Plan) Crowded() bool { return p.crowded }

// EarlyStop returns the sweep's pruning; nil for none.
func (p *Plan) EarlyStop() *config.EarlyStop {
	if p.Config.Sweep == nil {
		return nil
	}
	return p.Config.Sweep.EarlyStop
}

// DoneStatuses returns the run statuses with which a trial is done. Pruned is one of them
// only if the plan prunes.
func (p *Plan) DoneStatuses() []store.Status {
	if p.EarlyStop() == nil {
		return []store.Status{store.Finished}
	}
	return []store.Status{store.Finished, store.Pruned}
}

// scoreEvery is the number of iterations between scores; 0 scores the final picture only.
func (p *Plan) scoreEvery() int {
	every := p.Config.Experiment.Evaluate.Every
	if early := p.EarlyStop(); every == 0 && early != nil && strings.HasPrefix(early.Metric, "eval/") {
		return early.Every
	}
	return every
}

// checkEarlyStop returns an error if the pruner would never get its metric.
func (p *Plan) checkEarlyStop() error {
	early, every := p.EarlyStop(), p.scoreEvery()
	if early == nil || !strings.HasPrefix(early.Metric, "eval/") {
		return nil
	}
	if early.Every%every != 0 {
		return p.Config.Sweep.Problem("early_stop.every", "%d is not a multiple of evaluate.every, which is %d: pictures are scored at those iterations only", early.Every, every)
	}
	return p.checkMetric("early_stop.metric", early.Metric)
}

// checkMetrics returns an error for metrics that the scorer does not have.
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
	e := p.Trials[0].Config.Experiment
	for _, d := range p.Scorer.Metrics(e) {
		known = append(known, d.Name)
	}
	if slices.Contains(known, metric) || strings.HasPrefix(metric, "loss/") || metric == record.Votes {
		return nil
	}
	if d, is := evaluate.Describe(p.planner.metrics, metric); is && d.Against == framework.Content && e.Content.Image == "" {
		return fmt.Errorf("sweep.%s: %s compares with the content image, and there is none; use others (%s), or give content.image", key, metric, strings.Join(known, ", "))
	}
	return fmt.Errorf("sweep.%s: the scorer has no %s, since its layers are those that no trial uses (it has: %s)", key, metric, strings.Join(known, ", "))
}
