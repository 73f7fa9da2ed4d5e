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

// verifyRow is the result for one weights file.
type verifyRow struct {
	Name    string `json:"name"`
	Path    string `json:"path"`
	OK      bool   `json:"ok"`
	SHA256  string `json:"sha256,omitempty"`
	Tensors string `json:"tensors"` // the backbone and format, or that there is none
	Origin  string `json:"origin"`  // whether the values match what was imported or published
	Problem string `json:"problem,omitempty"`
}

func (w *weightsVerbs) verify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [NAME|FILE …]",
		Short: "Check whole weights files: checksum, finite values, tensors of the backbone",
		Long: `Check whole weights files: all values must be finite, the tensors those that the backbone needs,
the values the imported ones, and the checksum the one in the file's name, if it has one
(vgg19-dcbb9e9d.pth). Without arguments, check all weights that are found.

Reads the files. Writes nothing. Prints a line per file, or with --json a list of objects.

Exit codes: 0 all are valid; 2 if one is not, or is missing.

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
		_, err := fmt.Fprintln(w.stdout, "no weights to verify; runexp weights ls shows how to get some")
		return err
	}
	if w.json {
		problems = append(problems, printJSON(w.stdout, rows))
	} else {
		problems = append(problems, table(w.stdout, []string{"NAME", "RESULT", "TENSORS", "ORIGIN", "SHA-256", "PATH"}, cells))
	}
	return usage(errors.Join(problems...))
}

// verifyFile fills in row, up to the first error.
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

// checkTensors checks that f holds what its backbone needs, and returns the backbone
// and format. The backbone is taken from the file's name without publisher's digits.
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

// publishedDigits returns the checksum digits that torchvision and others put into
// file names; "" if there are none.
func publishedDigits(path string) string {
	found := regexp.MustCompile(`-([0-9a-f]{8,64})\.[a-z]+$`).FindStringSubmatch(path)
	if found == nil {
		return ""
	}
	return found[1]
}

// checkName compares a checksum with the digits in a file's name, and reports whether
// there are any.
func checkName(path, sum string) (bool, error) {
	digits := publishedDigits(path)
	if !strings.HasPrefix(sum, digits) {
		return true, fmt.Errorf("weights %s: SHA-256 is %s, but the file's name says %s…; the file is damaged, download it again", path, sum, digits)
	}
	return digits != "", nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
