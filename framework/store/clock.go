package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"runexp/internal/printable"
)

// timeLayout is UTC with microseconds at a fixed width: text order is time order,
// it is readable, and SQLite's date functions accept it.
const timeLayout = "2006-01-02T15:04:05.000000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// timeText scans a time column into a time.Time; NULL is the zero time.
type timeText struct{ to *time.Time }

func (t timeText) Scan(source any) error {
	switch text := source.(type) {
	case nil:
		*t.to = time.Time{}
		return nil
	case string:
		parsed, err := time.Parse(timeLayout, text)
		*t.to = parsed
		return err
	}
	return fmt.Errorf("a time must be text, not %T", source)
}

// seconds scans a column of seconds into a time.Duration.
type seconds struct{ to *time.Duration }

func (s seconds) Scan(source any) error {
	value, ok := source.(float64)
	if !ok {
		return fmt.Errorf("a duration must be a number of seconds, not %T", source)
	}
	*s.to = time.Duration(value * float64(time.Second))
	return nil
}

// plain scans a column into a value of the type that the column is of.
type plain[T any] struct{ to *T }

func (p plain[T]) Scan(source any) error {
	var value sql.Null[T]
	err := value.Scan(source)
	if err == nil && !value.Valid {
		err = errors.New("there is nothing in it")
	}
	*p.to = value.V
	return err
}

// tolerant scans a column, and notes what is wrong with it instead of failing.
type tolerant struct {
	what   string // of the row: "its start"
	to     sql.Scanner
	damage *string // the first thing that is wrong
}

func (t tolerant) Scan(source any) error {
	if err := t.to.Scan(source); err != nil && *t.damage == "" {
		*t.damage = printable.Text(fmt.Sprintf("%s cannot be read: %v", t.what, err))
	}
	return nil
}
