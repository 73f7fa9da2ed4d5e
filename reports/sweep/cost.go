package sweep

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"runexp/framework/store"
	"runexp/internal/median"
	"runexp/reports/document"
)

// A runCost is what one run cost.
type runCost struct {
	seconds   float64
	iteration float64 // seconds, median; NaN if there is none
	peak      float64 // bytes; NaN if it was not recorded
}

// cost lists time and memory of the finished trials, by level of each factor.
func (y *Study) cost(ctx context.Context, s *store.Store) ([]document.Block, error) {
	totals := y.totals()
	costs := map[int]runCost{} // by trial
	for i, t := range y.trials {
		if t.Run != nil && t.Run.Status == store.Finished {
			b, err := readCost(ctx, s, *t.Run)
			if err != nil {
				return nil, err
			}
			costs[i] = b
		}
	}
	if totals.Began == nil {
		return []document.Block{{Paragraph: "No trial has begun yet."}}, nil
	}
	text := fmt.Sprintf("The runs took %s together", span(time.Duration(totals.Seconds*float64(time.Second))))
	if totals.Ended != nil && totals.Ended.After(*totals.Began) {
		text += fmt.Sprintf("; %s from the first start to the last end", span(totals.Ended.Sub(*totals.Began)))
	}
	t := document.Table{Caption: "Medians over finished trials", Header: []string{"setting", "trials", "seconds", "seconds an iteration", "peak memory, MiB"}}
	row := func(name string, chosen func(trial) bool) {
		var list []runCost
		for i, t := range y.trials {
			if b, finished := costs[i]; finished && chosen(t) {
				list = append(list, b)
			}
		}
		if len(list) == 0 {
			return
		}
		t.Rows = append(t.Rows, []string{
			name, fmt.Sprint(len(list)), digits(medianOf(list, func(b runCost) float64 { return b.seconds })),
			digits(medianOf(list, func(b runCost) float64 { return b.iteration })),
			whole(medianOf(list, func(b runCost) float64 { return b.peak }) / (1 << 20)),
		})
	}
	row("all", func(trial) bool { return true })
	for i, p := range y.plan.Parameters {
		for level, label := range p.Labels {
			if len(p.Labels) > 1 && !p.drawn {
				row(p.Path+" "+label, func(t trial) bool { return t.point.Levels[i] == level })
			}
		}
	}
	blocks := []document.Block{{Paragraph: text + "."}}
	if len(t.Rows) > 0 {
		blocks = append(blocks, document.Block{Table: &t})
		blocks = append(blocks, document.Block{Note: "Trials that ran at the same time shared the machine: their times are no benchmark. Peak memory is that of the process, so of all trials that it had run."})
	}
	return blocks, nil
}

func readCost(ctx context.Context, s *store.Store, run store.RunSummary) (runCost, error) {
	b := runCost{run.Elapsed.Seconds(), math.NaN(), math.NaN()}
	summary, err := s.Summary(ctx, run.Number)
	if err != nil {
		return b, err
	}
	for _, m := range summary {
		switch m.Name {
		case "memory/peak":
			b.peak = m.Last
		case "time/iteration":
			points, err := s.Series(ctx, run.Number, m.Name)
			if err != nil {
				return b, err
			}
			values := make([]float64, len(points))
			for i, p := range points {
				values[i] = p.Value
			}
			b.iteration = median.Of(known(values))
		}
	}
	return b, nil
}

func medianOf(list []runCost, of func(runCost) float64) float64 {
	values := make([]float64, len(list))
	for i, b := range list {
		values[i] = of(b)
	}
	return median.Of(known(values))
}

// known returns the values that are not NaN.
func known(values []float64) []float64 { return slices.DeleteFunc(values, math.IsNaN) }

// whole writes a number without a fraction.
func whole(v float64) string {
	if math.IsNaN(v) {
		return document.Nothing
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
