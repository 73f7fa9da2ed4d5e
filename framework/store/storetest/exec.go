// Package storetest changes store files directly, for tests of damaged and foreign
// stores.
package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

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

// Rows returns the rows of a query on the store at path, their values as text joined by
// spaces; NULL for none.
func Rows(path, query string) (list []string, err error) {
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		var texts []string
		for _, v := range values {
			if v == nil {
				v = "NULL"
			}
			texts = append(texts, fmt.Sprint(v))
		}
		list = append(list, strings.Join(texts, " "))
	}
	return list, rows.Err()
}
