package config

import (
	"math"
	"slices"

	"runexp/framework/sizes"
)

// Problem returns a Problems for a key of the config, such as "time", with its position.
func (r *Resolved) Problem(key, format string, args ...any) error {
	rep := &report{}
	n, _ := r.base.find(key)
	rep.add(n.position, key, format, args...)
	return rep.err()
}

// GivesSize reports whether the config has the key size.
func (r *Resolved) GivesSize() bool {
	n, written := r.base.find("size")
	return written && !n.null()
}

// Sized returns the experiment, without a sweep and its time, with a result whose longer
// side is long, or of its own size if long is 0, and with all iterations and evaluations
// times factor, rounded and at least 1.
func (r *Resolved) Sized(long int, factor float64) (*Resolved, error) {
	at := r.base.position
	settings := []Setting{newSetting("time", &node{position: at}, at)}
	if long > 0 {
		settings = append(settings, newSetting("size", &node{position: at, value: int64(long)}, at))
	}
	sized, err := r.Trial(settings)
	if err != nil {
		return nil, err
	}
	sized.Experiment.Stages = slices.Clone(sized.Experiment.Stages)
	for i := range sized.Experiment.Stages {
		stage := &sized.Experiment.Stages[i]
		stage.Iterations = Times(stage.Iterations, factor)
		stage.Evaluations = Times(stage.Evaluations, factor)
	}
	return sized, nil
}

// Times returns a number of iterations or evaluations times factor, rounded; at least 1
// unless n is 0, which is no budget.
func Times(n int, factor float64) int {
	if n == 0 {
		return 0
	}
	return int(min(max(1, math.Round(float64(n)*factor)), sizes.MaxCount))
}
