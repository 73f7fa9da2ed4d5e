package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports"
	"runexp/reports/document"
	"runexp/reports/effects"
	"runexp/reports/votes"
)

// A Study is a sweep with the contents of its report.
type Study struct {
	Sweep    store.Sweep
	Analysis *effects.Analysis // nil if nothing can be compared yet
	progress func(what string) // is called with each step of reading and drawing; may be nil
	Unshown  []string          // after Write: the damaged pictures, a line each

	plan    plan
	trials  []trial
	units   []effects.Unit // what is compared within: pair and repeat
	metrics []metric
	scorer  *store.Scorer  // nil if it has no scores yet
	votes   votes.Tally    // what people say; zero if nobody has voted
	grid    *document.Grid // of the page; nil where no picture is finished
}

type metric struct {
	record.Metric
	claimed bool
}

// better ends a metric's label on a plot.
func (m metric) better() string {
	if m.Better == "lower" || m.Better == "higher" {
		return fmt.Sprintf("%s (%s is better)", m.Label, m.Better)
	}
	return m.Label
}

// axis is the label of an axis of values.
func (m metric) axis() string {
	if m.Unit != "" {
		return m.Label + ", " + m.Unit
	}
	return m.Label
}

// ErrNoSweep says that there is no such sweep.
var ErrNoSweep = errors.New("no such sweep; runexp ls --sweeps lists them")

// Find returns an experiment's sweep: the newest, or the one with this number if
// it is not 0. Errors: ErrNoSweep.
func Find(ctx context.Context, s *store.Store, experiment string, number int64) (found store.Sweep, newest bool, err error) {
	sweeps, err := s.Sweeps(ctx, experiment)
	if err != nil {
		return found, false, err
	}
	for i, w := range sweeps {
		if number == 0 || w.Number == number {
			return w, i == 0, nil
		}
	}
	if number == 0 {
		return found, false, fmt.Errorf("experiment %q: %w", experiment, ErrNoSweep)
	}
	return found, false, fmt.Errorf("sweep %d of experiment %q: %w", number, experiment, ErrNoSweep)
}

// Read reads a sweep and analyses it. progress, unless it is nil, is called with each step.
func Read(ctx context.Context, s *store.Store, w store.Sweep, progress func(what string)) (*Study, error) {
	study := &Study{Sweep: w, progress: progress}
	var err error
	if study.plan, err = readPlan(w); err != nil {
		return nil, err
	}
	if err := study.readTrials(ctx, s); err != nil {
		return nil, err
	}
	if w.Scorer != "" {
		scorer, err := s.FindScorer(ctx, w.Scorer)
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrDamaged) {
			return nil, err
		}
		if !errors.Is(err, store.ErrNotFound) {
			study.scorer = &scorer
		}
	}
	if err := study.readVotes(ctx, s); err != nil {
		return nil, err
	}
	study.define()
	study.step("effects")
	return study, study.analyze()
}

// step calls progress.
func (y *Study) step(format string, args ...any) {
	if y.progress != nil {
		y.progress(fmt.Sprintf(format, args...))
	}
}

// readTrials reads the trials, and the scores of those that have finished.
func (y *Study) readTrials(ctx context.Context, s *store.Store) error {
	list, err := s.SweepTrials(ctx, y.Sweep.Number)
	if err != nil {
		return err
	}
	flaws, err := reports.Flaws(ctx, s)
	if err != nil {
		return err
	}
	scores, err := y.scores(ctx, s, list)
	if err != nil {
		return err
	}
	for i, planned := range list {
		y.step("%d of %s read", i, sizes.Count(len(list), "trial"))
		t := trial{SweepTrial: planned}
		if t.point, err = y.plan.readPoint(planned); err != nil {
			return fmt.Errorf("sweep %d: %w", y.Sweep.Number, err)
		}
		if t.Run != nil {
			if f, has := flaws[t.Run.Number]; has {
				t.flaw = &f
			}
		}
		if t.Run != nil {
			for _, v := range scores[t.Run.Number] {
				if t.scores == nil {
					t.scores = map[string]float64{}
				}
				t.scores[v.Name] = v.Value
				if !slices.ContainsFunc(y.metrics, func(m metric) bool { return m.Name == v.Name }) {
					y.metrics = append(y.metrics, metric{Metric: record.Metric{Name: v.Name}})
				}
			}
		}
		y.trials = append(y.trials, t)
	}
	y.plan.settle(y.trials)
	return nil
}

// scores returns the scores of the finished runs of trials, and those of their last losses that
// the question is about.
func (y *Study) scores(ctx context.Context, s *store.Store, list []store.SweepTrial) (map[int64][]store.Value, error) {
	var runs []int64
	for _, t := range list {
		if t.Run != nil && t.Run.Status == store.Finished {
			runs = append(runs, t.Run.Number)
		}
	}
	if y.Sweep.Scorer == "" {
		return nil, nil
	}
	scores, err := s.ScoresOf(ctx, runs, y.Sweep.Scorer)
	if err != nil || !slices.ContainsFunc(y.Sweep.Metrics, isLoss) {
		return scores, err
	}
	for run, values := range scores {
		summary, err := s.Summary(ctx, run)
		if err != nil {
			return nil, err
		}
		for _, m := range summary {
			if isLoss(m.Name) && slices.Contains(y.Sweep.Metrics, m.Name) {
				values = append(values, store.Value{Name: m.Name, Value: m.Last})
			}
		}
		scores[run] = values
	}
	return scores, nil
}

func isLoss(metric string) bool { return strings.HasPrefix(metric, "loss/") }

// define orders the metrics, those of the question first, and looks up their
// definitions.
func (y *Study) define() {
	var list []metric
	for _, name := range y.Sweep.Metrics {
		list = append(list, metric{y.plan.metric(name), true})
	}
	for _, m := range y.metrics {
		if !slices.Contains(y.Sweep.Metrics, m.Name) {
			list = append(list, metric{y.plan.metric(m.Name), false})
		}
	}
	y.metrics = list
}

// claimed returns the metrics of the question.
func (y *Study) claimed() []metric {
	var list []metric
	for _, m := range y.metrics {
		if m.claimed {
			list = append(list, m)
		}
	}
	return list
}

// Deleted returns how many trials have no run because all of theirs are deleted.
func (y *Study) Deleted() int { return y.count(deleted) }

// count returns how many trials have a status.
func (y *Study) count(status string) int {
	n := 0
	for _, t := range y.trials {
		if t.status() == status {
			n++
		}
	}
	return n
}

// scored returns the trials whose pictures can be compared.
func (y *Study) scored() []trial {
	var list []trial
	for _, t := range y.trials {
		if t.scores != nil {
			list = append(list, t)
		}
	}
	return list
}
