package plan

import (
	"fmt"
	"strings"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/internal/printable"
)

// An excluder evaluates the sweep's expressions, and counts what each of exclude excludes.
type excluder struct {
	sweep *config.Sweep
	count []int // by expression
	err   error // of the first expression that fails; no more are evaluated after it
}

func newExcluder(s *config.Sweep) *excluder {
	return &excluder{sweep: s, count: make([]int, len(s.Exclude))}
}

// excludes reports whether a trial is excluded; after an error every trial is.
func (e *excluder) excludes(settings []config.Setting, pair int) bool {
	if e.err != nil {
		return true
	}
	at, err := e.sweep.Excluded(settings, pair)
	switch {
	case err != nil:
		e.err = err
	case at >= 0:
		e.count[at]++
	default:
		return false
	}
	return true
}

// unset reports whether the parameter after these choices is not set; after an error none is.
func (e *excluder) unset(earlier []framework.Choice) bool {
	if e.err != nil {
		return false
	}
	settings, _ := settingsOf(e.sweep, earlier)
	set, err := e.sweep.Sets(len(earlier), settings)
	e.err = err
	return err == nil && !set
}

// nothingLeft is the error for a sweep without trials.
func (e *excluder) nothingLeft() error {
	var parts []string
	for i, n := range e.count {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%q excludes %s", e.sweep.Exclude[i], printable.Grouped(n)))
		}
	}
	if len(parts) == 0 {
		return e.sweep.Problem("method", "%s chooses no trial", e.sweep.Method)
	}
	return e.sweep.Problem("exclude", "no trial is left: %s", strings.Join(parts, ", "))
}
