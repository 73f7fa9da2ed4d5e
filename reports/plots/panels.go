package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panels are small plots of one size in rows, under one title and one legend.
type panels struct {
	title, subtitle string
	key             []entry
	plots           []*plot.Plot
	columns         int       // in a row, at most
	width, height   vg.Length // of a panel, with its axes
}

const (
	panelGap = vg.Length(14)
	keyGap   = vg.Length(14) // between two entries of the legend
)

// shape returns how many panels are side by side and above each other.
func (f panels) shape() (columns, rows int) {
	columns = max(1, min(f.columns, len(f.plots)))
	return columns, (len(f.plots) + columns - 1) / columns
}

func (f panels) size() (width, height vg.Length) {
	columns, rows := f.shape()
	width = 2*margin + vg.Length(columns)*f.width + vg.Length(columns-1)*panelGap
	// A title or a legend needs some room above a single narrow panel.
	width = max(width, 4*vg.Inch)
	top := f.top(width - 2*margin)
	return width, 2*margin + top + vg.Length(rows)*f.height + vg.Length(rows-1)*panelGap
}

// top is the height of title, subtitle and legend.
func (f panels) top(width vg.Length) vg.Length {
	height := vg.Length(0)
	for _, line := range (header{title: f.title, subtitle: f.subtitle}).lines() {
		if line.text != "" {
			height += leading * line.style.Font.Size
		}
	}
	if rows := f.keyRows(width); len(rows) > 0 {
		height += headerGap + vg.Length(len(rows))*legendRow
	}
	return height + headerGap
}

// keyRows breaks the legend into rows that fit the width.
func (f panels) keyRows(width vg.Length) [][]entry {
	var rows [][]entry
	used := width // so that the first entry begins a row
	for _, e := range f.key {
		w := keyWidth(e)
		if used+keyGap+w > width || len(rows) == 0 {
			rows, used = append(rows, nil), 0
		} else {
			used += keyGap
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += w
	}
	return rows
}

func keyWidth(e entry) vg.Length {
	return legendLine + legendSpace + textStyle(labelSize, ink).Width(e.name)
}

func (f panels) draw(c draw.Canvas) {
	width := c.Max.X - c.Min.X
	y := c.Max.Y
	lines := (header{title: f.title, subtitle: f.subtitle}).lines()
	for i := len(lines) - 1; i >= 0; i-- {
		line := lines[i]
		if line.text == "" {
			continue
		}
		height := leading * line.style.Font.Size
		drawText(c, line.style, vg.Point{X: c.Min.X, Y: y - height/2}, fitted(line.text, line.style, width))
		y -= height
	}
	rows := f.keyRows(width)
	if len(rows) > 0 {
		y -= headerGap
	}
	for _, row := range rows {
		x := c.Min.X
		for _, e := range row {
			e.draw(c, x, y-legendRow/2)
			name := vg.Point{X: x + legendLine + legendSpace, Y: y - legendRow/2}
			drawText(c, textStyle(labelSize, ink), name, e.name)
			x += keyWidth(e) + keyGap
		}
		y -= legendRow
	}
	columns, high := f.shape()
	grid := make([][]*plot.Plot, high)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
	}
	for i, p := range f.plots {
		grid[i/columns][i%columns] = p
	}
	below := draw.Crop(c, 0, vg.Length(columns)*f.width+vg.Length(columns-1)*panelGap-width, 0, y-headerGap-c.Max.Y)
	tiles := draw.Tiles{Rows: high, Cols: columns, PadX: panelGap, PadY: panelGap}
	for i, row := range plot.Align(grid, tiles, below) {
		for j, canvas := range row {
			if grid[i][j] != nil {
				grid[i][j].Draw(canvas)
			}
		}
	}
}
