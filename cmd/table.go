package cmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"runexp/internal/printable"
)

// table writes rows in aligned columns. A tab or a line break in a cell is escaped.
func table(w io.Writer, header []string, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(header, "\t"))
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, printable.Text(cell))
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}
