package answers_test

import (
	"regexp"
	"strings"
	"testing"

	"runexp/reports/answers"
	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// A share cannot differ by more than 1: where only more could be shown, nothing can, and the
// plan says so, and how many pairs could.
func TestSmallestKeepsToARange(t *testing.T) {
	a := planOf([]effects.Factor{simulated.Numbers("tv", 0, 1)}, 2, 8)
	smallest := func(sd float64) string {
		return answers.Smallest(a, func(metric string) (answers.Spread, bool) {
			if metric != a.Metrics[0].Name {
				return answers.Spread{}, false
			}
			return answers.Spread{SD: sd, Scale: effects.Difference, From: "sweep 3"}, true
		})
	}
	a.Metrics[0].Label = "votes"
	if text := smallest(0.9); !regexp.MustCompile(`: votes 1\.\d \(as much`).MatchString(text) {
		t.Errorf("without a range: %q", text)
	}
	a.Metrics[0].Span = 1
	if text := smallest(0.3); !regexp.MustCompile(`: votes 0\.\d+ \(as much`).MatchString(text) {
		t.Errorf("within the range: %q", text)
	}
	text := smallest(0.9)
	if !strings.HasPrefix(text, "the smallest effect that 8 pairs show four times in five: ") || strings.Contains(text, ": votes 1") {
		t.Errorf("beyond the range: %q", text)
	}
	want := regexp.MustCompile(`; 8 pairs show no effect on votes four times in five: it would have to be 1\.\d \(it differed as much from pair to pair in sweep 3\), and two values cannot differ by more than 1; (9|1\d) pairs could show one of (0\.\d+|1)$`)
	if !want.MatchString(text) {
		t.Errorf("beyond the range: %q", text)
	}
	if text := smallest(90); !strings.HasSuffix(text, "by more than 1; it takes more than 100 pairs") {
		t.Errorf("far beyond the range: %q", text)
	}
	a.Metrics = a.Metrics[:1]
	if text := smallest(0.9); !strings.HasPrefix(text, "8 pairs show no effect on votes") {
		t.Errorf("of it alone: %q", text)
	}
}
