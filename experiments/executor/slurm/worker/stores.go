package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"runexp/experiments/executor/slurm/queue"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
)

// mostRuns is how many runs a store has before the task begins a new one: a copy is written after each.
const mostRuns = 100

// The names in the folder of a task.
const (
	copiesDir   = "copies"
	picturesDir = "pictures"
	sumSuffix   = ".sha256"
)

// stores are the stores of a task, of which it writes the last one: 1.db, 2.db and so on in its folder, and
// copies/1.db and so on, with SHA-256 sums beside them.
type stores struct {
	dir  string
	most int // runs in a store

	publishing sync.Mutex // held while a copy is made
	number     int
	*store.Store
}

// openStores opens the newest store of a task, or begins the first. No other process has it open: what runs in it is
// lost.
func openStores(ctx context.Context, dir string, most int) (*stores, error) {
	if err := atomicfile.MkdirAll(filepath.Join(dir, copiesDir)); err != nil {
		return nil, err
	}
	s := &stores{dir: dir, most: most, number: 1}
	for {
		if _, err := os.Stat(s.file(s.number + 1)); err != nil {
			break
		}
		s.number++
	}
	return s, s.open(ctx)
}

func (s *stores) open(ctx context.Context) (err error) {
	if s.Store, err = store.Open(ctx, s.file(s.number)); err == nil {
		err = s.Abandon(ctx)
	}
	return err
}

func (s *stores) file(number int) string { return filepath.Join(s.dir, name(number)) }

// name is the name of a store in the task's folder.
func name(number int) string { return strconv.Itoa(number) + ".db" }

// rotate begins a new store if this one is full. It is called between trials, after Publish.
func (s *stores) rotate(ctx context.Context) error {
	n, err := s.Count(ctx, store.Filter{})
	if err != nil || n < s.most {
		return err
	}
	s.publishing.Lock()
	defer s.publishing.Unlock()
	if err := s.Close(); err != nil {
		return err
	}
	s.number++
	return s.open(ctx)
}

// publish publishes a copy of the store.
func (s *stores) publish(ctx context.Context) error {
	s.publishing.Lock()
	defer s.publishing.Unlock()
	return publish(ctx, s.Store, filepath.Join(s.dir, copiesDir, name(s.number)))
}

// publish replaces the file at path by a copy of the store, and then its sum.
func publish(ctx context.Context, from *store.Store, path string) (err error) {
	temp, err := os.MkdirTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	copied := filepath.Join(temp, "copy.db")
	if err := from.Copy(ctx, copied); err != nil {
		return err
	}
	sum, err := syncAndSum(copied)
	if err != nil {
		return err
	}
	if err := os.Rename(copied, path); err != nil {
		return err
	}
	return atomicfile.Write(path+sumSuffix, []byte(sum+"  "+filepath.Base(path)+"\n"))
}

// syncAndSum syncs a file and returns its SHA-256.
func syncAndSum(path string) (sum string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if err := errors.Join(f.Chmod(0o644), f.Sync()); err != nil {
		return "", err
	}
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// A Copy is a published copy of a store.
type Copy struct {
	Path   string
	SHA256 string // in hex; "" if it is not known yet
}

// Copies lists the published copies of a sweep. A copy may be replaced at any time: see Check.
func Copies(q *queue.Queue) ([]Copy, error) {
	paths, err := filepath.Glob(filepath.Join(q.Dir(), queue.TasksDir, "*", copiesDir, "*.db"))
	var list []Copy
	for _, path := range paths {
		line, readErr := os.ReadFile(path + sumSuffix)
		if readErr != nil && !errors.Is(readErr, fs.ErrNotExist) {
			return nil, readErr
		}
		sum, _, _ := strings.Cut(string(line), " ")
		list = append(list, Copy{path, sum})
	}
	return list, err
}

// Check returns an error unless the file has its sum. One that was replaced meanwhile is to be listed again.
func (c Copy) Check() error {
	f, err := os.Open(c.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != c.SHA256 {
		return fmt.Errorf("%s is not what its sum says (%s, not %s): it is being replaced, or damaged", c.Path, sum, c.SHA256)
	}
	return nil
}
