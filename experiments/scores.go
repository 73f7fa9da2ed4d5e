package experiments

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"

	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// A prunedError is the cause of a run that its sweep stopped early.
type prunedError struct {
	metric        string
	step          int // iterations made
	value, median float64
}

func (e *prunedError) Error() string {
	return fmt.Sprintf("%s was %.4g at step %d, and the median of the other trials %.4g", e.metric, e.value, e.step, e.median)
}

// tellUnjudged records why a run's pictures are not scored.
func (a *Attempt) tellUnjudged(ctx context.Context) error {
	if a.trial.unjudged == nil {
		return nil
	}
	return a.event(ctx, 0, record.Unscored{Why: a.trial.unjudged.Error()})
}

// sample records the metrics of a picture on the way, and asks the rule about them.
func (r *recorder) sample(p run.Picture) error {
	t := r.trial
	if t.judge == nil {
		return nil
	}
	values, err := t.judge.score(r.ctx, t.Plan, t.config.Experiment.Style, p.Image.Rounded())
	if err != nil {
		return r.event(r.ctx, p.Step, record.Unscored{Why: err.Error()})
	}
	r.ask(p.Stage, p.Step, p.Iteration, values)
	return r.Run.Log(r.ctx, p.Step, values)
}

// ask stops the run if the rule looks at this iteration and says so of one of the values.
func (r *recorder) ask(stage, step, iteration int, values []store.Value) {
	t := r.trial
	if t.rule == nil || iteration == 0 || iteration%t.rule.Every != 0 {
		return
	}
	for _, v := range values {
		if v.Name != t.rule.Metric {
			continue
		}
		if median, stop := t.rule.stops(t.unit, t.Hash, step, v.Value); stop {
			r.prune(&prunedError{v.Name, step - stage, v.Value, median})
		}
	}
}

// conclude records the metrics of the picture that the run ended with, as a file
// has it, and the memory that the process took at its peak.
func (r *recorder) conclude() error {
	var values []store.Value
	if t := r.trial; t.judge != nil {
		if t.alone {
			t.Plan.Release()
		}
		debug.FreeOSMemory() // of the run, which is over: the judge's does not come on top of it
		scores, err := t.judge.score(r.ctx, t.Plan, t.config.Experiment.Style, r.shown.Image.Rounded())
		if r.unscored = err; err != nil {
			if err := r.event(r.ctx, r.shown.Step, record.Unscored{Why: err.Error()}); err != nil {
				return err
			}
		} else if err := r.store.Score(r.ctx, r.Run.Number(), t.judge.by, scores); err != nil {
			return err
		} else {
			values = scores
		}
	}
	return r.Run.Log(r.ctx, r.shown.Step, append(values, peakMemory()...))
}

// peakMemory returns the metric memory/peak, the largest resident memory that
// this process has had, in bytes; nothing where the system does not say.
func peakMemory() []store.Value {
	kib, ok := strings.CutSuffix(procField("/proc/self/status", "VmHWM"), " kB")
	if !ok {
		return nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(kib), 10, 64)
	if err != nil {
		return nil
	}
	return []store.Value{{Name: "memory/peak", Value: float64(n << 10)}}
}
