package typeface_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"runexp/reports/typeface"
)

// line is what a set without the system's fonts writes, from left to right.
func line(s *typeface.Set, text string) string {
	var b strings.Builder
	for _, r := range s.Runs(text, false) {
		b.WriteString(r.Text)
		if r.Glyphs != nil {
			b.WriteString("<glyphs>")
		}
	}
	return b.String()
}

func TestWithoutFontsTextsStayApart(t *testing.T) {
	s := typeface.New(nil)
	seen := map[string]string{}
	for _, text := range []string{"实验 2", "实验 3", "星空 2", "实", "\\u5b9e", "\\u005cu5b9e", "한글", "한국", "👩\u200d🎨", "👩🎨", "plain", "12 %"} {
		got := line(s, text)
		if other, twice := seen[got]; twice {
			t.Errorf("%q and %q are both set as %q", text, other, got)
		}
		seen[got] = text
	}
	if got := line(s, "实验 2"); got != `\u5b9e\u9a8c 2` {
		t.Errorf("set as %q", got)
	}
}

// What is no font, and what only begins as one, is passed over.
func TestBrokenFontsAreSkipped(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{
		"empty.ttf": "", "text.ttf": "no font", "cut.otf": "OTTO\x00\x10\x00\x80", "collection.ttc": "ttcf\x00\x01\x00\x00\xff\xff\xff\xff",
		"tables.ttf": "\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00cmap\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := line(typeface.New([]string{dir, filepath.Join(dir, "none")}), "实"); got != `\u5b9e` {
		t.Errorf("set as %q", got)
	}
}

// The built-in font's own Hebrew: numbers in it keep their order, and what follows
// goes on in the direction of the line.
func TestOrder(t *testing.T) {
	const shalom = "\u05e9\u05dc\u05d5\u05dd"
	for text, want := range map[string]string{
		"ab " + shalom + " 12":        "ab|12|hebrew",
		"ab " + shalom + " 12 %":      "ab|12|hebrew|%",
		"ab " + shalom + " 1.5%, 3 c": "ab|3|hebrew|1.5%|hebrew|c",
		shalom + " 12":                "12|hebrew",
		shalom + " ab 12":             "ab 12|hebrew",
	} {
		var order []string
		for _, r := range typeface.New(nil).Runs(text, false) {
			switch part := strings.TrimSpace(r.Text); {
			case r.Glyphs != nil:
				order = append(order, "hebrew")
			case part != "":
				order = append(order, part)
			}
		}
		if got := strings.Join(order, "|"); got != want {
			t.Errorf("%q from left to right: %s, want %s", text, got, want)
		}
	}
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{
		{"short", 5, "short"},
		{"longer", 5, "lo…er"},
		{"ne\u0301e\u0301nxe\u0301", 5, "ne\u0301…xe\u0301"},
		{"a👩\u200d🎨bc👩\u200d🎨d", 5, "a👩\u200d🎨…👩\u200d🎨d"},
	} {
		if got := typeface.Shorten(test.text, test.n); got != test.want {
			t.Errorf("%q in %d: %q, want %q", test.text, test.n, got, test.want)
		}
	}
}

// Labels that are alike at both ends stay different.
func TestShortenAllKeepsTextsDifferent(t *testing.T) {
	long := strings.Repeat("style/", 20)
	texts := []string{"a", long + "one", long + "two", "p" + long + "x" + long + "q", "p" + long + "y" + long + "q", "p" + long + "x" + long + "q"}
	short := typeface.ShortenAll(texts, 48)
	for i, a := range short {
		if n := len([]rune(a)); n > 48 {
			t.Errorf("%q has %d characters", a, n)
		}
		for j, b := range short {
			if (a == b) != (texts[i] == texts[j]) {
				t.Errorf("%d and %d: %q and %q", i, j, a, b)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	fits := func(s string) bool { return utf8.RuneCountInString(s) <= 17 }
	for text, want := range map[string][]string{
		"":                                    nil,
		"conv1_1":                             {"conv1_1"},
		"conv1_1, conv2_1, conv3_1, conv4_1":  {"conv1_1, conv2_1,", "conv3_1, conv4_1"},
		strings.Repeat("conv1_1, ", 6):        {"conv1_1, conv1_1,", "conv1_1, conv1_1…"},
		strings.Repeat("w", 99):               {strings.Repeat("w", 16) + "…"},
		"a " + strings.Repeat("w", 99) + " b": {"a", strings.Repeat("w", 16) + "…"},
		"conv1_1, conv2_1, ab " + strings.Repeat("w", 99): {"conv1_1, conv2_1,", "ab…"},
	} {
		lines, whole := typeface.Wrap(text, 2, fits)
		if !slices.Equal(lines, want) || whole == strings.Contains(strings.Join(lines, ""), "…") {
			t.Errorf("%q: %q, %t; want %q", text, lines, whole, want)
		}
	}
}
