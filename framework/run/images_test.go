package run

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"runexp/framework"
	"runexp/framework/compute"
)

// An image is decoded once while it is in the cache, and again if its file has changed or
// may have.
func TestImagesAreDecodedOnce(t *testing.T) {
	long := time.Now().Add(-time.Hour)
	file := func(name string, side int, when time.Time) string {
		path := writeImage(t, name, side, side)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const bytes = 4 * 4 * 4 * 3
	pr := NewPreparer(framework.Plugins{}, compute.Plain[float32]{})
	pr.CacheImages(2 * bytes)
	decoded := 0
	pr.FreeMemory = func() (int64, bool) { decoded++; return 1 << 30, true } // called before each
	get := func(path string, want int) {
		t.Helper()
		before := decoded
		read, err := pr.image(path)
		if err != nil || read.image == nil || read.peak == 0 {
			t.Fatal(read, err)
		}
		if got := decoded - before; got != want {
			t.Errorf("%s was decoded %d times, want %d", filepath.Base(path), got, want)
		}
	}
	a, b, third := file("a.png", 4, long), file("b.png", 4, long), file("third.png", 4, long)
	get(a, 1)
	get(b, 1)
	get(a, 0)
	get(third, 1) // the cache holds two: b, used before a, is evicted
	get(a, 0)
	get(b, 1)
	if err := os.Chtimes(b, long, long.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	get(b, 1)
	get(b, 0)

	large := file("large.png", 9, long) // larger than the cache
	get(large, 1)
	get(large, 1)
	fresh := file("fresh.png", 4, time.Now().Add(time.Hour)) // a change might not show in its time
	get(fresh, 1)
	get(fresh, 1)

	get(b, 0)
	pr.CacheImages(0)
	get(b, 1)
	if n := pr.images.Len(); n > 0 {
		t.Errorf("%d images are still in the cache", n)
	}
}
