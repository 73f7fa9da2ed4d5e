package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"runexp/experiments"
	"runexp/experiments/trial"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/printable"
	"runexp/reports"
	"runexp/reports/answers"
	"runexp/reports/plots"
	"runexp/reports/sweep"
)

// summary prints how a plan ended, and writes its plots, strip or report.
type summary struct {
	*runFlags
	store    *store.Store
	recorded *experiments.Recorded
	progress *trialProgress
}

// single prints how a single experiment ended and where its files are, and plots its
// losses. cause is the error that stopped the executor, if any.
func (s summary) single(ctx context.Context, cause error) error {
	o := s.progress.last
	switch before := s.progress.before; {
	case before != nil:
		return errors.Join(cause, s.alreadyDone(ctx, before.RunRef, before.Status))
	case o.Meanwhile:
		return errors.Join(cause, s.alreadyDone(ctx, o.Run, o.Status))
	case o.Status == store.Running:
		return usage(fmt.Errorf("%w; wait for it, or start a new attempt with --fresh", o.Err))
	case o.Run.Number == 0 && o.Err == nil:
		return cause
	case o.Run.Number == 0 && !o.Fatal: // a file is missing or has changed
		return usage(o.Err)
	case o.Run.Number == 0:
		return o.Err
	}
	err := o.Err
	if o.Status == store.Failed && !o.Fatal {
		err = &exit{exitFailed, err}
	}
	whole := context.WithoutCancel(ctx)
	paths, plotErr := writeLosses(whole, s.store, o)
	strip, stripErr := writeStrip(whole, s.store, o)
	if plotErr = errors.Join(plotErr, stripErr); o.Status == store.Failed {
		plotErr = nil // a run that failed at once has no losses to plot
	}
	regions := filepath.Join(o.Folder, trial.RegionsPicture)
	if _, err := os.Stat(regions); err != nil { // the run looked for none
		regions = ""
	}
	if s.json {
		page := map[string]any{
			"run": o.Run.Number, "uid": o.Run.UID, "status": o.Status, "ran": true,
			"picture": o.Picture, "regions": regions, "folder": o.Folder, "plots": paths, "strip": strip, "db": s.storePath(s.store),
		}
		if o.Flaw != nil {
			page["flaw"] = o.Flaw
		}
		plotErr = errors.Join(plotErr, printJSON(s.stdout, page))
	} else {
		fmt.Fprintf(s.stdout, "run %d (%s) %s\n", o.Run.Number, o.Run.UID.Short(), o.Status)
		if o.Picture != "" {
			fmt.Fprintf(s.stdout, "  picture   %s\n", o.Picture)
		}
		if regions != "" {
			fmt.Fprintf(s.stdout, "  regions   %s\n", regions)
		}
		for _, path := range paths {
			fmt.Fprintf(s.stdout, "  losses    %s\n", path)
		}
		if strip != "" {
			fmt.Fprintf(s.stdout, "  strip     %s\n", strip)
		}
		fmt.Fprintf(s.stdout, "  store     %s (runexp show %d)\n", s.storePath(s.store), o.Run.Number)
	}
	return errors.Join(err, plotErr)
}

// alreadyDone prints the run that has finished with the same settings.
func (s summary) alreadyDone(ctx context.Context, before store.RunRef, status store.Status) error {
	folder := trial.Folder(s.out, before.Experiment, before.UID)
	flaws, err := reports.Flaws(context.WithoutCancel(ctx), s.store)
	if err != nil {
		return err
	}
	flaw, has := flaws[before.Number]
	if s.json {
		page := map[string]any{"run": before.Number, "uid": before.UID, "status": status, "folder": folder, "db": s.db, "ran": false}
		if has {
			page["flaw"] = flaw
		}
		return printJSON(s.stdout, page)
	}
	if has && !s.quiet {
		fmt.Fprintln(s.stderr, wrap(flaw.String(), columns(s.stderr)))
	}
	where := ", in " + folder
	if _, err := os.Stat(folder); err != nil { // run with another --out, or deleted
		where = ""
	}
	_, err = fmt.Fprintf(s.stdout, "run %d (%s) has already finished with the same settings%s\nrunexp show %d prints it; --fresh runs it again\n",
		before.Number, before.UID.Short(), where, before.Number)
	return err
}

// sweep prints how a sweep ended, and writes the report.
func (s summary) sweep(ctx context.Context, tally experiments.Tally, took time.Duration, err error) error {
	recorded := s.recorded.Sweep
	work := newWorkProgress(s.stderr, s.quiet)
	study, report, reportErr := sweep.Write(context.WithoutCancel(ctx), s.store, recorded.Experiment, recorded.Number, s.out, work.report)
	work.done()
	if study != nil {
		for _, line := range study.Unshown {
			fmt.Fprintln(s.stderr, line)
		}
	}
	pictures, picturesErr := s.pictures(context.WithoutCancel(ctx))
	var lines []string
	var found *best
	if study != nil && study.Analysis != nil {
		lines = answers.Headlines(study.Analysis)
	}
	if study != nil {
		found = bestOf(study)
	}
	if printErr := errors.Join(picturesErr, s.print(tally, lines, found, report, pictures, took)); reportErr == nil {
		reportErr = printErr
	}
	switch {
	case errors.Is(err, experiments.ErrTooManyFailed):
		err = &exit{exitFailed, err}
	case err == nil && tally.Failed > 0:
		err = &exit{exitFailed, fmt.Errorf("%d of %s failed; %s; the same command retries them",
			tally.Failed, sizes.Count(recorded.Trials, "trial"), s.progress.failureHint(recorded.Experiment, tally.Failed))}
	}
	return errors.Join(err, reportErr)
}

// A sweepPicture is the picture of a finished trial.
type sweepPicture struct {
	Trial    int    `json:"trial"`
	Run      int64  `json:"run"`
	Settings string `json:"settings"`
	Picture  string `json:"picture"`
}

// pictures lists the pictures of the sweep's finished trials that are below --out.
func (s summary) pictures(ctx context.Context) ([]sweepPicture, error) {
	runs, err := s.recorded.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var list []sweepPicture
	for i, run := range runs {
		if run == nil || run.Status != store.Finished {
			continue
		}
		t := s.recorded.Trials[i]
		path := filepath.Join(trial.Folder(s.out, run.Experiment, run.UID), trial.FinalPicture)
		if _, err := os.Stat(path); err == nil {
			list = append(list, sweepPicture{t.Number, run.Number, t.String(), path})
		}
	}
	return list, nil
}

// shownPictures is the maximum number of pictures that the end of a sweep lists; the
// report shows all.
const shownPictures = 3

// best is what an adaptive sweep has found.
type best struct {
	Heading  string   `json:"heading"`
	Settings []string `json:"settings"`
}

// shownBest is the maximum number of best settings that the end of a sweep lists.
const shownBest = 3

// bestOf returns what a sweep has found; nil if nothing, or if it is not adaptive.
func bestOf(study *sweep.Study) *best {
	heading, settings := study.Best()
	if len(settings) == 0 {
		return nil
	}
	return &best{heading, settings}
}

// print writes what was found: the best setting on one line, of several the first few.
func (b *best) print(w io.Writer) {
	if b == nil {
		return
	}
	const label = "  best so far  "
	if len(b.Settings) == 1 {
		fmt.Fprintf(w, "%s%s\n", label, printable.Text(b.Settings[0]))
		return
	}
	fmt.Fprintf(w, "%s%s\n", label, printable.Text(b.Heading))
	for _, setting := range b.Settings[:min(len(b.Settings), shownBest)] {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", len(label)), printable.Text(setting))
	}
	if more := len(b.Settings) - shownBest; more > 0 {
		fmt.Fprintf(w, "%s… and %d more, in the report\n", strings.Repeat(" ", len(label)), more)
	}
}

// print prints how a sweep ended, its answers, and where its pictures, its report and the store are.
func (s summary) print(tally experiments.Tally, lines []string, found *best, report []string, pictures []sweepPicture, took time.Duration) error {
	path, recorded := s.storePath(s.store), s.recorded.Sweep
	if s.json {
		page := map[string]any{
			"experiment": recorded.Experiment, "sweep": recorded.Number, "trials": recorded.Trials, "tally": tally, "unbegun": s.progress.unstarted, "pictures": pictures, "flaws": s.progress.flaws, "answers": lines, "report": report, "db": path,
		}
		if found != nil {
			page["best"] = found
		}
		return printJSON(s.stdout, page)
	}
	fmt.Fprintf(s.stdout, "sweep %d of %s: %s, %s\n", recorded.Number, recorded.Experiment, sizes.Count(recorded.Trials, "trial"), took.Round(time.Second))
	for _, part := range []struct {
		n    int
		what string
	}{
		{tally.Kept, "done before"}, {tally.Meanwhile, "done meanwhile by another process"}, {tally.Finished, "finished"}, {tally.Pruned, "pruned"},
		{tally.Failed, "failed"}, {tally.Elsewhere, "running in another process"}, {tally.Left, "not finished; the same command resumes"},
	} {
		if part.n > 0 {
			fmt.Fprintf(s.stdout, "  %d %s\n", part.n, part.what)
		}
	}
	for _, line := range lines {
		fmt.Fprintf(s.stdout, "  answer    %s\n", printable.Text(line))
	}
	found.print(s.stdout)
	for _, p := range pictures[:min(len(pictures), shownPictures)] {
		fmt.Fprintf(s.stdout, "  picture   %s (%s)\n", p.Picture, printable.Text(p.Settings))
	}
	if more := len(pictures) - shownPictures; more > 0 {
		fmt.Fprintf(s.stdout, "  picture   … and %d more, all in the report; --json lists them\n", more)
	}
	if len(report) > 0 {
		fmt.Fprintf(s.stdout, "  report    %s\n", report[0])
	}
	_, err := fmt.Fprintf(s.stdout, "  store     %s (runexp ls %s)\n", path, recorded.Experiment)
	return err
}

// writeLosses writes the plot of a run's losses into its folder, as PNG and SVG.
func writeLosses(ctx context.Context, s *store.Store, o trial.Outcome) ([]string, error) {
	run, err := s.FindRun(ctx, fmt.Sprint(o.Run.Number))
	if err != nil {
		return nil, err
	}
	convergence, err := reports.Convergence(ctx, s, run.RunSummary)
	if err != nil {
		return nil, err
	}
	p, err := convergence.Draw()
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, name := range []string{"losses.png", "losses.svg"} {
		path := filepath.Join(o.Folder, name)
		if err := plots.Save(p, path); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}
