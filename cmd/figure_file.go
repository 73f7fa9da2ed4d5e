package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/experiments/trial"
	"runexp/framework/store"
)

// runsName returns the base name of a file about the runs, and their numbers.
func runsName(runs []store.RunSummary) (name string, numbers []int64) {
	const most = 8 // keeps names short
	name = "runs"
	if len(runs) == 1 {
		name = "run"
	}
	for i, run := range runs {
		numbers = append(numbers, run.Number)
		if i < most {
			name += fmt.Sprintf("-%d", run.Number)
		}
	}
	if more := len(runs) - most; more > 0 {
		name += fmt.Sprintf("-and-%d-more", more)
	}
	return name, numbers
}

// A figureFile is where a verb writes its figure.
type figureFile struct {
	out, folder  string // the default is a file in OUT/folder
	file, format string
	formats      []string // that the verb writes, the default first
}

func (t *figureFile) flags(c *cobra.Command, folder string) {
	t.folder = folder
	pathFlag(c.Flags(), &t.file, "file", "o", "", "the file to write (default: a file in OUT/"+folder+")")
	pathFlag(c.Flags(), &t.out, "out", "", "runs", "folder for pictures and plots")
	completeFlag(c, "file", cobra.FixedCompletions(t.formats, cobra.ShellCompDirectiveFilterFileExt))
	completeOut(c)
}

// check sets the format from --format or the file's name, and validates both.
func (t *figureFile) check() error {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(t.file)), ".")
	known := strings.Join(t.formats, " or ")
	switch {
	case t.file != "" && irregular(t.file):
		return fmt.Errorf("-o %s exists and is not a regular file; name another", t.file)
	case t.format != "" && !slices.Contains(t.formats, t.format):
		return fmt.Errorf("--format %q: give %s", t.format, known)
	case t.file != "" && !slices.Contains(t.formats, ending):
		return fmt.Errorf("-o %s: end the name in .%s", t.file, strings.Join(t.formats, " or ."))
	case t.file != "" && t.format != "" && t.format != ending:
		return fmt.Errorf("-o %s does not match --format %s; omit --format, or end the name in .%s", t.file, t.format, t.format)
	case t.format == "" && ending != "":
		t.format = ending
	case t.format == "":
		t.format = t.formats[0]
	}
	return nil
}

// irregular reports whether path is a folder, a pipe or a device.
func irregular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}

// path returns the file to write, and creates the folder of the default one.
func (t *figureFile) path(name string) (string, error) {
	if t.file != "" {
		return t.file, nil
	}
	if err := trial.CheckOut(t.out); err != nil {
		return "", err
	}
	folder := filepath.Join(t.out, t.folder)
	return filepath.Join(folder, name+"."+t.format), os.MkdirAll(folder, 0o755)
}

// printPath prints the figure's path.
func (t *figureFile) printPath(a *app, path string, runs []int64) error {
	if a.json {
		return printJSON(a.stdout, map[string]any{"file": path, "runs": runs})
	}
	_, err := fmt.Fprintln(a.stdout, path)
	return err
}
