package sweep

import (
	"fmt"

	"runexp/reports/effects"
)

// unitKey tells units apart.
type unitKey struct{ pair, repeat int }

// unitsOf lists the sweep's units in the order of its trials, and which each trial
// belongs to.
func (y *Study) unitsOf() (units []effects.Unit, of []int) {
	index := map[unitKey]int{}
	for _, t := range y.trials {
		key := unitKey{t.point.Pair, t.point.Repeat}
		at, seen := index[key]
		if !seen {
			at = len(units)
			index[key] = at
			unit := effects.Unit{Label: t.point.Photograph + " × " + t.point.Painting, Photograph: t.point.Photograph, Painting: t.point.Painting}
			if t.point.PhotographHash != "" { // the same picture under two names is one
				unit.Photograph = t.point.PhotographHash
			}
			if t.point.PaintingHash != "" {
				unit.Painting = t.point.PaintingHash
			}
			if y.plan.Repeats > 1 {
				unit.Label += fmt.Sprintf(", repeat %d", t.point.Repeat+1)
			}
			units = append(units, unit)
		}
		of = append(of, at)
	}
	return units, of
}

// input is what the statistics are made of: the scores of finished trials.
func (y *Study) input() effects.Study {
	units, of := y.unitsOf()
	in := effects.Study{Units: units}
	for _, p := range y.plan.Parameters {
		f := effects.Factor{Path: p.Path}
		for j, label := range p.Labels {
			level := effects.Level{Label: label}
			if len(p.Numbers) > 0 {
				level.Number, level.Numeric = p.Numbers[j], true
			}
			f.Levels = append(f.Levels, level)
		}
		in.Factors = append(in.Factors, f)
	}
	for _, m := range y.metrics {
		in.Metrics = append(in.Metrics, effects.Metric{Name: m.name, Label: m.Label, Unit: m.Unit, Better: m.Better, Claimed: m.claimed})
	}
	for i, t := range y.trials {
		if t.scores == nil {
			continue
		}
		in.Runs = append(in.Runs, effects.Run{Number: t.Run.Number, Levels: t.point.Levels, Unit: of[i], Values: t.scores})
	}
	return in
}

// analyze asks the statistics, if there is anything to ask of.
func (y *Study) analyze() error {
	in := y.input()
	y.units = in.Units
	if len(in.Runs) == 0 || len(in.Factors) == 0 || len(in.Metrics) == 0 {
		return nil
	}
	var err error
	if y.Analysis, err = effects.Analyze(in); err != nil {
		return fmt.Errorf("sweep %d: %w", y.Sweep.Number, err)
	}
	return nil
}
