package printable_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"runexp/internal/printable"
)

func TestText(t *testing.T) {
	for _, test := range []struct{ is, want string }{
		{"", ""},
		{"plain", "plain"},
		{"实验 é e\u0301 👩\u200d🎨 שלום\u00a0x", "实验 é e\u0301 👩\u200d🎨 שלום\u00a0x"},
		{"\x1b[31mRED\x1b]0;title\a", `\x1b[31mRED\x1b]0;title\a`},
		{"two\nlines\r\tand a tab", `two\nlines\r\tand a tab`},
		{"\u009b31m", `\u009b31m`}, // CSI in one character
		{"abc\u202egpj.exe\u2066", `abc\u202egpj.exe\u2066`},
		{"line\u2028separator", `line\u2028separator`},
		{"\xff\x9bA", `\xff\x9bA`},
		{"\x00\x7f", `\x00\x7f`},
	} {
		if got := printable.Text(test.is); got != test.want {
			t.Errorf("Text(%q) = %q, want %q", test.is, got, test.want)
		}
	}
}

func TestLines(t *testing.T) {
	if got, want := printable.Lines("\ta\x1b\n\nb\r\n\u202ec"), "\ta\\x1b\n\nb\\r\n\\u202ec"; got != want {
		t.Errorf("Lines = %q, want %q", got, want)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12345678: "12,345,678"} {
		if got := printable.Grouped(n); got != want {
			t.Errorf("Grouped(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	sixty := strings.Repeat("实", 60)
	for _, test := range []struct{ is, want string }{
		{"short", "short"},
		{sixty, sixty},
		{sixty + "x", sixty + "…"},
		{strings.Repeat("\x1b", 1<<20), strings.Repeat(`\x1b`, 15) + "…"},
	} {
		if got := printable.Excerpt(test.is); got != test.want {
			t.Errorf("Excerpt of %d bytes = %q, want %q", len(test.is), got, test.want)
		}
	}
	if got := printable.Excerpt(strings.Repeat("a", 90<<20)); utf8.RuneCountInString(got) != 61 {
		t.Errorf("Excerpt of 90 MB has %d characters", utf8.RuneCountInString(got))
	}
}
