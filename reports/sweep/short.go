package sweep

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/answers"
	"runexp/reports/document"
	"runexp/reports/sheet"
)

// What the beginning of a report has room for.
const (
	mostBestRows = 2 // metrics
	mostBest     = 3 // pictures of a setting
	bestHeight   = 150
	shortLines   = 6
)

// question quotes the experiment's question.
func (y *Study) question() document.Block {
	if q := strings.TrimSpace(y.plan.Question); q != "" {
		return document.Block{Quote: q}
	}
	return document.Block{Note: "The experiment states no question (sweep.question)."}
}

// inShort is the question, the first line of each answer, and the pictures of the best settings, which are seen at once (but for not pictured);
// the answers have the evidence. It is nothing where there is no answer.
func (y *Study) inShort(ctx context.Context, s *store.Store, pictured bool) ([]document.Block, error) {
	lines := y.shortLines()
	if len(lines) == 0 {
		return nil, nil
	}
	var items []document.Item
	for _, line := range lines[:min(len(lines), shortLines)] {
		items = append(items, document.Item{Text: line})
	}
	blocks := []document.Block{y.question(), {List: items}}
	if more := len(lines) - shortLines; more > 0 {
		blocks = append(blocks, document.Block{Note: fmt.Sprintf("%d more are below.", more)})
	}
	if !pictured {
		return blocks, nil
	}
	figure, err := y.bestPictures(ctx, s)
	return append(blocks, figure...), err
}

// shortLines are the headlines of the answers, or what a search has found.
func (y *Study) shortLines() []string {
	if y.Analysis == nil {
		return nil
	}
	if lines := answers.Headlines(y.Analysis); len(lines) > 0 {
		return lines
	}
	heading, settings := y.Best()
	if len(settings) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s.", answers.Capital(heading), strings.Join(settings[:min(len(settings), 2)], "; "))}
}

// A bestSetting is the one with the best mean of a metric, or of several.
type bestSetting struct {
	mean
	metrics []string // their labels, with the mean of each
}

// bestSettings are those of the first metrics that the question is about; settings with a picture that has failed do not count.
func (y *Study) bestSettings() []bestSetting {
	var list []bestSetting
	for _, m := range y.claimed() {
		means := slices.DeleteFunc(y.meansOf([]string{m.Name}), func(one mean) bool {
			return slices.ContainsFunc(one.group, func(t trial) bool { return t.flaw != nil })
		})
		if oneWay(m.Better) == "" || len(means) < 2 {
			continue
		}
		best := slices.MinFunc(means, func(a, b mean) int { return slices.Compare(a.values, b.values) })
		if at := slices.IndexFunc(list, func(one bestSetting) bool { return one.name == best.name }); at >= 0 {
			list[at].metrics = append(list[at].metrics, best.shown...)
		} else if len(list) < mostBestRows {
			list = append(list, bestSetting{best, best.shown})
		}
	}
	return list
}

// bestPictures shows the best settings, a row each, on the first pairs.
func (y *Study) bestPictures(ctx context.Context, s *store.Store) ([]document.Block, error) {
	settings := y.bestSettings()
	if len(settings) == 0 {
		return nil, nil
	}
	_, of := y.unitsOf()
	units := reports.Evenly(indices(len(y.units)), mostBest)
	g := sheet.Grid{Rows: sheet.Axis{Name: "best"}}
	for _, unit := range units {
		g.Columns.Levels = append(g.Columns.Levels, y.units[unit].Label)
	}
	var captions []string
	for _, best := range settings {
		g.Rows.Levels = append(g.Rows.Levels, strings.Join(best.metrics, ", "))
		captions = append(captions, fmt.Sprintf("%s at %s", strings.Join(best.metrics, ", "), best.name))
		row := make([]sheet.Cell, len(units))
		for i, t := range y.trials {
			at := slices.Index(units, of[i])
			if at < 0 || !slices.ContainsFunc(best.group, func(other trial) bool { return other.Number == t.Number }) {
				continue
			}
			cell, err := y.readCell(ctx, s, t)
			if err != nil {
				return nil, err
			}
			row[at] = cell
		}
		g.Cells = append(g.Cells, row)
	}
	if !slices.ContainsFunc(slices.Concat(g.Cells...), func(c sheet.Cell) bool { return c.Picture != nil }) {
		return nil, nil
	}
	drawn, err := g.Draw(bestHeight)
	if err != nil {
		return nil, err
	}
	caption := "Best means: " + strings.Join(captions, "; ") + ". What can be claimed of other pictures is in the answers; all pictures are below."
	block, err := pictured(drawn, "pictures-best", "Pictures of the best settings: "+strings.Join(captions, "; "), caption)
	if err != nil {
		return nil, err
	}
	block.Figure.Shown = block.Figure.Files[0]
	g.Dark = true
	if drawn, err = g.Draw(bestHeight); err != nil {
		return nil, err
	}
	night, err := pictured(drawn, "pictures-best-dark", "", "")
	if err != nil {
		return nil, err
	}
	block.Figure.Dark = &night.Figure.Files[0]
	return []document.Block{block}, nil
}
