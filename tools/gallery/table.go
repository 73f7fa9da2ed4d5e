package main

import (
	"context"
	"fmt"
	"io"

	"runexp/framework/store"
	"runexp/internal/median"
)

// metrics are the columns of the table, after the time.
var metrics = []string{"eval/style", "eval/content", "eval/palette", "eval/noise"}

// printTable prints for each recipe the median over its pairs.
func printTable(ctx context.Context, w io.Writer, s *store.Store, trials []trial) error {
	fmt.Fprint(w, "| recipe | pairs | seconds |")
	for _, m := range metrics {
		fmt.Fprintf(w, " %s |", m)
	}
	fmt.Fprintln(w, "\n|---|---|---|---|---|---|---|")
	for _, recipe := range distinct(trials, recipeOf) {
		values := map[string][]float64{}
		pairs := 0
		for _, t := range trials {
			if t.recipe != recipe {
				continue
			}
			pairs++
			values["seconds"] = append(values["seconds"], t.run.Elapsed.Seconds())
			summary, err := s.Summary(ctx, t.run.Number)
			if err != nil {
				return err
			}
			for _, m := range summary {
				values[m.Name] = append(values[m.Name], m.Last)
			}
		}
		fmt.Fprintf(w, "| %s | %d | %.0f |", recipe, pairs, median.Of(values["seconds"]))
		for _, m := range metrics {
			fmt.Fprintf(w, " %.3f |", median.Of(values[m]))
		}
		fmt.Fprintln(w)
	}
	return nil
}
