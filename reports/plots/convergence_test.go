package plots_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"runexp/reports/plots"
)

func line(name string, values ...float64) plots.Series {
	s := plots.Series{Name: name, Values: values}
	for i := range values {
		s.Steps = append(s.Steps, float64(i))
	}
	return s
}

// A small figure crowds more, and takes the race detector less time.
const width, height = 4.2 * vg.Inch, 2.6 * vg.Inch

// awkward are inputs that break a careless logarithmic plot.
func awkward() map[string]plots.Convergence {
	nan, inf := math.NaN(), math.Inf(1)
	many := twoStages()
	for i := range 14 {
		many.Series = append(many.Series, line(fmt.Sprintf("style/conv%d_1 with a rather long name, longer than there is room", i), 5, 4, 3))
	}
	many.Title = strings.Repeat("a long title ", 20)
	many.Stages = []plots.Stage{{0, "150 × 225"}, {300, "200 × 300"}, {380, "250 × 375"}, {500, "300 × 450"}, {790, "600 × 900"}}
	several := plots.Convergence{Stages: many.Stages}
	for run := range 7 {
		several.Runs = append(several.Runs, fmt.Sprintf("%d: style.weight %d, stages.1.optimizer.lr 0.001, and 2 more", run, run))
		for _, name := range []string{"total", "content", "style"} {
			curve := line(name, float64(3+run), 2, nan, 1)
			curve.Run = run
			several.Series = append(several.Series, curve)
		}
	}
	return map[string]plots.Convergence{
		"several runs":         several,
		"linear":               {Linear: true, Series: []plots.Series{line("total", -5, nan, 0, 4), line("none", nan, inf)}},
		"linear, constant":     {Linear: true, Series: []plots.Series{line("total", 0, 0)}},
		"linear, largest":      {Linear: true, Series: []plots.Series{line("total", 1e300, -1e300, math.MaxFloat64)}},
		"linear, no change":    {Linear: true, Plain: true, Series: []plots.Series{line("total", 1e8, 1e8+1e-8), line("other", 1e8)}},
		"one point":            {Series: []plots.Series{line("total", 3)}},
		"constant":             {Series: []plots.Series{line("total", 7, 7, 7), line("content", 0, 0, 0)}},
		"gaps":                 {Series: []plots.Series{line("total", 5, nan, 4, inf, 3, -1, 0, 2, 1)}},
		"steps are not finite": {Series: []plots.Series{{Name: "total", Steps: []float64{nan, 0, inf, 1}, Values: []float64{1, 2, 3, 4}}}},
		"smallest and largest": {Series: []plots.Series{line("total", math.MaxFloat64, 1e-300)}},
		"smallest":             {Series: []plots.Series{line("total", 1e-300, 2e-300, math.SmallestNonzeroFloat64)}},
		"nearly constant":      {Series: []plots.Series{line("total", 1e8, 1e8+1e-8)}},
		"characters":           {Title: "a\x00b\n<&>\"' \xff 星", Subtitle: "\t", Series: []plots.Series{line("<b>\x07", 2, 1)}, Stages: []plots.Stage{{1, "\x00"}}},
		"stages elsewhere":     {Series: []plots.Series{line("total", 2, 1)}, Stages: []plots.Stage{{-5, "a"}, {-1, "b"}, {0.5, ""}, {1, "c"}, {9, "d"}}},
		"many":                 many,
		"two stages":           twoStages(),
	}
}

// Nothing panics, nothing is cut off at the edges, and the SVG is well formed.
func TestDrawAwkwardInput(t *testing.T) {
	for name, c := range awkward() {
		t.Run(name, func(t *testing.T) {
			p, err := c.Draw()
			if err != nil {
				t.Fatal(err)
			}
			var svg, png bytes.Buffer
			if err := plots.Write(p, &svg, "svg", width, height); err != nil {
				t.Fatal(err)
			}
			for d := xml.NewDecoder(&svg); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("SVG: %v", err)
				}
			}
			if err := plots.Write(p, &png, "png", width, height); err != nil {
				t.Fatal(err)
			}
			m := decode(t, png.Bytes())
			const edge = 8 // pixels, half the margin
			w, h := m.Bounds().Dx(), m.Bounds().Dy()
			inked := false
			for y := range h {
				for x := range w {
					r, g, b, _ := m.At(x, y).RGBA()
					white := r == 0xffff && g == 0xffff && b == 0xffff
					inked = inked || !white
					if !white && (x < edge || y < edge || x >= w-edge || y >= h-edge) {
						t.Fatalf("ink at %d, %d of %d × %d", x, y, w, h)
					}
				}
			}
			if !inked {
				t.Error("nothing drawn")
			}
		})
	}
}

func TestDrawIsDeterministic(t *testing.T) {
	for _, format := range []string{"svg", "png"} {
		var files [3]bytes.Buffer
		p, err := twoStages().Draw()
		if err != nil {
			t.Fatal(err)
		}
		for i := range files {
			if i == 2 { // the same plot twice, and another of the same input
				if p, err = twoStages().Draw(); err != nil {
					t.Fatal(err)
				}
			}
			if err := plots.Write(p, &files[i], format, width, height); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) || !bytes.Equal(files[0].Bytes(), files[2].Bytes()) {
			t.Errorf("%s: the same input gave other bytes", format)
		}
	}
}

func TestDrawRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		input plots.Convergence
		want  []string
	}{
		{"no series", plots.Convergence{}, []string{"no series to draw"}},
		{"nothing drawable", plots.Convergence{Series: []plots.Series{line("total", math.NaN(), math.Inf(1))}}, []string{"no value is finite"}},
		{"all problems", plots.Convergence{
			Series: []plots.Series{line("empty"), {Name: "short", Steps: []float64{1, 2}, Values: []float64{1}}},
			Stages: []plots.Stage{{5, "a"}, {4, "b"}},
		}, []string{`series "empty" is empty`, `series "short" has 2 steps and 1 value`, `stage "b" begins at step 4`}},
		{"run that is none", plots.Convergence{Runs: []string{"a"}, Series: []plots.Series{{Name: "total", Run: 1, Steps: []float64{1}, Values: []float64{1}}}}, []string{`series "total" is of run 1, and there are 1`}},
		{"many runs and names", plots.Convergence{Runs: make([]string, 8), Series: []plots.Series{line("a", 1), line("b", 1)}}, []string{"8 runs of 2 curves each cannot be told apart; give at most 7 runs, or one metric"}},
		{"many runs", plots.Convergence{Runs: make([]string, 22), Series: []plots.Series{line("a", 1)}}, []string{"22 runs cannot be told apart; give at most 21"}},
		{"many names", plots.Convergence{Runs: make([]string, 2), Series: []plots.Series{line("a", 1), line("b", 1), line("c", 1), line("d", 1), line("e", 1), line("f", 1), line("g", 1)}}, []string{"7 curves of each run cannot be told apart; give at most 6"}},
		{"nothing finite", plots.Convergence{Linear: true, Series: []plots.Series{line("total", math.Inf(1), math.NaN())}}, []string{"no value is finite"}},
		{"stage at infinity", plots.Convergence{Series: []plots.Series{line("total", 1)}, Stages: []plots.Stage{{math.Inf(1), "a"}}}, []string{`stage "a" begins at step +Inf`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.input.Draw()
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

// svgOf returns a figure as text.
func svgOf(t *testing.T, c plots.Convergence) string {
	t.Helper()
	p, err := c.Draw()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := plots.Write(p, &file, "svg", plots.Width, plots.Height); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

func TestDrawSaysWhatCannotBeSeen(t *testing.T) {
	svg := svgOf(t, plots.Convergence{Series: []plots.Series{
		line("total", 100, 90), line("content", 0, 0), line("tiny", 0, 1e-9), line("late", 0, 1), line("broken", math.NaN(), math.Inf(1)),
	}})
	for _, want := range []string{">content (not above 0)<", ">tiny (off the axis)<", ">late<", ">broken (not above 0)<", ">iteration<", ">weighted loss<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the figure does not say %s", want)
		}
	}
	// 8 decades below 100, and the tiny values do not stretch the axis further.
	if !strings.Contains(svg, ">−5<") || strings.Contains(svg, ">−7<") {
		t.Error("the axis does not end 8 decades below the largest value")
	}
	if svg := svgOf(t, plots.Convergence{XLabel: "seconds", YLabel: "loss", Series: []plots.Series{line("total", 1, 2)}}); !strings.Contains(svg, ">seconds<") || !strings.Contains(svg, ">loss<") {
		t.Error("axis titles are not as given")
	}
	if !strings.Contains(svg, "font-family:Liberation Sans,Arial,") {
		t.Error("no fonts to fall back to")
	}
}

// Of several runs the legend has the runs and then what is plotted of each, and
// says of which nothing can be seen; there is room for long labels.
func TestDrawSeveralRuns(t *testing.T) {
	c := plots.Convergence{Runs: []string{"1: style.weight 1", "2: style.weight 1000"}}
	for run := range 2 {
		for i, name := range []string{"total", "tv"} {
			s := line(name, float64(1-i)*5, float64(1-i)*4)
			s.Run = run
			c.Series = append(c.Series, s)
		}
	}
	svg := svgOf(t, c)
	for _, want := range []string{">1: style.weight 1<", ">2: style.weight 1000<", ">total<", ">tv (not above 0)<"} {
		if strings.Count(svg, want) != 1 {
			t.Errorf("the legend has %d of %s", strings.Count(svg, want), want)
		}
	}
	usual, height := c.Size()
	c.Runs[0] = strings.Repeat("long ", 9)
	wide, _ := c.Size()
	if usual != plots.Width || height != plots.Height || wide <= usual {
		t.Errorf("%v × %v, and %v wide for long labels", usual, height, wide)
	}
	for len(c.Runs) < 21 {
		c.Runs = append(c.Runs, "x")
	}
	if _, tall := c.Size(); tall <= height {
		t.Errorf("%v high for 21 runs", tall)
	}
	if err := c.Save(filepath.Join(t.TempDir(), "a.svg")); err == nil {
		t.Error("21 runs of two curves each were drawn")
	}
	c.Series = c.Series[:1]
	if err := c.Save(filepath.Join(t.TempDir(), "a.svg")); err != nil {
		t.Error(err)
	}
}

func TestDrawLonePointIsADot(t *testing.T) {
	arc := regexp.MustCompile(`d="M[^"]*A`)
	if !arc.MatchString(svgOf(t, plots.Convergence{Series: []plots.Series{line("total", 3)}})) {
		t.Error("no dot for a single point")
	}
	if arc.MatchString(svgOf(t, plots.Convergence{Series: []plots.Series{line("total", 3, 2)}})) {
		t.Error("a dot where there is a line")
	}
}

func TestDrawCountsWholeIterations(t *testing.T) {
	c := plots.Convergence{Series: []plots.Series{line("total", 300, 200, 100)}}
	if strings.Contains(svgOf(t, c), ">0.5<") {
		t.Error("a label at half an iteration")
	}
	c.Series[0].Steps[1] = 0.7 // seconds
	if !strings.Contains(svgOf(t, c), ">0.5<") {
		t.Error("no label between 0 and 1 second")
	}
}

func TestDrawShortensTitles(t *testing.T) {
	c := twoStages()
	c.Title = strings.Repeat("wide ", 13) // past the data, not past the legend
	if !strings.Contains(svgOf(t, c), ">"+c.Title+"<") {
		t.Error("a title that fits was shortened")
	}
	c.Title = strings.Repeat("wide ", 25)
	if svg := svgOf(t, c); strings.Contains(svg, c.Title) || !strings.Contains(svg, "…<") {
		t.Error("a title that does not fit was not shortened")
	}
	c.Title = "two\nlines\x00"
	if !strings.Contains(svgOf(t, c), `>two\nlines\x00<`) {
		t.Error("control characters of a title remain, or are lost")
	}
}

func TestWriteRefuses(t *testing.T) {
	p, err := twoStages().Draw()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		format        string
		width, height vg.Length
		want          string
	}{
		{"pdf", 100, 100, `unknown format "pdf"; give png or svg`},
		{"png", 0, 100, "give sides above 0"},
		{"svg", 100, vg.Length(math.NaN()), "give sides above 0"},
		{"png", 100 * vg.Inch, 100, "up to 20"},
	} {
		if err := plots.Write(p, io.Discard, c.format, c.width, c.height); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestSave(t *testing.T) {
	p, err := twoStages().Draw()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := plots.Save(p, filepath.Join(dir, "a.PNG")); err != nil {
		t.Error(err)
	}
	if m := decode(t, read(t, filepath.Join(dir, "a.PNG"))); m.Bounds().Dx() != 1280 || m.Bounds().Dy() != 760 {
		t.Errorf("size %v", m.Bounds())
	}
	if err := plots.Save(p, filepath.Join(dir, "a.txt")); err == nil || !strings.Contains(err.Error(), "a.txt") {
		t.Errorf("unknown format: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a.txt")); err == nil {
		t.Error("a file was left behind")
	}
	if err := plots.Save(p, filepath.Join(dir, "absent", "a.svg")); !strings.Contains(fmt.Sprint(err), "absent") {
		t.Errorf("no such folder: %v", err)
	}
}
