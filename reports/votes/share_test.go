package votes

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework/store"
)

// cast is a vote on two entries.
func cast(left, right Entry, voter string, choice store.Choice) store.CastVote {
	shown := func(e Entry) store.Shown { return store.Shown{Run: e.Run.Number, Picture: e.Picture} }
	return store.CastVote{Question: store.Question{Text: "which?", Left: shown(left), Right: shown(right)}, Voter: voter, Choice: choice}
}

func TestShares(t *testing.T) {
	e := entries(2, 4)
	tally := Count(e, []store.CastVote{
		cast(e[0], e[1], "anna", store.Left), cast(e[1], e[0], "bo", store.Left), cast(e[0], e[1], "cy", store.Left), // 0 wins ⅔ against 1
		cast(e[2], e[0], "anna", store.Tie), // ½ against 2
		cast(e[4], e[5], "", store.Right),
	})
	want := map[int64]float64{100: (2.0/3 + 0.5) / 2, 101: 1.0 / 3, 102: 0.5, 200: 0, 201: 1}
	if len(tally.Shares) != len(want) {
		t.Errorf("shares %v", tally.Shares)
	}
	for run, share := range want {
		if got, has := tally.Shares[run]; !has || math.Abs(got-share) > 1e-15 {
			t.Errorf("run %d: %g, want %g", run, got, share)
		}
	}
	if want := map[int]Wins{0: {5, 2, 1}, 1: {4, 2, 0}, 2: {1, 0, 1}}; !maps.Equal(tally.Wins, want) {
		t.Errorf("won %v, want %v", tally.Wins, want)
	}
	if tally.Votes != 5 || !slices.Equal(tally.Voters, []string{"", "anna", "bo", "cy"}) || !slices.Equal(tally.Texts, []string{"which?"}) {
		t.Errorf("got %+v", tally)
	}
}

// A vote on anything but two settings of one unit, by the pictures that were shown, does not count.
func TestVotesOnOtherPictures(t *testing.T) {
	e := entries(2, 2)
	other := e[1]
	other.Picture = e[2].Picture
	twin := e[1]
	twin.Setting = e[0].Setting
	for name, c := range map[string]struct {
		entries     []Entry
		left, right Entry
	}{
		"another unit": {e, e[0], e[2]}, "another picture": {e, e[0], other}, "a picture on the left": {e, other, e[0]},
		"not of the sweep": {e[:1], e[0], e[1]}, "the same setting": {[]Entry{e[0], twin}, e[0], twin},
	} {
		if tally := Count(c.entries, []store.CastVote{cast(c.left, c.right, "", store.Left)}); tally.Votes != 0 || len(tally.Shares) != 0 {
			t.Errorf("%s: %+v", name, tally)
		}
	}
}

// Where every two were compared equally often, shares rank as the strengths of Bradley and Terry do, here by
// Zermelo's iteration.
func TestSharesRankAsBradleyTerry(t *testing.T) {
	const n, times = 6, 7
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		e := entries(1, n)
		var votes []store.CastVote
		var wins [n]float64
		for i := range n {
			for j := range i {
				for k := range times {
					choice := store.Left
					if k == 0 || k > 1 && random.IntN(n) < j { // each wins one at least, so that strengths are finite
						choice = store.Right
						wins[j]++
					} else {
						wins[i]++
					}
					votes = append(votes, cast(e[i], e[j], "", choice))
				}
			}
		}
		strength := slices.Repeat([]float64{1}, n)
		for range 2000 {
			next := make([]float64, n)
			for i := range n {
				for j := range n {
					if i != j {
						next[i] += times / (strength[i] + strength[j])
					}
				}
				next[i] = wins[i] / next[i]
			}
			strength = next
		}
		shares := Count(e, votes).Shares
		for i := range n {
			for j := range n {
				a, b := shares[e[i].Run.Number]-shares[e[j].Run.Number], strength[i]-strength[j]
				if math.Abs(a) > 1e-12 && a*b <= 0 || math.Abs(a) <= 1e-12 && math.Abs(b) > 1e-6 {
					t.Fatalf("seed %d: shares differ by %g, strengths by %g", seed, a, b)
				}
			}
		}
	}
}
