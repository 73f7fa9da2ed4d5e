package simulated

import (
	"math/rand/v2"

	"runexp/reports/effects"
)

// Drawn is a random sweep: each of so many settings has a TV weight and a style weight of
// its own and a pooling, and runs on every pair. style acts, alike in all units.
func Drawn(r *rand.Rand, units []effects.Unit, settings int, tv, style float64) effects.Study {
	s := effects.Study{
		Factors: []effects.Factor{{Path: "tv"}, {Path: "style"}, Names("pooling", "avg", "max")},
		Units:   units, Metrics: Claimed("noise"),
	}
	for i := range settings {
		for f := range 2 {
			v := r.Float64()
			s.Factors[f].Levels = append(s.Factors[f].Levels, effects.Level{Label: "drawn", Number: v, Numeric: true})
		}
		pooling := r.IntN(2)
		for u := range units {
			value := 10*float64(u) + tv*s.Factors[0].Levels[i].Number + style*s.Factors[1].Levels[i].Number + r.NormFloat64()
			s.Runs = append(s.Runs, effects.Run{
				Number: int64(len(s.Runs)), Levels: []int{i, i, pooling}, Unit: u, Values: map[string]float64{"eval/noise": value},
			})
		}
	}
	return s
}
