package html

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"runexp/reports/document"
	"runexp/reports/grid"
	"runexp/reports/plots"
)

// A fake is a grid without a store: every combination of levels, with pictures of one colour.
type fake struct {
	axes  []grid.Axis
	steps []int // of the pictures on the way, and of the result
	size  image.Point
}

// usualAxes have 3 × 4 settings on 2 pairs.
func usualAxes() []grid.Axis {
	return []grid.Axis{
		{Name: "losses.style.weight", Levels: []string{"1", "10", "100"}},
		{Name: "losses.tv.weight", Levels: []string{"0", "1", "2", "3"}},
		{Name: "pair", Levels: []string{"house × wave", "raft × night"}},
	}
}

// make returns the document of the fake grid.
func (f fake) make(t *testing.T) document.Document {
	t.Helper()
	d := grid.Data{Axes: f.axes, Inputs: []grid.Input{}, Notes: []string{}, Numbers: []grid.Named{
		{Name: "eval/content", Label: "content distance", Better: "lower", Shown: true},
		{Name: "eval/style", Label: "style distance", Better: "lower"},
	}}
	g := &document.Grid{Scatter: true}
	add := func(c color.Color) string {
		key := fmt.Sprint(len(g.Pictures))
		g.Pictures = append(g.Pictures, document.GridPicture{Key: key, Alt: "picture " + key, Note: "picture " + key, File: &document.File{MIME: "image/png", Data: plain(t, c, f.size)}})
		return key
	}
	pairs := 1
	for _, a := range f.axes {
		if a.Name == "pair" {
			pairs = len(a.Levels)
		}
	}
	for pair := range pairs {
		for _, kind := range []string{"content", "style"} {
			key := add(color.Gray{uint8(40 + 80*pair)})
			d.Inputs = append(d.Inputs, grid.Input{Kind: kind, Name: fmt.Sprintf("%s-%d.png", kind, pair), Image: len(d.Inputs), Picture: grid.Picture{Width: f.size.X, Height: f.size.Y, Key: key}})
		}
	}
	at := make([]int, len(f.axes))
	for run := int64(1); ; run++ {
		pair := 0
		if pairs > 1 {
			pair = at[len(at)-1]
		}
		c := grid.Cell{Run: run, Levels: append([]int{}, at...), Inputs: []int{2 * pair, 2*pair + 1}, Values: []plots.Number{plots.Number(run), plots.Number(100 / float64(run))}}
		for _, step := range f.steps {
			c.Pictures = append(c.Pictures, grid.Picture{Step: step, Width: f.size.X, Height: f.size.Y, Key: add(color.RGBA{uint8(run * 9), uint8(step), 128, 255})})
		}
		d.Cells = append(d.Cells, c)
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(f.axes[i].Levels) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			break
		}
	}
	d.Arrange(2)
	d.Hold()
	g.Data = d
	return document.Document{Title: "Grid", Sections: []document.Section{{ID: "pictures", Title: "Pictures", Blocks: []document.Block{{Grid: g}}}}}
}

// plain is a PNG of one colour.
func plain(t *testing.T, c color.Color, size image.Point) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			m.Set(x, y, c)
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// page writes a document and returns its address.
func page(t *testing.T, d document.Document) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	var file bytes.Buffer
	if err := Write(&file, d); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}
