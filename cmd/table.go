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

// Widths in characters: the space between two columns, and what a listing always leaves of
// a long name.
const (
	columnGap    = 2
	minNameWidth = 12
)

// table writes rows in columns aligned for a terminal, where some letters are two columns
// wide. Tabs and line breaks in cells are escaped.
func table(w io.Writer, header []string, rows [][]string) error {
	return alignedTable(w, header, rows, new([]int))
}

// alignedTable is table with columns of the given widths, which it sets if there are none yet. Without a
// header it goes on with a table that was begun.
func alignedTable(w io.Writer, header []string, rows [][]string, widths *[]int) error {
	var b strings.Builder
	rows = printed(header, rows)
	if header == nil {
		rows = rows[1:]
	}
	if len(*widths) == 0 {
		*widths = columnWidths(rows)
	}
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", max(0, (*widths)[i]-uniseg.StringWidth(cell))+columnGap))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// listing is table with the columns of names cut, on a terminal, so that a row fits one
// line if possible. The last of several is left out if there is no room for it.
func listing(w io.Writer, header []string, rows [][]string, names ...int) error {
	if room := columns(w); room > 0 {
		all := printed(header, rows)
		widths := columnWidths(all)
		left := room + columnGap // for the names
		for i, width := range widths {
			left -= columnGap
			if !slices.Contains(names, i) {
				left -= width
			}
		}
		if last := len(names) - 1; last > 0 && left < len(names)*minNameWidth {
			at := names[last]
			for i := range all {
				all[i] = slices.Delete(all[i], at, at+1)
			}
			names, left = names[:last], left+columnGap
		}
		for i, column := range names { // what one does not need is the next one's
			width := min(widths[column], max(minNameWidth, left/(len(names)-i)))
			left -= width
			for _, row := range all {
				row[column] = truncate(row[column], width)
			}
		}
		header, rows = all[0], all[1:]
	}
	return table(w, header, rows)
}

// printed returns the header and the rows, escaped for printing.
func printed(header []string, rows [][]string) [][]string {
	all := [][]string{slices.Clone(header)}
	for _, row := range rows {
		all = append(all, mapRows(row, printable.Text))
	}
	return all
}

// columnWidths returns the width of each column in terminal columns.
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

// mapRows applies cells to each row.
func mapRows[T, C any](rows []T, cells func(T) C) []C {
	out := make([]C, len(rows))
	for i, row := range rows {
		out[i] = cells(row)
	}
	return out
}

// metricText formats a metric's value, bytes in MiB.
func metricText(name string, x float64) string {
	if name == "memory/peak" && x >= 0 && x < math.MaxInt64 {
		return sizes.Bytes(int64(x))
	}
	return number(x)
}

// number formats a loss; a dash for NaN.
func number(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	if math.IsInf(x, 0) {
		return plainCell(x)
	}
	return fmt.Sprintf("%.6g", x)
}
