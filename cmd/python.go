package cmd

import (
	"github.com/spf13/cobra"

	"runexp/python"
)

// pythonCommand is `runexp python`.
func (a *app) pythonCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "python",
		Short: "Print a Python file that reads stores into data frames and pictures",
		Long: `Print runexp.py, a Python file that reads stores of this version of runexp: runs, metrics, sweeps,
scores and votes as pandas data frames, and pictures. It needs Python 3.9 and its standard library;
without pandas tables are lists of dicts, and pictures become PIL images where Pillow is installed.
Save it beside a script or notebook, and anew after an update of runexp.

Prints the file, reads nothing and writes nothing.

Exit codes: 0 printed; 2 for arguments.

See also: runexp ls, runexp show, runexp report`,
		Example: `  runexp python > runexp.py
  runexp python > notebooks/runexp.py`,
		Args: exactArgs(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			_, err := rawWriter(a.stdout).Write(python.File())
			return err
		},
	}
}
