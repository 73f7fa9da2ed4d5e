//go:build unix && !solaris && !aix

package folderlock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes the lock. It returns errLocked if there is another holder, or another
// error if locks are not supported.
func tryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return errLocked
	}
	return err
}
