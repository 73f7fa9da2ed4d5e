package plots

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Geometry tells a script where the data of a drawn figure are, so that it can show the
// values under a pointer. As JSON it is what reports/html/pointer.js reads.
type Geometry struct {
	// Width and Height are those of the SVG's viewBox, in points.
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	// Left, Top, Right and Bottom are the edges of the data's area in the viewBox, whose
	// origin is at the top left.
	Left   float64 `json:"left"`
	Top    float64 `json:"top"`
	Right  float64 `json:"right"`
	Bottom float64 `json:"bottom"`
	X      Scale   `json:"x"`
	Y      Scale   `json:"y"`
	Series []Line  `json:"series"`
	Stages []Start `json:"stages"` // never null
}

// A Scale is an axis: Low is at its left or lower end, High at the other.
type Scale struct {
	Label string  `json:"label"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Log   bool    `json:"log"`
}

// A Line is one curve: Values[i] at Steps[i], null for what is not finite. Of more than about
// 1000 points it has the lowest and the highest of each bin, and what is not finite once.
type Line struct {
	Name   string   `json:"name"`
	Color  string   `json:"color"`  // #rrggbb
	Dashes string   `json:"dashes"` // for stroke-dasharray, "" for a line without gaps
	Steps  []Number `json:"steps"`
	Values []Number `json:"values"`
}

// A Start is the beginning of a stage.
type Start struct {
	At    float64 `json:"at"`
	Label string  `json:"label"`
}

// A Number is written to JSON with six digits, more than any curve shows; null if it is not finite.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if !finite(v) {
		return []byte("null"), nil
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e15 { // steps are exact
		return strconv.AppendFloat(nil, v, 'f', -1, 64), nil
	}
	return strconv.AppendFloat(nil, v, 'g', 6, 64), nil
}

// Interactive draws the figure at its Size as an SVG and returns where its data are. Errors: those
// of Draw, and a figure that is too large.
func (c Convergence) Interactive() (svg []byte, at Geometry, err error) {
	p, err := c.Draw()
	if err != nil {
		return nil, at, err
	}
	width, height := c.Size()
	var file bytes.Buffer
	if err := Write(p, &file, "svg", width, height); err != nil {
		return nil, at, err
	}
	area := p.DataCanvas(within(margin, draw.New(vgsvg.New(width, height))))
	_, linearly := p.Y.Tick.Marker.(linear) // also where no value is above 0
	at = Geometry{
		Width: width.Points(), Height: height.Points(),
		Left: area.Min.X.Points(), Right: area.Max.X.Points(),
		Top: (height - area.Max.Y).Points(), Bottom: (height - area.Min.Y).Points(),
		X:      Scale{p.X.Label.Text, p.X.Min, p.X.Max, false},
		Y:      Scale{p.Y.Label.Text, p.Y.Min, p.Y.Max, !linearly},
		Stages: []Start{},
	}
	lines, names := c.lines(), c.lineNames()
	for i, s := range c.Series {
		at.Series = append(at.Series, s.line(names[i], lines[i]))
	}
	for _, s := range c.Stages {
		at.Stages = append(at.Stages, Start{s.At, oneLine(s.Label)})
	}
	return file.Bytes(), at, nil
}

// lineNames names each series by its run and by what is plotted of it, as far as that differs.
func (c Convergence) lineNames() []string {
	names, _ := c.names()
	list := make([]string, len(c.Series))
	for i, s := range c.Series {
		switch {
		case len(c.Runs) == 0:
			list[i] = oneLine(s.Name)
		case len(names) == 1:
			list[i] = oneLine(c.Runs[s.Run])
		default:
			list[i] = oneLine(c.Runs[s.Run]) + " · " + oneLine(s.Name)
		}
	}
	return list
}

func (s Series) line(name string, style draw.LineStyle) Line {
	l := Line{Name: name, Color: hex(style.Color), Dashes: dashes(style.Dashes)}
	for _, i := range s.telling() {
		l.Steps, l.Values = append(l.Steps, Number(s.Steps[i])), append(l.Values, Number(s.Values[i]))
	}
	return l
}

// mostPoints is how many points of a curve a page gets before they are thinned: more than a
// pointer can tell apart on the width of a figure.
const mostPoints = 1000

// telling returns the places of the points with a finite step that a page gets, in order.
func (s Series) telling() []int {
	var all []int
	for i, step := range s.Steps {
		if finite(step) {
			all = append(all, i)
		}
	}
	if len(all) <= mostPoints {
		return all
	}
	const bins = mostPoints / 2
	kept := []int{all[0]}
	keep := func(i int) {
		if i > kept[len(kept)-1] {
			kept = append(kept, i)
		}
	}
	for b := range bins {
		low, high, gap := -1, -1, -1
		for _, i := range all[b*len(all)/bins : (b+1)*len(all)/bins] {
			switch v := s.Values[i]; {
			case !finite(v):
				if gap < 0 {
					gap = i
				}
			case low < 0:
				low, high = i, i
			case v < s.Values[low]:
				low = i
			case v > s.Values[high]:
				high = i
			}
		}
		for _, i := range inOrder(low, high, gap) {
			keep(i)
		}
	}
	keep(all[len(all)-1])
	return kept
}

// inOrder sorts three numbers, without those below 0.
func inOrder(numbers ...int) []int {
	numbers = slices.DeleteFunc(numbers, func(i int) bool { return i < 0 })
	slices.Sort(numbers)
	return numbers
}

// hex writes a colour for CSS.
func hex(c color.Color) string {
	v := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", v.R, v.G, v.B)
}

func dashes(list []vg.Length) string {
	var parts []string
	for _, l := range list {
		parts = append(parts, strconv.FormatFloat(l.Points(), 'g', -1, 64))
	}
	return strings.Join(parts, " ")
}
