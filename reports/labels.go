package reports

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"runexp/framework/store"
	"runexp/internal/flow"
	"runexp/reports/plots"
	"runexp/reports/typeface"
)

// Settings that a label has room for, characters of one's value, and of a label.
const (
	mostDifferences = 3
	longestValue    = 32
	longestLabel    = plots.LongestEntry
)

// Labels returns the label of each run on a plot: its number, and the few settings
// that distinguish it, as in "12: style.weight 1000". A setting without room is left out.
func Labels(ctx context.Context, s *store.Store, runs []store.RunSummary) ([]string, error) {
	all, err := readSettings(ctx, s, runs)
	if err != nil {
		return nil, err
	}
	labels := make([]string, len(runs))
	for i, parts := range distinctions(all) {
		number := fmt.Sprintf("%d: ", runs[i].Number)
		for len(parts) > 1 && utf8.RuneCountInString(number+strings.Join(parts, ", ")) > longestLabel {
			parts = parts[:len(parts)-1]
		}
		labels[i] = fmt.Sprintf("run %d", runs[i].Number)
		if len(parts) > 0 {
			labels[i] = number + strings.Join(parts, ", ")
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

// distinctions returns for each run the settings that distinguish it from the others: its content and style image,
// if both differ, then the one that separates most runs first, and how many more differ.
func distinctions(all []map[string]string) [][]string {
	paths := differing(all)
	names := shortPaths(paths)
	var pair, candidates [][]string
	content, styles, rest := imagesOf(paths)
	if content != "" && len(styles) > 0 {
		pair = append(pair, pairTexts(content, styles, all))
	} else {
		rest = paths
	}
	for _, path := range rest {
		candidates = append(candidates, settingTexts(names[path], path, all))
	}
	chosen := fewest(pair, candidates, all)
	list := make([][]string, len(all))
	for i := range all {
		for _, texts := range chosen {
			list[i] = append(list[i], texts[i])
		}
		if more := len(pair) + len(candidates) - len(chosen); more > 0 {
			list[i] = append(list[i], fmt.Sprintf("and %d more", more))
		}
	}
	return list
}

// imagesOf returns which of the paths are the content image and style images, and the rest.
func imagesOf(paths []string) (content string, styles, rest []string) {
	for _, path := range paths {
		switch {
		case path == "content.image":
			content = path
		case strings.HasPrefix(path, "style.") && strings.HasSuffix(path, ".image"):
			styles = append(styles, path)
		default:
			rest = append(rest, path)
		}
	}
	return content, styles, rest
}

// pairTexts names each run's images, as in chelsea.jpg × wave.jpg.
func pairTexts(content string, styles []string, all []map[string]string) []string {
	of := func(paths ...string) []string {
		values := make([]string, len(all))
		for i, settings := range all {
			var images []string
			for _, path := range paths {
				if image, set := settings[path]; set {
					images = append(images, image)
				}
			}
			values[i] = cmp.Or(strings.Join(images, " + "), "none")
		}
		return shortValues(values)
	}
	contents, paintings := of(content), of(styles...)
	for i := range contents {
		contents[i] += " × " + paintings[i]
	}
	return contents
}

// fewest chooses besides those that are chosen, of the settings that differ, as few as distinguish the runs, up to
// mostDifferences, and returns each one's text by run. Of settings that separate as many
// runs it takes the one with the shortest texts, then the first.
func fewest(chosen, candidates [][]string, all []map[string]string) [][]string {
	apart := func(more []string) int { // how many groups of runs with equal texts there are
		seen := map[string]bool{}
		for i := range all {
			var key strings.Builder
			for _, texts := range append(slices.Clip(chosen), more) {
				if texts != nil {
					key.WriteString(texts[i] + "\x00")
				}
			}
			seen[key.String()] = true
		}
		return len(seen)
	}
	for known := apart(nil); len(chosen) < mostDifferences; {
		var best []string
		most, length := known, 0
		for _, texts := range candidates {
			if n, l := apart(texts), len(strings.Join(texts, "")); n > most || n == most && best != nil && l < length {
				best, most, length = texts, n, l
			}
		}
		if best == nil {
			break
		}
		chosen, known = append(chosen, best), most
	}
	return chosen
}

// settingTexts is a setting of each run, as short as keeps its values different.
func settingTexts(name, path string, all []map[string]string) []string {
	values := make([]string, len(all))
	for i, settings := range all {
		value, set := settings[path]
		if !set {
			value = "none"
		}
		values[i] = value
	}
	texts := shortValues(values)
	for i := range texts {
		texts[i] = name + " " + texts[i]
	}
	return texts
}

// settingText is a setting as a config has it, without quotes.
func settingText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return flow.Text(value)
}

// shortValues shortens values so that different ones stay different: of files the
// names, with as many folders as they need, of other long values the beginning.
func shortValues(values []string) []string {
	different := distinct(values)
	short := slices.Clone(values)
	for n := 1; n == 1 || distinct(short) < different; n++ {
		for i, value := range values {
			if filepath.IsAbs(value) {
				parts := strings.Split(value, string(filepath.Separator))
				short[i] = filepath.Join(parts[max(0, len(parts)-n):]...)
			}
		}
		if n > maxFolders {
			break
		}
	}
	cut := make([]string, len(short))
	for i, value := range short {
		if cut[i] = value; utf8.RuneCountInString(value) > longestValue {
			cut[i] = string([]rune(value)[:longestValue-1]) + "…"
		}
	}
	if distinct(cut) < different { // they begin alike
		return typeface.ShortenAll(short, longestValue)
	}
	return cut
}

// maxFolders is how many folders of a file's path are tried.
const maxFolders = 20

func distinct(values []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(values))))
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
			if first := segments[len(segments)-n]; n < len(segments) && strings.Trim(first, "0123456789") == "" {
				continue // 0.image says less than style.0.image
			}
			short[path] = strings.Join(segments[len(segments)-n:], ".")
			alike := func(other string) bool { return other != path && strings.HasSuffix("."+other, "."+short[path]) }
			if !slices.ContainsFunc(paths, alike) {
				break
			}
		}
	}
	return short
}
