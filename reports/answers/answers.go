// Package answers puts the effects of a study into words: for each setting one line that
// names the winner or says that there is none, a small table of what it rests on, and what the
// line leaves out.
package answers

import (
	"fmt"
	"slices"
	"strings"

	"runexp/reports/effects"
)

// An Answer says what one setting does to the metrics of the question.
type Answer struct {
	Factor   string    `json:"factor"`
	Headline string    `json:"headline"` // one line, without numbers that the table has not
	About    string    `json:"about"`    // whom it holds for; "" where nothing is claimed
	Findings []Finding `json:"findings"` // by metric, in the question's order
	Caveats  []string  `json:"caveats,omitempty"`
}

// A Finding is the result on one metric.
type Finding struct {
	Metric  string   `json:"metric"`
	Verdict string   `json:"verdict"`
	Best    []string `json:"best,omitempty"` // the best level, and those that are not shown to differ from it
	Alike   bool     `json:"alike"`          // a claim about pictures like these, not about these alone
	Text    string   `json:"text"`           // a clause
	Rows    []Row    `json:"rows"`

	start string // of a sentence that ends with Text; "" for a clause by itself
	open  bool   // something changes, and no level can be named
}

// Verdicts of findings and rows.
const (
	Differs    = "differs"
	Equivalent = "equivalent"
	NoEvidence = "no evidence"
	TooFew     = "too few" // units for any claim
	Same       = "same"    // nothing changed at all
	Untested   = ""        // a row that is none of the report's tests
)

// A Row is one level against another.
type Row struct {
	Metric     string `json:"metric"` // its label
	Level      string `json:"level"`
	Against    string `json:"against"`
	Change     string `json:"change"`      // with its interval
	WithoutOne string `json:"without_one"` // the range of the change when any one picture is left out
	N          int    `json:"n"`
	P          string `json:"p"` // and corrected, about these pictures
	These      string `json:"these"`
	Alike      string `json:"alike"` // "" where the study cannot bear it
}

// Of returns the answers of an analysis, one for each factor that was tested.
func Of(a *effects.Analysis) []Answer {
	var list []Answer
	for _, f := range a.Factors {
		var found []*effects.Effect
		for _, e := range a.Effects {
			if e.Factor == f.Path && e.These != nil {
				found = append(found, e)
			}
		}
		if len(found) > 0 {
			list = append(list, answer(a, f.Path, found))
		}
	}
	return list
}

// Headlines returns the first lines of all answers.
func Headlines(a *effects.Analysis) []string {
	var lines []string
	for _, answer := range Of(a) {
		lines = append(lines, answer.Line())
	}
	return lines
}

// Line is the headline with whom it holds for.
func (a Answer) Line() string {
	if a.About == "" {
		return a.Headline + "."
	}
	return a.Headline + ", " + a.About + "."
}

// answer writes one setting's answer.
func answer(a *effects.Analysis, factor string, found []*effects.Effect) Answer {
	out := Answer{Factor: factor}
	for _, e := range found {
		f := finding(a, e)
		out.Findings = append(out.Findings, f)
		if f.Verdict == Differs && len(f.Best) > 0 {
			out.Caveats = append(out.Caveats, turned(a, e)...)
			out.Caveats = append(out.Caveats, disagreeing(a, e, f)...)
		}
	}
	out.Headline = headline(a, factor, found, out.Findings)
	out.About = about(a, out.Findings)
	slices.Sort(out.Caveats)
	out.Caveats = slices.Compact(out.Caveats)
	return out
}

// about says whom the claims of an answer hold for.
func about(a *effects.Analysis, findings []Finding) string {
	alike, these, of := 0, 0, "("+noun(a, a.Units)+")"
	for _, f := range findings {
		if f.Verdict == Differs || f.Verdict == Equivalent {
			these++
			if f.Alike {
				alike++
			}
		}
	}
	switch {
	case these == 0:
		return ""
	case alike == these:
		return "on pictures like these " + of
	case alike > 0:
		return "on these pictures " + of + "; the table says what holds for pictures like these"
	}
	return "on these pictures " + of
}

// headline is the line that a reader sees first.
func headline(a *effects.Analysis, factor string, found []*effects.Effect, findings []Finding) string {
	var starts, open, none, same []string
	var few []*effects.Effect
	var claims [][]string // by start
	for i, f := range findings {
		label := labelOf(metric(a, found[i].Metric))
		switch f.Verdict {
		case Differs, Equivalent:
			if f.open {
				open = append(open, label)
				continue
			}
			if n := len(starts); f.start != "" && n > 0 && starts[n-1] == f.start {
				claims[n-1] = append(claims[n-1], f.Text)
				continue
			}
			starts, claims = append(starts, f.start), append(claims, []string{f.Text})
		case Same:
			same = append(same, label)
		case TooFew:
			few = append(few, found[i])
		default:
			none = append(none, label)
		}
	}
	n := noun(a, found[0].These.N)
	var parts []string
	for i, clauses := range claims {
		claim := list(clauses, "and")
		switch {
		case starts[i] != "" && i > 0:
			claim = strings.ToLower(starts[i][:1]) + starts[i][1:] + " " + claim
		case starts[i] != "":
			claim = starts[i] + " " + claim
		case i == 0:
			claim = factor + ": " + claim
		}
		parts = append(parts, claim)
	}
	if len(open) > 0 {
		text := "no winner: it changes " + list(open, "and") + ", but " + unresolved(a, found)
		if len(parts) == 0 {
			text = factor + ": " + text
		}
		parts = append(parts, text)
	}
	if len(none) > 0 {
		text := "no evidence that it changes " + list(none, "or")
		if len(parts) == 0 {
			text = "No evidence that " + factor + " changes " + list(none, "or") + " (" + n + ")"
		}
		parts = append(parts, text)
	}
	for len(few) > 0 { // of one metric there may be fewer than of another
		t := few[0].These
		alike := func(e *effects.Effect) bool { return e.These.N == t.N && e.These.Needed == t.Needed }
		var labels []string
		for _, e := range few {
			if alike(e) {
				labels = append(labels, labelOf(metric(a, e.Metric)))
			}
		}
		few = slices.DeleteFunc(few, alike)
		text := noun(a, t.N) + isOrAre(t.N) + " too few to show what it does to " + list(labels, "or") + "; " + needed(t.Needed) + " could"
		if len(parts) == 0 {
			text = factor + ": " + text
		}
		parts = append(parts, text)
	}
	if len(same) > 0 {
		text := "it did not change " + list(same, "or") + " at all"
		if len(parts) == 0 {
			text = factor + " did not change " + list(same, "or") + " at all"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// unresolved says why a factor changes a metric and no level can be named.
func unresolved(a *effects.Analysis, found []*effects.Effect) string {
	for _, e := range found {
		if t := e.These; t.Holds && !t.PairsReachable {
			return fmt.Sprintf("%s are too few to tell which levels differ; %s could", noun(a, t.N), needed(t.PairsNeeded))
		}
	}
	return "no level can be told from the best"
}

func isOrAre(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

// metric returns a metric by its name.
func metric(a *effects.Analysis, name string) effects.Metric {
	return a.Metrics[slices.IndexFunc(a.Metrics, func(m effects.Metric) bool { return m.Name == name })]
}
