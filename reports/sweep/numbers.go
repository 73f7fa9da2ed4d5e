package sweep

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"

	"runexp/framework/store"
	"runexp/framework/store/record"
)

// Numbers are the contents of a report for programs, besides its answers: every trial, what
// is missing, what it cost and what it takes to repeat it.
type Numbers struct {
	Question    string           `json:"question"`
	Experiment  string           `json:"experiment"`
	UID         store.UID        `json:"uid"`
	Planned     time.Time        `json:"planned"`
	Plan        json.RawMessage  `json:"plan"`             // a record.Plan
	Scorer      *ScorerNumbers   `json:"scorer,omitempty"` // none if it has scored no picture yet
	Metrics     []MetricNumbers  `json:"metrics"`          // those of the question first
	Trials      []TrialNumbers   `json:"trials"`
	Missing     []MissingNumbers `json:"missing"` // the trials that are not in the answers
	Cost        CostNumbers      `json:"cost"`
	Environment []FactNumbers    `json:"environment"` // what the runs have recorded
}

// ScorerNumbers is the scorer of the pictures.
type ScorerNumbers struct {
	Hash        string          `json:"hash"`
	Description json.RawMessage `json:"description"` // backbone, weights, layers
}

// MetricNumbers is a metric with its definition.
type MetricNumbers struct {
	record.Metric
	Claimed bool `json:"claimed"` // the question is about it
}

// TrialNumbers is a trial with the run that represents it.
type TrialNumbers struct {
	Trial int    `json:"trial"` // from 0
	Hash  string `json:"hash"`  // its identity
	record.Point
	Status     string         `json:"status"` // of its run; "not begun" or "deleted" without one
	Run        int64          `json:"run,omitempty"`
	UID        *store.UID     `json:"uid,omitempty"`
	Message    string         `json:"message,omitempty"`
	Flaw       *record.Flaw   `json:"flaw,omitempty"` // what is wrong with its picture
	Started    *time.Time     `json:"started,omitempty"`
	Ended      *time.Time     `json:"ended,omitempty"`
	Seconds    *float64       `json:"seconds,omitempty"`
	Iterations int            `json:"iterations"`
	Iteration  *float64       `json:"iteration_seconds,omitempty"` // median
	Peak       *float64       `json:"peak_bytes,omitempty"`        // of the process, so of all trials that it had run
	Scores     []ScoreNumbers `json:"scores"`                      // in the order of the metrics; none if the picture was not scored
}

// ScoreNumbers is one metric of a picture; null if it is not finite.
type ScoreNumbers struct {
	Name  string   `json:"name"`
	Value *float64 `json:"value"`
}

// FactNumbers is what the runs have recorded of one fact, each different value once.
type FactNumbers struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// MissingNumbers is a trial that is not in the answers.
type MissingNumbers struct {
	Trial  int    `json:"trial"`
	Run    int64  `json:"run,omitempty"`
	Status string `json:"status"`
	Why    string `json:"why"`
}

// CostNumbers is what all runs together have cost.
type CostNumbers struct {
	Seconds float64    `json:"seconds"`         // sum over runs, which may have run at the same time
	Began   *time.Time `json:"began,omitempty"` // the first start
	Ended   *time.Time `json:"ended,omitempty"` // the last end
	// Median are medians over finished trials; none where nothing was recorded.
	Median struct {
		Seconds   *float64 `json:"seconds,omitempty"`
		Iteration *float64 `json:"iteration_seconds,omitempty"`
		Peak      *float64 `json:"peak_bytes,omitempty"`
	} `json:"median"`
}

// Numbers reads what the report says in tables.
func (y *Study) Numbers(ctx context.Context, s *store.Store) (Numbers, error) {
	n := Numbers{
		Question: y.plan.Question, Experiment: y.Sweep.Experiment, UID: y.Sweep.UID, Planned: y.Sweep.Created, Plan: y.Sweep.Plan,
		Metrics: []MetricNumbers{}, Trials: []TrialNumbers{}, Missing: []MissingNumbers{}, Environment: []FactNumbers{},
	}
	if y.scorer != nil {
		n.Scorer = &ScorerNumbers{y.scorer.Hash, y.scorer.Description}
	}
	for _, m := range y.metrics {
		n.Metrics = append(n.Metrics, MetricNumbers{m.Metric, m.claimed})
	}
	var costs []runCost
	for _, t := range y.trials {
		row := y.trialNumbers(t)
		if t.Run != nil && t.Run.Status == store.Finished {
			c, err := readCost(ctx, s, *t.Run)
			if err != nil {
				return n, err
			}
			costs = append(costs, c)
			row.Iteration, row.Peak = finite(c.iteration), finite(c.peak)
		}
		n.Trials = append(n.Trials, row)
		if why, missing := t.missing(); missing {
			n.Missing = append(n.Missing, MissingNumbers{row.Trial, row.Run, row.Status, why})
		}
	}
	n.Cost = y.totals()
	if len(costs) > 0 {
		n.Cost.Median.Seconds = finite(medianOf(costs, func(c runCost) float64 { return c.seconds }))
		n.Cost.Median.Iteration = finite(medianOf(costs, func(c runCost) float64 { return c.iteration }))
		n.Cost.Median.Peak = finite(medianOf(costs, func(c runCost) float64 { return c.peak }))
	}
	facts, err := y.readFacts(ctx, s)
	for _, name := range slices.Sorted(maps.Keys(facts.values)) {
		n.Environment = append(n.Environment, FactNumbers{name, facts.values[name]})
	}
	return n, err
}

// trialNumbers returns a trial without what it cost.
func (y *Study) trialNumbers(t trial) TrialNumbers {
	row := TrialNumbers{Trial: t.Number, Hash: t.Hash, Point: t.point.Point, Status: t.status(), Flaw: t.flaw, Scores: []ScoreNumbers{}}
	for _, m := range y.metrics {
		if v, has := t.scores[m.Name]; has {
			row.Scores = append(row.Scores, ScoreNumbers{m.Name, finite(v)})
		}
	}
	if r := t.Run; r != nil {
		row.Run, row.UID, row.Message, row.Iterations = r.Number, &r.UID, r.Message, r.Iterations
		row.Started, row.Ended, row.Seconds = moment(r.Started), moment(r.Ended), finite(r.Elapsed.Seconds())
	}
	return row
}

// totals adds up all runs.
func (y *Study) totals() (c CostNumbers) {
	var began, ended time.Time
	for _, t := range y.trials {
		if t.Run == nil {
			continue
		}
		c.Seconds += t.Run.Elapsed.Seconds()
		if began.IsZero() || t.Run.Started.Before(began) {
			began = t.Run.Started
		}
		if t.Run.Ended.After(ended) {
			ended = t.Run.Ended
		}
	}
	c.Began, c.Ended = moment(began), moment(ended)
	return c
}

// moment is nil for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// finite is nil for a number that JSON does not have.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
