package config

import (
	"errors"
	"reflect"
	"slices"

	"runexp/framework"
)

// maxProbes is the maximum number of combinations tried to find one that is not
// excluded.
const maxProbes = 10_000

// addSweep reads the section and makes r a sweep. It checks one trial that is not
// excluded, and with it every level and every pair, one at a time; the planner checks
// every combination.
func (r *Resolved) addSweep(section *node, rep *report) {
	r.Sweep = &Sweep{}
	before := len(rep.problems)
	reader := sweepReader{loader: r.loader, report: rep, base: r.sample(section), own: r.base, section: section, sweep: r.Sweep}
	reader.read()
	if len(rep.problems) > before {
		r.schema(rep)
		return
	}
	point, pair := r.firstIncluded()
	if point == nil {
		point = r.firstPoint() // the planner reports the expressions that exclude everything
	}
	r.Experiment = r.probe(point, pair, rep)
	for i, p := range r.Sweep.Parameters {
		own := point[i]
		for _, level := range p.probeLevels() {
			point[i] = level
			r.probeUnlessExcluded(point, pair, rep)
		}
		point[i] = own
	}
	for other := range r.Sweep.Pairs {
		r.probeUnlessExcluded(point, other, rep)
	}
}

// schema reports unknown keys and wrong types of an experiment whose sweep is invalid,
// except those at paths that the sweep would replace.
func (r *Resolved) schema(rep *report) {
	base := &report{}
	root := r.base.clone()
	c := checker{r.loader, base}
	c.check(root, reflect.TypeFor[framework.Experiment](), "")
	for _, p := range base.problems {
		replaced := slices.ContainsFunc(r.Sweep.Parameters, func(s Parameter) bool {
			return slices.ContainsFunc(s.Paths, func(path string) bool { return overlap(root.canonical(path), root.canonical(p.Path)) })
		})
		if !replaced {
			rep.problems = append(rep.problems, p)
		}
	}
}

// probeLevels returns the settings of a parameter's levels, or of both ends of a range.
func (p Parameter) probeLevels() [][]Setting {
	if p.Range != nil {
		return [][]Setting{{p.Range.Setting(p.Range.Min)}, {p.Range.Setting(p.Range.Max)}}
	}
	levels := make([][]Setting, len(p.Levels))
	for i, l := range p.Levels {
		levels[i] = l.Settings
	}
	return levels
}

// firstPoint returns the first level of each parameter.
func (r *Resolved) firstPoint() [][]Setting {
	point := make([][]Setting, len(r.Sweep.Parameters))
	for i, p := range r.Sweep.Parameters {
		point[i] = p.probeLevels()[0]
	}
	return point
}

// firstIncluded returns the first combination that is not excluded, and its pair (−1
// without pairs), or nil if none is found.
func (r *Resolved) firstIncluded() ([][]Setting, int) {
	parameters := r.Sweep.Parameters
	ends := make([][][]Setting, len(parameters))
	for i, p := range parameters {
		ends[i] = p.probeLevels()
	}
	at := make([]int, len(parameters))
	first := min(len(r.Sweep.Pairs), 1) - 1
	for range maxProbes {
		point := make([][]Setting, len(parameters))
		for i := range parameters {
			point[i] = ends[i][at[i]]
		}
		for pair := first; pair < max(len(r.Sweep.Pairs), first+1); pair++ {
			if out, err := r.Sweep.Excluded(r.Sweep.settled(point), pair); err == nil && out < 0 {
				return point, pair
			}
		}
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(ends[i]) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			break
		}
	}
	return nil, first
}

// settled returns a point as one list of settings, without those of parameters that are not
// set. An expression that fails is reported by the planner; its parameter counts as set.
func (s *Sweep) settled(point [][]Setting) []Setting {
	var list []Setting
	for i, settings := range point {
		if set, err := s.Sets(i, list); set || err != nil {
			list = append(list, settings...)
		}
	}
	return list
}

// probe checks one trial and reports its problems once.
func (r *Resolved) probe(point [][]Setting, pair int, rep *report) framework.Experiment {
	own := &report{}
	trial := r.trial(slices.Concat(r.Sweep.Replicate(pair, 0), r.Sweep.settled(point)), own)
	rep.merge(own)
	return trial.Experiment
}

func (r *Resolved) probeUnlessExcluded(point [][]Setting, pair int, rep *report) {
	out, err := r.Sweep.Excluded(r.Sweep.settled(point), pair)
	if err == nil && out >= 0 {
		return
	}
	own := &report{}
	r.probe(point, pair, own)
	var problems Problems
	if errors.As(err, &problems) && len(own.problems) == 0 { // else an invalid value is the cause
		own.problems = problems
	}
	rep.merge(own)
}
