package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"runexp/experiments"
)

// configCommand is `runexp config show|validate|keys`.
func (a *app) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Print or check a config",
		Args:  cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("config takes a verb: show, validate or keys; see runexp config --help"))
		},
	}
	c.AddCommand(a.configShow(), a.configValidate(), a.configKeys())
	return c
}

func (a *app) configShow() *cobra.Command {
	var file string
	resolve := false
	c := &cobra.Command{
		Use:     "show -c FILE [path=value …]",
		Short:   "Print a config as written, or with everything filled in",
		Example: "  runexp config show -c configs/d2l.yaml --resolve losses.style.weight=1e4",
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
			_, err = a.stdout.Write(text)
			return err
		},
	}
	c.Flags().StringVarP(&file, "config", "c", "", "the YAML file")
	c.Flags().BoolVar(&resolve, "resolve", false, "fill in presets, overrides and defaults")
	return c
}

func (a *app) configValidate() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "validate -c FILE [path=value …]",
		Short: "Check a config and report every problem",
		RunE: func(_ *cobra.Command, overrides []string) error {
			resolved, err := a.load(file, overrides)
			if err != nil {
				return err
			}
			points, err := experiments.Expand(resolved)
			if err != nil {
				return usage(err)
			}
			if resolved.Sweep != nil {
				_, err = fmt.Fprintf(a.stdout, "%s is valid: a sweep of %d trials\n", file, len(points))
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s is valid\n", file)
			return err
		},
	}
	c.Flags().StringVarP(&file, "config", "c", "", "the YAML file")
	return c
}
