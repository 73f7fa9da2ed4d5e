package votes

import (
	"slices"

	"runexp/framework/store"
)

// A Tally is what the votes on a sweep's pictures say.
type Tally struct {
	// Shares has, by run, the share of its comparisons that a picture won.
	Shares map[int64]float64
	// Wins has, by setting, how its votes came out.
	Wins   map[int]Wins
	Votes  int      // that count for this sweep
	Voters []string // their names, sorted; "" for those without
	Texts  []string // the wordings of their questions, sorted
}

// Wins counts the votes on a setting's pictures against those of other settings.
type Wins struct{ Votes, Won, Ties int }

// plus adds a vote in which the setting had this score.
func (w Wins) plus(score float64) Wins {
	w.Votes++
	switch score {
	case 1:
		w.Won++
	case 0.5:
		w.Ties++
	}
	return w
}

// Count returns the tally of votes on entries.
//
// The share of run r is the mean over the runs o that it was compared with of the mean of r's scores
// in the votes on both, which are 1 where r won, ½ for a tie, 0 where o won. So a comparison that was asked more
// often or by more people counts no more than others. It is in [0, 1]; the shares of a unit add up to half their number if
// each was compared with every other. Then they rank as the strengths of Bradley and Terry (1952) do, if all were asked equally often.
//
// A vote counts if it is about two entries of one unit with different settings, whose pictures are
// those that were shown. A run without such votes has no share.
func Count(entries []Entry, cast []store.CastVote) Tally {
	byRun := map[int64]Entry{}
	for _, e := range entries {
		byRun[e.Run.Number] = e
	}
	type comparison struct{ run, with int64 }
	type mean struct{ sum, n float64 }
	scores := map[comparison]mean{}
	t := Tally{Shares: map[int64]float64{}, Wins: map[int]Wins{}}
	for _, v := range cast {
		left, known := byRun[v.Left.Run]
		right, too := byRun[v.Right.Run]
		if !known || !too || left.Unit != right.Unit || left.Setting == right.Setting || left.Picture != v.Left.Picture || right.Picture != v.Right.Picture {
			continue
		}
		won := map[store.Choice]float64{store.Left: 1, store.Tie: 0.5, store.Right: 0}[v.Choice]
		for c, score := range map[comparison]float64{{left.Run.Number, right.Run.Number}: won, {right.Run.Number, left.Run.Number}: 1 - won} {
			m := scores[c]
			scores[c] = mean{m.sum + score, m.n + 1}
		}
		t.Wins[left.Setting] = t.Wins[left.Setting].plus(won)
		t.Wins[right.Setting] = t.Wins[right.Setting].plus(1 - won)
		t.Votes++
		t.Voters = append(t.Voters, v.Voter)
		t.Texts = append(t.Texts, v.Text)
	}
	for _, e := range entries { // in order: sums have the same bits each time
		var of mean
		for _, o := range entries {
			if m, compared := scores[comparison{e.Run.Number, o.Run.Number}]; compared {
				of = mean{of.sum + m.sum/m.n, of.n + 1}
			}
		}
		if of.n > 0 {
			t.Shares[e.Run.Number] = of.sum / of.n
		}
	}
	slices.Sort(t.Voters)
	slices.Sort(t.Texts)
	t.Voters, t.Texts = slices.Compact(t.Voters), slices.Compact(t.Texts)
	return t
}
