// Package folderlock locks a folder for one process at a time.
package folderlock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// retryInterval is the time between two attempts to get the lock.
const retryInterval = 20 * time.Millisecond

// errLocked says that there is another lock holder.
var errLocked = errors.New("locked")

// Acquire waits for the exclusive lock on folder, against this process and others, and
// holds it until release is called or the process ends, even by a crash. The lock is on
// the folder itself: nothing is written. If the file system or the operating system has
// no such locks, Acquire returns without one.
//
// Errors: ctx's cause; a folder that cannot be opened.
func Acquire(ctx context.Context, folder string) (release func(), err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", folder, err)
	}
	for errors.Is(tryLock(f), errLocked) {
		select {
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), f.Close())
		case <-time.After(retryInterval):
		}
	}
	return func() { f.Close() }, nil // releases the lock
}
