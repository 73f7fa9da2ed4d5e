package experiments

import (
	"context"
	"os"
	"sync"
	"time"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/run"
	"runexp/framework/weights"
)

// A Lab is where trials are run: what is the same for all of them, and what they
// share. It may be used by several goroutines.
type Lab struct {
	Plugins framework.Plugins
	Engine  *compute.Engine
	Out     string   // folder; a run's files are under Out/<experiment>/<run's uid>
	Version string   // of runexp
	Command []string // what the user typed

	workshop *run.Workshop

	mu   sync.Mutex
	sums map[fileState]string // SHA-256 of files of weights; while a sweep is planned, of pictures too
	many bool                 // a sweep is planned
}

// A fileState is a file at one point in time.
type fileState struct {
	path string
	size int64
	when time.Time
}

// NewLab returns a Lab with these plugins, whose kernels run on engine.
func NewLab(plugins framework.Plugins, engine *compute.Engine) *Lab {
	workshop := run.NewWorkshop(plugins, engine)
	workshop.Room = freeMemory
	return &Lab{Plugins: plugins, Engine: engine, workshop: workshop, sums: map[fileState]string{}}
}

// hashWeights returns the checksum of a backbone's weights; "" where there are
// none. A file is read once, unless it changes.
func (l *Lab) hashWeights(ctx context.Context, w framework.Weights) (string, error) {
	if w.Path == "" {
		return w.SHA256, nil
	}
	info, err := os.Stat(w.Path)
	if err != nil {
		return "", err
	}
	key := fileState{w.Path, info.Size(), info.ModTime()}
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

// recentPictures is how many decoded pictures are kept while a sweep is planned: all
// settings come on the first pair, then all on the next.
const recentPictures = 4

// plan begins to check many trials of the same files, until the function that it
// returns is called: each file is read once, unless it changes. A run reads its
// files again.
func (l *Lab) plan() (end func()) {
	set := func(many bool, pictures int) {
		l.mu.Lock()
		l.many = many
		l.mu.Unlock()
		l.workshop.KeepPictures(pictures)
	}
	set(true, recentPictures)
	return func() { set(false, 0) }
}

// settled is how old a file's time must be to tell whether it has changed since: some
// file systems have times of whole seconds.
const settled = 2 * time.Second

// hashPicture returns the checksum of a picture's file.
func (l *Lab) hashPicture(path string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	key := fileState{path, info.Size(), info.ModTime()}
	if sum, known := l.sums[key]; known && l.many {
		return sum, nil
	}
	sum, err := hashFile(path)
	if err == nil && l.many && time.Since(key.when) >= settled {
		l.sums[key] = sum
	}
	return sum, err
}
