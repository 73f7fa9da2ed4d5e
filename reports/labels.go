package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"runexp/framework/store"
)

// mostDifferences is how many settings a label has room for.
const mostDifferences = 3

// longestValue is how many characters of a setting's value a label has room for.
const longestValue = 20

// Labels returns what tells runs apart on a plot: each one's number, and the
// settings that are not the same in all of them, as in "12: style.weight 1000".
func Labels(ctx context.Context, s *store.Store, runs []store.RunSummary) ([]string, error) {
	all, err := readSettings(ctx, s, runs)
	if err != nil {
		return nil, err
	}
	labels := make([]string, len(runs))
	for i, parts := range distinctions(all) {
		labels[i] = fmt.Sprintf("run %d", runs[i].Number)
		if len(parts) > 0 {
			labels[i] = fmt.Sprintf("%d: %s", runs[i].Number, strings.Join(parts, ", "))
		}
	}
	return labels, nil
}

// readSettings reads the settings of runs by path.
func readSettings(ctx context.Context, s *store.Store, runs []store.RunSummary) ([]map[string]string, error) {
	all := make([]map[string]string, len(runs))
	for i, run := range runs {
		params, err := s.Params(ctx, run.Number)
		if err != nil {
			return nil, err
		}
		all[i] = map[string]string{}
		for _, p := range params {
			all[i][p.Path] = settingText(p.Value)
		}
	}
	return all, nil
}

// distinctions returns for each run the settings that are not the same in all of
// them, as many as there is room for.
func distinctions(all []map[string]string) [][]string {
	paths := differing(all)
	names := shortPaths(paths)
	list := make([][]string, len(all))
	for i := range all {
		for _, path := range paths[:min(len(paths), mostDifferences)] {
			value, set := all[i][path]
			if !set {
				value = "none"
			}
			list[i] = append(list[i], names[path]+" "+shortValue(value))
		}
		if more := len(paths) - mostDifferences; more > 0 {
			list[i] = append(list[i], fmt.Sprintf("and %d more", more))
		}
	}
	return list
}

// settingText is a setting as a config has it, without quotes.
func settingText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// shortValue is a setting's value: of a file its name, and of anything its beginning.
func shortValue(value string) string {
	if filepath.IsAbs(value) {
		value = filepath.Base(value)
	}
	if runes := []rune(value); len(runes) > longestValue {
		return string(runes[:longestValue-1]) + "…"
	}
	return value
}

// differing returns the paths whose values are not the same in all runs, in
// alphabetical order.
func differing(all []map[string]string) []string {
	found := map[string]bool{}
	for _, settings := range all {
		for path := range settings {
			for _, other := range all {
				if value, set := other[path]; !set || value != settings[path] {
					found[path] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// shortPaths returns for each path its last two segments, or more where two
// paths would be called the same.
func shortPaths(paths []string) map[string]string {
	short := map[string]string{}
	for _, path := range paths {
		segments := strings.Split(path, ".")
		for n := min(2, len(segments)); n <= len(segments); n++ {
			short[path] = strings.Join(segments[len(segments)-n:], ".")
			alike := func(other string) bool { return other != path && strings.HasSuffix("."+other, "."+short[path]) }
			if !slices.ContainsFunc(paths, alike) {
				break
			}
		}
	}
	return short
}
