package pyramid

import (
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/imaging"
)

// built returns a variable in the unit space.
func built(t *testing.T, c Config) framework.Variable {
	t.Helper()
	c.Space = "unit"
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	v, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLevels: the sizes of the levels of STROTSS (five differences and the rest) and NNST
// (eight at 512 pixels, five at 64, down to 2), and of the bicubic default.
func TestLevels(t *testing.T) {
	nnst := Config{Smallest: 2, Filter: "bilinear", Bounds: "none"}
	for _, c := range []struct {
		c    Config
		h, w int
		want [][2]int
	}{
		{Config{Levels: 6, Filter: "bilinear", Bounds: "none"}, 47, 64, [][2]int{{47, 64}, {23, 32}, {11, 16}, {5, 8}, {2, 4}, {1, 2}}},
		{nnst, 384, 512, [][2]int{{384, 512}, {192, 256}, {96, 128}, {48, 64}, {24, 32}, {12, 16}, {6, 8}, {3, 4}, {1, 2}}},
		{nnst, 64, 9, [][2]int{{64, 9}, {32, 4}, {16, 2}, {8, 1}, {4, 1}, {2, 1}}},
		{nnst, 1, 2, [][2]int{{1, 2}}},
		{Defaults(), 47, 64, [][2]int{{47, 64}, {24, 32}, {12, 16}, {6, 8}, {3, 4}}},
	} {
		var got [][2]int
		for _, l := range built(t, c.c).(Variable).of(c.h, c.w) {
			got = append(got, [2]int{l.h, l.w})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v at %d×%d: %v, want %v", c.c, c.h, c.w, got, c.want)
		}
	}
}

// TestResampleIsOfThePicture: the picture at the new size is the old one resized, whatever
// the levels hold, and its levels are those of that image.
func TestResampleIsOfThePicture(t *testing.T) {
	v := built(t, Config{Smallest: 2, Filter: "bilinear", Bounds: "none"}).(Variable)
	const h, w, newH, newW = 9, 14, 20, 31
	x := make([]float32, v.Shape(h, w).Len())
	for i := range x {
		x[i] = float32(math.Sin(float64(i * i)))
	}
	want := imaging.ResampleBilinear(v.composed(x, h, w), h, w, 3, newH, newW)
	got := v.Resample(framework.Numbers, x, h, w, newH, newW)
	if !slices.Equal(got, v.Initial(&imaging.Image{H: newH, W: newW, Pix: want})) {
		t.Error("not the levels of the resized picture")
	}
}

// TestStateByLevel: state of the smallest levels stays there, and additional levels get
// that of the largest.
func TestStateByLevel(t *testing.T) {
	v := built(t, Config{Smallest: 2, Filter: "bilinear", Bounds: "none"}).(Variable)
	state := make([]float32, v.Shape(8, 8).Len())
	for k, l := range v.of(8, 8) {
		for i := range state[l.from:l.to] {
			state[l.from+i] = float32(k)
		}
	}
	for _, c := range []struct {
		side int
		want []float32
	}{{8, []float32{0, 1, 2}}, {32, []float32{0, 0, 0, 1, 2}}, {4, []float32{1, 2}}} {
		got := v.Resample(framework.Signed, state, 8, 8, c.side, c.side)
		for k, l := range v.of(c.side, c.side) {
			if got[l.from] != c.want[k] {
				t.Errorf("at %d pixels level %d has the state of level %g, want %g", c.side, k, got[l.from], c.want[k])
			}
		}
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"levels: 17 is not":       func(c *Config) { c.Levels = 17 },
		"levels: -1 is not":       func(c *Config) { c.Levels = -1 },
		"smallest: -1 is not":     func(c *Config) { c.Smallest = -1 },
		"smallest: determines":    func(c *Config) { c.Smallest, c.Levels = 2, 5 },
		`filter: unknown value "`: func(c *Config) { c.Filter = "box" },
		`bounds: unknown value "`: func(c *Config) { c.Bounds = "wrap" },
		`space: unknown space "`:  func(c *Config) { c.Space = "lab" },
	} {
		c := Defaults()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// TestProjectKeepsWhatIsInside: levels of a picture within the bounds stay as they are, even
// if they are not those that the picture would be given; others give the clamped picture.
func TestProjectKeepsWhatIsInside(t *testing.T) {
	v := built(t, Config{Levels: 3, Filter: "bilinear", Bounds: "clamp"}).(Bounded)
	const h, w = 8, 6
	x := make([]float32, v.Shape(h, w).Len())
	for i := range x {
		x[i] = 0.15 + 0.1*float32(math.Sin(float64(i)))
	}
	same := slices.Clone(x)
	if v.Project(x, h, w); !slices.Equal(x, same) {
		t.Error("levels of a picture within the bounds change")
	}
	x[7] += 3
	want := v.composed(x, h, w)
	v.space.Clamp(want)
	v.Project(x, h, w)
	for i, u := range v.composed(x, h, w) {
		if math.Abs(float64(u-want[i])) > 1e-6 {
			t.Fatalf("element %d is %g, want %g", i, u, want[i])
		}
	}
}
