package config

import (
	"math"

	"runexp/framework"
	"runexp/framework/sizes"
)

// scales checks the sizes of stages by a factor and replaces the stages with one for each:
// stage k is the written stage k, or the last of them, at that size. The result's size, if
// it is given, takes the place of the largest.
func (v *validator) scales() {
	s, e := v.experiment.Scales, v.experiment
	e.Scales = framework.Scales{}
	if _, written := v.root.find("scales"); !written {
		return
	}
	before := len(v.report.problems)
	for key, side := range map[string]int{"scales.from": s.From, "scales.to": s.To} {
		if _, written := v.root.find(key); written {
			v.side(key, side)
		} else {
			v.add(key, "is missing; give the longer sides of the smallest stage and the result, as in scales: {from: 128, to: 512}")
		}
	}
	if s.From > s.To && s.To > 0 {
		v.add("scales.to", "must be at least scales.from, %d, not %d", s.From, s.To)
	}
	if !(s.Factor > 1) || math.IsInf(s.Factor, 0) {
		v.add("scales.factor", "must be above 1, not %v", s.Factor)
	}
	if e.Size != (framework.Size{}) {
		if e.Size != (framework.Size{Long: e.Size.Long}) {
			v.add("size", "must be the longer side where scales give the sizes of stages, as in size: 512")
		}
		s.To = e.Size.Long
	}
	if len(v.report.problems) > before || len(e.Stages) == 0 || v.earlier.concerns("scales") || v.earlier.concerns("size") {
		return
	}
	sides, err := sizes.Scales(s.From, s.To, s.Factor)
	if err != nil {
		v.add("scales.factor", "%v", err)
		return
	}
	stages := make([]framework.Stage, len(sides))
	for k, side := range sides {
		stages[k] = e.Stages[min(k, len(e.Stages)-1)]
		stages[k].Size = framework.Size{Long: side}
	}
	e.Stages, e.Size = stages, framework.Size{}
}
