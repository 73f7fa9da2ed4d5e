package framework

import (
	"fmt"
	"math"
)

// maxRejected is how many settings in a row may be excluded or repeated before Draw gives
// up: there are hardly any others then.
const maxRejected = 10_000

// Draw returns the points of a sampler that draws: the first Cap distinct settings of next,
// settled, or as many as there are, each on every block. A setting that is excluded on every block
// does not count. Errors: TooMany.
func (s SweepSpace) Draw(next func() []Choice, excluded func(setting []Choice, block int) bool) ([]SweepPoint, error) {
	if s.Cap > s.MaxPoints/s.Blocks {
		return nil, s.TooMany(min(s.Cap, math.MaxInt/s.Blocks) * s.Blocks)
	}
	seen := map[string]bool{}
	byBlock := make([][]SweepPoint, s.Blocks)
	for drawn, rejected := 0, 0; drawn < s.Cap && rejected < maxRejected; {
		rejected++
		setting := next()
		s.Settle(setting)
		key, kept := fmt.Sprint(setting), false
		if seen[key] {
			continue
		}
		seen[key] = true
		for block := range byBlock {
			if !excluded(setting, block) {
				byBlock[block] = append(byBlock[block], SweepPoint{Setting: setting, Block: block})
				kept = true
			}
		}
		if kept {
			drawn, rejected = drawn+1, 0
		}
	}
	var points []SweepPoint
	for _, block := range byBlock {
		points = append(points, block...)
	}
	return points, nil
}

// At returns the choice at the quantile u of a parameter, in [0, 1): all levels are equally
// likely, and a range's numbers as its distribution says.
func (p SweepParameter) At(u float64) Choice {
	if p.Levels > 0 {
		return Choice{Level: min(int(u*float64(p.Levels)), p.Levels-1)}
	}
	return Choice{Value: p.Range.At(u)}
}
