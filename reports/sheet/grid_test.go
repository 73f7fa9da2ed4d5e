package sheet

import (
	"flag"
	"image"
	"image/png"
	"os"
	"strings"
	"testing"

	"runexp/framework/imaging"
)

var look = flag.String("look", "", "write the grid of the tests to this PNG file")

// plain is a picture of one level of grey.
func plain(h, w int, level float32) *imaging.Image {
	m := imaging.New(h, w)
	for i := range m.Pix {
		m.Pix[i] = level
	}
	return m
}

// exampleGrid has two rows and three columns, each cell of a grey of its own, one of them missing.
func exampleGrid() Grid {
	g := Grid{
		Title:   "a.png and b.png",
		Rows:    Axis{"losses.tv.weight", []string{"0", "1000"}},
		Columns: Axis{"losses.content.layers", []string{"conv3_1", "conv4_4", "conv1_1, conv2_1, conv3_1, conv4_1, conv5_1, and on"}},
		Beside:  []Cell{{plain(40, 60, 0.8), "content"}, {plain(80, 40, 0.6), "style"}},
	}
	for i := range 2 {
		g.Cells = append(g.Cells, nil)
		for j := range 3 {
			g.Cells[i] = append(g.Cells[i], Cell{plain(40, 60, float32(3*i+j+1)/10), "run 12"})
		}
	}
	g.Cells[1][2] = Cell{nil, "failed"}
	return g
}

func drawn(t *testing.T, s interface {
	Draw(height int) (image.Image, error)
}, height int) image.Image {
	t.Helper()
	m, err := s.Draw(height)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each picture is where its row and column are, at its height, and nothing
// reaches into the margin.
func TestGridDraw(t *testing.T) {
	g := exampleGrid()
	m := drawn(t, g, 100)
	if *look != "" {
		f, err := os.Create(*look)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, m); err != nil {
			t.Fatal(err)
		}
	}
	face, err := sans(gridText)
	if err != nil {
		t.Fatal(err)
	}
	l := g.layout(face, 100)
	if l.picture != image.Pt(150, 100) {
		t.Errorf("cells of %v", l.picture)
	}
	level := func(x, y int) uint32 {
		r, _, _, _ := m.At(x, y).RGBA()
		return r >> 8
	}
	for i := range 2 {
		for j := range 3 {
			want := uint32(float32(3*i+j+1)/10*255 + 0.5)
			if i == 1 && j == 2 {
				want = 255
			}
			x, y := l.left+j*l.stepX, l.top+i*l.stepY
			for _, at := range []image.Point{{x + 2, y + 40}, {x + 147, y + 97}} {
				if got := level(at.X, at.Y); got != want {
					t.Errorf("row %d, column %d: level %d at %v, want %d", i, j, got, at, want)
				}
			}
		}
	}
	if got := level(face.px(gridMargin)+75, l.top+50); got != 204 {
		t.Errorf("the content is %d", got)
	}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			inside := x >= 6 && y >= 6 && x < m.Bounds().Dx()-6 && y < m.Bounds().Dy()-2
			if !inside && level(x, y) != 255 {
				t.Fatalf("ink at %d, %d of %v", x, y, m.Bounds())
			}
		}
	}
}

// On dark the same pictures stand in the same places, and no part of the ground or of the text is white.
func TestGridDark(t *testing.T) {
	g := exampleGrid()
	light := drawn(t, g, 100)
	g.Dark = true
	night := drawn(t, g, 100)
	if night.Bounds() != light.Bounds() {
		t.Fatalf("%v, and %v on dark", light.Bounds(), night.Bounds())
	}
	face, err := sans(gridText)
	if err != nil {
		t.Fatal(err)
	}
	l := g.layout(face, 100)
	level := func(m image.Image, x, y int) uint32 {
		r, _, _, _ := m.At(x, y).RGBA()
		return r >> 8
	}
	if got := level(night, 1, 1); got != uint32(dark.ground) {
		t.Errorf("the ground is %d", got)
	}
	if day, got := level(light, l.left+2, l.top+40), level(night, l.left+2, l.top+40); got != day {
		t.Errorf("a picture of %d is %d", day, got)
	}
	most := uint32(0)
	for y := range l.top - 2 { // the title and headers
		for x := range night.Bounds().Dx() {
			most = max(most, level(night, x, y))
		}
	}
	if most < 200 || most > uint32(dark.ink) {
		t.Errorf("the text is at most %d", most)
	}
}

// Without names there are no headers.
func TestGridOneRow(t *testing.T) {
	g := Grid{Rows: Axis{Levels: []string{""}}, Columns: Axis{"seed", []string{"1"}}, Cells: [][]Cell{{{plain(4, 4, 0), ""}}}}
	named := g
	named.Rows.Name = "losses.tv.weight"
	if a, b := drawn(t, g, 60).Bounds().Dx(), drawn(t, named, 60).Bounds().Dx(); a >= b {
		t.Errorf("%d pixels wide without the name of a row, %d with it", a, b)
	}
}

func TestGridRefuses(t *testing.T) {
	empty, short, uneven, huge := exampleGrid(), exampleGrid(), exampleGrid(), exampleGrid()
	empty.Cells = [][]Cell{{{}, {}, {}}, {{}, {}, {}}}
	short.Cells = short.Cells[:1]
	uneven.Cells[0] = uneven.Cells[0][:1]
	for want, g := range map[string]Grid{"no pictures": empty, "1 rows of cells for 2 levels": short, "1 cells in a row for 3 levels": uneven} {
		if _, err := g.Draw(100); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := huge.Draw(20000); err == nil || !strings.Contains(err.Error(), "smaller height") {
		t.Errorf("a huge grid: %v", err)
	}
}
