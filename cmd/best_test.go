package cmd

import (
	"strings"
	"testing"
)

// One best setting is on the line of its label; of several the first few are below what they are.
func TestBestIsPrinted(t *testing.T) {
	for name, c := range map[string]struct {
		found *best
		want  string
	}{
		"none": {nil, ""},
		"one":  {&best{"the best setting so far by noise", []string{"strength 1: noise 2 (trial 3)"}}, "  best so far  strength 1: noise 2 (trial 3)\n"},
		"five": {&best{"5 of 9 settings", []string{"a", "b", "c", "d", "e"}}, `  best so far  5 of 9 settings
               a
               b
               c
               … and 2 more, in the report
`},
	} {
		var b strings.Builder
		if c.found.print(&b); b.String() != c.want {
			t.Errorf("%s:\n%s", name, b.String())
		}
	}
}
