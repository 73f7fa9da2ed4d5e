package plots

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// termDashes distinguishes lines that share a colour, from the seventh on.
var termDashes = [][]vg.Length{nil, {4, 2}, {1.2, 1.6}}

// seriesStyle returns the line of series i of one run; 0 is the total.
func seriesStyle(i int) draw.LineStyle {
	if i == 0 {
		return draw.LineStyle{Color: ink, Width: totalWidth}
	}
	i--
	return draw.LineStyle{
		Color:  okabeIto[i%len(okabeIto)],
		Width:  termWidth,
		Dashes: termDashes[i/len(okabeIto)%len(termDashes)],
	}
}

// namePatterns distinguish the names that are plotted of several runs.
var namePatterns = [][]vg.Length{nil, {5, 2}, {1.2, 1.6}, {7, 2, 1.2, 2}, {2.5, 1.2}, {9, 2, 1.2, 1.6, 1.2, 2}}

// runColor returns the colour of run i: black comes last of seven, where no
// total needs it.
func runColor(i int) color.Color {
	if i %= len(okabeIto) + 1; i < len(okabeIto) {
		return okabeIto[i]
	}
	return ink
}

// names returns what is plotted, each once, in order.
func (c Convergence) names() (names []string, index map[string]int) {
	index = map[string]int{}
	for _, s := range c.Series {
		if _, seen := index[s.Name]; !seen {
			index[s.Name] = len(names)
			names = append(names, s.Name)
		}
	}
	return names, index
}

// distinguishable returns an error if more runs or names are to be drawn than
// there are colours and patterns.
func (c Convergence) distinguishable() error {
	names, _ := c.names()
	colors := len(okabeIto) + 1
	switch {
	case len(c.Runs) == 0:
		return nil
	case len(names) > 1 && len(c.Runs) > colors:
		return fmt.Errorf("%d runs of %d curves each cannot be told apart; give at most %d runs, or one metric", len(c.Runs), len(names), colors)
	case len(names) > len(namePatterns):
		return fmt.Errorf("%d curves of each run cannot be told apart; give at most %d metrics, or one run", len(names), len(namePatterns))
	case len(c.Runs) > colors*len(termDashes):
		return fmt.Errorf("%d runs cannot be told apart; give at most %d", len(c.Runs), colors*len(termDashes))
	}
	return nil
}

// lines returns the line of each series.
func (c Convergence) lines() []draw.LineStyle {
	lines := make([]draw.LineStyle, len(c.Series))
	names, index := c.names()
	for i, s := range c.Series {
		switch {
		case len(c.Runs) == 0 && c.Plain:
			lines[i] = seriesStyle(i + 1)
		case len(c.Runs) == 0:
			lines[i] = seriesStyle(i)
		case len(names) == 1:
			lines[i] = runStyle(s.Run)
		default:
			lines[i] = c.namePattern(index[s.Name])
			lines[i].Color = runColor(s.Run)
		}
	}
	return lines
}

// runStyle is the line of run i where one thing is plotted of each.
func runStyle(i int) draw.LineStyle {
	return draw.LineStyle{Color: runColor(i), Width: termWidth, Dashes: termDashes[i/(len(okabeIto)+1)%len(termDashes)]}
}

// namePattern is the line, in grey, of the i-th thing that is plotted of each run.
func (c Convergence) namePattern(i int) draw.LineStyle {
	width := termWidth
	if i == 0 && !c.Plain {
		width = totalWidth
	}
	return draw.LineStyle{Color: muted, Width: width, Dashes: namePatterns[i%len(namePatterns)]}
}

// legend returns the entries: the series of one run; the colours of several,
// and below them the patterns of what is plotted of each.
func (c Convergence) legend(lines []draw.LineStyle, low float64) legend {
	var key legend
	if len(c.Runs) == 0 {
		for i, s := range c.Series {
			key = append(key, entry{name: oneLine(s.Name) + c.remark(low, s), line: lines[i]})
		}
		return shortened(key)
	}
	names, _ := c.names()
	for i, run := range c.Runs {
		line := draw.LineStyle{Color: runColor(i), Width: totalWidth}
		if len(names) == 1 {
			line = runStyle(i)
		}
		key = append(key, entry{name: oneLine(run) + c.remark(low, c.chosen(func(s Series) bool { return s.Run == i })...), line: line})
	}
	if len(names) == 1 {
		return shortened(key)
	}
	key = append(key, entry{}) // a space between them
	for i, name := range names {
		remark := c.remark(low, c.chosen(func(s Series) bool { return s.Name == name })...)
		key = append(key, entry{name: oneLine(name) + remark, line: c.namePattern(i)})
	}
	return shortened(key)
}

// chosen returns the series that are wanted.
func (c Convergence) chosen(wanted func(Series) bool) []Series {
	var list []Series
	for _, s := range c.Series {
		if wanted(s) {
			list = append(list, s)
		}
	}
	return list
}

// remark says why no part of some series can be seen, "" if one can.
func (c Convergence) remark(low float64, series ...Series) string {
	remark := " (not above 0)"
	if c.Linear {
		remark = " (no number)"
	}
	for _, s := range series {
		for i, v := range s.Values {
			if finite(s.Steps[i]) && c.drawable(v) {
				if v >= low {
					return ""
				}
				remark = " (off the axis)"
			}
		}
	}
	return remark
}
