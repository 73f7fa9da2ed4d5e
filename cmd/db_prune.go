package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"runexp/experiments/trial"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/printable"
)

// pruneFlags are the flags of `runexp db prune`.
type pruneFlags struct {
	*app
	olderThan, out string
	steps, dryRun  bool
}

// pruneCommand is `runexp db prune`.
func (a *app) pruneCommand() *cobra.Command {
	f := &pruneFlags{app: a}
	c := &cobra.Command{
		Use:   "prune",
		Short: "Erase for good the runs that were deleted",
		Long: `Erase for good the runs that were deleted by rm, with their numbers, scores and marks, the votes on
them, and the pictures that no other run has. --older-than keeps those that were deleted lately.

--steps also erases, of finished runs that stay, the pictures on the way (step-000100.png): the
result and the end of each stage stay.

Reads and writes the store (--db), all or nothing, without asking; --dry-run prints the same and
changes nothing. The runs' folders under --out are named, not removed. The file becomes smaller
with runexp db vacuum. --json prints one object.

Exit codes: 0 erased, even if there was nothing; 1 if the disk is full or fails; 2 for a missing
store.

See also: runexp rm, runexp restore, runexp db vacuum`,
		Example: `  runexp db prune --dry-run
  runexp db prune --older-than 30d
  runexp db prune --steps`,
		Args: exactArgs(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context()) },
	}
	c.Flags().StringVar(&f.olderThan, "older-than", "0d", "only runs that were deleted at least so long ago: 30d, 12h")
	c.Flags().BoolVar(&f.steps, "steps", false, "also erase the pictures on the way of finished runs")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "print what would be erased, and change nothing")
	pathFlag(c.Flags(), &f.out, "out", "", "runs", "the folder with the runs' folders")
	completeOut(c)
	completeFlag(c, "older-than", words("7d", "30d", "90d"))
	return c
}

// prunedPage is what `db prune --json` prints.
type prunedPage struct {
	DryRun   bool     `json:"dry_run"`
	Runs     []int64  `json:"runs"`
	Votes    int      `json:"votes"`
	Pictures int      `json:"pictures"`
	Bytes    int64    `json:"bytes"`
	Folders  []string `json:"folders"` // that are left
}

func (f *pruneFlags) run(ctx context.Context) error {
	age, err := parseAge(f.olderThan)
	if err != nil {
		return usage(fmt.Errorf("--older-than: %w", err))
	}
	s, err := f.changeStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	done, err := s.Erase(ctx, store.Erasure{Before: time.Now().Add(-age), Steps: f.steps, Only: f.dryRun})
	if err != nil {
		return err
	}
	page := prunedPage{DryRun: f.dryRun, Votes: done.Votes, Pictures: done.Pictures, Bytes: done.Bytes}
	for _, run := range done.Runs {
		page.Runs = append(page.Runs, run.Number)
		if folder := trial.Folder(f.out, run.Experiment, run.UID); isFolder(folder) {
			page.Folders = append(page.Folders, folder)
		}
	}
	if f.json {
		return printJSON(f.stdout, page)
	}
	verb := "erased"
	if f.dryRun {
		verb = "would erase"
	}
	for _, run := range done.Runs {
		fmt.Fprintf(f.stdout, "%s run %d (%s) of %s\n", verb, run.Number, run.UID.Short(), printable.Text(run.Experiment))
	}
	fmt.Fprintf(f.stdout, "%s %s, %s, %s of pictures (%d)\n", verb, sizes.Count(len(done.Runs), "run"), sizes.Count(done.Votes, "vote"), sizes.Bytes(done.Bytes), done.Pictures)
	for _, folder := range page.Folders {
		fmt.Fprintf(f.stdout, "its files are still in %s\n", printable.Text(folder))
	}
	if done.Bytes > 0 && !f.dryRun {
		fmt.Fprintf(f.stderr, "%s makes the file smaller\n", f.command("db vacuum"))
	}
	return nil
}

// parseAge reads a number of days or hours: 30d, 12h.
func parseAge(text string) (time.Duration, error) {
	wrong := fmt.Errorf("%q: give a number of days or hours, as in 30d or 12h", text)
	if text == "" {
		return 0, wrong
	}
	n, err := strconv.ParseFloat(text[:len(text)-1], 64)
	unit := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	if err != nil || unit == 0 || !(n >= 0 && n <= 36500) {
		return 0, wrong
	}
	return time.Duration(n * float64(unit)), nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// changeStore opens a store that exists for writing.
func (a *app) changeStore(ctx context.Context) (*store.Store, error) {
	if _, err := os.Stat(a.db); errors.Is(err, os.ErrNotExist) {
		_, err := a.readStore(ctx) // whose error says what to do
		return nil, err
	}
	return a.openStore(ctx)
}
