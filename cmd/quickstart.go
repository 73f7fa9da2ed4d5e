package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"runexp/configs"
	"runexp/experiments/trial"
	"runexp/internal/atomicfile"
)

// quickstartCommand is `runexp quickstart`.
func (a *app) quickstartCommand() *cobra.Command {
	r := &runFlags{app: a}
	c := &cobra.Command{
		Use:   "quickstart [path=value …]",
		Short: "Make a first picture with what is in this program",
		Long: `Make a first picture with what is in this program: a photograph, a painting and the small
backbone vgg19-lite, whose weights are part of it. Nothing is fetched. The experiment and its
pictures are written to OUT/quickstart first, where they can be changed and run again: files
that are there already are used as they are.

Then it is runexp -c OUT/quickstart/quickstart.yaml, the recipe of Dive into Deep Learning,
500 iterations at 150×225 and 300 at twice the size, and takes about a minute on two cores.
A path=value changes a setting, as it does for runexp -c.

Reads what it has unpacked. Writes OUT/quickstart, with --dry-run too, and then what every run
writes: the store (--db) and a folder of the run's own in OUT/quickstart.

Exit codes: those of runexp -c: 0 done; 1 internal, or a disk that is full or fails; 2 a mistake,
or a folder that cannot be written; 3 a run failed; 129, 130 and 143 stopped by a signal.

See also: runexp --help, runexp show, runexp plot, runexp config`,
		Example: `  runexp quickstart
  runexp quickstart losses.style.weight=1e4
  runexp quickstart --dry-run`,
		RunE: func(c *cobra.Command, overrides []string) (err error) {
			if err := trial.CheckOut(r.out); err != nil {
				return usage(err)
			}
			if r.file, err = unpackQuickstart(filepath.Join(r.out, "quickstart")); err != nil {
				return usage(err)
			}
			return r.run(c, overrides)
		},
	}
	r.flags(c)
	_ = c.Flags().MarkHidden("config") // the file is the one that was written
	c.ValidArgsFunction = r.quickstartOverrides
	return c
}

// quickstartOverrides proposes settings once the quickstart is unpacked.
func (r *runFlags) quickstartOverrides(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	file := filepath.Join(r.out, "quickstart", configs.QuickstartFile)
	return r.overrides(&file)(c, args, word)
}

// unpackQuickstart writes the quickstart's files into dir, but for those that
// are there, and returns the path of its config.
func unpackQuickstart(dir string) (string, error) {
	files := configs.Quickstart()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(path))
		if _, err := os.Stat(to); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return atomicfile.Write(to, data)
	})
	if err != nil {
		return "", fmt.Errorf("unpack the quickstart (choose another folder with --out): %w", err)
	}
	return filepath.Join(dir, configs.QuickstartFile), nil
}
