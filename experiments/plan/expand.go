package plan

import (
	"slices"

	"runexp/framework"
	"runexp/framework/config"
)

// maxTrials is the most that a plan can have: more are a mistake, or no sweep that ends.
const maxTrials = 10_000

// A Point is one trial of a sweep, frozen: what it runs no longer depends on any
// file but the pictures and weights.
type Point struct {
	Number   int              // from 0, in the order of the plan
	Settings []config.Setting // swept paths and values, in the order of the sweep's parameters
	Levels   []int            // index of the level in each parameter; −1 for a draw from a range
	Pair     int              // index into the sweep's pairs; −1 if there are none
	Repeat   int
	Config   *config.Resolved // what it runs
}

// A block is a replicate of the whole sweep: a pair of pictures and a seed.
type block struct{ pair, repeat int }

// Expand makes the trials of a sweep; of a config without one, its single run. Which
// settings they have on which block, and in which order, is the sampler's to choose.
//
// All settings come on the first pair, then all on the next, so that whoever
// stops half way has whole pairs to compare on; repeats come after all pairs.
//
// Errors are config.Problems: what the sampler says; no trial or more than 10,000, a
// trial that is no valid experiment, repeats where nothing is random.
func Expand(r *config.Resolved) ([]Point, error) {
	s := r.Sweep
	if s == nil {
		return []Point{{Pair: -1, Config: r}}, nil
	}
	if s.Repeats > maxTrials/max(1, len(s.Pairs)) {
		return nil, s.Problem("repeats", "of every setting and pair are more than %d trials", maxTrials)
	}
	points, err := sample(s, r.Experiment.Seed)
	if err != nil {
		return nil, err
	}
	settings := make([][]config.Setting, len(points))
	for i, p := range points {
		settings[i] = slices.Concat(s.Replicate(p.Pair, p.Repeat), p.Settings)
	}
	trials, err := r.Trials(settings)
	if err != nil {
		return nil, err
	}
	for i := range points {
		points[i].Number, points[i].Config = i, trials[i]
	}
	if s.Repeats > 1 && !slices.ContainsFunc(trials, isRandom) {
		return nil, s.Problem("repeats", "nothing in any trial is random, so another seed makes the same picture; "+
			"give pairs of pictures as replicates, or draw something: init.from: noise, or a content.crop below 1")
	}
	return points, nil
}

// isRandom reports whether another seed makes another picture.
func isRandom(r *config.Resolved) bool {
	e := r.Experiment
	initial, err := r.Initial()
	return err == nil && initial.Random() || e.Content.Crop < 1 ||
		slices.ContainsFunc(e.Style, func(s framework.StyleImage) bool { return s.Crop < 1 })
}

// blocks lists the replicates in the order in which they are run.
func blocks(s *config.Sweep) []block {
	var all []block
	for repeat := range s.Repeats {
		if len(s.Pairs) == 0 {
			all = append(all, block{-1, repeat})
		}
		for pair := range s.Pairs {
			all = append(all, block{pair, repeat})
		}
	}
	return all
}
