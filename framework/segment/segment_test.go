package segment

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"runexp/framework/imaging"
)

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// features of two numbers: (1, 0) where in is true, (0, 1) elsewhere, with some noise, and long
// on the right, which must not count.
func features(h, w int, in func(y, x int) bool) Features {
	noise := random(7)
	lengths := [2]float32{0.2, 4}
	f := Features{h, w, 2, make([]float32, 2*h*w)}
	for i := range h * w {
		at, length := 1, lengths[i%w*2/w]
		if in(i/w, i%w) {
			at = 0
		}
		f.Values[2*i+at] = length
		f.Values[2*i+1-at] = 0.2 * length * noise.Float32()
	}
	return f
}

// grey is an image of one colour.
func grey(h, w int, level float32) *imaging.Image {
	m := imaging.New(h, w)
	for i := range m.Pix {
		m.Pix[i] = level
	}
	return m
}

// share returns the share of positions where the label is want exactly if in is true.
func share(r Regions, want int, in func(y, x int) bool) float64 {
	n := 0
	for i, label := range r.Labels {
		if (label == want) == in(i/r.W, i%r.W) {
			n++
		}
	}
	return float64(n) / float64(len(r.Labels))
}

// Regions follow the features, the colours, or where things are, whichever differ; the
// largest is the first.
func TestDivide(t *testing.T) {
	top := func(y, _ int) bool { return y < 6 }
	colored := grey(20, 30, 0.2)
	for i := range 6 * 30 {
		copy(colored.Pix[3*i:], []float32{0.1, 0.4, 0.9})
	}
	same := func(int, int) bool { return true }
	for name, p := range map[string]Points{
		"features": NewPoints(features(20, 30, top), grey(20, 30, 0.5)),
		"colours":  NewPoints(Features{20, 30, 1, slices.Repeat([]float32{1}, 600)}, colored),
		"both":     NewPoints(features(20, 30, top), colored),
	} {
		r := p.Divide(2, random(1))
		if len(r.Means) != 2 || share(r, 1, top) < 0.94 {
			t.Errorf("%s: %d regions, %g of the positions in the right one", name, len(r.Means), share(r, 1, top))
		}
	}
	if r := NewPoints(features(20, 30, same), grey(20, 30, 0.5)).Divide(4, random(1)); len(r.Means) < 2 {
		t.Errorf("an even image has %d regions: position alone divides it", len(r.Means))
	}
}

// The brightness and contrast of an image do not change its points.
func TestPointsOfAnotherExposure(t *testing.T) {
	top := func(y, _ int) bool { return y < 8 }
	f, image, darker := features(16, 20, top), imaging.New(16, 20), imaging.New(16, 20)
	source := random(3)
	for i := range image.Pix {
		image.Pix[i] = source.Float32()
		darker.Pix[i] = 0.1 + 0.25*image.Pix[i]
	}
	stronger := Features{f.H, f.W, f.C, slices.Clone(f.Values)}
	for i := range stronger.Values {
		stronger.Values[i] *= 4
	}
	a, b := NewPoints(f, image), NewPoints(stronger, darker)
	for i := range a.values {
		if math.Abs(a.values[i]-b.values[i]) > 1e-5 {
			t.Fatalf("number %d: %g and %g", i, a.values[i], b.values[i])
		}
	}
}

// A region smaller than 4% goes to the others; one of at least that stays.
func TestSmallRegions(t *testing.T) {
	for rows, want := range map[int]int{1: 2, 3: 3} { // of 40
		p := Points{40, 10, 1, make([]float64, 400)}
		for i := range p.values {
			switch {
			case i < 10*rows:
				p.values[i] = 100
			case i < 150:
				p.values[i] = 10
			}
		}
		r := p.Divide(3, random(1))
		if len(r.Means) != want || slices.Max(r.Labels) != want-1 || r.Labels[399] != 0 || r.Labels[140] != 1 {
			t.Errorf("%d rows: %d regions, labels %d and %d", rows, len(r.Means), r.Labels[399], r.Labels[140])
		}
		if rows == 1 && r.Labels[0] != 1 { // 10 is nearer to 100 than 0 is
			t.Errorf("the small region went to %d", r.Labels[0])
		}
	}
}

// Fewer distinct points than clusters give as many regions as there are.
func TestFewDistinctPoints(t *testing.T) {
	p := Points{2, 5, 1, make([]float64, 10)}
	if r := p.Divide(4, random(1)); len(r.Means) != 1 {
		t.Errorf("%d regions of equal points", len(r.Means))
	}
	copy(p.values, []float64{3, 3, 3, 3})
	if r := p.Divide(4, random(1)); len(r.Means) != 2 || r.Labels[0] != 1 || r.Labels[9] != 0 {
		t.Errorf("regions %v of two distinct points", r.Labels)
	}
}

// The best of several starts is taken: three pairs of groups, where a poor start puts two
// seeds into one group.
func TestKMeansFindsTheGroups(t *testing.T) {
	for seed := range uint64(20) {
		source := random(100 + seed)
		var points []float64
		for i := range 300 {
			group := float64(i % 6)
			points = append(points, 10*group+source.NormFloat64(), 10*math.Mod(group, 2)+source.NormFloat64())
		}
		labels, means := kMeans(points, 2, 6, random(seed))
		if len(means) != 6 {
			t.Fatalf("%d clusters", len(means))
		}
		for i, label := range labels {
			if label != labels[i%6] {
				t.Fatalf("seed %d: point %d of group %d is in cluster %d, the first of the group in %d", seed, i, i%6, label, labels[i%6])
			}
		}
	}
}

// The same seed gives the same bits.
func TestDivideIsReproducible(t *testing.T) {
	source := random(5)
	p := Points{30, 30, 4, make([]float64, 3600)}
	for i := range p.values {
		p.values[i] = source.NormFloat64()
	}
	if a, b := p.Divide(5, random(1)), p.Divide(5, random(1)); !reflect.DeepEqual(a, b) {
		t.Error("two divisions differ")
	}
}

// Masks are 1 inside, soft at the edge, and sum to 1, at every size but for the overshoot of
// the cubic.
func TestMasks(t *testing.T) {
	r := Regions{H: 12, W: 16, Labels: make([]int, 192), Means: make([][]float64, 3)}
	for i := range r.Labels {
		r.Labels[i] = min(i%16/5, 2)
	}
	masks := r.Masks()
	if at := func(region, x int) float32 { return masks[region].Pix[3*(16*6+x)] }; at(0, 2) != 1 || at(0, 12) != 0 || at(0, 4) != 0.75 || at(1, 4) != 0.25 {
		t.Errorf("the first mask is %g, %g inside, %g outside", at(0, 2), at(0, 4), at(0, 12))
	}
	for i := range masks[0].Pix {
		if sum := masks[0].Pix[i] + masks[1].Pix[i] + masks[2].Pix[i]; sum != 1 {
			t.Fatalf("the masks sum to %g", sum)
		}
	}
}

// Means are of what a mask shows.
func TestMeans(t *testing.T) {
	p := Points{2, 2, 1, []float64{1, 2, 3, 4}}
	top, nothing := imaging.New(2, 2), imaging.New(2, 2)
	for i := range 6 {
		top.Pix[i] = 0.5
	}
	if means := p.Means([]*imaging.Image{top, nothing}); means[0][0] != 1.5 || means[1][0] != 0 {
		t.Errorf("means %v", means)
	}
}

// One to one with the smallest sum; every one is used before any is used twice, and then
// the nearest.
func TestMatch(t *testing.T) {
	at := func(v ...float64) (means [][]float64) {
		for _, x := range v {
			means = append(means, []float64{x})
		}
		return means
	}
	for name, c := range map[string]struct {
		want, have [][]float64
		matched    []int
	}{
		"permuted":                  {at(1, 5, 9), at(8, 2, 4), []int{1, 2, 0}},
		"not all to the nearest":    {at(1, 2), at(2, 9), []int{0, 1}},
		"the sum, not the first":    {at(2, 1), at(1, 9), []int{1, 0}},
		"more to choose from":       {at(1, 5), at(9, 5, 0), []int{2, 1}},
		"fewer":                     {at(1, 4.5, 5.5, 9), at(8, 2), []int{1, 1, 0, 0}},
		"fewer, all of them used":   {at(1, 1.5, 2, 2.5), at(2, 100), []int{0, 0, 0, 1}},
		"one":                       {at(1, 2, 3), at(7), []int{0, 0, 0}},
		"as many as there ever are": {at(1, 2, 3, 4, 5, 6, 7, 8, 9), at(8, 7, 6, 5, 4, 3, 2, 1), []int{7, 6, 5, 4, 3, 2, 1, 0, 0}},
	} {
		if got := Match(c.want, c.have); !slices.Equal(got, c.matched) {
			t.Errorf("%s: %v, want %v", name, got, c.matched)
		}
	}
}
