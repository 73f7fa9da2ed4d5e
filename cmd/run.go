package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"runexp/experiments"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/plots"
)

// runFlags are the flags of `runexp -c FILE`.
type runFlags struct {
	*app
	file          string
	out           string
	threads, jobs int
	dryRun, fresh bool
	quiet         bool
}

func (r *runFlags) flags(c *cobra.Command) {
	f := c.Flags()
	pathFlag(f, &r.file, "config", "c", "", "the YAML file of the experiment; - reads it from standard input")
	pathFlag(f, &r.out, "out", "", "runs", "folder for pictures and plots")
	f.IntVar(&r.threads, "threads", 0, "threads that compute at once (default: one per CPU that a container or GOMAXPROCS leaves)")
	f.IntVar(&r.jobs, "jobs", 1, "trials of a sweep that run at once; they share the threads, and memory bounds them too")
	f.BoolVar(&r.dryRun, "dry-run", false, "print what would be done and stop")
	f.BoolVar(&r.fresh, "fresh", false, "run again what has finished before")
	f.BoolVar(&r.quiet, "quiet", false, "no progress on stderr")
	completeConfig(c)
	completeFolder(c, "out")
	c.ValidArgsFunction = r.overrides(&r.file)
}

// load reads a config; what is wrong with it is the user's to mend.
func (a *app) load(file string, overrides []string) (*config.Resolved, error) {
	if file == "" {
		if len(overrides) > 0 && !strings.Contains(overrides[0], "=") {
			return nil, usage(fmt.Errorf("name the experiment's file with -c, as in -c %s", overrides[0]))
		}
		return nil, usage(errors.New("name the experiment's file: -c FILE"))
	}
	loader := a.loader()
	loader.Stdin = os.Stdin
	if info, err := os.Stat(file); err == nil && info.Mode()&os.ModeNamedPipe != 0 { // -c <(program)
		pipe, err := os.Open(file)
		if err != nil {
			return nil, usage(err)
		}
		defer pipe.Close()
		loader.Stdin, file = pipe, "-"
	}
	resolved, err := loader.Load(file, overrides)
	return resolved, usage(err)
}

func (r *runFlags) run(c *cobra.Command, args []string) (err error) {
	if r.file == "" && len(args) == 0 {
		return c.Help()
	}
	if r.file == "" && !strings.Contains(args[0], "=") {
		return unknownVerb(c.Root(), args[0])
	}
	resolved, err := r.load(r.file, args)
	if err != nil {
		return err
	}
	if r.jobs < 1 {
		return usage(fmt.Errorf("--jobs %d: at least 1", r.jobs))
	}
	engine, err := compute.NewEngine(compute.Options{Threads: r.threads, ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		return usage(err)
	}
	defer engine.Close()
	lab := experiments.NewLab(r.plugins, engine)
	lab.Out, lab.Version, lab.Command = r.out, version(), os.Args
	if resolved.Sweep != nil {
		return r.sweep(c.Context(), lab, resolved)
	}
	defer sparing()()
	trial, err := lab.Prepare(c.Context(), resolved)
	if err != nil {
		return usage(err)
	}
	predictions, err := trial.Fit()
	if err != nil {
		return usage(err)
	}
	if r.dryRun {
		if err := trial.Plan.PredictTime(c.Context(), predictions); err != nil {
			return err
		}
		return r.describe(resolved, trial, predictions)
	}
	if err := experiments.CheckOut(r.out); err != nil {
		return usage(err)
	}
	s, err := r.openStore(c.Context())
	if err != nil {
		return err
	}
	defer r.stopping.begin()()
	defer closeStore(s, &err)
	if !r.fresh {
		before, err := s.Runs(c.Context(), store.Filter{
			Experiment: resolved.Experiment.Name, Status: store.Finished, TrialHash: trial.Hash, Limit: 1,
		})
		if err != nil {
			return err
		}
		if len(before) > 0 {
			return r.alreadyDone(before[0])
		}
	}
	return r.execute(c.Context(), s, trial)
}

// openStore opens the notebook for writing. A file or folder that is none or may
// not be written is the user's to change; a full disk is not.
func (r *runFlags) openStore(ctx context.Context) (*store.Store, error) {
	if err := r.checkNotebook(); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, r.db)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx) // a signal: what was interrupted is no one's fault
	}
	if errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrIO) || errors.Is(err, store.ErrBusy) {
		return nil, err
	}
	if err != nil {
		return nil, usage(nameNotebook(err, "name another notebook with --db"))
	}
	return s, nil
}

// closeStore is to be deferred. An error of closing adds to another only that the
// notebook is not where it was: else it says the same again.
func closeStore(s *store.Store, err *error) {
	closed := s.Close()
	if *err == nil {
		*err = closed
	} else if gone := new(store.GoneError); errors.As(closed, &gone) && !errors.As(*err, new(*store.GoneError)) {
		*err = errors.Join(*err, gone)
	}
}

// notebook is where the notebook is now, as --db has it if it is there still.
func (r *runFlags) notebook(s *store.Store) string {
	if path, err := filepath.Abs(r.db); err == nil && path == s.Path() {
		return r.db
	}
	return s.Path()
}

// alreadyDone says where the picture is that the same settings made before.
func (r *runFlags) alreadyDone(before store.RunSummary) error {
	folder := experiments.Folder(r.out, before.Experiment, before.UID)
	if r.json {
		return printJSON(r.stdout, map[string]any{
			"run": before.Number, "uid": before.UID, "status": before.Status, "folder": folder, "db": r.db, "ran": false,
		})
	}
	where := ", in " + folder
	if _, err := os.Stat(folder); err != nil { // made with another --out, or deleted
		where = ""
	}
	_, err := fmt.Fprintf(r.stdout, "run %d (%s) has finished with just these settings%s\nrunexp show %d prints it; --fresh runs it again\n",
		before.Number, before.UID.Short(), where, before.Number)
	return err
}

// execute runs the trial, or goes on with it, and writes the plot of its losses,
// however it ended.
func (r *runFlags) execute(ctx context.Context, s *store.Store, trial *experiments.Trial) error {
	attempt, err := trial.Begin(context.WithoutCancel(ctx), s, r.fresh)
	var running *store.RunningError
	if errors.As(err, &running) {
		return usage(fmt.Errorf("%w; wait for it, or start another attempt with --fresh", running))
	}
	if err != nil {
		return err
	}
	p := newProgress(r.stderr, r.quiet, trial.Plan)
	p.attempt(attempt)
	result, err := attempt.Execute(ctx, p)
	p.done()
	var failed *experiments.FailedError
	if errors.As(err, &failed) {
		err = &exit{exitFailed, err}
	}
	if result.Unscored != nil && !r.quiet {
		fmt.Fprintf(r.stderr, "the picture is not scored: %s\n", firstLine(result.Unscored))
	}
	paths, plotErr := writeLosses(context.WithoutCancel(ctx), s, result)
	strip, stripErr := writeStrip(context.WithoutCancel(ctx), s, result)
	if plotErr = errors.Join(plotErr, stripErr); result.Status == store.Failed {
		plotErr = nil // a run that failed at once has nothing to plot
	}
	if r.json {
		plotErr = errors.Join(plotErr, printJSON(r.stdout, map[string]any{
			"run": result.Run.Number(), "uid": result.Run.UID(), "status": result.Status, "ran": true,
			"picture": result.Picture, "folder": result.Folder, "plots": paths, "strip": strip, "db": r.notebook(s),
		}))
	} else {
		fmt.Fprintf(r.stdout, "run %d (%s) %s\n", result.Run.Number(), result.Run.UID().Short(), result.Status)
		if result.Picture != "" {
			fmt.Fprintf(r.stdout, "  picture   %s\n", result.Picture)
		}
		for _, path := range paths {
			fmt.Fprintf(r.stdout, "  losses    %s\n", path)
		}
		if strip != "" {
			fmt.Fprintf(r.stdout, "  strip     %s\n", strip)
		}
		fmt.Fprintf(r.stdout, "  notebook  %s (runexp show %d)\n", r.notebook(s), result.Run.Number())
	}
	return errors.Join(err, plotErr)
}

// firstLine is enough of what is no failure.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// writeLosses writes the plot of a run's losses into its folder, as PNG and SVG.
func writeLosses(ctx context.Context, s *store.Store, result experiments.Result) ([]string, error) {
	run, err := s.FindRun(ctx, fmt.Sprint(result.Run.Number()))
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
		path := filepath.Join(result.Folder, name)
		if err := plots.Save(p, path); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// size prints height×width, as a config has them.
func size(h, w int) string { return fmt.Sprintf("%d×%d", h, w) }
