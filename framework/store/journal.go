package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The SQLite journal modes in use. WAL allows readers beside a writer, but needs
// shared memory, which network file systems do not share between machines: there
// a rollback journal and plain file locks are used.
const (
	wal      = "wal"
	rollback = "delete"
)

// journalFor returns the journal mode for a store at path, which need not exist.
func journalFor(path string) string {
	if onNetwork(path) {
		return rollback
	}
	return wal
}

// onNetwork reports whether path is, or would be, on a file system whose
// memory maps are not shared by all who can write to it.
func onNetwork(path string) bool {
	magic, known := fileSystem(existing(path))
	return known && networkFileSystem(magic)
}

// existing returns path, or the nearest of its parents that exists.
func existing(path string) string {
	for {
		_, err := os.Stat(path)
		parent := filepath.Dir(path)
		if err == nil || parent == path {
			return path
		}
		path = parent
	}
}

// networkFileSystem reports whether statfs's f_type (linux/magic.h and the file
// systems' own headers) is that of a network file system. FUSE counts as one:
// sshfs, gcsfuse and the like.
func networkFileSystem(magic uint32) bool {
	switch magic {
	case 0x6969, // NFS
		0x517b, 0xff534d42, 0xfe534d42, // SMB, CIFS, SMB2
		0x65735546, // FUSE
		0x01021997, // 9P: shares of virtual machines, WSL's /mnt/c
		0x786f4256, // VirtualBox shares
		0xbacbacbc, // VMware shares
		0x0bd00bd0, // Lustre
		0x47504653, // GPFS
		0x19830326, // BeeGFS
		0x00c36400, // Ceph
		0xaad7aaea, // PanFS
		0x7461636f, // OCFS2
		0x01161970, // GFS2
		0x5346414f, // AFS
		0x73757245: // Coda
		return true
	}
	return false
}

// setJournal sets the journal mode of the file. If SQLite cannot use WAL it falls
// back to a rollback journal, which is slower but as safe.
func setJournal(ctx context.Context, db *sql.DB, mode string) error {
	var got string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = "+mode).Scan(&got); err != nil {
		return fmt.Errorf("set the journal mode: %w", err)
	}
	if mode == rollback && strings.EqualFold(got, wal) {
		return fmt.Errorf("%w: on a network file system it cannot stay in WAL mode", ErrBusy)
	}
	return nil
}
