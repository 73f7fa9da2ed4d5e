package run

import (
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"runexp/framework/imaging"
	"runexp/internal/filestate"
)

// pictures are those that were decoded lately, while many runs of the same ones are
// checked: each is decoded once for all of them. Nobody changes a picture's pixels.
type pictures struct {
	mu   sync.Mutex
	room int64     // bytes that they may take; 0 for none
	kept []picture // the one used last at the end
}

type picture struct {
	file  filestate.State
	image *imaging.Image
	peak  int64 // bytes that decoding it took
}

func (p picture) bytes() int64 { return 4 * int64(len(p.image.Pix)) }

// KeepPictures keeps the decoded pictures that were used last, in at most so many
// bytes, for the runs that are prepared next; 0 lets them go. A file that has
// another size or time is decoded anew.
func (pr *Preparer) KeepPictures(room int64) {
	p := &pr.pictures
	p.mu.Lock()
	defer p.mu.Unlock()
	p.room = room
	p.bound()
}

// bound drops what there is no room for, the longest unused first.
func (p *pictures) bound() {
	sum, first := int64(0), len(p.kept)
	for first > 0 && sum+p.kept[first-1].bytes() <= p.room {
		first--
		sum += p.kept[first].bytes()
	}
	p.kept = slices.Delete(p.kept, 0, first)
}

// get returns the picture in the file at path, decoded by decode unless it is kept.
func (p *pictures) get(path string, decode func(path string) (picture, error)) (picture, error) {
	p.mu.Lock()
	if p.room == 0 {
		p.mu.Unlock() // runs side by side read at once
		return decode(path)
	}
	defer p.mu.Unlock()
	file, err := filestate.Of(path)
	if err != nil {
		return decode(path) // which says why it cannot
	}
	if i := slices.IndexFunc(p.kept, func(k picture) bool { return k.file == file }); i >= 0 {
		found := p.kept[i]
		p.kept = append(slices.Delete(p.kept, i, i+1), found)
		return found, nil
	}
	read, err := decode(path)
	if err != nil || !file.Settled() {
		return read, err
	}
	read.file = file
	p.kept = append(p.kept, read)
	p.bound()
	return read, nil
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
	if pr.Room != nil {
		if free, known := pr.Room(); known && file.Bytes > free {
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
