package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/config"
)

// A chooser asks the sweep's sampler for points.
type chooser struct {
	*excluder
	space  framework.SweepSpace
	blocks []block
}

func newChooser(s *config.Sweep, seed int64) *chooser {
	c := &chooser{excluder: newExcluder(s), blocks: blocks(s)}
	c.space = framework.SweepSpace{Blocks: len(c.blocks), Cap: s.RunCap, Seed: seed, MaxPoints: maxTrials}
	for _, p := range s.Parameters {
		q := framework.SweepParameter{Name: strings.Join(p.Paths, "\n"), Levels: len(p.Levels)}
		if p.Range != nil {
			q.Range = framework.SweepRange{Min: p.Range.Min, Max: p.Range.Max, Distribution: p.Range.Distribution}
		}
		c.space.Parameters = append(c.space.Parameters, q)
		if p.When != nil {
			c.space.Unset = c.unset
		}
	}
	return c
}

// isExcluded reports whether a setting is excluded on a block.
func (c *chooser) isExcluded(setting []framework.Choice, block int) bool {
	settings, _ := settingsOf(c.sweep, setting)
	return c.excludes(settings, c.blocks[block].pair)
}

// sample returns the points that the sampler chooses.
func (c *chooser) sample() ([]Point, error) {
	s := c.sweep
	chosen, err := s.Sampler().Sample(c.space, c.isExcluded)
	if c.err != nil {
		return nil, c.err
	}
	if err == nil && len(chosen) > maxTrials {
		err = c.space.TooMany(len(chosen))
	}
	if err != nil {
		return nil, c.problem(err)
	}
	if len(chosen) == 0 {
		return nil, c.nothingLeft()
	}
	for _, p := range chosen {
		if err := c.space.Check(p); err != nil {
			return nil, s.Problem("method", "%s violates the contract of samplers: %v", s.Method, err)
		}
	}
	if s.Adaptive() != nil { // one setting after another, as the later ones come
		chosen = bySetting(chosen)
	}
	points := make([]Point, len(chosen))
	for i, p := range chosen {
		points[i] = c.point(p)
	}
	return points, nil
}

// problem returns an error of the sampler as one of the sweep.
func (c *chooser) problem(err error) error {
	if field := new(framework.FieldError); errors.As(err, &field) {
		return c.sweep.Problem(field.Field, "%s", field.Problem)
	}
	return c.sweep.Problem("method", "%s: %v", c.sweep.Method, err)
}

// point returns a sampler's point as one of the plan, without number and config.
func (c *chooser) point(p framework.SweepPoint) Point {
	settings, levels := settingsOf(c.sweep, p.Setting)
	b := c.blocks[p.Block]
	return Point{Settings: settings, Levels: levels, Pair: b.pair, Repeat: b.repeat, choices: p.Setting}
}

// bySetting orders points by setting, each on all its blocks.
func bySetting(points []framework.SweepPoint) []framework.SweepPoint {
	order := map[string]int{}
	for _, p := range points {
		if key := fmt.Sprint(p.Setting); order[key] == 0 {
			order[key] = len(order) + 1
		}
	}
	slices.SortStableFunc(points, func(a, b framework.SweepPoint) int {
		return order[fmt.Sprint(a.Setting)] - order[fmt.Sprint(b.Setting)]
	})
	return points
}

// settingsOf returns the settings of choices, and their levels; −1 for a number of a range
// and for a parameter that is not set.
func settingsOf(s *config.Sweep, choices []framework.Choice) (settings []config.Setting, levels []int) {
	levels = make([]int, len(choices))
	for i, c := range choices {
		p := s.Parameters[i]
		if c.Unset {
			levels[i] = -1
			continue
		}
		if p.Range != nil {
			levels[i] = -1
			settings = append(settings, p.Range.Setting(c.Value))
			continue
		}
		levels[i] = c.Level
		settings = append(settings, p.Levels[c.Level].Settings...)
	}
	return settings, levels
}
