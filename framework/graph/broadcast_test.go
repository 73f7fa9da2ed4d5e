package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// TestBroadcastOfLargeTensors compares products and sums along axes, and their gradients, with
// the simplest loops, on tensors of many chunks and blocks.
func TestBroadcastOfLargeTensors(t *testing.T) {
	engine := must(compute.NewEngine(compute.Options{Threads: 3}))
	defer engine.Close()
	for _, s := range [][3]int{{1, 70001, 1}, {1, 20011, 3}, {3, 5003, 7}, {4001, 19, 1}, {5, 1, 9001}, {7, 13, 701}, {2, 3, 40009}} {
		for name, b := range map[string]*builder{"double": graph.NewDoubleBuilder(), "single": graph.NewBuilder(engine)} {
			t.Run(fmt.Sprint(s, name), func(t *testing.T) {
				outer, n, inner := s[0], s[1], s[2]
				x, w := plugintest.Away(outer*n*inner, 1), plugintest.Away(outer*n*inner, 2)
				v := b.Variable(outer, n, inner)
				small := b.SumAlong(v, 1)
				product := b.Mul(small, v)
				total := b.Sum(b.Mul(product, b.Constant("w", graph.Double(graph.Shape{outer, n, inner}, w))))
				p := must(b.CompileGradient(total, small, product))
				run(t, p, graph.Double(graph.Shape{outer, n, inner}, x))

				sums, dSums := make([]float64, outer*inner), make([]float64, outer*inner) // dSums is Σ w·x
				column := func(i int) int { return i/(n*inner)*inner + i%inner }
				for i := range x {
					sums[column(i)] += x[i]
					dSums[column(i)] += w[i] * x[i]
				}
				products, gradient := slices.Clone(x), make([]float64, len(x))
				for i := range x {
					products[i] *= sums[column(i)]
					gradient[i] = w[i]*sums[column(i)] + dSums[column(i)]
				}
				near(t, "sum", p.Value(small).Float64s(), sums)
				near(t, "product", p.Value(product).Float64s(), products)
				near(t, "gradient", p.Gradient().Float64s(), gradient)
			})
		}
	}
}
