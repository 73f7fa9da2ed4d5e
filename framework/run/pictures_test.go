package run

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"runexp/framework/imaging"
)

// A picture is decoded once as long as its file stays as it is and there is room, and
// again when it has changed or may have.
func TestPicturesAreDecodedOnce(t *testing.T) {
	dir, long := t.TempDir(), time.Now().Add(-time.Hour)
	file := func(name string, when time.Time) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const bytes = 4 * 4 * 4 * 3
	w := &Preparer{}
	w.KeepPictures(2 * bytes)
	decoded := map[string]int{}
	get := func(path string, side, want int) {
		t.Helper()
		_, err := w.pictures.get(path, func(path string) (picture, error) {
			decoded[path]++
			return picture{image: imaging.New(side, side)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if decoded[path] != want {
			t.Errorf("%s was decoded %d times, want %d", filepath.Base(path), decoded[path], want)
		}
	}
	a, b, third := file("a", long), file("b", long), file("third", long)
	get(a, 4, 1)
	get(b, 4, 1)
	get(a, 4, 1)
	get(third, 4, 1) // there is room for two: b, used before a, goes
	get(a, 4, 1)
	get(b, 4, 2)
	file("b", long.Add(time.Second))
	get(b, 4, 3)

	large := file("large", long) // for which there is no room at all
	get(large, 9, 1)
	get(large, 9, 2)
	fresh := file("fresh", time.Now().Add(time.Hour)) // its time would not tell if it changed
	get(fresh, 4, 1)
	get(fresh, 4, 2)

	get(b, 4, 4) // large has taken all the room
	w.KeepPictures(0)
	get(b, 4, 5)
	if len(w.pictures.kept) > 0 {
		t.Errorf("%d pictures are kept after the preparations", len(w.pictures.kept))
	}
}
