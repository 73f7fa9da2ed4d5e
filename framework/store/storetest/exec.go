// Package storetest changes store files directly, for tests of damaged and foreign
// stores.
package storetest

import (
	"database/sql"
	"errors"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// Exec runs SQL statements on the store at path, without any of its checks.
func Exec(path string, statements ...string) (err error) {
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}
