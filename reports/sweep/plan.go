// Package sweep turns a sweep in the store into a report: the question, the
// results with their evidence, and how to reproduce them.
package sweep

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/plots"
)

// A plan is a sweep as it was asked for, its parameters with the values that were drawn.
type plan struct {
	record.Plan
	Parameters []parameter `json:"parameters"`
}

// A parameter is what was swept. One that is drawn from a range comes without labels,
// and gets the values that were drawn.
type parameter struct {
	record.Parameter
	drawn bool
}

// index is a place in a list, as expressions write it.
var index = regexp.MustCompile(`\[(\d+)\]`)

// deciding returns the places of the parameters that decide whether another is set: those that
// its condition names.
func (p plan) deciding(child parameter) []int {
	condition := index.ReplaceAllString(child.When, ".$1")
	var list []int
	for i, parent := range p.Parameters {
		for path := range strings.SplitSeq(parent.Path, " + ") {
			named := regexp.MustCompile(`(^|[^\w.])` + regexp.QuoteMeta(path) + `($|\W)`) // size is no part of stages.0.size
			if parent.Path != child.Path && named.MatchString(condition) {
				list = append(list, i)
				break
			}
		}
	}
	return list
}

// log reports whether the parameter's axis is logarithmic: its numbers are drawn from
// a logarithmic distribution, or spaced so.
func (p parameter) log() bool {
	if len(p.Numbers) == 0 { // in some trials it is not set
		return false
	}
	if p.Range != nil && p.Range.Distribution != "" {
		return strings.HasPrefix(p.Range.Distribution, "log")
	}
	return plots.LogSpaced(p.Numbers)
}

// drawnValues describes what was drawn, and whether some trials do not set it.
func (p parameter) drawnValues() string {
	labels, rest := p.Labels, ""
	if i := slices.Index(labels, record.NotSet); i >= 0 {
		labels, rest = slices.Delete(slices.Clone(labels), i, i+1), ", or "+record.NotSet
	}
	if len(labels) == 0 {
		return record.NotSet
	}
	return fmt.Sprintf("%d drawn, from %s to %s%s", len(labels), labels[0], labels[len(labels)-1], rest)
}

// A point is the place of a trial in the sweep.
type point struct{ record.Point }

// A trial of the sweep with its point and its scores.
type trial struct {
	store.SweepTrial
	point  point
	scores map[string]float64 // by metric; nil if the picture was not scored
	flaw   *record.Flaw       // what is wrong with the picture; nil for nothing
}

// outcome is the trial's status and, after it, what is wrong with its picture.
func (t trial) outcome() string {
	if t.flaw == nil {
		return t.status()
	}
	return t.status() + ", " + t.flaw.Flaw
}

// status is the status of the trial's run, or missing or deleted.
func (t trial) status() string {
	switch {
	case t.Run != nil:
		return string(t.Run.Status)
	case t.Deleted != 0:
		return deleted
	}
	return missing
}

// The statuses of trials without a run.
const (
	missing = "not begun"
	deleted = "deleted" // all its runs are
)

// label is the label of the trial's level of parameter i.
func (p plan) label(t trial, i int) string { return p.Parameters[i].Labels[t.point.Levels[i]] }

// damaged is the error for a plan that the store has and that cannot be read.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w (%w)", store.ErrDamaged, fmt.Errorf(format, args...))
}

func readPlan(s store.Sweep) (plan, error) {
	var p plan
	if err := s.Check(); err != nil {
		return p, err
	}
	if err := json.Unmarshal(s.Plan, &p); err != nil {
		return p, damaged("sweep %d: plan: %w", s.Number, err)
	}
	for i, q := range p.Parameters {
		p.Parameters[i].drawn = len(q.Labels) == 0
		if n := len(q.Numbers); n > 0 && n != len(q.Labels) {
			return p, damaged("sweep %d: plan: %s has %d labels and %d numbers", s.Number, q.Path, len(q.Labels), n)
		}
	}
	return p, nil
}

// readPoint reads the place of a trial and checks that the plan has it.
func (p plan) readPoint(t store.SweepTrial) (point, error) {
	at := point{record.Point{Pair: -1}}
	if err := json.Unmarshal(t.Point, &at); err != nil {
		return at, damaged("trial %d: point: %w", t.Number, err)
	}
	if len(at.Levels) != len(p.Parameters) {
		return at, damaged("trial %d: %d levels of %d parameters", t.Number, len(at.Levels), len(p.Parameters))
	}
	for i, level := range at.Levels {
		if q := p.Parameters[i]; !q.drawn && (level < 0 || level >= len(q.Labels)) {
			return at, damaged("trial %d: no level %d of %s", t.Number, level, p.Parameters[i].Path)
		}
	}
	return at, nil
}

// settle gives the parameters that were drawn the values of the trials as levels, in
// ascending order if they are numbers.
func (p *plan) settle(trials []trial) {
	for i := range p.Parameters {
		q := &p.Parameters[i]
		if !q.drawn {
			continue
		}
		numbers, numeric := map[string]float64{}, true
		for _, t := range trials {
			label, number, isNumber := t.point.value(q.Path)
			numbers[label] = number
			numeric = numeric && isNumber
		}
		q.Labels = slices.SortedFunc(maps.Keys(numbers), func(a, b string) int {
			return cmp.Or(cmp.Compare(numbers[a], numbers[b]), strings.Compare(a, b))
		})
		for _, label := range q.Labels {
			if numeric {
				q.Numbers = append(q.Numbers, numbers[label])
			}
		}
		for _, t := range trials {
			label, _, _ := t.point.value(q.Path)
			t.point.Levels[i] = slices.Index(q.Labels, label)
		}
	}
}

// value returns the label of what a trial sets a parameter to, and the number if it is one.
func (p point) value(path string) (label string, number float64, isNumber bool) {
	var parts []string
	for _, one := range strings.Split(path, " + ") {
		for _, s := range p.Settings {
			if s.Path == one {
				parts = append(parts, s.Label)
				isNumber = len(parts) == 1 && json.Unmarshal(s.Value, &number) == nil
			}
		}
	}
	if len(parts) == 0 {
		return record.NotSet, 0, false
	}
	return strings.Join(parts, ", "), number, isNumber
}
