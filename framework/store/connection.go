package store

import (
	"context"
	"crypto/sha256"
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

// access is the mode in which a connection opens the file.
type access string

const (
	writing access = "mode=rwc"
	merging access = "mode=rw" // checkpoints the log; does not create the file
	reading access = "mode=ro"
	// frozen reads without locks or side files: only for a file without a writer.
	frozen access = "mode=ro&immutable=1"
)

// settings apply to every connection.
//
// Transactions begin immediate: one that reads and then writes could otherwise
// fail at once, whatever the timeout. Synchronous is EXTRA, so that flushed data
// survives a power cut as well as a crash: in WAL mode that is FULL, one fsync for
// each flush, about one a second; NORMAL would only sync at checkpoints. With a
// rollback journal EXTRA also syncs the folder. SQLite's own busy timeout is short,
// so that a signal is handled promptly; retry waits longer.
const settings = "&_txlock=immediate&_busy_timeout=250&_foreign_keys=on&_synchronous=EXTRA"

// address returns the SQLite URI of a file.
func address(path string, how access) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + string(how) + settings
}

// longestPath is SQLite's limit on Unix, in bytes, for a path including its journal's
// suffix (MAX_PATHNAME).
const longestPath = 512

// checkPath returns an error unless path is valid for a store and SQLite's side
// files. It creates nothing.
func checkPath(path string) error {
	journal := path + "-journal"
	if len(journal) > longestPath {
		return fmt.Errorf("the path of a store can have at most %d bytes, and this has %d: %s", longestPath-len("-journal"), len(path), printable.Excerpt(path))
	}
	if err := pathname.Check(journal); err != nil {
		return fmt.Errorf("invalid path for a store: %s: %w", printable.Excerpt(path), err)
	}
	return nil
}

// openPool returns a pool of at most n connections, without connecting.
func openPool(dsn string, n int) *sql.DB {
	db := sql.OpenDB(connector(dsn))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// A connector opens connections to one URI without registering a driver name for
// the whole process.
type connector string

func (c connector) Connect(context.Context) (driver.Conn, error) {
	return c.Driver().Open(string(c))
}

func (c connector) Driver() driver.Driver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		// On macOS fsync alone does not reach the disk; elsewhere this does nothing.
		if _, err := conn.Exec("PRAGMA fullfsync = ON", nil); err != nil {
			return err
		}
		// Contents are checked where they are, without a copy of each in a Go value of its own.
		return conn.RegisterFunc("sha256", func(data []byte) []byte {
			sum := sha256.Sum256(data)
			return sum[:]
		}, true)
	}}
}
