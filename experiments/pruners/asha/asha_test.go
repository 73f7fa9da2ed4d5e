package asha

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"runexp/framework"
)

func value(trial string, step int, v float64) framework.TrialValue {
	return framework.TrialValue{Group: "g", Trial: trial, Step: step, Value: v}
}

func fresh(t *testing.T, c Config) framework.Pruner {
	t.Helper()
	p, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Decisions are made at the rungs only, and the best third of those that have arrived goes on.
func TestRungs(t *testing.T) {
	p := fresh(t, Config{MinIter: 10, Eta: 3})
	for i, c := range []struct {
		trial string
		step  int
		value float64
		stop  bool
		limit float64
	}{
		{"a", 5, 9, false, 0},   // below the first rung
		{"a", 12, 5, false, 0},  // the first to arrive at 10
		{"b", 12, 6, true, 5},   // only the best of two goes on
		{"c", 12, 4, false, 5},  // the best of three
		{"d", 12, 4.5, true, 4}, // one of four
		{"e", 12, 4.5, true, 4},
		{"f", 12, 4.2, false, 4.5}, // the second of six
		{"a", 24, 99, false, 0},    // between rungs
		{"a", 30, 3, false, 0},     // the first at 30
		{"c", 30, 3.5, true, 3},
		{"f", 95, 100, false, 0}, // skipped 30, and is the first at 90
	} {
		limit, stop := p.ShouldPrune(value(c.trial, c.step, c.value))
		if stop != c.stop || stop && limit.Value != c.limit {
			t.Errorf("%d: %+v: stop %v, limit %+v", i, c, stop, limit)
		}
		if stop && !strings.HasPrefix(limit.Name, "the best 1/3 of the ") {
			t.Errorf("%d: the limit is called %q", i, limit.Name)
		}
	}
}

// The values of an earlier attempt count once; of a step reported twice the later counts.
func TestAttempts(t *testing.T) {
	p := fresh(t, Config{MinIter: 10, Eta: 2})
	p.Observe(value("a", 10, 1))
	p.Observe(value("b", 10, 2))
	p.Observe(value("b", 10, 3))
	p.Observe(value("b", 15, 0)) // later at the same rung
	if _, stop := p.ShouldPrune(value("b", 15, 4)); stop {
		t.Error("stopped between rungs")
	}
	p.Observe(value("d", 10, 2.5))
	if limit, stop := p.ShouldPrune(value("c", 10, 2.6)); !stop || limit.Value != 2.5 { // two of a 1, b 3, c 2.6, d 2.5
		t.Errorf("%+v %v", limit, stop)
	}
}

// About 1/eta of many trials in random order pass each rung.
func TestShare(t *testing.T) {
	p := fresh(t, Config{MinIter: 1, Eta: 4})
	passed := 0
	for i := range 4000 {
		if _, stop := p.ShouldPrune(value(fmt.Sprint(i), 1, math.Mod(float64(i)*math.Phi, 1))); !stop {
			passed++
		}
	}
	if passed < 950 || passed > 1100 {
		t.Errorf("%d of 4000 go on", passed)
	}
}

func TestOptions(t *testing.T) {
	err := Config{MinIter: 0, Eta: 1}.Validate()
	if err == nil || err.Error() != "min_iter: must be at least 1, not 0\neta: must be at least 2, not 1" {
		t.Error(err)
	}
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
	huge := fresh(t, Config{MinIter: 1, Eta: math.MaxInt})
	if _, stop := huge.ShouldPrune(value("a", math.MaxInt, 1)); stop {
		t.Error("the only trial is stopped")
	}
}
