package matching

import (
	"context"
	"math"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// numbered is an image whose red values are 0, 1, 2, … row by row.
func numbered(h, w int) *imaging.Image {
	m := imaging.New(h, w)
	for i := range h * w {
		m.Pix[3*i] = float32(i)
	}
	return m
}

func reds(m *imaging.Image) []float32 {
	var out []float32
	for i := 0; i < len(m.Pix); i += 3 {
		out = append(out, m.Pix[i])
	}
	return out
}

func TestStyles(t *testing.T) {
	m := numbered(2, 3)
	images := []framework.StageImage{
		{Image: m, Masks: map[string]*imaging.Image{"sky": numbered(1, 2)}, Weight: 3}, {Image: numbered(2, 2)}, {Image: numbered(1, 1), Weight: 1},
	}
	if all := Styles(images, false); len(all) != 2 || all[0].Image != m || all[1].Image != images[2].Image {
		t.Errorf("%d images without turns", len(all))
	}
	all := Styles(images, true)
	if len(all) != 8 || all[0].Image != m || all[3].Weight != 3 || all[4].Masks != nil {
		t.Fatalf("%d images", len(all))
	}
	for i, want := range [][]float32{{0, 1, 2, 3, 4, 5}, {3, 0, 4, 1, 5, 2}, {5, 4, 3, 2, 1, 0}, {2, 5, 1, 4, 0, 3}} {
		h, w := 2, 3
		if i%2 == 1 {
			h, w = 3, 2
		}
		if all[i].H != h || all[i].W != w || !slices.Equal(reds(all[i].Image), want) {
			t.Errorf("turn %d is %d×%d, %v, want %v", i, all[i].H, all[i].W, reds(all[i].Image), want)
		}
	}
	if got := reds(all[2].Masks["sky"]); !slices.Equal(got, []float32{1, 0}) {
		t.Errorf("the mask turned twice is %v", got)
	}
}

// values runs op and returns its result.
func values(t *testing.T, op func(b *graph.Builder) graph.Node) []float64 {
	t.Helper()
	b := graph.NewDoubleBuilder()
	b.Variable(1)
	result := op(b)
	p, err := b.Compile(result)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(graph.Shape{1}, []float64{0})); err != nil {
		t.Fatal(err)
	}
	return p.Value(result).Double
}

func constant(b *graph.Builder, rows, columns int, v ...float64) graph.Node {
	return b.Constant("", graph.Double(graph.Shape{rows, columns}, v))
}

func near(t *testing.T, what string, got []float64, want ...float64) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range want {
		ok = ok && math.Abs(got[i]-want[i]) < 1e-12
	}
	if !ok {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestMeans(t *testing.T) {
	for name, c := range map[string]struct {
		op   func(b *graph.Builder) graph.Node
		want []float64
	}{
		"of two images": {func(b *graph.Builder) graph.Node {
			return Mean(b, Set{Rows: constant(b, 1, 2, 1, 2)}, Set{Rows: constant(b, 2, 2, 3, 4, 5, 9)})
		}, []float64{3, 5}},
		"of regions": {func(b *graph.Builder) graph.Node {
			return Mean(b, Set{constant(b, 1, 2, 1, 2), constant(b, 1, 1, 1)}, Set{constant(b, 2, 2, 3, 4, 5, 9), constant(b, 2, 1, 0, 1)})
		}, []float64{3, 5.5}},
		"of nothing": {func(b *graph.Builder) graph.Node {
			return Mean(b, Set{constant(b, 1, 2, 1, 2), constant(b, 1, 1, 0)})
		}, []float64{0, 0}},
		"of values in a region": {func(b *graph.Builder) graph.Node {
			return MeanOver(b, constant(b, 3, 1, 1, 2, 6), Set{In: constant(b, 3, 1, 1, 0, 1)})
		}, []float64{3.5}},
		"inside": {func(b *graph.Builder) graph.Node { return Inside(b, constant(b, 4, 1, 0, 0.5, 0.51, 1)) }, []float64{0, 0, 1, 1}},
	} {
		near(t, name, values(t, c.op), c.want...)
	}
}

// TestMatched: centred on the mean of the ys, (2, 2), the rows of y are (−2, −1), (−1, 1) and
// (3, 0); centred on theirs, (2, 3), those of x are (−1, 0) and (1, 0).
func TestMatched(t *testing.T) {
	rows := func(in ...float64) func(b *graph.Builder) graph.Node {
		return func(b *graph.Builder) graph.Node {
			one, other := Set{Rows: constant(b, 2, 2, 0, 1, 1, 3)}, Set{Rows: constant(b, 1, 2, 5, 2)}
			if in != nil {
				one.In, other.In = constant(b, 2, 1, in[0], in[1]), constant(b, 1, 1, in[2])
			}
			matched, _ := Matched(b, Set{Rows: constant(b, 2, 2, 1, 3, 3, 3)}, []Set{one, other})
			return matched
		}
	}
	near(t, "all", values(t, rows()), 0, 1, 5, 2)
	near(t, "all are in the region", values(t, rows(1, 1, 1)), 0, 1, 5, 2)
	// The mean of the first and the second is (0.5, 2): (−0.5, −1) and (0.5, 1).
	near(t, "without the third", values(t, rows(1, 1, 0)), 0, 1, 1, 3)
	near(t, "one only", values(t, rows(0, 1, 0)), 1, 3, 1, 3)
}
