package store

import "github.com/mattn/go-sqlite3"

// SQLiteVersion returns the version of the linked SQLite, such as "3.50.4".
func SQLiteVersion() string {
	version, _, _ := sqlite3.Version()
	return version
}

// SchemaVersion returns the version of the stores that this program writes. Open
// migrates older ones and returns ErrNewer for newer ones.
func SchemaVersion() int { return len(migrations()) }
