package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store/storetest"
)

// contentOf returns every row of every table of a store, with what an id names in the place of
// the id, so that stores with the same content are equal whatever their ids.
func contentOf(t *testing.T, path string) (all []string) {
	t.Helper()
	names := map[string]string{
		"experiments": "hex(uid)", "sweeps": "hex(uid)", "trials": "hex(uid)", "runs": "hex(uid)", "questions": "hex(uid)",
		"metric_keys": "name", "scorers": "hash", "blobs": "hex(hash)",
	}
	for _, r := range must(Schema(t.Context()))(t) {
		if r.Kind != "table" {
			continue
		}
		var columns []string
		for _, c := range r.Columns {
			switch {
			case c.References != "":
				columns = append(columns, fmt.Sprintf("(SELECT %s FROM %s WHERE id = x.%s)", names[c.References], c.References, c.Name))
			case c.Name != "id":
				columns = append(columns, "quote(x."+c.Name+")")
			}
		}
		rows := must(storetest.Rows(path, fmt.Sprintf("SELECT '%s', %s FROM %[1]s x", r.Name, strings.Join(columns, ", "))))(t)
		all = append(all, rows...)
	}
	slices.Sort(all)
	return all
}

// A history makes stores at random.
type history struct {
	*rand.Rand
	t *testing.T
}

// begin starts a run, of one of a few trials.
func (h history) begin(s *Store, parent UID) *Run {
	trial := ""
	if h.IntN(4) > 0 {
		trial = fmt.Sprint("h", h.IntN(6))
	}
	r := begin(h.t, s, NewRun{
		Experiment: fmt.Sprint("e", h.IntN(3)), TrialHash: trial, Parent: parent, ParentSteps: h.IntN(3), Seed: h.Int64N(9),
		ConfigWritten: "seed: 1\n", ConfigResolved: fmt.Sprintf("seed: %d\n", h.IntN(9)), Overrides: []string{"seed=2"},
		Env: []Fact{{"machine/cpu", "fast"}}, Params: []Param{{"seed", json.RawMessage("2")}, {"losses.tv.weight", json.RawMessage("1.5")}},
	})
	h.record(r, 0)
	return r
}

func (h history) record(r *Run, from int) {
	ctx := h.t.Context()
	for step := from; step < from+3; step++ {
		value := h.Float64()
		if h.IntN(9) == 0 {
			value = math.NaN()
		}
		check(h.t, r.Log(ctx, step, []Value{{"loss/total", value}, {fmt.Sprint("loss/own", h.IntN(4)), h.Float64()}}))
		check(h.t, r.Event(ctx, "stage", step, map[string]int{"stage": h.IntN(3)}))
	}
	check(h.t, r.Artifact(ctx, Artifact{Kind: "picture", Name: "picture.png", Step: from, MIME: "image/png", Width: 2, Height: 3, Data: []byte{byte(h.IntN(20))}}))
	check(h.t, r.Flush(ctx))
}

// goOn makes n random changes to a store.
func (h history) goOn(s *Store, n int) {
	ctx, t := h.t.Context(), h.t
	for range n {
		runs := must(s.Runs(ctx, Filter{}))(t)
		any := func() RunSummary { return runs[h.IntN(len(runs))] }
		switch kind := h.IntN(9); {
		case kind < 3 || len(runs) == 0:
			parent := UID{}
			if len(runs) > 0 && h.IntN(2) == 0 {
				parent = any().UID
			}
			check(t, h.begin(s, parent).Finish(ctx, []Status{Finished, Failed, Pruned, Killed}[h.IntN(4)], "so"))
		case kind == 3:
			note, star, deleted := fmt.Sprint("note ", h.IntN(9)), h.IntN(2) == 0, h.IntN(3) == 0
			change := MarksChange{Note: &note, Star: &star, AddTags: []string{fmt.Sprint("t", h.IntN(3))}, DelTags: []string{fmt.Sprint("t", 3+h.IntN(3))}}
			if run := any(); run.Status != Running {
				change.Deleted = &deleted
				check(t, s.Mark(ctx, []int64{run.Number}, change))
			}
		case kind == 4:
			check(t, s.Choose(ctx, []string{fmt.Sprint("request", h.IntN(3))}, json.RawMessage(fmt.Sprint(h.IntN(100)))))
		case kind == 5:
			by := Scorer{fmt.Sprint("5c", h.IntN(2)), json.RawMessage(fmt.Sprint(h.IntN(9)))}
			check(t, s.Score(ctx, any().Number, by, []Value{{"eval/content", h.Float64()}, {"eval/style", math.NaN()}}))
		case kind == 6:
			q := Question{NewUID(), "better?", Shown{any().Number, strings.Repeat("ab", 32)}, Shown{any().Number, strings.Repeat("cd", 32)}}
			check(t, s.AddQuestions(ctx, []Question{q}))
			must(s.AddVotes(ctx, []Vote{{q.UID, "ann", Left}, {q.UID, "", []Choice{Left, Right, Tie}[h.IntN(3)]}}, true))(t)
		case kind == 7:
			must(s.PlanSweep(ctx, h.sweep(s.Path(), 2)))(t)
		default:
			h.grow(s)
		}
	}
}

func (h history) sweep(name string, n int) NewSweep {
	w := NewSweep{Experiment: fmt.Sprint("e", h.IntN(3)), Method: "random", Plan: json.RawMessage(fmt.Sprintf(`{"run_cap":%d,"parameters":[{"path":"losses.tv.weight","labels":["a"]}]}`, h.IntN(100))), Metrics: []string{"eval/content"}, Scorer: "5c0", Grows: true}
	for i := range n {
		w.Trials = append(w.Trials, h.trial(name, i))
	}
	return w
}

func (h history) trial(name string, number int) PlannedTrial {
	hash := fmt.Sprint("h", number)
	if number > 1 { // what results decide on differs
		hash = fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, name, number, h.Int64())))
	}
	return PlannedTrial{Number: number, Hash: hash, Config: "seed: 1\n", Point: json.RawMessage(`{"settings":[{"path":"losses.tv.weight","value":1.5,"label":"a"}],"pair":1,"repeat":2,"content":"a.png","style":"b.png"}`)}
}

// grow adds a trial to a sweep.
func (h history) grow(s *Store) {
	sweeps := must(s.Sweeps(h.t.Context(), ""))(h.t)
	if len(sweeps) == 0 {
		return
	}
	w := sweeps[h.IntN(len(sweeps))]
	check(h.t, s.AppendTrials(h.t.Context(), w.Number, w.Trials, []PlannedTrial{h.trial(s.Path(), w.Trials)}))
}

// snapshotOf copies a store that may be open.
func snapshotOf(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "s.db")
	check(t, storetest.Exec(path, "VACUUM INTO "+literal(to)))
	return to
}

// threeStores makes stores with a common past, in which a run went on in the first one only.
func threeStores(t *testing.T, seed uint64) (paths []string) {
	h := history{rand.New(rand.NewPCG(seed, 1)), t}
	ctx := t.Context()
	first := openTest(t)
	h.goOn(first, 9)
	running := h.begin(first, UID{})
	paths = []string{first.Path(), snapshotOf(t, first.Path()), filepath.Join(t.TempDir(), "other.db")}
	h.record(running, 3)
	check(t, running.Finish(ctx, Finished, "done"))
	h.goOn(first, 9)
	check(t, first.Close())
	for _, path := range paths[1:] {
		s := openAt(t, path)
		h.goOn(s, 12)
		check(t, s.Close())
	}
	return paths
}

// merged returns a copy of a store into which others were merged, in batches of one run.
func merged(t *testing.T, into string, from ...string) string {
	t.Helper()
	path := snapshotOf(t, into)
	s := openAt(t, path)
	for _, f := range from {
		must(s.merge(t.Context(), f, 1, always))(t)
	}
	check(t, s.Check(t.Context()))
	check(t, s.Close())
	return path
}

func compareContent(t *testing.T, what, want, got string) {
	t.Helper()
	a, b := contentOf(t, want), contentOf(t, got)
	if slices.Equal(a, b) {
		return
	}
	for _, row := range a {
		if !slices.Contains(b, row) {
			t.Errorf("%s: missing %s", what, row)
		}
	}
	for _, row := range b {
		if !slices.Contains(a, row) {
			t.Errorf("%s: only there: %s", what, row)
		}
	}
}

// Whichever store is merged into which, and in which order, the content is the same; a second
// time changes nothing.
func TestMergeIsOneContent(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			p := threeStores(t, seed)
			before := mapOf(t, p)
			all := merged(t, p[0], p[1], p[2])
			compareContent(t, "another order", all, merged(t, p[0], p[2], p[1]))
			compareContent(t, "from the other end", all, merged(t, p[2], p[1], p[0]))
			compareContent(t, "in pairs", all, merged(t, p[1], merged(t, p[2], p[0])))
			compareContent(t, "into an empty one", all, merged(t, emptyStore(t), p[1], p[2], p[0]))
			again := merged(t, all, p[1], p[2], p[0])
			compareContent(t, "twice", all, again)
			if schema := "PRAGMA schema_version"; must(storetest.Rows(snapshotOf(t, all), schema))(t)[0] != must(storetest.Rows(again, schema))(t)[0] {
				t.Error("twice: the schema was changed")
			}
			compareContent(t, "in one batch", all, mergedAtOnce(t, p[0], p[1], p[2]))
			if after := mapOf(t, p); !slices.Equal(before, after) {
				t.Error("a store that was merged from has changed")
			}
		})
	}
}

// A merge that ends after any of its transactions is completed by another one.
func TestMergeGoesOn(t *testing.T) {
	p := threeStores(t, 5)
	into, from := p[1], p[0]
	whole := merged(t, into, from)
	for n, ended := 0, false; !ended; n++ {
		path := snapshotOf(t, into)
		s := openAt(t, path)
		left := n
		_, err := s.merge(t.Context(), from, 1, func() error {
			if left--; left < 0 {
				return context.Canceled
			}
			return nil
		})
		if ended = err == nil; !ended && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		check(t, s.Check(t.Context()))
		must(s.merge(t.Context(), from, 1, always))(t)
		check(t, s.Close())
		compareContent(t, fmt.Sprint("killed after ", n), whole, path)
		if ended && n < 5 {
			t.Errorf("a merge has only %d transactions", n)
		}
	}
}

func emptyStore(t *testing.T) string {
	s := openTest(t)
	check(t, s.Close())
	return s.Path()
}

func mergedAtOnce(t *testing.T, into string, from ...string) string {
	path := snapshotOf(t, into)
	s := openAt(t, path)
	for _, f := range from {
		must(s.Merge(t.Context(), f))(t)
	}
	check(t, s.Close())
	return path
}

// mapOf returns the bytes of files and the names beside them.
func mapOf(t *testing.T, paths []string) (list []string) {
	for _, path := range paths {
		for _, file := range must(os.ReadDir(filepath.Dir(path)))(t) {
			list = append(list, file.Name())
		}
		list = append(list, string(must(os.ReadFile(path))(t)))
	}
	return list
}

func always() error { return nil }

// The stores of the tests have every table and column in use, so that a merge that leaves one
// out is noticed.
func TestMergedStoresHaveEverything(t *testing.T) {
	p := threeStores(t, 0)
	all := merged(t, p[0], p[1], p[2])
	for _, r := range must(Schema(t.Context()))(t) {
		for _, c := range r.Columns {
			if r.Kind != "table" {
				continue
			}
			used := must(storetest.Rows(all, fmt.Sprintf("SELECT count(*) > 0 FROM %s WHERE %s IS NOT NULL", r.Name, c.Name)))(t)
			if used[0] == "0" {
				t.Errorf("no merged store has %s.%s", r.Name, c.Name)
			}
		}
	}
	for _, sweep := range must(storetest.Rows(all, "SELECT id FROM sweeps"))(t) {
		if rows := must(storetest.Rows(all, `SELECT "losses.tv.weight" FROM sweep_`+sweep))(t); len(rows) == 0 {
			t.Errorf("sweep %s has no rows", sweep)
		}
	}
}
