package experiments

import (
	"context"
	"sync"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/run"
	"runexp/framework/weights"
	"runexp/internal/filestate"
)

// A Lab is where trials are run: what is the same for all of them, and what they
// share. It may be used by several goroutines.
type Lab struct {
	Plugins framework.Plugins
	Engine  *compute.Engine
	Out     string   // folder; a run's files are under Out/<experiment>/<run's uid>
	Version string   // of runexp
	Command []string // what the user typed

	preparer *run.Preparer

	mu   sync.Mutex
	sums map[filestate.State]string // SHA-256 of files of weights; while a sweep is planned, of pictures too
	many bool                       // a sweep is planned
}

// NewLab returns a Lab with these plugins, whose kernels run on engine.
func NewLab(plugins framework.Plugins, engine *compute.Engine) *Lab {
	preparer := run.NewPreparer(plugins, engine)
	preparer.Room = freeMemory
	return &Lab{Plugins: plugins, Engine: engine, preparer: preparer, sums: map[filestate.State]string{}}
}

// hashWeights returns the checksum of a backbone's weights; "" where there are
// none. A file is read once, unless it changes.
func (l *Lab) hashWeights(ctx context.Context, w framework.Weights) (string, error) {
	if w.Path == "" {
		return w.SHA256, nil
	}
	key, err := filestate.Of(w.Path)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if sum, known := l.sums[key]; known {
		return sum, nil
	}
	f, err := weights.Open(w.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, err := f.SHA256(ctx)
	if err == nil {
		l.sums[key] = sum
	}
	return sum, err
}

// roomForPictures is how much decoded pictures may take while a sweep is planned, in
// bytes: a photograph and a painting of 12 megapixels, and more. All settings come on
// the first pair, then all on the next.
const roomForPictures = 512 << 20

// plan begins to check many trials of the same files, until the function that it
// returns is called: each file is read once, unless it changes. A run reads its
// files again.
func (l *Lab) plan() (end func()) {
	set := func(many bool, pictures int64) {
		l.mu.Lock()
		l.many = many
		l.mu.Unlock()
		l.preparer.KeepPictures(pictures)
	}
	set(true, roomForPictures)
	return func() { set(false, 0) }
}

// hashPicture returns the checksum of a picture's file.
func (l *Lab) hashPicture(ctx context.Context, path string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key, err := filestate.Of(path)
	if err != nil {
		return "", err
	}
	if sum, known := l.sums[key]; known && l.many {
		return sum, nil
	}
	sum, err := hashFile(ctx, path)
	if err == nil && l.many && key.Settled() {
		l.sums[key] = sum
	}
	return sum, err
}
