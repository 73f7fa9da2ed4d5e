package store

import (
	"fmt"
	"time"
)

// timeLayout writes UTC with microseconds, always as wide: text order is time
// order, people can read it, and SQLite's date functions take it.
const timeLayout = "2006-01-02T15:04:05.000000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// timeText reads a time column into a time.Time; NULL is the zero time.
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
	return fmt.Errorf("a time is text, not %T", source)
}

// seconds reads a column of seconds into a time.Duration.
type seconds struct{ to *time.Duration }

func (s seconds) Scan(source any) error {
	value, ok := source.(float64)
	if !ok {
		return fmt.Errorf("a duration is a number of seconds, not %T", source)
	}
	*s.to = time.Duration(value * float64(time.Second))
	return nil
}
