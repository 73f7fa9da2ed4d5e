package cmd

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"runexp/framework/sizes"
	"runexp/internal/printable"
)

// columnGap is between two columns, and minNameWidth what a listing leaves of a long name.
const (
	columnGap    = 2
	minNameWidth = 12
)

// table writes rows in columns that are aligned on a terminal, where some letters
// are two columns wide. A tab or a line break in a cell is escaped.
func table(w io.Writer, header []string, rows [][]string) error {
	var b strings.Builder
	rows = printed(header, rows)
	widths := columnWidths(rows)
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell)+columnGap))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// listing is table with a column of names. On a terminal they are cut, so that a row
// is a line there, or at least not much more.
func listing(w io.Writer, header []string, rows [][]string, names int) error {
	if room := columns(w); room > 0 {
		all := printed(header, rows)
		for i, width := range columnWidths(all) {
			if i != names {
				room -= width + columnGap
			}
		}
		room = max(minNameWidth, room)
		for _, row := range all {
			row[names] = truncate(row[names], room)
		}
		header, rows = all[0], all[1:]
	}
	return table(w, header, rows)
}

// printed returns the header and the rows as they are printed.
func printed(header []string, rows [][]string) [][]string {
	all := [][]string{slices.Clone(header)}
	for _, row := range rows {
		all = append(all, mapRows(row, printable.Text))
	}
	return all
}

// columnWidths returns how many columns of a terminal each of the rows' columns takes.
func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	return widths
}

// mapRows returns what cells makes of each row.
func mapRows[T, C any](rows []T, cells func(T) C) []C {
	out := make([]C, len(rows))
	for i, row := range rows {
		out[i] = cells(row)
	}
	return out
}

// metricText prints a metric's value for people, bytes in MiB.
func metricText(name string, x float64) string {
	if name == "memory/peak" && x >= 0 && x < math.MaxInt64 {
		return sizes.Bytes(int64(x))
	}
	return number(x)
}

// number prints a loss; a dash for none.
func number(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.6g", x)
}
