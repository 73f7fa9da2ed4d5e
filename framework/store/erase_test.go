package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"runexp/framework/store/storetest"
)

// withPictures makes a store with runs whose pictures are on the way, and one they share.
func withPictures(t *testing.T) *Store {
	s := openTest(t)
	for i := range 3 {
		r := begin(t, s, NewRun{Experiment: fmt.Sprint("e", i), TrialHash: fmt.Sprint("h", i), Params: []Param{{"seed", []byte("1")}}})
		check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 1}}))
		for name, data := range map[string]string{"step-000001.png": fmt.Sprint("step", i), "picture.png": fmt.Sprint("end", i), "last.png": "shared"} {
			check(t, r.Artifact(t.Context(), Artifact{Kind: "picture", Name: name, Data: []byte(data)}))
		}
		check(t, r.Finish(t.Context(), Finished, ""))
	}
	q := Question{NewUID(), "better?", Shown{1, fmt.Sprintf("%064d", 1)}, Shown{2, fmt.Sprintf("%064d", 2)}}
	check(t, s.AddQuestions(t.Context(), []Question{q}))
	must(s.AddVotes(t.Context(), []Vote{{q.UID, "ann", Left}}, false))(t)
	return s
}

func TestErase(t *testing.T) {
	ctx, s, deleted := t.Context(), withPictures(t), true
	check(t, s.Mark(ctx, []int64{1, 3}, MarksChange{Deleted: &deleted, AddTags: []string{"x"}}))
	before := contentOf(t, s.Path())
	if e := must(s.Erase(ctx, Erasure{Before: time.Now().Add(-time.Hour)}))(t); len(e.Runs)+e.Pictures != 0 {
		t.Errorf("deleted less than an hour ago: %+v", e)
	}
	for _, only := range []bool{true, false} {
		e := must(s.Erase(ctx, Erasure{Before: time.Now().Add(time.Hour), Only: only}))(t)
		if len(e.Runs) != 2 || e.Runs[0].Number != 1 || e.Pictures != 4 || e.Bytes != 2*9-2+2 || e.Votes != 1 {
			t.Errorf("only %v: %+v", only, e)
		}
		if only && len(contentOf(t, s.Path())) != len(before) {
			t.Error("counting changed the store")
		}
	}
	for table, want := range map[string]int{"runs": 1, "params": 1, "metrics": 1, "metric_summary": 1, "artifacts": 3, "blobs": 3, "marks": 0, "tags": 0, "questions": 0, "votes": 0, "trials": 1, "experiments": 1} {
		if n := count(t, s, table); n != want {
			t.Errorf("%s has %d rows, want %d", table, n, want)
		}
	}
	if e := must(s.Erase(ctx, Erasure{Steps: true}))(t); len(e.Runs) != 0 || e.Pictures != 1 || count(t, s, "artifacts") != 2 {
		t.Errorf("steps: %+v", e)
	}
	check(t, s.Check(ctx))
}

func TestVacuum(t *testing.T) {
	for _, journal := range []string{wal, rollback} {
		t.Run(journal, func(t *testing.T) {
			ctx, deleted := t.Context(), true
			s := must(open(ctx, filepath.Join(t.TempDir(), "v.db"), journal))(t)
			defer s.Close()
			r := begin(t, s, NewRun{Experiment: "e"})
			check(t, r.Artifact(ctx, Artifact{Kind: "picture", Name: "picture.png", Data: make([]byte, 1<<20)}))
			if _, _, err := s.Vacuum(ctx); !errors.As(err, new(*RunningError)) {
				t.Errorf("while a run is running: %v", err)
			}
			check(t, r.Finish(ctx, Finished, ""))
			check(t, s.Mark(ctx, []int64{1}, MarksChange{Deleted: &deleted}))
			must(s.Erase(ctx, Erasure{Before: time.Now().Add(time.Hour)}))(t)
			before, after, err := s.Vacuum(ctx)
			if err != nil || before < 1<<20 || after > 1<<19 || s.size() != after {
				t.Errorf("from %d to %d, %v", before, after, err)
			}
			next := begin(t, s, NewRun{Experiment: "e"})
			check(t, next.Finish(ctx, Finished, ""))
			if next.Number() != 2 {
				t.Errorf("run %d: a number was used twice", next.Number())
			}
			check(t, s.Check(ctx))
		})
	}
}

func TestProblems(t *testing.T) {
	s := withPictures(t)
	n := numbersSweep()
	must(s.PlanSweep(t.Context(), n))(t)
	check(t, s.Close())
	for statement, want := range map[string]Problem{
		"SELECT 1": {},
		"UPDATE blobs SET data = 'xxxx' WHERE id = (SELECT blob_id FROM artifacts WHERE run_id = 2 AND name = 'picture.png')": {What: "run 2: picture picture.png is damaged: its hash is another"},
		"UPDATE blobs SET size = 9 WHERE id = (SELECT blob_id FROM artifacts WHERE run_id = 2 AND name = 'picture.png')":      {What: "run 2: picture picture.png is damaged: its hash is another"},
		"DELETE FROM blobs WHERE id = (SELECT blob_id FROM artifacts WHERE run_id = 2 AND name = 'picture.png')":              {What: "run 2: picture picture.png is missing"},
		"DELETE FROM experiments WHERE name = 'e1'":                        {What: "runs row 2 to experiments: a reference points nowhere"},
		"UPDATE params SET value = '{' WHERE run_id = 3":                   {What: "run 3: setting seed is not JSON"},
		"UPDATE sweeps SET plan = '{'":                                     {What: "sweep 1: plan or metrics is not JSON"},
		"UPDATE runs SET started_at = 'soon' WHERE id = 3":                 {What: "run 3: a time cannot be read"},
		"UPDATE runs SET seen_at = '2026-11-30' WHERE id = 3":              {What: "run 3: a time cannot be read"},
		"UPDATE sweeps SET created_at = 'soon'":                            {What: "sweep 1: its time cannot be read"},
		"ALTER TABLE runs DROP COLUMN message":                             {What: " (runs has no column message)"},
		"UPDATE metric_summary SET count = 7 WHERE run_id = 2":             {What: "run 2: the summary of loss/total is not that of its values", Repaired: true},
		"UPDATE metric_summary SET best_step = 7 WHERE run_id = 2":         {What: "run 2: the summary of loss/total is not that of its values", Repaired: true},
		"DELETE FROM metric_summary WHERE run_id = 2":                      {What: "run 2: the summary of loss/total is not that of its values", Repaired: true},
		"DELETE FROM metrics WHERE run_id = 2":                             {What: "run 2: the summary of loss/total is not that of its values", Repaired: true},
		"DROP VIEW sweep_1":                                                {What: "sweep_1: this view is missing", Repaired: true},
		"INSERT INTO blobs (hash, size, data) VALUES (zeroblob(32), 0, 0)": {What: "picture 8 is damaged: its hash is another"},
		"INSERT INTO blobs (hash, size, data) VALUES (x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, x'')": {What: "1 pictures, 0 bytes, belong to no run", Repaired: true},
	} {
		path := snapshotOf(t, s.Path())
		setup := []string{"DROP VIEW run_list", statement} // a column of a view cannot be dropped
		if want.What != " (runs has no column message)" {
			setup = setup[1:]
		}
		check(t, storetest.Exec(path, setup...))
		c := must(OpenReadOnly(t.Context(), path))(t)
		found := must(c.Problems(t.Context()))(t)
		check(t, c.Close())
		if want.What == "" {
			if len(found) > 0 {
				t.Errorf("%v", found)
			}
			continue
		}
		if len(found) == 0 || found[0].What != want.What || found[0].Repaired != want.Repaired || found[0].Remedy == "" {
			t.Errorf("%s: %+v", statement, found)
			continue
		}
		if want.Repaired {
			w := openAt(t, path)
			check(t, w.Repair(t.Context()))
			if left := must(w.Problems(t.Context()))(t); len(left) > 0 {
				t.Errorf("%s: repaired: %+v", statement, left)
			}
			check(t, w.Close())
		}
	}
}

// A process that has the store open goes on in it when another one erases runs, also the newest, and
// its own.
func TestEraseBesideAWriter(t *testing.T) {
	for _, journal := range []string{wal, rollback} {
		t.Run(journal, func(t *testing.T) {
			ctx, deleted := t.Context(), true
			path := filepath.Join(t.TempDir(), "e.db")
			s := must(open(ctx, path, journal))(t)
			defer s.Close()
			for range 3 {
				check(t, begin(t, s, NewRun{Experiment: "e"}).Finish(ctx, Finished, ""))
			}
			other := must(open(ctx, path, journal))(t)
			check(t, other.Mark(ctx, []int64{1, 2, 3}, MarksChange{Deleted: &deleted}))
			if e := must(other.Erase(ctx, Erasure{Before: time.Now().Add(time.Hour)}))(t); len(e.Runs) != 3 {
				t.Errorf("%+v", e)
			}
			_, _, err := other.Vacuum(ctx)
			check(t, err)
			check(t, other.Close())
			r := begin(t, s, NewRun{Experiment: "e"})
			check(t, r.Finish(ctx, Finished, ""))
			if s.Path() != path || r.Number() != 4 {
				t.Errorf("run %d in %s", r.Number(), s.Path())
			}
		})
	}
}
