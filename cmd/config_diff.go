package cmd

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/sizes"
)

// configDiff is `runexp config diff A B`.
func (a *app) configDiff() *cobra.Command {
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Name every difference in meaning between two configs or presets",
		Long: `Name every difference in meaning between two configs, with what each setting means. A and B are
presets by name, or config files.

Both are compared with everything filled in, so what is written differently and means the same is
no difference: defaults, numbers as 1e3, layers by index, weights of layers and of their loss with
the same products. The name of the experiment, checkpoint and evaluate do not count. Losses
are paired by name, then by type. Where another plugin is chosen, its options are shown together.
Images need not be there, and are not compared with a preset's, which has none. Of a sweep its
first trial is compared.

Reads the configs and what they extend. Writes nothing. --json prints one object.

Exit codes: 0 printed, whether they differ or not; 2 for an invalid config, with every problem,
and for a name that is neither a preset nor a file.

See also: runexp config show, runexp compare, runexp config convert-weights`,
		Example: `  runexp config diff d2l-gluon crowsonkb
  runexp config diff configs/d2l.yaml standard --json`,
		Args:              exactArgs(2, "two presets or config files"),
		ValidArgsFunction: configNames,
		RunE: func(_ *cobra.Command, args []string) error {
			one, err := a.reference(args[0])
			if err != nil {
				return err
			}
			other, err := a.reference(args[1])
			if err != nil {
				return err
			}
			if one.imageless || other.imageless {
				one.dropImages()
				other.dropImages()
			}
			list := config.Differences(one.Experiment, other.Experiment)
			if a.json {
				if list == nil {
					list = []config.Difference{}
				}
				return printJSON(a.stdout, map[string]any{"a": args[0], "b": args[1], "differences": list})
			}
			return a.printDifferences(args[0], args[1], list)
		},
	}
	return c
}

// printDifferences prints a block for each difference, under a heading for each group.
func (a *app) printDifferences(one, other string, list []config.Difference) error {
	if len(list) == 0 {
		_, err := fmt.Fprintf(a.stdout, "%s and %s mean the same\n", one, other)
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s between %s and %s\n", sizes.Count(len(list), "difference"), one, other)
	width := max(len(one), len(other))
	value := func(name string, v *string) {
		text := "-"
		if v != nil {
			text = *v
		}
		fmt.Fprintf(&b, "    %-*s  %s\n", width, name, text)
	}
	group := ""
	for _, d := range list {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(&b, "\n%s\n", group)
		}
		fmt.Fprintf(&b, "  %s: %s\n", d.Path, gist(d.Doc))
		value(one, d.A)
		value(other, d.B)
	}
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

// gist returns the beginning of a setting's doc: its first clause, or as much as fits a line.
func gist(doc string) string {
	for _, end := range []string{". ", "; "} {
		doc, _, _ = strings.Cut(doc, end)
	}
	const most = 100
	if letters := []rune(doc); len(letters) > most {
		doc = string(letters[:most])
		doc = strings.TrimRight(doc[:strings.LastIndex(doc, " ")], ",:") + " …"
	}
	return doc
}

// referenced is a config that an argument names.
type referenced struct {
	*config.Resolved
	imageless bool // placeholders stand for its images
}

// dropImages removes the names of images.
func (r *referenced) dropImages() {
	r.Experiment.Content.Image = ""
	styles := make([]framework.StyleImage, len(r.Experiment.Style))
	for i, s := range r.Experiment.Style {
		s.Image = ""
		styles[i] = s
	}
	r.Experiment.Style = styles
}

// placeholder stands for an image that is not needed.
const placeholder = "none.png"

// reference loads the preset or file that an argument names. Its images need not be there, and
// if it names none, placeholders do.
func (a *app) reference(name string) (*referenced, error) {
	loader := a.loader()
	loader.Absent = true
	base, err := extended(name)
	if err != nil {
		return nil, usage(err)
	}
	var problems error
	if isConfigFile(name) {
		resolved, err := loader.Load(name, nil)
		if err == nil {
			a.noteSweep(name, resolved)
			return &referenced{Resolved: resolved}, nil
		}
		problems = err
	}
	loader.Stdin = strings.NewReader(base + images(placeholder, placeholder))
	resolved, err := loader.Load("-", nil)
	if err != nil && problems != nil {
		err = problems // more is wrong than that images are missing
	}
	if err != nil {
		return nil, usage(err)
	}
	a.noteSweep(name, resolved)
	return &referenced{resolved, true}, nil
}

// extended returns the line of a config that extends the preset or file of this name.
func extended(name string) (string, error) {
	if !isConfigFile(name) {
		if !slices.Contains(presetNames(), name) {
			return "", framework.UnknownName("preset", name, presetNames())
		}
		return "extends: [" + config.Text(name) + "]\n", nil
	}
	absolute, err := filepath.Abs(name)
	return "extends: [" + config.Text(absolute) + "]\n", err
}

// images are the lines of a config that name its images.
func images(content, style string) string {
	return fmt.Sprintf("content: %s\nstyle: %s\n", config.Text(content), config.Text(style))
}

func (a *app) noteSweep(name string, r *config.Resolved) {
	if r.Sweep != nil {
		fmt.Fprintf(a.stderr, "note: %s is a sweep, and its first trial stands for it\n", name)
	}
}

// isConfigFile reports whether a name looks like a file's, whether it is there or not.
func isConfigFile(name string) bool {
	return strings.ContainsRune(name, filepath.Separator) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// configNames proposes presets; files are the shell's.
func configNames(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return presetNames(), cobra.ShellCompDirectiveDefault
}
