package run

import (
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
}

func (p picture) bytes() int64 { return 4 * int64(len(p.image.Pix)) }

// KeepPictures keeps the decoded pictures that were used last, in at most so many
// bytes, for the runs that are prepared next; 0 lets them go. A file that has
// another size or time is decoded anew.
func (w *Workshop) KeepPictures(room int64) {
	p := &w.pictures
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
func (p *pictures) get(path string, decode func() (*imaging.Image, error)) (*imaging.Image, error) {
	p.mu.Lock()
	if p.room == 0 {
		p.mu.Unlock() // runs side by side read at once
		return decode()
	}
	defer p.mu.Unlock()
	file, err := filestate.Of(path)
	if err != nil {
		return decode() // which says why it cannot
	}
	if i := slices.IndexFunc(p.kept, func(k picture) bool { return k.file == file }); i >= 0 {
		found := p.kept[i]
		p.kept = append(slices.Delete(p.kept, i, i+1), found)
		return found.image, nil
	}
	image, err := decode()
	if err != nil || !file.Settled() {
		return image, err
	}
	p.kept = append(p.kept, picture{file, image})
	p.bound()
	return image, nil
}
