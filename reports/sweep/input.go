package sweep

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/store/record"
	"runexp/reports/effects"
)

// unitKey identifies a unit.
type unitKey struct{ pair, repeat int }

// unitsOf lists the sweep's units in the order of its trials, and which each trial
// belongs to. An image that differs between the trials of a unit is varied, and not
// part of the unit.
func (y *Study) unitsOf() (units []effects.Unit, of []int) {
	index := map[unitKey]int{}
	var names [][]string // by unit: content and style
	for _, t := range y.trials {
		p := t.point
		content := cmp.Or(p.ContentHash, p.Content) // one image under two names counts once
		style := cmp.Or(p.StyleHash, p.Style)
		key := unitKey{p.Pair, p.Repeat}
		at, seen := index[key]
		if !seen {
			at = len(units)
			index[key] = at
			units = append(units, effects.Unit{Content: content, Style: style})
			names = append(names, []string{p.Content, p.Style})
		}
		if units[at].Content != content {
			units[at].Content, names[at][0] = "", "every content"
		}
		if units[at].Style != style {
			units[at].Style, names[at][1] = "", "every style"
		}
		of = append(of, at)
	}
	for key, at := range index {
		units[at].Label = pairOf(names[at]...)
		if y.plan.Repeats > 1 {
			units[at].Label += fmt.Sprintf(", repeat %d", key.repeat+1)
		}
	}
	return units, of
}

// pairOf joins the names of content and style; a texture has no content.
func pairOf(names ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" }), " × ")
}

// textures reports whether no trial has a content image.
func (y *Study) textures() bool {
	return !slices.ContainsFunc(y.trials, func(t trial) bool { return t.point.Content != "" })
}

// input is the input of the statistics: the scores of finished trials.
func (y *Study) input() effects.Study {
	units, of := y.unitsOf()
	in := effects.Study{Units: units, Censored: y.censored(), Adaptive: y.adaptive(), Textures: y.textures()}
	for _, p := range y.plan.Parameters {
		f := effects.Factor{Path: p.Path, Conditional: p.When != "", DecidedBy: y.plan.deciding(p)}
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
		measured := effects.Metric{Name: m.Name, Label: m.Label, Unit: m.Unit, Better: m.Better, Claimed: m.claimed, Kind: kindOf(m.Metric), Additive: m.Source == record.FromVotes}
		if m.Low != nil && m.High != nil {
			measured.Span = *m.High - *m.Low
		}
		for _, margin := range y.plan.Equivalent {
			if margin.Metric == m.Name {
				measured.Margin, measured.Relative = cmp.Or(margin.Percent/100, margin.Difference), margin.Percent > 0
			}
		}
		in.Metrics = append(in.Metrics, measured)
	}
	for i, t := range y.trials {
		if t.scores == nil {
			in.Missing++
			continue
		}
		in.Runs = append(in.Runs, effects.Run{Number: t.Run.Number, Levels: t.point.Levels, Unit: of[i], Values: t.scores})
	}
	return in
}

// kindOf is what a distance or a likeness is measured to, content or style: its value is the best
// there is for a picture that equals that image. Two of one kind can disagree. It is "" for others.
func kindOf(m record.Metric) string {
	if m.Equal == nil || (m.Low == nil || *m.Equal != *m.Low) && (m.High == nil || *m.Equal != *m.High) {
		return ""
	}
	return m.Against
}

// analyze computes the statistics, unless there is nothing to compare.
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
