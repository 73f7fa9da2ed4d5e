package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// Adaptive returns the sampler of a sweep whose later settings follow from results: the plan
// has the trials before any result. It is nil for other plans.
func (p *Plan) Adaptive() framework.Adaptive {
	if p.Config.Sweep == nil {
		return nil
	}
	return p.Config.Sweep.Adaptive()
}

// Total is the number of trials that there will be; of an adaptive sweep at most.
func (p *Plan) Total() int { return Total(p.Config, len(p.Trials)) }

// Total is Plan.Total for a config of which so many trials are planned.
func Total(r *config.Resolved, planned int) int {
	if r.Sweep == nil || r.Sweep.Adaptive() == nil {
		return planned
	}
	return max(planned, r.Sweep.RunCap*len(blocks(r.Sweep)))
}

// probe prepares a trial for each level that no trial of the plan has, so that the scorer
// reads no layer that a later trial may use. A level that cannot be run with the first
// settings of the others is left to Suggest.
func (b *builder) probe(ctx context.Context) error {
	plan := b.plan
	c := newChooser(plan.Config.Sweep, plan.Config.Experiment.Seed)
	for i, p := range c.space.Parameters {
		for level := range p.Levels {
			if slices.ContainsFunc(plan.Trials, func(t Trial) bool { return t.Levels[i] == level }) {
				continue
			}
			setting := slices.Clone(plan.Trials[0].choices)
			setting[i] = framework.Choice{Level: level}
			c.space.Settle(setting)
			points := []Point{c.point(framework.SweepPoint{Setting: setting})}
			if configure(plan.Config, points, 0) != nil {
				continue
			}
			prepared, err := plan.planner.Prepare(ctx, points[0].Config, plan.scoreEvery())
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			if err != nil {
				continue
			}
			b.probed = append(b.probed, points[0].Config)
			for _, tap := range prepared.Taps() {
				b.taps[tap] = true
			}
		}
	}
	return nil
}

// A SettingTrials is a setting with the indices of its trials, one on each block.
type SettingTrials struct {
	Setting []framework.Choice
	Trials  []int
}

// Settings groups the trials of an adaptive sweep by setting, in order.
func Settings(trials []Trial) []SettingTrials {
	var list []SettingTrials
	at := map[string]int{}
	for i, t := range trials {
		key := fmt.Sprint(t.choices)
		if _, known := at[key]; !known {
			at[key] = len(list)
			list = append(list, SettingTrials{Setting: t.choices})
		}
		list[at[key]].Trials = append(list[at[key]].Trials, i)
	}
	return list
}

// Suggest returns the trials of the setting that the sampler suggests after trials, whose
// results are history; none if run_cap settings have been chosen or no other is left. It is
// to be called by one goroutine.
//
// Errors: those of the sampler; a trial that is not a valid experiment, or does not fit.
func (p *Plan) Suggest(ctx context.Context, trials []Trial, history []framework.Result) ([]Trial, error) {
	if len(history) >= p.Config.Sweep.RunCap {
		return nil, nil
	}
	known := map[string]bool{}
	for _, t := range trials {
		known[t.Hash] = true
	}
	c := newChooser(p.Config.Sweep, p.Config.Experiment.Seed)
	same := map[string]bool{} // settings that make the same trials as others
	for {
		setting, ok, err := p.Adaptive().Suggest(c.space, history, func(setting []framework.Choice, block int) bool {
			return same[fmt.Sprint(setting)] || c.isExcluded(setting, block)
		})
		if c.err != nil {
			return nil, c.err
		}
		if err != nil {
			return nil, c.problem(err)
		}
		if !ok {
			return nil, nil
		}
		points, err := c.everywhere(setting)
		switch {
		case err != nil:
		case slices.ContainsFunc(history, func(r framework.Result) bool { return slices.Equal(r.Setting, setting) }):
			err = errors.New("it suggests a setting again")
		case len(points) == 0 || same[fmt.Sprint(setting)]:
			err = errors.New("it suggests a setting that is excluded")
		}
		if err != nil {
			return nil, c.sweep.Problem("method", "%s violates the contract of samplers: %v", c.sweep.Method, err)
		}
		added, err := p.add(ctx, points, trials[len(trials)-1].Number+1)
		if err != nil {
			return nil, err
		}
		added = slices.DeleteFunc(added, func(t Trial) bool { return known[t.Hash] })
		if len(added) > 0 {
			return added, nil
		}
		same[fmt.Sprint(setting)] = true
	}
}

// everywhere returns the points of a setting on all blocks that do not exclude it.
func (c *chooser) everywhere(setting []framework.Choice) (points []Point, err error) {
	for i := range c.blocks {
		p := framework.SweepPoint{Setting: setting, Block: i}
		if err := c.space.Check(p); err != nil {
			return nil, err
		}
		if !c.isExcluded(setting, i) {
			points = append(points, c.point(p))
		}
	}
	return points, nil
}

// Restore returns the trials that an earlier command or another process has added to the
// sweep. Errors: as of Suggest; a trial that would not be the same any more.
func (p *Plan) Restore(ctx context.Context, stored []store.PlannedTrial) ([]Trial, error) {
	c := newChooser(p.Config.Sweep, p.Config.Experiment.Seed)
	var trials []Trial
	for _, s := range stored {
		damaged := func(err error) error {
			return fmt.Errorf("%w (trial %d: point: %w)", store.ErrDamaged, s.Number, err)
		}
		var at record.Point
		if err := json.Unmarshal(s.Point, &at); err != nil {
			return nil, damaged(err)
		}
		setting, err := c.choices(at)
		block := slices.Index(c.blocks, block{at.Pair, at.Repeat})
		if err == nil {
			err = c.space.Check(framework.SweepPoint{Setting: setting, Block: block})
		}
		if err != nil {
			return nil, damaged(err)
		}
		added, err := p.add(ctx, []Point{c.point(framework.SweepPoint{Setting: setting, Block: block})}, s.Number)
		if err != nil {
			return nil, err
		}
		if added[0].Hash != s.Hash {
			return nil, fmt.Errorf("trial %d (%s) would not be the same again: a file has changed since it was added to the sweep; restore the file, or give the experiment another name (experiment=NAME)", s.Number, added[0])
		}
		trials = append(trials, added...)
	}
	return trials, nil
}

// choices returns the choices of a stored point.
func (c *chooser) choices(at record.Point) ([]framework.Choice, error) {
	if len(at.Levels) != len(c.sweep.Parameters) {
		return nil, fmt.Errorf("%d levels of %d parameters", len(at.Levels), len(c.sweep.Parameters))
	}
	setting := make([]framework.Choice, len(at.Levels))
	for i, p := range c.sweep.Parameters {
		setting[i] = framework.Choice{Level: at.Levels[i]}
		if p.Range == nil && at.Levels[i] == len(p.Levels) {
			setting[i] = framework.Choice{Unset: true}
		}
		if p.Range == nil {
			continue
		}
		setting[i] = framework.Choice{Unset: true}
		for _, s := range at.Settings {
			if s.Path == p.Paths[0] {
				setting[i] = framework.Choice{}
				if err := json.Unmarshal(s.Value, &setting[i].Value); err != nil {
					return nil, fmt.Errorf("%s: %w", s.Path, err)
				}
			}
		}
	}
	return setting, nil
}

// add prepares trials of points, numbered from first on.
func (p *Plan) add(ctx context.Context, points []Point, first int) ([]Trial, error) {
	if err := configure(p.Config, points, first); err != nil {
		return nil, err
	}
	if p.Choice != nil {
		var err error
		if points, err = p.Choice.apply(points); err != nil {
			return nil, err
		}
	}
	var trials []Trial
	for _, point := range points {
		t, err := p.builder.later(ctx, point)
		if err != nil {
			return nil, p.inTrial(t, err)
		}
		trials = append(trials, t)
	}
	return trials, nil
}

// later prepares a trial after the plan was made.
func (b *builder) later(ctx context.Context, point Point) (Trial, error) {
	shapes := len(b.predicted)
	t, err := b.trial(ctx, point)
	if err != nil {
		return t, err
	}
	plan := b.plan
	if i := slices.IndexFunc(b.last.Taps(), plan.Scorer.Reads); i >= 0 {
		return t, fmt.Errorf("a loss reads %s, at which the pictures of the sweep are compared; name another network to compare with (evaluate.backbone)", b.last.Taps()[i])
	}
	e := t.Config.Experiment
	if e.Evaluate.Backbone.Name == "" && !reflect.DeepEqual(e.Backbone, plan.Trials[0].Config.Experiment.Backbone) {
		return t, errBackbones
	}
	if len(b.predicted) > shapes {
		b.hold(t.Predictions)
		if err := b.addShared(t.Predictions); err != nil {
			return t, err
		}
		err = fits(t.Predictions, nil)
	}
	return t, err
}
