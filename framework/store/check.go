package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Check reads the whole file and returns what is wrong with it: pages that do
// not belong together, rows that point nowhere.
func (s *Store) Check(ctx context.Context) error {
	var problems []string
	err := s.read(ctx, func(db *sql.DB) (err error) {
		problems, err = collect(ctx, db, func(p *string) []any { return []any{p} },
			`SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
			UNION ALL SELECT 'a row of ' || "table" || ' points nowhere' FROM pragma_foreign_key_check`)
		return err
	})
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("the notebook is damaged: %s", strings.Join(problems, "; "))
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", s.path, err)
	}
	return nil
}
