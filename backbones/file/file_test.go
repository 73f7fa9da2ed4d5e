package file

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/framework/weights"
)

// toys are the networks in testdata; testdata/make.py wrote their weights and golden numbers.
func toys() []string { return []string{"resnet", "inception"} }

func open(t *testing.T, name string) framework.Backbone {
	t.Helper()
	c := Defaults()
	c.Path = filepath.Join("testdata", name+".yaml")
	v, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSuite(t *testing.T) {
	for _, name := range toys() {
		t.Run(name, func(t *testing.T) { plugintest.Backbone(t, open(t, name)) })
	}
}

// golden returns PyTorch's tensor, channels last, and its shape.
func golden(t *testing.T, f *weights.File, name string) ([]float64, graph.Shape) {
	t.Helper()
	shape, err := f.Shape(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := f.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	c, n := shape[0], shape[1]*shape[2]
	out := make([]float64, len(data))
	for i, v := range data {
		out[i%n*c+i/n] = float64(v)
	}
	return out, graph.Shape{shape[1], shape[2], c}
}

// TestPyTorch compares every layer, and the gradient through all of them, with PyTorch's.
func TestPyTorch(t *testing.T) {
	engine, err := compute.NewEngine(compute.Options{ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, name := range toys() {
		for precision, b := range map[string]*graph.Builder{"single": graph.NewBuilder(engine), "double": graph.NewDoubleBuilder()} {
			t.Run(name+" "+precision, func(t *testing.T) {
				f, err := weights.Open(filepath.Join("testdata", name+"-golden.safetensors"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				picture, shape := golden(t, f, "picture")
				v := open(t, name)
				taps := framework.LayerNames(v.Layers())
				nodes, err := v.Build(b, b.Variable(shape...), taps)
				if err != nil {
					t.Fatal(err)
				}
				var total graph.Node
				var list []graph.Node
				for i, tap := range taps {
					term := b.Scale(b.Mean(b.Square(nodes[tap])), float64(i+1))
					if i > 0 {
						term = b.Add(total, term)
					}
					total = term
					list = append(list, nodes[tap])
				}
				p, err := b.CompileGradient(total, list...)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.Run(context.Background(), graph.Double(shape, picture)); err != nil {
					t.Fatal(err)
				}
				compare := func(what string, got graph.Tensor) {
					t.Helper()
					want, shape := golden(t, f, what)
					if !got.Shape.Equal(shape) {
						t.Errorf("%s: shape %v, PyTorch's %v", what, got.Shape, shape)
						return
					}
					const tolerance = 1e-5 // of the largest: the golden numbers are in single precision
					most := math.Max(slices.Max(want), -slices.Min(want))
					for i, x := range got.Float64s() {
						if !(math.Abs(x-want[i]) <= tolerance*most) {
							t.Errorf("%s[%d]: %g, PyTorch's %g", what, i, x, want[i])
							return
						}
					}
				}
				for _, tap := range taps {
					compare(tap, p.Value(nodes[tap]))
				}
				compare("gradient", p.Gradient())
			})
		}
	}
}
