package plan

import (
	"math/rand/v2"

	"runexp/framework/config"
)

// gridStream is the random stream that chooses among a grid's settings; those of
// a run (see package run) and of random sweeps are others.
const gridStream = 1 << 62

// gridPoints returns every setting on every block, without what is excluded, and
// at most run_cap of them.
func gridPoints(s *config.Sweep, seed int64) ([]Point, error) {
	all := blocks(s)
	size := 1
	for _, p := range s.Parameters {
		if size *= len(p.Levels); size*len(all) > maxSettings {
			return nil, s.Problem("parameters", "make a grid of more than %s trials; method: random draws from them", grouped(maxSettings))
		}
	}
	if s.RunCap == 0 && len(s.Exclude) == 0 && size*len(all) > maxTrials {
		return nil, tooMany(s, size*len(all))
	}
	out := newExcluder(s)
	order := make([]int, size)
	for i := range order {
		order[i] = i
	}
	limit := size * len(all)
	if s.RunCap > 0 && s.RunCap < limit {
		limit = s.RunCap
		random := rand.New(rand.NewPCG(uint64(seed), gridStream))
		random.Shuffle(size, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	kept := make([][]bool, len(all)) // by block and setting
	for b := range kept {
		kept[b] = make([]bool, size)
	}
	count := 0
	for _, setting := range order {
		if count == limit {
			break
		}
		d := gridDraw(s, setting)
		for b := range all {
			excluded, err := out.excludes(d, all[b])
			if err != nil {
				return nil, err
			}
			if !excluded && count < limit {
				kept[b][setting] = true
				count++
			}
		}
	}
	if count == 0 {
		return nil, out.nothingLeft()
	}
	if count > maxTrials {
		return nil, tooMany(s, count)
	}
	points := make([]Point, 0, count)
	for b, block := range all {
		for setting, in := range kept[b] {
			if in {
				points = append(points, block.point(gridDraw(s, setting)))
			}
		}
	}
	return points, nil
}

// gridDraw returns setting i of the grid, the last parameter fastest.
func gridDraw(s *config.Sweep, i int) draw {
	d := draw{levels: make([]int, len(s.Parameters))}
	for k := len(s.Parameters) - 1; k >= 0; k-- {
		n := len(s.Parameters[k].Levels)
		d.levels[k] = i % n
		i /= n
	}
	for k, p := range s.Parameters {
		d.settings = append(d.settings, p.Levels[d.levels[k]].Settings...)
	}
	return d
}
