package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/plots"
)

// Clocks lists what an x axis may count:
//
//	step         iterations made; a stage of n of them has n + 1 rows, the last of which and
//	             the first of the next stage have the same value
//	seconds      Σ time/iteration of the rows before, without the time between iterations
//	evaluations  of the loss and its gradient, made in the rows before
func Clocks() []string { return []string{"step", "seconds", "evaluations"} }

// clockLabels are the axis titles.
var clockLabels = map[string]string{
	"": "iteration", "step": "iteration", "seconds": "seconds of iterations", "evaluations": "evaluations of the loss",
}

// runData is what the curves of a run have in common.
type runData struct {
	names  []string // of its metrics
	stages []stage
	// ticks are the rows at which the clock advances, and its sum after each.
	ticks []int
	sums  []float64
	steps bool // the clock is the step itself
}

// A stage of a run begins with the row step.
type stage struct {
	step  int
	label string
}

// readRun reads a run's names, stages and clock.
func readRun(ctx context.Context, s *store.Store, run int64, against string) (*runData, error) {
	d := &runData{steps: against == "" || against == "step"}
	var err error
	if d.names, err = s.MetricNames(ctx, run); err != nil {
		return nil, err
	}
	if d.stages, err = readStages(ctx, s, run); err != nil || d.steps {
		return d, err
	}
	metric := map[string]string{"seconds": "time/iteration", "evaluations": "evaluations"}[against]
	if metric == "" {
		return nil, fmt.Errorf("no axis %q (known: %v)", against, Clocks())
	}
	if !slices.Contains(d.names, metric) {
		return d, nil // it has no row yet, or was recorded without
	}
	points, err := s.Series(ctx, run, metric)
	if err != nil {
		return nil, err
	}
	if metric == "evaluations" {
		points = store.Cumulative(points)
	}
	sum := 0.0
	for _, p := range points {
		switch {
		case math.IsNaN(p.Value):
		case metric == "evaluations":
			sum = p.Value
		default:
			sum += p.Value
		}
		d.ticks, d.sums = append(d.ticks, p.Step), append(d.sums, sum)
	}
	return d, nil
}

// StepsMade returns a function from a row of a run to the number of iterations before
// it: every stage has one row more than iterations.
func StepsMade(ctx context.Context, s *store.Store, run int64) (func(row int) int, error) {
	stages, err := readStages(ctx, s, run)
	d := runData{stages: stages}
	return d.made, err
}

// made returns the iterations before the row step.
func (d *runData) made(step int) int { return step - max(0, d.stageOf(step)) }

// at returns the clock before the row step.
func (d *runData) at(step int) float64 {
	if d.steps {
		return float64(d.made(step))
	}
	if i := sort.SearchInts(d.ticks, step); i > 0 {
		return d.sums[i-1]
	}
	return 0
}

// stageOf returns the index of the stage that the row step belongs to, −1 before the first.
func (d *runData) stageOf(step int) int {
	return sort.Search(len(d.stages), func(i int) bool { return d.stages[i].step > step }) - 1
}

// onAxis returns where the stages begin by the clock.
func (d *runData) onAxis() []plots.Stage {
	var list []plots.Stage
	for _, s := range d.stages {
		list = append(list, plots.Stage{At: d.at(s.step), Label: s.label})
	}
	return list
}

// series returns the points on the clock's axis, times weight and smoothed, with
// a gap where a stage begins.
func (d *runData) series(points []store.Point, weight float64, smooth int) plots.Series {
	var out plots.Series
	for begin, end := 0, 0; begin < len(points); begin = end {
		here := d.stageOf(points[begin].Step)
		for end = begin; end < len(points) && d.stageOf(points[end].Step) == here; end++ {
		}
		if begin > 0 {
			out.Steps = append(out.Steps, d.at(points[begin].Step))
			out.Values = append(out.Values, math.NaN())
		}
		values := make([]float64, end-begin)
		for i, p := range points[begin:end] {
			values[i] = weight * p.Value
			out.Steps = append(out.Steps, d.at(p.Step))
		}
		out.Values = append(out.Values, means(values, smooth)...)
	}
	return out
}

// means returns for each value the mean of the n around it, of fewer near the
// ends and near a value that is not finite, which stays as it is.
func means(values []float64, n int) []float64 {
	out := slices.Clone(values)
	if n <= 1 {
		return out
	}
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	for i := range values {
		if !finite(values[i]) {
			continue
		}
		first, last := i, i
		for first > max(0, i-n/2) && finite(values[first-1]) {
			first--
		}
		for last < min(len(values)-1, i-n/2+n-1) && finite(values[last+1]) {
			last++
		}
		mean := 0.0
		for j, v := range values[first : last+1] {
			mean += (v - mean) / float64(j+1) // no sum that overflows
		}
		out[i] = mean
	}
	return out
}

// readStages returns the first row and the size of each stage. A stage that was resumed
// has several events.
func readStages(ctx context.Context, s *store.Store, run int64) ([]stage, error) {
	events, err := s.Events(ctx, run)
	if err != nil {
		return nil, err
	}
	var list []stage
	for _, e := range events {
		var size record.Stage
		if e.Kind != size.Kind() {
			continue
		}
		if err := json.Unmarshal(e.Data, &size); err != nil {
			return nil, fmt.Errorf("%w (run %d: event stage: %w)", store.ErrDamaged, run, err)
		}
		next := stage{e.Step, fmt.Sprintf("%d×%d", size.Height, size.Width)}
		if !slices.ContainsFunc(list, func(s stage) bool { return s.step == next.step }) {
			list = append(list, next)
		}
	}
	slices.SortFunc(list, func(a, b stage) int { return a.step - b.step })
	return list, nil
}
