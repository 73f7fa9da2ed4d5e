package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/printable"
)

// mergeCommand is `runexp db merge FROM…`.
func (a *app) mergeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "merge FROM…",
		Short: "Take into the store everything that other stores have and it lacks",
		Long: `Take into the store (--db) everything that other stores have and it lacks: runs with their pictures,
sweeps, scores, stars, notes, tags and votes. The store is made if it is missing.

Runs are the same if their uids are, whatever their numbers; the runs that come get new numbers.
Of a run in both stores the one that is further counts, of its star, note, tags and deletion those
that were changed last. So the order does not matter, a second merge changes nothing, and a merge
that was stopped is completed by the same command. A run that is still running comes as far as it
is; merge again when it has ended.

Reads the other stores and never changes them; an older one, or one that is being written, is
copied to a temporary folder first (TMPDIR). Each is checked as a whole, and each picture against
its hash: a run with a damaged picture is left out and named. Where nothing came, no store is made.

Writes the store, 32 MB at a time, and prints what came from each. --json prints a list of objects.

Exit codes: 0 merged; 1 if the disk is full or fails; 2 for a store that is missing, damaged, newer
than this program or the store itself, and if runs were left out. If one of several cannot be
read at all, nothing is merged.

See also: runexp db check, runexp ls`,
		Example: `  runexp db merge laptop.db
  runexp db merge cluster/worker-1.db cluster/worker-2.db --db all.db`,
		Args:              atLeastOne("other store"),
		ValidArgsFunction: cobra.FixedCompletions([]string{"db"}, cobra.ShellCompDirectiveFilterFileExt),
		RunE: func(c *cobra.Command, from []string) error {
			return a.merge(c.Context(), from)
		},
	}
}

// mergedRow is what `db merge --json` prints of one store.
type mergedRow struct {
	From      string      `json:"from"`
	Runs      int         `json:"runs"`      // new
	Continued int         `json:"continued"` // that were there and are further now
	Same      int         `json:"same"`
	Sweeps    int         `json:"sweeps"`
	Trials    int         `json:"trials"`
	Pictures  int         `json:"pictures"`
	Bytes     int64       `json:"bytes"`
	Marks     int         `json:"marks"`
	Votes     int         `json:"votes"`
	Damaged   []store.UID `json:"damaged"` // runs left out
	Problem   string      `json:"problem,omitempty"`
}

func (a *app) merge(ctx context.Context, from []string) error {
	var problems []error
	for _, path := range from {
		if _, err := store.CheckSource(ctx, path); err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return usage(fmt.Errorf("nothing was merged: %w", errors.Join(problems...)))
	}
	_, err := os.Stat(a.db)
	made := errors.Is(err, fs.ErrNotExist)
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	taken := false
	defer func() {
		runs, err := s.Count(context.WithoutCancel(ctx), store.Filter{})
		_ = s.Close()
		if made && !taken && err == nil && runs == 0 { // a store of nothing, to which nobody has written meanwhile
			_ = os.Remove(a.db)
		}
	}()
	progress := newWorkProgress(a.stderr, a.json)
	rows := []mergedRow{}
	for i, path := range from {
		m, err := s.Merge(ctx, path)
		taken = taken || err == nil || m.Runs+m.Sweeps+m.Trials+m.Pictures+m.Votes > 0
		var bad *store.SourceError
		if err != nil && !errors.As(err, &bad) {
			return fmt.Errorf("%w; the same command goes on", err)
		}
		row := mergedRow{path, m.Runs, m.Continued, m.Same, m.Sweeps, m.Trials, m.Pictures, m.Bytes, m.Marks, m.Votes, m.Damaged, ""}
		if bad != nil {
			row.Problem = bad.Error()
			problems = append(problems, bad)
		}
		for _, uid := range m.Damaged {
			problems = append(problems, fmt.Errorf("%s: run %s was left out: a picture of it is damaged; copy the store again from its source", path, uid.Short()))
		}
		rows = append(rows, row)
		progress.update("merged %d of %s", i+1, sizes.Count(len(from), "store"))
		if !a.json && bad == nil {
			fmt.Fprintf(a.stdout, "%s: %s\n", printable.Text(path), row)
		}
	}
	progress.line.end()
	if a.json {
		if err := printJSON(a.stdout, rows); err != nil {
			return err
		}
	}
	if taken {
		if err := s.Close(); err != nil {
			return err
		}
	}
	return figureError(errors.Join(problems...))
}

// String says what came: 3 new runs, 1 went on, …; or that nothing did.
func (r mergedRow) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{r.Runs, sizes.Count(r.Runs, "new run")}, {r.Continued, sizes.Count(r.Continued, "run") + " further than here"},
		{r.Sweeps, sizes.Count(r.Sweeps, "new sweep")}, {r.Pictures, sizes.Count(r.Pictures, "picture") + ", " + sizes.Bytes(r.Bytes)},
		{r.Marks, "marks of " + sizes.Count(r.Marks, "run")}, {r.Votes, sizes.Count(r.Votes, "vote")},
	} {
		if p.n > 0 {
			parts = append(parts, p.what)
		}
	}
	if len(parts) == 0 {
		return "nothing new"
	}
	return strings.Join(parts, "; ")
}
