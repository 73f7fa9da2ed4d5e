package homedir

import "testing"

func TestExpand(t *testing.T) {
	t.Setenv("HOME", "/at/home")
	for path, want := range map[string]string{
		"~": "/at/home", "~/a b.db": "/at/home/a b.db", "~/": "/at/home",
		"a~": "a~", "./~x": "./~x", "a/~/b": "a/~/b", "": "", "/~": "/~",
	} {
		if got, err := Expand(path); err != nil || got != want {
			t.Errorf("Expand(%q) is %q, %v, want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"~other/x", "~x.png"} {
		if got, err := Expand(path); err == nil {
			t.Errorf("Expand(%q) is %q", path, got)
		}
	}
	t.Setenv("HOME", "")
	if got, err := Expand("~/x"); err == nil {
		t.Errorf("without a home it is %q", got)
	}
}
