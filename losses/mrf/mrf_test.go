package mrf

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/plugintest"
)

// An image is features [h w c] of the layer a, and masks by region, [h w].
type image struct {
	h, w, c  int
	features []float64
	masks    map[string][]float64
}

func random(h, w, c int, seed uint64) image {
	return image{h, w, c, plugintest.Away(h*w*c, seed), nil}
}

func (m image) masked(masks map[string][]float64) image {
	m.masks = masks
	return m
}

func (m image) ones(region string) image {
	return m.masked(map[string][]float64{region: slices.Repeat([]float64{1}, m.h*m.w)})
}

// patch returns the patch of size×size positions at a row and a column.
func (m image) patch(size, row, column int) (values []float64) {
	for y := range size {
		values = append(values, m.features[((row+y)*m.w+column)*m.c:][:size*m.c]...)
	}
	return values
}

// evaluated returns the loss's terms and the gradient of their sum for a picture.
func evaluated(t *testing.T, c Config, picture image, styles ...image) (map[string]float64, []float64, error) {
	t.Helper()
	c.Layers = []framework.LayerWeight{{Layer: "a", Weight: 2}}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	b := graph.NewDoubleBuilder()
	represent := func(m image, features graph.Node) framework.Values {
		v := framework.View{Taps: map[string]graph.Node{"a": features}, Masks: map[string]map[string]graph.Node{}}
		for region, mask := range m.masks {
			v.Masks[region] = map[string]graph.Node{"a": b.Constant("mask", graph.Double(graph.Shape{m.h, m.w, 1}, mask))}
		}
		values, failed := l.Represent(b, v)
		if failed != nil {
			err = failed
		}
		return values
	}
	shape := graph.Shape{picture.h, picture.w, picture.c}
	x := b.Variable(shape...)
	want := framework.Targets{}
	for _, m := range styles {
		features := b.Constant("features", graph.Double(graph.Shape{m.h, m.w, m.c}, m.features))
		want[framework.Style] = append(want[framework.Style], framework.Target{Weight: 1, Values: represent(m, features)})
	}
	got := represent(picture, x)
	if err != nil {
		return nil, nil, err
	}
	terms, err := l.Score(b, got, want)
	if err != nil {
		return nil, nil, err
	}
	var nodes []graph.Node
	total := b.Number(0)
	for _, term := range terms {
		total = b.Add(total, term.Node)
		nodes = append(nodes, term.Node)
	}
	p, err := b.CompileGradient(total, nodes...)
	if err == nil {
		err = p.Run(context.Background(), graph.Double(shape, picture.features))
	}
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, term := range terms {
		if values[term.Name] = p.Scalar(term.Node); term.Weight != 2 {
			t.Errorf("the weight of %s is %g", term.Name, term.Weight)
		}
	}
	return values, p.Gradient().Double, nil
}

func only(t *testing.T, c Config, picture image, styles ...image) float64 {
	t.Helper()
	values, _, err := evaluated(t, c, picture, styles...)
	if err != nil || len(values) != 1 {
		t.Fatalf("%v, %v", values, err)
	}
	return values["a"]
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s: %g, want %g", what, got, want)
	}
}

func config(patch, stride int, overlap, distance string) Config {
	return Config{Patch: patch, Stride: stride, Overlap: overlap, Distance: distance}
}

// TestByHand: the patches of the picture are (1, 2) and (2, 4), those of the style (3, 0),
// (0, 1) and (1, 3). (1, 3) is nearest by correlation to both, though (0, 1) is nearer to the first.
func TestByHand(t *testing.T) {
	picture := image{1, 2, 2, []float64{1, 2, 2, 4}, nil}
	style := image{1, 3, 2, []float64{3, 0, 0, 1, 1, 3}, nil}
	for distance, want := range map[string]float64{"sum": 1 + 2, "squared": 3.0 / 4, "root": 3.0 / 2, "scaled": 3 / (3 + 1e-8)} {
		near(t, distance, only(t, config(1, 1, "sum", distance), picture, style), want)
		near(t, distance+" of two styles", only(t, config(1, 1, "sum", distance), picture, image{1, 1, 2, style.features[4:], nil}, image{2, 1, 2, style.features[:4], nil}), want)
	}
	// Of 1×3 patches of one channel: (1, 2, 4) is nearest to (1, 2, 5) of the style.
	row := image{3, 3, 1, []float64{0, 0, 0, 1, 2, 4, 0, 0, 0}, nil}
	like := image{3, 4, 1, []float64{0, 0, 0, 0, 9, 1, 2, 5, 0, 0, 0, 0}, nil}
	near(t, "a patch", only(t, config(3, 1, "sum", "sum"), row, like), 1)
}

// TestAsTheAuthorsProgram compares the gradient with the rule of CNNMRF's program, written
// down as it is there: at each position the mean over its patches of match less patch, with
// the opposite sign.
func TestAsTheAuthorsProgram(t *testing.T) {
	const size, channels = 3, 4
	picture, style := random(8, 6, channels, 1), random(7, 9, channels, 2)
	// For a stride of 2, of 8, 6, 7 and 9 positions.
	rows, columns, styleRows, styleColumns := []int{0, 2, 4, 5}, []int{0, 2, 3}, []int{0, 2, 4}, []int{0, 2, 4, 6}
	sum, count := make([]float64, len(picture.features)), make([]float64, len(picture.features))
	loss := 0.0
	for _, y := range rows {
		for _, x := range columns {
			patch := picture.patch(size, y, x)
			best, match := math.Inf(-1), []float64(nil)
			for _, v := range styleRows {
				for _, u := range styleColumns {
					candidate := style.patch(size, v, u)
					product, squares := 0.0, 0.0
					for i := range patch {
						product += patch[i] * candidate[i]
						squares += candidate[i] * candidate[i]
					}
					if r := product / math.Sqrt(squares); r > best {
						best, match = r, candidate
					}
				}
			}
			for i := range patch {
				at := ((y+i/(size*channels))*picture.w+x)*channels + i%(size*channels)
				sum[at] += match[i] - patch[i]
				count[at]++
				loss += (match[i] - patch[i]) * (match[i] - patch[i])
			}
		}
	}
	near(t, "the sum over patches", only(t, config(size, 2, "sum", "sum"), picture, style), loss)
	_, gradient, err := evaluated(t, config(size, 2, "mean", "sum"), picture, style)
	if err != nil {
		t.Fatal(err)
	}
	for i := range gradient {
		near(t, "the gradient", gradient[i]/2, -sum[i]/count[i])
	}
}

// TestMeanOverPositions: with overlap: mean, squared is a mean over positions: of a picture
// whose matches are all off by 1 it is 1, as it is over patches.
func TestMeanOverPositions(t *testing.T) {
	flat := func(h, w int, v float64) image { return image{h, w, 1, slices.Repeat([]float64{v}, h*w), nil} }
	for _, overlap := range []string{"sum", "mean"} {
		near(t, overlap, only(t, config(3, 2, overlap, "squared"), flat(6, 7, 3), flat(5, 4, 2)), 1)
	}
	near(t, "of 42 positions", only(t, config(3, 2, "mean", "sum"), flat(6, 7, 3), flat(5, 4, 2)), 42)
}

// TestRegions: patches are compared within their region only, and a mask of ones equals none.
func TestRegions(t *testing.T) {
	picture, style := random(7, 6, 3, 1), random(5, 8, 3, 2)
	for _, overlap := range []string{"sum", "mean"} {
		for _, distance := range framework.Measures() {
			c := config(3, 2, overlap, distance)
			values, _, err := evaluated(t, c, picture.ones("sky"), style.ones("sky"))
			if err != nil {
				t.Fatal(err)
			}
			near(t, "a mask of ones, "+overlap+" "+distance, values["sky/a"], only(t, c, picture, style))
		}
	}
	// Patches of one position. The left one is in the sky, the right one, with 0.6, on land.
	two := image{1, 2, 1, []float64{1, 2}, nil}.masked(map[string][]float64{"sky": {1, 0.4}, "land": {0, 0.6}})
	like := image{1, 3, 1, []float64{5, 7, 2}, nil}.masked(map[string][]float64{"sky": {1, 0, 0}, "land": {0, 1, 0}})
	sea := image{1, 1, 1, []float64{1}, nil}.ones("sea")
	values, _, err := evaluated(t, config(1, 1, "sum", "squared"), two, like, sea)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "sky", values["sky/a"], 16)
	near(t, "land", values["land/a"], 25)

	if _, _, err := evaluated(t, config(1, 1, "sum", "sum"), two, sea); err == nil || !strings.Contains(err.Error(), "region land") {
		t.Errorf("a region that no style has: %v", err)
	}
	if _, _, err := evaluated(t, config(3, 1, "sum", "sum"), two, sea); err == nil || !strings.Contains(err.Error(), "a has 1×2 positions, fewer than a patch of 3×3") {
		t.Errorf("a small layer: %v", err)
	}
}

// TestCopies: turned copies are cut to what they fill; a mark to the right of the centre
// moves up or down. Scaled ones are 5% smaller and larger.
func TestCopies(t *testing.T) {
	m := imaging.New(40, 60)
	for i := range m.Pix {
		m.Pix[i] = 0.5
	}
	m.Pix[(20*60+50)*3] = 1
	c := Defaults()
	c.Rotations, c.Scales = 1, 1
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	derived, err := l.(framework.ImageDeriver).DeriveImages(0, map[framework.Role][]framework.StageImage{
		framework.Style: {{Image: m, Weight: 3, Masks: map[string]*imaging.Image{"all": m}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	styles := derived[framework.Style]
	if len(styles) != 9 || styles[4].Image != m || styles[4].Masks["all"] != m || styles[0].Weight != 3 {
		t.Fatalf("%d copies", len(styles))
	}
	if s := styles[5]; s.H != 42 || s.W != 63 || styles[3].H != 38 || styles[3].W != 57 {
		t.Errorf("scaled copies are %d×%d and %d×%d", s.H, s.W, styles[3].H, styles[3].W)
	}
	mark := func(m *imaging.Image) (row, column float64) {
		best := float32(0)
		for i := 0; i < len(m.Pix); i += 3 {
			if m.Pix[i] < 0.4999 || m.Pix[i+1] != 0.5 {
				t.Fatalf("pixel %d is %v: from outside the picture", i/3, m.Pix[i:i+3])
			}
			if m.Pix[i] > best {
				best, row, column = m.Pix[i], float64(i/3/m.W)-float64(m.H-1)/2, float64(i/3%m.W)-float64(m.W-1)/2
			}
		}
		return row, column
	}
	for i, sign := range map[int]float64{1: -1, 7: 1} {
		// The mark is at (0.5, 20.5) from the centre.
		sin, cos := math.Sincos(sign * turn)
		row, column := mark(styles[i].Image)
		if math.Abs(row-(0.5*cos-20.5*sin)) > 0.8 || math.Abs(column-(20.5*cos+0.5*sin)) > 0.8 {
			t.Errorf("turned by %g, the mark is at %g, %g", sign, row, column)
		}
		if styles[i].H >= 38 || styles[i].H < 30 || styles[i].Masks["all"].H != styles[i].H {
			t.Errorf("turned by %g it is %d×%d", sign, styles[i].H, styles[i].W)
		}
	}
}

func TestConfig(t *testing.T) {
	for field, spoil := range map[string]func(*Config){
		"patch": func(c *Config) { c.Patch = 0 }, "stride": func(c *Config) { c.Stride = 4 }, "overlap": func(c *Config) { c.Overlap = "max" },
		"distance": func(c *Config) { c.Distance = "cosine" }, "rotations": func(c *Config) { c.Rotations = 6 }, "scales": func(c *Config) { c.Scales = -1 },
	} {
		c := Defaults()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
