package cmd

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports"
)

// lsCommand is `runexp ls [EXPERIMENT]`.
func (a *app) lsCommand() *cobra.Command {
	f := lsFlags{}
	status, limit, sweeps, scorer := "", 0, false, ""
	c := &cobra.Command{
		Use:   "ls [EXPERIMENT]",
		Short: "List runs, or sweeps, newest first",
		Long: `List the runs of the store, or those of one experiment, newest first: number, first digits of
the uid, experiment, status, last step, total loss at that step, time, start and, if the terminal is
wide enough, the images. With --sweeps list sweeps, and how many of their trials have finished.

A status is running, finished, failed (for example with a non-finite loss or a full disk),
killed (stopped by a signal), lost (its process died: kill -9, a power cut) or pruned
(stopped early by its sweep). After it stands what is wrong with the picture, if anything is:
unchanged, black, saturated (values at 0 or 255), grey (of one colour) or not finite; show says why.

--where lists the runs for which a filter is true: metrics.NAME, params.PATH (or the end of a path)
or an attribute of the run, compared with a value by = != < <= > >= or ~ (contains), or alone (the
run has one); joined by and, or, not and parentheses. --sort takes such a field, with - before it
for the highest first, and --columns several, which are then the columns. The attributes are run,
uid, experiment, sweep, status, message, flaw, scorer, iterations, loss, seconds, started (a day, or
a time of one, UTC), attempt, seed, content, style, star, tag and note. metrics.eval/… are by the
newest scorer of each run. != is true of runs that have a value and none that is equal; of tags and
notes also of runs without: tag != seen has untagged runs too. The end of a path must name one
setting; of several stages or styles, a filter is true if it is for one of them, and a column or an
order has the first. --deleted lists the runs that rm has deleted, and only those.

--scorer adds the metrics of the pictures by one scorer, and a dash where it has not scored:
numbers of different scorers do not compare. runexp score scores more runs by it.

Reads the store (--db). Writes nothing, except that it merges the log of a killed process into the
store. --json prints a list of objects.

Exit codes: 0 listed, even if empty; 2 for a missing store, an unknown experiment or status, or a
filter or field that cannot be read.

See also: runexp show, runexp tag, runexp rm, runexp query, runexp compare, runexp report,
runexp plot, runexp strip, runexp export, runexp ui`,
		Example: `  runexp ls --limit 20
  runexp ls quickstart --status failed
  runexp ls --where "metrics.eval/style < 0.2 and params.optimizer = adam" --sort metrics.eval/style
  runexp ls --columns run,tag,params.losses.style.weight,loss --sort -loss
  runexp ls --sweeps
  runexp ls --json --db old/runexp.db`,
		ValidArgsFunction: firstArg(a.experimentNames),
		RunE: func(c *cobra.Command, args []string) error {
			f.Filter = store.Filter{Status: store.Status(status), Limit: limit, Deleted: f.deleted, Damaged: true}
			if err := f.parse(); err != nil {
				return usage(err)
			}
			if len(args) > 1 {
				return usage(fmt.Errorf("ls takes at most one experiment; see runexp ls --help"))
			}
			if len(args) == 1 {
				if f.Experiment = args[0]; f.Experiment == "" { // an unset shell variable
					return usage(fmt.Errorf("the experiment's name is empty; omit it to list all"))
				}
			}
			if status != "" && !slices.Contains(store.Statuses(), f.Status) {
				return usage(framework.UnknownName("status", status, statuses()))
			}
			if sweeps && status != "" {
				return usage(fmt.Errorf("--status applies to runs; omit it or --sweeps"))
			}
			if sweeps && scorer != "" {
				return usage(fmt.Errorf("--scorer applies to runs; omit it or --sweeps"))
			}
			if limit < 0 {
				return usage(fmt.Errorf("--limit %d: give a maximum number, or 0 for all", limit))
			}
			if sweeps && f.given() {
				return usage(fmt.Errorf("--where, --sort, --columns and --deleted apply to runs; omit them or --sweeps"))
			}
			if scorer != "" && f.columns != "" {
				return usage(fmt.Errorf("--scorer adds columns to the usual ones; omit it or --columns, which can name metrics too"))
			}
			if sweeps {
				return a.listSweeps(c, f.Filter)
			}
			if f.columns != "" {
				return a.listColumns(c, f)
			}
			return a.listRuns(c, f.Filter, scorer)
		},
	}
	c.Flags().StringVar(&status, "status", "", "only runs with this status: finished, failed, running, killed, pruned or lost")
	c.Flags().BoolVar(&sweeps, "sweeps", false, "list sweeps, and how many of their trials have finished")
	c.Flags().IntVar(&limit, "limit", 0, "maximum number of rows (default all)")
	completeFlag(c, "status", words(statuses()...))
	f.flags(a, c)
	a.scorerFlag(c, &scorer)
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
	Loss       *float64     `json:"loss"` // null if there is none
	Seconds    float64      `json:"seconds"`
	Started    moment       `json:"started"`
	Message    string       `json:"message,omitempty"`
	Flaw       *record.Flaw `json:"flaw,omitempty"` // what is wrong with its picture
	Content    string       `json:"content,omitempty"`
	Styles     []string     `json:"styles"`
	Star       bool         `json:"star,omitempty"`
	Tags       []string     `json:"tags"`
	Note       string       `json:"note,omitempty"`
	Deleted    *moment      `json:"deleted,omitempty"` // when it was deleted
	Damage     string       `json:"damage,omitempty"`  // what of it cannot be read
	// Scorer is the hash of --scorer, and Scores are its numbers; both are missing without it.
	Scorer string       `json:"scorer,omitempty"`
	Scores []scoreValue `json:"scores,omitempty"`
}

// newRunRow returns the row of a run; flaws are those of all runs.
func newRunRow(r store.RunSummary, flaws map[int64]record.Flaw, images store.RunImages, marks store.Marks) runRow {
	mark := newMarkRow(r, marks)
	row := runRow{
		Star: mark.Star, Tags: mark.Tags, Note: mark.Note, Deleted: mark.Deleted,
		Content: images.Content, Styles: append([]string{}, images.Styles...),
		Run: r.Number, UID: r.UID, Experiment: r.Experiment, Status: r.Status,
		Iterations: r.Iterations, Seconds: r.Elapsed.Seconds(), Started: moment(r.Started), Message: r.Message, Damage: r.Damage,
	}
	if !math.IsNaN(r.Loss) && !math.IsInf(r.Loss, 0) {
		row.Loss = &r.Loss
	}
	if f, has := flaws[r.Number]; has {
		row.Flaw = &f
	}
	return row
}

// status is the run's status and, after it, what is wrong with its picture, and that it was deleted.
func (r runRow) status() string {
	text := string(r.Status)
	if r.Flaw != nil {
		text += fmt.Sprintf(", %s", r.Flaw.Flaw)
	}
	if r.Deleted != nil {
		text += ", deleted"
	}
	if r.Damage != "" {
		text += ", damaged"
	}
	return text
}

// startOf is when a run began, in local time; - if that cannot be read.
func startOf(r store.RunSummary) string {
	if r.Started.IsZero() {
		return "-"
	}
	return r.Started.Local().Format("2006-01-02 15:04")
}

// damageOf is the error, after a list, of the runs in it that cannot be read whole.
func damageOf(runs []store.RunSummary) error {
	var list []error
	for _, r := range runs {
		list = append(list, r.Check())
	}
	return errors.Join(list...)
}

func (a *app) listRuns(c *cobra.Command, f store.Filter, by string) error {
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
	runs, err := s.Runs(c.Context(), f)
	if err != nil {
		return err
	}
	flaws, err := reports.Flaws(c.Context(), s)
	if err != nil {
		return err
	}
	images, err := s.Images(c.Context(), runs...)
	if err != nil {
		return err
	}
	scorer, err := a.findScorer(c.Context(), s, by)
	if err != nil {
		return err
	}
	scores, metrics, err := scoresBy(c.Context(), s, runs, scorer)
	if err != nil {
		return err
	}
	marks, err := s.Marks(c.Context())
	if err != nil {
		return err
	}
	marked := slices.ContainsFunc(runs, func(r store.RunSummary) bool { return marksLine(marks[r.Number]) != "" })
	damaged := damageOf(runs)
	rows := make([]runRow, len(runs))
	cells := make([][]string, len(runs))
	for i, r := range runs {
		rows[i] = newRunRow(r, flaws, images[r.Number], marks[r.Number])
		rows[i].Scorer, rows[i].Scores = scorer.Hash, scores[i]
		cells[i] = []string{
			fmt.Sprint(r.Number), r.UID.Short(), r.Experiment, rows[i].status(), fmt.Sprint(r.Iterations),
			number(r.Loss), r.Elapsed.Round(100 * time.Millisecond).String(), startOf(r),
		}
		cells[i] = append(cells[i], scoreCells(scores[i], metrics)...)
		if marked {
			cells[i] = append(cells[i], marksLine(marks[r.Number]))
		}
		cells[i] = append(cells[i], imageNames(images[r.Number]))
	}
	if a.json {
		return errors.Join(printJSON(a.stdout, rows), damaged)
	}
	header := []string{"RUN", "UID", "EXPERIMENT", "STATUS", "STEP", "LOSS", "TIME", "STARTED"}
	header = append(header, metricHeader(metrics)...)
	if marked {
		header = append(header, "MARKS")
	}
	header = append(header, "IMAGES")
	return errors.Join(listing(a.stdout, header, cells, 2, len(header)-1), damaged)
}

// imageNames names the images of a run: photo × painting + other.
func imageNames(images store.RunImages) string {
	name := func(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }
	styles := strings.Join(mapRows(images.Styles, name), " + ")
	if images.Content == "" || styles == "" {
		return styles + name(images.Content)
	}
	return name(images.Content) + " × " + styles
}
