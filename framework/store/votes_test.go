package store

import (
	"errors"
	"strings"
	"testing"
)

// asked returns a store with two runs and a question about each order of their pictures.
func asked(t *testing.T) (*Store, []Question) {
	t.Helper()
	s := openTest(t)
	a, b := begin(t, s, NewRun{Experiment: "layers"}).Number(), begin(t, s, NewRun{Experiment: "layers"}).Number()
	one, other := Shown{a, strings.Repeat("0a", 32)}, Shown{b, strings.Repeat("0b", 32)}
	list := []Question{{NewUID(), "which?", one, other}, {NewUID(), "which?", other, one}}
	check(t, s.AddQuestions(t.Context(), list))
	return s, list
}

func TestVotesAreCountedOnce(t *testing.T) {
	s, q := asked(t)
	ctx := t.Context()
	votes := []Vote{{q[0].UID, "anna", Left}, {q[1].UID, "anna", Tie}, {q[0].UID, "", Right}}
	for i, want := range []int{3, 0} {
		if n := must(s.AddVotes(ctx, votes, false))(t); n != want {
			t.Errorf("reading %d: %d votes are new, want %d", i+1, n, want)
		}
	}
	check(t, s.AddQuestions(ctx, q)) // again: votes stay
	got := must(s.Votes(ctx, "layers"))(t)
	want := []CastVote{{q[0], "", Right}, {q[0], "anna", Left}, {q[1], "anna", Tie}}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %+v", got)
	}
	if other := must(s.Votes(ctx, "weights"))(t); len(other) != 0 {
		t.Errorf("another experiment has %v", other)
	}
}

// A vote that contradicts an earlier one changes nothing, nor do the others with it.
func TestContradictions(t *testing.T) {
	s, q := asked(t)
	ctx := t.Context()
	must(s.AddVotes(ctx, []Vote{{q[0].UID, "anna", Left}}, false))(t)
	again := []Vote{{q[1].UID, "anna", Left}, {q[0].UID, "anna", Right}}
	_, err := s.AddVotes(ctx, again, false)
	if voted := new(VotedError); !errors.As(err, &voted) || len(voted.Earlier) != 1 || voted.Earlier[1] != Left {
		t.Errorf("got %v", err)
	}
	if got := must(s.Votes(ctx, "layers"))(t); len(got) != 1 || got[0].Choice != Left {
		t.Errorf("after an error the store has %+v", got)
	}
	if n := must(s.AddVotes(ctx, again, true))(t); n != 2 {
		t.Errorf("%d votes changed, want 2", n)
	}
	if got := must(s.Votes(ctx, "layers"))(t); len(got) != 2 || got[0].Choice != Right {
		t.Errorf("after a correction the store has %+v", got)
	}
}

func TestForeignQuestions(t *testing.T) {
	s, q := asked(t)
	ctx := t.Context()
	foreign := NewUID()
	_, err := s.AddVotes(ctx, []Vote{{q[0].UID, "", Left}, {foreign, "", Left}}, true)
	wantError(t, err, ErrNotFound)
	if got := must(s.Votes(ctx, "layers"))(t); len(got) != 0 {
		t.Errorf("after an error the store has %+v", got)
	}
	of := must(s.AskedOf(ctx, []UID{q[0].UID, foreign}))(t)
	if len(of) != 1 || of[q[0].UID] != "layers" {
		t.Errorf("asked of %v", of)
	}
	if err := s.AddQuestions(ctx, []Question{{NewUID(), "", Shown{1, "ff"}, q[0].Right}}); err == nil {
		t.Error("a picture without a hash was taken")
	}
	if _, err := s.AddVotes(ctx, []Vote{{q[0].UID, "", "both"}}, false); err == nil {
		t.Error("any choice is taken")
	}
}
