package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// fullStore returns the bytes of a store of several runs with pictures.
func fullStore(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "n.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		r, err := s.Begin(t.Context(), NewRun{Experiment: fmt.Sprint("e", i%2), TrialHash: fmt.Sprint("trial", i), ConfigWritten: "experiment: e"})
		for step := range 40 {
			err = errors.Join(err, r.Log(t.Context(), step, []Value{{"loss/total", float64(step)}, {"rate", 1}}))
		}
		err = errors.Join(err, r.Event(t.Context(), "stage", 0, i),
			r.Artifact(t.Context(), Artifact{Kind: "picture", Name: "picture.png", Data: bytes.Repeat([]byte{byte(i)}, 9000)}),
			r.Finish(t.Context(), Finished, ""))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const pageSize = 4096

// damage returns a damaged copy of data; the same for the same seed.
func damage(data []byte, seed uint64) []byte {
	data, r := bytes.Clone(data), rand.New(rand.NewPCG(seed, 0))
	page := func() []byte { n := r.IntN(len(data) / pageSize); return data[n*pageSize : (n+1)*pageSize] }
	switch seed % 5 {
	case 0:
		for range 1 + r.IntN(8) {
			data[r.IntN(len(data))] ^= byte(1 + r.IntN(255))
		}
	case 1:
		data[r.IntN(100)] = byte(r.IntN(256)) // the header
	case 2:
		part := page()
		clear(part[r.IntN(pageSize):])
	case 3:
		return data[:r.IntN(len(data))]
	case 4:
		a, b := page(), page()
		kept := bytes.Clone(a)
		copy(a, b)
		copy(b, kept)
	}
	return data
}

// sound opens a file that may be damaged, for writing and for reading, and reads all
// of it. Either it works, a run can be added and none is lost, or the file is
// unchanged and the error is one of this package's.
func sound(t *testing.T, data []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "n.db")
	check(t, os.WriteFile(path, data, 0o644))
	if s, err := OpenReadOnly(t.Context(), path); err == nil {
		_ = readAll(t, s)
		check(t, s.Close())
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		known := false
		for _, kind := range []error{ErrDamaged, ErrNotStore, ErrNewer, ErrOlder, ErrReadOnly, ErrAccess, ErrIO} {
			known = known || errors.Is(err, kind)
		}
		if !known {
			t.Errorf("an error of no known kind: %v", err)
		}
		if after := must(os.ReadFile(path))(t); !bytes.Equal(after, data) {
			t.Errorf("the file was changed, and then: %v", err)
		}
		return
	}
	before, dangling := len(must(s.Runs(t.Context(), Filter{Damaged: true}))(t)), s.dangling
	r, err := s.Begin(t.Context(), NewRun{Experiment: "new"})
	if err != nil {
		t.Fatalf("opened for writing, but nothing can be written: %v", err)
	}
	check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 1}}))
	check(t, r.Finish(t.Context(), Finished, ""))
	if after := len(must(s.Runs(t.Context(), Filter{Damaged: true}))(t)); after != before+1 {
		t.Errorf("%d runs, %d after adding one", before, after)
	}
	if err := s.Check(t.Context()); len(dangling) == 0 {
		check(t, err)
	}
	check(t, s.Close())
}

// readAll reads everything of every run; errors are joined.
func readAll(t *testing.T, s *Store) error {
	runs, err := s.Runs(t.Context(), Filter{})
	for _, r := range runs {
		names, e1 := s.MetricNames(t.Context(), r.Number)
		_, e2 := s.Summary(t.Context(), r.Number)
		_, e3 := s.Events(t.Context(), r.Number)
		_, e4 := s.Params(t.Context(), r.Number)
		_, e5 := s.Env(t.Context(), r.Number)
		artifacts, e6 := s.Artifacts(t.Context(), r.Number)
		_, e7 := s.FindRun(t.Context(), r.UID.String())
		err = errors.Join(err, e1, e2, e3, e4, e5, e6, e7)
		for _, name := range names {
			_, e := s.Series(t.Context(), r.Number, name)
			err = errors.Join(err, e)
		}
		for _, a := range artifacts {
			_, e := s.Blob(t.Context(), a.Hash)
			err = errors.Join(err, e)
		}
	}
	return err
}

func TestDamageIsFoundBeforeWriting(t *testing.T) {
	data := fullStore(t)
	for seed := range uint64(400) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { sound(t, damage(data, seed)) })
	}
}

// The version is signed: a flipped bit can make it negative.
func TestImpossibleVersionIsDamage(t *testing.T) {
	data := fullStore(t)
	for _, version := range []byte{0x80, 0xff} {
		data[60] = version
		path := filepath.Join(t.TempDir(), "n.db")
		check(t, os.WriteFile(path, data, 0o644))
		_, err := Open(t.Context(), path)
		wantError(t, err, ErrDamaged)
		_, err = OpenReadOnly(t.Context(), path)
		wantError(t, err, ErrDamaged)
	}
}

func FuzzOpen(f *testing.F) {
	data := fullStore(f)
	f.Add(uint16(60), byte(0x80), uint16(0), byte(0))
	for at := uint16(16); at < 100; at += 7 {
		f.Add(at, byte(0xff), at*400, byte(1))
	}
	f.Fuzz(func(t *testing.T, at uint16, flip byte, second uint16, flipped byte) {
		damaged := bytes.Clone(data)
		damaged[int(at)%len(data)] ^= flip
		damaged[int(second)*3%len(data)] ^= flipped
		sound(t, damaged)
	})
}

// altered returns the path of a store that was changed with SQL.
func altered(t *testing.T, data []byte, statement string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "n.db")
	check(t, os.WriteFile(path, data, 0o644))
	db := openPool(address(path, writing), 1)
	defer db.Close()
	must(db.Exec(statement))(t)
	return path
}

// A foreign trigger or a missing table would lose records: such a store is not
// written, and reading it reports why.
func TestForeignTriggerOrMissingTableIsDamage(t *testing.T) {
	data := fullStore(t)
	for _, statement := range []string{
		"DROP TABLE metrics",
		"ALTER TABLE events RENAME TO e; CREATE VIEW events AS SELECT * FROM e",
		"DROP VIEW run_list; DROP VIEW run_metrics; ALTER TABLE runs DROP COLUMN message",
		"CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs WHERE id < 3; END",
		"CREATE TRIGGER t BEFORE INSERT ON Metrics BEGIN SELECT raise(ignore); END",
		"DROP TRIGGER blob_dropped; CREATE TRIGGER blob_dropped AFTER DELETE ON artifacts BEGIN DELETE FROM runs; END",
	} {
		path := altered(t, data, statement)
		before := must(os.ReadFile(path))(t)
		_, err := Open(t.Context(), path)
		wantError(t, err, ErrDamaged)
		if !bytes.Equal(must(os.ReadFile(path))(t), before) {
			t.Errorf("%s: the file was changed", statement)
		}
	}
	s := must(OpenReadOnly(t.Context(), altered(t, data, "DROP TABLE metrics")))(t)
	wantError(t, readAll(t, s), ErrDamaged)
	check(t, s.Close())
}

// Other programs may add tables and views.
func TestForeignTablesAndViewsAreAllowed(t *testing.T) {
	path := altered(t, fullStore(t), `CREATE TABLE notes (run INTEGER, note TEXT); CREATE VIEW best AS SELECT min(value) FROM metrics;
		CREATE INDEX by_value ON metrics (value); CREATE TRIGGER own AFTER INSERT ON notes BEGIN DELETE FROM notes; END; DROP VIEW run_list`)
	check(t, must(Open(t.Context(), path))(t).Close())
}

// Invalid JSON in a column is damage for readers.
func TestInvalidJSONIsDamage(t *testing.T) {
	data := fullStore(t)
	for _, statement := range []string{
		"UPDATE runs SET environment = '{'", "UPDATE runs SET environment = '[]'", "UPDATE runs SET overrides = '{}'",
		"INSERT INTO params VALUES (1, 'seed', 'nope')", "UPDATE events SET data = ''",
		"INSERT INTO scorers (hash, description, created_at) VALUES ('s', '{', '')",
	} {
		s := must(OpenReadOnly(t.Context(), altered(t, data, statement)))(t)
		_, err := s.FindScorer(t.Context(), "s")
		wantError(t, errors.Join(readAll(t, s), err), ErrDamaged)
		check(t, s.Close())
	}
}
