package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"runexp/framework/imaging"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/document"
	"runexp/reports/effects"
	"runexp/reports/sheet"
)

// Bounds of a report's grids.
const (
	mostGrids = 4
	gridWidth = 780 // pixels, about, without headers: a page has 960
	tallest   = 200
	lowest    = 90
)

// pictures shows all pictures on axes that the reader chooses, and the finished ones in figures for formats without scripts.
func (y *Study) pictures(ctx context.Context, s *store.Store) ([]document.Block, error) {
	if y.count(string(store.Finished)) == 0 {
		return []document.Block{{Paragraph: "No picture is finished yet."}}, nil
	}
	figures, err := y.gridFigures(ctx, s)
	if err != nil {
		return nil, err
	}
	data, err := y.Grid(ctx, s)
	if err != nil {
		return nil, err
	}
	y.grid = &document.Grid{Data: data, Scatter: true, Instead: figures}
	return append([]document.Block{{Grid: y.grid}}, y.flaws()...), nil
}

// gridFigures lays the finished pictures out, a figure for each pair, columns and rows
// being the two parameters with the most levels.
func (y *Study) gridFigures(ctx context.Context, s *store.Store) ([]document.Block, error) {
	l := y.gridLayout()
	_, of := y.unitsOf()
	var finished []int // units with a picture
	for i, t := range y.trials {
		if t.status() == string(store.Finished) && !slices.Contains(finished, of[i]) {
			finished = append(finished, of[i])
		}
	}
	slices.Sort(finished)
	units := reports.Evenly(finished, mostGrids)
	blocks := []document.Block{{Paragraph: l.text(y)}}
	shown := 0
	for _, unit := range units {
		g := l.grid(y.units[unit].Label)
		for i, t := range y.trials {
			if of[i] != unit {
				continue
			}
			at, isShown := l.place(t)
			if !isShown {
				continue
			}
			cell, err := y.readCell(ctx, s, t)
			if err != nil {
				return nil, err
			}
			cell.Note = l.caption(t, cell.Note)
			g.Cells[at.row][at.column] = cell
			if cell.Picture == nil {
				continue
			}
			shown++
			if g.Beside == nil {
				if g.Beside, err = y.readInputs(ctx, s, t, y.units[unit]); err != nil {
					return nil, err
				}
			}
		}
		if !slices.ContainsFunc(slices.Concat(g.Cells...), func(c sheet.Cell) bool { return c.Picture != nil }) {
			blocks = append(blocks, document.Block{Note: y.units[unit].Label + ": no picture to show at these settings."})
			continue
		}
		drawn, err := g.Draw(heightFor(g))
		if err != nil {
			return nil, err
		}
		block, err := pictured(drawn, fmt.Sprintf("pictures-%d", unit+1), "Pictures made from "+y.units[unit].Label, "")
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block)
	}
	limits := fmt.Sprintf("%d of %s", shown, sizes.Count(y.count(string(store.Finished)), "finished picture"))
	if len(finished) > 1 {
		limits += fmt.Sprintf(", %d of %s", len(units), sizes.Count(len(finished), y.unit()))
	}
	return append(blocks, document.Block{Note: limits + ". The store has all of them in full size: runexp show RUN --picture picture.png."}), nil
}

// mostFlaws is how many flaws a report explains.
const mostFlaws = 10

// flaws lists the pictures that have failed, with likely causes.
func (y *Study) flaws() []document.Block {
	var items []document.Item
	for _, t := range y.trials {
		if t.flaw != nil && t.status() == string(store.Finished) { // others are among the missing trials
			text := fmt.Sprintf("run %d: %s: the picture %s. Likely cause: %s; try %s.", t.Run.Number, t.flaw.Flaw, t.flaw.What, t.flaw.Cause, t.flaw.Change)
			items = append(items, document.Item{Text: text})
		}
	}
	if len(items) == 0 {
		return nil
	}
	text := sizes.Count(len(items), "picture") + " failed; the answers count them like the others:"
	if len(items) > mostFlaws {
		text = fmt.Sprintf("%s failed, of which these are the first %d; the answers count them like the others:", sizes.Count(len(items), "picture"), mostFlaws)
	}
	return []document.Block{{Paragraph: text}, {List: items[:min(len(items), mostFlaws)]}}
}

// readCell reads the result of a trial.
func (y *Study) readCell(ctx context.Context, s *store.Store, t trial) (sheet.Cell, error) {
	if t.Run == nil {
		return sheet.Cell{Note: t.status()}, nil
	}
	cell := sheet.Cell{Note: fmt.Sprintf("run %d", t.Run.Number)}
	if t.Run.Status != store.Finished {
		cell.Note += ": " + t.status()
		return cell, nil
	}
	if t.flaw != nil {
		cell.Note += ": " + t.flaw.Flaw
	}
	artifacts, err := s.Artifacts(ctx, t.Run.Number)
	if err != nil {
		return cell, err
	}
	for _, a := range artifacts {
		if a.Kind == "picture" && a.Name == "picture.png" {
			if cell.Picture, err = y.decode(ctx, s, t.Run.Number, a); cell.Picture == nil {
				cell.Note += ": " + reports.Damaged
			}
			return cell, err
		}
	}
	cell.Note += ": no picture kept"
	return cell, nil
}

// readInputs reads the content and style images of a trial.
func (y *Study) readInputs(ctx context.Context, s *store.Store, t trial, u effects.Unit) ([]sheet.Cell, error) {
	artifacts, err := s.Artifacts(ctx, t.Run.Number)
	if err != nil {
		return nil, err
	}
	var cells []sheet.Cell
	for _, input := range []struct{ kind, of string }{{"content", u.Content}, {"style", u.Style}} {
		if input.of == "" { // varied: it is another one in each cell
			continue
		}
		for _, a := range artifacts {
			if a.Kind == input.kind && len(cells) < mostRows {
				picture, err := y.decode(ctx, s, t.Run.Number, a)
				if err != nil {
					return nil, err
				}
				note := input.kind
				if picture == nil {
					note = reports.Damaged
				}
				cells = append(cells, sheet.Cell{Picture: picture, Note: note})
			}
		}
	}
	return cells, nil
}

// decode reads a picture of a run; nil for a damaged one, which is added to Unshown.
func (y *Study) decode(ctx context.Context, s *store.Store, run int64, a store.StoredArtifact) (*imaging.Image, error) {
	picture, err := reports.Picture(ctx, s, a)
	if errors.Is(err, store.ErrDamaged) {
		if line := reports.Unshown(run, a, err); !slices.Contains(y.Unshown, line) {
			y.Unshown = append(y.Unshown, line)
		}
		return nil, nil
	}
	return picture, err
}

// heightFor is the height of pictures with which a grid is about gridWidth wide.
func heightFor(g sheet.Grid) int {
	columns := len(g.Columns.Levels) + 1 // and the inputs
	for _, c := range slices.Concat(g.Cells...) {
		if c.Picture != nil {
			return min(tallest, max(lowest, gridWidth/columns*c.Picture.H/c.Picture.W))
		}
	}
	return tallest
}
