package sweep

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports/advice"
)

// Evidence returns the scored trials of a sweep as advice on runs reads them; ok is false where
// nothing was varied or scored, where trials were pruned or results decided on the settings, of sweeps over
// images, seed or size, and of sweeps over presets: a run's
// config has all their keys filled in, so that another preset would change nothing. A setting
// that does not set a parameter cannot be written as overrides of one that does (sweep.parameters[i].when).
func (y *Study) Evidence(ctx context.Context, s *store.Store) (e advice.Evidence, ok bool, err error) {
	presets := slices.ContainsFunc(y.plan.Parameters, func(p parameter) bool { return p.Path == "extends" })
	conditional := slices.ContainsFunc(y.plan.Parameters, func(p parameter) bool { return p.When != "" })
	if y.Analysis == nil || y.censored() > 0 || y.adaptive() || presets || conditional {
		return e, false, nil
	}
	e = advice.Evidence{Source: fmt.Sprintf("sweep %d of %s", y.Sweep.Number, y.Sweep.Experiment), Scorer: y.Sweep.Scorer, Kind: y.unit()}
	for _, m := range y.metrics {
		if strings.Count(m.Name, "/") == 1 {
			e.Metrics = append(e.Metrics, m.Metric)
		}
	}
	units, of := y.unitsOf()
	for _, u := range units {
		e.Units = append(e.Units, u.Label)
	}
	at := map[string]int{}
	for i, t := range y.trials {
		if t.scores == nil {
			continue
		}
		key := fmt.Sprint(t.point.Levels)
		place, known := at[key]
		if !known {
			setting, size, err := y.advised(ctx, s, t)
			if err != nil {
				return e, false, err
			}
			if e.Size == "" {
				e.Size = size
			} else if size != e.Size {
				e.Size = "several sizes"
			}
			place = len(e.Settings)
			at[key] = place
			setting.Values = make([]map[string]float64, len(units))
			e.Settings = append(e.Settings, setting)
		}
		values := map[string]float64{}
		for _, m := range e.Metrics {
			if v, has := t.scores[m.Name]; has {
				values[m.Name] = v
			}
		}
		e.Settings[place].Values[of[i]] = values
	}
	if alike(e.Settings) {
		return e, false, nil
	}
	e.Base = common(e.Settings)
	return e, len(e.Settings) > 1, nil
}

// advised is a trial's setting, with all of its run's parameters.
func (y *Study) advised(ctx context.Context, s *store.Store, t trial) (setting advice.Setting, size string, err error) {
	list, err := s.Params(ctx, t.Run.Number)
	if err != nil {
		return setting, "", err
	}
	params := map[string]string{}
	for _, p := range list {
		params[p.Path] = string(p.Value)
	}
	setting.Params, size = advice.RecipeOf(params)
	for _, p := range y.plan.Parameters {
		for path := range strings.SplitSeq(p.Path, " + ") {
			for _, one := range t.point.Settings {
				if one.Path == path {
					setting.Overrides = append(setting.Overrides, path+"="+string(one.Value))
				}
			}
		}
	}
	return setting, size, nil
}

// alike reports whether two settings are one recipe: they differ in images, seed or size, of which
// there is no advice.
func alike(settings []advice.Setting) bool {
	for i, s := range settings {
		if slices.ContainsFunc(settings[:i], func(o advice.Setting) bool { return maps.Equal(o.Params, s.Params) }) {
			return true
		}
	}
	return false
}

// common takes the parameters that all settings share out of them.
func common(settings []advice.Setting) advice.Recipe {
	base := advice.Recipe{}
	if len(settings) == 0 {
		return base
	}
	for path, value := range settings[0].Params {
		if !slices.ContainsFunc(settings, func(s advice.Setting) bool { return s.Params[path] != value }) {
			base[path] = value
		}
	}
	for i := range settings {
		maps.DeleteFunc(settings[i].Params, func(path, _ string) bool { _, shared := base[path]; return shared })
	}
	return base
}
