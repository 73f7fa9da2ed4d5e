package imaging

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
)

func TestResampleIsPillow(t *testing.T) {
	compareResampled(t, "testdata/resize.json", "Pillow", Resample)
}

func TestResampleBilinearIsPyTorch(t *testing.T) {
	compareResampled(t, "testdata/bilinear.json", "PyTorch", ResampleBilinear)
}

// compareResampled compares resample with the results in a file.
func compareResampled(t *testing.T, file, of string, resample func(pix []float32, h, w, channels, h2, w2 int) []float32) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Cases []struct {
			H, W, H2, W2    int
			Source, Resized []float32
		}
	}
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	for _, c := range read.Cases {
		t.Run(fmt.Sprintf("%dx%d to %dx%d", c.H, c.W, c.H2, c.W2), func(t *testing.T) {
			got := resample(c.Source, c.H, c.W, 1, c.H2, c.W2)
			if len(got) != len(c.Resized) {
				t.Fatalf("%d values, want %d", len(got), len(c.Resized))
			}
			for i, want := range c.Resized {
				// One rounding to float32 of values near 1.
				if math.Abs(float64(got[i])-float64(want)) > 1.2e-7*max(1, math.Abs(float64(want))) {
					t.Errorf("value %d: %v, %s has %v", i, got[i], of, want)
				}
			}
		})
	}
	if len(read.Cases) == 0 {
		t.Error("no cases")
	}
}

// Channels do not mix: resampling three interleaved images equals resampling each.
func TestResampleChannels(t *testing.T) {
	const h, w, h2, w2 = 5, 4, 3, 9
	mixed := make([]float32, h*w*Channels)
	single := make([][]float32, Channels)
	for c := range single {
		single[c] = make([]float32, h*w)
		for i := range single[c] {
			v := float32(math.Sin(float64(7*i + 100*c)))
			single[c][i], mixed[i*Channels+c] = v, v
		}
	}
	got := Resample(mixed, h, w, Channels, h2, w2)
	for c, plane := range single {
		for i, want := range Resample(plane, h, w, 1, h2, w2) {
			if got[i*Channels+c] != want {
				t.Fatalf("channel %d, pixel %d: %v, want %v", c, i, got[i*Channels+c], want)
			}
		}
	}
}

func TestResampleKeeps(t *testing.T) {
	flat := make([]float32, 6*7)
	for i := range flat {
		flat[i] = -3.5
	}
	for _, size := range [][2]int{{1, 1}, {13, 2}, {6, 7}, {100, 100}} {
		for _, v := range Resample(flat, 6, 7, 1, size[0], size[1]) {
			if math.Abs(float64(v)+3.5) > 1e-6 {
				t.Fatalf("%v: a constant of -3.5 became %v", size, v)
			}
		}
	}
	random := []float32{0.25, -7, 3, 1e-3, 0.1, 12}
	if got := Resample(random, 2, 3, 1, 2, 3); !slices.Equal(got, random) {
		t.Errorf("the same size: %v, want %v", got, random)
	}
	m := &Image{H: 1, W: 2, Pix: []float32{1, 2, 3, 4, 5, 6}}
	if same := m.Resize(1, 2); !slices.Equal(same.Pix, m.Pix) || &same.Pix[0] == &m.Pix[0] {
		t.Error("Resize to the same size is not a copy")
	}
}

func TestResamplePanics(t *testing.T) {
	for _, c := range [][6]int{{6, 2, 3, 1, 0, 3}, {5, 2, 3, 1, 2, 3}, {6, -2, -3, 1, 2, 3}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v: no panic", c)
				}
			}()
			Resample(make([]float32, c[0]), c[1], c[2], c[3], c[4], c[5])
		}()
	}
}

func TestCornerWindowsArePyTorchs(t *testing.T) {
	compareResampled(t, "testdata/corners.json", "PyTorch", func(pix []float32, h, w, channels, h2, w2 int) []float32 {
		return resample(CornerWindows, pix, h, w, channels, h2, w2)
	})
}
