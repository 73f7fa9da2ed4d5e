package votes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"runexp/framework/store"
	"runexp/internal/printable"
)

// Counted is what was read from ballots.
type Counted struct {
	Added int `json:"added"` // votes that are new or, where that was asked for, corrected
	Known int `json:"known"` // votes that the store had already
	Empty int `json:"empty"` // questions without an answer
}

// ErrBallot says that ballots cannot be counted; the message has the reasons.
var ErrBallot = errors.New("nothing was counted")

// Record records the votes of filled ballots on an experiment's pictures, all or none. With replace, votes replace
// other ones of the same voter on the same questions.
//
// Errors: ErrBallot, with every problem of the ballots; those of the store.
func Record(ctx context.Context, s *store.Store, experiment string, ballots []Filled, replace bool) (Counted, error) {
	var n Counted
	var problems []error
	var list []store.Vote
	var places []string // of the votes, for messages
	for _, b := range ballots {
		problem, err := foreign(ctx, s, experiment, b)
		if err != nil {
			return n, err
		}
		problems = append(problems, problem)
		n.Empty += b.Empty
		for _, a := range b.Answers {
			list = append(list, store.Vote{Question: a.Question, Voter: b.Voter, Choice: a.Choice})
			places = append(places, fmt.Sprintf("%s:%d", b.Name, a.Line))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return n, fmt.Errorf("%w:\n%w", ErrBallot, err)
	}
	if problem := contradictions(list, places); problem != nil {
		return n, fmt.Errorf("%w:\n%w", ErrBallot, problem)
	}
	added, err := s.AddVotes(ctx, list, replace)
	if voted := new(store.VotedError); errors.As(err, &voted) {
		for _, i := range slices.Sorted(maps.Keys(voted.Earlier)) {
			problems = append(problems, fmt.Errorf("%s: %s answered %s before, not %s; --replace corrects it, and the vote of someone else needs another voter's name",
				places[i], voter(list[i].Voter), voted.Earlier[i], list[i].Choice))
		}
		return n, fmt.Errorf("%w:\n%w", ErrBallot, errors.Join(problems...))
	}
	if err != nil {
		return n, err
	}
	n.Added, n.Known = added, len(list)-added
	return n, nil
}

// foreign returns an error for a ballot that has questions about something else.
func foreign(ctx context.Context, s *store.Store, experiment string, b Filled) (problem, err error) {
	var uids []store.UID
	for _, a := range b.Answers {
		uids = append(uids, a.Question)
	}
	of, err := s.AskedOf(ctx, uids)
	if err != nil {
		return nil, err
	}
	for _, a := range b.Answers {
		switch name, known := of[a.Question]; {
		case !known:
			return fmt.Errorf("%s:%d: the store has not asked this question; name the store that the ballot is from with --db", b.Name, a.Line), nil
		case name != experiment:
			return fmt.Errorf("%s:%d: the question is about the experiment \"%s\"; name that one", b.Name, a.Line, printable.Excerpt(name)), nil
		}
	}
	return nil, nil
}

// contradictions returns an error for votes of one voter on one question that differ.
func contradictions(list []store.Vote, places []string) error {
	type key struct {
		question store.UID
		voter    string
	}
	first := map[key]int{}
	var problems []error
	for i, v := range list {
		k := key{v.Question, v.Voter}
		if j, twice := first[k]; !twice {
			first[k] = i
		} else if list[j].Choice != v.Choice {
			problems = append(problems, fmt.Errorf("%s: %s answered %s at %s, not %s; correct one, or give each voter a name", places[i], voter(v.Voter), list[j].Choice, places[j], v.Choice))
		}
	}
	return errors.Join(problems...)
}

// voter names a voter in a message.
func voter(name string) string {
	if name == "" {
		return "the voter without a name"
	}
	return name
}
