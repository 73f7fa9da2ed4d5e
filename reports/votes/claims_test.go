package votes_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"runexp/framework/store"
	"runexp/reports/effects"
	"runexp/reports/votes"
)

// study simulates voters on 8 pairs and some settings, and analyses their votes. Pictures differ in how good they are, from pair
// to pair and setting to setting; setting 0 is better by effect. Voters favour the left side.
func study(t *testing.T, seed uint64, settings int, effect float64) *effects.Analysis {
	t.Helper()
	const units, voters, bias = 8, 3, 0.7
	random := rand.New(rand.NewPCG(seed, 16))
	var entries []votes.Entry
	good := map[int64]float64{} // by run
	in := effects.Study{Metrics: []effects.Metric{{Name: "votes", Better: "higher", Claimed: true, Additive: true}}, Factors: []effects.Factor{{Path: "setting"}}}
	for s := range settings {
		in.Factors[0].Levels = append(in.Factors[0].Levels, effects.Level{Label: fmt.Sprint("s", s)})
	}
	for u := range units {
		in.Units = append(in.Units, effects.Unit{Content: fmt.Sprint("c", u), Style: fmt.Sprint("s", u)})
		for s := range settings {
			e := votes.Entry{Run: store.RunRef{Number: int64(len(entries))}, Picture: fmt.Sprint(len(entries)), Unit: u, Setting: s}
			good[e.Run.Number] = random.NormFloat64() * 2
			if s == 0 {
				good[e.Run.Number] += effect
			}
			entries = append(entries, e)
		}
	}
	var cast []store.CastVote
	for v, b := range (votes.Design{Entries: entries, Seed: int64(seed)}).Ballots(voters, 1000) {
		for _, q := range b.Questions[:len(b.Questions)*(v+1)/voters] { // some stop early
			better := good[q.Left.Run] - good[q.Right.Run] + bias + math.Log(1/random.Float64()-1)
			choice := store.Right
			if better > 0.5 {
				choice = store.Left
			} else if better > -0.5 {
				choice = store.Tie
			}
			cast = append(cast, store.CastVote{Question: q.Question, Voter: fmt.Sprint(v), Choice: choice})
		}
	}
	shares := votes.Count(entries, cast).Shares
	for _, e := range entries {
		run := effects.Run{Number: e.Run.Number, Levels: []int{e.Setting}, Unit: e.Unit}
		if share, voted := shares[e.Run.Number]; voted {
			run.Values = map[string]float64{"votes": share}
		}
		in.Runs = append(in.Runs, run)
	}
	a, err := effects.Analyze(in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// At most 5% of studies have a false claim, though voters favour a side and stop early; a real effect is found.
func TestClaimsOfVotes(t *testing.T) {
	const studies = 400
	for _, settings := range []int{2, 3, 5} {
		claims, found := 0, 0
		for seed := range uint64(studies) {
			if e := study(t, seed, settings, 0).Effects[0]; e.These.Holds {
				claims++
			}
			if seed < 40 {
				if e := study(t, seed, settings, 5).Effects[0]; e.These.Holds {
					found++
				}
			}
		}
		t.Logf("%d settings: %.1f%% false claims, found %d of 40", settings, 100*float64(claims)/studies, found)
		if most := 0.05*studies + 3*math.Sqrt(0.05*0.95*studies); float64(claims) > most {
			t.Errorf("%d settings: %d of %d studies have a false claim", settings, claims, studies)
		}
		if found < 30 {
			t.Errorf("%d settings: a large effect was found in %d of 40 studies", settings, found)
		}
	}
}
