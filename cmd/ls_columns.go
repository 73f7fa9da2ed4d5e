package cmd

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/store"
	"runexp/framework/store/search"
)

// lsFlags are the flags of `runexp ls` that filter, sort and choose columns.
type lsFlags struct {
	store.Filter
	where, sort, columns string
	deleted              bool
	fields               []search.Field // of --columns
}

func (f *lsFlags) flags(a *app, c *cobra.Command) {
	c.Flags().StringVar(&f.where, "where", "", "only runs for which this filter is true")
	c.Flags().StringVar(&f.sort, "sort", "", "field to sort by, the lowest first; with - before it the highest")
	c.Flags().StringVar(&f.columns, "columns", "", "fields to list in the place of the usual columns, separated by commas")
	c.Flags().BoolVar(&f.deleted, "deleted", false, "list the runs that were deleted")
	completeFlag(c, "where", noCompletion)
	completeFlag(c, "sort", a.fieldsOfRuns)
	completeFlag(c, "columns", a.fieldsOfRuns)
}

func (f *lsFlags) given() bool {
	return f.where != "" || f.sort != "" || f.columns != "" || f.deleted
}

// parse reads the flags' texts into the filter.
func (f *lsFlags) parse() (err error) {
	if f.Where, err = search.Parse(f.where); err != nil {
		return fmt.Errorf("--where: %w", err)
	}
	if f.sort != "" {
		name, descending := strings.CutPrefix(f.sort, "-")
		field, err := search.ParseField(name)
		if err != nil {
			return fmt.Errorf("--sort: %w", err)
		}
		f.Order = []store.Order{{Field: field, Descending: descending}}
	}
	if f.columns == "" {
		return nil
	}
	for _, name := range splitFields(f.columns) {
		field, err := search.ParseField(name)
		if err != nil {
			return fmt.Errorf("--columns: %w", err)
		}
		f.fields = append(f.fields, field)
	}
	return nil
}

// splitFields splits at commas that are not in quotes.
func splitFields(text string) (parts []string) {
	quote, from := rune(0), 0
	for i, r := range text {
		switch {
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case quote == 0 && r == ',':
			parts, from = append(parts, strings.TrimSpace(text[from:i])), i+1
		}
	}
	return append(parts, strings.TrimSpace(text[from:]))
}

// listColumns lists the chosen fields of runs.
func (a *app) listColumns(c *cobra.Command, f lsFlags) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	if f.Experiment != "" {
		if err := a.checkExperiment(c, s, f.Experiment); err != nil {
			return err
		}
	}
	runs, err := s.Runs(c.Context(), f.Filter)
	if err != nil {
		return err
	}
	values, err := s.Values(c.Context(), mapRows(runs, func(r store.RunSummary) int64 { return r.Number }), f.fields)
	if err != nil {
		return err
	}
	names := mapRows(f.fields, search.Field.String)
	if a.json {
		return errors.Join(damageOf(runs), printJSON(a.stdout, mapRows(runs, func(r store.RunSummary) map[string]any {
			object := map[string]any{}
			for i, v := range values[r.Number] {
				if number, is := v.(float64); is {
					v = float(number)
				}
				object[names[i]] = v
			}
			return object
		})))
	}
	return errors.Join(damageOf(runs), table(a.stdout, mapRows(names, strings.ToUpper), mapRows(runs, func(r store.RunSummary) []string {
		return mapRows(values[r.Number], func(v any) string {
			switch v := v.(type) {
			case nil:
				return "-"
			case float64:
				if v == math.Trunc(v) && math.Abs(v) < 1<<53 { // a seed, with all digits
					return strconv.FormatFloat(v, 'f', -1, 64)
				}
				return number(v)
			}
			return fmt.Sprint(v)
		})
	})))
}

// fieldsOfRuns proposes fields, for the last of the comma-separated ones typed so far.
func (a *app) fieldsOfRuns(c *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	given := word[:strings.LastIndex(word, ",")+1]
	var list []string
	a.withStore(c, func(s *store.Store) error {
		fields, err := s.Fields(c.Context())
		for _, f := range fields {
			if name := f.String(); strings.HasPrefix(given+name, word) && !slices.Contains(strings.Split(given, ","), name) {
				list = append(list, given+name)
			}
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
