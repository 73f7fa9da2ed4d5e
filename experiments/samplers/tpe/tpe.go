// Package tpe is the sampler of tree-structured Parzen estimators: after some random
// settings it draws candidates from a density of the good settings so far, and takes the one
// at which that is largest relative to a density of the others.
//
// Sources: Bergstra et al. (2011), Algorithms for hyper-parameter optimization; Falkner et al.
// (2018), BOHB, for the joint density of all parameters; for two objectives Ozaki et al.
// (2020), Multiobjective tree-structured Parzen estimator. The constants are those of
// TPESampler in Optuna 5.
//
// Deviations from Optuna: no setting is suggested twice; those that failed or were pruned
// count among the bad ones; parameters that are not always set are in the joint density
// rather than by themselves; and with two objectives there is one too.
package tpe

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"runexp/framework"
)

// mostCandidates keeps a suggestion to fractions of a second: it cannot be interrupted.
const mostCandidates = 10000

// Config are the sampler's options.
type Config struct {
	Startup    int     `config:"startup" doc:"settings that are drawn at random before the search, each run on every pair"`
	Gamma      float64 `config:"gamma" doc:"share of the settings that count as good, in (0, 1); by one metric at most 25 do"`
	Candidates int     `config:"candidates" doc:"settings that are drawn and compared for each one that is run, at most 10000"`
	Objectives int     `config:"objectives" doc:"number of metrics to search by: 1, the first of sweep.metrics, or 2, the first two together (Pareto), if there are two"`
}

// Defaults returns the default options.
func Defaults() Config { return Config{Startup: 10, Gamma: 0.1, Candidates: 24, Objectives: 2} }

// Validate returns all problems of the options.
func (c Config) Validate() error {
	var problems []error
	if c.Startup < 1 {
		problems = append(problems, framework.Invalid("startup", "must be at least 1, not %d", c.Startup))
	}
	if !(c.Gamma > 0 && c.Gamma < 1) {
		problems = append(problems, framework.Invalid("gamma", "must be above 0 and below 1, not %g", c.Gamma))
	}
	if c.Candidates < 1 || c.Candidates > mostCandidates {
		problems = append(problems, framework.Invalid("candidates", "must be 1 to %d, not %d", mostCandidates, c.Candidates))
	}
	if c.Objectives < 1 || c.Objectives > 2 {
		problems = append(problems, framework.Invalid("objectives", "must be 1 or 2, not %d", c.Objectives))
	}
	return errors.Join(problems...)
}

// Sampler suggests settings.
type Sampler struct{ Config }

var _ framework.Adaptive = Sampler{}

// New returns the sampler.
func New(c Config) (framework.Sampler, error) { return Sampler{c}, nil }

// Draws returns true: it draws from levels and ranges.
func (Sampler) Draws() bool { return true }

// Objectives returns the largest number of metrics to search by.
func (s Sampler) Objectives() int { return s.Config.Objectives }

// stream is the random stream of the first settings; suggestion n has stream + 1 + n.
const stream = 1 << 61

// Sample draws the first settings, independently.
func (s Sampler) Sample(space framework.SweepSpace, excluded func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	if space.Cap > space.MaxPoints/space.Blocks { // of the whole sweep
		return nil, space.TooMany(min(space.Cap, math.MaxInt/space.Blocks) * space.Blocks)
	}
	space.Cap = min(space.Cap, s.Startup)
	random := rand.New(rand.NewPCG(uint64(space.Seed), stream))
	return space.Draw(func() []framework.Choice { return anywhere(space, random) }, excluded)
}

// anywhere draws a setting without regard to results.
func anywhere(space framework.SweepSpace, random *rand.Rand) []framework.Choice {
	setting := make([]framework.Choice, len(space.Parameters))
	for i, p := range space.Parameters {
		setting[i] = p.At(random.Float64())
	}
	return setting
}

const (
	maxRepeated = 100    // suggestions in a row that may be known or excluded
	maxRejected = 10_000 // draws after them: there are hardly any others then
)

// Suggest returns the next setting: a random one as long as fewer than startup have ended, or
// none with values, or if the search comes up with known settings only.
func (s Sampler) Suggest(space framework.SweepSpace, history []framework.Result, excluded func([]framework.Choice, int) bool) ([]framework.Choice, bool, error) {
	random := rand.New(rand.NewPCG(uint64(space.Seed), stream+1+uint64(len(history))))
	known := map[string]bool{}
	for _, r := range history {
		known[fmt.Sprint(r.Setting)] = true
	}
	fresh := func(setting []framework.Choice) bool {
		if known[fmt.Sprint(setting)] {
			return false
		}
		for block := range space.Blocks {
			if !excluded(setting, block) {
				return true
			}
		}
		return false
	}
	if good, bad, ok := split(history, s.Startup, s.Gamma); ok {
		l, g := newDensity(space, good), newDensity(space, bad)
		for range maxRepeated {
			if setting := s.search(l, g, random); fresh(setting) {
				return setting, true, nil
			}
		}
	}
	for range maxRejected {
		setting := anywhere(space, random)
		if space.Settle(setting); fresh(setting) {
			return setting, true, nil
		}
	}
	return nil, false, nil
}

// search returns the candidate from the density of the good settings at which that is
// largest relative to the density of the others.
func (s Sampler) search(good, bad density, random *rand.Rand) []framework.Choice {
	var best []framework.Choice
	most := math.Inf(-1)
	for range s.Candidates {
		setting := good.draw(random)
		if score := good.log(setting) - bad.log(setting); score > most || best == nil {
			best, most = setting, score
		}
	}
	return best
}
