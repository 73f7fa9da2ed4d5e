package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"

	"runexp/internal/pathname"
	"runexp/internal/printable"
)

// access is how a connection may use the file.
type access string

const (
	writing access = "mode=rwc"
	merging access = "mode=rw" // writes what is in the log, and makes no file
	reading access = "mode=ro"
	// frozen reads without locks or side files: only for a file that nobody writes.
	frozen access = "mode=ro&immutable=1"
)

// settings hold for every connection.
//
// Transactions begin immediate: one that reads and then wants to write could
// otherwise fail at once, whatever the timeout. Synchronous is EXTRA, so that
// what was flushed survives a power cut as well as a crash: in WAL mode that is
// FULL, one fsync for each flush, about one a second; NORMAL would only sync at
// checkpoints. With a rollback journal EXTRA also syncs the folder. SQLite itself
// waits for a lock only as long as nobody minds after a signal: retry does the rest.
const settings = "&_txlock=immediate&_busy_timeout=250&_foreign_keys=on&_synchronous=EXTRA"

// address returns SQLite's URI for a file.
func address(path string, how access) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + string(how) + settings
}

// longestPath is how many bytes SQLite takes for a path on Unix, that of its journal
// included (MAX_PATHNAME).
const longestPath = 512

// checkPath returns an error unless a store can be at path, with SQLite's own files
// beside it. It makes nothing.
func checkPath(path string) error {
	journal := path + "-journal"
	if len(journal) > longestPath {
		return fmt.Errorf("the path of a store may have %d bytes, and this has %d: %s", longestPath-len("-journal"), len(path), printable.Excerpt(path))
	}
	if err := pathname.Check(journal); err != nil {
		return fmt.Errorf("no store can be at %s: %w", printable.Excerpt(path), err)
	}
	return nil
}

// openPool returns a pool of at most n connections. It does not connect yet.
func openPool(dsn string, n int) *sql.DB {
	db := sql.OpenDB(connector(dsn))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// A connector opens connections to one URI, without a driver name that is
// registered for the whole process.
type connector string

func (c connector) Connect(context.Context) (driver.Conn, error) {
	return c.Driver().Open(string(c))
}

func (c connector) Driver() driver.Driver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		// On macOS fsync alone does not reach the disk; elsewhere this does nothing.
		_, err := conn.Exec("PRAGMA fullfsync = ON", nil)
		return err
	}}
}
