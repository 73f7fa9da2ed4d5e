package plots

import (
	"errors"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"runexp/reports/typeface"
)

// A Tradeoff plots one metric against another, a point for each setting, with
// the front of those that no other setting beats in both.
type Tradeoff struct {
	Title, Subtitle string
	XLabel, YLabel  string
	Groups          []string // what Setting.Group counts; one colour each, and another shape where colours begin again
	Settings        []Setting
}

// A Setting is a point of a trade-off.
type Setting struct {
	Label string
	Group int
	X, Y  float64
	Front bool // no other setting is better in one and as good in the other
}

// mostNames is how many settings are all named; of more only the front's are.
const mostNames = 20

// Size returns the size of the figure: at least the usual one.
func (t Tradeoff) Size() (width, height vg.Length) { return t.panels(nil).size() }

func (t Tradeoff) panels(p *plot.Plot) panels {
	f := panels{
		title: oneLine(t.Title), subtitle: oneLine(t.Subtitle), plots: []*plot.Plot{p}, columns: 1,
		width: Width - 2*margin, height: Height,
	}
	if len(t.Groups) > 1 {
		for i, name := range t.Groups {
			e := entry{name: oneLine(name), line: draw.LineStyle{Color: runColor(i), Width: 3 * totalWidth}}
			if t.Shaped() {
				e.mark = groupShape(i)
			}
			f.key = append(f.key, e)
		}
	}
	f.key = shortened(append(f.key, entry{name: "Pareto front", line: frontLine()}))
	return f
}

// Shaped reports whether there are more groups than colours, so that shapes tell them apart too.
func (t Tradeoff) Shaped() bool { return len(t.Groups) > len(okabeIto)+1 }

// groupShape returns the shape of group i's points: where the colours begin again it is another.
func groupShape(i int) draw.GlyphDrawer {
	shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}}
	return shapes[i/(len(okabeIto)+1)%len(shapes)]
}

// frontLine is dashed: nothing was measured between the points.
func frontLine() draw.LineStyle {
	return draw.LineStyle{Color: muted, Width: termWidth / 2, Dashes: []vg.Length{3, 2}}
}

// figure draws the points, those of the front full and joined, the others as rings.
// Errors: nothing that can be drawn.
func (t Tradeoff) figure() (func(draw.Canvas), error) {
	x, y := nothing(), nothing()
	var shown []Setting
	for _, s := range t.Settings {
		if finite(s.X) && finite(s.Y) {
			x, y = x.with(s.X), y.with(s.Y)
			shown = append(shown, s)
		}
	}
	if x.empty() {
		return nil, errors.New("plots: nothing to draw: no setting has both metrics")
	}
	p := plot.New()
	x, y = x.widened().widened(), y.widened().widened() // room for names
	styleAxis(&p.X, t.XLabel, linear{})
	styleAxis(&p.Y, t.YLabel, linear{})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.low, x.high, y.low, y.high
	p.Add(grid{}, settings(shown))
	return t.panels(p).draw, nil
}

// settings draws points and their names.
type settings []Setting

const (
	dotSize = vg.Length(3)
	nameGap = vg.Length(5) // between a point and its name
)

// Plot joins the front's points by x, then draws all points and, where there is
// room, their names: the front's first.
func (s settings) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at := func(s Setting) vg.Point { return vg.Point{X: x(s.X), Y: y(s.Y)} }
	var front []vg.Point
	var taken []vg.Rectangle
	ordered := slices.Clone(s)
	slices.SortStableFunc(ordered, func(a, b Setting) int {
		switch {
		case a.Front != b.Front:
			return map[bool]int{true: -1, false: 1}[a.Front]
		case a.X < b.X:
			return -1
		case a.X > b.X:
			return 1
		}
		return 0
	})
	for _, v := range ordered {
		if v.Front {
			front = append(front, at(v))
		}
		taken = append(taken, around(at(v), dotSize, dotSize))
	}
	c.StrokeLines(frontLine(), front)
	over := along(front)
	for _, v := range ordered {
		c.DrawGlyph(draw.GlyphStyle{Color: runColor(v.Group), Radius: dotSize, Shape: groupShape(v.Group)}, at(v))
		if !v.Front {
			c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: 0.55 * dotSize, Shape: groupShape(v.Group)}, at(v))
		}
	}
	names := make([]string, len(ordered))
	for i, v := range ordered {
		names[i] = oneLine(v.Label)
	}
	names = typeface.ShortenAll(names, longestLabel)
	for i, v := range ordered {
		name := names[i]
		if !v.Front && len(s) > mostNames {
			break
		}
		box, free := place(c, at(v), name, append(over, taken...))
		if !free && v.Front { // over the line rather than not at all
			box, free = place(c, at(v), name, taken)
		}
		if free {
			drawText(c, textStyle(tickSize, ink), vg.Point{X: box.Min.X, Y: (box.Min.Y + box.Max.Y) / 2}, name)
			taken = append(taken, box)
		}
	}
}

func around(p vg.Point, dx, dy vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: p.X - dx, Y: p.Y - dy}, Max: vg.Point{X: p.X + dx, Y: p.Y + dy}}
}

// place finds room for the name of a point: right of it, left, above or below,
// within the data's area and over nothing that is taken.
func place(c draw.Canvas, p vg.Point, label string, taken []vg.Rectangle) (vg.Rectangle, bool) {
	width := textStyle(tickSize, ink).Width(label)
	const half = tickSize * 0.6
	for _, middle := range []vg.Point{
		{X: p.X + nameGap + width/2, Y: p.Y},
		{X: p.X - nameGap - width/2, Y: p.Y},
		{X: p.X + width/2, Y: p.Y + nameGap + half},
		{X: p.X + width/2, Y: p.Y - nameGap - half},
		{X: p.X - width/2, Y: p.Y + nameGap + half},
		{X: p.X - width/2, Y: p.Y - nameGap - half},
	} {
		box := around(middle, width/2, half)
		inside := box.Min.X >= c.Min.X && box.Max.X <= c.Max.X && box.Min.Y >= c.Min.Y && box.Max.Y <= c.Max.Y
		if inside && !slices.ContainsFunc(taken, func(t vg.Rectangle) bool { return overlap(t, box) }) {
			return box, true
		}
	}
	return vg.Rectangle{}, false
}

// along covers a line with small boxes, so that no name is written over it.
func along(line []vg.Point) []vg.Rectangle {
	const step = vg.Length(3)
	var boxes []vg.Rectangle
	for i := 1; i < len(line); i++ {
		d := line[i].Sub(line[i-1])
		n := int(vg.Length(math.Hypot(float64(d.X), float64(d.Y)))/step) + 1
		for j := range n {
			boxes = append(boxes, around(line[i-1].Add(d.Scale(vg.Length(j)/vg.Length(n))), 1, 1))
		}
	}
	return boxes
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

var (
	_ Figure       = Tradeoff{}
	_ plot.Plotter = settings{}
)
