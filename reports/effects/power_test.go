package effects_test

import (
	"math"
	"testing"

	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// At the smallest p that n units can give all signs must agree, which happens with Φ(μ)ⁿ: 80% of the
// time at μ = 1.919 for eight, 1.793 for six.
func TestDetectable(t *testing.T) {
	for n, want := range map[int]float64{8: 1.919, 6: 1.793} {
		level := math.Ldexp(2, -n)
		if got := effects.Detectable(n, level); math.Abs(got/want-1) > 0.05 {
			t.Errorf("%d units: %.3f, want %.3f", n, got, want)
		}
		if got := effects.Detectable(n-1, level); !math.IsInf(got, 1) {
			t.Errorf("%d units cannot reach %g: %g", n-1, level, got)
		}
	}
}

// Of more units than are tested exactly a normal mean is found: 20 of them at 5% see 0.626 standard deviations.
func TestDetectableOfManyUnits(t *testing.T) {
	if got, want := effects.Detectable(20, 0.05), (1.96+0.8416)/math.Sqrt(20); math.Abs(got-want) > 0.001 {
		t.Errorf("%.4f, want %.4f", got, want)
	}
}

// What a setting that changes nothing spreads by, 0, says nothing of other settings.
func TestSpreadOfWhatDiffers(t *testing.T) {
	r := simulated.Random(15)
	d := simulated.Grid([]effects.Factor{simulated.Names("idle", "a", "b"), simulated.Names("busy", "a", "b")}, simulated.Apart(8), simulated.Claimed("noise"))
	var noise [8]float64
	for i := range noise {
		noise[i] = r.NormFloat64()
	}
	a := analyze(t, d.Fill(func(unit int, levels []int) []float64 { return []float64{-10 + float64(levels[1])*noise[unit]} }))
	if sd, _, ok := a.Spread("eval/noise"); !ok || sd < 0.3 {
		t.Errorf("%g, %t", sd, ok)
	}
	still := analyze(t, d.Fill(func(int, []int) []float64 { return []float64{1} }))
	if sd, _, ok := still.Spread("eval/noise"); ok {
		t.Errorf("%g of nothing", sd)
	}
}

// A turning point is one of three levels between, and its p is multiplied by three.
func TestTurnIsCorrectedForItsChoice(t *testing.T) {
	r := simulated.Random(14)
	d := simulated.Grid([]effects.Factor{simulated.Numbers("tv", 1, 2, 3, 4, 5)}, simulated.Apart(8), simulated.Claimed("noise"))
	turn := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
		from := float64(levels[0] - 2)
		return []float64{from*from + 0.1*r.NormFloat64() - 100}
	})).Effects[0].Turn
	if turn == nil || turn.Level != "3" || !turn.Lowest || turn.These.P != 3*2./256 || !turn.These.Holds {
		t.Errorf("%+v", turn)
	}
}
