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

	"runexp/internal/printable"
	"runexp/reports/document"
)

// Write renders d. What users wrote is escaped: no text of theirs is markup, and
// what does not print is seen.
func Write(w io.Writer, d document.Document) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", text(d.Title))
	for _, lead := range d.Lead {
		fmt.Fprintf(&b, "%s  \n", line(lead))
	}
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n## %s\n", text(s.Title))
		writeBlocks(&b, s.Blocks)
	}
	_, err := io.WriteString(w, printable.Lines(b.String()))
	return err
}

func writeBlocks(b *bytes.Buffer, blocks []document.Block) {
	for _, block := range blocks {
		if block.Grid != nil {
			writeBlocks(b, block.Grid.Instead)
			continue
		}
		b.WriteByte('\n')
		writeBlock(b, block)
	}
}

func writeBlock(b *bytes.Buffer, block document.Block) {
	switch {
	case block.Headline != "":
		fmt.Fprintf(b, "**%s**\n", line(block.Headline))
	case block.Paragraph != "":
		fmt.Fprintf(b, "%s\n", line(block.Paragraph))
	case block.Note != "":
		fmt.Fprintf(b, "_%s_\n", text(block.Note))
	case block.Quote != "":
		fmt.Fprintf(b, "> %s\n", line(block.Quote))
	case block.List != nil:
		for _, item := range block.List {
			fmt.Fprintf(b, "- %s", line(item.Text))
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
		below := []string{line(f.Caption)}
		for _, other := range f.Files[1:] {
			below = append(below, fmt.Sprintf("[%s](%s)", text(other.Name), other.Name))
		}
		if under := strings.TrimSpace(strings.Join(below, " ")); under != "" {
			fmt.Fprintf(b, "\n%s\n", under)
		}
	case block.Code != nil:
		fence := fenceOf(block.Code.Text)
		fmt.Fprintf(b, "%s\n\n%s\n%s\n%s\n", line(block.Code.Title), fence, strings.TrimRight(block.Code.Text, "\n"), fence)
	}
}

func writeTable(b *bytes.Buffer, t document.Table) {
	if t.Caption != "" {
		fmt.Fprintf(b, "%s\n\n", line(t.Caption))
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
		if r == '_' && !(word(i-1) && word(i+1)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ordinal is the number that begins a list.
var ordinal = regexp.MustCompile(`^(\d+)([.)])( |$)`)

// line is text that begins a line: it begins no heading, list or rule.
func line(s string) string {
	s = ordinal.ReplaceAllString(text(s), `$1\$2$3`)
	if s != "" && strings.ContainsRune("#+-=", rune(s[0])) {
		return `\` + s
	}
	return s
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
