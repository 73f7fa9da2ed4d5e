// Package grid is the sampler that enumerates every combination of levels.
package grid

import (
	"math/rand/v2"
	"slices"

	"runexp/framework"
	"runexp/internal/printable"
)

// Config is empty: a grid has no options.
type Config struct{}

// Defaults returns it.
func Defaults() Config { return Config{} }

// Sampler is a grid.
type Sampler struct{}

var _ framework.Sampler = Sampler{}

// New returns the sampler.
func New(Config) (framework.Sampler, error) { return Sampler{}, nil }

// Draws returns false: a grid enumerates levels.
func (Sampler) Draws() bool { return false }

// most is the largest grid to choose points from: more would take too long.
const most = 1_000_000

// stream is the random stream that chooses among a grid's settings; runs (see package
// run) and package random use others.
const stream = 1 << 62

// Sample returns every setting on every block, the last parameter varying fastest.
//
// With a cap below their number it draws settings with the seed, without replacement,
// and takes the first on every block, then the second, up to the cap. So blocks differ
// by at most one point, and a higher cap only adds points. Within a block settings stay
// in the order of the grid.
func (Sampler) Sample(s framework.SweepSpace, excluded func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	size := 1
	for _, p := range s.Parameters {
		if size *= p.Levels; size*s.Blocks > most {
			return nil, framework.Invalid("parameters", "make a grid of more than %s trials; method: random draws from them", printable.Grouped(most))
		}
	}
	order, limit := make([]int, size), size*s.Blocks
	for i := range order {
		order[i] = i
	}
	if s.Cap > 0 && s.Cap < limit {
		limit = s.Cap
		random := rand.New(rand.NewPCG(uint64(s.Seed), stream))
		random.Shuffle(size, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	kept := make([][]bool, s.Blocks) // by block and setting
	for block := range kept {
		kept[block] = make([]bool, size)
	}
	count := 0
	for _, i := range order {
		if count == limit {
			break
		}
		choices, first := setting(s, i)
		if !first {
			continue
		}
		for block := range kept {
			if !excluded(choices, block) && count < limit {
				kept[block][i] = true
				count++
			}
		}
	}
	if count > s.MaxPoints {
		return nil, s.TooMany(count)
	}
	points := make([]framework.SweepPoint, 0, count)
	for block := range kept {
		for i, in := range kept[block] {
			if in {
				choices, _ := setting(s, i)
				points = append(points, framework.SweepPoint{Setting: choices, Block: block})
			}
		}
	}
	return points, nil
}

// setting returns setting i of the grid, the last parameter varying fastest, and whether it
// is the first of those that differ only in parameters that are not varied.
func setting(s framework.SweepSpace, i int) (choices []framework.Choice, first bool) {
	choices = make([]framework.Choice, len(s.Parameters))
	for k := len(choices) - 1; k >= 0; k-- {
		n := s.Parameters[k].Levels
		choices[k].Level = i % n
		i /= n
	}
	levels := slices.Clone(choices)
	s.Settle(choices)
	for k, c := range choices {
		if c.Unset && levels[k].Level > 0 {
			return choices, false
		}
	}
	return choices, true
}
