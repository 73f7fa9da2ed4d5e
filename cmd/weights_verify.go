package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/weights"
)

// verifyRow is what was found of one weights file.
type verifyRow struct {
	Name    string `json:"name"`
	Path    string `json:"path"`
	OK      bool   `json:"ok"`
	SHA256  string `json:"sha256,omitempty"`
	Tensors string `json:"tensors"` // whose they are, or that no backbone asks for them
	Origin  string `json:"origin"`  // whether the values are known to be what was imported or published
	Problem string `json:"problem,omitempty"`
}

func (w *weightsVerbs) verify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [NAME|FILE …]",
		Short: "Read weights whole: checksum, finite values, all tensors that the backbone needs",
		Long: `Read weights whole: all values must be finite, the tensors those that the backbone needs, the
values those that were imported, and the checksum that in the file's name, if it has one
(vgg19-dcbb9e9d.pth). Without arguments, all weights that are found.

Reads the files. Writes nothing. Prints a line a file, or with --json a list of objects.

Exit codes: 0 all are sound; 2 if one is not, or is missing.

See also: runexp weights ls, runexp weights import, runexp weights`,
		Example: `  runexp weights verify
  runexp weights verify vgg19-oxford
  runexp weights verify vgg19-dcbb9e9d.pth --json`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return w.places.Names(), cobra.ShellCompDirectiveDefault // files too
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = w.places.Names()
			}
			return w.verifyAll(c.Context(), args)
		},
	}
}

func (w *weightsVerbs) verifyAll(ctx context.Context, names []string) error {
	rows := []verifyRow{}
	var cells [][]string
	var problems []error
	for _, name := range names {
		row := verifyRow{Name: name}
		err := w.verifyFile(ctx, name, &row)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		result := "ok"
		if row.OK = err == nil; !row.OK {
			problems, row.Problem, result = append(problems, err), err.Error(), "BAD"
		}
		rows = append(rows, row)
		cells = append(cells, []string{name, result, dash(row.Tensors), dash(row.Origin), dash(row.SHA256), dash(row.Path)})
	}
	if len(rows) == 0 && !w.json {
		_, err := fmt.Fprintln(w.stdout, "no weights are there to verify; runexp weights ls says where they can be had")
		return err
	}
	if w.json {
		problems = append(problems, printJSON(w.stdout, rows))
	} else {
		problems = append(problems, table(w.stdout, []string{"NAME", "RESULT", "TENSORS", "ORIGIN", "SHA-256", "PATH"}, cells))
	}
	return usage(errors.Join(problems...))
}

// verifyFile fills in row as far as it gets.
func (w *weightsVerbs) verifyFile(ctx context.Context, name string, row *verifyRow) error {
	path, err := weights.Find(name, w.places)
	if err != nil {
		return err
	}
	row.Path = path
	f, err := weights.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if row.SHA256, err = f.SHA256(ctx); err != nil {
		return err
	}
	imported, err1 := f.Verify(ctx)
	published, err2 := checkName(path, row.SHA256)
	switch {
	case imported && err1 != nil, published && err2 != nil:
		row.Origin = "changed since"
	case imported:
		row.Origin = "as imported"
	case published:
		row.Origin = "as its name says"
	default:
		row.Origin = "not known"
	}
	tensors, err3 := w.checkTensors(f, path)
	row.Tensors = tensors
	return errors.Join(err1, err2, err3)
}

// checkTensors checks that f holds what its backbone needs, if the file's name
// says which that is, and returns whose it is. A publisher's digits do not count.
func (w *weightsVerbs) checkTensors(f *weights.File, path string) (string, error) {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	name = strings.TrimSuffix(name, "-"+publishedDigits(path))
	backbone, identifier, err := w.identifier(name)
	if err != nil {
		return "of no backbone here", nil
	}
	is, err := identifier.Identify(f, strings.TrimPrefix(name, backbone+"-"))
	if err != nil {
		return backbone, fmt.Errorf("weights %s: %w", path, err)
	}
	return backbone + ", " + is.Format, f.Check(is.Tensors)
}

// publishedDigits returns the digits of a checksum that torchvision and others
// put into a file's name; "" if there are none.
func publishedDigits(path string) string {
	found := regexp.MustCompile(`-([0-9a-f]{8,64})\.[a-z]+$`).FindStringSubmatch(path)
	if found == nil {
		return ""
	}
	return found[1]
}

// checkName compares a checksum with the digits in a file's name, and says
// whether there are any.
func checkName(path, sum string) (bool, error) {
	digits := publishedDigits(path)
	if !strings.HasPrefix(sum, digits) {
		return true, fmt.Errorf("weights %s: its SHA-256 is %s, which its name says begins with %s; the file is damaged, fetch it again", path, sum, digits)
	}
	return digits != "", nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
