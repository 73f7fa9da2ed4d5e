// Package cmd is the command line. cmd/runexp calls Main with the built-in
// plugins; a third-party program calls it with its own.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"runexp/configs"
	"runexp/experiments/trial"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/store"
)

// Exit codes.
const (
	exitOK       = 0
	exitInternal = 1
	exitUsage    = 2 // invalid command line, config or input file
	exitFailed   = 3 // a trial failed
	exitSignal   = 128
)

// defaultStore is the default of --db.
const defaultStore = "runs/runexp.db"

// exit is an error with the exit code of the process.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// usage marks err as one that the user can fix: exit code 2.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &exit{exitUsage, err}
}

// figureError classifies an error of drawing or writing a figure: a usage error,
// unless the disk is full or fails.
func figureError(err error) error {
	for _, disk := range []error{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT, store.ErrFull, store.ErrIO} {
		if errors.Is(err, disk) {
			return err
		}
	}
	return usage(err)
}

// app holds what the verbs share.
type app struct {
	plugins        framework.Plugins
	stdout, stderr io.Writer
	shutdown       shutdown
	db             string
	json           bool
}

// Main runs the command line of os.Args and returns the exit code. The first
// SIGINT, SIGTERM or SIGHUP stops a run after the current iteration; the second
// has its default effect.
func Main(plugins framework.Plugins) int {
	stdout, stderr := &output{file: os.Stdout}, &output{file: os.Stderr}
	a := &app{plugins: plugins, stdout: stdout, stderr: stderr}
	code := a.main(a.shutdown.watch(stderr), os.Args[1:])
	if err := stdout.failed(); err != nil {
		fmt.Fprintf(stderr, "runexp: cannot write the output: %v\n", err)
		if code == exitOK {
			code = exitInternal
		}
	}
	return code
}

// gcPercent is GOGC during optimisation. The heap is then a few large buffers without
// pointers, which are cheap to scan, and Go's default of 100 would nearly double it: at
// 600×900 a run took 1130 MiB instead of 959. Planning and reports allocate many small
// objects; there a low value would cost half of the time.
const gcPercent = 10

// tightGC sets gcPercent until restore is called, unless GOGC is set.
func tightGC() (restore func()) {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return func() {}
	}
	debug.FreeOSMemory() // garbage of planning
	before := debug.SetGCPercent(gcPercent)
	return func() { debug.SetGCPercent(before) }
}

// planningPercent is GOGC while a sweep is planned. 5,000 trials take 8 s of processor time and 560
// to 730 MiB with it, 13 s and 330 MiB with 100.
const planningPercent = 300

// looseGC sets planningPercent until restore is called, unless GOGC is set.
func looseGC() (restore func()) {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return func() {}
	}
	before := debug.SetGCPercent(planningPercent)
	return func() { debug.SetGCPercent(before) }
}

func (a *app) main(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	var unknown error // cobra prints the parent's help for an unknown verb with --help
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		if name := c.Flags().Arg(0); c.HasSubCommands() && name != "" && !strings.Contains(name, "=") {
			unknown = unknownVerb(c, name)
			return
		}
		help(c, args)
	})
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = unknown
	}
	if err == nil {
		return exitOK
	}
	signalled := new(signalError)
	if !errors.As(err, &signalled) && (errors.Is(err, context.Canceled) || !a.shutdown.everHeld()) {
		if errors.As(context.Cause(ctx), &signalled) { // the error itself does not name the signal
			err = signalled
		}
	}
	fmt.Fprintln(a.stderr, "runexp:", err)
	if signalled.Signal != nil {
		return signalled.code()
	}
	var coded *exit
	if errors.As(err, &coded) {
		return coded.code
	}
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, trial.ErrPictureName) || errors.As(err, new(*store.UnknownFieldError)) { // any verb may find these
		return exitUsage
	}
	return exitInternal
}

// root is `runexp -c FILE [path=value …]`, the parent of all verbs.
func (a *app) root() *cobra.Command {
	r := &runFlags{app: a}
	c := &cobra.Command{
		Use:     "runexp -c FILE [path=value …]",
		Version: version(), // --version
		Short:   "Answer questions about neural style transfer by experiment",
		Long: `Answer questions about neural style transfer by experiment.

runexp -c FILE runs the experiment in a YAML file. If it was stopped, even by kill -9 or a power
cut, the same command resumes it. A trial that has finished with the same settings and images is
not run again, unless --fresh is given. runexp quickstart needs no file, and runexp new writes one
of your own images.

path=value overrides a setting of the file. A text, such as a name or a file, is taken literally:
'experiment=trial #2'. Other values, and texts in quotes, are parsed as YAML. In a path, a list
item is selected by its index from 0, its name, or * for all: losses.style.weight=1e4,
'stages.*.iterations=100'. null resets a setting to its default. Several values separated by
commas, as in losses.tv.weight=0,10,100, or a sweep section in the file make a sweep: all its
trials are run and a report is written. Everything is checked first, and all problems are reported
at once. runexp config show --resolve prints a config's settings, runexp plugins the options of
all plugins, runexp config keys every key.

Reads the config, the presets and files that it extends, its images and its weights. A path in a
config is relative to the config's folder; a path on the command line, or in a config read from
standard input (-c -), to the working directory. ~/ is the home folder.

Writes the store (--db), an SQLite file with every setting, loss and picture, and the folder
OUT/EXPERIMENT/UID with picture.png, the config and, during the run, a checkpoint. A single run
also plots its losses there; a sweep writes OUT/EXPERIMENT/report. --dry-run and invalid input
write nothing. Results go to stdout, as JSON with --json; progress and errors go to stderr.

The first Ctrl-C (SIGINT), SIGTERM or SIGHUP (a closed terminal) stops the run after the current
iteration and saves its picture; the second stops it at once. RUNEXP_WEIGHTS lists folders with
weights (see runexp weights), RUNEXP_ISA selects the kernel variant (see runexp version).

Exit codes: 0 done; 1 internal error, or the disk is full or fails; 2 invalid command line, config
or input file; 3 a run or some trials failed, for example with a non-finite loss; 129, 130 and 143
stopped by SIGHUP, SIGINT and SIGTERM.

See also: runexp new, runexp quickstart, runexp config, runexp ls, runexp show, runexp report,
runexp plot`,
		Example: `  runexp new photo.jpg painting.jpg
  runexp -c photo-painting.yaml strength=0.2,0.5,0.8 size=512
  runexp -c configs/quickstart.yaml strength=0.8 --dry-run
  runexp -c configs/quickstart.yaml strength=0.2,0.5,0.8 --jobs 2
  runexp -c configs/quickstart.yaml 'losses.content.layers=[relu3_2]' --out other
  runexp show last`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          r.run,
	}
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(suggestFlag(c, err)) })
	all := c.PersistentFlags()
	pathFlag(all, &a.db, "db", "", defaultStore, "the store: an SQLite file")
	all.BoolVar(&a.json, "json", false, "print JSON")
	completeFlag(c, "db", cobra.FixedCompletions([]string{"db"}, cobra.ShellCompDirectiveFilterFileExt))
	r.flags(c)
	c.AddCommand(
		a.quickstartCommand(), a.newCommand(),
		a.lsCommand(), a.showCommand(), a.compareCommand(), a.plotCommand(), a.stripCommand(), a.uiCommand(),
		a.scoreCommand(), a.reportCommand(), a.adviseCommand(), a.voteCommand(),
		a.starCommand(), a.tagCommand(), a.noteCommand(), a.rmCommand(), a.restoreCommand(),
		a.queryCommand(), a.exportCommand(), a.pythonCommand(), a.dbCommand(),
		a.backbonesCommand(), a.pluginsCommand(), a.metricsCommand(), a.configCommand(), a.weightsCommand(), a.benchCommand(),
		a.completionCommand(), a.versionCommand(),
	)
	help := a.helpCommand()
	c.AddCommand(help)
	c.SetHelpCommand(help)
	for _, verb := range c.Commands() {
		verb.SilenceUsage = true
	}
	return c
}

// suggestFlag adds the nearest flag of c to an unknown-flag error.
func suggestFlag(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) { // including --help and the global flags
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	if near := framework.Nearest(unknown.GetSpecifiedName(), known); near != "" {
		return fmt.Errorf("%w; did you mean --%s?", err, near)
	}
	return fmt.Errorf("%w; see %s --help", err, c.CommandPath())
}

// loader reads configs with the plugins and presets of this program.
func (a *app) loader() *config.Loader {
	return &config.Loader{Plugins: a.plugins, Presets: configs.Presets()}
}

// exactArgs is cobra.ExactArgs with this program's exit code.
func exactArgs(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usage(fmt.Errorf("%s takes %s; see %s --help", c.Name(), what, c.CommandPath()))
		}
		return nil
	}
}
