package plugintest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"runexp/framework"
)

// Sampler tests a sampler against framework.Sampler's contract, on small spaces with and
// without exclusions: of levels, of blocks alone, with parameters that are not always set,
// and of ranges if it draws. What an adaptive sampler suggests after that is tested too.
func Sampler(t *testing.T, s framework.Sampler) {
	t.Helper()
	for _, c := range samplerChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := guarded(func() error { return c.run(s) }); err != nil {
				t.Error(err)
			}
		})
	}
}

type samplerCheck struct {
	name  string
	check func(samplerCase) error
}

// A samplerCase is a space and the points chosen from it.
type samplerCase struct {
	sampler  framework.Sampler
	space    framework.SweepSpace
	excluded excludes
	points   []framework.SweepPoint
	lower    []framework.SweepPoint // those for the next lower cap
}

// excludes says whether a setting is excluded on a block.
type excludes func(setting []framework.Choice, block int) bool

func samplerChecks() []samplerCheck {
	return []samplerCheck{
		{"in the space", samplerSpace},
		{"order", samplerOrder},
		{"no point twice", samplerTwice},
		{"exclusions", samplerExclusions},
		{"cap", samplerCap},
		{"deterministic", samplerDeterministic},
		{"a higher cap", samplerHigherCap},
		{"suggestions", samplerSuggestions},
	}
}

// run runs the check on every space, with every exclusion rule and several caps.
func (c samplerCheck) run(s framework.Sampler) error {
	for name, space := range sweepSpaces(s.Draws()) {
		for ruleName, rule := range exclusions() {
			var lower []framework.SweepPoint
			for _, space.Cap = range caps(s.Draws()) {
				points, err := s.Sample(space, rule)
				if err == nil {
					err = c.check(samplerCase{s, space, rule, points, lower})
				}
				if err != nil {
					return fmt.Errorf("%s, %s excluded, cap %d: %w", name, ruleName, space.Cap, err)
				}
				lower = points
			}
		}
	}
	return nil
}

// caps are the caps to sample with, in ascending order; 0, for all, is last.
func caps(draws bool) []int {
	if draws {
		return []int{1, 5, 40} // 40 is more than there are settings in some spaces
	}
	return []int{1, 2, 5, 9, 40, 0}
}

func sweepSpaces(draws bool) map[string]framework.SweepSpace {
	space := func(blocks int, parameters ...framework.SweepParameter) framework.SweepSpace {
		return framework.SweepSpace{Parameters: parameters, Blocks: blocks, Seed: 7, MaxPoints: 10_000}
	}
	levels := func(name string, n int) framework.SweepParameter {
		return framework.SweepParameter{Name: name, Levels: n}
	}
	spaces := map[string]framework.SweepSpace{
		"levels":               space(2, levels("a.b", 3), levels("c", 4)),
		"one level":            space(1, levels("a", 1)),
		"nothing but blocks":   space(3),
		"paths of a parameter": space(3, levels("a\nb", 2)),
		"conditions":           conditional(space(2, levels("a", 2), levels("b", 3), levels("c", 2))),
	}
	if draws {
		number := func(name string, min, max float64, distribution string) framework.SweepParameter {
			return framework.SweepParameter{Name: name, Range: framework.SweepRange{Min: min, Max: max, Distribution: distribution}}
		}
		spaces["ranges"] = space(2, number("a", -1, 1, "uniform"), number("b", 1e-3, 1e3, "log_uniform"), number("c", 1, 3, "int"), levels("d", 2))
		spaces["conditions of ranges"] = conditional(space(2, levels("a", 2), number("b", 0, 1, "uniform"), number("c", 1, 2, "int")))
		spaces["few whole numbers"] = space(1, number("a", 0, 2, "int"))
	}
	return spaces
}

// conditional returns a space in which the second parameter is not set at the first one's
// level 0, and the third only where the second is.
func conditional(s framework.SweepSpace) framework.SweepSpace {
	s.Unset = func(earlier []framework.Choice) bool {
		return len(earlier) == 1 && earlier[0].Level == 0 || len(earlier) == 2 && earlier[1].Unset
	}
	return s
}

func exclusions() map[string]excludes {
	return map[string]excludes{
		"nothing": func([]framework.Choice, int) bool { return false },
		"the last block": func(_ []framework.Choice, block int) bool {
			return block > 0
		},
		"a level": func(setting []framework.Choice, block int) bool {
			return len(setting) > 1 && setting[len(setting)-1].Level == 1 || len(setting) > 0 && setting[0].Level == 0 && block == 1
		},
		"everything": func([]framework.Choice, int) bool { return true },
	}
}

// settingsIn lists the distinct settings of points.
func settingsIn(points []framework.SweepPoint) [][]framework.Choice {
	var all [][]framework.Choice
	for _, p := range points {
		if !slices.ContainsFunc(all, func(s []framework.Choice) bool { return slices.Equal(s, p.Setting) }) {
			all = append(all, p.Setting)
		}
	}
	return all
}

func holds(points []framework.SweepPoint, p framework.SweepPoint) bool {
	return slices.ContainsFunc(points, func(q framework.SweepPoint) bool { return q.Block == p.Block && slices.Equal(q.Setting, p.Setting) })
}

func samplerSpace(c samplerCase) error {
	for _, p := range c.points {
		if err := c.space.Check(p); err != nil {
			return err
		}
	}
	return nil
}

func samplerOrder(c samplerCase) error {
	if !slices.IsSortedFunc(c.points, func(p, q framework.SweepPoint) int { return p.Block - q.Block }) {
		return errors.New("blocks are mixed")
	}
	return nil
}

func samplerTwice(c samplerCase) error {
	for i, p := range c.points {
		if holds(c.points[:i], p) {
			return fmt.Errorf("%+v is repeated", p)
		}
	}
	return nil
}

// samplerExclusions checks that no excluded point is chosen, and that some point is unless
// everything is excluded.
func samplerExclusions(c samplerCase) error {
	for _, p := range c.points {
		if c.excluded(p.Setting, p.Block) {
			return fmt.Errorf("%+v is excluded", p)
		}
	}
	if len(c.points) == 0 && !c.excluded(nil, 0) {
		return errors.New("nothing is chosen, but not everything is excluded")
	}
	return nil
}

// samplerCap checks that the cap is respected; of a sampler that draws, also that each
// setting is on every block.
func samplerCap(c samplerCase) error {
	if !c.sampler.Draws() {
		if c.space.Cap > 0 && len(c.points) > c.space.Cap {
			return fmt.Errorf("there are %d points", len(c.points))
		}
		return nil
	}
	settings := settingsIn(c.points)
	if len(settings) > c.space.Cap {
		return fmt.Errorf("there are %d settings", len(settings))
	}
	for _, setting := range settings {
		for block := range c.space.Blocks {
			if p := (framework.SweepPoint{Setting: setting, Block: block}); !c.excluded(setting, block) && !holds(c.points, p) {
				return fmt.Errorf("%+v is missing, but its setting is on another block", p)
			}
		}
	}
	return nil
}

// samplerDeterministic checks that equal arguments give equal points, and are not modified.
func samplerDeterministic(c samplerCase) error {
	before := c.space
	before.Parameters = slices.Clone(c.space.Parameters)
	again, err := c.sampler.Sample(c.space, c.excluded)
	switch {
	case err != nil:
		return err
	case !slices.Equal(c.space.Parameters, before.Parameters):
		return errors.New("it modifies the space")
	case !reflect.DeepEqual(again, c.points):
		return errors.New("it chooses other points for the same seed")
	}
	return nil
}

// samplerHigherCap checks that the points of a lower cap are among those of a higher one.
func samplerHigherCap(c samplerCase) error {
	for _, p := range c.lower {
		if !holds(c.points, p) {
			return fmt.Errorf("%+v is chosen with a lower cap, but not with this one", p)
		}
	}
	return nil
}
