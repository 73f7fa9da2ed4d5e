package weights

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	place := func(parts ...string) string {
		path := filepath.Join(append([]string{dir}, parts...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	both, first := place("a", "both.safetensors"), place("a", "first.safetensors")
	place("cache", "both.safetensors")
	cached, single := place("cache", "cached.safetensors"), place("files", "single.safetensors")
	t.Chdir(filepath.Join(dir, "files")) // an empty entry of a path list does not mean here
	places := Places{
		Env:   strings.Join([]string{filepath.Join(dir, "absent"), "", filepath.Join(dir, "a"), single}, string(os.PathListSeparator)),
		Cache: filepath.Join(dir, "cache"),
	}
	for name, want := range map[string]string{
		"both": both, "first": first, "cached": cached, "single": single,
		single: single, // a path stays what it is
	} {
		if got, err := Find(name, places); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, want)
		}
	}

	_, err := Find("other", places)
	expect(t, err, `"other" not found`,
		filepath.Join(dir, "absent", "other.safetensors")+" (RUNEXP_WEIGHTS)",
		filepath.Join(dir, "a", "other.safetensors")+" (RUNEXP_WEIGHTS)",
		single+" (RUNEXP_WEIGHTS, another name)",
		filepath.Join(dir, "cache", "other.safetensors")+" (cache)",
		"set RUNEXP_WEIGHTS to a directory", "put the file into "+places.Cache)

	// A name with an extension is a path: the places are not searched.
	_, err = Find("first.safetensors", places)
	expect(t, err, "first.safetensors", "no such file")
	_, err = Find("", places)
	expect(t, err, "give a name or the path")
	_, err = Find("other", Places{})
	expect(t, err, "RUNEXP_WEIGHTS is empty and there is no cache directory")
}

func TestFindPassesOverWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "w.safetensors"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Find("w", Places{Cache: dir})
	expect(t, err, "(cache, not a regular file)")
}

func TestDefaultPlaces(t *testing.T) {
	t.Setenv("RUNEXP_WEIGHTS", "somewhere")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	places := DefaultPlaces()
	if places.Env != "somewhere" || !strings.HasSuffix(places.Cache, filepath.Join("runexp", "weights")) {
		t.Errorf("%+v", places)
	}
}
