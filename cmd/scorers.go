package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/evaluate"
	"runexp/framework/store"
)

// scorerFlag adds --scorer.
func (a *app) scorerFlag(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "scorer", "", "metrics by the scorer whose hash begins so, or by the last one (last)")
	completeFlag(c, "scorer", a.scorerHashes)
}

// scorerHashes proposes the store's scorers.
func (a *app) scorerHashes(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) error {
		all, err := s.Scorers(c.Context())
		for _, by := range all {
			list = append(list, cobra.CompletionWithDesc(shortHash(by.Hash), scorerText(by)))
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// minScorerPrefix is the minimum number of digits of a scorer's hash.
const minScorerPrefix = 4

// findScorer returns the scorer that --scorer names; zero for "". It is a usage error if
// there is none, or several.
func (a *app) findScorer(ctx context.Context, s *store.Store, ref string) (store.Scorer, error) {
	if ref == "" {
		return store.Scorer{}, nil
	}
	all, err := s.Scorers(ctx)
	if err != nil {
		return store.Scorer{}, err
	}
	var found []store.Scorer
	for _, by := range all {
		if ref == "last" || len(ref) >= minScorerPrefix && strings.HasPrefix(by.Hash, strings.ToLower(ref)) {
			found = append(found, by)
		}
	}
	switch {
	case len(found) == 1 || len(found) > 1 && ref == "last":
		return found[0], nil
	case len(found) > 1:
		return store.Scorer{}, usage(fmt.Errorf("--scorer %s: %s has several whose hash begins so; give more digits: %s", ref, a.db,
			framework.ListNames(mapRows(found, func(by store.Scorer) string { return by.Hash }))))
	case len(all) == 0:
		return store.Scorer{}, usage(fmt.Errorf("--scorer %s: %s has no scores yet; runexp score scores runs", ref, a.db))
	}
	return store.Scorer{}, usage(fmt.Errorf("no scorer \"%s\" in %s; give at least %d digits of its hash, or last (it has: %s)", ref, a.db, minScorerPrefix,
		framework.ListNames(mapRows(all, func(by store.Scorer) string { return shortHash(by.Hash) + " " + scorerText(by) }))))
}

// scorerText describes a scorer in a few words.
func scorerText(by store.Scorer) string {
	var d struct {
		Backbone string
		Options  []string
		Images   string
		Layers   evaluate.Layers
	}
	if err := json.Unmarshal(by.Description, &d); err != nil || d.Backbone == "" {
		return "unknown"
	}
	if len(d.Options) > 0 {
		d.Backbone += " (" + strings.Join(d.Options, ", ") + ")"
	}
	if d.Images != "" {
		d.Backbone += " with " + d.Images
	}
	return d.Backbone + " at " + strings.Join(d.Layers.Style, " ")
}

// checkScored returns an error unless the scorer, if one is named, has scored all runs.
func (a *app) checkScored(ctx context.Context, s *store.Store, runs []store.RunSummary, by store.Scorer) error {
	if by.Hash == "" {
		return nil
	}
	for _, run := range runs {
		values, err := s.Scores(ctx, run.Number, by.Hash)
		if err != nil {
			return err
		}
		if len(values) == 0 {
			return usage(fmt.Errorf("the scorer %s (%s) has not scored run %d; %s scores all of them by one", shortHash(by.Hash), scorerText(by), run.Number, a.scoreCommandOf(runs)))
		}
	}
	return nil
}

// scoreCommandOf returns the command that scores runs by one scorer.
func (a *app) scoreCommandOf(runs []store.RunSummary) string {
	verb := "score"
	for _, run := range runs {
		verb += fmt.Sprintf(" %d", run.Number)
	}
	return a.command(verb + " --by BACKBONE")
}

// scoresBy returns a scorer's scores of each run, and the names of those that are not of
// single layers; nothing without a scorer.
func scoresBy(ctx context.Context, s *store.Store, runs []store.RunSummary, by store.Scorer) (scores [][]scoreValue, metrics []string, err error) {
	scores = make([][]scoreValue, len(runs))
	if by.Hash == "" {
		return scores, nil, nil
	}
	var names []string
	for i, run := range runs {
		values, err := s.Scores(ctx, run.Number, by.Hash)
		if err != nil {
			return nil, nil, err
		}
		for _, v := range values {
			scores[i] = append(scores[i], scoreValue{v.Name, float(v.Value)})
			if !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
	}
	return scores, overall(names), nil
}

// A scoreValue is one metric of a picture.
type scoreValue struct {
	Name  string `json:"name"`
	Value float  `json:"value"` // null if it is not finite
}

// valueOf returns the value of a metric.
func valueOf(scores []scoreValue, name string) (value float, has bool) {
	i := slices.IndexFunc(scores, func(s scoreValue) bool { return s.Name == name })
	if i < 0 {
		return 0, false
	}
	return scores[i].Value, true
}

// overall returns the names of metrics without those of single layers.
func overall(metrics []string) []string {
	return slices.DeleteFunc(slices.Clone(metrics), func(name string) bool { return strings.Count(name, "/") != 1 })
}

// metricHeader returns the header of columns of metrics.
func metricHeader(names []string) []string {
	return mapRows(names, func(name string) string { return strings.ToUpper(strings.TrimPrefix(name, evaluate.Prefix)) })
}

// scoreCells returns the values of metrics in four digits; a dash for none.
func scoreCells(scores []scoreValue, names []string) []string {
	return mapRows(names, func(name string) string {
		v, has := valueOf(scores, name)
		if !has || math.IsNaN(float64(v)) {
			return "-"
		}
		return fmt.Sprintf("%.4g", float64(v))
	})
}

// shortHash is what is shown of a scorer's hash.
func shortHash(hash string) string { return hash[:min(len(hash), 8)] }
