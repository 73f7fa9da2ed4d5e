// Package html renders a report as one self-contained HTML file, without style sheets, scripts,
// fonts or pictures from elsewhere. It is laid out for print and for narrow screens too. The
// templates, the style and the scripts are also those of the server's pages.
package html

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"

	"runexp/internal/printable"
	"runexp/reports/document"
)

// A file is what the template of a report reads.
type file struct {
	document.Document
	Policy string
	Style  template.CSS
	Script template.JS
}

// Write renders d. What users wrote is escaped by html/template,
// and what does not print by printable.
func Write(w io.Writer, d document.Document) error {
	f := file{Document: d, Style: template.CSS(Style())}
	allowed := ""
	if names := scriptsOf(d); len(names) > 0 {
		script := strings.TrimSpace(Script(names...))
		f.Script = template.JS(script)
		allowed = "; script-src '" + Hash(script) + "'"
	}
	f.Policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'" + allowed
	var b strings.Builder
	if err := Templates().ExecuteTemplate(&b, "report.html.tmpl", f); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	_, err := io.WriteString(w, printable.Lines(b.String()))
	return err
}

// scriptsOf returns the scripts that a document uses.
func scriptsOf(d document.Document) []string {
	for _, s := range d.Sections {
		if slices.ContainsFunc(s.Blocks, func(b document.Block) bool { return b.Grid != nil }) {
			return GridScripts()
		}
	}
	return nil
}

// data returns the data URL of a picture. It is safe, since no user wrote any part of
// it: base64 holds no markup, and the type comes
// from a list.
func data(f document.File) (template.URL, error) {
	switch f.MIME {
	case "image/png", "image/jpeg", "image/svg+xml":
		return template.URL("data:" + f.MIME + ";base64," + base64.StdEncoding.EncodeToString(f.Data)), nil
	}
	return "", fmt.Errorf("a picture of type %q; give a PNG, JPEG or SVG", f.MIME)
}

// dataset is data for an attribute srcset, in which html/template would escape the comma of a data URL.
func dataset(f *document.File) (template.Srcset, error) {
	address, err := data(*f)
	return template.Srcset(address), err
}

// rightToLeft are words with letters that are read from right to left.
var rightToLeft = regexp.MustCompile(`\S*[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}]\S*(?:\s+\S*[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}]\S*)*`)

// isolate returns one of our sentences, escaped, in which names that are read from
// right to left do not move the words and numbers around them.
func isolate(sentence string) template.HTML {
	var b strings.Builder
	at := 0
	for _, found := range rightToLeft.FindAllStringIndex(sentence, -1) {
		name := strings.TrimRight(sentence[found[0]:found[1]], ".,:;")
		b.WriteString(template.HTMLEscapeString(sentence[at:found[0]]) + "<bdi>" + template.HTMLEscapeString(name) + "</bdi>")
		at = found[0] + len(name)
	}
	b.WriteString(template.HTMLEscapeString(sentence[at:]))
	return template.HTML(b.String())
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
