package measure

import (
	"math"
	"testing"

	"runexp/framework/compute"
)

// TestMomentsInParts: the moments of features that are centred in several parts.
func TestMomentsInParts(t *testing.T) {
	const channels = 1 << 10
	n := centredAtOnce/channels + 3
	f := make([]float32, n*channels)
	for i := range f {
		f[i] = float32(i % 7)
	}
	e, err := compute.NewEngine(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	m := MomentsOf(e, f, channels)
	var mean, square float64
	for i := 5; i < len(f); i += channels {
		mean += float64(f[i]) / float64(n)
		square += float64(f[i]) * float64(f[i]) / float64(n)
	}
	if math.Abs(m.Mean[5]-mean) > 1e-9 || math.Abs(m.Gram(5, 5)-square) > 1e-5*square {
		t.Errorf("mean %g and mean square %g, want %g and %g", m.Mean[5], m.Gram(5, 5), mean, square)
	}
}

// TestOnce: what several metrics use is computed once.
func TestOnce(t *testing.T) {
	reads := 0
	m := New(compute.Plain[float32]{}, []float32{1, 0, 0, 0, 1, 0}, 1, 2, func(string) Features {
		reads++
		return Features{1, 2, 1, []float32{1, 3}}
	})
	if a, b := m.Moments("a"), m.Moments("a"); reads != 1 || a.Covariance != b.Covariance || a.Mean[0] != 2 || a.Energy() != 5 {
		t.Errorf("%d reads of a layer, mean %v, energy %g", reads, a.Mean, a.Energy())
	}
	if m.Moments("b"); reads != 2 {
		t.Error("two layers have the same moments")
	}
	if a, b := m.Luma(), m.Luma(); &a.V[0] != &b.V[0] || a.V[0] != 0.299 || a.V[1] != 0.587 {
		t.Errorf("luma %v", a.V)
	}
}
