// Package grid lays pictures out in rows and columns with their settings in the
// headers, so that the eye compares what differs in one setting only.
package grid

import (
	"errors"
	"fmt"
	"image"
	"math"
	"strings"

	"runexp/framework/imaging"
	"runexp/reports/paper"
)

// A Grid is a table of pictures.
type Grid struct {
	Title         string
	Rows, Columns Axis
	Cells         [][]Cell // by row and column
	Beside        []Cell   // what they were made from, in a column on the left
}

// An Axis is what changes along a side; one level without a name has no header.
type Axis struct {
	Name   string
	Levels []string
}

// A Cell is a picture with lines below; without a picture they say why.
type Cell struct {
	Picture *imaging.Image
	Note    string // a line, or several with "\n" between; what is too wide is cut
}

// Lengths in sizes of the type.
const (
	margin  = 1.2
	gap     = 0.8
	apart   = 2.0 // between what was given and what was made
	leading = 1.35
	// levelLines is how many lines a header of a column may take.
	levelLines = 3
	// headerWidth bounds the headers of rows.
	headerWidth = 14
)

const typeSize = 14 // pixels

// Draw draws the grid on white, every picture of the given height in pixels or
// less. Errors: no pictures at all, cells that do not match the axes, and more
// pixels than a viewer would take.
func (g Grid) Draw(height int) (image.Image, error) {
	if err := g.check(); err != nil {
		return nil, fmt.Errorf("grid: %w", err)
	}
	face, err := paper.Sans(typeSize)
	if err != nil {
		return nil, err
	}
	l := g.layout(face, height)
	if l.width > paper.MaxPixels/l.height {
		return nil, fmt.Errorf("grid: %d × %d pixels are too many; choose fewer levels or a smaller height", l.height, l.width)
	}
	return l.draw(g)
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

// A layout is where everything goes, in pixels.
type layout struct {
	face                   paper.Face
	ascent, line           int
	picture                image.Point // of a cell
	left, top              int         // of the first cell
	headers                int         // x of the headers of rows
	columns                [][]string  // headers, in lines
	rows                   [][]string
	stepX, stepY           int
	width, height, columnY int
}

func px(ems float64) int { return int(math.Round(ems * typeSize)) }

func (g Grid) layout(face paper.Face, height int) layout {
	l := layout{face: face, ascent: face.Metrics().Ascent.Ceil(), line: px(leading)}
	for _, c := range g.all() {
		if c.Picture != nil {
			w, h := paper.Scaled(c.Picture, height)
			l.picture = image.Pt(max(l.picture.X, w), max(l.picture.Y, h))
		}
	}
	lines := 1
	for _, c := range g.all() {
		lines = max(lines, 1+strings.Count(c.Note, "\n"))
	}
	l.stepX, l.stepY = l.picture.X+px(gap), l.picture.Y+lines*l.line+px(gap)
	l.top = px(margin)
	if g.Title != "" {
		l.top += l.line
	}
	if g.Columns.Name != "" {
		l.top += l.line
	}
	l.columnY = l.top
	deepest := 0
	for _, level := range g.Columns.Levels {
		lines := wrapped(face, level, l.picture.X, levelLines)
		l.columns = append(l.columns, lines)
		deepest = max(deepest, len(lines))
	}
	l.top += deepest*l.line + px(gap)/2
	l.headers = px(margin)
	if len(g.Beside) > 0 {
		l.headers += l.picture.X + px(apart)
	}
	widest := 0
	if g.Rows.Name != "" {
		for _, level := range g.Rows.Levels {
			lines := wrapped(face, level, px(headerWidth), int(float64(l.picture.Y)/float64(l.line)))
			l.rows = append(l.rows, lines)
			for _, line := range lines {
				widest = max(widest, measure(face, line))
			}
		}
		widest = max(widest, min(px(headerWidth), measure(face, g.Rows.Name)))
		l.left = l.headers + widest + px(gap)
	} else {
		l.left = l.headers
	}
	beyond := max(measure(face, g.Title)-l.left, measure(face, g.Columns.Name))
	l.width = l.left + max(len(g.Columns.Levels)*l.stepX-px(gap), beyond) + px(margin)
	l.height = l.top + max(len(g.Rows.Levels), len(g.Beside))*l.stepY + px(margin)/2
	return l
}

// all returns every cell, and what stands beside them.
func (g Grid) all() []Cell {
	all := g.Beside
	for _, row := range g.Cells {
		all = append(all[:len(all):len(all)], row...)
	}
	return all
}

func (l layout) draw(g Grid) (image.Image, error) {
	sheet := paper.New(l.width, l.height)
	write := func(grey uint8, x, y int, lines ...string) {
		for i, line := range lines {
			paper.Write(sheet, l.face, grey, x, y+i*l.line+l.ascent, line)
		}
	}
	y := px(margin)
	if g.Title != "" {
		write(paper.Ink, px(margin), y, g.Title)
	}
	if g.Columns.Name != "" {
		write(paper.Muted, l.left, l.columnY-l.line, g.Columns.Name)
	}
	for i, lines := range l.columns {
		write(paper.Ink, l.left+i*l.stepX, l.columnY, lines...)
	}
	if g.Rows.Name != "" {
		name := wrapped(l.face, g.Rows.Name, l.left-l.headers-px(gap), 1)
		write(paper.Muted, l.headers, l.top-px(gap)/2-l.line, name...)
	}
	for i, lines := range l.rows {
		write(paper.Ink, l.headers, l.top+i*l.stepY, lines...)
	}
	cell := func(c Cell, x, y int) error {
		below := y
		if c.Picture != nil {
			w, h := paper.Scaled(c.Picture, l.picture.Y)
			if w > l.picture.X {
				w, h = l.picture.X, max(1, h*l.picture.X/w)
			}
			if err := paper.Paste(sheet, image.Rect(x, y, x+w, y+h), c.Picture); err != nil {
				return err
			}
			below = y + h
		}
		var note []string
		for line := range strings.SplitSeq(c.Note, "\n") {
			note = append(note, wrapped(l.face, line, l.picture.X, 1)...)
		}
		write(paper.Muted, x, below+2, note...)
		return nil
	}
	for i, c := range g.Beside {
		if err := cell(c, px(margin), l.top+i*l.stepY); err != nil {
			return nil, err
		}
	}
	for i, row := range g.Cells {
		for j, c := range row {
			if err := cell(c, l.left+j*l.stepX, l.top+i*l.stepY); err != nil {
				return nil, err
			}
		}
	}
	return sheet, nil
}
