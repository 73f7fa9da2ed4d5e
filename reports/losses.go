// Package reports turns what the store holds into plots and pages.
package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// LossesDiffer reports whether runs have losses of different terms, weights, settings or backbones, whose values do not compare.
// A run that was erased meanwhile, or whose settings are damaged, is left out.
func LossesDiffer(ctx context.Context, s *store.Store, runs []store.RunSummary) (bool, error) {
	found := map[string]bool{}
	for _, run := range runs {
		params, err := s.Params(ctx, run.Number)
		switch {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrDamaged):
			continue
		case err != nil:
			return false, err
		}
		var losses strings.Builder
		for _, p := range params {
			if ofLosses(p.Path) {
				fmt.Fprintf(&losses, "%s=%s\n", p.Path, p.Value)
			}
		}
		if found[losses.String()] = true; len(found) > 1 {
			return true, nil
		}
	}
	return false, nil
}

// LossesDiffer reports the same of the runs of a comparison.
func (c Comparison) LossesDiffer() bool {
	return slices.ContainsFunc(c.Settings, func(d Difference) bool { return ofLosses(d.Name) })
}

// ofLosses reports whether a setting says what a loss measures, or its weight.
func ofLosses(path string) bool {
	return strings.HasPrefix(path, "losses.") || strings.HasPrefix(path, "backbone.") || path == "strength" ||
		strings.HasPrefix(path, "stages.") && strings.Contains(path, ".weights.")
}
