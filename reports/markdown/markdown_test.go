package markdown

import (
	"bytes"
	"testing"

	"runexp/reports/document"
)

func TestWrite(t *testing.T) {
	d := document.Document{Title: "layers", Lead: []string{"# 1 of 2"}, Sections: []document.Section{{ID: "a", Title: "A", Blocks: []document.Block{
		{Paragraph: "two\nlines"}, {Note: "note"}, {Quote: "why?"}, {List: []document.Item{{Text: "so", Evidence: "n = 8"}, {Text: "and"}}},
		{Table: &document.Table{Caption: "t", Header: []string{"a", "b"}, Rows: [][]string{{"x|y", "−1"}}}},
		{Figure: &document.Figure{Alt: "it", Caption: "c", Files: []document.File{{Name: "a.png"}, {Name: "a.svg"}}}},
		{Figure: &document.Figure{Alt: "it", Files: []document.File{{Name: "b.png"}}}},
		{Code: &document.Code{Title: "code", Text: "a ```` b\n"}},
	}}}}
	var got bytes.Buffer
	if err := Write(&got, d); err != nil {
		t.Fatal(err)
	}
	want := "# layers\n\n\\# 1 of 2  \n\n## A\n\ntwo lines\n\n_note_\n\n> why?\n\n- so  \n  _n = 8_\n- and\n\n" +
		"t\n\n| a | b |\n| --- | ---: |\n| x\\|y | −1 |\n\n![it](a.png)\n\nc [a.svg](a.svg)\n\n![it](b.png)\n\n" +
		"code\n\n`````\na ```` b\n`````\n"
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

// What is markup is escaped, and names are left as they are.
func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"losses.tv.weight conv4_4":       "losses.tv.weight conv4_4",
		"_a_ *b* `c` <d> [e](f) g|h & $": "\\_a\\_ \\*b\\* \\`c\\` \\<d\\> \\[e\\](f) g\\|h \\& \\$",
		"a\\b ~~c~~":                     `a\\b \~\~c\~\~`,
		"http://x www.y":                 `http\://x www\.y`,
	} {
		if got := text(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"": "", "# a": `\# a`, "1. a": `1\. a`, "- a": `\- a`, "+5%": `\+5%`, "1.5": "1.5", "a # b": "a # b"} {
		if got := line(in); got != want {
			t.Errorf("line %q: %s, want %s", in, got, want)
		}
	}
}
