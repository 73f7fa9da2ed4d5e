package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
)

// dbCommand is the parent of the verbs on the store as a file.
func (a *app) dbCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "db VERB",
		Short: "Check, compact, merge or prune the store",
		Long: `Check, compact, merge or prune the store: the SQLite file with all runs (--db).

Reads and writes nothing itself.

Exit codes: 0 help printed; 2 for an unknown verb.

See also: runexp query, runexp rm, runexp ls`,
		Example: `  runexp db check
  runexp db merge laptop.db cluster.db
  runexp db prune --dry-run`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(c, args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.checkCommand(), a.vacuumCommand(), a.mergeCommand(), a.pruneCommand())
	for _, verb := range c.Commands() {
		verb.SilenceUsage = true
	}
	return c
}

// atLeastOne refuses a command line without an argument.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(fmt.Errorf("%s takes at least one %s; see %s --help", c.Name(), what, c.CommandPath()))
		}
		return nil
	}
}
