package framework_test

import (
	"strings"
	"testing"

	"runexp/framework"
)

func TestCheckNameAcceptsFolderNames(t *testing.T) {
	for _, name := range []string{
		"layers", "d2l-gluon", "a", "...", ".hidden", "two words", "trial #2", "风格 7", "été", "C: raw", "50% tv, 1e3",
		strings.Repeat("n", framework.MaxName), strings.Repeat("画", framework.MaxName/3), "👩‍🎨",
	} {
		if err := framework.CheckName(name); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckNameRejectsPathsFlagsAndLongNames(t *testing.T) {
	for name, want := range map[string]string{
		"":               "at least a letter",
		".":              "every folder has an entry",
		"..":             "every folder has an entry",
		"../up":          "slashes",
		"/tmp/x":         "slashes",
		"a/b":            "slashes",
		`a\b`:            "slashes",
		"a\x00b":         "control characters",
		"a\nb":           "control characters",
		"\x1b[31mred":    "control characters",
		"a\u202eb":       "control characters",
		"a\u0085b":       "control characters",
		"a\xffb":         "not UTF-8",
		"-rf":            "hyphen",
		long("n", 1):     "201 bytes",
		long("画", 67):    "may have 200",
		long("../", 100): "may have 200",
	} {
		err := framework.CheckName(name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, wanted %q", name, err, want)
			continue
		}
		if strings.ContainsAny(err.Error(), "\x00\x1b\n\u202e") || strings.Contains(err.Error(), `\\`) || len(err.Error()) > 400 {
			t.Errorf("%.30q: the message is not printable: %q", name, err)
		}
	}
}

// long repeats part times times; 1 stands for just over the maximum length.
func long(part string, times int) string {
	if times == 1 {
		times = framework.MaxName + 1
	}
	return strings.Repeat(part, times)
}

func TestCheckNewName(t *testing.T) {
	for name, want := range map[string]string{"last": "test-last", "12": "test-12", "3-5": "test-3-5", " ": "blank", "a/b": "slashes"} {
		if err := framework.CheckNewName(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, wanted %q", name, err, want)
		}
	}
	for _, name := range []string{"lasting", "12a", "3-5-7", "2024-sky"} {
		if err := framework.CheckNewName(name); err != nil {
			t.Error(err)
		}
	}
}
