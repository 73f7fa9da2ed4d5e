package main

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestKnots: with a boldness that is known, equal steps of strength are equal steps of
// boldness, and the ends use what the recipe's shorter side has.
func TestKnots(t *testing.T) {
	all := factors(2)
	if len(all) != 13 || all[0] != 64 || all[12] != 1.0/64 {
		t.Fatalf("factors %v", all)
	}
	// Content and style distances that are linear in log m, of two scales; the recipe is at
	// 0.5 of the way.
	curves := []curve{{}, {}}
	for i := range all {
		way := float64(i) / 12
		curves[0] = append(curves[0], point{way, 2 - way})
		curves[1] = append(curves[1], point{5 + 100*way, 7 - 3*way})
	}
	y := boldness(curves)
	at, step := knots(all, y)
	if math.Abs(step-0.225) > 1e-9 {
		t.Errorf("a quarter is %g of boldness, want 0.9/4", step)
	}
	for k, factor := range at {
		if want := math.Pow(2, 5.4*(1-float64(k)/2)); math.Abs(factor/want-1) > 1e-9 {
			t.Errorf("factor %g at %g, want %g", factor, float64(k)/4, want)
		}
	}
	// A recipe that is near the bold end has less to both sides.
	for i := range curves {
		for k := range curves[i] {
			curves[i][k].style = curves[i][min(12, 2*k)].style
			curves[i][k].content = curves[i][min(12, k+5)].content
		}
	}
	at, _ = knots(all, boldness(curves))
	if at[2] != 1 || !slices.IsSortedFunc(at[:], func(a, b float64) int { return int(math.Copysign(1, b-a)) }) {
		t.Errorf("knots %v", at)
	}
}

// Every weight that follows a strength is swept, those of stages too.
func TestSweep(t *testing.T) {
	o := options{preset: "standard", size: 64}
	text, first, err := o.sweep([]string{"knots.go", "main.go"}, []string{"stages.0.weights=[{name: content, weight: 3}]"}, []float64{2, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if first.path != "losses.content.weight" {
		t.Errorf("the first weight is %v", first)
	}
	for _, want := range []string{"{path: losses.content.weight, values: [", "{path: stages.0.weights.content.weight, values: [6,1.5]}"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "losses.style.weight") {
		t.Error("the style's weight is swept")
	}
}
