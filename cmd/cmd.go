// Package cmd is the command line. A program with plugins of its own calls Main
// with them; cmd/runexp calls it with the built-in ones.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"runexp/configs"
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

// unwritten says whose the error is of a figure that was to be drawn and written:
// the user's, unless the disk is full or fails.
func unwritten(err error) error {
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
	db             string
	json           bool
}

// Main runs the command line of os.Args and returns the exit code. The first
// SIGINT or SIGTERM asks the running iteration to be the last one; the second
// ends the process as usual.
func Main(plugins framework.Plugins) int {
	if _, chosen := os.LookupEnv("GOGC"); !chosen {
		debug.SetGCPercent(garbagePercent)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(&caught{s})
	}()
	a := &app{plugins: plugins, stdout: os.Stdout, stderr: os.Stderr}
	return a.main(ctx, os.Args[1:])
}

// garbagePercent is how much garbage may stand beside what is in use. That is a few
// large buffers without pointers, gone through in no time, and Go's 100 percent
// would be as much memory again: at 600×900 a run took 1130 MiB instead of 959.
const garbagePercent = 10

// caught is the cause of a context that a signal cancelled.
type caught struct{ os.Signal }

func (c *caught) Error() string { return "stopped by signal: " + c.String() }

// code is the exit code after a clean stop.
func (c *caught) code() int {
	if s, ok := c.Signal.(syscall.Signal); ok {
		return exitSignal + int(s)
	}
	return exitInternal
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
	var signalled *caught
	if errors.As(err, &signalled) {
		fmt.Fprintln(a.stderr, "runexp:", err)
		return signalled.code()
	}
	fmt.Fprintln(a.stderr, "runexp:", err)
	var coded *exit
	if errors.As(err, &coded) {
		return coded.code
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

A path=value replaces a setting of the file; the value is YAML. In a path, a list's item goes by
its place from 0, its name, or * for all: losses.style.weight=1e4, 'stages.*.iterations=100'.
null takes a setting away, back to the default. Several values with commas, as in
losses.tv.weight=0,10,100, and a sweep section in the file make a sweep: all its trials are run,
and a report is written. Everything is checked first, and every problem is told at once. Settings
are in runexp config show --resolve, plugins' options in runexp plugins, keys in runexp config keys.

Reads the config, the presets and files that it extends, its pictures and its weights. A path in
a config is relative to the config's folder, one on the command line to the working directory.

Writes the notebook (--db), an SQLite file with every setting, loss and picture; and the folder
OUT/EXPERIMENT/UID with picture.png, the config, and while it runs a checkpoint; a single run also
plots its losses there, and a sweep writes OUT/EXPERIMENT/report. --dry-run and a mistake write
nothing. Results are printed to stdout, or as JSON with --json; progress and errors go to stderr.

The first Ctrl-C (SIGINT) or SIGTERM ends the run after its iteration, with its picture kept; the
second ends it at once. RUNEXP_WEIGHTS lists folders with weights (see runexp weights), RUNEXP_ISA
names the kernel variant (see runexp version).

Exit codes: 0 done; 1 internal, or a disk that is full or fails; 2 the command line, the config
or a file that it names; 3 a run or some trials failed, their loss was not finite, say; 130 and 143
stopped by SIGINT and SIGTERM.

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
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	all := c.PersistentFlags()
	all.StringVar(&a.db, "db", "runs/runexp.db", "the notebook: an SQLite file")
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

// loader reads configs with the plugins and presets of this program.
func (a *app) loader() *config.Loader {
	return &config.Loader{Plugins: a.plugins, Presets: configs.Presets()}
}

// exactly is cobra.ExactArgs with this program's exit code.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usage(fmt.Errorf("%s takes %s; see %s --help", c.CommandPath(), what, c.CommandPath()))
		}
		return nil
	}
}
