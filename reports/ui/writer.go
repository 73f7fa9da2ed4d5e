package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"runexp/framework/store"
)

// A writer opens the store for writing at the first change: opening reads the whole file, and while people only look the
// server is a reader like any other.
type writer struct {
	path string
	open func(ctx context.Context, path string) (*store.Store, error) // store.Open

	mu    sync.Mutex
	store *store.Store
	err   error // of a store that this process may not write
}

// errGone: there is no store, and the server makes none.
var errGone = errors.New("the change was not saved")

// errMoved: the store's file went away or was replaced, and a change was saved elsewhere.
var errMoved = errors.New("the store was deleted, moved or replaced while it was open, and the change went to another file")

// use calls change with the store, open for writing.
func (w *writer) use(ctx context.Context, change func(*store.Store) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.store == nil {
		if _, err := os.Stat(w.path); errors.Is(err, fs.ErrNotExist) { // opening would make a new one
			return fmt.Errorf("%w: there is no %s any more; bring it back, and nothing else of that name beside it (-wal, -shm)", errGone, w.path)
		}
		s, err := w.open(ctx, w.path)
		if errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrAccess) {
			w.err = err
		}
		if err != nil {
			return err
		}
		w.store = s
	}
	opened := w.store.Path()
	err := change(w.store)
	if now := w.store.Path(); now != opened { // the next change opens what is there now
		_ = w.store.Close() // says what is said here
		w.store = nil
		err = fmt.Errorf("%w: it is in %s, with all else that the store had; move that back to %s", errMoved, now, opened)
	}
	return err
}

// denied reports whether the store could not be opened for writing.
func (w *writer) denied() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err != nil
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.store == nil {
		return nil
	}
	return w.store.Close()
}
