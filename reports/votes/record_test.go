package votes

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/store"
)

// askedStore returns a store that has asked a ballot about three runs of an experiment.
func askedStore(t *testing.T) (*store.Store, Ballot) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	list := entries(1, 3)
	for i := range list {
		r, err := s.Begin(t.Context(), store.NewRun{Experiment: "layers"})
		if err == nil {
			err = r.Finish(t.Context(), store.Finished, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		list[i].Run.Number = r.Number()
	}
	b := Design{Entries: list, Seed: 1, Text: "which?"}.Ballots(1, 100)[0]
	var questions []store.Question
	for _, q := range b.Questions {
		questions = append(questions, q.Question)
	}
	if err := s.AddQuestions(t.Context(), questions); err != nil {
		t.Fatal(err)
	}
	return s, b
}

// filled answers a ballot's questions, "-" for none.
func filled(b Ballot, name, voter string, answers ...string) Filled {
	f := Filled{Name: name, Voter: voter}
	for i, answer := range answers {
		if answer == "-" {
			f.Empty++
			continue
		}
		f.Answers = append(f.Answers, Answer{i + 3, b.Questions[i].UID, store.Choice(answer)})
	}
	return f
}

func TestRecord(t *testing.T) {
	s, b := askedStore(t)
	for i, step := range []struct {
		ballots []Filled
		replace bool
		want    Counted
		err     string
	}{
		{[]Filled{filled(b, "a.csv", "anna", "left", "-", "-")}, false, Counted{1, 0, 2}, ""},
		{[]Filled{filled(b, "a.csv", "anna", "left", "tie", "-")}, false, Counted{1, 1, 1}, ""},                                                      // filled in further
		{[]Filled{filled(b, "b.csv", "bo", "right", "tie", "-"), filled(b, "copy.csv", "bo", "right", "tie", "-")}, false, Counted{2, 2, 2}, ""},     // and a copy
		{[]Filled{filled(b, "a.csv", "anna", "right", "tie", "left")}, false, Counted{}, "a.csv:3: anna answered left before, not right; --replace"}, // a correction or somebody else
		{[]Filled{filled(b, "c.csv", "", "left"), filled(b, "d.csv", "", "right")}, true, Counted{}, "d.csv:3: the voter without a name answered left at c.csv:3, not right"},
		{[]Filled{filled(b, "a.csv", "anna", "right", "tie", "left")}, true, Counted{2, 1, 0}, ""},
	} {
		n, err := Record(t.Context(), s, "layers", step.ballots, step.replace)
		if step.err == "" && (err != nil || n != step.want) {
			t.Errorf("step %d: %+v, %v; want %+v", i, n, err, step.want)
		}
		if step.err != "" && (!errors.Is(err, ErrBallot) || !strings.Contains(err.Error(), step.err)) {
			t.Errorf("step %d: %v, want %s", i, err, step.err)
		}
	}
	cast, err := s.Votes(t.Context(), "layers")
	if err != nil || len(cast) != 5 {
		t.Errorf("%d votes, want 5: %v", len(cast), err)
	}
}

// A ballot of another store or experiment changes nothing, nor do the ballots with it.
func TestForeignBallots(t *testing.T) {
	s, b := askedStore(t)
	_, other := askedStore(t)
	for i := range other.Questions {
		other.Questions[i].UID = store.NewUID()
	}
	good := filled(b, "good.csv", "anna", "left")
	_, err := Record(t.Context(), s, "layers", []Filled{good, filled(other, "other.csv", "", "left")}, false)
	if !errors.Is(err, ErrBallot) || !strings.Contains(err.Error(), "other.csv:3: the store has not asked this question") {
		t.Errorf("another store's: %v", err)
	}
	_, err = Record(t.Context(), s, "weights", []Filled{good}, false)
	if !errors.Is(err, ErrBallot) || !strings.Contains(err.Error(), `good.csv:3: the question is about the experiment "layers"; name that one`) {
		t.Errorf("another experiment's: %v", err)
	}
	if cast, err := s.Votes(t.Context(), "layers"); err != nil || len(cast) != 0 {
		t.Errorf("the store has %v, %v", cast, err)
	}
}
