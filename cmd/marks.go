package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/framework/store"
	"runexp/framework/store/search"
	"runexp/internal/printable"
)

// markFlags are what the verbs that mark runs share: which runs.
type markFlags struct {
	*app
	where string
}

// flags adds --where, and completes the arguments.
func (f *markFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.where, "where", "", "only runs for which this filter is true, as in ls --where")
	completeFlag(c, "where", noCompletion)
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 && !c.Flags().Changed("where") {
			return usage(fmt.Errorf("%s takes at least one run, or --where; see %s --help", c.Name(), c.CommandPath()))
		}
		return nil
	}
	c.ValidArgsFunction = f.runsAndExperiments
}

// named returns the runs that refs and --where name, by number: a run each as findRun, a range
// of numbers or an experiment; without refs all. Of a range, an experiment and all only those that are deleted, or
// those that are not.
func (f *markFlags) named(c *cobra.Command, s *store.Store, refs []string, deleted bool) ([]store.RunSummary, error) {
	where, err := search.Parse(f.where)
	if err != nil {
		return nil, usage(fmt.Errorf("--where: %w", err))
	}
	if where == nil && c.Flags().Changed("where") { // an unset shell variable must not name all runs
		return nil, usage(errors.New("--where is empty; give a filter, or omit it"))
	}
	all, err := s.Runs(c.Context(), store.Filter{Deleted: deleted})
	if err != nil {
		return nil, err
	}
	found := all
	if len(refs) > 0 {
		if found, err = f.namedByRefs(c, s, refs, all, deleted); err != nil {
			return nil, err
		}
	}
	if where != nil {
		of := map[int64]bool{}
		for _, either := range []bool{false, true} {
			runs, err := s.Runs(c.Context(), store.Filter{Where: where, Deleted: either})
			if err != nil {
				return nil, err
			}
			for _, run := range runs {
				of[run.Number] = true
			}
		}
		found = slices.DeleteFunc(slices.Clone(found), func(run store.RunSummary) bool { return !of[run.Number] })
	}
	found = slices.Clone(found)
	slices.SortFunc(found, func(a, b store.RunSummary) int { return int(a.Number - b.Number) })
	return slices.CompactFunc(found, func(a, b store.RunSummary) bool { return a.Number == b.Number }), nil
}

func (f *markFlags) namedByRefs(c *cobra.Command, s *store.Store, refs []string, all []store.RunSummary, deleted bool) (found []store.RunSummary, err error) {
	var problems []error
	for _, ref := range refs {
		run, err := s.FindRun(c.Context(), ref)
		var ambiguous *store.AmbiguousError
		switch {
		case err == nil:
			found = append(found, run.RunSummary)
		case errors.As(err, &ambiguous):
			problems = append(problems, fmt.Errorf("%s: %w", f.db, err))
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		default:
			named := namedBy(ref, all)
			if len(named) == 0 && deleted {
				problems = append(problems, fmt.Errorf("%s has no deleted run \"%s\"; %s lists them", f.db, printable.Excerpt(ref), f.command("ls --deleted")))
			} else if len(named) == 0 {
				problems = append(problems, f.noRun(c, s, ref, all))
			}
			found = append(found, named...)
		}
	}
	return found, usage(errors.Join(problems...))
}

// markRow is what the verbs that mark runs print with --json.
type markRow struct {
	Run     int64      `json:"run"`
	UID     store.UID  `json:"uid"`
	Star    bool       `json:"star"`
	Tags    []string   `json:"tags"`
	Note    string     `json:"note"`
	Deleted *time.Time `json:"deleted,omitempty"` // when it was deleted
}

// change marks the runs and, with --json, prints the marks that they have then.
func (f *markFlags) change(ctx context.Context, s *store.Store, runs []store.RunSummary, change store.MarksChange) error {
	numbers := mapRows(runs, func(r store.RunSummary) int64 { return r.Number })
	err := s.Mark(ctx, numbers, change)
	var running *store.RunningError
	switch {
	case errors.As(err, &running):
		return usage(fmt.Errorf("nothing was deleted: run %d is running in process %d; stop it first, with Ctrl-C or kill %[2]d, or leave it out", running.Number, running.PID))
	case err != nil && change.Deleted == nil && !errors.Is(err, store.ErrFull) && !errors.Is(err, store.ErrIO) && !errors.Is(err, store.ErrBusy):
		return usage(err)
	case err != nil:
		return err
	}
	if !f.json {
		return nil
	}
	return f.printMarks(ctx, s, runs)
}

func (f *markFlags) printMarks(ctx context.Context, s *store.Store, runs []store.RunSummary) error {
	marks, err := s.Marks(ctx)
	if err != nil {
		return err
	}
	return printJSON(f.stdout, mapRows(runs, func(r store.RunSummary) markRow { return newMarkRow(r, marks[r.Number]) }))
}

func newMarkRow(r store.RunSummary, m store.Marks) markRow {
	row := markRow{Run: r.Number, UID: r.UID, Star: m.Star, Tags: append([]string{}, m.Tags...), Note: m.Note}
	if !m.Deleted.IsZero() {
		row.Deleted = &m.Deleted
	}
	return row
}

// rangesOf lists numbers of runs, those that follow each other as a range: 3-5 8.
func rangesOf(runs []store.RunSummary) string {
	var parts []string
	for i := 0; i < len(runs); {
		j := i
		for j+1 < len(runs) && runs[j+1].Number == runs[j].Number+1 {
			j++
		}
		part := fmt.Sprint(runs[i].Number)
		if j > i {
			part += fmt.Sprintf("-%d", runs[j].Number)
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, " ")
}

// plural is "run 3" or "runs 3-5 8".
func plural(runs []store.RunSummary) string {
	if len(runs) == 1 {
		return fmt.Sprintf("run %d", runs[0].Number)
	}
	return "runs " + rangesOf(runs)
}

// marksLine says for people what somebody said of a run, apart from its note; "" for nothing.
func marksLine(m store.Marks) string {
	words := slices.Clone(m.Tags)
	if m.Star {
		words = append([]string{"★"}, words...)
	}
	return strings.Join(words, " ")
}

// noRunsNamed says that a filter names none.
func (a *app) noRunsNamed() error {
	return usage(fmt.Errorf("no run is named so; %s lists the runs", a.command("ls")))
}

// statusOf is the status of a run and, after it, that it was deleted.
func statusOf(r store.RunSummary, m store.Marks) string {
	if m.Deleted.IsZero() {
		return string(r.Status)
	}
	return string(r.Status) + ", deleted"
}
