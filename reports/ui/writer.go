package ui

import (
	"context"
	"errors"
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

// use calls change with the store, open for writing.
func (w *writer) use(ctx context.Context, change func(*store.Store) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.store == nil {
		s, err := w.open(ctx, w.path)
		if errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrAccess) {
			w.err = err
		}
		if err != nil {
			return err
		}
		w.store = s
	}
	err := change(w.store)
	if moved := new(store.MovedError); errors.As(err, &moved) { // the next change opens what is there now
		_ = w.store.Close()
		w.store = nil
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
