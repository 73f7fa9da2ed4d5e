package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/internal/printable"
)

// backbonesCommand is `runexp backbones [NAME]`.
func (a *app) backbonesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backbones [NAME [FILE]]",
		Short: "List the backbones, or print one's network",
		Long: `List the backbones, or print one's network: index, name, kind, channels, stride, receptive field
(side in input pixels) and parameters of every layer. A config may name a layer, give its index,
or use a glob such as relu4_*. NAME:softmax is the layer's features as a softmax, which networks
with residual connections need (SWAG). FILE is the description that the backbone "file" takes.

Reads no weights, only FILE, and writes nothing. --json prints a list of objects.

Exit codes: 0 printed; 2 for an unknown backbone.

See also: runexp plugins, runexp weights`,
		Example: `  runexp backbones
  runexp backbones vgg19
  runexp backbones vgg16 --json
  runexp backbones file net.yaml`,
		ValidArgsFunction: func(command *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return nil, cobra.ShellCompDirectiveDefault // files
			}
			return firstArg(words(a.plugins.Backbones.Names()...))(command, args, begin)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return a.listBackbones()
			case 1:
				return a.printBackbone(args[0], "")
			case 2:
				return a.printBackbone(args[0], args[1])
			}
			return usage(fmt.Errorf("backbones takes at most one name and one file; see runexp backbones --help"))
		},
	}
}

func (a *app) listBackbones() error {
	type row struct {
		Name string `json:"name"`
		Doc  string `json:"doc"`
	}
	var rows []row
	var cells [][]string
	for _, name := range a.plugins.Backbones.Names() {
		p, err := a.plugins.Backbones.Lookup(name)
		if err != nil {
			return err
		}
		rows = append(rows, row{name, p.Doc})
		cells = append(cells, []string{name, p.Doc})
	}
	if a.json {
		return printJSON(a.stdout, rows)
	}
	return table(a.stdout, []string{"NAME", "WHAT"}, cells)
}

func (a *app) printBackbone(name, file string) error {
	p, err := a.plugins.Backbones.Lookup(name)
	if err != nil {
		return usage(err)
	}
	options := p.Options()
	reads := framework.SetFile(options, file)
	switch {
	case file != "" && !reads:
		return usage(fmt.Errorf("backbone %s takes no file; omit %s", name, printable.Excerpt(file)))
	case file == "" && reads:
		return usage(fmt.Errorf("backbone %s needs a file: runexp backbones %s FILE", name, name))
	}
	b, err := p.New(options)
	if err != nil {
		return usage(fmt.Errorf("backbone %s: %w", name, err))
	}
	layers := b.Layers()
	if a.json {
		return printJSON(a.stdout, layers)
	}
	var cells [][]string
	for _, l := range layers {
		cells = append(cells, []string{
			fmt.Sprint(l.Index), l.Name, l.Kind, fmt.Sprint(l.Channels), fmt.Sprint(l.Stride),
			fmt.Sprint(l.Receptive), parameters(l),
		})
	}
	return table(a.stdout, []string{"INDEX", "NAME", "KIND", "CHANNELS", "STRIDE", "RECEPTIVE", "PARAMETERS"}, cells)
}

func parameters(l framework.Layer) string {
	if l.Parameters == 0 {
		return "-"
	}
	return fmt.Sprint(l.Parameters)
}
