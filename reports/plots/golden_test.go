package plots_test

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/png"
	"os"
	"testing"
)

var regen = flag.Bool("regen", false, "make what is drawn now the golden figures")

// The example draws, and what it drew is compared with the golden figures, as
// gonum/plot's cmpimg does. After a wanted change, run with -regen and look at
// the picture.
func TestGolden(t *testing.T) {
	for _, format := range []string{"png", "svg"} {
		t.Cleanup(func() { os.Remove("testdata/convergence." + format) })
	}
	ExampleConvergence()
	golden(t, "convergence", read(t, "testdata/convergence.svg"), read(t, "testdata/convergence.png"))
}

// golden compares a figure, drawn in both formats, with the one in testdata.
func golden(t *testing.T, name string, svg, picture []byte) {
	t.Helper()
	path := "testdata/" + name + "_golden."
	if *regen {
		if err := errors.Join(os.WriteFile(path+"svg", svg, 0o644), os.WriteFile(path+"png", picture, 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(svg, read(t, path+"svg")) {
		t.Errorf("%s: the SVG is not the golden one; if it is to be, run with -regen and look at the PNG", name)
	}
	got, want := decode(t, picture), decode(t, read(t, path+"png"))
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s: size %v, want %v", name, got.Bounds(), want.Bounds())
	}
	// Antialiasing may round otherwise on another processor, by a level or two.
	const tolerance = 3 * 257
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			r1, g1, b1, _ := got.At(x, y).RGBA()
			r2, g2, b2, _ := want.At(x, y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				if max(d, -d) > tolerance {
					t.Fatalf("%s: pixel %d, %d is not that of the golden picture; if it is to be, run with -regen and look at the PNG", name, x, y)
				}
			}
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t *testing.T, file []byte) image.Image {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
