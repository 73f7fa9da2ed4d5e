package cmd

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"runexp/framework/store"
)

// rmCommand is `runexp rm RUN…`.
func (a *app) rmCommand() *cobra.Command {
	f := &markFlags{app: a}
	c := &cobra.Command{
		Use:   "rm RUN…",
		Short: "Delete runs: hide them, until they are restored or pruned",
		Long: `Delete runs: listings, reports and answers leave them out, and their trials count as not done, so
that the same command runs them again. Nothing of them is lost: runexp restore brings them back,
and runexp db prune erases them for good.

A RUN is a number, a range of numbers as in 3-7, the first digits of a uid, "last", or an
experiment, which stands for all its runs; --where leaves only those for which a filter is true.

Reads and writes the store (--db): all of the runs or none. Prints how to undo it. --json prints
a list of objects.

Exit codes: 0 deleted, even if they were before; 2 for an unknown run, and for one that is running.

See also: runexp restore, runexp db prune, runexp ls`,
		Example: `  runexp rm 3-7 12
  runexp rm layers --where "status = failed"
  runexp rm --where "loss > 1e6"`,
		RunE: func(c *cobra.Command, refs []string) error { return f.deleteRuns(c, refs) },
	}
	f.flags(c)
	return c
}

func (f *markFlags) deleteRuns(c *cobra.Command, refs []string) error {
	s, err := f.changeStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, err := f.named(c, s, refs, false)
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		return f.noRunsNamed()
	}
	marks, err := s.Marks(c.Context())
	if err != nil {
		return err
	}
	before := slices.DeleteFunc(slices.Clone(runs), func(r store.RunSummary) bool { return marks[r.Number].Deleted.IsZero() })
	now := slices.DeleteFunc(slices.Clone(runs), func(r store.RunSummary) bool { return !marks[r.Number].Deleted.IsZero() })
	deleted := true
	if err := f.change(c.Context(), s, now, store.MarksChange{Deleted: &deleted}); err != nil || f.json {
		return err
	}
	if len(before) > 0 {
		fmt.Fprintf(f.stdout, "%s: deleted before\n", plural(before))
	}
	if len(now) > 0 {
		fmt.Fprintf(f.stdout, "deleted %s\n", plural(now))
		fmt.Fprintf(f.stdout, "%s brings %s back\n", f.command("restore "+rangesOf(now)), map[bool]string{true: "it", false: "them"}[len(now) == 1])
	}
	return nil
}

// restoreCommand is `runexp restore RUN…`.
func (a *app) restoreCommand() *cobra.Command {
	f := &markFlags{app: a}
	c := &cobra.Command{
		Use:   "restore RUN…",
		Short: "Bring deleted runs back",
		Long: `Bring runs back that were deleted by runexp rm. A RUN is a number, a range of numbers, the first
digits of a uid, or an experiment, which stands for all its deleted runs; --where leaves only those
for which a filter is true. runexp ls --deleted lists them.

Reads and writes the store (--db): all of the runs or none. --json prints a list of objects.

Exit codes: 0 restored, even if they were not deleted; 2 for an unknown run.

See also: runexp rm, runexp ls`,
		Example: `  runexp restore 3-7 12
  runexp restore --where "started > 2026-11-01"`,
		RunE: func(c *cobra.Command, refs []string) error { return f.restoreRuns(c, refs) },
	}
	f.flags(c)
	c.ValidArgsFunction = a.deletedRuns
	return c
}

func (f *markFlags) restoreRuns(c *cobra.Command, refs []string) error {
	s, err := f.changeStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, err := f.named(c, s, refs, true)
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		return usage(fmt.Errorf("no deleted run is named so; %s lists them", f.command("ls --deleted")))
	}
	marks, err := s.Marks(c.Context())
	if err != nil {
		return err
	}
	there := slices.DeleteFunc(slices.Clone(runs), func(r store.RunSummary) bool { return !marks[r.Number].Deleted.IsZero() })
	back := slices.DeleteFunc(slices.Clone(runs), func(r store.RunSummary) bool { return marks[r.Number].Deleted.IsZero() })
	deleted := false
	if err := f.change(c.Context(), s, back, store.MarksChange{Deleted: &deleted}); err != nil || f.json {
		return err
	}
	if len(there) > 0 {
		fmt.Fprintf(f.stdout, "%s: not deleted\n", plural(there))
	}
	if len(back) > 0 {
		fmt.Fprintf(f.stdout, "restored %s\n", plural(back))
	}
	return nil
}
