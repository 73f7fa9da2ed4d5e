package effects

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/sizes"
)

// An Answer is the sentence on one factor and the claimed metrics for which the
// result is of the same kind.
type Answer struct {
	Factor   string   `json:"factor"`
	Metrics  []string `json:"metrics"`
	Claim    bool     `json:"claim"`
	Text     string   `json:"text"`     // the whole sentence, evidence included
	Evidence string   `json:"evidence"` // "n = 8 pairs, p = 0.0078, Holm 0.031"
}

// kinds of answers, in the order in which a factor's are given.
const (
	ends     = iota // from the first level to the last the metric changes
	tendency        // a trend, but no difference between the first level and the last is shown
	pairs           // levels differ, of a factor without an order
	none            // no evidence
	few             // too few units for any
	same            // nothing changes
)

// Sentences returns the texts of the answers.
func (a *Analysis) Sentences() []string {
	var texts []string
	for _, answer := range a.Answers() {
		texts = append(texts, answer.Text)
	}
	return texts
}

// Answers returns the sentences on every factor and the claimed metrics, factor by factor.
func (a *Analysis) Answers() []Answer {
	var answers []Answer
	for _, f := range a.Factors {
		groups := map[int][]*Effect{}
		for _, e := range a.Effects {
			if e.Factor == f.Path && e.Test != nil {
				groups[e.kind()] = append(groups[e.kind()], e)
			}
		}
		for kind := ends; kind <= same; kind++ {
			if group := groups[kind]; len(group) > 0 {
				answers = append(answers, a.answer(kind, group))
			}
		}
	}
	return answers
}

// kind returns the kind of the sentence that an effect belongs to.
func (e *Effect) kind() int {
	last := e.last()
	switch {
	case e.Constant:
		return same
	case e.Claim && last != nil && last.Holds && (e.Ordered || len(e.Levels) == 2):
		return ends
	case e.Claim && e.Ordered:
		return tendency
	case e.Claim:
		return pairs
	case !e.Test.Reachable:
		return few
	}
	return none
}

// last returns the contrast of the last level against the first, and nil where there is none.
func (e *Effect) last() *Contrast {
	i := slices.IndexFunc(e.Contrasts, func(c Contrast) bool {
		return c.From == e.Levels[0].Label && c.To == e.Levels[len(e.Levels)-1].Label
	})
	if i < 0 {
		return nil
	}
	return &e.Contrasts[i]
}

// answer writes one sentence.
func (a *Analysis) answer(kind int, group []*Effect) Answer {
	first := group[0]
	answer := Answer{Factor: first.Factor, Claim: kind <= pairs, Evidence: a.evidence(kind, group)}
	var labels, clauses, details []string
	for _, e := range group {
		m := a.metric(e.Metric)
		answer.Metrics = append(answer.Metrics, e.Metric)
		labels = append(labels, m.label())
		switch kind {
		case ends:
			clauses = append(clauses, e.last().change(m))
		case tendency:
			verb := "rises"
			if e.Trend.Direction < 0 {
				verb = "falls"
			}
			clauses = append(clauses, fmt.Sprintf("%s %s (mean rank correlation %s)", m.label(), verb, number(e.Trend.Strength, 2)))
		case pairs:
			clauses = append(clauses, m.label()+e.differing(m))
		default:
			details = append(details, m.label()+": "+e.detail(m))
		}
	}
	if kind == none && len(details) == 1 {
		details[0] = group[0].detail(a.metric(group[0].Metric))
	}
	var text string
	switch kind {
	case ends:
		verb := "Changing"
		if first.Ordered {
			verb = "Raising"
		}
		c := first.last()
		text = fmt.Sprintf("%s %s from %s to %s %s", verb, first.Factor, c.From, c.To, list(clauses, "and"))
	case tendency:
		text = fmt.Sprintf("As %s goes up, %s", first.Factor, list(clauses, "and"))
	case pairs:
		text = fmt.Sprintf("%s changes %s", first.Factor, strings.Join(clauses, "; and "))
	case none:
		text = fmt.Sprintf("No evidence that %s changes %s: %s", first.Factor, list(labels, "or"), strings.Join(details, "; "))
	case few:
		n := first.Test.N
		text = fmt.Sprintf("%s: no evidence (n = %d): %s cannot reach 5%% whatever they show, %s could; %s",
			first.Factor, n, sizes.Count(n, a.Kind()), unitsNeeded(first.Test.Needed), strings.Join(details, "; "))
	case same:
		text = fmt.Sprintf("%s did not change %s: all its levels gave the same", first.Factor, list(labels, "or"))
	}
	if kind != few {
		text += " (" + answer.Evidence + ")"
	}
	answer.Text = text + "."
	return answer
}

// metric returns a metric by its name.
func (a *Analysis) metric(name string) Metric {
	return a.Metrics[slices.IndexFunc(a.Metrics, func(m Metric) bool { return m.Name == name })]
}

// evidence is the text in brackets: n, and p before and after correction, each once
// where all metrics have the same.
func (a *Analysis) evidence(kind int, group []*Effect) string {
	var n, p, adjusted []string
	for _, e := range group {
		text := a.noun(e.Test.N)
		if of := a.overlap(); of != "" && e.Test.N == a.Units {
			text += " " + of
		} else if of != "" {
			text = fmt.Sprintf("%d of %s %s", e.Test.N, a.noun(a.Units), of)
		}
		before, after := e.Test.P, e.Test.Adjusted
		for _, c := range e.named(kind) { // a claim is as strong as its weakest part
			before, after = max(before, *c.P), max(after, *c.Adjusted)
		}
		n, p, adjusted = append(n, text), append(p, Probability(before)), append(adjusted, Probability(after))
	}
	text := "n = " + once(n)
	if kind <= none {
		text += ", p " + equals(once(p)) + ", Holm " + once(adjusted)
	}
	if kind >= pairs { // p by pictures is of the test before the contrasts
		return text
	}
	for _, by := range []struct {
		picture string
		p       func(*Test) *float64
	}{{"content", func(t *Test) *float64 { return t.ByContent }}, {"style", func(t *Test) *float64 { return t.ByStyle }}} {
		var merged []string
		for _, e := range group {
			if p := by.p(e.Test); p != nil {
				merged = append(merged, Probability(*p))
			}
		}
		if len(merged) == len(group) {
			text += fmt.Sprintf("; by %s p %s", by.picture, equals(once(merged)))
		}
	}
	return text
}

// named are the contrasts that a sentence of a kind names.
func (e *Effect) named(kind int) []*Contrast {
	switch kind {
	case ends:
		return []*Contrast{e.last()}
	case pairs:
		texts, others := e.held()
		if len(texts) == 0 || len(others) <= mostOthers {
			texts = append(texts, others...)
		}
		return texts
	}
	return nil
}

// held are the contrasts that hold: those against the baseline, and the others.
func (e *Effect) held() (baseline, others []*Contrast) {
	for i := range e.Contrasts {
		switch c := &e.Contrasts[i]; {
		case !c.Holds:
		case c.From == e.Levels[0].Label:
			baseline = append(baseline, c)
		default:
			others = append(others, c)
		}
	}
	return baseline, others
}

// equals puts a sign before a number that has none.
func equals(p string) string {
	if strings.HasPrefix(p, "<") {
		return p
	}
	return "= " + p
}

// once joins words, or returns the one word if all are equal.
func once(words []string) string {
	if slices.ContainsFunc(words, func(w string) bool { return w != words[0] }) {
		return list(words, "and")
	}
	return words[0]
}

// change is "cut noise by 63% [55, 70]".
func (c *Contrast) change(m Metric) string {
	verb, sign := "raised", 1.0
	if c.direction() < 0 {
		verb, sign = "lowered", -1
		if m.Better == "lower" {
			verb = "cut"
		}
	}
	switch {
	case c.Ratio == nil:
		return fmt.Sprintf("%s %s by %s", verb, m.label(), estimateText(times(c.Difference, sign), m.unit()))
	case c.Ratio.Value >= Multiple:
		return fmt.Sprintf("multiplied %s by %s", m.label(), estimateText(*c.Ratio, ""))
	}
	return fmt.Sprintf("%s %s by %s", verb, m.label(), estimateText(times(percent(*c.Ratio), sign), "%"))
}

// against is "max against avg −1% [−4, 3]".
func (c *Contrast) against(m Metric) string {
	e, unit := c.Difference, m.unit()
	if c.Ratio != nil {
		e, unit = percent(*c.Ratio), "%"
		if c.Ratio.Value >= Multiple {
			return fmt.Sprintf("%s against %s ×%s", c.To, c.From, estimateText(*c.Ratio, ""))
		}
	}
	plus := ""
	if c.direction() > 0 {
		plus = "+"
	}
	return fmt.Sprintf("%s against %s %s%s", c.To, c.From, plus, estimateText(e, unit))
}

// mostOthers is how many contrasts not against the baseline a sentence has room for.
const mostOthers = 2

// differing lists the contrasts that hold: those against the baseline, and the others
// or how many they are.
func (e *Effect) differing(m Metric) string {
	var texts []string
	named := e.named(pairs)
	for _, c := range named {
		texts = append(texts, c.against(m))
	}
	baseline, others := e.held()
	switch {
	case len(named) > 0 && len(named) < len(baseline)+len(others):
		texts = append(texts, sizes.Count(len(others), "other pair")+" of levels told apart")
	case len(named) == 0 && !e.Test.PairsReachable:
		return fmt.Sprintf(", and %d units are too few to find which levels differ", e.Test.N)
	case len(named) == 0:
		return ", though no two levels can be told apart"
	}
	return ": " + strings.Join(texts, ", ")
}

// detail describes an effect without evidence.
func (e *Effect) detail(m Metric) string {
	if e.Design == Scattered && e.Trend != nil {
		return "mean rank correlation " + number(e.Trend.Strength, 2)
	}
	var texts []string
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		if c.From == e.Levels[0].Label && (!e.Ordered || c == e.last()) {
			texts = append(texts, c.against(m))
		}
	}
	if e.Ordered && len(e.Levels) > 2 && e.Trend != nil && !e.Trend.Monotone {
		if at := e.turning(); at != "" {
			texts = append(texts, at)
		}
	}
	if len(texts) == 0 {
		return "no two levels to compare"
	}
	return strings.Join(texts, ", ")
}

// turning is where a curve that goes up and down is lowest, or highest if it is lowest
// at an end; "" if it is highest at an end too.
func (e *Effect) turning() string {
	compare := func(a, b LevelSummary) int { return cmp.Compare(a.Median.Value, b.Median.Value) }
	levels := slices.DeleteFunc(slices.Clone(e.Levels), func(l LevelSummary) bool { return l.Median == nil })
	lowest, highest := slices.MinFunc(levels, compare), slices.MaxFunc(levels, compare)
	atEnd := func(l LevelSummary) bool { return l.Label == levels[0].Label || l.Label == levels[len(levels)-1].Label }
	switch {
	case !atEnd(lowest):
		return "lowest at " + lowest.Label
	case !atEnd(highest):
		return "highest at " + highest.Label
	}
	return ""
}

// unit is the text after a number.
func (m Metric) unit() string {
	if m.Unit == "" {
		return ""
	}
	return " " + m.Unit
}
