package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"runexp/framework/store"
)

// checkStore reports that --db names something that cannot be a store, such as a folder.
func (a *app) checkStore() error {
	info, err := os.Stat(a.db)
	switch {
	case err != nil || info.Mode().IsRegular():
		return nil // an error of Stat is reported by opening it
	case info.IsDir():
		return usage(fmt.Errorf("--db %s is a folder; name another store with --db, as in --db %s", a.db, filepath.Join(a.db, "runexp.db")))
	}
	return usage(fmt.Errorf("--db %s is not a regular file; name another store with --db", a.db))
}

// withHint adds a hint to an error of opening a store, unless it has one about --db.
func withHint(err error, hint string) error {
	if strings.Contains(err.Error(), "with --db") {
		return err
	}
	return fmt.Errorf("%w; %s", err, hint)
}

// readStore opens the store for reading.
func (a *app) readStore(ctx context.Context) (*store.Store, error) {
	if err := a.checkStore(); err != nil {
		return nil, err
	}
	s, err := store.OpenReadOnly(ctx, a.db)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, usage(withHint(err, "name the store with --db"))
	}
	return s, nil
}

// openStore opens the store for writing. A file that is no store or cannot be
// written is a usage error; a full disk is not.
func (a *app) openStore(ctx context.Context) (*store.Store, error) {
	if err := a.checkStore(); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, a.db)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx) // a signal
	}
	if errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrIO) || errors.Is(err, store.ErrBusy) {
		return nil, err
	}
	if err != nil {
		return nil, usage(withHint(err, "name another store with --db"))
	}
	return s, nil
}
