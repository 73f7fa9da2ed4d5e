package reports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports/plots"
)

// Curves are what is to be plotted of which runs.
type Curves struct {
	Runs []store.RunSummary // at least one
	// Metrics are names as the store has them. Without any it is the total and
	// each loss times its weight, so that the losses add up to the total.
	Metrics []string
	Against string // what the x axis counts: one of Clocks; "" is step
	Linear  bool   // the y axis; it is logarithmic if not
	Smooth  int    // each value becomes the mean of so many around it; 0 and 1 leave it
}

// A Missing is a metric that a run has no values of.
type Missing struct {
	Run    int64
	Metric string
}

// Plot reads the curves, and which of them are missing. A value that is no
// number is a gap, and so is the step from one stage to the next; the mean of
// Smooth reaches over neither.
func (q Curves) Plot(ctx context.Context, s *store.Store) (plots.Convergence, []Missing, error) {
	c := plots.Convergence{Linear: q.Linear, XLabel: clockLabels[q.Against]}
	c.Plain = len(q.Metrics) > 1 && !slices.Contains(q.Metrics, "loss/total")
	var missing []Missing
	terms, err := q.terms(ctx, s)
	if err != nil {
		return c, nil, err
	}
	var stages [][]plots.Stage
	for i, run := range q.Runs {
		of, err := readRun(ctx, s, run.Number, q.Against)
		if err != nil {
			return c, nil, err
		}
		stages = append(stages, of.onAxis())
		for _, term := range terms {
			if !slices.Contains(of.names, term.metric) {
				missing = append(missing, Missing{run.Number, term.metric})
				continue
			}
			points, err := s.Series(ctx, run.Number, term.metric)
			if err != nil {
				return c, nil, err
			}
			series := of.series(points, term.weights[run.Number], q.Smooth)
			series.Name, series.Run = term.label, i
			c.Series = append(c.Series, series)
		}
	}
	if len(c.Series) == 0 {
		return c, missing, fmt.Errorf("%s no values of %s yet; wait for the first iteration", has(q.Runs), metricsOf(terms))
	}
	if allSame(stages) {
		c.Stages = stages[0]
	}
	c.YLabel = q.yLabel()
	c.Title, c.Subtitle = q.titles()
	if len(q.Runs) > 1 {
		c.Runs, err = Labels(ctx, s, q.Runs)
	}
	return c, missing, err
}

// A term is what one curve of each run shows.
type term struct {
	metric, label string
	weights       map[int64]float64 // by run: factor of the metric
}

// terms returns what is to be plotted: the metrics asked for, or the total and
// each loss with its weight.
func (q Curves) terms(ctx context.Context, s *store.Store) ([]term, error) {
	unweighted := map[int64]float64{}
	for _, run := range q.Runs {
		unweighted[run.Number] = 1
	}
	var list []term
	for _, metric := range q.Metrics {
		list = append(list, term{metric, metric, unweighted})
	}
	if len(list) > 0 {
		slices.SortStableFunc(list, func(a, b term) int { return total(b.metric) - total(a.metric) })
		return list, nil
	}
	list = []term{{"loss/total", "total", unweighted}}
	found := map[string]map[int64]float64{}
	var losses []string
	for _, run := range q.Runs {
		weights, err := lossWeights(ctx, s, run.Number)
		if err != nil {
			return nil, err
		}
		names, err := s.MetricNames(ctx, run.Number)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			loss, isLoss := lossName(name)
			if !isLoss || loss == "total" {
				continue
			}
			if found[loss] == nil {
				found[loss] = map[int64]float64{}
				losses = append(losses, loss)
			}
			found[loss][run.Number] = weights[loss]
		}
	}
	slices.Sort(losses)
	for _, loss := range losses {
		list = append(list, term{"loss/" + loss, loss, found[loss]})
	}
	return list, nil
}

// total is 1 for the metric that the others are parts of, which comes first, and 0 for any other.
func total(metric string) int {
	if metric == "loss/total" {
		return 1
	}
	return 0
}

// yLabel is the title of the y axis. A metric of the store is a loss before its
// weight, but for the total.
func (q Curves) yLabel() string {
	switch {
	case len(q.Metrics) == 0:
		return "weighted loss"
	case len(q.Metrics) == 1:
		return q.Metrics[0]
	}
	for _, metric := range q.Metrics {
		if !strings.HasPrefix(metric, "loss/") || metric == "loss/total" {
			return "value"
		}
	}
	return "loss before its weight"
}

// titles name the runs.
func (q Curves) titles() (title, subtitle string) {
	experiments := []string{}
	for _, run := range q.Runs {
		if !slices.Contains(experiments, run.Experiment) {
			experiments = append(experiments, run.Experiment)
		}
	}
	if len(experiments) > 3 {
		experiments = append(experiments[:3], "…")
	}
	title = strings.Join(experiments, ", ")
	if first := q.Runs[0]; len(q.Runs) == 1 {
		subtitle = fmt.Sprintf("run %d (%s), %s", first.Number, first.UID.Short(), first.Status)
	} else {
		subtitle = sizes.Count(len(q.Runs), "run")
	}
	if q.Smooth > 1 {
		subtitle += fmt.Sprintf(", means of %d values", q.Smooth)
	}
	return title, subtitle
}

// has begins a sentence about runs: "run 3 has", "runs 3 and 4 have".
func has(runs []store.RunSummary) string {
	if len(runs) == 1 {
		return fmt.Sprintf("run %d has", runs[0].Number)
	}
	var numbers []string
	for _, run := range runs {
		numbers = append(numbers, fmt.Sprint(run.Number))
	}
	return "runs " + strings.Join(numbers, ", ") + " have"
}

func metricsOf(terms []term) string {
	var names []string
	for _, t := range terms {
		names = append(names, t.metric)
	}
	return strings.Join(names, ", ")
}

// allSame reports whether all runs changed their stages at the same places.
func allSame(stages [][]plots.Stage) bool {
	for _, list := range stages {
		if !slices.Equal(list, stages[0]) {
			return false
		}
	}
	return true
}
