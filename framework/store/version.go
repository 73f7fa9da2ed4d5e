package store

import "github.com/mattn/go-sqlite3"

// SQLiteVersion returns the version of the SQLite that is part of the program, as
// in "3.50.4".
func SQLiteVersion() string {
	version, _, _ := sqlite3.Version()
	return version
}

// SchemaVersion returns the version of the stores that this program writes.
// It reads older ones, and refuses newer ones with ErrNewer.
func SchemaVersion() int { return len(migrations()) }
