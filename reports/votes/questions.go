// Package votes asks people which of two pictures of a sweep is better: which questions,
// the page that asks them, the file of answers, and what the votes say of each picture. It
// writes no files. docs/design/016-votes.md has the reasons.
package votes

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"runexp/framework/store"
)

// DefaultText is the usual question about entries; textures have no content image.
func DefaultText(entries []Entry) string {
	for _, e := range entries {
		if slices.ContainsFunc(e.Beside, func(b Beside) bool { return b.Kind == "content" }) {
			return "Which picture is the better stylisation: the content image in the style of the style image?"
		}
	}
	return "Which picture has more of the style image's style?"
}

// An Entry is a finished picture of a sweep.
type Entry struct {
	Run     store.RunRef
	Picture string   // its SHA-256 in the store
	Beside  []Beside // what is shown with it; equal within a unit
	Unit    int      // of pictures that may be compared: the same content and style
	Setting int      // equal for equal settings, in all units; one entry of a unit has it
}

// Beside is an image shown beside two pictures.
type Beside struct {
	Kind    string // content or style
	Picture string // its SHA-256 in the store
}

// A Question is one of a ballot.
type Question struct {
	store.Question
	Beside []Beside
}

// A Ballot is a list of questions for one voter.
type Ballot struct {
	Number    int // from 1
	Text      string
	Questions []Question
}

// A Design determines ballots.
type Design struct {
	Entries []Entry
	Seed    int64
	Text    string // of every question
}

// Count returns how many questions a round has: one for every two entries of each unit.
func (d Design) Count() int {
	n := 0
	for _, unit := range d.units() {
		n += len(unit) * (len(unit) - 1) / 2
	}
	return n
}

// Ballots returns the ballots of a number of rounds, each cut into ballots of at most so many
// questions, which differ by one at most. Those of the first rounds are the same for any number of rounds.
func (d Design) Ballots(rounds, most int) []Ballot {
	var ballots []Ballot
	for round := range rounds {
		questions := d.round(round)
		parts := (len(questions) + most - 1) / most
		for i := range parts {
			from, to := i*len(questions)/parts, (i+1)*len(questions)/parts
			ballots = append(ballots, Ballot{len(ballots) + 1, d.Text, questions[from:to]})
		}
	}
	return ballots
}

// units returns the entries of each unit, in an order of units and settings that is drawn once for
// all rounds.
func (d Design) units() [][]Entry {
	random := rand.New(rand.NewPCG(uint64(d.Seed), 0))
	settings := map[int]bool{}
	byUnit := map[int][]Entry{}
	for _, e := range d.Entries {
		settings[e.Setting] = true
		byUnit[e.Unit] = append(byUnit[e.Unit], e)
	}
	order := slices.Sorted(maps.Keys(settings))
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	var units [][]Entry
	for _, unit := range slices.Sorted(maps.Keys(byUnit)) {
		list := byUnit[unit]
		slices.SortFunc(list, func(a, b Entry) int { return slices.Index(order, a.Setting) - slices.Index(order, b.Setting) })
		units = append(units, list)
	}
	random.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	return units
}

// round returns a question for every two entries of each unit; the units take turns.
func (d Design) round(round int) []Question {
	units := d.units()
	random := rand.New(rand.NewPCG(uint64(d.Seed), uint64(round)+1))
	pending := make([][]Question, len(units))
	for u, list := range units {
		for i, a := range list {
			for k, b := range list[i+1:] {
				left, right := a, b
				// k+1 is odd where k is even: a regular tournament for an odd number of settings.
				if (k%2 == 1) != (u%2 == 1) != (round%2 == 1) {
					left, right = b, a
				}
				pending[u] = append(pending[u], d.question(round, left, right))
			}
		}
		random.Shuffle(len(pending[u]), func(i, j int) { pending[u][i], pending[u][j] = pending[u][j], pending[u][i] })
	}
	random.Shuffle(len(pending), func(i, j int) { pending[i], pending[j] = pending[j], pending[i] })
	var all []Question
	for turn, left := 0, true; left; turn++ {
		left = false
		for _, list := range pending {
			if turn < len(list) {
				all = append(all, list[turn])
				left = true
			}
		}
	}
	return all
}

// question returns a question, whose uid is the hash of all that it is about: the same one has the
// same uid in every store, and the uid tells nothing of it.
func (d Design) question(round int, left, right Entry) Question {
	about := fmt.Sprintf("question %q of round %d, seed %d: %s %s, %s %s", d.Text, round, d.Seed, left.Run.UID, left.Picture, right.Run.UID, right.Picture)
	hash := sha256.Sum256([]byte(about))
	q := store.Question{
		UID: store.UID(hash[:len(store.UID{})]), Text: d.Text,
		Left: store.Shown{Run: left.Run.Number, Picture: left.Picture}, Right: store.Shown{Run: right.Run.Number, Picture: right.Picture},
	}
	return Question{q, left.Beside}
}
