package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

// applicationID marks a SQLite file as a store: "rxnb". The first migration sets it.
const applicationID = 0x72786e62

//go:embed migrations/*.sql
var migrationFiles embed.FS

// A migration updates a store from version number−1 to number.
type migration struct {
	number int
	sql    string
	then   func(context.Context, *sql.Tx) error // what SQL alone cannot do; nil for nothing
}

// migrations returns the embedded migrations, by number from 1.
func migrations() []migration {
	list, err := readMigrations(migrationFiles)
	if err != nil {
		panic(err) // the embedded files are wrong
	}
	list[sweepViewsFrom-1].then = writeSweepViews
	list[settingsFrom-1].then = rewriteSettings
	return list
}

// sweepViewsFrom is the version from which every sweep has a view.
const sweepViewsFrom = 6

// readMigrations reads migrations/NNN_title.sql, numbered from 001 without a gap.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var list []migration
	for i, name := range names {
		var number int
		if _, err := fmt.Sscanf(name, "migrations/%03d_", &number); err != nil || number != i+1 {
			return nil, fmt.Errorf("%s: migrations are numbered from 001 without a gap; this should be %03d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list = append(list, migration{number: number, sql: string(text)})
	}
	return list, nil
}

// queryer is implemented by *sql.DB and *sql.Tx.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// errNoTables: a database without tables, like a store before the first checkpoint
// of its log.
var errNoTables = fmt.Errorf("a database without a table: %w", ErrNotStore)

// identify returns the version of the store's schema. An empty file has version 0
// and is an error if wantTables. It changes nothing.
func identify(ctx context.Context, db queryer, wantTables bool) (version int, err error) {
	var id, tables, pages int
	err = db.QueryRowContext(ctx, `SELECT
		(SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_master),
		(SELECT page_count FROM pragma_page_count)`).Scan(&id, &version, &tables, &pages)
	switch {
	case err != nil:
		return 0, err
	case id == applicationID && (version < 1 || tables == 0):
		return 0, fmt.Errorf("version %d with %d tables: %w", version, tables, ErrDamaged)
	case id == applicationID:
		return version, nil
	case tables > 0 || id != 0 || version != 0:
		return 0, fmt.Errorf("another program's database: %w", ErrNotStore)
	case wantTables && pages > 0:
		return 0, errNoTables
	case wantTables:
		return 0, fmt.Errorf("an empty file: %w", ErrNotStore)
	}
	return 0, nil
}

// checkWritable returns an error unless the file is empty or a store of a supported
// version, and this process can write to it.
func checkWritable(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	version, err := identify(ctx, tx, false)
	if err != nil {
		return err
	}
	if err := checkNotNewer(version); err != nil {
		return err
	}
	// SQLite opens a file and begins a transaction without write permission: only a
	// change fails. This one is rolled back.
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
	return err
}

// oldestRead is the oldest version that can be read without migration: later ones
// changed views, which this package does not use, added choices and votes, read if there, and
// copies of points for readers of SQL, and wrote settings in another form, read as both.
const oldestRead = 2

// checkReadable returns an error unless the queries of this program work with the
// store's version.
func checkReadable(ctx context.Context, db *sql.DB) error {
	version, err := identify(ctx, db, true)
	if err != nil {
		return err
	}
	if version < oldestRead {
		return fmt.Errorf("version %d, wanted %d: %w", version, len(migrations()), ErrOlder)
	}
	return checkNotNewer(version)
}

func checkNotNewer(version int) error {
	if latest := len(migrations()); version > latest {
		return fmt.Errorf("version %d, but the latest supported one is %d: %w", version, latest, ErrNewer)
	}
	return nil
}

// migrate applies the missing migrations, each in its own transaction together with
// its number. Several processes may do so concurrently: apply reads the version
// inside the transaction.
func migrate(ctx context.Context, db *sql.DB, list []migration) error {
	version, err := identify(ctx, db, false)
	if err != nil {
		return err
	}
	for _, m := range list[min(version, len(list)):] {
		if err := apply(ctx, db, m); err != nil {
			return fmt.Errorf("migration %03d: %w", m.number, err)
		}
	}
	return nil
}

// apply applies one migration unless the store has it.
func apply(ctx context.Context, db *sql.DB, m migration) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	version, err := identify(ctx, tx, false)
	if err != nil || version >= m.number {
		return err
	}
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	if m.then != nil {
		if err := m.then(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", m.number)); err != nil {
		return err
	}
	return tx.Commit()
}

// Current reports whether the store has all tables and indexes of this version. One that was opened for reading only may
// be older, and its queries slower; opening it for writing migrates it.
func (s *Store) Current(ctx context.Context) (current bool, err error) {
	err = s.read(ctx, func(db *sql.DB) error {
		version, err := identify(ctx, db, true)
		current = version == len(migrations())
		return err
	})
	return current, err
}
