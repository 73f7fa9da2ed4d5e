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
		Short: "Make a first picture with the built-in images and weights",
		Long: `Make a first picture with what is built into the program: a content image, a style image and
the small backbone vgg19-lite with its weights. Nothing is downloaded. The config and its images
are written to OUT/quickstart first, where you can edit and run them again; existing files there
are used unchanged.

Then runs runexp -c OUT/quickstart/quickstart.yaml: the preset standard at 400 pixels, about 45
seconds on two cores. path=value overrides a setting, as for runexp -c.

Reads the unpacked files. Writes OUT/quickstart, with --dry-run too, and then what every run
writes: the store (--db) and the run's own folder in OUT/quickstart.

Exit codes: those of runexp -c: 0 done; 1 internal error, or the disk is full or fails; 2 invalid
input, or a folder that cannot be written; 3 a run failed; 129, 130 and 143 stopped by a signal.

See also: runexp new, runexp --help, runexp show, runexp plot, runexp config`,
		Example: `  runexp quickstart
  runexp quickstart strength=0.8
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
	_ = c.Flags().MarkHidden("config") // always the unpacked file
	c.ValidArgsFunction = r.quickstartOverrides
	return c
}

// quickstartOverrides proposes settings once the quickstart is unpacked.
func (r *runFlags) quickstartOverrides(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	file := filepath.Join(r.out, "quickstart", configs.QuickstartFile)
	return r.overrides(&file)(c, args, word)
}

// unpackQuickstart writes the quickstart's files into dir, except those that
// exist, and returns the path of its config.
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
