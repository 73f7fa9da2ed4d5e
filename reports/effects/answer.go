package effects

import (
	"fmt"
	"slices"
	"strings"
)

// An Answer is what the study says of one factor and those claimed metrics of which it says
// the same kind of thing.
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
	tendency        // it follows the levels, but the first and the last are not told apart
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

// kind says which sentence an effect belongs to.
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
			clauses = append(clauses, m.label()+e.toldApart(m))
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
		text = fmt.Sprintf("%s: no evidence (n = %d): %s cannot reach 5%% whatever they show, %d could; %s",
			first.Factor, n, plural(n, a.kind()), first.Test.Needed, strings.Join(details, "; "))
	case same:
		text = fmt.Sprintf("%s did not change %s: all its levels gave the same", first.Factor, list(labels, "or"))
	}
	if kind != few {
		text += " (" + answer.Evidence + ")"
	}
	answer.Text = text + "."
	return answer
}

// metric returns what is known of a metric.
func (a *Analysis) metric(name string) Metric {
	return a.Metrics[slices.IndexFunc(a.Metrics, func(m Metric) bool { return m.Name == name })]
}

// evidence is what stands in brackets: n, and p before and after correction, each once
// where all metrics have the same.
func (a *Analysis) evidence(kind int, group []*Effect) string {
	var n, p, adjusted []string
	for _, e := range group {
		text := a.noun(e.Test.N)
		if of := a.overlap(); of != "" && e.Test.N == a.Units {
			text += " " + of
		}
		before, after := e.Test.P, e.Test.Adjusted
		if kind == ends {
			c := e.last()
			before, after = max(before, *c.P), max(after, *c.Adjusted)
		}
		n, p, adjusted = append(n, text), append(p, pText(before)), append(adjusted, pText(after))
	}
	text := "n = " + once(n)
	if kind <= none {
		text += ", p " + equals(once(p)) + ", Holm " + once(adjusted)
	}
	return text
}

// equals puts a sign before a number that has none.
func equals(p string) string {
	if strings.HasPrefix(p, "<") {
		return p
	}
	return "= " + p
}

// once joins words, or gives the one that all are.
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
	case c.Ratio.Value >= multiple:
		return fmt.Sprintf("multiplied %s by %s", m.label(), estimateText(*c.Ratio, ""))
	}
	return fmt.Sprintf("%s %s by %s", verb, m.label(), estimateText(times(percent(*c.Ratio), sign), "%"))
}

// against is "max against avg −1% [−4, 3]".
func (c *Contrast) against(m Metric) string {
	e, unit := c.Difference, m.unit()
	if c.Ratio != nil {
		e, unit = percent(*c.Ratio), "%"
		if c.Ratio.Value >= multiple {
			return fmt.Sprintf("%s against %s ×%s", c.To, c.From, estimateText(*c.Ratio, ""))
		}
	}
	plus := ""
	if c.direction() > 0 {
		plus = "+"
	}
	return fmt.Sprintf("%s against %s %s%s", c.To, c.From, plus, estimateText(e, unit))
}

// toldApart lists the contrasts that hold: those against the baseline, and how many more.
func (e *Effect) toldApart(m Metric) string {
	var texts []string
	more := 0
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		switch {
		case !c.Holds:
		case c.From == e.Levels[0].Label:
			texts = append(texts, c.against(m))
		default:
			more++
		}
	}
	switch {
	case len(texts) == 0 && more == 0:
		return ", though no two levels can be told apart"
	case len(texts) == 0:
		for i := range e.Contrasts {
			if c := &e.Contrasts[i]; c.Holds {
				texts = append(texts, c.against(m))
			}
		}
	case more > 0:
		texts = append(texts, plural(more, "other pair")+" of levels told apart")
	}
	return ": " + strings.Join(texts, ", ")
}

// detail is what an effect without evidence looks like.
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
		lowest := slices.MinFunc(e.Levels, func(a, b LevelSummary) int {
			switch {
			case a.Median == nil || b.Median != nil && b.Median.Value < a.Median.Value:
				return 1
			case b.Median == nil || a.Median.Value < b.Median.Value:
				return -1
			}
			return 0
		})
		texts = append(texts, "lowest at "+lowest.Label)
	}
	if len(texts) == 0 {
		return "no two levels to compare"
	}
	return strings.Join(texts, ", ")
}

// unit stands after a number.
func (m Metric) unit() string {
	if m.Unit == "" {
		return ""
	}
	return " " + m.Unit
}
