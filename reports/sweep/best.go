package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"runexp/framework/store/record"
	"runexp/reports/document"
)

// A mean is a setting's value of a metric over its trials: the mean, of positive metrics the
// geometric one, as an adaptive sampler sees it.
type mean struct {
	name   string
	trials []string
	values []float64 // by objective; lower is better
	shown  []string  // the same with the metric's name, as measured
}

// best names the settings that the search has found: by one metric the best, by two those
// that no other beats in both. Only settings all of whose trials were scored count.
func (y *Study) best() []document.Block {
	means := y.means()
	if len(means) == 0 {
		return nil
	}
	var labels []string
	for _, name := range y.plan.Objectives {
		labels = append(labels, y.metric(name).Label)
	}
	text := fmt.Sprintf("The best setting so far by %s:", labels[0])
	if len(labels) > 1 {
		text = fmt.Sprintf("No setting is better than these in both %s:", strings.Join(labels, " and "))
	}
	var items []document.Item
	for _, m := range means {
		if slices.ContainsFunc(means, func(other mean) bool { return other.beats(m) }) {
			continue
		}
		items = append(items, document.Item{Text: fmt.Sprintf("%s: %s (trials %s)", m.name, strings.Join(m.shown, ", "), strings.Join(m.trials, ", "))})
	}
	note := "Values are means over the trials of a setting, of positive metrics geometric means."
	if more := len(items) - mostNamed; more > 0 {
		items, note = items[:mostNamed], fmt.Sprintf("%d more are not listed. ", more)+note
	}
	return []document.Block{{Paragraph: text}, {List: items}, {Note: note}}
}

// beats reports whether m is at least as good as other in all metrics and better in one.
func (m mean) beats(other mean) bool {
	better := false
	for k, v := range m.values {
		if v > other.values[k] {
			return false
		}
		better = better || v < other.values[k]
	}
	return better
}

// means returns the settings all of whose trials were scored, in order.
func (y *Study) means() []mean {
	var list []mean
	for i, name := range y.plan.Objectives {
		log := !slices.ContainsFunc(y.trials, func(t trial) bool { v, known := t.scores[name]; return known && v <= 0 })
		for at, group := range y.settings() {
			if i == 0 {
				list = append(list, mean{name: y.settingOf(group[0], " ")})
				for _, t := range group {
					list[at].trials = append(list[at].trials, fmt.Sprint(t.Number))
				}
			}
			sum := 0.0
			for _, t := range group {
				v, known := t.scores[name]
				switch {
				case !known:
					v = math.NaN()
				case log:
					v = math.Log(v)
				}
				sum += v / float64(len(group))
			}
			value, shown := sum, sum
			if log {
				shown = math.Exp(sum)
			}
			m := y.metric(name)
			if m.Better == "higher" {
				value = -sum
			}
			list[at].values = append(list[at].values, value)
			list[at].shown = append(list[at].shown, fmt.Sprintf("%s %s", m.Label, digits(shown)))
		}
	}
	return slices.DeleteFunc(list, func(m mean) bool {
		return slices.ContainsFunc(m.values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	})
}

// settingOf names a trial's setting, with is between path and value.
func (y *Study) settingOf(t trial, is string) string {
	var parts []string
	for _, i := range y.differing() {
		if label := y.plan.label(t, i); label != record.NotSet {
			parts = append(parts, y.plan.Parameters[i].Path+is+label)
		}
	}
	return strings.Join(parts, ", ")
}

// settings groups the trials by setting, in order.
func (y *Study) settings() [][]trial {
	var groups [][]trial
	at := map[string]int{}
	for _, t := range y.trials {
		key := fmt.Sprint(t.point.Levels)
		if _, known := at[key]; !known {
			at[key] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[key]] = append(groups[at[key]], t)
	}
	return groups
}
