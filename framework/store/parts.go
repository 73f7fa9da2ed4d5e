package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// A part is a column of a table, or a trigger with its SQL.
type part struct {
	table, column string
	trigger, sql  string
}

// checkParts returns ErrDamaged unless a store of the latest version has every
// column that this program writes and no foreign trigger on its tables, which
// could drop records. Other foreign tables, views and triggers are allowed.
func checkParts(ctx context.Context, db *sql.DB) error {
	blank := openPool(":memory:", 1)
	defer blank.Close()
	if err := migrate(ctx, blank, migrations()); err != nil {
		return err
	}
	want, err := partsOf(ctx, blank)
	if err != nil {
		return err
	}
	got, err := partsOf(ctx, db)
	if err != nil {
		return err
	}
	tables := map[string]bool{}
	for p := range want {
		tables[strings.ToLower(p.table)] = true
		if p.trigger == "" && !got[p] {
			return fmt.Errorf("%w (%s has no column %s)", ErrDamaged, p.table, p.column)
		}
	}
	for p := range got {
		if p.trigger != "" && tables[strings.ToLower(p.table)] && !want[p] {
			return fmt.Errorf("%w (the trigger %q on %s is not runexp's)", ErrDamaged, p.trigger, p.table)
		}
	}
	return nil
}

func partsOf(ctx context.Context, db *sql.DB) (map[part]bool, error) {
	list, err := collect(ctx, db, func(p *part) []any { return []any{&p.table, &p.column, &p.trigger, &p.sql} },
		`SELECT m.name, c.name, '', '' FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'
		UNION ALL SELECT tbl_name, '', name, sql FROM sqlite_master WHERE type = 'trigger'`)
	parts := map[part]bool{}
	for _, p := range list {
		parts[p] = true
	}
	return parts, err
}
