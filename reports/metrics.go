package reports

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"runexp/framework"
)

// MatchMetrics returns those of the known metrics that the patterns name, each
// once. A pattern is a name or a glob: * stands for anything but a slash, so that
// loss/* are the losses and loss/style/* one loss's layers.
//
// The error names every pattern that matches nothing, with the nearest names.
func MatchMetrics(patterns, known []string) ([]string, error) {
	var matched []string
	var problems []error
	for _, pattern := range patterns {
		found := false
		for _, name := range known {
			same := name == pattern
			if !same {
				var err error
				if same, err = path.Match(pattern, name); err != nil {
					problems = append(problems, fmt.Errorf("metric %q: %w; write a name or a glob such as loss/*", pattern, err))
					found = true
					break
				}
			}
			if same {
				found = true
				if !slices.Contains(matched, name) {
					matched = append(matched, name)
				}
			}
		}
		if !found {
			problems = append(problems, unknownMetric(pattern, known))
		}
	}
	return matched, errors.Join(problems...)
}

// unknownMetric is the error for a pattern that matches nothing.
func unknownMetric(pattern string, known []string) error {
	hint := ""
	if near := nearMetrics(pattern, known); len(near) > 0 {
		hint = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return fmt.Errorf("no metric %q%s (known: %s)", pattern, hint, framework.ListNames(known))
}

// nearMetrics returns up to three names near to what was written: as a whole, in
// their last part, or because they contain it.
func nearMetrics(pattern string, known []string) []string {
	var near []string
	add := func(name string) {
		if name != "" && !slices.Contains(near, name) && len(near) < 3 {
			near = append(near, name)
		}
	}
	add(framework.Nearest(pattern, known))
	for _, name := range known {
		if framework.Nearest(pattern, []string{path.Base(name)}) != "" {
			add(name)
		}
	}
	for _, name := range known {
		if strings.Contains(name, pattern) {
			add(name)
		}
	}
	return near
}
