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
	c := plots.Convergence{Title: run.Experiment, Subtitle: fmt.Sprintf("run %d (%s), %s", run.Number, run.UID.Short(), run.Status)}
	weights, err := lossWeights(ctx, s, run.Number)
	if err != nil {
		return c, err
	}
	names, err := s.MetricNames(ctx, run.Number)
	if err != nil {
		return c, err
	}
	terms := []string{"total"}
	for _, name := range names {
		if term, isLoss := strings.CutPrefix(name, "loss/"); isLoss && term != "total" && !strings.Contains(term, "/") {
			terms = append(terms, term)
		}
	}
	for _, term := range terms {
		points, err := s.Series(ctx, run.Number, "loss/"+term)
		if err != nil {
			return c, err
		}
		weight := 1.0
		if term != "total" {
			weight = weights[term]
		}
		series := plots.Series{Name: term}
		for _, p := range points {
			series.Steps = append(series.Steps, float64(p.Step))
			series.Values = append(series.Values, weight*p.Value)
		}
		c.Series = append(c.Series, series)
	}
	c.Stages, err = stages(ctx, s, run.Number)
	return c, err
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
			return nil, fmt.Errorf("%s: %w", p.Path, err)
		}
		weights[name] = weight
	}
	return weights, nil
}

// stages returns where each stage began and at what size.
func stages(ctx context.Context, s *store.Store, run int64) ([]plots.Stage, error) {
	events, err := s.Events(ctx, run)
	if err != nil {
		return nil, err
	}
	var list []plots.Stage
	for _, e := range events {
		if e.Kind != "stage" {
			continue
		}
		var size struct{ Height, Width int }
		if err := json.Unmarshal(e.Data, &size); err != nil {
			return nil, fmt.Errorf("event stage: %w", err)
		}
		list = append(list, plots.Stage{At: float64(e.Step), Label: fmt.Sprintf("%d×%d", size.Height, size.Width)})
	}
	return list, nil
}
