// Package markdown renders a report as Markdown (GitHub's: with tables), with
// pictures in files beside it.
package markdown

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"runexp/reports/document"
)

// Write renders d. What users wrote is escaped: no text of theirs is markup.
func Write(w io.Writer, d document.Document) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", text(d.Title))
	for _, line := range d.Lead {
		fmt.Fprintf(&b, "%s  \n", text(line))
	}
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n## %s\n", text(s.Title))
		for _, block := range s.Blocks {
			b.WriteByte('\n')
			writeBlock(&b, block)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeBlock(b *bytes.Buffer, block document.Block) {
	switch {
	case block.Paragraph != "":
		fmt.Fprintf(b, "%s\n", text(block.Paragraph))
	case block.Note != "":
		fmt.Fprintf(b, "_%s_\n", text(block.Note))
	case block.Quote != "":
		fmt.Fprintf(b, "> %s\n", text(block.Quote))
	case block.List != nil:
		for _, item := range block.List {
			fmt.Fprintf(b, "- %s", text(item.Text))
			if item.Evidence != "" {
				fmt.Fprintf(b, "  \n  _%s_", text(item.Evidence))
			}
			b.WriteByte('\n')
		}
	case block.Table != nil:
		writeTable(b, *block.Table)
	case block.Figure != nil:
		f := block.Figure
		fmt.Fprintf(b, "![%s](%s)\n", text(f.Alt), f.Files[0].Name)
		below := []string{text(f.Caption)}
		for _, other := range f.Files[1:] {
			below = append(below, fmt.Sprintf("[%s](%s)", text(other.Name), other.Name))
		}
		if line := strings.TrimSpace(strings.Join(below, " ")); line != "" {
			fmt.Fprintf(b, "\n%s\n", line)
		}
	case block.Code != nil:
		fence := fenceOf(block.Code.Text)
		fmt.Fprintf(b, "%s\n\n%s\n%s\n%s\n", text(block.Code.Title), fence, strings.TrimRight(block.Code.Text, "\n"), fence)
	}
}

func writeTable(b *bytes.Buffer, t document.Table) {
	if t.Caption != "" {
		fmt.Fprintf(b, "%s\n\n", text(t.Caption))
	}
	row := func(cells []string) {
		for _, cell := range cells {
			fmt.Fprintf(b, "| %s ", text(cell))
		}
		b.WriteString("|\n")
	}
	row(t.Header)
	for _, numeric := range t.Numeric() {
		b.WriteString(map[bool]string{true: "| ---: ", false: "| --- "}[numeric])
	}
	b.WriteString("|\n")
	for _, cells := range t.Rows {
		row(cells)
	}
}

// special are the characters that may be markup anywhere in a line.
var special = regexp.MustCompile("[\\\\`*\\[\\]<>|&~$]|https?:|www\\.")

// text escapes what a user wrote for one line: a backslash before what may be markup
// wherever it stands, and before an underscore at the edge of a word.
func text(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = special.ReplaceAllStringFunc(s, func(m string) string {
		if len(m) > 1 { // no link by itself either
			return m[:len(m)-1] + `\` + m[len(m)-1:]
		}
		return `\` + m
	})
	var b strings.Builder
	runes := []rune(s)
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	for i, r := range runes {
		if r == '_' && !(word(i-1) && word(i+1)) || i == 0 && strings.ContainsRune("#+-=", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fenceOf is longer than any row of backticks in a text.
func fenceOf(s string) string {
	longest, here := 2, 0
	for _, r := range s {
		here++
		if r != '`' {
			here = 0
		}
		longest = max(longest, here)
	}
	return strings.Repeat("`", longest+1)
}
