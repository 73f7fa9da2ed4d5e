package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/run"
)

// configConvert is `runexp config convert-weights FROM TO`.
func (a *app) configConvert() *cobra.Command {
	threads := 0
	c := &cobra.Command{
		Use:   "convert-weights FROM TO [path=value …]",
		Short: "Print one config's loss weights so that they pull as in another",
		Long: `Print the losses of the config TO with weights that pull at the picture as hard as those of the
same names in FROM do, to be put in place of TO's weights. Layers, size and backbone change how
large the gradient of a loss is, so weights that were tuned for one are wrong for another.

How hard a loss pulls is the L2 norm of its gradient, times its weight, with respect to the pixels
in [0, 1] of the picture that the first stage starts from. A loss without a gradient there in
either config, as content at the content image, is measured in both at a probe: nine tenths of
that picture and one tenth of uniform noise, by the seed. Losses that FROM lacks keep their
weights, as do weights within stages.

FROM and TO are presets or config files. Both need images: one that names none has the other's,
and path=value sets them, or anything else, in both. Of a sweep the first trial is measured.

Reads the configs, the images and the weights. Writes nothing. Prints YAML, with a table of the
norms as comments; --json prints one object.

Exit codes: 0 printed; 2 for an invalid config, missing images or weights, configs without a loss
of the same name, and a loss that has no gradient.

See also: runexp config diff, runexp config show, runexp advise`,
		Example: `  runexp config convert-weights d2l-gluon mine.yaml
  runexp config convert-weights d2l-gluon d2l-torch content=photo.jpg style=painting.jpg`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 || strings.Contains(args[0], "=") || strings.Contains(args[1], "=") {
				return usage(fmt.Errorf("convert-weights takes two presets or config files; see runexp config convert-weights --help"))
			}
			return nil
		},
		ValidArgsFunction: configNames,
		RunE: func(c *cobra.Command, args []string) error {
			engine, err := compute.NewEngine(compute.Options{Threads: threads, ISA: os.Getenv("RUNEXP_ISA")})
			if err != nil {
				return usage(err)
			}
			defer engine.Close()
			from, to, err := a.measured(c.Context(), engine, args)
			if err != nil {
				return usage(err)
			}
			list, err := convert(from, to)
			if err != nil {
				return usage(fmt.Errorf("%s and %s: %w", args[0], args[1], err))
			}
			if a.json {
				return printJSON(a.stdout, map[string]any{"from": args[0], "to": args[1], "losses": list})
			}
			return printConverted(a.stdout, args[0], list)
		},
	}
	c.Flags().IntVar(&threads, "threads", 0, "compute threads (default: one per CPU available to the process, or GOMAXPROCS)")
	completeFlag(c, "threads", noCompletion)
	return c
}

// A measurement is an experiment and the gradients of its losses.
type measurement struct {
	framework.Experiment
	norms map[string]run.GradientNorm
}

// measured loads and measures FROM and TO.
func (a *app) measured(ctx context.Context, engine *compute.Engine, args []string) (from, to measurement, err error) {
	var refs [2]*referenced
	for i := range refs {
		if refs[i], err = a.reference(args[i]); err != nil {
			return from, to, err
		}
	}
	given := slices.ContainsFunc(args[2:], func(s string) bool { return strings.HasPrefix(s, "content") })
	if refs[0].imageless && refs[1].imageless && !given {
		return from, to, fmt.Errorf("neither %s nor %s names images to measure on; add content=FILE style=FILE", args[0], args[1])
	}
	preparer := run.NewPreparer(a.plugins, engine)
	var both [2]measurement
	for i := range both {
		text := ""
		if other := refs[1-i]; refs[i].imageless && !other.imageless {
			text = images(other.Experiment.Content.Image, other.Experiment.Style[0].Image)
		}
		resolved, err := a.withOverrides(args[i], text, args[2:])
		if err != nil {
			return from, to, err
		}
		prepared, err := preparer.Prepare(resolved.Experiment)
		if err != nil {
			return from, to, fmt.Errorf("%s: %w", args[i], err)
		}
		norms, err := prepared.GradientNorms(ctx)
		prepared.Release()
		if err != nil {
			return from, to, fmt.Errorf("%s: %w", args[i], err)
		}
		both[i] = measurement{resolved.Experiment, map[string]run.GradientNorm{}}
		for _, n := range norms {
			both[i].norms[n.Loss] = n
		}
	}
	return both[0], both[1], nil
}

// withOverrides loads a preset or file under lines of a config and overrides.
func (a *app) withOverrides(name, lines string, overrides []string) (*config.Resolved, error) {
	loader := a.loader()
	if lines == "" && isConfigFile(name) {
		return loader.Load(name, overrides)
	}
	base, err := extended(name)
	if err != nil {
		return nil, err
	}
	loader.Stdin = strings.NewReader(base + lines)
	return loader.Load("-", overrides)
}

// A conversion is a loss with its weight before and after.
type conversion struct {
	Loss   string  `json:"loss"`
	Weight float64 `json:"weight"` // the new one
	Was    float64 `json:"was"`
	Norm   float64 `json:"norm"`     // of the gradient in FROM, and in TO with the new weight
	Before float64 `json:"norm_was"` // in TO with its own weight
	At     string  `json:"at"`       // start or probe; "" for a loss that FROM lacks
}

// convert returns the losses of to with new weights.
func convert(from, to measurement) ([]conversion, error) {
	var list []conversion
	found := false
	for _, l := range to.Losses {
		c := conversion{Loss: l.Name, Weight: l.Weight, Was: l.Weight}
		target := to.norms[l.Name]
		for _, other := range from.Losses {
			if other.Name != l.Name {
				continue
			}
			source := from.norms[l.Name]
			c.At = "start"
			before, now := source.Start, target.Start
			if !source.Starts() || !target.Starts() {
				c.At, before, now = "probe", source.Probe, target.Probe
			}
			if before == 0 || now == 0 {
				return nil, fmt.Errorf("losses.%s has no gradient, neither at the start nor at the probe, so there is no weight to convert", l.Name)
			}
			c.Norm, c.Before = before*other.Weight*source.Factor, now*l.Weight*target.Factor
			c.Weight = other.Weight * (source.Factor / target.Factor) * (before / now)
			found = true
		}
		list = append(list, c)
	}
	if !found {
		return nil, fmt.Errorf("no losses have the same name; rename those that correspond, as in losses.gram.name=style")
	}
	return list, nil
}

// printConverted prints the losses as YAML, after the norms as comments.
func printConverted(w io.Writer, from string, list []conversion) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# The gradients of these losses are as large as in %s: L2 norms over the picture in [0, 1],\n"+
		"# at the start, or at a probe where the start has none, nine tenths of it and one of noise.\n#\n", from)
	rows := [][]string{}
	for _, c := range list {
		if c.At == "" {
			rows = append(rows, []string{"# " + c.Loss, "-", "-", "unchanged: " + from + " has no such loss"})
			continue
		}
		rows = append(rows, []string{"# " + c.Loss, fmt.Sprintf("%.4g", c.Before), fmt.Sprintf("%.4g", c.Norm), c.At})
	}
	if err := table(&b, []string{"# LOSS", "NORM BEFORE", "AFTER", "AT"}, rows); err != nil {
		return err
	}
	b.WriteString("losses:\n")
	for _, c := range list {
		fmt.Fprintf(&b, "  - {name: %s, weight: %s}\n", c.Loss, config.Number(c.Weight))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
