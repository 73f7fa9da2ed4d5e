// Package html renders a report as one HTML file that has everything in it: no
// script, no style sheet, font or picture from elsewhere. It prints, and is read
// on a telephone too.
package html

import (
	_ "embed" // the page's template
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"runexp/internal/printable"
	"runexp/reports/document"
)

//go:embed report.html.tmpl
var page string

// Write renders d. What users wrote is escaped by html/template,
// and what does not print by printable.
func Write(w io.Writer, d document.Document) error {
	t, err := template.New("report").Funcs(template.FuncMap{"data": data, "numeric": numeric}).Parse(page)
	if err != nil {
		return fmt.Errorf("html: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, d); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	_, err = io.WriteString(w, printable.Lines(b.String()))
	return err
}

// data returns a picture's address, which is the picture itself. It is ours, and
// nothing of it is what users wrote: base64 holds no markup, and the type comes
// from a list.
func data(f document.File) (template.URL, error) {
	switch f.MIME {
	case "image/png", "image/jpeg", "image/svg+xml":
		return template.URL("data:" + f.MIME + ";base64," + base64.StdEncoding.EncodeToString(f.Data)), nil
	}
	return "", fmt.Errorf("a picture of type %q; give a PNG, JPEG or SVG", f.MIME)
}

// A cell is a table's cell with how it is set.
type cell struct {
	Text    string
	Numeric bool
}

// numeric returns the rows of a table, the header first, each cell knowing its column.
func numeric(t document.Table) [][]cell {
	columns := t.Numeric()
	var rows [][]cell
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		cells := make([]cell, len(row))
		for i, text := range row {
			cells[i] = cell{text, columns[i]}
		}
		rows = append(rows, cells)
	}
	return rows
}
