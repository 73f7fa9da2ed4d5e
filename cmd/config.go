package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"runexp/experiments/plan"
	"runexp/framework/config"
	"runexp/framework/sizes"
)

// configCommand is `runexp config show|validate|keys`.
func (a *app) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Print or check a config",
		Long: `Print a config, as written or with everything filled in, or check it. The images and weights
that it names are not read; runexp -c FILE --dry-run reads them, and predicts the run time.

Reads the config and the presets and files that it extends. Writes nothing.

Exit codes: 0 printed, or valid; 2 for an invalid config, with the place of every problem and how
to fix it.

See also: runexp config show, runexp config validate, runexp plugins`,
		Example: `  runexp config show -c configs/d2l.yaml --resolve
  runexp config validate -c configs/d2l.yaml`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(c, args[0])
			}
			return usage(errors.New("config takes a verb: show, validate, diff, convert-weights or keys; see runexp config --help"))
		},
	}
	c.AddCommand(a.configShow(), a.configValidate(), a.configDiff(), a.configConvert(), a.configKeys())
	return c
}

func (a *app) configShow() *cobra.Command {
	var file string
	resolve := false
	c := &cobra.Command{
		Use:   "show -c FILE [path=value …]",
		Short: "Print a config as written, or with everything filled in",
		Long: `Print a config as written or, with --resolve or a path=value, with everything filled in: what it
extends, the overrides, and the default of every setting. The output is a config itself; with
--json it is one object without comments, which -c reads too.

Reads the config and the presets and files that it extends. Writes nothing.

Exit codes: 0 printed; 2 for an invalid config, with every problem.

See also: runexp config validate, runexp plugins, runexp show`,
		Example: `  runexp config show -c configs/d2l.yaml
  runexp config show -c configs/d2l.yaml --resolve losses.style.weight=1e4`,
		RunE: func(_ *cobra.Command, overrides []string) error {
			resolved, err := a.load(file, overrides)
			if err != nil {
				return err
			}
			text := resolved.Written
			if resolve || len(overrides) > 0 {
				if text, err = resolved.YAML(); err != nil {
					return err
				}
			}
			return a.printConfig(text)
		},
	}
	pathFlag(c.Flags(), &file, "config", "c", "", "the YAML file, or - for standard input")
	c.Flags().BoolVar(&resolve, "resolve", false, "fill in presets, overrides and defaults")
	completeConfig(c)
	c.ValidArgsFunction = a.overrides(&file)
	return c
}

// printConfig prints a config unchanged, or as JSON.
func (a *app) printConfig(text []byte) error {
	if !a.json {
		_, err := rawUnlessTerminal(a.stdout).Write(text)
		return err
	}
	object, err := config.JSON(text)
	if err != nil {
		return usage(err)
	}
	return printJSON(a.stdout, object)
}

func (a *app) configValidate() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "validate -c FILE [path=value …]",
		Short: "Check a config and report every problem",
		Long: `Check a config and report every problem at once: unknown keys and names with the nearest known
one, values out of range, layers that the backbone does not have. The images and weights that it
names are not read; runexp -c FILE --dry-run reads them.

Reads the config and the presets and files that it extends. Writes nothing. --json prints one
object, with the number of trials.

Exit codes: 0 valid; 2 for an invalid config, with the line and setting of every problem and how
to fix it.

See also: runexp config show, runexp plugins`,
		Example: `  runexp config validate -c configs/d2l.yaml
  runexp config validate -c configs/d2l.yaml 'losses.style.layers=[conv1_1,relu4_1]'`,
		RunE: func(_ *cobra.Command, overrides []string) error {
			resolved, err := a.load(file, overrides)
			if err != nil {
				return err
			}
			points, err := plan.Expand(resolved)
			if err != nil {
				return usage(err)
			}
			if a.json {
				return printJSON(a.stdout, map[string]any{"file": file, "valid": true, "trials": len(points)})
			}
			if resolved.Sweep != nil {
				later := ""
				if n := plan.Total(resolved, len(points)) - len(points); n > 0 {
					later = fmt.Sprintf(", and up to %d more that follow from results", n)
				}
				_, err = fmt.Fprintf(a.stdout, "%s is valid: a sweep of %s%s\n", file, sizes.Count(len(points), "trial"), later)
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s is valid\n", file)
			return err
		},
	}
	pathFlag(c.Flags(), &file, "config", "c", "", "the YAML file, or - for standard input")
	completeConfig(c)
	c.ValidArgsFunction = a.overrides(&file)
	return c
}
