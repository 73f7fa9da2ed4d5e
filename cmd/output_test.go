package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"

	"github.com/rivo/uniseg"
)

// fails is a writer that fails like a full disk or a closed pipe.
type fails struct{ err error }

func (f fails) Write([]byte) (int, error) { return 0, f.err }

func TestOutput(t *testing.T) {
	var b bytes.Buffer
	o := &output{file: &b}
	if _, err := o.Write([]byte("a\x1b[2J\tb\r\n\u009bc")); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), `a\x1b[2J`+"\t"+`b\r`+"\n"+`\u009bc`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, test := range []struct{ is, want error }{{syscall.ENOSPC, syscall.ENOSPC}, {syscall.EPIPE, nil}} {
		o := &output{file: fails{test.is}}
		if n, err := o.Write([]byte("lost")); n != 4 || err != nil {
			t.Errorf("%v: Write returns %d, %v, want no error", test.is, n, err)
		}
		if got := o.failed(); !errors.Is(got, test.want) {
			t.Errorf("%v: failed() is %v, want %v", test.is, got, test.want)
		}
	}
}

func TestFitted(t *testing.T) {
	for _, text := range []string{"plain text", "实验 trial", "e\u0301e\u0301e\u0301", "👩\u200d🎨👩\u200d🎨 x", ""} {
		for columns := 1; columns < 12; columns++ {
			got := truncate(text, columns)
			if width := uniseg.StringWidth(got); width > columns {
				t.Errorf("truncate(%q, %d) = %q takes %d columns", text, columns, got, width)
			}
			kept := strings.TrimSuffix(got, "…")
			if !strings.HasPrefix(text, kept) || kept == got && got != text {
				t.Errorf("truncate(%q, %d) = %q", text, columns, got)
			}
		}
		if got := truncate(text, 0); got != text {
			t.Errorf("truncate(%q, 0) = %q", text, got)
		}
	}
}

func TestBar(t *testing.T) {
	for columns := -5; columns < 40; columns++ {
		got := bar(7, 10, columns)
		if len(got) > max(0, columns) {
			t.Errorf("bar in %d columns has %d", columns, len(got))
		}
	}
	if got := bar(5, 10, 100); got != "[============            ] " {
		t.Errorf("%q", got)
	}
}

func TestPrintJSON(t *testing.T) {
	type inner struct {
		List []int `json:"list"`
	}
	value := map[string]any{
		"text":   "\x1b\u009b\x7f\u202e\U000e0001 é\n\"<b>",
		"none":   []string(nil),
		"inner":  &inner{},
		"rows":   []inner{{}},
		"absent": (*inner)(nil),
		"digits": float(0.1 + 0.2),
		"nan":    float(math.NaN()),
		"raw":    json.RawMessage(`[1,null]`),
	}
	var b bytes.Buffer
	if err := printJSON(&b, value); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got["text"] != value["text"] {
		t.Errorf("text came back as %q", got["text"])
	}
	if got["digits"] != 0.1+0.2 || got["nan"] != nil || got["absent"] != nil {
		t.Errorf("numbers: %v", got)
	}
	text := b.String()
	for _, part := range []string{`"none": []`, `"list": []`, `\u001b\u009b\u007f\u202e\udb40\udc01 é\n\"<b>`} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
}
