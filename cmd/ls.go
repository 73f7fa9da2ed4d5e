package cmd

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/framework/sizes"
	"runexp/framework/store"
)

// lsCommand is `runexp ls [EXPERIMENT]`.
func (a *app) lsCommand() *cobra.Command {
	var status string
	limit, sweeps := 0, false
	c := &cobra.Command{
		Use:   "ls [EXPERIMENT]",
		Short: "List runs, or sweeps, newest first",
		Long: `List the runs of the notebook, or those of one experiment, newest first: number, first digits of
the uid, experiment, status, the last step, the total loss at it, time and start. With --sweeps list
its sweeps, and how many of their trials have finished.

A status is running, finished, failed (its loss was not finite, say, or the disk was full),
killed (stopped by a signal), lost (its process is gone: kill -9, a power cut) or pruned
(stopped early by its sweep).

Reads the notebook (--db). Writes nothing, but folds the log into it that a killed process left.
--json prints a list of objects.

Exit codes: 0 listed, none too; 2 without a notebook there, or for an unknown experiment or status.

See also: runexp show, runexp compare, runexp report, runexp plot, runexp strip`,
		Example: `  runexp ls --limit 20
  runexp ls quickstart --status failed
  runexp ls --sweeps
  runexp ls --json --db old/runexp.db`,
		ValidArgsFunction: only(a.experimentNames),
		RunE: func(c *cobra.Command, args []string) error {
			f := store.Filter{Status: store.Status(status), Limit: limit}
			if len(args) > 1 {
				return usage(fmt.Errorf("ls takes one experiment at most; see runexp ls --help"))
			}
			if len(args) == 1 {
				if f.Experiment = args[0]; f.Experiment == "" { // as of a variable that is not set
					return usage(fmt.Errorf("the experiment's name is empty; leave it out to list all"))
				}
			}
			if status != "" && !slices.Contains(store.Statuses(), f.Status) {
				return usage(fmt.Errorf("no status %q (known: %v)", status, store.Statuses()))
			}
			if sweeps && status != "" {
				return usage(fmt.Errorf("--status is of runs; leave it or --sweeps out"))
			}
			if limit < 0 {
				return usage(fmt.Errorf("--limit %d: give how many runs at most, or 0 for all", limit))
			}
			if sweeps {
				return a.listSweeps(c, f)
			}
			return a.listRuns(c, f)
		},
	}
	c.Flags().StringVar(&status, "status", "", "only runs of this status: finished, failed, running, killed, pruned or lost")
	c.Flags().BoolVar(&sweeps, "sweeps", false, "list sweeps, with how many of their trials have finished")
	c.Flags().IntVar(&limit, "limit", 0, "at most so many (default all)")
	completeFlag(c, "status", words(statuses()...))
	return c
}

func statuses() (names []string) {
	for _, status := range store.Statuses() {
		names = append(names, string(status))
	}
	return names
}

// runRow is a run as listed.
type runRow struct {
	Run        int64        `json:"run"`
	UID        store.UID    `json:"uid"`
	Experiment string       `json:"experiment"`
	Status     store.Status `json:"status"`
	Iterations int          `json:"iterations"`
	Loss       *float64     `json:"loss"` // null where there is none
	Seconds    float64      `json:"seconds"`
	Started    time.Time    `json:"started"`
	Message    string       `json:"message,omitempty"`
}

func newRunRow(r store.RunSummary) runRow {
	row := runRow{
		Run: r.Number, UID: r.UID, Experiment: r.Experiment, Status: r.Status,
		Iterations: r.Iterations, Seconds: r.Elapsed.Seconds(), Started: r.Started, Message: r.Message,
	}
	if !math.IsNaN(r.Loss) && !math.IsInf(r.Loss, 0) {
		row.Loss = &r.Loss
	}
	return row
}

func (a *app) listRuns(c *cobra.Command, f store.Filter) error {
	s, err := a.openNotebook(c)
	if err != nil {
		return err
	}
	defer s.Close()
	if f.Experiment != "" {
		if err := a.checkExperiment(c, s, f.Experiment); err != nil {
			return err
		}
	}
	runs, err := s.Runs(c.Context(), f)
	if err != nil {
		return err
	}
	rows := make([]runRow, len(runs))
	cells := make([][]string, len(runs))
	for i, r := range runs {
		rows[i] = newRunRow(r)
		cells[i] = []string{
			fmt.Sprint(r.Number), r.UID.Short(), r.Experiment, string(r.Status), fmt.Sprint(r.Iterations),
			number(r.Loss), r.Elapsed.Round(100 * time.Millisecond).String(), r.Started.Local().Format("2006-01-02 15:04"),
		}
	}
	if a.json {
		return printJSON(a.stdout, rows)
	}
	return listing(a.stdout, []string{"RUN", "UID", "EXPERIMENT", "STATUS", "STEP", "LOSS", "TIME", "STARTED"}, cells, 2)
}

// checkNotebook says that --db names what can be no notebook, a folder or a pipe, say.
func (a *app) checkNotebook() error {
	info, err := os.Stat(a.db)
	switch {
	case err != nil || info.Mode().IsRegular():
		return nil // what cannot be seen is told when it is opened
	case info.IsDir():
		return usage(fmt.Errorf("--db %s is a folder; name another notebook with --db, as in --db %s", a.db, filepath.Join(a.db, "runexp.db")))
	}
	return usage(fmt.Errorf("--db %s is no regular file; name another notebook with --db", a.db))
}

// nameNotebook adds the way out to an error of opening a notebook, unless it says it.
func nameNotebook(err error, way string) error {
	if strings.Contains(err.Error(), "with --db") {
		return err
	}
	return fmt.Errorf("%w; %s", err, way)
}

// openNotebook opens the notebook for reading.
func (a *app) openNotebook(c *cobra.Command) (*store.Store, error) {
	if err := a.checkNotebook(); err != nil {
		return nil, err
	}
	s, err := store.OpenReadOnly(c.Context(), a.db)
	if err != nil && c.Context().Err() != nil {
		return nil, context.Cause(c.Context())
	}
	if err != nil {
		return nil, usage(nameNotebook(err, "name the notebook with --db"))
	}
	return s, nil
}

// metricText prints a metric's value for people, bytes in MiB.
func metricText(name string, x float64) string {
	if name == "memory/peak" && x >= 0 && x < math.MaxInt64 {
		return sizes.Bytes(int64(x))
	}
	return number(x)
}

// number prints a loss; a dash for none.
func number(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.6g", x)
}
