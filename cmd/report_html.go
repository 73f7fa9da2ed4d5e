package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/store"
	"runexp/internal/atomicfile"
	"runexp/reports/sweep"
)

// stdoutFile is the name of a file that stands for stdout.
const stdoutFile = "-"

// checkHTML checks --html against the flags that it cannot be given with.
func (a *app) checkHTML(c *cobra.Command, file string) error {
	switch {
	case file == "":
		return nil
	case c.Flags().Changed("out"):
		return errors.New("--html writes one file and --out is a folder for all; give one of them")
	case a.json:
		return errors.New("--html writes a page and --json prints one object; give one of them")
	case file != stdoutFile && irregular(file):
		return fmt.Errorf("--html %s exists and is not a regular file; name another, or - for stdout", file)
	case file != stdoutFile && !slices.Contains([]string{".html", ".htm"}, strings.ToLower(filepath.Ext(file))): // perhaps a config
		return fmt.Errorf("--html %s: end the name in .html or .htm, or give - for stdout", file)
	}
	if _, shown := terminal(a.stdout); file == stdoutFile && shown {
		return errors.New("--html - would fill the terminal with a page; redirect stdout, or name a file")
	}
	return nil
}

// reportHTML writes the report of a sweep as one HTML file, or to stdout.
func (a *app) reportHTML(c *cobra.Command, s *store.Store, experiment string, number int64, file string) error {
	w, _, err := sweep.Find(c.Context(), s, experiment, number)
	if errors.Is(err, sweep.ErrNoSweep) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	work := newWorkProgress(a.stderr, false)
	study, err := sweep.Read(c.Context(), s, w, work.report)
	var page bytes.Buffer // whole before anything is written
	if err == nil {
		err = study.WriteHTML(c.Context(), s, &page)
	}
	work.done()
	if err != nil {
		return err
	}
	for _, line := range study.Unshown {
		fmt.Fprintln(a.stderr, line)
	}
	if file == stdoutFile {
		_, err = rawWriter(a.stdout).Write(page.Bytes())
		return err
	}
	if err := atomicfile.Write(file, page.Bytes()); err != nil {
		return figureError(err)
	}
	_, err = fmt.Fprintln(a.stdout, file)
	return err
}
