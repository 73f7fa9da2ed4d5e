package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"runexp/experiments"
	"runexp/framework/config"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports/sweep"
)

// sweep runs the trials of a config's sweep, or goes on with them, and writes the
// report.
func (r *runFlags) sweep(ctx context.Context, lab *experiments.Lab, resolved *config.Resolved) (err error) {
	work := newWorkProgress(r.stderr, r.quiet)
	planned, err := lab.PlanSweep(ctx, resolved, func(done, all int) { work.tell("planned %d of %s", done, sizes.Count(all, "trial")) })
	work.done()
	if err != nil {
		return usage(err)
	}
	if n := len(planned.Skipped); n > 0 && !r.quiet {
		fmt.Fprintf(r.stderr, "left out, since an earlier trial means just the same (%d in all): %s\n", n, planned.Skipped[0])
	}
	if r.dryRun {
		return r.describeSweep(ctx, resolved, planned)
	}
	if err := experiments.CheckOut(r.out); err != nil {
		return usage(err)
	}
	s, err := r.openStore(ctx)
	if err != nil {
		return err
	}
	defer r.stopping.begin()()
	defer closeStore(s, &err)
	whole := context.WithoutCancel(ctx)
	recorded, err := planned.Record(whole, s)
	if err != nil {
		return err
	}
	watch := newSweepProgress(r.stderr, r.quiet, planned)
	began := time.Now()
	spared := sparing()
	tally, err := planned.Conduct(ctx, s, recorded, experiments.Conditions{Jobs: r.jobs, Fresh: r.fresh}, watch)
	spared()
	work = newWorkProgress(r.stderr, r.quiet)
	study, report, reportErr := sweep.Write(whole, s, recorded.Experiment, recorded.Number, r.out, work.report)
	work.done()
	if study != nil {
		for _, line := range study.Unshown {
			fmt.Fprintln(r.stderr, line)
		}
	}
	if printErr := r.concludeSweep(r.notebook(s), recorded, tally, watch.unbegun, report, time.Since(began)); reportErr == nil {
		reportErr = printErr
	}
	switch {
	case errors.Is(err, experiments.ErrTooManyFailed):
		err = &exit{exitFailed, err}
	case err == nil && tally.Failed > 0:
		err = &exit{exitFailed, fmt.Errorf("%d of %s failed; %s; the same command tries them again",
			tally.Failed, sizes.Count(recorded.Trials, "trial"), watch.whereFailed(recorded.Experiment, tally.Failed))}
	}
	return errors.Join(err, reportErr)
}

// concludeSweep says how the sweep ended and where its report and the notebook are.
func (r *runFlags) concludeSweep(notebook string, recorded store.Sweep, tally experiments.Tally, unbegun []unbegunTrial, report []string, took time.Duration) error {
	if r.json {
		return printJSON(r.stdout, map[string]any{
			"experiment": recorded.Experiment, "sweep": recorded.Number, "trials": recorded.Trials, "tally": tally, "unbegun": unbegun, "report": report, "db": notebook,
		})
	}
	fmt.Fprintf(r.stdout, "sweep %d of %s: %s, %s\n", recorded.Number, recorded.Experiment, sizes.Count(recorded.Trials, "trial"), took.Round(time.Second))
	for _, part := range []struct {
		n    int
		what string
	}{
		{tally.Kept, "done before"}, {tally.Meanwhile, "done by another process meanwhile"}, {tally.Finished, "finished"}, {tally.Pruned, "stopped early"},
		{tally.Failed, "failed"}, {tally.Elsewhere, "under way in another process"}, {tally.Left, "left; the same command goes on"},
	} {
		if part.n > 0 {
			fmt.Fprintf(r.stdout, "  %d %s\n", part.n, part.what)
		}
	}
	if len(report) > 0 {
		fmt.Fprintf(r.stdout, "  report    %s\n", report[0])
	}
	_, err := fmt.Fprintf(r.stdout, "  notebook  %s (runexp ls %s)\n", notebook, recorded.Experiment)
	return err
}

// plannedTrial is a trial as --dry-run prints it.
type plannedTrial struct {
	Trial    int     `json:"trial"`
	Hash     string  `json:"hash"`
	Settings string  `json:"settings"`
	Bytes    int64   `json:"peak_bytes"`
	Seconds  float64 `json:"seconds"`
}

// describeSweep lists the trials with their predicted time and memory.
func (r *runFlags) describeSweep(ctx context.Context, resolved *config.Resolved, planned *experiments.Sweep) error {
	if err := planned.PredictTime(ctx); err != nil {
		return err
	}
	if n := planned.Estimated(); n > 0 && !r.quiet {
		fmt.Fprintf(r.stderr, "the times of %s are estimates, by the arithmetic of those that were measured\n", sizes.Count(n, "trial"))
	}
	frozen, err := planned.Frozen()
	if err != nil {
		return err
	}
	reach, able, err := sweep.Reach(frozen)
	if err != nil {
		return err
	}
	trials := make([]plannedTrial, len(planned.Trials))
	cells := make([][]string, len(planned.Trials))
	total, most := time.Duration(0), int64(0)
	for i, t := range planned.Trials {
		took := t.Longest()
		total, most = sizes.Sum(total, took), max(most, t.Bytes())
		trials[i] = plannedTrial{t.Number, t.Hash, t.String(), t.Bytes(), took.Seconds()}
		cells[i] = []string{fmt.Sprint(t.Number), t.Hash[:12], sizes.Text(took, 100*time.Millisecond), experiments.Bytes(t.Bytes()), t.String()}
	}
	if r.json {
		return printJSON(r.stdout, map[string]any{
			"experiment": resolved.Experiment.Name, "trials": trials, "seconds": total.Seconds(), "peak_bytes": most,
			"claims": map[string]any{"possible": able, "text": reach},
		})
	}
	if err := table(r.stdout, []string{"TRIAL", "HASH", "TIME", "MEMORY", "SETTINGS"}, cells); err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.stdout, "%s: %s, about %s one after another, at most %s each\nclaims: %s\n",
		resolved.Experiment.Name, sizes.Count(len(trials), "trial"), sizes.Text(total, time.Second), experiments.Bytes(most), reach)
	return err
}
