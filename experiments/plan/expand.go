package plan

import (
	"fmt"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/config"
)

// Bounds of a plan: what is above them is a mistake, or no sweep that ends.
const (
	maxTrials   = 10_000
	maxSettings = 1_000_000 // trials of a grid, looked at to choose from
)

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

// A draw is a value for each parameter.
type draw struct {
	settings []config.Setting
	levels   []int
}

// A block is a replicate of the whole sweep: a pair of pictures and a seed.
type block struct{ pair, repeat int }

// Expand makes the trials of a sweep; of a config without one, its single run.
//
// All settings come on the first pair, then all on the next, so that whoever
// stops half way has whole pairs to compare on; repeats come after all pairs.
// Within a pair, settings are in the order of the grid, the last parameter
// fastest, or in that of the draws.
//
// A grid with a run_cap below its size runs settings that are drawn with the
// experiment's seed, without replacement: the first on every pair, then the
// second, until there are run_cap trials. So pairs differ by at most one trial,
// and a higher cap only adds to a lower one. A random sweep draws run_cap
// different settings; a higher one only adds draws.
//
// Errors are config.Problems: no trial or more than 10,000, a trial that is no
// valid experiment, repeats where nothing is random.
func Expand(r *config.Resolved) ([]Point, error) {
	s := r.Sweep
	if s == nil {
		return []Point{{Pair: -1, Config: r}}, nil
	}
	if s.Repeats > maxTrials/max(1, len(s.Pairs)) {
		return nil, s.Problem("repeats", "of every setting and pair are more than %d trials", maxTrials)
	}
	var points []Point
	var err error
	switch s.Method {
	case "grid":
		points, err = gridPoints(s, r.Experiment.Seed)
	case "random":
		points, err = randomPoints(s, r.Experiment.Seed)
	default:
		err = s.Problem("method", "%v", framework.UnknownName("method", s.Method, []string{"grid", "random"}))
	}
	if err != nil {
		return nil, err
	}
	if len(points) > maxTrials {
		return nil, tooMany(s, len(points))
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

func (b block) point(d draw) Point {
	return Point{Settings: d.settings, Levels: d.levels, Pair: b.pair, Repeat: b.repeat}
}

func tooMany(s *config.Sweep, n int) error {
	return s.Problem("", "makes %s trials, more than %d; leave values out, or give run_cap", grouped(n), maxTrials)
}

// grouped prints 1000000 as 1,000,000.
func grouped(n int) string {
	text := fmt.Sprint(n)
	var groups []string
	for len(text) > 3 {
		groups = append([]string{text[len(text)-3:]}, groups...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, groups...), ",")
}
