package run

import (
	"fmt"
	"runtime/debug"

	"runexp/framework/imaging"
	"runexp/internal/filestate"
)

// A picture is an image as decoded. Nobody changes its pixels.
type picture struct {
	image *imaging.Image
	peak  int64 // bytes that decoding it took
}

func (p picture) bytes() int64 { return 4 * int64(len(p.image.Pix)) }

// CacheImages keeps the decoded pictures that were used last, in at most so many
// bytes, for the runs that are prepared next: many runs of the same pictures are
// checked, and each picture is decoded once for all of them. 0 lets them go. A file
// that has another size or time is decoded anew.
func (pr *Preparer) CacheImages(room int64) { pr.pictures.Resize(room) }

// picture returns the picture in the file at path, decoded unless it is kept.
func (pr *Preparer) picture(path string) (picture, error) {
	file, err := filestate.Of(path)
	if err != nil || !file.Settled() {
		return pr.decode(path) // which says why it cannot
	}
	return pr.pictures.Get(file, func() (picture, error) { return pr.decode(path) })
}

// many are the bytes of a picture whose remains are given back at once: left to
// its own pace the collector would let them stand beside the run.
const many = 64 << 20

// decode decodes the picture in the file at path, if there is room for it.
func (pr *Preparer) decode(path string) (picture, error) {
	file, err := imaging.Open(path)
	if err != nil {
		return picture{}, err
	}
	if pr.FreeMemory != nil {
		if free, known := pr.FreeMemory(); known && file.Bytes > free {
			return picture{}, fmt.Errorf("image %s: to decode %d×%d pixels takes %d MiB of memory and %d MiB is free; make it smaller first",
				path, file.H, file.W, file.Bytes>>20, free>>20)
		}
	}
	image, err := file.Decode()
	if file.Bytes > many {
		debug.FreeOSMemory()
	}
	return picture{image: image, peak: file.Bytes}, err
}
