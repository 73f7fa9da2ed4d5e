package worker

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"runexp/experiments/executor/slurm/queue"
	"runexp/framework/store"
)

// Recover is a queue.Recover for the results of any task that is over. It changes no store of another task: two
// hosts never open one SQLite file. It copies the file with its log, completes the run in the copy, and publishes that
// beside the task's own copies, of which a later one may be on its way.
func Recover(ctx context.Context, q *queue.Queue, c queue.Claim, r queue.Result) (ok bool, err error) {
	dir := q.TaskDir(c.Task)
	if r.Store != filepath.Base(r.Store) {
		return false, nil // not written by a task
	}
	copies := filepath.Join(dir, copiesDir)
	temp, err := os.MkdirTemp(copies, ".recovered-*")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	file := filepath.Join(temp, r.Store)
	if err := copyStore(filepath.Join(dir, r.Store), file); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return false, err
	}
	s, err := store.Open(ctx, file)
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrNotStore) {
		return false, nil // no merge would take its runs
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Abandon(ctx); err != nil {
		return false, err
	}
	if ok, err = s.Complete(ctx, r.Run, r.Status, r.Reason); err != nil || !ok {
		return false, err
	}
	err = publish(ctx, s, filepath.Join(copies, strings.TrimSuffix(r.Store, ".db")+"-recovered.db"))
	return err == nil, err
}

// copyStore copies a store that nobody writes, with what SQLite needs to complete or undo its last transaction.
func copyStore(from, to string) error {
	for _, suffix := range []string{"", "-journal", "-wal"} {
		err := copyFile(from+suffix, to+suffix)
		if err != nil && (suffix == "" || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
