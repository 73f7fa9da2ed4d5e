package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"runexp/experiments/trial"
	"runexp/framework/store"
	"runexp/reports/export"
	"runexp/reports/export/folder"
)

// exportCommand is `runexp export`.
func (a *app) exportCommand() *cobra.Command {
	var where whereFlag
	c := &cobra.Command{
		Use:   "export",
		Short: "Write runs for other programs: CSV, Parquet, TensorBoard, MLflow",
		Long: `Write runs for other programs: tables in CSV or Parquet, event files for TensorBoard, or runs
on an MLflow server. All runs are written, or those that are named or for which --where is true,
whatever their status.

The store itself is an SQLite file that other programs can read; docs/schema.md describes it.

Reads the store (--db). Writes a folder, or to a server; see each verb.

Exit codes: 0 done; 1 if the disk or the server fails; 2 for an unknown run or experiment, and for
a folder that cannot be written or has other files.

See also: runexp export csv, runexp export parquet, runexp export tensorboard,
runexp export mlflow, runexp ls`,
		Example: `  runexp export csv
  runexp export parquet quickstart -o numbers
  runexp export csv --where "star and metrics.eval/style < 0.2"
  runexp export tensorboard 3-7
  runexp export mlflow --url http://127.0.0.1:5000`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("export takes a verb: csv, parquet, tensorboard or mlflow; see runexp export --help"))
		},
	}
	where.flag(c)
	c.AddCommand(a.exportCSV(&where), a.exportParquet(&where), a.exportTensorBoard(&where), a.exportMLflow(&where))
	return c
}

// exportSelection returns the selection of runs that refs and --where name: all without any. It
// is the one place that selects what is exported.
func (a *app) exportSelection(c *cobra.Command, s *store.Store, refs []string, by *whereFlag) (*export.Selection, error) {
	where, err := by.parse(c)
	if err != nil {
		return nil, err
	}
	var runs []store.RunSummary
	if len(refs) == 0 {
		if runs, err = s.Runs(c.Context(), store.Filter{}); err != nil {
			return nil, err
		}
		if len(runs) == 0 {
			return nil, usage(fmt.Errorf("%s has no runs yet; runexp -c FILE --db %[1]s makes one", a.db))
		}
	} else {
		named, err := a.namedRuns(c, s, refs, false)
		if err != nil {
			return nil, err
		}
		runs = mapRows(named, func(n namedRun) store.RunSummary { return n.RunSummary })
		if err := a.noteDeleted(c, s, runs); err != nil {
			return nil, err
		}
	}
	if runs, err = matching(c.Context(), s, where, runs); err != nil {
		return nil, err
	}
	for _, run := range runs {
		if err := run.Check(); err != nil {
			return nil, err
		}
	}
	if len(runs) == 0 {
		return nil, usage(fmt.Errorf("the filter --where is true for no run of %s; %s lists runs", a.db, a.command("ls --where FILTER")))
	}
	return export.Select(c.Context(), s, runs, len(refs) == 0 && where == nil)
}

// An exportFolder is where a verb of export writes its files.
type exportFolder struct {
	out, folder, format string
	where               *whereFlag
}

func (f *exportFolder) flags(c *cobra.Command) {
	pathFlag(c.Flags(), &f.folder, "folder", "o", "", "the folder to write (default: OUT/export/"+f.format+")")
	pathFlag(c.Flags(), &f.out, "out", "", "runs", "folder for exports")
	completeFlag(c, "folder", cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs))
	completeOut(c)
}

// exported is what export --json prints about files.
type exported struct {
	Format string   `json:"format"`
	Runs   int      `json:"runs"`
	Folder string   `json:"folder"`
	Files  []string `json:"files"`
}

// write selects runs and calls do to write them into the folder. Nothing is left there
// unless everything is.
func (f *exportFolder) write(a *app, c *cobra.Command, refs []string, do func(context.Context, *export.Selection, *folder.Folder) error) (exported, error) {
	path := f.folder
	if path == "" {
		if err := trial.CheckOut(f.out); err != nil {
			return exported{}, figureError(err)
		}
		path = filepath.Join(f.out, "export", f.format)
	}
	s, err := a.readStore(c.Context())
	if err != nil {
		return exported{}, err
	}
	defer s.Close()
	selection, err := a.exportSelection(c, s, refs, f.where)
	if err != nil {
		return exported{}, err
	}
	progress := newWorkProgress(a.stderr, false)
	defer progress.done()
	selection.Progress = func(part string, done, of int) { progress.update("export: %s, run %d of %d", part, done+1, of) }
	to, err := folder.Open(c.Context(), path, f.format)
	if err != nil {
		return exported{}, exportError(err)
	}
	defer to.Close()
	if err := do(c.Context(), selection, to); err != nil {
		return exported{}, exportError(err)
	}
	if err := to.Commit(); err != nil {
		return exported{}, exportError(err)
	}
	return exported{f.format, len(selection.Runs), path, to.Files()}, nil
}

// exportError classifies an error of writing files.
func exportError(err error) error {
	var path *fs.PathError
	if errors.Is(err, folder.ErrTaken) || errors.As(err, &path) {
		return figureError(fmt.Errorf("%w; name another folder with -o", err))
	}
	return err
}
