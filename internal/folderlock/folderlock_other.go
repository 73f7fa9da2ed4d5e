//go:build !unix || solaris || aix

package folderlock

import (
	"errors"
	"os"
)

// tryLock is not supported here.
func tryLock(*os.File) error { return errors.ErrUnsupported }
