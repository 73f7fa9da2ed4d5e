package store

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestOtherFilesAreRejectedUnchanged(t *testing.T) {
	ctx := t.Context()
	for name, c := range map[string]struct {
		make func(path string)
		want error
	}{
		"text":             {func(p string) { check(t, os.WriteFile(p, []byte("losses: []\n"), 0o644)) }, ErrNotStore},
		"long text":        {func(p string) { check(t, os.WriteFile(p, bytes.Repeat([]byte("loss\n"), 2000), 0o644)) }, ErrNotStore},
		"another database": {func(p string) { execAt(t, p, "CREATE TABLE alembic_version (version_num TEXT)") }, ErrNotStore},
		"another's header": {func(p string) { execAt(t, p, "PRAGMA application_id = 1") }, ErrNotStore},
		"a later version": {func(p string) {
			check(t, openAt(t, p).Close())
			execAt(t, p, "PRAGMA user_version = 99")
		}, ErrNewer},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file.db")
			c.make(path)
			before := must(os.ReadFile(path))(t)
			_, err := Open(ctx, path)
			wantError(t, err, c.want)
			_, err = OpenReadOnly(ctx, path)
			wantError(t, err, c.want)
			if !strings.Contains(err.Error(), path) {
				t.Errorf("the message must name the file; got %v", err)
			}
			if !bytes.Equal(before, must(os.ReadFile(path))(t)) {
				t.Error("the file was changed")
			}
			if entries := must(os.ReadDir(filepath.Dir(path)))(t); len(entries) != 1 {
				t.Errorf("files were created beside it: %v", entries)
			}
		})
	}
}

func execAt(t *testing.T, path, statement string) {
	t.Helper()
	db := openPool(address(path, writing), 1)
	defer db.Close()
	must(db.Exec(statement))(t)
}

func TestOpenReadOnlyCreatesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs", "runexp.db")
	_, err := OpenReadOnly(t.Context(), path)
	wantError(t, err, fs.ErrNotExist)
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the folder was created")
	}
}

func TestPathsWithOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% of it?", "a#b&c=d é.db")
	s := openAt(t, path)
	begin(t, s, NewRun{})
	check(t, s.Close())
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	ro := must(OpenReadOnly(t.Context(), path))(t)
	t.Cleanup(func() { check(t, ro.Close()) })
	if n := len(must(ro.Runs(t.Context(), Filter{}))(t)); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}
}

func TestSettings(t *testing.T) {
	s := openTest(t)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "3", "foreign_keys": "1", "busy_timeout": "250",
		"user_version": "10", "application_id": "1920495202",
	} {
		var got string
		check(t, s.writer.QueryRow("PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
	if err := s.read(t.Context(), func(db *sql.DB) error { _, err := db.Exec("DELETE FROM runs"); return err }); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a reader could write: %v", err)
	}
}

func TestMigrationsAreAtomicAndAppliedOnce(t *testing.T) {
	ctx := t.Context()
	list := must(readMigrations(fstest.MapFS{
		"migrations/001_initial.sql": {Data: []byte("PRAGMA application_id = 0x72786e62; CREATE TABLE a (x); -- the end")},
		"migrations/002_more.sql":    {Data: []byte("CREATE TABLE b (x); INSERT INTO b VALUES (1);")},
		"migrations/003_bad.sql":     {Data: []byte("CREATE TABLE c (x); INSERT INTO nowhere VALUES (1);")},
	}))(t)
	db := openPool(address(filepath.Join(t.TempDir(), "a.db"), writing), 1)
	defer db.Close()
	check(t, migrate(ctx, db, list[:1]))
	check(t, migrate(ctx, db, list[:2]))
	check(t, migrate(ctx, db, list[:2]))
	check(t, apply(ctx, db, list[1])) // as when another process was quicker
	if err := migrate(ctx, db, list); err == nil || !strings.Contains(err.Error(), "migration 003") {
		t.Errorf("got %v", err)
	}
	var version, rows, tables int
	check(t, db.QueryRow("PRAGMA user_version").Scan(&version))
	check(t, db.QueryRow("SELECT count(*) FROM b").Scan(&rows))
	check(t, db.QueryRow("SELECT count(*) FROM sqlite_master").Scan(&tables))
	if version != 2 || rows != 1 || tables != 2 {
		t.Errorf("got version %d, %d rows, %d tables; want 2, 1, 2", version, rows, tables)
	}
	if _, err := readMigrations(fstest.MapFS{"migrations/002_gap.sql": {}}); err == nil {
		t.Error("a gap in the numbers gave no error")
	}
}

func TestJournalByFileSystem(t *testing.T) {
	for magic, network := range map[uint32]bool{
		0x6969: true, 0xff534d42: true, 0x65735546: true, 0x0bd00bd0: true,
		0xef53: false /* ext4 */, 0x01021994: false /* tmpfs */, 0x9123683e: false /* btrfs */, 0x58465342: false, /* XFS */
	} {
		if networkFileSystem(magic) != network {
			t.Errorf("%#x: network is %v", magic, !network)
		}
	}
	folder := t.TempDir()
	if got := existing(filepath.Join(folder, "not", "yet", "there.db")); got != folder {
		t.Errorf("a path that does not exist yet will be on the file system of %s, not of %s", folder, got)
	}
}

func TestRollbackJournalOnNetworks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	check(t, openAt(t, path).Close()) // made locally, then moved to a network file system
	s := must(open(t.Context(), path, rollback))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	var mode string
	check(t, s.writer.QueryRow("PRAGMA journal_mode").Scan(&mode))
	if mode != rollback {
		t.Errorf("got %s", mode)
	}
	check(t, begin(t, s, NewRun{}).Finish(t.Context(), Finished, ""))
}
