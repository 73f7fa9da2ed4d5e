package folder_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/reports/export/folder"
)

// export writes files with their own names as contents, and commits.
func export(t *testing.T, path string, names ...string) error {
	t.Helper()
	f, err := folder.Open(t.Context(), path, "csv")
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range names {
		if err := f.Create(name, func(w io.Writer) error { _, err := io.WriteString(w, name); return err }); err != nil {
			return err
		}
	}
	return f.Commit()
}

// contents returns the files and folders below path.
func contents(t *testing.T, path string) string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(path, func(at string, _ fs.DirEntry, err error) error {
		if at != path {
			list = append(list, strings.TrimPrefix(at, path+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

func want(t *testing.T, path, files string) {
	t.Helper()
	if got := contents(t, path); got != files {
		t.Errorf("the folder has %q, want %q", got, files)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An export replaces an earlier one, and nothing else.
func TestReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	check(t, export(t, path, "one", "sub/deep/two", "sub/three"))
	want(t, path, "one runexp-export.json sub sub/deep sub/deep/two sub/three")
	mine := filepath.Join(path, "sub", "mine.txt")
	check(t, os.WriteFile(mine, []byte("mine"), 0o600))
	check(t, export(t, path, "one", "four"))
	want(t, path, "four one runexp-export.json sub sub/mine.txt")
	if err := export(t, path, "sub/mine.txt"); !errors.Is(err, folder.ErrTaken) {
		t.Errorf("over another's file: %v", err)
	}
	want(t, path, "four one runexp-export.json sub sub/mine.txt")
	if data, err := os.ReadFile(mine); err != nil || string(data) != "mine" {
		t.Errorf("%q, %v", data, err)
	}
}

// A folder with files of others, or of another format, stays as it is.
func TestTaken(t *testing.T) {
	path := t.TempDir()
	check(t, os.WriteFile(filepath.Join(path, "x"), nil, 0o600))
	if err := export(t, path, "one"); !errors.Is(err, folder.ErrTaken) {
		t.Errorf("a folder with files: %v", err)
	}
	want(t, path, "x")
	check(t, os.WriteFile(filepath.Join(path, folder.Manifest), []byte(`{"format": "parquet", "files": ["x"]}`), 0o600))
	if err := export(t, path, "one"); !errors.Is(err, folder.ErrTaken) {
		t.Errorf("another format: %v", err)
	}
	check(t, os.WriteFile(filepath.Join(path, folder.Manifest), []byte(`not JSON`), 0o600))
	if err := export(t, path, "one"); !errors.Is(err, folder.ErrTaken) {
		t.Errorf("a damaged manifest: %v", err)
	}
	want(t, path, "runexp-export.json x")
	if err := export(t, filepath.Join(path, "x"), "one"); err == nil {
		t.Error("a file was taken for a folder")
	}
}

// A manifest from elsewhere removes nothing outside the folder.
func TestManifestLeadsOutside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "precious")
	check(t, os.WriteFile(outside, nil, 0o600))
	path := t.TempDir()
	check(t, os.Symlink(filepath.Dir(outside), filepath.Join(path, "link")))
	for _, name := range []string{"../" + filepath.Base(filepath.Dir(outside)) + "/precious", outside, "link/precious"} {
		check(t, os.WriteFile(filepath.Join(path, folder.Manifest), []byte(`{"format": "csv", "files": ["`+name+`"]}`), 0o600))
		if err := export(t, path, "one"); err == nil {
			t.Errorf("a manifest with %s was believed", name)
		}
		_ = os.Remove(filepath.Join(path, "one")) // of a name that is found to be outside at the end
		if _, err := os.Stat(outside); err != nil {
			t.Fatal(err)
		}
	}
}

// What is not committed leaves nothing, not even folders; files of a killed export go.
func TestNotCommitted(t *testing.T) {
	base := t.TempDir()
	path := filepath.Join(base, "a", "b")
	f, err := folder.Open(t.Context(), path, "csv")
	check(t, err)
	check(t, f.Create("one", func(io.Writer) error { return nil }))
	broken := errors.New("broken")
	if err := f.Create("two", func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if files := f.Files(); !slices.Equal(files, []string{filepath.Join(path, "one")}) {
		t.Errorf("files %q", files)
	}
	if got := contents(t, path); strings.Contains(got, "one") {
		t.Errorf("before it is complete the folder has %q", got)
	}
	f.Close()
	want(t, base, "")
	check(t, os.MkdirAll(filepath.Join(path, ".runexp-export"), 0o755))
	check(t, os.WriteFile(filepath.Join(path, ".runexp-export", "0"), nil, 0o600))
	check(t, export(t, path, "one"))
	want(t, path, "one runexp-export.json")
}
