package html_test

import (
	"strings"
	"testing"

	"runexp/reports/document"
	"runexp/reports/html"
	"runexp/reports/markdown"
)

// No text of a store reaches a page as a control character, or turns the line
// around that it stands in.
func TestWhatDoesNotPrint(t *testing.T) {
	const hostile = "a\x1b[31m\u009b\u202eb\x00c"
	d := document.Document{Title: hostile, Lead: []string{hostile}, Sections: []document.Section{{ID: "s", Title: hostile, Blocks: []document.Block{
		{Paragraph: hostile}, {Note: hostile}, {Quote: hostile}, {List: []document.Item{{Text: hostile, Evidence: hostile}}},
		{Table: &document.Table{Caption: hostile, Header: []string{hostile}, Rows: [][]string{{hostile}}}},
		{Code: &document.Code{Title: hostile, Text: hostile + "\n" + hostile}},
	}}}}
	var page, text strings.Builder
	if err := html.Write(&page, d); err != nil {
		t.Fatal(err)
	}
	if err := markdown.Write(&text, d); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"html": page.String(), "markdown": text.String()} {
		if strings.ContainsAny(got, "\x1b\u009b\u202e\x00") {
			t.Errorf("%s has a character that does not print:\n%q", name, got)
		}
		if strings.Count(got, "x1b") < 10 {
			t.Errorf("%s does not show what stood there:\n%s", name, got)
		}
	}
}
