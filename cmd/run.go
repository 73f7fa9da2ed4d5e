package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/configs"
	"runexp/experiments"
	"runexp/experiments/executor/local"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/memory"
	"runexp/internal/printable"
)

// runFlags are the flags of `runexp -c FILE`.
type runFlags struct {
	*app
	file          string
	out           string
	threads, jobs int
	dryRun, fresh bool
	quiet         bool
	ran           int64 // after a single experiment: its run
}

func (r *runFlags) flags(c *cobra.Command) {
	f := c.Flags()
	pathFlag(f, &r.file, "config", "c", "", "the YAML file of the experiment; - reads it from standard input")
	pathFlag(f, &r.out, "out", "", "runs", "folder for pictures and plots")
	f.IntVar(&r.threads, "threads", 0, "compute threads (default: one per CPU available to the process, or GOMAXPROCS)")
	f.IntVar(&r.jobs, "jobs", 1, "trials of a sweep to run in parallel, as far as memory allows; they share the threads")
	f.BoolVar(&r.dryRun, "dry-run", false, "print the plan with predicted time and memory, and run nothing")
	f.BoolVar(&r.fresh, "fresh", false, "run finished trials again")
	f.BoolVar(&r.quiet, "quiet", false, "no progress on stderr")
	completeConfig(c)
	completeOut(c)
	c.ValidArgsFunction = r.overrides(&r.file)
}

// load reads a config. Its errors are usage errors.
func (a *app) load(file string, overrides []string) (*config.Resolved, error) {
	if file == "" {
		if len(overrides) > 0 && !strings.Contains(overrides[0], "=") {
			if _, err := fs.Stat(configs.Presets(), overrides[0]+".yaml"); err == nil {
				return nil, usage(fmt.Errorf("%s is a preset: name a file with -c that extends it, with extends: [%s]", overrides[0], overrides[0]))
			}
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
	return r.runResolved(c.Context(), resolved)
}

// runResolved plans and runs a config, or prints the plan with --dry-run.
func (r *runFlags) runResolved(ctx context.Context, resolved *config.Resolved) (err error) {
	if r.jobs < 1 {
		return usage(fmt.Errorf("--jobs %d: at least 1", r.jobs))
	}
	engine, err := compute.NewEngine(compute.Options{Threads: r.threads, ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		return usage(err)
	}
	defer engine.Close()
	planned, err := r.plan(ctx, engine, resolved)
	if err != nil {
		return usage(err)
	}
	if r.dryRun {
		return r.describe(ctx, planned)
	}
	if err := trial.CheckOut(r.out); err != nil {
		return usage(err)
	}
	s, err := r.openStore(ctx)
	if err != nil {
		return err
	}
	defer r.shutdown.hold()()
	defer closeStore(s, &err)
	return r.execute(ctx, s, planned)
}

// plan plans the trials of a config and reports progress.
func (r *runFlags) plan(ctx context.Context, engine *compute.Engine, resolved *config.Resolved) (*plan.Plan, error) {
	work := newWorkProgress(r.stderr, r.quiet)
	defer work.done()
	if resolved.Sweep != nil {
		defer looseGC()()
	}
	planned, err := plan.NewPlanner(r.plugins, engine).New(ctx, resolved, plan.Options{
		Times:    r.dryRun,
		Chosen:   r.chosen,
		Progress: func(done, all int) { work.update("planned %d of %s", done, sizes.Count(all, "trial")) },
	})
	if err == nil && len(planned.Skipped) > 0 && !r.quiet {
		fmt.Fprintf(r.stderr, "skipped %s: %s\n", sizes.Count(len(planned.Skipped), "duplicate trial"), planned.Skipped[0])
	}
	if err == nil && !r.quiet {
		for _, idle := range planned.Idle() {
			fmt.Fprintf(r.stderr, "note: %s\n", idle)
		}
	}
	if err == nil && planned.Choice != nil && !r.quiet && !r.dryRun {
		fmt.Fprintln(r.stderr, planned.Choice)
	}
	return planned, err
}

// chosen returns what the key `time` chose before for one of requests, from the store;
// nil for nothing, and with --fresh.
func (r *runFlags) chosen(ctx context.Context, requests []string) (*plan.Choice, error) {
	if _, err := os.Stat(r.db); r.fresh || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	s, err := r.readStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	text, err := s.Choice(ctx, requests)
	if text == nil || err != nil {
		return nil, err
	}
	c := &plan.Choice{Found: true}
	if err := json.Unmarshal(text, c); err != nil || c.Long < 0 || !(c.Iterations > 0) {
		return nil, usage(fmt.Errorf("%s: the recorded choice of time is damaged: %s; --fresh chooses again", r.db, printable.Excerpt(string(text))))
	}
	return c, nil
}

// execute runs the trials of a plan that are not done and prints their outcome.
func (r *runFlags) execute(ctx context.Context, s *store.Store, planned *plan.Plan) error {
	recorded, err := experiments.Record(context.WithoutCancel(ctx), planned, s)
	if err != nil {
		return err
	}
	progress := newTrialProgress(r.stderr, r.quiet, planned)
	runner, err := trial.NewRunner(planned, s, trial.Options{Out: r.out, Version: version(), Command: os.Args, Fresh: r.fresh, NewObserver: progress.newObserver})
	if err != nil {
		return err
	}
	free, _ := memory.Free()
	began, restoreGC := time.Now(), tightGC()
	tally, err := recorded.Run(ctx, runner, local.New(runner.Run, local.Limits{Jobs: r.jobs, Memory: free}), progress)
	restoreGC()
	sum := summary{r, s, recorded, progress}
	if planned.Config.Sweep == nil {
		if runs, lookErr := recorded.Runs(context.WithoutCancel(ctx)); lookErr == nil && runs[0] != nil {
			r.ran = runs[0].Number
		}
		return sum.single(ctx, err)
	}
	return sum.sweep(ctx, tally, time.Since(began), err)
}

// closeStore is to be deferred. If there is an error already, an error of closing is
// added only if it says that the store was moved: any other would be a repetition.
func closeStore(s *store.Store, err *error) {
	closed := s.Close()
	if *err == nil {
		*err = closed
	} else if moved := new(store.MovedError); errors.As(closed, &moved) && !errors.As(*err, new(*store.MovedError)) {
		*err = errors.Join(*err, moved)
	}
}

// storePath returns the store's current path, as given by --db unless it was moved.
func (r *runFlags) storePath(s *store.Store) string {
	if path, err := filepath.Abs(r.db); err == nil && path == s.Path() {
		return r.db
	}
	return s.Path()
}

// firstLine returns the first line of err's message.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// size formats height×width, the order used in configs.
func size(h, w int) string { return fmt.Sprintf("%d×%d", h, w) }
