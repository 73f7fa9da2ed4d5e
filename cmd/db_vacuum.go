package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"runexp/framework/sizes"
	"runexp/framework/store"
)

// vacuumCommand is `runexp db vacuum`.
func (a *app) vacuumCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "vacuum",
		Short: "Compact the store, after runs were erased",
		Long: `Compact the store: write it anew without the space that erased runs and pictures left. Without
this, later runs use that space.

Reads and writes the store (--db), and prints its size before and after. It needs room for a copy,
in the folder for temporary files (SQLITE_TMPDIR) and beside the store; without it, and if it is
stopped, the store stays as it was. --json prints one object.

Exit codes: 0 compacted; 1 if the disk is full or fails, or the store stays locked; 2 while a run is
running, and for a missing store.

See also: runexp db prune, runexp db check`,
		Example: `  runexp db vacuum
  runexp db vacuum --db old/runexp.db`,
		Args: exactArgs(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.changeStore(c.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			before, after, err := s.Vacuum(c.Context())
			var running *store.RunningError
			if errors.As(err, &running) {
				return usage(fmt.Errorf("run %d is running in process %d; wait for its end, or stop it with kill %[2]d, and try again", running.Number, running.PID))
			}
			if err != nil {
				return err
			}
			if a.json {
				return printJSON(a.stdout, struct {
					Before int64 `json:"before"`
					After  int64 `json:"after"`
				}{before, after})
			}
			fmt.Fprintf(a.stdout, "%s: %s before, %s now\n", a.db, sizes.Bytes(before), sizes.Bytes(after))
			return nil
		},
	}
}
