// Package export reads runs of a store for other programs: settings with their types, and
// settings and metrics under the same names in every format. Its packages write them:
// tables as CSV and Parquet, tensorboard as event files, mlflow to a server.
package export

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"math"
	"slices"

	"runexp/framework/store"
	"runexp/framework/store/record"
)

// A Selection is the runs of a store that are exported.
type Selection struct {
	Store *store.Store
	Runs  []store.RunSummary // by number
	All   bool               // whether these are all runs of the store
	// Progress is told which part of the export is at which run; nil for nobody.
	Progress func(part string, done, of int)

	scorers map[string][]string // hashes, by metric
	flaws   map[int64]store.EventRecord
	marks   map[int64]store.Marks
}

// Select returns the selection of runs. all says that they are all of the store.
func Select(ctx context.Context, s *store.Store, runs []store.RunSummary, all bool) (*Selection, error) {
	scorers, err := s.MetricScorers(ctx)
	if err != nil {
		return nil, err
	}
	flaws, err := s.EventsOfKind(ctx, record.Flaw{}.Kind())
	if err != nil {
		return nil, err
	}
	marks, err := s.Marks(ctx)
	if err != nil {
		return nil, err
	}
	runs = slices.SortedFunc(slices.Values(runs), func(a, b store.RunSummary) int { return cmp.Compare(a.Number, b.Number) })
	return &Selection{Store: s, Runs: runs, All: all, scorers: scorers, flaws: flaws, marks: marks}, nil
}

// Has reports whether a run is in the selection.
func (s *Selection) Has(run int64) bool {
	_, has := slices.BinarySearchFunc(s.Runs, run, func(r store.RunSummary, n int64) int { return cmp.Compare(r.Number, n) })
	return has
}

// Each calls do with each run, which it reads first. part is what is being written.
func (s *Selection) Each(ctx context.Context, part string, do func(Run) error) error {
	return s.EachSummary(ctx, part, func(summary store.RunSummary) error {
		run, err := s.read(ctx, summary)
		if err != nil {
			return err
		}
		return do(run)
	})
}

// EachSummary is Each without reading the runs.
func (s *Selection) EachSummary(ctx context.Context, part string, do func(store.RunSummary) error) error {
	for i, summary := range s.Runs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s.Progress != nil {
			s.Progress(part, i, len(s.Runs))
		}
		if err := do(summary); err != nil {
			return err
		}
	}
	return nil
}

// A Run is a run with what is written about it in every format.
type Run struct {
	store.RunSummary
	store.Marks           // what people say of it
	Flaw        string    // of its picture: grey, black, …; "" for none
	Settings    []Setting // by name
	Metrics     []store.MetricSummary
	Scores      []Score // without those that repeat the last value of a metric of their name
}

// A Setting is one value of a run's config.
type Setting struct {
	Name string // as on the command line: stages.0.iterations
	JSON json.RawMessage
}

// A Score is one score of a run's picture.
type Score struct {
	Name  string // the metric's; with the scorer's first 8 digits if the store has several of it
	Value float64
}

// Step is the step at which scores stand: that of the last total loss.
func (r Run) Step() int {
	for _, m := range r.Metrics {
		if m.Name == "loss/total" {
			return m.LastStep
		}
	}
	return r.Iterations
}

func (s *Selection) read(ctx context.Context, summary store.RunSummary) (Run, error) {
	run := Run{RunSummary: summary, Marks: s.marks[summary.Number]}
	if event, has := s.flaws[summary.Number]; has {
		var flaw record.Flaw
		_ = json.Unmarshal(event.Data, &flaw) // of another form in a newer store: none
		run.Flaw = flaw.Flaw
	}
	params, err := s.Store.Params(ctx, summary.Number)
	if err != nil {
		return run, err
	}
	for _, p := range params {
		run.Settings = append(run.Settings, Setting{p.Path, p.Value})
	}
	slices.SortFunc(run.Settings, func(a, b Setting) int { return cmp.Compare(a.Name, b.Name) })
	own, err := s.Store.OwnScorer(ctx, summary.Number)
	if err != nil {
		return run, err
	}
	if run.Metrics, err = s.Store.Summary(ctx, summary.Number); err != nil {
		return run, err
	}
	for i, m := range run.Metrics {
		run.Metrics[i].Name = s.Name(m.Name, own)
	}
	scores, err := s.Store.AllScores(ctx, summary.Number)
	for _, v := range scores {
		if score := (Score{s.Name(v.Name, v.Scorer), v.Value.Value}); !run.repeats(score) {
			run.Scores = append(run.Scores, score)
		}
	}
	return run, err
}

// repeats reports whether a score is also recorded as a metric of the run, as the run's own
// scorer does.
func (r Run) repeats(score Score) bool {
	return slices.ContainsFunc(r.Metrics, func(m store.MetricSummary) bool {
		return m.Name == score.Name && m.LastStep == r.Step() && math.Float64bits(m.Last) == math.Float64bits(score.Value)
	})
}

// Name returns the name of a metric in every format. It keeps numbers of different
// scorers apart, which do not compare: one name for each metric and scorer. The name depends on the store alone, not on the selection.
func (s *Selection) Name(metric, scorer string) string {
	if len(s.scorers[metric]) <= 1 {
		return metric
	}
	return metric + "." + cmp.Or(scorer[:min(len(scorer), 8)], "unknown")
}

// EachValue returns all values of a run as store.EachValue does, under the names that they
// have in every format.
func (s *Selection) EachValue(ctx context.Context, run int64) iter.Seq2[store.Logged, error] {
	return func(yield func(store.Logged, error) bool) {
		own, err := s.Store.OwnScorer(ctx, run)
		if err != nil {
			yield(store.Logged{}, err)
			return
		}
		for v, err := range s.Store.EachValue(ctx, run) {
			v.Name = s.Name(v.Name, own)
			if !yield(v, err) {
				return
			}
		}
	}
}
