package run

import (
	"math"
	"testing"

	"runexp/framework"
	"runexp/variables/pixels"
	"runexp/variables/pyramid"
)

// TestSaved: a stage starts from what a file of the previous result would have, whatever the
// variable, before it is resized.
func TestSaved(t *testing.T) {
	for name, variable := range map[string]framework.VariableSpec{
		"pixels":  {Name: "pixels", Options: &pixels.Config{Space: "normalized", Bounds: "none"}},
		"pyramid": {Name: "pyramid", Options: &pyramid.Config{Levels: 3, Filter: "bilinear", Space: "unit", Bounds: "none"}},
	} {
		e := experiment(t)
		e.Variable, e.Init = variable, noiseOf(2)
		e.Stages[1].Size = e.Stages[0].Size
		for i := range e.Stages {
			e.Stages[i].Optimizer.LR = 1e-9 // stays where it starts
		}
		plain := first(t, e)[1]
		e.Stages[1].Saved = true
		saved, clamped := first(t, e)[1], 0
		for i, u := range saved {
			want := math.Round(min(max(float64(plain[i]), 0), 1)*255) / 255
			if want != float64(plain[i]) && (want == 0 || want == 1) {
				clamped++
			}
			if math.Abs(float64(u)-want) > 1e-5 {
				t.Fatalf("%s: element %d is %g, want %g", name, i, u, want)
			}
		}
		if clamped == 0 {
			t.Errorf("%s: nothing is out of range: the test has no power", name)
		}
	}
}
