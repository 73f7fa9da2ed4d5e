package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/store/storetest"
)

// finishedRun makes a store with one finished run and a picture.
func finishedRun(t *testing.T, path string) *Store {
	s := openAt(t, path)
	r := begin(t, s, NewRun{Experiment: "old", TrialHash: "h"})
	check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 1}}))
	check(t, r.Artifact(t.Context(), Artifact{Kind: "picture", Name: "picture.png", Data: []byte("a picture")}))
	check(t, r.Finish(t.Context(), Finished, ""))
	return s
}

func TestMergeRefuses(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"own.db", "newer.db", "damaged.db"} {
		check(t, finishedRun(t, at(name)).Close())
	}
	check(t, storetest.Exec(at("newer.db"), "PRAGMA user_version = 99"))
	check(t, storetest.Exec(at("damaged.db"), "DELETE FROM experiments"))
	check(t, os.WriteFile(at("text.db"), []byte(strings.Repeat("not a store\n", 100)), 0o644))
	check(t, os.Symlink(at("own.db"), at("link.db")))
	s := openAt(t, at("own.db"))
	before := contentOf(t, at("own.db"))
	for name, want := range map[string]error{
		"own.db": ErrSameStore, "link.db": ErrSameStore, "newer.db": ErrNewer, "damaged.db": ErrDamaged,
		"text.db": ErrNotStore, "missing.db": fs.ErrNotExist,
	} {
		_, err := s.Merge(t.Context(), at(name))
		if other := new(SourceError); !errors.As(err, &other) || !errors.Is(err, want) || !strings.Contains(err.Error(), name) && !errors.Is(err, ErrSameStore) {
			t.Errorf("%s: %v", name, err)
		}
	}
	check(t, s.Close())
	if after := contentOf(t, at("own.db")); len(after) != len(before) {
		t.Error("a merge that was refused changed the store")
	}
}

// A store of any older version is merged by way of a copy, and stays as it is.
func TestMergeOlder(t *testing.T) {
	for version := 1; version < len(migrations()); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			path := atVersion(t, version)
			before := mapOf(t, []string{path})
			s := openTest(t)
			if m := must(s.Merge(t.Context(), path))(t); m.Runs != 1 {
				t.Errorf("%+v", m)
			}
			readOld(t, s)
			if after := mapOf(t, []string{path}); strings.Join(after, "") != strings.Join(before, "") {
				t.Error("the older store has changed")
			}
		})
	}
}

// A run that is still running in the other store is merged as far as it is, and again later.
func TestMergeRunning(t *testing.T) {
	ctx, from, to := t.Context(), openTest(t), openTest(t)
	first := begin(t, from, NewRun{Experiment: "e", TrialHash: "h"})
	r := begin(t, from, NewRun{Experiment: "e", TrialHash: "h"})
	for step := range 3 {
		check(t, r.Log(ctx, step, []Value{{"loss/total", float64(step)}}))
		check(t, r.Artifact(ctx, Artifact{Kind: "picture", Name: "picture.png", Step: 0, Data: fmt.Append(nil, "picture ", step)}))
		check(t, r.Flush(ctx))
		if step == 1 {
			check(t, first.Finish(ctx, Finished, ""))
		}
		m := must(to.Merge(ctx, from.Path()))(t)
		if want := []Merged{{Runs: 2}, {Continued: 2}, {Continued: 1, Same: 1}}[step]; m.Runs != want.Runs || m.Continued != want.Continued || m.Same != want.Same {
			t.Errorf("step %d: %+v", step, m)
		}
		points := must(to.Series(ctx, 2, "loss/total"))(t)
		if len(points) != step+1 || count(t, to, "blobs") != 1 || count(t, to, "artifacts") != 1 {
			t.Errorf("step %d: %v, %d blobs", step, points, count(t, to, "blobs"))
		}
	}
	check(t, r.Finish(ctx, Finished, ""))
	check(t, from.Close())
	must(to.Merge(ctx, from.Path()))(t)
	if run := must(to.FindRun(ctx, "2"))(t); run.Status != Finished || run.Attempt != 2 {
		t.Errorf("%+v", run)
	}
	compareContent(t, "at the end", from.Path(), to.Path())
}

// A run with a picture that is not what its hash says is left out; the others come.
func TestMergeDamagedPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	s := finishedRun(t, path)
	r := begin(t, s, NewRun{Experiment: "old"})
	check(t, r.Artifact(t.Context(), Artifact{Kind: "picture", Name: "picture.png", Data: []byte("another")}))
	check(t, r.Finish(t.Context(), Finished, ""))
	check(t, s.Close())
	check(t, storetest.Exec(path, "UPDATE blobs SET data = 'b picture' WHERE id = 1"))
	to := openTest(t)
	m := must(to.Merge(t.Context(), path))(t)
	if len(m.Damaged) != 1 || m.Damaged[0] == r.UID() || m.Runs != 1 || count(t, to, "blobs") != 1 {
		t.Errorf("%+v", m)
	}
	check(t, storetest.Exec(path, "UPDATE blobs SET data = 'a picture' WHERE id = 1"))
	if m := must(to.Merge(t.Context(), path))(t); len(m.Damaged) != 0 || m.Runs != 1 || m.Same != 1 {
		t.Errorf("once it was repaired: %+v", m)
	}
}

// A log that a killed process left beside a store is read, and stays.
func TestMergeLeftOverLog(t *testing.T) {
	s := openTest(t)
	folder := t.TempDir()
	r := begin(t, s, NewRun{Experiment: "e"})
	check(t, r.Flush(t.Context()))
	for _, end := range []string{"", "-wal"} {
		check(t, os.WriteFile(filepath.Join(folder, "k.db"+end), must(os.ReadFile(s.Path()+end))(t), 0o644))
	}
	path := filepath.Join(folder, "k.db")
	before := must(os.ReadFile(path))(t)
	to := openTest(t)
	if m := must(to.Merge(t.Context(), path))(t); m.Runs != 1 {
		t.Errorf("%+v", m)
	}
	if after := must(os.ReadFile(path))(t); string(after) != string(before) || len(must(os.ReadFile(path+"-wal"))(t)) == 0 {
		t.Error("the store or its log has changed")
	}
}

// A sweep that results made grow in two copies has each number once.
func TestMergeGrownSweep(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	plan := func(hash string, number int) PlannedTrial {
		return PlannedTrial{Number: number, Hash: hash, Point: []byte("{}")}
	}
	w := must(s.PlanSweep(ctx, NewSweep{Experiment: "e", Plan: []byte("{}"), Grows: true, Trials: []PlannedTrial{plan("a", 0)}}))(t)
	other := openAt(t, snapshotOf(t, s.Path()))
	check(t, s.AppendTrials(ctx, w.Number, 1, []PlannedTrial{plan("b", 1), plan("c", 2)}))
	check(t, other.AppendTrials(ctx, w.Number, 1, []PlannedTrial{plan("x", 1)}))
	check(t, other.Close())
	must(s.Merge(ctx, other.Path()))(t)
	var got []string
	for _, trial := range must(s.SweepTrials(ctx, w.Number))(t) {
		got = append(got, fmt.Sprint(trial.Number, trial.Hash))
	}
	if text := strings.Join(got, " "); text != "0a 1b 2c 3x" {
		t.Errorf("trials %s", text)
	}
}

// A store that somebody begins to write to during the merge is read again, from a copy.
func TestMergeOfAStoreThatChanges(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "f.db"), openTest(t)
	check(t, finishedRun(t, from).Close())
	calls := 0
	m := must(to.merge(t.Context(), from, 1, func() error {
		if calls++; calls == 2 {
			s := openAt(t, from)
			check(t, begin(t, s, NewRun{Experiment: "late"}).Finish(t.Context(), Finished, ""))
			check(t, s.Close())
		}
		return nil
	}))(t)
	if m.Runs != 2 || calls < 5 {
		t.Errorf("%+v after %d transactions", m, calls)
	}
	check(t, to.Check(t.Context()))
	compareContent(t, "changed meanwhile", from, to.Path())
}

// An older sweep that is merged later is not the experiment's newest.
func TestMergeOlderSweep(t *testing.T) {
	ctx := t.Context()
	plan := func(s *Store, hash string) NewSweep {
		n := NewSweep{Experiment: "e", Plan: []byte(`{}`), Trials: []PlannedTrial{{Hash: hash, Point: []byte(`{}`)}}}
		must(s.PlanSweep(ctx, n))(t)
		return n
	}
	from, to := openTest(t), openTest(t)
	plan(from, "older")
	newer := plan(to, "newer")
	must(to.Merge(ctx, from.Path()))(t)
	sweeps := must(to.Sweeps(ctx, "e"))(t)
	if len(sweeps) != 2 || sweeps[0].Number != 1 {
		t.Errorf("%+v", sweeps)
	}
	if again := must(to.PlanSweep(ctx, newer))(t); again.Number != 1 {
		t.Errorf("the newest sweep was planned again, as %d", again.Number)
	}
}

// Of marks, votes and choices in both stores the later ones count, of experiments the earlier; attempts of a
// trial are counted again.
func TestMergeLaterCounts(t *testing.T) {
	ctx, yes, early, late := t.Context(), true, "early", "late"
	past := finishedRun(t, filepath.Join(t.TempDir(), "p.db"))
	q := Question{NewUID(), "better?", Shown{1, strings.Repeat("ab", 32)}, Shown{1, strings.Repeat("cd", 32)}}
	check(t, past.AddQuestions(ctx, []Question{q}))
	a, b := openAt(t, snapshotOf(t, past.Path())), openAt(t, snapshotOf(t, past.Path()))
	say := func(s *Store, note string, change MarksChange, choice Choice) {
		change.Note = &note
		check(t, s.Mark(ctx, []int64{1}, change))
		must(s.AddVotes(ctx, []Vote{{q.UID, "ann", choice}}, true))(t)
		check(t, s.Choose(ctx, []string{"request"}, []byte(`"`+note+`"`)))
		check(t, begin(t, s, NewRun{Experiment: "old", TrialHash: "h"}).Finish(ctx, Finished, ""))
		check(t, begin(t, s, NewRun{Experiment: "new"}).Finish(ctx, Finished, ""))
	}
	say(a, early, MarksChange{Star: &yes, AddTags: []string{early}}, Left)
	say(b, late, MarksChange{AddTags: []string{late}}, Right)
	first := must(storetest.Rows(a.Path(), "SELECT hex(uid) FROM experiments WHERE name = 'new'"))(t)
	check(t, a.Close())
	check(t, b.Close())
	for _, path := range []string{merged(t, a.Path(), b.Path()), merged(t, b.Path(), a.Path())} {
		for query, want := range map[string]string{
			"SELECT m.star || note || tag FROM marks m JOIN tags USING (run_id)": "0latelate",
			"SELECT choice FROM votes":                            "right",
			"SELECT choice FROM choices":                          `"late"`,
			"SELECT hex(uid) FROM experiments WHERE name = 'new'": first[0],
			"SELECT group_concat(attempt) FROM (SELECT attempt FROM runs r JOIN trials t ON t.id = r.trial_id WHERE hash = 'h' ORDER BY started_at)": "1,2,3",
		} {
			if got := strings.Join(must(storetest.Rows(path, query))(t), " "); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
	}
}
