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

// checkNotebook says that --db names what can be no notebook, a folder or a pipe, say.
func (a *app) checkNotebook() error {
	info, err := os.Stat(a.db)
	switch {
	case err != nil || info.Mode().IsRegular():
		return nil // what cannot be seen is told when it is opened
	case info.IsDir():
		return usage(fmt.Errorf("--db %s is a folder; name another notebook with --db, as in --db %s", a.db, filepath.Join(a.db, "runexp.db")))
	}
	return usage(fmt.Errorf("--db %s is no regular file; name another notebook with --db", a.db))
}

// nameNotebook adds the way out to an error of opening a notebook, unless it says it.
func nameNotebook(err error, way string) error {
	if strings.Contains(err.Error(), "with --db") {
		return err
	}
	return fmt.Errorf("%w; %s", err, way)
}

// openNotebook opens the notebook for reading.
func (a *app) openNotebook(c *cobra.Command) (*store.Store, error) {
	if err := a.checkNotebook(); err != nil {
		return nil, err
	}
	s, err := store.OpenReadOnly(c.Context(), a.db)
	if err != nil && c.Context().Err() != nil {
		return nil, context.Cause(c.Context())
	}
	if err != nil {
		return nil, usage(nameNotebook(err, "name the notebook with --db"))
	}
	return s, nil
}
