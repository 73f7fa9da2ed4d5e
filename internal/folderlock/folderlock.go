// Package folderlock lets one process at a time work on a folder.
package folderlock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// again is how long after a refusal the lock is asked for again.
const again = 20 * time.Millisecond

// errTaken says that another holder has the lock.
var errTaken = errors.New("taken")

// Acquire waits until nobody else, in this process or another, holds the folder, and
// holds it until release is called or the process ends, however it does. The lock is
// on the folder itself: nothing is written. Where the file system or the operating
// system knows no such locks nobody waits for anybody.
//
// Errors: ctx's cause; a folder that cannot be opened.
func Acquire(ctx context.Context, folder string) (release func(), err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", folder, err)
	}
	for errors.Is(try(f), errTaken) {
		select {
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), f.Close())
		case <-time.After(again):
		}
	}
	return func() { f.Close() }, nil // which ends the lock
}
