package plugintest

import (
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// plainPixels is a correct variable; functions that are not nil introduce faults.
type plainPixels struct {
	build    func(b *graph.Builder, x graph.Node) graph.Node
	initial  func(pix []float32) []float32
	resample func(x []float32) []float32
	state    func(what framework.Quantity) framework.Quantity
	project  func(x []float32)
}

func (plainPixels) Shape(h, w int) graph.Shape { return graph.Shape{h, w, 3} }
func (plainPixels) Space() framework.Space     { return framework.ImageNet() }

func (v plainPixels) Initial(m *imaging.Image) []float32 {
	x := framework.ImageNet().FromUnit(m.Pix)
	if v.initial != nil {
		return v.initial(x)
	}
	return x
}

func (v plainPixels) Build(b *graph.Builder, x graph.Node, _, _ int) (graph.Node, error) {
	if v.build != nil {
		return v.build(b, x), nil
	}
	return x, nil
}

func (v plainPixels) Resample(what framework.Quantity, x []float32, h, w, newH, newW int) []float32 {
	if v.resample != nil {
		return v.resample(x)
	}
	if v.state != nil {
		what = v.state(what)
	}
	return framework.ResamplePixels(what, x, h, w, 3, newH, newW)
}

func (v plainPixels) Project(x []float32, _, _ int) {
	if v.project != nil {
		v.project(x)
		return
	}
	for i := range x {
		x[i] = min(max(x[i], -3), 3)
	}
}

func TestVariable(t *testing.T) { Variable(t, plainPixels{}) }

// TestVariableFindsFaults introduces one fault at a time, which the named check must find.
func TestVariableFindsFaults(t *testing.T) {
	for name, c := range map[string]struct {
		check string
		v     plainPixels
	}{
		"missing number":           {"shape", plainPixels{initial: func(x []float32) []float32 { return x[1:] }}},
		"another image":            {"initial", plainPixels{initial: func(x []float32) []float32 { x[0]++; return x }}},
		"another shape":            {"initial", plainPixels{build: func(b *graph.Builder, x graph.Node) graph.Node { return b.Sum(x) }}},
		"another picture":          {"initial", plainPixels{build: func(b *graph.Builder, x graph.Node) graph.Node { return b.Scale(x, 1.1) }}},
		"not resampled":            {"resample", plainPixels{resample: func(x []float32) []float32 { return x }}},
		"changed at the same size": {"resample", plainPixels{resample: func(x []float32) []float32 { x[0]++; return x }}},
		"negative squares":         {"state", plainPixels{state: func(framework.Quantity) framework.Quantity { return framework.Signed }}},
		"state missing":            {"state", plainPixels{resample: func(x []float32) []float32 { return x }}},
		"images out of bounds":     {"project", plainPixels{project: func(x []float32) { clear(x) }}},
		"no bounds":                {"project", plainPixels{project: func([]float32) {}}},
		"not idempotent":           {"project", plainPixels{project: halve}},
	} {
		found := false
		for _, check := range variableChecks() {
			if check.name == c.check {
				found = guarded(func() error { return check.check(c.v) }) != nil
			}
		}
		if !found {
			t.Errorf("%s: the check %q finds nothing", name, c.check)
		}
	}
}

// halve halves numbers that are far from 0.
func halve(x []float32) {
	for i := range x {
		if x[i] > 3 || x[i] < -3 {
			x[i] /= 2
		}
	}
}
