package plan

import (
	"errors"
	"strings"

	"runexp/framework"
	"runexp/framework/config"
)

// sample returns the points that the sweep's sampler chooses.
func sample(s *config.Sweep, seed int64) ([]Point, error) {
	all, out := blocks(s), newExcluder(s)
	space := framework.SweepSpace{Blocks: len(all), Cap: s.RunCap, Seed: seed, MaxPoints: maxTrials}
	for _, p := range s.Parameters {
		q := framework.SweepParameter{Name: strings.Join(p.Paths, "\n"), Levels: len(p.Levels)}
		if p.Range != nil {
			q.Range = framework.SweepRange{Min: p.Range.Min, Max: p.Range.Max, Distribution: p.Range.Distribution}
		}
		space.Parameters = append(space.Parameters, q)
		if p.When != nil {
			space.Unset = out.unset
		}
	}
	chosen, err := s.Sampler().Sample(space, func(setting []framework.Choice, b int) bool {
		settings, _ := settingsOf(s, setting)
		return out.excludes(settings, all[b].pair)
	})
	if out.err != nil {
		return nil, out.err
	}
	if err == nil && len(chosen) > maxTrials {
		err = space.TooMany(len(chosen))
	}
	if field := new(framework.FieldError); errors.As(err, &field) {
		return nil, s.Problem(field.Field, "%s", field.Problem)
	}
	if err != nil {
		return nil, s.Problem("method", "%s: %v", s.Method, err)
	}
	if len(chosen) == 0 {
		return nil, out.nothingLeft()
	}
	points := make([]Point, len(chosen))
	for i, p := range chosen {
		if err := space.Check(p); err != nil {
			return nil, s.Problem("method", "%s violates the contract of samplers: %v", s.Method, err)
		}
		settings, levels := settingsOf(s, p.Setting)
		points[i] = Point{Settings: settings, Levels: levels, Pair: all[p.Block].pair, Repeat: all[p.Block].repeat}
	}
	return points, nil
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
