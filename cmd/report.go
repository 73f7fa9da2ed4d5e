package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"runexp/experiments/trial"
	"runexp/reports/answers"
	"runexp/reports/effects"
	"runexp/reports/sweep"
)

// reportCommand is `runexp report EXPERIMENT`.
func (a *app) reportCommand() *cobra.Command {
	var number int64
	var out, file string
	c := &cobra.Command{
		Use:   "report EXPERIMENT",
		Short: "Write the report of a sweep: answers, plots, pictures, and how to repeat it",
		Long: `Write the report of a sweep: answers, plots, pictures, and how to repeat it.

The report is one self-contained HTML file, and one Markdown file with plots (PNG and SVG) and
pictures beside it: the question, the answers with their evidence, the effect of every setting,
the trade-off between two metrics, the pictures side by side, the losses of all trials over time,
the table of trials, what is missing, time and memory, and everything needed to repeat it. It is
also written at the end of every sweep.

EXPERIMENT is the name in the config; its newest sweep is reported unless --sweep names another
(runexp ls --sweeps lists them). The report of an unfinished sweep covers the trials done so far.

Reads the store (--db). Writes OUT/EXPERIMENT/report/report.html and report.md, replacing
existing ones, and prints the first line of each answer, the best settings of an adaptive sweep,
and their paths; the report of an older sweep goes to report-NUMBER. With --json everything is
printed as one object: files, answers, best settings, limits, votes, analysis, plan, scorer,
metrics with their definitions, trials with their settings, images, scores and times, missing
trials, cost, and the environments of the runs.

--html FILE writes that one file instead, to be sent: it opens offline and has at most 20 MB, with
the grid of all pictures on any axes, each in full. Pictures are in it as they were made where they
fit, and else as JPEG, of a lower quality or size where they must be; the page says which. With -
it goes to stdout.

Exit codes: 0 written; 1 if the disk is full or fails; 2 for an unknown experiment or sweep, and
for a folder that cannot be written.

See also: runexp ls, runexp compare, runexp show, runexp export`,
		Example: `  runexp report layers
  runexp report layers --sweep 3 --json
  runexp report layers --html layers.html`,
		ValidArgsFunction: firstArg(a.sweptExperiments),
		Args:              exactArgs(1, "one experiment"),
		RunE:              func(c *cobra.Command, args []string) error { return a.report(c, args[0], number, out, file) },
	}
	c.Flags().Int64Var(&number, "sweep", 0, "number of the sweep (default: the newest)")
	pathFlag(c.Flags(), &out, "out", "", "runs", "folder for reports")
	pathFlag(c.Flags(), &file, "html", "", "", "write the report as this one file only; - is stdout")
	completeFlag(c, "sweep", a.sweepsOf)
	completeOut(c)
	return c
}

// reportPage is what `report --json` prints.
type reportPage struct {
	Sweep   int64            `json:"sweep"`
	Files   []string         `json:"files"`
	Answers []answers.Answer `json:"answers"`
	Best    *best            `json:"best,omitempty"` // of an adaptive sweep
	Limits  []string         `json:"limits"`
	// Votes has the rank correlation of each metric with what people voted; empty without votes.
	Votes    []effects.Agreement `json:"votes"`
	Analysis *effects.Analysis   `json:"analysis"` // null if there is nothing to compare yet
	sweep.Numbers
}

func (a *app) report(c *cobra.Command, experiment string, number int64, out, file string) error {
	if err := a.checkHTML(c, file); err != nil {
		return usage(err)
	}
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	if err := a.checkSweep(c, s, experiment, number); err != nil {
		return err
	}
	if file != "" {
		return a.reportHTML(c, s, experiment, number, file)
	}
	if err := trial.CheckOut(out); err != nil {
		return figureError(err)
	}
	work := newWorkProgress(a.stderr, false)
	study, paths, err := sweep.Write(c.Context(), s, experiment, number, out, work.report)
	work.done()
	if path := new(fs.PathError); errors.As(err, &path) {
		return figureError(err)
	}
	if errors.Is(err, sweep.ErrNoSweep) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	for _, line := range study.Unshown {
		fmt.Fprintln(a.stderr, line)
	}
	found := bestOf(study)
	if a.json {
		page := reportPage{Best: found, Sweep: study.Sweep.Number, Files: paths, Answers: []answers.Answer{}, Limits: []string{}, Votes: study.Agreements(), Analysis: study.Analysis}
		if study.Analysis != nil {
			page.Answers, page.Limits = answers.Of(study.Analysis), answers.Limits(study.Analysis)
		}
		if page.Numbers, err = study.Numbers(c.Context(), s); err != nil {
			return err
		}
		return printJSON(a.stdout, page)
	}
	if study.Analysis != nil {
		for _, line := range answers.Headlines(study.Analysis) {
			fmt.Fprintln(a.stdout, line)
		}
	}
	found.print(a.stdout)
	for _, path := range paths {
		if ending := filepath.Ext(path); ending == ".html" || ending == ".md" {
			fmt.Fprintln(a.stdout, path)
		}
	}
	return nil
}
