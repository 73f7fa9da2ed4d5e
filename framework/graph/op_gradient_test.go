package graph

import (
	"math"
	"testing"
)

// TestNormalizeGradient: the value is x; the sum of the gradient's absolute values is the
// weight, whatever its scale; 0 stays 0.
func TestNormalizeGradient(t *testing.T) {
	x := []float64{1, -2, 0, 5}
	for _, scale := range []float64{1, 1e6, 0} {
		b := NewDoubleBuilder()
		same := b.NormalizeGradient(b.Variable(4), 3)
		p, err := b.CompileGradient(b.Scale(b.Sum(b.Square(same)), scale), same)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(t.Context(), Double(Shape{4}, x)); err != nil {
			t.Fatal(err)
		}
		for i, g := range p.Gradient().Double {
			want := 3 * x[i] / 8
			if scale == 0 {
				want = 0
			}
			if p.Value(same).Double[i] != x[i] || math.Abs(g-want) > 1e-8 {
				t.Errorf("scale %g, element %d: value %g, gradient %g, want %g", scale, i, p.Value(same).Double[i], g, want)
			}
		}
	}
}
