package run

import (
	"fmt"
	"runtime/debug"

	"runexp/framework/imaging"
	"runexp/internal/filestate"
)

// A decodedImage is shared; its pixels must not be modified.
type decodedImage struct {
	image *imaging.Image
	peak  int64 // bytes that decoding it took
}

func (d decodedImage) bytes() int64 { return 4 * int64(len(d.image.Pix)+len(d.image.Alpha)) }

// CacheImages sets the size in bytes of the LRU cache of decoded images, so that runs
// with the same images decode them once; 0 disables and empties it. A file whose size
// or time has changed is decoded again.
func (pr *Preparer) CacheImages(bytes int64) { pr.images.Resize(bytes) }

// image returns the image in the file at path, from the cache if possible.
func (pr *Preparer) image(path string) (decodedImage, error) {
	file, err := filestate.Of(path)
	if err != nil || !file.Settled() {
		return pr.decode(path) // whose error says what is wrong with the file
	}
	return pr.images.Get(file, func() (decodedImage, error) { return pr.decode(path) })
}

// releaseThreshold is the size in bytes from which decoding an image is followed by a
// garbage collection: the buffers would otherwise stay allocated during the run.
const releaseThreshold = 64 << 20

// decode decodes the image in the file at path, if it fits into memory.
func (pr *Preparer) decode(path string) (decodedImage, error) {
	file, err := imaging.Open(path)
	if err != nil {
		return decodedImage{}, err
	}
	if pr.FreeMemory != nil {
		if free, known := pr.FreeMemory(); known && file.Bytes > free {
			return decodedImage{}, fmt.Errorf("image %s: to decode %d×%d pixels takes %d MiB of memory and %d MiB is free; make it smaller first",
				path, file.H, file.W, file.Bytes>>20, free>>20)
		}
	}
	image, err := file.Decode()
	if file.Bytes > releaseThreshold {
		debug.FreeOSMemory()
	}
	return decodedImage{image: image, peak: file.Bytes}, err
}
