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
	t.Chdir(filepath.Join(dir, "files")) // an empty entry of a path list is not the working directory
	places := Places{
		Env:   strings.Join([]string{filepath.Join(dir, "absent"), "", filepath.Join(dir, "a"), single}, string(os.PathListSeparator)),
		Cache: filepath.Join(dir, "cache"),
	}
	for name, want := range map[string]string{
		"both": both, "first": first, "cached": cached, "single": single,
		single: single, // a path is returned unchanged
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

	// A name with an extension is a path and not looked up.
	_, err = Find("first.safetensors", places)
	expect(t, err, "first.safetensors", "no such file")
	_, err = Find("", places)
	expect(t, err, "give a name or the path")
	_, err = Find("other", Places{})
	expect(t, err, "RUNEXP_WEIGHTS is empty and there is no cache directory")
}

func TestFindSkipsNonFiles(t *testing.T) {
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

func TestRelativeCacheIsBelowTheWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_CACHE_HOME", "c")
	if got, want := DefaultPlaces().Cache, filepath.Join(dir, "c", "runexp", "weights"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestFindErrorHasInstructions(t *testing.T) {
	_, err := Find("vgg19-torchvision", Places{})
	expect(t, err, `weights "vgg19-torchvision" not found`, "download them with: runexp weights pull vgg19-torchvision")
	_, err = Find("vgg19-oxford", Places{})
	expect(t, err, "the authors publish a Caffe model", "runexp weights import FILE --as vgg19-oxford")
	_, err = Find("vgg17-torchvision", Places{})
	expect(t, err, "runexp weights ls lists published weights")
}

func TestIsPath(t *testing.T) {
	for name, want := range map[string]bool{
		"vgg19-oxford": false, "vgg19.v2": false, "": false,
		"w.safetensors": true, "w.pth": true, "w.pt": true, "./w": true, "folder/w": true,
	} {
		if IsPath(name) != want {
			t.Errorf("IsPath(%q) is %v", name, !want)
		}
	}
}

func TestPlacesNames(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"env/a.safetensors", "env/b.pth", "single.safetensors", "cache/a.safetensors", "cache/c.safetensors", "cache/d.safetensors.part"} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	places := Places{
		Env:   strings.Join([]string{filepath.Join(dir, "absent"), filepath.Join(dir, "env"), filepath.Join(dir, "single.safetensors")}, string(os.PathListSeparator)),
		Cache: filepath.Join(dir, "cache"),
	}
	if got := strings.Join(places.Names(), " "); got != "a c single" {
		t.Errorf("names %s", got)
	}
	if got := (Places{}).Names(); len(got) != 0 {
		t.Errorf("names %q of no places", got)
	}
	if path, err := places.Cached("x"); err != nil || path != filepath.Join(dir, "cache", "x.safetensors") {
		t.Errorf("%s, %v", path, err)
	}
	_, err := Places{}.Cached("x")
	expect(t, err, "no cache directory")
}

// TestSources checks that torchvision's addresses have the first digits of the checksum
// and that every entry has instructions.
func TestSources(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Sources() {
		if seen[s.Name] || s.Licence == "" || s.Terms == "" || s.Citation == "" || s.Page == "" {
			t.Errorf("%+v", s)
		}
		seen[s.Name] = true
		if s.URL == "" {
			if s.Note == "" || !strings.HasPrefix(s.Command(), "runexp weights import") {
				t.Errorf("%s: no instructions", s.Name)
			}
			continue
		}
		if !strings.HasPrefix(s.URL, "https://") || !strings.Contains(s.URL, "-"+s.SHA256[:8]+".pth") {
			t.Errorf("%s: %s does not carry %s", s.Name, s.URL, s.SHA256)
		}
		if n := len(s.SHA256); n != 8 && n != 64 {
			t.Errorf("%s: a checksum of %d digits", s.Name, n)
		}
	}
}
