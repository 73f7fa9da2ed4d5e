package votes

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"runexp/framework/store"
)

// entries returns the pictures of a sweep of several units and settings; each tells them by its run's number.
func entries(units, settings int) []Entry {
	var list []Entry
	for u := range units {
		for s := range settings {
			n := 100*(u+1) + s
			list = append(list, Entry{
				Run: store.RunRef{Number: int64(n), UID: store.UID{byte(u), byte(s)}}, Picture: fmt.Sprintf("%064x", n),
				Beside: []Beside{{"content", fmt.Sprintf("%064x", 10000+u)}, {"style", fmt.Sprintf("%064x", 20000+u)}}, Unit: u, Setting: s,
			})
		}
	}
	return list
}

// Every two settings of a unit are asked about once a round, and sides are balanced within units, between
// any two settings, and over two rounds.
func TestRoundsAreBalanced(t *testing.T) {
	for _, settings := range []int{2, 3, 4, 5} {
		const units = 8
		d := Design{Entries: entries(units, settings), Seed: 3, Text: "which?"}
		uids := map[store.UID]bool{}
		sides := map[[2]int64]int{} // by left and right run, over the rounds
		for round, b := range d.Ballots(2, 1000) {
			asked, pairs, left := map[[2]int64]int{}, map[[2]int64]int{}, map[int64]int{}
			for _, q := range b.Questions {
				l, r := q.Left.Run, q.Right.Run
				if l/100 != r/100 || l == r {
					t.Fatalf("asked about runs %d and %d", l, r)
				}
				asked[[2]int64{min(l, r), max(l, r)}]++
				pairs[[2]int64{l % 100, r % 100}]++
				left[l]++
				sides[[2]int64{l, r}]++
				uids[q.UID] = true
			}
			if len(b.Questions) != d.Count() || len(asked) != units*settings*(settings-1)/2 || d.Count() != len(asked) {
				t.Errorf("%d settings, round %d: %d questions about %d, of %d", settings, round, len(b.Questions), len(asked), d.Count())
			}
			for run, n := range left {
				if 2*n < settings-2 || 2*n > settings {
					t.Errorf("%d settings: run %d is left %d times of %d", settings, run, n, settings-1)
				}
			}
			for two, n := range pairs {
				if n != units/2 {
					t.Errorf("%d settings: %v are left and right %d times, want %d", settings, two, n, units/2)
				}
			}
		}
		if len(uids) != 2*d.Count() || len(sides) != 2*d.Count() {
			t.Errorf("%d settings: %d uids and %d orders in two rounds of %d", settings, len(uids), len(sides), d.Count())
		}
	}
}

// A ballot has all units, in turn, and nearly the length of the others; it depends on seed and round only.
func TestBallots(t *testing.T) {
	d := Design{Entries: entries(8, 4), Seed: 3, Text: "which?"} // 48 questions
	ballots := d.Ballots(2, 20)
	if len(ballots) != 6 {
		t.Fatalf("%d ballots", len(ballots))
	}
	for i, b := range ballots {
		if b.Number != i+1 || len(b.Questions) != 16 {
			t.Errorf("ballot %d of %d questions", b.Number, len(b.Questions))
		}
		units := map[int64]int{}
		for _, q := range b.Questions {
			units[q.Left.Run/100]++
		}
		for unit, n := range units {
			if n != 2 {
				t.Errorf("ballot %d asks about unit %d %d times", b.Number, unit, n)
			}
		}
	}
	if more := d.Ballots(3, 20); !reflect.DeepEqual(more[:6], ballots) {
		t.Error("with another round the first ballots are others")
	}
	other := d
	other.Seed = 4
	if reflect.DeepEqual(other.Ballots(1, 20)[0].Questions, ballots[0].Questions) {
		t.Error("another seed draws the same ballot")
	}
	if n := (Design{Entries: entries(8, 1)}).Ballots(1, 20); len(n) != 0 {
		t.Errorf("one setting has ballots %v", n)
	}
}

// A missing picture leaves the others of its unit in balance.
func TestMissingPictures(t *testing.T) {
	list := entries(2, 4)
	d := Design{Entries: append(list[:1:1], list[2:]...), Seed: 1} // 3 + 6
	left := map[int64]int{}
	for _, q := range d.round(0) {
		left[q.Left.Run]++
	}
	if d.Count() != 9 || left[100] != 1 || left[102] != 1 || left[103] != 1 {
		t.Errorf("%d questions, left: %v", d.Count(), left)
	}
}

// The uid of a question is of all that it is about, and says nothing of it.
func TestUIDs(t *testing.T) {
	base := Design{Entries: entries(1, 2), Seed: 1, Text: "which?"}
	uid := base.round(0)[0].UID
	changed := map[string]Design{}
	for name, change := range map[string]func(*Design){
		"text": func(d *Design) { d.Text = "what?" }, "seed": func(d *Design) { d.Seed += 100 },
		"picture": func(d *Design) { d.Entries[0].Picture = strings.Repeat("f", 64) }, "run": func(d *Design) { d.Entries[1].Run.UID[5] = 1 },
	} {
		d := Design{Entries: entries(1, 2), Seed: 1, Text: "which?"}
		change(&d)
		changed[name] = d
	}
	for name, d := range changed {
		if d.round(0)[0].UID == uid {
			t.Errorf("another %s has the same uid", name)
		}
	}
	moved := Design{Entries: entries(1, 2), Seed: 1, Text: "which?"}
	moved.Entries[0].Run.Number = 7 // in another store
	if moved.round(0)[0].UID != uid {
		t.Error("a uid depends on numbers of one store")
	}
}

func TestDefaultText(t *testing.T) {
	list := entries(1, 2)
	if text := DefaultText(list); !strings.Contains(text, "content image in the style") {
		t.Error(text)
	}
	for i := range list {
		list[i].Beside = list[i].Beside[1:]
	}
	if text := DefaultText(list); strings.Contains(text, "content") {
		t.Errorf("textures: %s", text)
	}
}
