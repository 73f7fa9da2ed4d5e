package store

import (
	"path/filepath"
	"testing"
)

// A run whose process ended right before its end is completed in a copy and in the store itself, with the
// same records.
func TestComplete(t *testing.T) {
	ctx := t.Context()
	s := openTest(t)
	r := must(s.Begin(ctx, NewRun{Experiment: "x", TrialHash: "a"}))(t)
	check(t, r.Log(ctx, 0, []Value{{"loss/total", 1}}))
	check(t, r.Flush(ctx))
	other := must(s.Begin(ctx, NewRun{Experiment: "x", TrialHash: "b"}))(t)
	path := filepath.Join(t.TempDir(), "copy.db")
	check(t, s.Copy(ctx, path))
	if err := s.Copy(ctx, path); err == nil {
		t.Error("a copy replaced a file")
	}
	c := openAt(t, path)
	check(t, c.Abandon(ctx))
	for _, opened := range []*Store{c, s} {
		for range 2 {
			if ok, err := opened.Complete(ctx, r.UID(), Finished, ""); !ok || err != nil {
				t.Fatalf("%v, %v", ok, err)
			}
		}
		if ok, err := opened.Complete(ctx, r.UID(), Failed, "no"); ok || err != nil {
			t.Errorf("another end: %v, %v", ok, err)
		}
		if ok, err := opened.Complete(ctx, NewUID(), Finished, ""); ok || err != nil {
			t.Errorf("a run that is not there: %v, %v", ok, err)
		}
		d := must(opened.FindRun(ctx, r.UID().String()))(t)
		if d.Status != Finished || d.Message != "" || d.Ended.IsZero() {
			t.Errorf("%+v", d)
		}
	}
	if d := must(c.FindRun(ctx, other.UID().String()))(t); d.Status != Lost {
		t.Errorf("the other run of the copy: %s", d.Status)
	}
	if _, err := s.Complete(ctx, r.UID(), Killed, ""); err == nil {
		t.Error("killed is no end of a run that is done")
	}
}
