package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"runexp/framework/store"
	"runexp/framework/store/search"
)

// A whereFlag is the filter of --where.
type whereFlag struct{ text string }

func (f *whereFlag) flag(c *cobra.Command) {
	c.PersistentFlags().StringVar(&f.text, "where", "", "only runs for which this filter is true, as in ls --where")
	completeFlag(c, "where", noCompletion)
}

// parse returns the filter, nil without one. An empty one, of an unset shell variable say, must not name all runs.
func (f *whereFlag) parse(c *cobra.Command) (search.Condition, error) {
	where, err := search.Parse(f.text)
	if err != nil {
		return nil, usage(fmt.Errorf("--where: %w", err))
	}
	if where == nil && c.Flags().Changed("where") {
		return nil, usage(errors.New("--where is empty; give a filter, or omit it"))
	}
	return where, nil
}

// matching returns those of the runs, deleted or not, for which a filter is true; all for nil.
func matching(ctx context.Context, s *store.Store, where search.Condition, runs []store.RunSummary) ([]store.RunSummary, error) {
	if where == nil {
		return runs, nil
	}
	of := map[int64]bool{}
	for _, deleted := range []bool{false, true} {
		found, err := s.Runs(ctx, store.Filter{Where: where, Deleted: deleted, Damaged: true})
		if err != nil {
			return nil, err
		}
		for _, run := range found {
			of[run.Number] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(runs), func(run store.RunSummary) bool { return !of[run.Number] }), nil
}
