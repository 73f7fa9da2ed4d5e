package run

import (
	"os"
	"sync"
	"time"

	"runexp/framework/imaging"
)

// pictures are those that were decoded lately, while many runs of the same ones are
// checked: each is decoded once for all of them. Nobody changes a picture's pixels.
type pictures struct {
	mu    sync.Mutex
	most  int // that are kept; 0 for none
	files []pictureFile
	kept  []*imaging.Image // of files, the one used last at the end
}

// A pictureFile is a file at one point in time.
type pictureFile struct {
	path string
	size int64
	when time.Time
}

// settled is how old a file's time must be to tell whether it has changed since: some
// file systems have times of whole seconds.
const settled = 2 * time.Second

// KeepPictures keeps the decoded pictures that were used last, at most so many, for
// the runs that are prepared next; 0 lets them go. A file that has another size or
// time is decoded anew.
func (w *Workshop) KeepPictures(most int) {
	p := &w.pictures
	p.mu.Lock()
	defer p.mu.Unlock()
	p.most = most
	p.bound()
}

// bound drops what is too many.
func (p *pictures) bound() {
	if over := len(p.files) - p.most; over > 0 {
		p.files = append([]pictureFile(nil), p.files[over:]...)
		p.kept = append([]*imaging.Image(nil), p.kept[over:]...)
	}
}

// get returns the picture in the file at path, decoded by decode unless it is kept.
func (p *pictures) get(path string, decode func() (*imaging.Image, error)) (*imaging.Image, error) {
	p.mu.Lock()
	if p.most == 0 {
		p.mu.Unlock() // runs side by side read at once
		return decode()
	}
	defer p.mu.Unlock()
	info, err := os.Stat(path)
	if err != nil {
		return decode() // which says why it cannot
	}
	file := pictureFile{path, info.Size(), info.ModTime()}
	for i := range p.files {
		if image := p.kept[i]; p.files[i] == file {
			p.files = append(append(p.files[:i:i], p.files[i+1:]...), file)
			p.kept = append(append(p.kept[:i:i], p.kept[i+1:]...), image)
			return image, nil
		}
	}
	image, err := decode()
	if err != nil || time.Since(file.when) < settled {
		return image, err
	}
	p.files, p.kept = append(p.files, file), append(p.kept, image)
	p.bound()
	return image, nil
}
