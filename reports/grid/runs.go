package grid

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/internal/flow"
	"runexp/internal/printable"
	"runexp/reports"
	"runexp/reports/plots"
)

// What of the settings that differ among a list of runs becomes an axis.
const (
	mostAxes   = 12
	mostLevels = 64 // a seed of its own for each run is no axis
	// sensibleLevels is how many levels an axis has at most that is offered before the others.
	sensibleLevels = 12
)

// OfRuns returns the data of any runs: their axes are the settings that differ among them, with few
// values; settings that change together are one.
// Errors: those of the store.
func OfRuns(ctx context.Context, s *store.Store, runs []store.RunSummary) (Data, error) {
	d := Data{Axes: []Axis{}, Numbers: []Named{}, Inputs: []Input{}, Cells: []Cell{}, Notes: []string{}}
	flaws, err := reports.Flaws(ctx, s)
	if err != nil {
		return d, err
	}
	var numbers []int64
	for _, r := range runs {
		numbers = append(numbers, r.Number)
		c := Cell{Run: r.Number, Status: status(r), Why: r.Message, Flaw: cmp.Or(damaged(r.Damage), flaws[r.Number].Flaw)}
		d.Cells = append(d.Cells, c)
	}
	differing, err := s.Differing(ctx, numbers)
	if err != nil {
		return d, err
	}
	for _, setting := range differing {
		for i, run := range numbers {
			d.Cells[i].Flaw = cmp.Or(d.Cells[i].Flaw, damaged(setting.Damaged[run]))
		}
	}
	if err := d.addNumbers(ctx, s, runs, numbers); err != nil {
		return d, err
	}
	images, err := s.Images(ctx, runs...)
	if err != nil {
		return d, err
	}
	candidates := append([]candidate{imagesOf(runs, images)}, settingsOf(numbers, differing)...)
	d.addAxes(candidates)
	if err := d.AddPictures(ctx, s); err != nil {
		return d, err
	}
	d.Arrange(0)
	return d, nil
}

// damaged is the flaw of a cell whose run is damaged in the store; "" for one that is not.
func damaged(what string) string {
	if what == "" {
		return ""
	}
	return "damaged: " + what
}

func status(r store.RunSummary) string {
	if r.Status == store.Finished {
		return ""
	}
	return string(r.Status)
}

// A candidate is what may become an axis: a text for each run.
type candidate struct {
	name   string
	labels []string // by run
}

// imagesOf names the pair of each run.
func imagesOf(runs []store.RunSummary, images map[int64]store.RunImages) candidate {
	c := candidate{name: "pair"}
	for _, r := range runs {
		of := images[r.Number]
		var styles []string
		for _, s := range of.Styles {
			styles = append(styles, path.Base(s))
		}
		name := Pair(path.Base(of.Content), strings.Join(styles, " + "))
		c.labels = append(c.labels, printable.Text(cmp.Or(name, "no images")))
	}
	return c
}

// Pair names content and style; a texture has no content.
func Pair(content, style string) string {
	if content == "" || content == "." {
		return style
	}
	if style == "" {
		return content
	}
	return content + " × " + style
}

// isStyle matches the paths of style images.
var isStyle = regexp.MustCompile(`^style\.\d+\.image$`)

// settingsOf returns the settings that differ, those that change together as one.
func settingsOf(runs []int64, differing []store.Differing) []candidate {
	var list []candidate
	same := map[string]int{} // by which runs are alike, the place in list
	for _, setting := range differing {
		if setting.Path == "content.image" || isStyle.MatchString(setting.Path) {
			continue // the pair says it
		}
		labels := make([]string, len(runs))
		var alike strings.Builder
		seen := map[string]int{}
		for i, run := range runs {
			labels[i] = text(setting.Values[run])
			if setting.Damaged[run] != "" {
				labels[i] = "damaged"
			}
			if _, known := seen[labels[i]]; !known {
				seen[labels[i]] = len(seen)
			}
			fmt.Fprintf(&alike, "%d,", seen[labels[i]])
		}
		if len(seen) > mostLevels {
			continue
		}
		at, known := same[alike.String()]
		if !known {
			same[alike.String()] = len(list)
			list = append(list, candidate{setting.Path, labels})
			continue
		}
		list[at].name += " + " + setting.Path
		for i := range labels {
			list[at].labels[i] += ", " + labels[i]
		}
	}
	for i, c := range list { // more than a few names say less than the first
		if parts := strings.Split(c.name, " + "); len(parts) > 3 {
			list[i].name = fmt.Sprintf("%s + %d more", parts[0], len(parts)-1)
			for j, label := range c.labels {
				list[i].labels[j], _, _ = strings.Cut(label, ", ")
			}
		}
	}
	return list
}

// text is a setting as a config has it.
func text(value json.RawMessage) string {
	if value == nil {
		return "not set"
	}
	var s string
	if json.Unmarshal(value, &s) == nil && s != "" {
		return printable.Text(s)
	}
	return printable.Text(flow.Text(value))
}

// addAxes makes axes of the candidates: the pair, then those that have few levels, and of these those
// with the most first.
func (d *Data) addAxes(candidates []candidate) {
	type axis struct {
		Axis
		labels []string
	}
	var axes []axis
	for _, c := range candidates {
		levels := slices.SortedFunc(maps.Keys(set(c.labels)), byNumber)
		if len(levels) > 1 && len(levels) <= mostLevels {
			axes = append(axes, axis{Axis{printable.Text(c.name), levels}, c.labels})
		}
	}
	rank := func(a axis) int {
		switch n := len(a.Levels); {
		case a.Name == "pair":
			return -mostLevels
		case n <= sensibleLevels:
			return -n
		}
		return len(a.Levels)
	}
	slices.SortStableFunc(axes, func(a, b axis) int { return cmp.Compare(rank(a), rank(b)) })
	if more := len(axes) - mostAxes; more > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d more settings differ and are no axes here; comparing runs shows all.", more))
		axes = axes[:mostAxes]
	}
	for _, a := range axes {
		d.Axes = append(d.Axes, a.Axis)
	}
	for i := range d.Cells {
		d.Cells[i].Levels = []int{}
		for _, a := range axes {
			d.Cells[i].Levels = append(d.Cells[i].Levels, slices.Index(a.Levels, a.labels[i]))
		}
	}
}

func set(labels []string) map[string]bool {
	m := map[string]bool{}
	for _, l := range labels {
		m[l] = true
	}
	return m
}

// byNumber orders labels: numbers first, by size, then texts.
func byNumber(a, b string) int {
	x, xIs := asNumber(a)
	y, yIs := asNumber(b)
	switch {
	case xIs && yIs:
		return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
	case xIs:
		return -1
	case yIs:
		return 1
	}
	return strings.Compare(a, b)
}

func asNumber(label string) (v float64, is bool) {
	is = json.Unmarshal([]byte(label), &v) == nil
	return v, is
}

// addNumbers adds the last loss, the seconds, and the scores by the scorer that has scored most of
// the runs.
func (d *Data) addNumbers(ctx context.Context, s *store.Store, runs []store.RunSummary, numbers []int64) error {
	scorers, err := s.Scorers(ctx)
	if err != nil {
		return err
	}
	best := map[int64][]store.Value{}
	for _, by := range scorers {
		scores, err := s.ScoresOf(ctx, numbers, by.Hash)
		if err != nil {
			return err
		}
		if len(scores) > len(best) {
			best = scores
		}
	}
	at := map[string]int{}
	for _, run := range numbers {
		for _, v := range best[run] {
			if _, known := at[v.Name]; !known && strings.Count(v.Name, "/") == 1 { // a metric as a whole, not of one layer
				at[v.Name] = len(d.Numbers)
				d.Numbers = append(d.Numbers, Named{Name: v.Name, Shown: len(d.Numbers) < 2})
			}
		}
	}
	d.Numbers = append(d.Numbers, Named{Name: "loss/total", Label: "total loss", Better: "lower", Shown: len(at) == 0}, Named{Name: "seconds", Unit: "s", Better: "lower"})
	for i, r := range runs {
		values := make([]plots.Number, len(d.Numbers))
		for j := range at {
			values[at[j]] = plots.Number(math.NaN())
		}
		for _, v := range best[r.Number] {
			if j, known := at[v.Name]; known {
				values[j] = plots.Number(v.Value)
			}
		}
		values[len(at)], values[len(at)+1] = plots.Number(r.Loss), plots.Number(r.Elapsed.Seconds())
		d.Cells[i].Values = values
	}
	return nil
}
