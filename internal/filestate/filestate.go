// Package filestate tells whether a file is still the one that was read.
package filestate

import (
	"os"
	"time"
)

// A State is a file at one point in time. Equal states are one content, if Settled.
type State struct {
	Path string
	Size int64
	When time.Time // of its last change
}

// Of returns the state of the file at path now.
func Of(path string) (State, error) {
	info, err := os.Stat(path)
	if err != nil {
		return State{}, err
	}
	return State{path, info.Size(), info.ModTime()}, nil
}

// settling is how old a file's time must be to tell whether it has changed since: some
// file systems have times of whole seconds, or of two.
const settling = 2 * time.Second

// Settled reports whether the file has not changed for so long that another change
// would show in its time.
func (s State) Settled() bool { return time.Since(s.When) >= settling }
