package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/store"
)

// markFlags are what the verbs that mark runs share: which runs.
type markFlags struct {
	*app
	where whereFlag
}

// flags adds --where, and completes the arguments.
func (f *markFlags) flags(c *cobra.Command) {
	f.where.flag(c)
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 && !c.Flags().Changed("where") {
			return usage(fmt.Errorf("%s takes at least one run, or --where; see %s --help", c.Name(), c.CommandPath()))
		}
		return nil
	}
	c.ValidArgsFunction = f.runsAndExperiments
}

// named returns the runs that refs and --where name, by number: those of namedRuns; without refs all. Of a range, an
// experiment and all only those that are deleted, or those that are not.
func (f *markFlags) named(c *cobra.Command, s *store.Store, refs []string, deleted bool) ([]store.RunSummary, error) {
	where, err := f.where.parse(c)
	if err != nil {
		return nil, err
	}
	var found []store.RunSummary
	if len(refs) > 0 {
		named, err := f.namedRuns(c, s, refs, deleted)
		if err != nil {
			return nil, err
		}
		found = mapRows(named, func(n namedRun) store.RunSummary { return n.RunSummary })
	} else if found, err = s.Runs(c.Context(), store.Filter{Deleted: deleted, Damaged: true}); err != nil {
		return nil, err
	}
	found, err = matching(c.Context(), s, where, found)
	slices.SortFunc(found, func(a, b store.RunSummary) int { return cmp.Compare(a.Number, b.Number) })
	return found, err
}

// markRow is what the verbs that mark runs print with --json.
type markRow struct {
	Run     int64     `json:"run"`
	UID     store.UID `json:"uid"`
	Star    bool      `json:"star"`
	Tags    []string  `json:"tags"`
	Note    string    `json:"note"`
	Deleted *moment   `json:"deleted,omitempty"` // when it was deleted
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
		deleted := moment(m.Deleted)
		row.Deleted = &deleted
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
