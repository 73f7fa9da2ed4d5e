package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

// applicationID marks a SQLite file as a store: "rxnb". It is set by the
// first migration.
const applicationID = 0x72786e62

//go:embed migrations/*.sql
var migrationFiles embed.FS

// A migration brings a store from version Number−1 to Number.
type migration struct {
	number int
	sql    string
}

// migrations returns those built in, by number from 1.
func migrations() []migration {
	list, err := readMigrations(migrationFiles)
	if err != nil {
		panic(err) // they are compiled in
	}
	return list
}

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
		list = append(list, migration{number, string(text)})
	}
	return list, nil
}

// queryer is what *sql.DB and *sql.Tx have in common.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// errNoTables: a database without a table, as a store is before its log is
// written into it.
var errNoTables = fmt.Errorf("a database without a table: %w", ErrNotStore)

// identify returns the version of the store's schema, 0 for an empty file
// unless that is to be an error. It changes nothing.
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

// checkWritable returns an error unless the file is a store of a known
// version, or can become one, and this process may write it.
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
	// SQLite opens a file that it may not write, and even begins, without a
	// word: only a change tells. This one is rolled back.
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
	return err
}

// oldestRead is the oldest version whose tables are those of the newest: later
// migrations changed views, which this package does not read.
const oldestRead = 2

// checkReadable returns an error unless the store has a version
// that the queries of this program can be put to.
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
		return fmt.Errorf("version %d, and %d is the last one known: %w", version, latest, ErrNewer)
	}
	return nil
}

// migrate applies the migrations that the store lacks, each in its own
// transaction together with its number. Several processes may do so at once:
// apply reads the version inside the transaction.
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
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", m.number)); err != nil {
		return err
	}
	return tx.Commit()
}
