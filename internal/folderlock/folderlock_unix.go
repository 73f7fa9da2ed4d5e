//go:build unix && !solaris && !aix

package folderlock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// try takes the lock, or returns errTaken, or why there are no locks here.
func try(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return errTaken
	}
	return err
}
