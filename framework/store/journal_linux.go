package store

import "syscall"

// fileSystem returns the type of path's file system, if known.
func fileSystem(path string) (magic uint32, ok bool) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(path, &stat); err != nil {
		return 0, false
	}
	return uint32(stat.Type), true
}
