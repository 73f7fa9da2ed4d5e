package answers_test

import (
	"math"
	"strings"
	"testing"

	"runexp/reports/answers"
	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// still is a whole sweep of three poolings × two tv weights × pairs in which pooling does nothing.
func still(pairs int) effects.Study {
	s := effects.Study{
		Factors: []effects.Factor{simulated.Names("pooling", "avg", "max", "l2"), simulated.Numbers("tv", 0, 1)},
		Units:   simulated.Apart(pairs), Metrics: simulated.Claimed("noise"),
	}
	for u := range pairs {
		for pooling := range 3 {
			for tv := range 2 {
				s.Runs = append(s.Runs, effects.Run{
					Number: int64(len(s.Runs) + 1), Levels: []int{pooling, tv}, Unit: u,
					Values: map[string]float64{"eval/noise": 3 + float64(u) + float64(tv)},
				})
			}
		}
	}
	return s
}

// "Did not change" is said when everything that was planned is there, and only then.
func TestNoEffectTakesAllOfTheData(t *testing.T) {
	const nothing = "pooling did not change noise"
	says := func(s effects.Study) string { return strings.Join(answers.Headlines(analyze(t, s)), "\n") }
	whole := still(8)
	if text := says(whole); !strings.Contains(text, nothing) {
		t.Fatalf("of the whole sweep: %q", text)
	}
	for name, less := range map[string]func(*effects.Study){
		"1 of 48 missing": func(s *effects.Study) { s.Runs, s.Missing = s.Runs[:47], 1 },
		"half finished":   func(s *effects.Study) { s.Runs, s.Missing = s.Runs[:24], 24 },
		"a tenth":         func(s *effects.Study) { s.Runs, s.Missing = s.Runs[:5], 43 },
		"one pair only":   func(s *effects.Study) { s.Runs, s.Missing = s.Runs[:6], 42 },
		"one run":         func(s *effects.Study) { s.Runs, s.Missing = s.Runs[:1], 47 },
		"a metric that a run lacks": func(s *effects.Study) {
			s.Runs[7].Values = map[string]float64{}
		},
		"a metric that is no number": func(s *effects.Study) {
			s.Runs[7].Values = map[string]float64{"eval/noise": math.NaN()}
		},
		"a level that was excluded where others differ": func(s *effects.Study) {
			var kept []effects.Run
			for _, r := range s.Runs {
				if r.Levels[0] == 1 && r.Levels[1] == 1 {
					r.Values = map[string]float64{"eval/noise": 7}
				}
				if r.Levels[0] != 2 || r.Levels[1] != 1 {
					kept = append(kept, r)
				}
			}
			s.Runs = kept
		},
	} {
		s := still(8)
		less(&s)
		if text := says(s); strings.Contains(text, "did not change") {
			t.Errorf("%s: %q", name, text)
		}
	}
}
