package cmd

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/config"
)

// helpCommand is `runexp help [VERB …]`.
func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB …]",
		Short: "Print the help of a verb, as VERB --help does",
		Long: `Print the help of a verb, as VERB --help does: what it does, reads and writes, its exit codes,
examples and flags.

Reads and writes nothing.

Exit codes: 0 printed; 2 for an unknown verb.

See also: runexp --help`,
		Example: `  runexp help plot
  runexp help weights pull`,
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			found, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var list []string
			for _, verb := range found.Commands() {
				if strings.HasPrefix(verb.Name(), word) {
					list = append(list, cobra.CompletionWithDesc(verb.Name(), verb.Short))
				}
			}
			return list, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil {
				return usage(err)
			}
			if len(rest) > 0 {
				return unknownVerb(found, rest[0])
			}
			return found.Help()
		},
	}
}

// unknownVerb is the error for a verb that c does not have.
func unknownVerb(c *cobra.Command, name string) error {
	var known []string
	for _, verb := range c.Commands() {
		known = append(known, verb.Name())
	}
	if ending := filepath.Ext(name); ending == ".yaml" || ending == ".yml" {
		return usage(fmt.Errorf("unknown verb %q; to run a file: %s -c %s", name, c.CommandPath(), name))
	}
	if slices.Contains(config.ImageExtensions(), strings.ToLower(filepath.Ext(name))) {
		return usage(fmt.Errorf("unknown verb %q; to begin with your own images: %s new PHOTO PAINTING", name, c.CommandPath()))
	}
	return usage(framework.UnknownName("verb", name, known))
}
