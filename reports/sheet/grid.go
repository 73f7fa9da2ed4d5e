package sheet

import (
	"errors"
	"fmt"
	"image"
	"strings"

	"runexp/framework/imaging"
)

// A Grid is a table of pictures with their settings in the headers, so that
// neighbours differ in one setting only.
type Grid struct {
	Title         string
	Rows, Columns Axis
	Cells         [][]Cell // by row and column
	Beside        []Cell   // the inputs, in a column on the left
	Dark          bool     // drawn light on dark
}

// An Axis is what changes along a side; one level without a name has no header.
type Axis struct {
	Name   string
	Levels []string
}

// A Cell is a picture with lines below; without a picture they give the reason.
type Cell struct {
	Picture *imaging.Image
	Note    string // a line, or several with "\n" between; what is too wide is cut
}

// Lengths of a grid, in sizes of the text.
const (
	gridText    = 14 // pixels
	gridMargin  = 1.2
	gridGap     = 0.8
	gridApart   = 2.0 // between inputs and results
	gridLeading = 1.35
	// levelLines is how many lines a header of a column may take.
	levelLines = 3
	// headerWidth bounds the headers of rows.
	headerWidth = 14
)

// Draw draws the grid, every picture of the given height in pixels or
// less. Errors: no pictures at all, cells that do not match the axes, and more
// pixels than a viewer would take.
func (g Grid) Draw(height int) (image.Image, error) {
	if err := g.check(); err != nil {
		return nil, fmt.Errorf("grid: %w", err)
	}
	f, err := sans(gridText)
	if err != nil {
		return nil, err
	}
	l := g.layout(f, height)
	sheet := white
	if g.Dark {
		sheet = dark
	}
	canvas, err := sheet.blank(l.width, l.height, "levels")
	if err != nil {
		return nil, fmt.Errorf("grid: %w", err)
	}
	return canvas, l.draw(canvas, g, sheet)
}

func (g Grid) check() error {
	if len(g.Cells) != len(g.Rows.Levels) {
		return fmt.Errorf("%d rows of cells for %d levels; give one for each", len(g.Cells), len(g.Rows.Levels))
	}
	pictures := 0
	for _, row := range g.Cells {
		if len(row) != len(g.Columns.Levels) {
			return fmt.Errorf("%d cells in a row for %d levels; give one for each", len(row), len(g.Columns.Levels))
		}
		for _, c := range row {
			if c.Picture != nil {
				pictures++
			}
		}
	}
	if pictures == 0 {
		return errors.New("no pictures")
	}
	return nil
}

// A gridLayout is where everything goes, in pixels.
type gridLayout struct {
	face                   face
	line                   int         // height of one
	picture                image.Point // of a cell
	left, top              int         // of the first cell
	headers                int         // x of the headers of rows
	columns                [][]string  // headers, in lines
	rows                   [][]string
	stepX, stepY           int
	width, height, columnY int
}

func (g Grid) layout(f face, height int) gridLayout {
	px := f.px
	l := gridLayout{face: f, line: px(gridLeading)}
	for _, c := range g.all() {
		if c.Picture != nil {
			w, h := scaled(c.Picture, height)
			l.picture = image.Pt(max(l.picture.X, w), max(l.picture.Y, h))
		}
	}
	lines := 1
	for _, c := range g.all() {
		lines = max(lines, 1+strings.Count(c.Note, "\n"))
	}
	l.stepX, l.stepY = l.picture.X+px(gridGap), l.picture.Y+lines*l.line+px(gridGap)
	l.top = px(gridMargin)
	if g.Title != "" {
		l.top += l.line
	}
	if g.Columns.Name != "" {
		l.top += l.line
	}
	l.columnY = l.top
	deepest := 0
	for _, level := range g.Columns.Levels {
		lines := f.wrapped(level, l.picture.X, levelLines)
		l.columns = append(l.columns, lines)
		deepest = max(deepest, len(lines))
	}
	l.top += deepest*l.line + px(gridGap)/2
	l.headers = px(gridMargin)
	if len(g.Beside) > 0 {
		l.headers += l.picture.X + px(gridApart)
	}
	widest := 0
	if g.Rows.Name != "" {
		for _, level := range g.Rows.Levels {
			lines := f.wrapped(level, px(headerWidth), int(float64(l.picture.Y)/float64(l.line)))
			l.rows = append(l.rows, lines)
			for _, line := range lines {
				widest = max(widest, f.measure(line))
			}
		}
		widest = max(widest, min(px(headerWidth), f.measure(g.Rows.Name)))
		l.left = l.headers + widest + px(gridGap)
	} else {
		l.left = l.headers
	}
	beyond := max(f.measure(g.Title)-l.left, f.measure(g.Columns.Name))
	l.width = l.left + max(len(g.Columns.Levels)*l.stepX-px(gridGap), beyond) + px(gridMargin)
	l.height = l.top + max(len(g.Rows.Levels), len(g.Beside))*l.stepY + px(gridMargin)/2
	return l
}

// all returns every cell, those beside the grid included.
func (g Grid) all() []Cell {
	all := g.Beside
	for _, row := range g.Cells {
		all = append(all[:len(all):len(all)], row...)
	}
	return all
}

func (l gridLayout) draw(canvas *image.RGBA, g Grid, p paper) error {
	px := l.face.px
	write := func(grey uint8, x, y int, lines ...string) {
		for i, line := range lines {
			l.face.write(canvas, grey, x, y+i*l.line, line)
		}
	}
	y := px(gridMargin)
	if g.Title != "" {
		write(p.ink, px(gridMargin), y, g.Title)
	}
	if g.Columns.Name != "" {
		write(p.muted, l.left, l.columnY-l.line, g.Columns.Name)
	}
	for i, lines := range l.columns {
		write(p.ink, l.left+i*l.stepX, l.columnY, lines...)
	}
	if g.Rows.Name != "" {
		name := l.face.wrapped(g.Rows.Name, l.left-l.headers-px(gridGap), 1)
		write(p.muted, l.headers, l.top-px(gridGap)/2-l.line, name...)
	}
	for i, lines := range l.rows {
		write(p.ink, l.headers, l.top+i*l.stepY, lines...)
	}
	cell := func(c Cell, x, y int) error {
		below := y
		if c.Picture != nil {
			w, h := scaled(c.Picture, l.picture.Y)
			if w > l.picture.X {
				w, h = l.picture.X, max(1, h*l.picture.X/w)
			}
			if err := p.paste(canvas, image.Rect(x, y, x+w, y+h), c.Picture); err != nil {
				return err
			}
			below = y + h
		}
		var note []string
		for line := range strings.SplitSeq(c.Note, "\n") {
			note = append(note, l.face.wrapped(line, l.picture.X, 1)...)
		}
		write(p.muted, x, below+2, note...)
		return nil
	}
	for i, c := range g.Beside {
		if err := cell(c, px(gridMargin), l.top+i*l.stepY); err != nil {
			return err
		}
	}
	for i, row := range g.Cells {
		for j, c := range row {
			if err := cell(c, l.left+j*l.stepX, l.top+i*l.stepY); err != nil {
				return err
			}
		}
	}
	return nil
}
