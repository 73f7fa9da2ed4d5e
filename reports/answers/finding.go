package answers

import (
	"fmt"
	"slices"

	"runexp/reports/effects"
)

// finding words the effect of a factor on one metric.
func finding(a *effects.Analysis, e *effects.Effect) Finding {
	m := metric(a, e.Metric)
	f := Finding{Metric: e.Metric, Verdict: NoEvidence}
	switch {
	case e.Constant:
		f.Verdict = Same
	case e.Claim() && e.Design == effects.Scattered && !e.Ordered:
		f.Verdict, f.Alike = Differs, e.Alike != nil && e.Alike.Holds
		f.Text = "it changes " + labelOf(m)
	case e.Claim() && (e.Ordered || len(e.Levels) == 2):
		f.Verdict = Differs
		f.ordered(a, e, m)
	case e.Claim():
		f.Verdict = Differs
		f.named(a, e, m)
	case !e.These.Reachable:
		f.Verdict = TooFew
	}
	if f.Verdict == NoEvidence {
		f.equivalent(e, m)
	}
	if f.Rows == nil {
		f.Rows = against(a, e, m, e.Levels[0].Label)
	}
	return f
}

// ordered words a factor of numbers, or of two levels: from the first level to the last, or a
// level between at which the metric turns.
func (f *Finding) ordered(a *effects.Analysis, e *effects.Effect, m effects.Metric) {
	first, last := e.Levels[0].Label, e.Levels[len(e.Levels)-1].Label
	c, has := e.Between(last, first)
	switch {
	case has && c.Differs():
		f.Alike = holds(c.Alike.Differs)
		f.Best = []string{first}
		if (c.Direction() > 0) == (m.Better == "higher") {
			f.Best = []string{last}
		}
		f.start, f.Text = start(e, c), ends(c, m)
		if t := e.Turn; t != nil && holds(t.These) {
			f.Alike = f.Alike && holds(t.Alike)
			f.Text += ", " + turning(*t, m)
			if isBest(*t, m) {
				f.Best = []string{t.Level}
			}
		}
	case e.Turn != nil && holds(e.Turn.These):
		f.Alike = holds(e.Turn.Alike)
		if isBest(*e.Turn, m) {
			f.Best = []string{e.Turn.Level}
		}
		f.Text = labelOf(m) + " is " + turning(*e.Turn, m)
	default:
		f.Alike = e.Alike != nil && e.Alike.Holds
		f.Text = labelOf(m) + " changes"
		if t := e.Trend; t != nil {
			f.Text = fmt.Sprintf("%s %s with it (mean rank correlation %s)", labelOf(m), map[int]string{1: "rises", -1: "falls", 0: "changes"}[t.Direction], number(t.Strength, 2))
		}
		if e.Design == effects.Paired {
			f.Text += ", though neither its ends nor a turning point can be told apart"
		}
	}
	f.Rows = against(a, e, m, first)
	if t := e.Turn; t != nil && t.These != nil {
		for _, r := range []Row{turnRow(a, e, t.First.Swap(), m, t), turnRow(a, e, t.Last.Swap(), m, t)} {
			f.Rows = append(slices.DeleteFunc(f.Rows, func(o Row) bool { return o.Level == r.Level && o.Against == r.Against }), r)
		}
	}
}

// start is the beginning of a sentence on the last level against the first.
func start(e *effects.Effect, c effects.Contrast) string {
	if e.Ordered {
		return fmt.Sprintf("Raising %s from %s to %s", e.Factor, c.From, c.To)
	}
	return fmt.Sprintf("%s: %s instead of %s", e.Factor, c.To, c.From)
}

// ends is "cuts noise by 54% [48, 58]".
func ends(c effects.Contrast, m effects.Metric) string {
	verb, sign := "raises", 1.0
	if c.Direction() < 0 {
		verb, sign = "lowers", -1
		if m.Better == "lower" {
			verb = "cuts"
		}
	}
	switch {
	case c.Ratio == nil:
		return verb + " " + labelOf(m) + " by " + write(scaled(c.Difference, sign)).text(unitOf(m))
	case c.Ratio.Value >= multiple:
		return "multiplies " + labelOf(m) + " by " + write(*c.Ratio).text("")
	}
	return verb + " " + labelOf(m) + " by " + write(scaled(percent(*c.Ratio), sign)).text("%")
}

// turning is "lowest at 100, 30% [20, 40] below 1 and 12% [8, 16] below 10000".
func turning(t effects.Turn, m effects.Metric) string {
	word := "highest"
	if t.Lowest {
		word = "lowest"
	}
	return fmt.Sprintf("%s at %s, %s and %s", word, t.Level, beside(t.First.Swap(), m), beside(t.Last.Swap(), m))
}

// isBest reports whether a metric is best at the level at which it turns.
func isBest(t effects.Turn, m effects.Metric) bool {
	return t.Lowest && m.Better == "lower" || !t.Lowest && m.Better == "higher"
}

// beside is "21% [16, 25] below conv2_2".
func beside(c effects.Contrast, m effects.Metric) string {
	word, sign := "above", 1.0
	if c.Direction() < 0 {
		word, sign = "below", -1
	}
	switch {
	case c.Ratio == nil:
		return write(scaled(c.Difference, sign)).text(unitOf(m)) + " " + word + " " + c.From
	case c.Ratio.Value >= multiple:
		return write(*c.Ratio).text("") + " times " + c.From
	}
	return write(scaled(percent(*c.Ratio), sign)).text("%") + " " + word + " " + c.From
}

// named words a factor of names: which level is best, and which cannot be told from it.
func (f *Finding) named(a *effects.Analysis, e *effects.Effect, m effects.Metric) {
	order := ranking(e, m)
	best := order[0]
	f.Best = []string{best}
	f.Alike = true
	var worse []string
	for _, other := range order[1:] {
		c, has := e.Between(best, other)
		if !has || !c.Differs() {
			f.Best = append(f.Best, other)
			continue
		}
		f.Alike = f.Alike && holds(c.Alike.Differs)
		worse = append(worse, other)
	}
	extreme := "lowest"
	if m.Better == "higher" {
		extreme = "highest"
	}
	switch {
	case len(worse) == 0:
		f.Alike = e.Alike != nil && e.Alike.Holds
		f.open = true
		f.Text = "it changes " + labelOf(m)
	default:
		c, _ := e.Between(best, worse[0])
		f.Text = fmt.Sprintf("%s %s the %s %s, %s", list(f.Best, "and"), verb(len(f.Best)), extreme, labelOf(m), beside(c, m))
		if len(worse) > 1 {
			f.Text += ", the next"
		}
		if len(f.Best) > 1 {
			f.Text += ", and cannot be told apart"
		}
	}
	f.Rows = against(a, e, m, best)
}

func verb(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// ranking orders the levels of an effect, the best first, by their contrasts with the first
// level. One without a contrast is last.
func ranking(e *effects.Effect, m effects.Metric) []string {
	value := map[string]float64{}
	var order []string
	for _, l := range e.Levels {
		c, has := e.Between(l.Label, e.Levels[0].Label)
		estimate, none := effects.Estimate{}, 0.0
		switch {
		case has:
			estimate, _ = c.Effect()
			none = estimate.Value
		case l.Label == e.Levels[0].Label && e.Scale == effects.Ratio:
			none = 1
		case l.Label != e.Levels[0].Label:
			continue
		}
		value[l.Label] = none
		order = append(order, l.Label)
	}
	slices.SortStableFunc(order, func(a, b string) int {
		sign := 1
		if m.Better == "higher" {
			sign = -1
		}
		switch {
		case value[a] < value[b]:
			return -sign
		case value[a] > value[b]:
			return sign
		}
		return 0
	})
	return order
}

// equivalent makes the verdict equivalent if all levels are, to the first.
func (f *Finding) equivalent(e *effects.Effect, m effects.Metric) {
	alike := true
	n := 0
	for _, c := range e.Contrasts {
		if c.From != e.Levels[0].Label {
			continue
		}
		if n++; !holds(c.These.Equivalent) {
			return
		}
		alike = alike && holds(c.Alike.Equivalent)
	}
	if n == 0 {
		return
	}
	f.Verdict, f.Alike = Equivalent, alike
	f.Text = fmt.Sprintf("%s stays within %s of that at %s", labelOf(m), margin(m), e.Levels[0].Label)
}

// margin writes a declared margin.
func margin(m effects.Metric) string {
	if m.Relative {
		return fmt.Sprintf("%.3g%%", 100*m.Margin)
	}
	return fmt.Sprintf("%.3g%s", m.Margin, unitOf(m))
}

// holds reports whether a claim is there and holds.
func holds(c *effects.Claim) bool { return c != nil && c.Holds }
