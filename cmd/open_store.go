package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/store"
)

// checkStore says that --db names what can be no store, a folder or a pipe, say.
func (a *app) checkStore() error {
	info, err := os.Stat(a.db)
	switch {
	case err != nil || info.Mode().IsRegular():
		return nil // what cannot be seen is told when it is opened
	case info.IsDir():
		return usage(fmt.Errorf("--db %s is a folder; name another store with --db, as in --db %s", a.db, filepath.Join(a.db, "runexp.db")))
	}
	return usage(fmt.Errorf("--db %s is no regular file; name another store with --db", a.db))
}

// withHint adds the way out to an error of opening a store, unless it says it.
func withHint(err error, way string) error {
	if strings.Contains(err.Error(), "with --db") {
		return err
	}
	return fmt.Errorf("%w; %s", err, way)
}

// readStore opens the store for reading.
func (a *app) readStore(c *cobra.Command) (*store.Store, error) {
	if err := a.checkStore(); err != nil {
		return nil, err
	}
	s, err := store.OpenReadOnly(c.Context(), a.db)
	if err != nil && c.Context().Err() != nil {
		return nil, context.Cause(c.Context())
	}
	if err != nil {
		return nil, usage(withHint(err, "name the store with --db"))
	}
	return s, nil
}
