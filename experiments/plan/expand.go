package plan

import (
	"slices"

	"runexp/framework"
	"runexp/framework/config"
)

// maxTrials is the maximum of a plan: more are a mistake, or would never finish.
const maxTrials = 10_000

// A Point is one trial of a sweep. Its Config depends on no other files than images and
// weights.
type Point struct {
	Number   int              // from 0, in the order of the plan
	Settings []config.Setting // swept paths and values, in the order of the sweep's parameters
	Levels   []int            // index of the level in each parameter; −1 for a draw from a range, and for one that is not set
	Pair     int              // index into the sweep's pairs; −1 if there are none
	Repeat   int
	Config   *config.Resolved

	choices []framework.Choice
}

// A block is a replicate of the whole sweep: a pair of content and style, and a seed.
type block struct{ pair, repeat int }

// Expand returns the trials of a sweep, or the single trial of a config without one. The
// sampler chooses their settings on each block, and the order.
//
// Of an adaptive sampler these are the trials before any result, setting by setting. Else
// all settings are run on the first pair, then on the next, so that an interrupted sweep
// has complete pairs to compare; repeats come after all pairs.
//
// Errors are config.Problems: errors of the sampler; no trial or more than 10,000; a
// trial that is not a valid experiment; repeats although nothing is random.
func Expand(r *config.Resolved) ([]Point, error) {
	s := r.Sweep
	if s == nil {
		return []Point{{Pair: -1, Config: r}}, nil
	}
	if s.Repeats > maxTrials/max(1, len(s.Pairs)) {
		return nil, s.Problem("repeats", "make more than %d trials; lower repeats or the number of pairs", maxTrials)
	}
	points, err := newChooser(s, r.Experiment.Seed).sample()
	if err != nil {
		return nil, err
	}
	if err := configure(r, points, 0); err != nil {
		return nil, err
	}
	if s.Repeats > 1 && !slices.ContainsFunc(points, func(p Point) bool { return isRandom(p.Config) }) {
		return nil, s.Problem("repeats", "nothing in any trial is random, so every seed makes the same picture; "+
			"give pairs of images as replicates, or make something random: init.from: noise, or a content.crop below 1")
	}
	return points, nil
}

// configure sets the numbers of points, from first on, and their configs.
func configure(r *config.Resolved, points []Point, first int) error {
	settings := make([][]config.Setting, len(points))
	for i, p := range points {
		settings[i] = slices.Concat(r.Sweep.Replicate(p.Pair, p.Repeat), p.Settings)
	}
	trials, err := r.Trials(settings)
	if err != nil {
		return err
	}
	for i := range points {
		points[i].Number, points[i].Config = first+i, trials[i]
	}
	return nil
}

// isRandom reports whether the picture depends on the seed.
func isRandom(r *config.Resolved) bool {
	e := r.Experiment
	initial, err := r.Initial()
	return err == nil && initial.Random() || r.Draws() || e.Content.Crop < 1 ||
		slices.ContainsFunc(e.Style, func(s framework.StyleImage) bool { return s.Crop < 1 })
}

// blocks lists the replicates in the order they are run.
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
