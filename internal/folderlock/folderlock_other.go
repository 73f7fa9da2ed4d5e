//go:build !unix || solaris || aix

package folderlock

import (
	"errors"
	"os"
)

// try knows no locks here.
func try(*os.File) error { return errors.ErrUnsupported }
