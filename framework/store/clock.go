package store

import (
	"fmt"
	"time"
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
