package graph_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/graph"
)

// nearestCase is random rows x of length 1, a centre, two matrices and their handicaps.
type nearestCase struct {
	x, centre graph.Tensor
	ys        []graph.Tensor
	handicaps []graph.Tensor
}

func newNearestCase(rows, channels int, of ...int) nearestCase {
	random := rand.New(rand.NewPCG(1, uint64(rows)))
	numbers := func(shape ...int) graph.Tensor {
		v := make([]float64, graph.Shape(shape).Len())
		for i := range v {
			v[i] = float64(float32(random.NormFloat64()))
		}
		return graph.Double(shape, v)
	}
	c := nearestCase{x: numbers(rows, channels), centre: numbers(channels)}
	for i := range rows {
		row, length := c.x.Double[i*channels:][:channels], 0.0
		for _, v := range row {
			length = math.Hypot(length, v)
		}
		for k := range row {
			row[k] /= length
		}
	}
	for _, n := range of {
		c.ys, c.handicaps = append(c.ys, numbers(n, channels)), append(c.handicaps, numbers(n))
	}
	return c
}

// plain is Nearest, directly from its definition.
func (c nearestCase) plain(handicapped bool) []float64 {
	rows, channels := c.x.Shape[0], c.x.Shape[1]
	var out []float64
	for i := range rows {
		best, row := math.Inf(-1), []float64(nil)
		for m, y := range c.ys {
			for k := range y.Shape[0] {
				candidate, product, squares := y.Double[k*channels:][:channels], 0.0, 0.0
				for j, v := range candidate {
					d := v - c.centre.Double[j]
					product += c.x.Double[i*channels+j] * d
					squares += d * d
				}
				score := product / math.Sqrt(squares)
				if handicapped {
					score -= c.handicaps[m].Double[k]
				}
				if score > best {
					best, row = score, candidate
				}
			}
		}
		out = append(out, row...)
	}
	return out
}

func (c nearestCase) op(handicapped bool) func(b *builder, x graph.Node) graph.Node {
	return func(b *builder, x graph.Node) graph.Node {
		var ys, handicaps []graph.Node
		for i, y := range c.ys {
			ys = append(ys, b.Constant("y", y))
			if handicapped {
				handicaps = append(handicaps, b.Constant("handicap", c.handicaps[i]))
			}
		}
		return b.Nearest(x, b.Constant("centre", c.centre), ys, handicaps)
	}
}

// TestNearestIsItsDefinition: several matrices, more rows than are compared at once, with
// and without handicaps, in both precisions and at any number of threads.
func TestNearestIsItsDefinition(t *testing.T) {
	for _, c := range []nearestCase{newNearestCase(1, 3, 2), newNearestCase(70, 5, 3, 131, 64), newNearestCase(9000, 4, 700, 900)} {
		for _, handicapped := range []bool{false, true} {
			want := c.plain(handicapped)
			if got := evaluated(t, graph.NewDoubleBuilder(), c.x, c.op(handicapped)); !slices.Equal(got.Double, want) {
				t.Errorf("%v, handicapped %v: not the rows of the definition", c.x.Shape, handicapped)
			}
			for _, threads := range []int{1, 3} {
				engine := must(compute.NewEngine(compute.Options{Threads: threads}))
				got := evaluated(t, graph.NewBuilder(engine), c.x, c.op(handicapped))
				if !slices.Equal(got.Float64s(), want) {
					t.Errorf("%v, handicapped %v, %d threads: not the rows of the definition", c.x.Shape, handicapped, threads)
				}
				engine.Close()
			}
		}
	}
}

// TestNearestOfEqualRows: the first of ties, and a row at the centre is at product 0.
func TestNearestOfEqualRows(t *testing.T) {
	c := nearestCase{
		x: graph.Double(graph.Shape{2, 2}, []float64{1, 0, 0, 1}), centre: graph.Double(graph.Shape{2}, []float64{1, 1}),
		ys: []graph.Tensor{graph.Double(graph.Shape{2, 2}, []float64{1, 1, 2, 1}), graph.Double(graph.Shape{2, 2}, []float64{5, 1, 1, 0})},
	}
	if got := evaluated(t, graph.NewDoubleBuilder(), c.x, c.op(false)); !slices.Equal(got.Double, []float64{2, 1, 1, 1}) {
		t.Errorf("rows %v", got.Double)
	}
}

// TestNearestHasNoGradient: the nearest row is a constant in the gradient, though x depends
// on the variable.
func TestNearestHasNoGradient(t *testing.T) {
	c := newNearestCase(5, 3, 7)
	b := graph.NewDoubleBuilder()
	x := b.Variable(c.x.Shape...)
	total := b.Sum(b.Mul(x, c.op(false)(b, x)))
	p := must(b.CompileGradient(total))
	run(t, p, c.x)
	if got := p.Gradient().Double; !slices.Equal(got, c.plain(false)) {
		t.Errorf("the gradient is %v", got)
	}
}

func TestNearestRejectsWrongShapes(t *testing.T) {
	for name, op := range map[string]func(b *builder, x graph.Node) graph.Node{
		"no matrix": func(b *builder, x graph.Node) graph.Node { return b.Nearest(x, indices(b, 0, 0), nil, nil) },
		"centre":    func(b *builder, x graph.Node) graph.Node { return b.Nearest(x, indices(b, 0), []graph.Node{x}, nil) },
		"channels": func(b *builder, x graph.Node) graph.Node {
			return b.Nearest(x, indices(b, 0, 0), []graph.Node{b.Transpose(x)}, nil)
		},
		"handicaps": func(b *builder, x graph.Node) graph.Node {
			return b.Nearest(x, indices(b, 0, 0), []graph.Node{x}, []graph.Node{indices(b, 0)})
		},
	} {
		b := graph.NewDoubleBuilder()
		if op(b, b.Variable(3, 2)); b.Err() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
