package cmd

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/printable"
)

// checkCommand is `runexp db check`.
func (a *app) checkCommand() *cobra.Command {
	repair := false
	c := &cobra.Command{
		Use:   "check",
		Short: "Read the whole store and say what is wrong in it, and what can be done",
		Long: `Read the whole store and say what is wrong in it, and what can be done: the pages of the file, its
log, references between rows, every picture against its hash, the summaries of metrics against
their values, texts that are not JSON, and the views of sweeps.

Reads the store (--db). Writes nothing, unless --repair is given, which makes again what follows
from other rows: summaries and views; pictures that belong to no run go. --json prints a list of
objects.

Exit codes: 0 nothing is wrong, or all was repaired; 2 something is wrong, or there is no store.

See also: runexp db vacuum, runexp db merge, runexp ls`,
		Example: `  runexp db check
  runexp db check --repair --db old/runexp.db`,
		Args: exactArgs(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return a.checkDB(c, repair) },
	}
	c.Flags().BoolVar(&repair, "repair", false, "make again what follows from other rows")
	return c
}

func (a *app) checkDB(c *cobra.Command, repair bool) error {
	open := a.readStore
	if repair {
		open = a.openStore
	}
	s, err := open(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	found, err := s.Problems(c.Context())
	if err != nil {
		return err
	}
	if repair && slices.ContainsFunc(found, func(p store.Problem) bool { return p.Repaired }) {
		if err := s.Repair(c.Context()); err != nil {
			return err
		}
	}
	left := 0
	for i := range found {
		if found[i].Repaired = found[i].Repaired && repair; !found[i].Repaired {
			left++
		}
	}
	if a.json {
		if err := printJSON(a.stdout, append([]store.Problem{}, found...)); err != nil {
			return err
		}
	} else {
		for _, p := range found {
			remedy := p.Remedy
			if p.Repaired {
				remedy = "repaired"
			}
			fmt.Fprintf(a.stdout, "%s\n  %s\n", printable.Text(p.What), remedy)
		}
		if len(found) == 0 {
			fmt.Fprintf(a.stdout, "%s: nothing is wrong\n", a.db)
		}
	}
	if left > 0 {
		return usage(fmt.Errorf("%s has %s", a.db, sizes.Count(left, "problem")))
	}
	return nil
}
