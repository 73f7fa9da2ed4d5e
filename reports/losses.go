// Package reports turns what the store holds into plots and pages.
package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"runexp/framework/store"
	"runexp/reports/plots"
)

// Convergence returns the plot of a run's losses: the total, and each term
// times its weight, so that the terms add up to the total.
func Convergence(ctx context.Context, s *store.Store, run store.RunSummary) (plots.Convergence, error) {
	c, _, err := Curves{Runs: []store.RunSummary{run}}.Plot(ctx, s)
	return c, err
}

// lossName returns the name of the loss that a metric is the value of, total for
// their sum; false for other metrics and for the layers of a loss.
func lossName(metric string) (string, bool) {
	name, isLoss := strings.CutPrefix(metric, "loss/")
	return name, isLoss && !strings.Contains(name, "/")
}

// lossWeights returns the weight of each loss by name.
func lossWeights(ctx context.Context, s *store.Store, run int64) (map[string]float64, error) {
	params, err := s.Params(ctx, run)
	if err != nil {
		return nil, err
	}
	weights := map[string]float64{}
	for _, p := range params {
		name, isLoss := strings.CutPrefix(p.Path, "losses.")
		name, isWeight := strings.CutSuffix(name, ".weight")
		if !isLoss || !isWeight {
			continue
		}
		var weight float64
		if err := json.Unmarshal(p.Value, &weight); err != nil {
			return nil, fmt.Errorf("%w (run %d: %s: %w)", store.ErrDamaged, run, p.Path, err)
		}
		weights[name] = weight
	}
	return weights, nil
}
