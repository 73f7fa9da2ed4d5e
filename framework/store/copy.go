package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Copy writes the store as it is at one moment into a new file at path, without a log. Others may write
// meanwhile. Nothing makes the file survive a power cut. Errors: a file that exists, ErrFull, ErrIO.
func (s *Store) Copy(ctx context.Context, path string) error {
	err := s.read(ctx, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `VACUUM INTO ?`, path)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: copy it to %s: %w", path, err)
	}
	return nil
}
