package cmd

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/weights"
)

// weightsVerbs holds what the verbs of `runexp weights` share.
type weightsVerbs struct {
	*app
	places  weights.Places
	sources []weights.Source
}

func (a *app) weightsCommand() *cobra.Command {
	return (&weightsVerbs{app: a, places: weights.DefaultPlaces(), sources: weights.Sources()}).command()
}

func (w *weightsVerbs) command() *cobra.Command {
	c := &cobra.Command{
		Use:   "weights",
		Short: "List, fetch, import and check pretrained weights",
		Long: `List, fetch, import and check pretrained weights.

A backbone reads NAME.safetensors from the folders and files listed in RUNEXP_WEIGHTS, separated
by colons, or else from the cache, which pull and import write: runexp/weights in XDG_CACHE_HOME
or ~/.cache. A config may also name a file: backbone.weights=FILE. vgg19-lite needs none.

Exit codes: 0 done; 1 if the network or the disk fails; 2 for an unknown name, and for files that
are missing, damaged or of other weights.

See also: runexp weights ls, runexp weights pull, runexp weights import, runexp weights verify`,
		Example: `  runexp weights ls
  runexp weights pull vgg19-torchvision
  runexp weights import vgg19.pth --as vgg19-torchvision
  runexp weights verify`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("weights takes a verb: ls, pull, import or verify; see runexp weights --help"))
		},
	}
	c.AddCommand(w.ls(), w.pull(), w.importCommand(), w.verify())
	return c
}

// weightsRow is one kind of weights as listed.
type weightsRow struct {
	Name    string `json:"name"`
	Found   bool   `json:"found"`
	Path    string `json:"path,omitempty"`
	Bytes   int64  `json:"bytes,omitempty"` // size of the file
	Licence string `json:"licence"`
	Get     string `json:"get,omitempty"` // the command that gets what is missing
}

func (w *weightsVerbs) ls() *cobra.Command {
	return &cobra.Command{
		Use:   "ls",
		Short: "List known weights and where they are",
		Long: `List the weights that backbones look for by name, and others in the same folders: found, with
size and path, or missing, with the command that gets them; and the licence.

Reads the folders in RUNEXP_WEIGHTS and the cache, and the headers of files whose licence is not
known otherwise. Writes nothing. --json prints a list of objects.

Exit codes: 0 listed; 2 for arguments.

See also: runexp weights pull, runexp weights import, runexp weights verify`,
		Example: `  runexp weights ls
  runexp weights ls --json`,
		Args: exactArgs(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			rows := w.rows()
			if w.json {
				return printJSON(w.stdout, rows)
			}
			var cells [][]string
			for _, r := range rows {
				if r.Found {
					cells = append(cells, []string{r.Name, "found", mebibytes(r.Bytes), r.Path, r.Licence})
				} else {
					cells = append(cells, []string{r.Name, "missing", "-", r.Get, r.Licence})
				}
			}
			return table(w.stdout, []string{"NAME", "STATUS", "SIZE", "PATH OR COMMAND", "LICENCE"}, cells)
		},
	}
}

func (w *weightsVerbs) rows() []weightsRow {
	names := w.places.Names()
	for _, s := range w.sources {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	var rows []weightsRow
	for _, name := range slices.Compact(names) {
		row := weightsRow{Name: name, Licence: "not known"}
		source, known := w.source(name)
		if known {
			row.Licence, row.Get = source.Licence, source.Command()
		}
		if path, err := weights.Find(name, w.places); err == nil {
			row = w.found(name, path)
		}
		rows = append(rows, row)
	}
	return rows
}

// found returns the row of weights at path.
func (w *weightsVerbs) found(name, path string) weightsRow {
	row := weightsRow{Name: name, Found: true, Path: path}
	if info, err := os.Stat(path); err == nil {
		row.Bytes = info.Size()
	}
	if source, known := w.source(name); known {
		row.Licence = source.Licence
	} else {
		row.Licence = licenceOf(path)
	}
	return row
}

// licenceOf returns the licence in a file's metadata.
func licenceOf(path string) string {
	f, err := weights.Open(path)
	if err != nil {
		return "unreadable: see runexp weights verify"
	}
	defer f.Close()
	for _, key := range []string{"licence", "license"} {
		if text := f.Metadata()[key]; text != "" {
			return strings.Join(strings.Fields(text), " ")
		}
	}
	return "not known"
}

func (w *weightsVerbs) source(name string) (weights.Source, bool) {
	for _, s := range w.sources {
		if s.Name == name {
			return s, true
		}
	}
	return weights.Source{}, false
}

// names proposes the names of weights that can be imported.
func (w *weightsVerbs) names(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var list []string
	for _, s := range w.sources {
		list = append(list, s.Name)
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// identifier returns the backbone of the weights called name: BACKBONE or
// BACKBONE-FORMAT.
func (w *weightsVerbs) identifier(name string) (backbone string, b weights.Identifier, err error) {
	var known []string
	for _, candidate := range w.plugins.Backbones.Names() {
		p, err := w.plugins.Backbones.Lookup(candidate)
		if err != nil {
			return "", nil, err
		}
		made, err := p.New(p.Options())
		if err != nil {
			continue // it needs options, so its name alone identifies no weights
		}
		identifier, ok := made.(weights.Identifier)
		if !ok || len(identifier.Formats()) == 0 {
			continue
		}
		known = append(known, candidate)
		if name == candidate {
			return candidate, identifier, nil
		}
		for _, format := range identifier.Formats() {
			known = append(known, candidate+"-"+format)
			if name == candidate+"-"+format {
				return candidate, identifier, nil
			}
		}
	}
	return "", nil, framework.UnknownName("weights", name, known)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
