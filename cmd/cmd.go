// Package cmd is the command line. A program with plugins of its own calls Main
// with them; cmd/runexp calls it with the built-in ones.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
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
	exitUsage    = 2 // the command line, the config or a file it names
	exitFailed   = 3 // a trial failed
	exitSignal   = 128
)

// defaultStore is where it is if --db names none.
const defaultStore = "runs/runexp.db"

// exit is an error with the code that the process ends with.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// usage marks err as the user's to mend: exit code 2.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &exit{exitUsage, err}
}

// figureError says whose the error is of a figure that was to be drawn and written:
// the user's, unless the disk is full or fails.
func figureError(err error) error {
	for _, disk := range []error{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT, store.ErrFull, store.ErrIO} {
		if errors.Is(err, disk) {
			return err
		}
	}
	return usage(err)
}

// app is what the verbs share.
type app struct {
	plugins        framework.Plugins
	stdout, stderr io.Writer
	shutdown       shutdown
	db             string
	json           bool
}

// Main runs the command line of os.Args and returns the exit code. The first
// SIGINT, SIGTERM or SIGHUP asks the running iteration to be the last one; the
// second ends the process as usual.
func Main(plugins framework.Plugins) int {
	stdout, stderr := &output{file: os.Stdout}, &output{file: os.Stderr}
	a := &app{plugins: plugins, stdout: stdout, stderr: stderr}
	code := a.main(a.shutdown.watch(stderr), os.Args[1:])
	if err := stdout.failed(); err != nil {
		fmt.Fprintf(stderr, "runexp: what it prints cannot be written: %v\n", err)
		if code == exitOK {
			code = exitInternal
		}
	}
	return code
}

// gcPercent is how much garbage may stand beside what is in use while pictures
// are made. That is a few large buffers without pointers, gone through in no time,
// and Go's 100 percent would be as much memory again: at 600×900 a run took 1130 MiB
// instead of 959. Planning and reports have small things, many of them: there it
// would be half of the time.
const gcPercent = 10

// sparing lets little garbage stand until the function that it returns is called,
// unless GOGC says otherwise.
func tightGC() (restore func()) {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return func() {}
	}
	debug.FreeOSMemory() // what planning has left
	before := debug.SetGCPercent(gcPercent)
	return func() { debug.SetGCPercent(before) }
}

func (a *app) main(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	signalled := new(signalError)
	if !errors.As(err, &signalled) && (errors.Is(err, context.Canceled) || !a.shutdown.everHeld()) {
		if errors.As(context.Cause(ctx), &signalled) { // what stopped did not say why
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
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, trial.ErrPictureName) { // found on the way, by whatever verb
		return exitUsage
	}
	return exitInternal
}

// root is `runexp -c FILE [path=value …]`, with the verbs below it.
func (a *app) root() *cobra.Command {
	r := &runFlags{app: a}
	c := &cobra.Command{
		Use:     "runexp -c FILE [path=value …]",
		Version: version(), // --version
		Short:   "Answer questions about neural style transfer by experiment",
		Long: `Answer questions about neural style transfer by experiment.

runexp -c FILE runs the experiment in a YAML file, or goes on with it where it was stopped, even
by kill -9 or a power cut. What has finished with just these settings and pictures is not run
again, unless --fresh says so. runexp quickstart needs no file.

A path=value replaces a setting of the file. A text, as a name or a file, is what stands after the
sign: 'experiment=trial #2'. Other values are YAML, and so is a text in quotes of its own. In a
path, a list's item goes by its place from 0, its name, or * for all: losses.style.weight=1e4,
'stages.*.iterations=100'. null takes a setting away, back to the default. Several values with
commas, as in losses.tv.weight=0,10,100, and a sweep section in the file make a sweep: all its
trials are run, and a report is written. Everything is checked first, and every problem is told at
once. Settings are in runexp config show --resolve, plugins' options in runexp plugins, keys in
runexp config keys.

Reads the config, the presets and files that it extends, its pictures and its weights. A path in
a config is relative to the config's folder, one on the command line, or in a config that comes
from standard input (-c -), to the working directory; ~/ is the home folder.

Writes the store (--db), an SQLite file with every setting, loss and picture; and the folder
OUT/EXPERIMENT/UID with picture.png, the config, and while it runs a checkpoint; a single run also
plots its losses there, and a sweep writes OUT/EXPERIMENT/report. --dry-run and a mistake write
nothing. Results are printed to stdout, or as JSON with --json; progress and errors go to stderr.

The first Ctrl-C (SIGINT), SIGTERM or SIGHUP (a terminal that is closed) ends the run after its
iteration, with its picture kept; the second ends it at once. RUNEXP_WEIGHTS lists folders with
weights (see runexp weights), RUNEXP_ISA names the kernel variant (see runexp version).

Exit codes: 0 done; 1 internal, or a disk that is full or fails; 2 the command line, the config
or a file that it names; 3 a run or some trials failed, their loss was not finite, say; 129, 130
and 143 stopped by SIGHUP, SIGINT and SIGTERM.

See also: runexp quickstart, runexp config, runexp ls, runexp show, runexp report, runexp plot`,
		Example: `  runexp -c configs/d2l.yaml content.image=photo.jpg style.0.image=painting.jpg
  runexp -c configs/quickstart.yaml losses.style.weight=1e4 --dry-run
  runexp -c configs/quickstart.yaml losses.style.weight=1e2,1e3,1e4 --jobs 2
  runexp -c configs/quickstart.yaml 'stages.*.optimizer={name: lbfgs, lr: 1}' --out /tmp/lbfgs
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
	c.AddCommand(a.quickstartCommand(), a.lsCommand(), a.showCommand(), a.compareCommand(), a.reportCommand(), a.plotCommand(), a.stripCommand(), a.backbonesCommand(), a.pluginsCommand(), a.configCommand(), a.benchCommand(), a.weightsCommand(), a.completionCommand(), a.versionCommand())
	help := a.helpCommand()
	c.AddCommand(help)
	c.SetHelpCommand(help)
	for _, verb := range c.Commands() {
		verb.SilenceUsage = true
	}
	return c
}

// suggestFlag adds to the error of a flag that c does not have which one may be meant.
func suggestFlag(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) { // the help flag and those of all verbs too
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
			return usage(fmt.Errorf("%s takes %s; see %s --help", c.CommandPath(), what, c.CommandPath()))
		}
		return nil
	}
}
