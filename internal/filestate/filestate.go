// Package filestate detects whether a file has changed since it was read.
package filestate

import (
	"os"
	"time"
)

// A State identifies a file's content at one point in time: equal states mean equal
// content, if Settled.
type State struct {
	Path string
	Size int64
	When time.Time // modification time
}

// Of returns the current state of the file at path.
func Of(path string) (State, error) {
	info, err := os.Stat(path)
	if err != nil {
		return State{}, err
	}
	return State{path, info.Size(), info.ModTime()}, nil
}

// settling is how old a modification time must be to show every later change: some file
// systems store times in steps of one or two seconds.
const settling = 2 * time.Second

// Settled reports whether any further change would show in the modification time.
func (s State) Settled() bool { return time.Since(s.When) >= settling }
