package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/experiments"
	"runexp/experiments/executor/local"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/memory"
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
	planned, err := r.plan(c.Context(), engine, resolved)
	if err != nil {
		return usage(err)
	}
	if r.dryRun {
		return r.describe(planned)
	}
	if err := trial.CheckOut(r.out); err != nil {
		return usage(err)
	}
	s, err := r.openStore(c.Context())
	if err != nil {
		return err
	}
	defer r.stopping.begin()()
	defer closeStore(s, &err)
	return r.execute(c.Context(), s, planned)
}

// plan plans what a config says, and tells how far that is.
func (r *runFlags) plan(ctx context.Context, engine *compute.Engine, resolved *config.Resolved) (*plan.Plan, error) {
	work := newWorkProgress(r.stderr, r.quiet)
	defer work.done()
	planned, err := plan.NewPlanner(r.plugins, engine).New(ctx, resolved, plan.Options{
		Times:    r.dryRun,
		Progress: func(done, all int) { work.tell("planned %d of %s", done, sizes.Count(all, "trial")) },
	})
	if err == nil && len(planned.Skipped) > 0 && !r.quiet {
		fmt.Fprintf(r.stderr, "left out, since an earlier trial means just the same (%d in all): %s\n", len(planned.Skipped), planned.Skipped[0])
	}
	return planned, err
}

// execute runs the trials of a plan that are not done, and says how they ended.
func (r *runFlags) execute(ctx context.Context, s *store.Store, planned *plan.Plan) error {
	recorded, err := experiments.Record(context.WithoutCancel(ctx), planned, s)
	if err != nil {
		return err
	}
	progress := newTrialProgress(r.stderr, r.quiet, planned)
	runner, err := trial.NewRunner(planned, s, trial.Options{Out: r.out, Version: version(), Command: os.Args, Fresh: r.fresh, Began: progress.Began})
	if err != nil {
		return err
	}
	free, _ := memory.Free()
	began, spared := time.Now(), sparing()
	tally, err := recorded.Run(ctx, runner, local.New(runner.Run, local.Limits{Jobs: r.jobs, Memory: free}), progress)
	spared()
	end := ending{r, s, recorded, progress}
	if planned.Config.Sweep == nil {
		return end.single(ctx, err)
	}
	return end.sweep(ctx, tally, time.Since(began), err)
}

// openStore opens the store for writing. A file or folder that is none or may
// not be written is the user's to change; a full disk is not.
func (r *runFlags) openStore(ctx context.Context) (*store.Store, error) {
	if err := r.checkStore(); err != nil {
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
		return nil, usage(nameStore(err, "name another store with --db"))
	}
	return s, nil
}

// closeStore is to be deferred. An error of closing adds to another only that the
// store is not where it was: else it says the same again.
func closeStore(s *store.Store, err *error) {
	closed := s.Close()
	if *err == nil {
		*err = closed
	} else if moved := new(store.MovedError); errors.As(closed, &moved) && !errors.As(*err, new(*store.MovedError)) {
		*err = errors.Join(*err, moved)
	}
}

// storePath is where the store is now, as --db has it if it is there still.
func (r *runFlags) storePath(s *store.Store) string {
	if path, err := filepath.Abs(r.db); err == nil && path == s.Path() {
		return r.db
	}
	return s.Path()
}

// firstLine is enough of what is no failure.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// size prints height×width, as a config has them.
func size(h, w int) string { return fmt.Sprintf("%d×%d", h, w) }
