package simulated

import (
	"math"

	"runexp/reports/effects"
)

// Planted is a sweep of the TV weight from 0 to 1000 that cuts noise to some 37% and costs
// 2% of content distance, over strong differences between pictures.
func Planted(units []effects.Unit, values ...float64) effects.Study {
	r := Random(1)
	d := Grid([]effects.Factor{Numbers("losses.tv.weight", values...)}, units, Claimed("noise", "content distance"))
	pictures := make([]float64, len(units))
	for i := range pictures {
		pictures[i] = r.NormFloat64()
	}
	return d.Fill(func(unit int, levels []int) []float64 {
		share := float64(levels[0]) / float64(len(values)-1)
		return []float64{
			math.Exp(pictures[unit] - share + 0.1*r.NormFloat64()),
			math.Exp(0.3*pictures[unit] + 0.02*share + 0.004*r.NormFloat64()),
		}
	})
}
