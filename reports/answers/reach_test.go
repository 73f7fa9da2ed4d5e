package answers_test

import (
	"fmt"
	"strings"
	"testing"

	"runexp/reports/answers"
	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// planOf is a plan on so many pairs: every test has its largest effect.
func planOf(factors []effects.Factor, metrics, pairs int) *effects.Analysis {
	labels := []string{"noise", "content", "style", "ssim"}[:metrics]
	d := simulated.Grid(factors, simulated.Apart(pairs), simulated.Claimed(labels...))
	a, err := effects.Analyze(d.Fill(func(unit int, levels []int) []float64 {
		value := 1.0
		for f, l := range levels { // no two settings alike, and the same order in all units
			value += float64(l) * []float64{1, 10, 100}[f]
		}
		list := make([]float64, metrics)
		for i := range list {
			list[i] = value
		}
		return list
	}))
	if err != nil {
		panic(err)
	}
	return a
}

// What is said to be needed is the least number of pairs with which every test can hold:
// with the largest effect there is, and one pair less, one does not.
func TestReachIsTheLeastNumberOfPairs(t *testing.T) {
	two, three, names3 := simulated.Numbers("tv", 0, 1), simulated.Numbers("lr", 1, 2, 3), simulated.Names("layer", "a", "b", "c")
	for name, factors := range map[string][]effects.Factor{
		"one factor": {two}, "numbers": {three}, "names": {names3}, "two factors": {two, three}, "names and numbers": {two, names3},
	} {
		for metrics := 1; metrics <= 4; metrics++ {
			least, said := 0, ""
			for pairs := 1; pairs <= 12; pairs++ {
				a := planOf(factors, metrics, pairs)
				holds := true
				for _, e := range a.Effects {
					holds = holds && e.Claim()
				}
				text, all := answers.Reach(a)
				if all != holds {
					t.Errorf("%s, %d metrics, %d pairs: %q, and with the largest effect claimed: %t", name, metrics, pairs, text, holds)
				}
				if pairs == 1 {
					said = text
				}
				if holds && least == 0 {
					least = pairs
				}
			}
			if want := fmt.Sprintf("; %d would", least); !strings.HasSuffix(said, want) {
				t.Errorf("%s, %d metrics: %q, want %q", name, metrics, said, want)
			}
		}
	}
}

func TestReachInWords(t *testing.T) {
	two := simulated.Numbers("tv", 0, 1)
	if text, _ := answers.Reach(planOf([]effects.Factor{two}, 2, 2)); text != "2 pairs can show nothing at 5%, corrected for 2 tests; 7 would" {
		t.Error(text)
	}
	if text, all := answers.Reach(planOf([]effects.Factor{two}, 2, 7)); !all || text != "7 pairs can show an effect at 5%, corrected for 2 tests" {
		t.Error(text)
	}
	if text, _ := answers.Reach(planOf([]effects.Factor{simulated.Names("pooling", "avg")}, 1, 8)); !strings.HasPrefix(text, "nothing can be claimed") {
		t.Error(text)
	}
}

// A folder of photographs is a setting; that it could be units is said where one unit shows nothing.
func TestImagesAsPairs(t *testing.T) {
	units := simulated.Apart(1)
	units[0].Content, units[0].Style = "", ""
	photographs := simulated.Names("content.image", "a", "b", "c")
	one := func(unit int, levels []int) []float64 { return []float64{1 + float64(levels[0])} }
	for hint, factors := range map[bool][]effects.Factor{true: {photographs, simulated.Numbers("strength", 0.2, 0.8)}, false: {photographs}} {
		a := analyze(t, simulated.Grid(factors, units, simulated.Claimed("noise")).Fill(one))
		if text, _ := answers.Reach(a); strings.HasSuffix(text, "; images are among the settings here: as sweep.pairs each would count as one") != hint {
			t.Errorf("%d factors: %q", len(factors), text)
		}
	}
}
