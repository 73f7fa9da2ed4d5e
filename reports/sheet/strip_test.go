package sheet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font"
)

func exampleStrip() Strip {
	return Strip{
		{plain(30, 20, 0.5), []string{"content", "30×20"}, true, ""},
		{plain(10, 300, 0.5), []string{"style", "10×300"}, true, ""},
		{plain(300, 3, 0.5), []string{"step 100", "loss 12.34", "300×3"}, false, ""},
		{plain(7, 7, 0.5), []string{"a caption wider than its picture by far", "loss 3"}, false, ""},
	}
}

// Pictures of any shape stand on one line without touching; every caption has
// its column to itself, and nothing reaches into the margin.
func TestStripLayout(t *testing.T) {
	for _, height := range []int{Least, Usual} {
		l, err := exampleStrip().layout(height)
		if err != nil {
			t.Fatal(err)
		}
		wants := [][2]int{{height, height * 2 / 3}, {height / 10, 3 * height}, {height, height / 100}, {height, height}}
		for i, f := range exampleStrip() {
			c := l.columns[i]
			if c.height != wants[i][0] || c.width != max(1, wants[i][1]) && c.width != wants[i][1]+1 {
				t.Errorf("picture %d at height %d: %d×%d, want %v", i, height, c.height, c.width, wants[i])
			}
			next := l.width - l.face.px(stripMargin) + l.face.px(stripGap)
			if i+1 < len(l.columns) {
				next = l.columns[i+1].left
			}
			for _, line := range f.Caption {
				if end := c.left + font.MeasureString(l.face, line).Ceil(); end+l.face.px(stripGap) > next {
					t.Errorf("caption %q of picture %d ends at %d, and the next column begins at %d", line, i, end, next)
				}
			}
		}
		m := drawn(t, exampleStrip(), height)
		const edge = 6
		for y := range m.Bounds().Dy() {
			for x := range m.Bounds().Dx() {
				inside := x >= edge && y >= edge && x < m.Bounds().Dx()-edge && y < m.Bounds().Dy()-edge
				if r, _, _, _ := m.At(x, y).RGBA(); !inside && r != 0xffff {
					t.Fatalf("ink at %d, %d of %v", x, y, m.Bounds())
				}
			}
		}
		for i, c := range l.columns {
			bottom := l.face.px(stripMargin) + height
			if r, _, _, _ := m.At(c.left+c.width/2, bottom-1).RGBA(); r>>8 != 0x80 {
				t.Errorf("picture %d is not there: level %#x", i, r>>8)
			}
		}
		if l.face.size < leastText {
			t.Errorf("type of %g pixels", l.face.size)
		}
	}
}

// A wider gap separates the inputs from the results.
func TestGapAfterInputs(t *testing.T) {
	l, err := Strip{{plain(9, 9, 0), nil, true, ""}, {plain(9, 9, 0), nil, true, ""}, {plain(9, 9, 0), nil, false, ""}}.layout(Usual)
	if err != nil {
		t.Fatal(err)
	}
	if first, second := l.columns[1].left-l.columns[0].left, l.columns[2].left-l.columns[1].left; second <= first {
		t.Errorf("%d pixels from input to input, %d from input to result", first, second)
	}
}

func TestStripRefuses(t *testing.T) {
	one := Strip{{Picture: plain(4, 4, 0)}}
	var many Strip
	for range 200 {
		many = append(many, one[0])
	}
	for _, c := range []struct {
		frames Strip
		height int
		want   string
	}{
		{nil, Usual, "no pictures"},
		{one, Least - 1, "give 40 to 2000"},
		{one, Largest + 1, "give 40 to 2000"},
		{many, Largest, "choose fewer pictures"},
	} {
		if _, err := c.frames.Draw(c.height); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d frames at %d: %v", len(c.frames), c.height, err)
		}
	}
	path := filepath.Join(t.TempDir(), "absent", "strip.png")
	if err := one.Save(path, Usual); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("no such folder: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was left behind")
	}
}

// A transparent picture is shown on white, also where it needs no scaling.
func TestStripTransparent(t *testing.T) {
	m := plain(60, 60, 0)
	m.Alpha = make([]float32, 60*60)
	s := Strip{{Picture: m}}
	l, err := s.layout(60)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, a := drawn(t, s, 60).At(l.columns[0].left+30, l.face.px(stripMargin)+30).RGBA(); r != 0xffff || g != 0xffff || b != 0xffff || a != 0xffff {
		t.Errorf("a transparent picture is %x %x %x, opacity %x, want white", r, g, b, a)
	}
}
