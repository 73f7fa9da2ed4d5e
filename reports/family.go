package reports

import (
	"context"
	"math"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports/plots"
)

// A Family is runs whose curves are drawn together, in groups.
type Family struct {
	Runs   []store.RunSummary
	Group  []int // by run: which of Groups it belongs to
	Groups []string
}

// mostPoints is how many points of a curve are drawn: more cannot be seen in a
// small panel, and hundreds of curves make a large file.
const mostPoints = 150

// Plot reads a panel for the total and one for each loss before its weight, by one
// of Clocks. Runs without values are left out, and so is a loss that is never a
// number above 0. Without panels nothing can be drawn.
func (f Family) Plot(ctx context.Context, s *store.Store, against string) (plots.Family, error) {
	figure := plots.Family{XLabel: clockLabels[against], Groups: f.Groups}
	panels := map[string][]plots.Series{}
	for i, run := range f.Runs {
		of, err := readRun(ctx, s, run.Number, against)
		if err != nil {
			return figure, err
		}
		for _, name := range of.names {
			loss, isLoss := lossName(name)
			if !isLoss {
				continue
			}
			points, err := s.Series(ctx, run.Number, name)
			if err != nil {
				return figure, err
			}
			series := of.series(points, 1, 1)
			series.Steps, series.Values = thin(series.Steps, series.Values, mostPoints)
			series.Run = f.Group[i]
			panels[loss] = append(panels[loss], series)
		}
	}
	var losses []string
	for loss, series := range panels {
		if slices.ContainsFunc(series, positive) {
			losses = append(losses, loss)
		}
	}
	slices.SortFunc(losses, func(a, b string) int {
		if d := total("loss/"+b) - total("loss/"+a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, loss := range losses {
		figure.Panels = append(figure.Panels, plots.Panel{Title: loss, Series: panels[loss]})
	}
	return figure, nil
}

func positive(s plots.Series) bool {
	return slices.ContainsFunc(s.Values, func(v float64) bool { return v > 0 && !math.IsInf(v, 1) })
}

// thin keeps about n of a curve's points: the first quarter of them from its beginning,
// where losses fall fastest, the others evenly, the last, and the gaps between stages.
func thin(steps, values []float64, n int) (fewerSteps, fewerValues []float64) {
	if len(steps) <= n {
		return steps, values
	}
	var gaps, all []int
	for i, v := range values {
		all = append(all, i)
		if math.IsNaN(v) {
			gaps = append(gaps, i)
		}
	}
	begin := n / 4
	kept := slices.Concat(all[:begin], Evenly(all[begin:], n-begin), gaps)
	slices.Sort(kept)
	for _, i := range slices.Compact(kept) {
		fewerSteps, fewerValues = append(fewerSteps, steps[i]), append(fewerValues, values[i])
	}
	return fewerSteps, fewerValues
}
