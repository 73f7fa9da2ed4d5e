package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"runexp/framework/config"
	"runexp/framework/graph"
	"runexp/framework/run"
	"runexp/internal/parallel"
)

// A builder makes a plan.
type builder struct {
	plan      *Plan
	taps      map[string]bool             // that any trial uses
	backbones map[string]bool             // of all trials, by name and options
	predicted map[string][]run.Prediction // by shape
	alone     bool                        // the only trial
	last      *Prepared
	held      map[*graph.Filter]int64 // memory of the filters of all trials' backbones
	probed    []*config.Resolved      // of an adaptive sweep: one for each level
}

// atOnce is how many trials are prepared before they are added to the plan.
const atOnce = 64

// trials prepares the trials of all points, without duplicates.
func (b *builder) trials(ctx context.Context, points []Point, progress func(done, all int)) error {
	hashes := map[string]bool{}
	var problems []error
	for from := 0; from < len(points); from += atOnce {
		if progress != nil {
			progress(from, len(points))
		}
		some := make([]candidate, min(atOnce, len(points)-from))
		parallel.Each(len(some), func(i int) { some[i] = b.prepare(ctx, points[from+i]) })
		if err := context.Cause(ctx); err != nil {
			return err
		}
		for _, c := range some {
			t, err := b.add(c)
			switch {
			case err != nil:
				problems = append(problems, b.plan.inTrial(t, err))
			case hashes[t.Hash]:
				b.plan.Skipped = append(b.plan.Skipped, t.String())
			default:
				hashes[t.Hash] = true
				b.plan.Trials = append(b.plan.Trials, t)
			}
		}
	}
	return firstProblems(problems)
}

// inTrial adds the trial to the error of a sweep.
func (p *Plan) inTrial(t Trial, err error) error {
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
	more := fmt.Errorf("… and %d more trials", len(problems)-most)
	return errors.Join(append(problems[:most:most], more)...)
}

// A candidate is a trial with its prepared run, or the reason why there is none.
type candidate struct {
	trial    Trial
	prepared *Prepared
	err      error
}

// trial prepares and checks one trial and predicts its memory.
func (b *builder) trial(ctx context.Context, point Point) (Trial, error) {
	return b.add(b.prepare(ctx, point))
}

// prepare reads and checks what one trial names. It may be called from several goroutines.
func (b *builder) prepare(ctx context.Context, point Point) (c candidate) {
	t := &c.trial
	t.Point = point
	sweep := b.plan.Config.Sweep
	if sweep != nil {
		t.text = describe(sweep, point)
	}
	if c.prepared, c.err = b.plan.planner.Prepare(ctx, point.Config, b.plan.scoreEvery()); c.err != nil {
		return c
	}
	var text []byte
	if text, c.err = point.Config.YAML(); c.err != nil {
		return c
	}
	t.Hash, t.YAML, t.Files, t.Weights = c.prepared.Hash, string(text), c.prepared.Files, c.prepared.Weights()
	t.Group = groupOf(c.prepared, point)
	for i := range c.prepared.Stages() {
		t.Images = append(t.Images, c.prepared.Images(i))
	}
	if sweep != nil {
		if len(point.Config.Experiment.Style) == 0 {
			c.err = errors.New("style: there is no style image, and pictures of a sweep are scored against one; name one, even if no loss reads it")
			return c
		}
		if t.point, c.err = pointJSON(sweep, point, c.prepared.Files); c.err != nil {
			return c
		}
	}
	t.shape, c.err = shapeOf(point.Config.Experiment, t.Images)
	return c
}

// add predicts the memory of a prepared trial, reusing the prediction of an earlier one of the same
// shape, and notes what it reads.
func (b *builder) add(c candidate) (t Trial, err error) {
	t = c.trial
	if c.err != nil {
		return t, c.err
	}
	b.last = c.prepared
	for _, tap := range c.prepared.Taps() {
		b.taps[tap] = true
	}
	backbone, err := json.Marshal(t.Config.Experiment.Backbone)
	if err != nil {
		return t, fmt.Errorf("backbone: %w", err)
	}
	b.backbones[string(backbone)] = true
	if b.predicted[t.shape] == nil {
		if b.predicted[t.shape], err = c.prepared.PredictMemory(); err != nil {
			return t, err
		}
		if !b.alone {
			if err := fits(b.predicted[t.shape], c.prepared.LargestWithin); err != nil {
				return t, err
			}
		}
	}
	t.Predictions = b.predicted[t.shape]
	return t, nil
}
