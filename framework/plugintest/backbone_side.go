package plugintest

import (
	"fmt"

	"runexp/framework"
	"runexp/framework/graph"
)

// sides checks MinSide of a framework.SideLimiter for each layer and for all of them: an
// image of that side has a pixel at every tap, and a smaller one cannot be built.
func (s backboneSubject) sides() error {
	limiter, knows := s.Backbone.(framework.SideLimiter)
	if !knows {
		return nil
	}
	all := s.names()
	taps := [][]string{all}
	for _, name := range all {
		taps = append(taps, []string{name})
	}
	for _, t := range taps {
		side, err := limiter.MinSide(t)
		switch {
		case err != nil:
			return err
		case side < 1:
			return fmt.Errorf("the smallest side for %v is %d", t, side)
		case !s.builds(side, t):
			return fmt.Errorf("MinSide of %v is %d, but an image of that side cannot be built", t, side)
		case side > 1 && s.builds(side-1, t):
			return fmt.Errorf("MinSide of %v is %d, but %d is enough", t, side, side-1)
		}
	}
	if _, err := limiter.MinSide([]string{"conv99_9"}); err == nil {
		return fmt.Errorf("MinSide accepts an unknown layer")
	}
	return nil
}

// builds reports whether every tap of a square image of that side has a pixel.
func (s backboneSubject) builds(side int, taps []string) bool {
	b := graph.NewDoubleBuilder()
	nodes, err := s.Build(b, b.Variable(side, side, 3), taps)
	if err != nil {
		return false
	}
	for _, n := range nodes {
		if n.Shape().Len() == 0 {
			return false
		}
	}
	return true
}
