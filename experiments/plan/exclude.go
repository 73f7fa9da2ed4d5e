package plan

import (
	"fmt"
	"strings"

	"runexp/framework/config"
)

// An excluder asks the sweep's expressions and counts what each leaves out.
type excluder struct {
	sweep *config.Sweep
	count []int // by expression
}

func newExcluder(s *config.Sweep) *excluder { return &excluder{s, make([]int, len(s.Exclude))} }

// excludes reports whether a trial is left out.
func (e *excluder) excludes(d draw, b block) (bool, error) {
	at, err := e.sweep.Excluded(d.settings, b.pair)
	if err != nil || at < 0 {
		return false, err
	}
	e.count[at]++
	return true, nil
}

// nothingLeft is the error for a sweep of which every trial is left out.
func (e *excluder) nothingLeft() error {
	var parts []string
	for i, n := range e.count {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%q leaves out %s", e.sweep.Exclude[i], grouped(n)))
		}
	}
	return e.sweep.Problem("exclude", "no trial is left: %s", strings.Join(parts, ", "))
}
