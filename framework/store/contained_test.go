package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with the rows of one run or sweep keeps no other run from being marked or begun, and is among the problems.
func TestDamageIsContained(t *testing.T) {
	data := fullStore(t)
	const sweep = `INSERT INTO sweeps (id, uid, experiment_id, method, plan, metrics, created_at) VALUES (1, randomblob(16), 1, 'grid', `
	for _, c := range []struct{ statement, problem string }{
		{sweep + `'{', '[]', '2026-01-01T00:00:00.000000Z')`, "sweep 1: plan or metrics is not JSON"},
		{sweep + `'{}', '{}', '2026-01-01T00:00:00.000000Z')`, "sweep 1: its list of metrics is of another type"},
		{sweep + `'{}', '[]', 'soon')`, "sweep 1: its time cannot be read"},
		{"UPDATE blobs SET data = x'00' WHERE id = 1", "run 1: picture picture.png is damaged"},
		{"PRAGMA foreign_keys = OFF; DELETE FROM blobs WHERE id = 1", "run 1: picture picture.png is missing"},
		{"UPDATE runs SET ended_at = 'soon' WHERE id = 1", "run 1: a time cannot be read"},
		{"UPDATE runs SET seed = 'x', message = x'00' WHERE id = 1", "run 1: a number or a text is of another type"},
		{"UPDATE runs SET status = 'running', seen_at = 'soon', pid = 'x' WHERE id = 1", "run 1: a number or a text is of another type"},
		{"UPDATE runs SET environment = '{' WHERE id = 1", "run 1: environment or overrides is not JSON"},
		{"UPDATE params SET value = '{' WHERE run_id = 1; INSERT INTO params VALUES (1, 'seed', '{')", "run 1: setting seed is not JSON"},
		{"PRAGMA foreign_keys = OFF; UPDATE artifacts SET blob_id = 99 WHERE run_id = 1; INSERT INTO events (run_id, at, kind, step, data) VALUES (99, '', 'x', 0, '{}')", "events row "},
	} {
		s := must(Open(t.Context(), altered(t, data, c.statement)))(t)
		star := true
		check(t, s.Mark(t.Context(), []int64{2, 3}, MarksChange{Star: &star, AddTags: []string{"good"}}))
		r := must(s.Begin(t.Context(), NewRun{Experiment: "new"}))(t)
		check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 1}}))
		check(t, r.Finish(t.Context(), Finished, ""))
		if list := must(s.Runs(t.Context(), Filter{Damaged: true}))(t); len(list) != 5 {
			t.Errorf("%s: %d runs", c.statement, len(list))
		}
		if marks := must(s.Marks(t.Context(), 2))(t); !marks[2].Star {
			t.Errorf("%s: run 2 has no star", c.statement)
		}
		var all []string
		for _, p := range must(s.Problems(t.Context()))(t) {
			all = append(all, p.What)
		}
		if !strings.Contains(strings.Join(all, "\n"), c.problem) {
			t.Errorf("%s: problems are %q", c.statement, all)
		}
		check(t, s.Close())
	}
}

// A reference that pointed nowhere when a store was opened is no sign that its file was overwritten.
func TestDanglingRowsAreNoOtherStore(t *testing.T) {
	path := altered(t, fullStore(t), "PRAGMA foreign_keys = OFF; DELETE FROM blobs WHERE id = 1")
	s, other := must(Open(t.Context(), path))(t), must(Open(t.Context(), path))(t)
	for _, writer := range []*Store{other, s, other, s} { // each sees the file changed by the other
		check(t, begin(t, writer, NewRun{Experiment: "new"}).Finish(t.Context(), Finished, ""))
		must(writer.writer.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`))(t)
	}
	if s.Path() != path {
		t.Errorf("continues in %s", filepath.Base(s.Path()))
	}
	check(t, s.Close())
	check(t, other.Close())
}
