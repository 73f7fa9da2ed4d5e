package html

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"runexp/reports/document"
)

const attack = `<script>alert(1)</script>"onload='x' javascript:alert(1) {{.Title}} </title></style>`

// hostile has text of users in every place that takes text.
func hostile() document.Document {
	return document.Document{Title: attack, Lead: []string{attack}, Sections: []document.Section{{ID: "a", Title: attack, Folded: attack, Blocks: []document.Block{
		{Paragraph: attack}, {Note: attack}, {Quote: attack}, {List: []document.Item{{Text: attack, Evidence: attack}}},
		{Table: &document.Table{Caption: attack, Header: []string{attack, "n"}, Rows: [][]string{{attack, "−1.5"}, {attack, document.Nothing}}}},
		{Figure: &document.Figure{Alt: attack, Caption: attack, Wide: true, Shown: document.File{Name: attack, MIME: "image/png", Data: []byte(attack)}, Dark: &document.File{MIME: "image/png", Data: []byte(attack)}}},
		{Grid: &document.Grid{Scatter: true, Data: map[string]string{attack: attack}, Pictures: []document.GridPicture{
			{Alt: attack, Note: attack},
			{Key: attack, Alt: attack, Note: attack, File: &document.File{MIME: "image/jpeg", Data: []byte(attack)}},
			{Key: attack, Alt: attack, Note: attack, Hidden: true, File: &document.File{MIME: "image/jpeg", Data: []byte(attack)}},
		}}},
		{Code: &document.Code{Title: attack, Text: attack}},
	}}}}
}

func rendered(t *testing.T, d document.Document) *html.Node {
	t.Helper()
	var file bytes.Buffer
	if err := Write(&file, d); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&file)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// No text of a user's becomes an element or an attribute, and all of it can be read. The only script is
// ours, by its hash, and the data of the grid are what they were.
func TestWriteEscapes(t *testing.T) {
	root := rendered(t, hostile())
	seen, policy := 0, ""
	var scripts []string
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			seen += strings.Count(n.Data, attack)
		}
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "link", "iframe":
			t.Errorf("an element <%s>", n.Data)
		case "script":
			if len(n.Attr) == 0 {
				scripts = append(scripts, n.FirstChild.Data)
				break
			}
			var data map[string]string
			if err := json.Unmarshal([]byte(n.FirstChild.Data), &data); err != nil || data[attack] != attack || n.Attr[0].Val != "application/json" {
				t.Errorf("data %q: %v", n.FirstChild.Data, err)
			}
		case "meta":
			if n.Attr[0].Val == "Content-Security-Policy" {
				policy = n.Attr[1].Val
			}
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s> has %s", n.Data, a.Key)
			case a.Key == "src" && !strings.HasPrefix(a.Val, "data:image/png;base64,") && !strings.HasPrefix(a.Val, "data:image/jpeg;base64,"):
				t.Errorf("a picture from %q", a.Val)
			case a.Key == "href" && a.Val != "#a":
				t.Errorf("a link to %q", a.Val)
			case a.Key == "alt" && a.Val == attack:
				seen++
			}
		}
	}
	if want := 24; seen != want {
		t.Errorf("the text can be read in %d places, want %d", seen, want)
	}
	if len(scripts) != 1 || !strings.Contains(policy, "default-src 'none';") || !strings.HasSuffix(policy, "; script-src '"+Hash(scripts[0])+"'") {
		t.Errorf("%d scripts, and the policy %s", len(scripts), policy)
	}
}

// A page that has nothing to choose has no script, and may run none.
func TestWriteWithoutGrid(t *testing.T) {
	for n := range rendered(t, document.Document{Title: "t"}).Descendants() {
		if n.Data == "script" || n.Data == "meta" && strings.Contains(n.Attr[len(n.Attr)-1].Val, "script-src") {
			t.Errorf("<%s %v>", n.Data, n.Attr)
		}
	}
}

// Columns of numbers are set to the right, those of text are not.
func TestWriteSetsNumbers(t *testing.T) {
	var numeric []string
	for n := range rendered(t, hostile()).Descendants() {
		if n.Type == html.ElementNode && (n.Data == "td" || n.Data == "th") && slices.Contains(n.Attr, html.Attribute{Key: "class", Val: "n"}) {
			numeric = append(numeric, n.FirstChild.Data)
		}
	}
	if got := strings.Join(numeric, " "); got != "n −1.5 –" {
		t.Errorf("set to the right: %s", got)
	}
}

func TestWriteRefusesOtherPictures(t *testing.T) {
	d := hostile()
	d.Figures()[0].Shown.MIME = "text/html"
	if err := Write(new(bytes.Buffer), d); err == nil || !strings.Contains(err.Error(), "give a PNG, JPEG or SVG") {
		t.Errorf("got %v", err)
	}
}

// On a telephone what is wide scrolls in a box of its own, the headers of the grid stay, and long
// words are broken; browser_test.go looks at the grid.
func TestWriteFitsNarrowPages(t *testing.T) {
	root := rendered(t, hostile())
	boxed := func(n *html.Node) bool {
		for p := range n.Ancestors() {
			if slices.ContainsFunc(p.Attr, func(a html.Attribute) bool { return a.Key == "class" && (a.Val == "scroll" || a.Val == "wide") }) {
				return true
			}
		}
		return false
	}
	tables, styles := 0, ""
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "table":
			tables++
			if !boxed(n) {
				t.Error("a table in no box that scrolls")
			}
		case n.Data == "style":
			styles = n.FirstChild.Data
		}
	}
	if tables != 1 {
		t.Errorf("%d tables, want 1", tables)
	}
	for _, rule := range []string{
		".wide { overflow-x: auto; }", ".grid-scroll { position: relative; overflow: auto; background: var(--page);", ".scroll { overflow-x: auto;", "overflow-wrap: anywhere", "position: sticky; left: 0",
		"@media (max-width: 40rem)", "@media (prefers-color-scheme: dark)",
	} {
		if !strings.Contains(styles, rule) {
			t.Errorf("no style %s", rule)
		}
	}
}

// Text from right to left has its own direction, and does not move what is around it.
func TestWriteIsolatesDirections(t *testing.T) {
	const name = "שלום עולם.png"
	d := document.Document{Title: name, Sections: []document.Section{{ID: "a", Title: "A", Blocks: []document.Block{
		{Paragraph: "Of " + name + ", 12 <runs>."}, {Quote: name},
		{Table: &document.Table{Header: []string{name}, Rows: [][]string{{name}}}},
	}}}}
	var file bytes.Buffer
	if err := Write(&file, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<html lang="en">`, `<h1 dir="auto">` + name, `<p>Of <bdi>` + name + `</bdi>, 12 &lt;runs&gt;.</p>`, `<blockquote dir="auto">` + name,
		`<th scope="col" dir="auto">` + name, `<td dir="auto">` + name,
	} {
		if !strings.Contains(file.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

// What a section has folded is there, and closed.
func TestWriteFolds(t *testing.T) {
	folded := 0
	for n := range rendered(t, hostile()).Descendants() {
		if n.Type != html.ElementNode || n.Data != "details" {
			continue
		}
		folded++
		inside := map[string]bool{}
		for d := range n.Descendants() {
			inside[d.Data] = true
		}
		if len(n.Attr) > 0 || !inside["summary"] || !inside["pre"] || inside["h2"] {
			t.Errorf("attributes %v, inside %v", n.Attr, inside)
		}
	}
	if folded != 1 {
		t.Errorf("%d folded sections", folded)
	}
	open := hostile()
	open.Sections[0].Folded = ""
	for n := range rendered(t, open).Descendants() {
		if n.Data == "details" {
			t.Error("a section that is open is folded")
		}
	}
}
