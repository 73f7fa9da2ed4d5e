package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store/record"
	"runexp/reports/answers"
	"runexp/reports/document"
)

// A mean is a setting's value of a metric over its trials: the mean, of positive metrics the
// geometric one, as an adaptive sampler sees it.
type mean struct {
	name   string
	trials []string
	group  []trial
	values []float64 // by objective; lower is better
	shown  []string  // the same with the metric's name, as measured
}

// Best names the settings that the search has found: by one metric the best, by two or more
// those that no other beats in all, from the best by the first on. heading says what they are.
// Only settings all of whose trials were scored count. Both are empty where nothing was
// searched for, or nothing found yet.
func (y *Study) Best() (heading string, settings []string) {
	means := y.meansOf(y.plan.Objectives)
	if len(means) == 0 {
		return "", nil
	}
	var unbeaten []mean
	for _, m := range means {
		if !slices.ContainsFunc(means, func(other mean) bool { return other.beats(m) }) {
			unbeaten = append(unbeaten, m)
		}
	}
	slices.SortStableFunc(unbeaten, func(a, b mean) int { return slices.Compare(a.values, b.values) })
	for _, m := range unbeaten {
		settings = append(settings, m.String())
	}
	var labels []string
	for _, name := range y.plan.Objectives {
		labels = append(labels, y.metric(name).Label)
	}
	both := strings.Join(labels, " and ")
	switch n, of := len(unbeaten), len(means); {
	case len(labels) == 1 && n > 1:
		heading = fmt.Sprintf("%d settings share the best %s so far", n, both)
	case len(labels) == 1:
		heading = "the best setting so far by " + both
	case n == of && n > 1:
		heading = fmt.Sprintf("none of the %d settings beats another in both %s (what one gains in one it loses in the other)", of, both)
	case 5*n >= 4*of && n > 1:
		heading = fmt.Sprintf("%d of %d settings, almost all, are beaten by no other in both %s (what one gains in one it loses in the other)", n, of, both)
	default:
		heading = fmt.Sprintf("%d of %s, beaten by no other in both %s", n, sizes.Count(of, "setting"), both)
	}
	return heading, settings
}

// best lists what the search has found.
func (y *Study) best() []document.Block {
	heading, settings := y.Best()
	if len(settings) == 0 {
		return nil
	}
	note := "Values are means over the trials of a setting, of positive metrics geometric means."
	if len(y.plan.Objectives) > 1 {
		note = fmt.Sprintf("In the order of %s. ", y.metric(y.plan.Objectives[0]).Label) + note
	}
	if more := len(settings) - mostNamed; more > 0 {
		settings, note = settings[:mostNamed], fmt.Sprintf("%d more are not listed. ", more)+note
	}
	var items []document.Item
	for _, text := range settings {
		items = append(items, document.Item{Text: text})
	}
	return []document.Block{{Paragraph: answers.Capital(heading) + ":"}, {List: items}, {Note: note}}
}

// String is "losses.tv.weight 3, strength 0.5: noise 1.2 (trials 0 and 6)".
func (m mean) String() string {
	trials := "trial " + m.trials[0]
	if n := len(m.trials); n > 1 {
		trials = "trials " + strings.Join(m.trials[:n-1], ", ") + " and " + m.trials[n-1]
	}
	return fmt.Sprintf("%s: %s (%s)", m.name, strings.Join(m.shown, ", "), trials)
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

// meansOf returns the settings all of whose trials were scored by some metrics, in order.
func (y *Study) meansOf(metrics []string) []mean {
	var list []mean
	for i, name := range metrics {
		log := !slices.ContainsFunc(y.trials, func(t trial) bool { v, known := t.scores[name]; return known && v <= 0 })
		for at, group := range y.settings() {
			if i == 0 {
				list = append(list, mean{name: y.settingOf(group[0], " "), group: group})
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
