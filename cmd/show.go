package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/printable"
	"runexp/reports"
)

// showCommand is `runexp show RUN`.
func (a *app) showCommand() *cobra.Command {
	var picture string
	withConfig := false
	c := &cobra.Command{
		Use:   "show RUN",
		Short: "Print one run: its settings, losses, pictures and events",
		Long: `Print one run: its status, every setting, the machine and the versions, each metric with its
last and smallest value, the stored pictures, and events such as stages and rollbacks.
RUN is a number, at least the first four digits of a uid, or "last".

--config prints the config with everything filled in, which repeats the run if its images are
still in place. --picture NAME prints a picture, with the run and the step in its metadata.

Reads the store (--db), also during the run, and writes only to stdout. --json prints one object
that includes the config; non-finite numbers are null. With --config it prints the config as JSON.

Exit codes: 0 printed; 2 for an unknown run or picture, or a missing store.

See also: runexp ls, runexp plot, runexp strip`,
		Example: `  runexp show last
  runexp show 12 --config > again.yaml
  runexp show 12 --picture picture.png > picture.png`,
		ValidArgsFunction: firstArg(a.runs),
		Args:              exactArgs(1, "one run"),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.readStore(c.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			run, err := a.findRun(c, s, args[0])
			if err != nil {
				return err
			}
			switch {
			case withConfig:
				return a.printConfig([]byte(run.ConfigResolved))
			case picture != "":
				return a.writePicture(c, s, run, picture)
			}
			return a.showRun(c, s, run)
		},
	}
	c.Flags().BoolVar(&withConfig, "config", false, "print only the config with everything filled in")
	c.Flags().StringVar(&picture, "picture", "", "write the stored picture of this name to stdout")
	completeFlag(c, "picture", a.picturesOfRun)
	return c
}

// runPage is all that `show` prints.
type runPage struct {
	runRow
	Seed      int64              `json:"seed"`
	Attempt   int                `json:"attempt"`
	Trial     string             `json:"trial"`
	Sweeps    []store.Membership `json:"sweeps"`
	Overrides []string           `json:"overrides"`
	Env       []store.Fact       `json:"environment"`
	Params    []store.Param      `json:"params"`
	Metrics   []metricRow        `json:"metrics"`
	Artifacts []artifactRow      `json:"artifacts"`
	Events    []eventRow         `json:"events"`
	Config    string             `json:"config"`
}

type metricRow struct {
	Name     string `json:"name"`
	Count    int    `json:"count"`
	Last     float  `json:"last"`
	Min      float  `json:"min"`
	BestStep int    `json:"best_step"`
}

type artifactRow struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Step   int    `json:"step"`
	Size   string `json:"size"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Problem is why the picture cannot be read; "" if it can.
	Problem string `json:"problem,omitempty"`
}

type eventRow struct {
	At   moment `json:"at"`
	Kind string `json:"kind"`
	Step int    `json:"step"`
	Data string `json:"data"`
}

func (a *app) showRun(c *cobra.Command, s *store.Store, run store.RunDetail) error {
	page, err := a.readPage(c, s, run)
	if err != nil {
		return err
	}
	if a.json {
		return printJSON(a.stdout, page)
	}
	w := a.stdout
	fmt.Fprintf(w, "run %d (%s) of %s: %s\n", run.Number, run.UID, printable.Text(run.Experiment), run.Status)
	if page.Deleted != nil {
		fmt.Fprintf(w, "deleted %s; %s brings it back\n", time.Time(*page.Deleted).Local().Format(time.DateTime), a.command(fmt.Sprintf("restore %d", run.Number)))
	}
	if line := marksLine(store.Marks{Star: page.Star, Tags: page.Tags}); line != "" {
		fmt.Fprintf(w, "marks %s\n", printable.Text(line))
	}
	if page.Note != "" { // indented, as a message
		fmt.Fprintf(w, "note\n  %s\n", strings.ReplaceAll(page.Note, "\n", "\n  "))
	}
	if page.Flaw != nil {
		fmt.Fprintln(w, page.Flaw.String())
	}
	if run.Message != "" { // indented, so that no line of an error looks like the program's own
		fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(run.Message, "\n", "\n  "))
	}
	fmt.Fprintf(w, "started %s, %s, seed %d, attempt %d\n", run.Started.Local().Format(time.DateTime),
		run.Elapsed.Round(100*time.Millisecond), run.Seed, run.Attempt)
	for _, m := range page.Sweeps {
		fmt.Fprintf(w, "trial %d of sweep %d (%s)\n", m.Trial, m.Sweep, sizes.Count(m.Trials, "trial"))
	}
	sections := []struct {
		title  string
		header []string
		rows   [][]string
	}{
		{"settings", []string{"PATH", "VALUE"}, mapRows(page.Params, func(p store.Param) []string { return []string{p.Path, string(p.Value)} })},
		{"environment", []string{"WHAT", "VALUE"}, mapRows(page.Env, func(f store.Fact) []string { return []string{f.Name, f.Value} })},
		{"metrics", []string{"NAME", "VALUES", "LAST", "SMALLEST", "AT STEP"}, mapRows(page.Metrics, func(m metricRow) []string {
			return []string{m.Name, fmt.Sprint(m.Count), metricText(m.Name, float64(m.Last)), metricText(m.Name, float64(m.Min)), fmt.Sprint(m.BestStep)}
		})},
		{"pictures", []string{"KIND", "NAME", "STEP", "SIZE", "BYTES"}, mapRows(page.Artifacts, func(p artifactRow) []string {
			return []string{p.Kind, p.Name, fmt.Sprint(p.Step), p.Size, cmp.Or(p.Problem, fmt.Sprint(p.Bytes))}
		})},
		{"events", []string{"AT", "KIND", "STEP", "DATA"}, mapRows(page.Events, func(e eventRow) []string {
			return []string{time.Time(e.At).Local().Format(time.TimeOnly), e.Kind, fmt.Sprint(e.Step), e.Data}
		})},
	}
	for _, section := range sections {
		fmt.Fprintf(w, "\n%s\n", section.title)
		if err := table(w, section.header, section.rows); err != nil {
			return err
		}
	}
	return nil
}

// readPage reads everything that the store has about a run.
func (a *app) readPage(c *cobra.Command, s *store.Store, run store.RunDetail) (runPage, error) {
	ctx := c.Context()
	flaws, err := reports.Flaws(ctx, s)
	if err != nil {
		return runPage{}, err
	}
	images, err := s.Images(ctx, run.RunSummary)
	if err != nil {
		return runPage{}, err
	}
	marks, err := s.Marks(ctx, run.Number)
	if err != nil {
		return runPage{}, err
	}
	page := runPage{
		runRow: newRunRow(run.RunSummary, flaws, images[run.Number], marks[run.Number]), Seed: run.Seed, Attempt: run.Attempt, Trial: run.TrialHash,
		Overrides: run.Overrides, Config: run.ConfigResolved,
	}
	var errs [6]error
	var metrics []store.MetricSummary
	var artifacts []store.StoredArtifact
	var events []store.EventRecord
	page.Params, errs[0] = s.Params(ctx, run.Number)
	page.Env, errs[1] = s.Env(ctx, run.Number)
	metrics, errs[2] = s.Summary(ctx, run.Number)
	artifacts, errs[3] = s.Artifacts(ctx, run.Number)
	events, errs[4] = s.Events(ctx, run.Number)
	page.Sweeps, errs[5] = s.SweepsOf(ctx, run.Number)
	made, err := reports.StepsMade(ctx, s, run.Number)
	if err != nil {
		return page, err
	}
	for _, m := range metrics {
		page.Metrics = append(page.Metrics, metricRow{m.Name, m.Count, float(m.Last), float(m.Min), made(m.BestStep)})
	}
	for _, p := range artifacts {
		row := artifactRow{Kind: p.Kind, Name: p.Name, Step: made(p.Step), Size: size(p.Height, p.Width), Bytes: p.Size, SHA256: p.Hash}
		if _, err := s.Blob(ctx, p.Hash); errors.Is(err, store.ErrDamaged) {
			row.Problem = reports.Damaged
			fmt.Fprintln(a.stderr, reports.Unshown(run.Number, p, err))
		} else if err != nil {
			return page, err
		}
		page.Artifacts = append(page.Artifacts, row)
	}
	for _, e := range events {
		page.Events = append(page.Events, eventRow{moment(e.At), e.Kind, made(e.Step), string(e.Data)})
	}
	return page, errors.Join(errs[:]...)
}

// writePicture writes a stored picture to stdout, unless that is a terminal.
func (a *app) writePicture(c *cobra.Command, s *store.Store, run store.RunDetail, name string) error {
	artifacts, err := s.Artifacts(c.Context(), run.Number)
	if err != nil {
		return err
	}
	var known []string
	for _, artifact := range artifacts {
		if artifact.Name != name {
			known = append(known, artifact.Name)
			continue
		}
		if _, shown := terminal(a.stdout); shown {
			return usage(fmt.Errorf("a picture would garble the terminal: redirect it, as in runexp show %d --picture %s > %s", run.Number, name, name))
		}
		data, err := s.Blob(c.Context(), artifact.Hash)
		if err != nil {
			return err
		}
		_, err = rawWriter(a.stdout).Write(data)
		return err
	}
	return usage(fmt.Errorf("%s: run %d: %w; %s lists them", a.db, run.Number, framework.UnknownName("picture", name, known), a.command(fmt.Sprintf("show %d", run.Number))))
}
