package plugintest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework"
)

// plainSampler enumerates levels correctly; a function that is not nil introduces a fault.
type plainSampler struct {
	spoil func(framework.SweepSpace, []framework.SweepPoint) []framework.SweepPoint
}

func (plainSampler) Draws() bool { return false }

func (p plainSampler) Sample(s framework.SweepSpace, excluded func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	settings := [][]framework.Choice{nil}
	for _, q := range s.Parameters {
		var longer [][]framework.Choice
		for _, setting := range settings {
			for level := range q.Levels {
				next := append(slices.Clone(setting), framework.Choice{Level: level})
				if s.Settle(next); level == 0 || !next[len(next)-1].Unset {
					longer = append(longer, next)
				}
			}
		}
		settings = longer
	}
	var points []framework.SweepPoint
	for block := range s.Blocks {
		for _, setting := range settings {
			if (s.Cap == 0 || len(points) < s.Cap) && !excluded(setting, block) {
				points = append(points, framework.SweepPoint{Setting: setting, Block: block})
			}
		}
	}
	if p.spoil != nil {
		points = p.spoil(s, points)
	}
	return points, nil
}

// plainDraws draws distinct settings correctly; nonzero fields introduce faults.
type plainDraws struct{ more, blocks int }

func (plainDraws) Draws() bool { return true }

func (d plainDraws) Sample(s framework.SweepSpace, excluded func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	random := rand.New(rand.NewPCG(uint64(s.Seed), 0))
	points := make([][]framework.SweepPoint, s.Blocks)
	var settings [][]framework.Choice
	for range 500 {
		setting := make([]framework.Choice, len(s.Parameters))
		for i, q := range s.Parameters {
			if q.Levels > 0 {
				setting[i].Level = random.IntN(q.Levels)
			} else {
				setting[i].Value = q.Range.At(random.Float64())
			}
		}
		if len(settings) >= s.Cap+d.more {
			continue
		}
		s.Settle(setting)
		if slices.ContainsFunc(settings, func(x []framework.Choice) bool { return slices.Equal(x, setting) }) {
			continue
		}
		kept := false
		for block := range s.Blocks - d.blocks {
			if !excluded(setting, block) {
				points[block] = append(points[block], framework.SweepPoint{Setting: setting, Block: block})
				kept = true
			}
		}
		if kept {
			settings = append(settings, setting)
		}
	}
	return slices.Concat(points...), nil
}

func TestSampler(t *testing.T) {
	t.Run("levels", func(t *testing.T) { Sampler(t, plainSampler{}) })
	t.Run("draws", func(t *testing.T) { Sampler(t, plainDraws{}) })
}

// TestSamplerFindsFaults introduces one fault at a time, which the named check must find.
func TestSamplerFindsFaults(t *testing.T) {
	type points = []framework.SweepPoint
	calls := 0
	for name, c := range map[string]struct {
		check string
		s     framework.Sampler
	}{
		"block out of range": {"in the space", plainSampler{func(s framework.SweepSpace, p points) points {
			return append(p, framework.SweepPoint{Setting: make([]framework.Choice, len(s.Parameters)), Block: s.Blocks})
		}}},
		"level out of range": {"in the space", plainSampler{func(s framework.SweepSpace, p points) points {
			for i := range p {
				if len(p[i].Setting) > 0 {
					p[i].Setting[0].Level = s.Parameters[0].Levels
				}
			}
			return p
		}}},
		"a value of a level": {"in the space", plainSampler{func(_ framework.SweepSpace, p points) points {
			for i := range p {
				if len(p[i].Setting) > 0 {
					p[i].Setting[0].Value = 1
				}
			}
			return p
		}}},
		"no choice": {"in the space", plainSampler{func(_ framework.SweepSpace, p points) points {
			for i := range p {
				p[i].Setting = nil
			}
			return p
		}}},
		"an ignored condition": {"in the space", plainSampler{func(_ framework.SweepSpace, p points) points {
			for i := range p {
				for k, c := range p[i].Setting {
					if c.Unset {
						p[i].Setting[k] = framework.Choice{}
					}
				}
			}
			return p
		}}},
		"mixed blocks": {"order", plainSampler{func(_ framework.SweepSpace, p points) points { slices.Reverse(p); return p }}},
		"twice": {"no point twice", plainSampler{func(_ framework.SweepSpace, p points) points {
			if len(p) > 0 {
				p = slices.Insert(p, 0, p[0])
			}
			return p
		}}},
		"excluded points": {"exclusions", plainSampler{func(s framework.SweepSpace, p points) points {
			if len(p) == 0 {
				p = append(p, framework.SweepPoint{Setting: make([]framework.Choice, len(s.Parameters))})
			}
			return p
		}}},
		"nothing":            {"exclusions", plainSampler{func(framework.SweepSpace, points) points { return nil }}},
		"over the cap":       {"cap", plainSampler{func(_ framework.SweepSpace, p points) points { return append(p, p...) }}},
		"an extra draw":      {"cap", plainDraws{more: 1}},
		"not on every block": {"cap", plainDraws{blocks: 1}},
		"not deterministic": {"deterministic", plainSampler{func(_ framework.SweepSpace, p points) points {
			calls++
			return p[min(len(p), calls%2):]
		}}},
		"a changed space": {"deterministic", plainSampler{func(s framework.SweepSpace, p points) points {
			for i := range s.Parameters {
				s.Parameters[i].Name += "."
			}
			return p
		}}},
		"different with a higher cap": {"a higher cap", plainSampler{func(s framework.SweepSpace, p points) points { return p[min(len(p), s.Cap/5):] }}},
	} {
		found := false
		for _, check := range samplerChecks() {
			if check.name == c.check {
				found = guarded(func() error { return check.run(c.s) }) != nil
			}
		}
		if !found {
			t.Errorf("%s: the check %q finds nothing", name, c.check)
		}
	}
}
