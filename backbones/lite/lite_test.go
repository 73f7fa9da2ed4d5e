package lite_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"runexp/backbones"
	"runexp/backbones/lite"
	"runexp/backbones/vgg"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/framework/weights"
)

// network returns the embedded backbone.
func network(t *testing.T, pooling string) framework.Backbone {
	t.Helper()
	p, err := backbones.Registry(weights.Places{}).Lookup(lite.Name)
	if err != nil {
		t.Fatal(err)
	}
	options := p.Options().(*vgg.EmbeddedConfig)
	options.Pooling = pooling
	b, err := p.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reference holds the results of testdata/reference.py, for layers before their ReLU.
type reference struct {
	Height, Width int
	Layers        map[string]struct {
		Elements  int
		Mean, RMS float64
		Samples   []float64
	}
}

// picture is the formula of testdata/reference.py, preprocessed as in requires.
func picture(h, w int, in framework.Input) []float32 {
	x := make([]float32, 0, h*w*3)
	for i := range h * w * 3 {
		y, x1, c := float64(i/3/w), float64(i/3%w), i%3
		u := 0.5 + 0.5*math.Sin(float64(c+2)*y/9+float64(5-c)*x1/11+x1*y/300)
		x = append(x, float32((in.Scale*u-in.Mean[c])/in.Std[c]))
	}
	return x
}

// TestActivationsArePyTorchs compares every convolution with PyTorch's in double
// precision, to 1e-5 of its rms.
func TestActivationsArePyTorchs(t *testing.T) {
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want reference
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	var taps []string
	v := network(t, "max")
	for _, l := range v.Layers() {
		if l.Kind == "conv" {
			taps = append(taps, l.Name)
		}
	}
	if len(taps) != len(want.Layers) {
		t.Fatalf("%d convolutions, %d in the reference", len(taps), len(want.Layers))
	}
	w, err := v.Weights(taps)
	if err != nil {
		t.Fatal(err)
	}
	if w.Input.Order != "RGB" || w.FeatureScale != 1 || w.SHA256 != lite.SHA256 || w.Path != "" {
		t.Errorf("weights %+v", w)
	}
	shape := graph.Shape{want.Height, want.Width, 3}
	x := picture(want.Height, want.Width, w.Input)

	for _, isa := range compute.Variants() { // generic is the plain one
		t.Run(isa, func(t *testing.T) {
			engine, err := compute.NewEngine(compute.Options{ISA: isa})
			if err != nil {
				t.Fatal(err)
			}
			defer engine.Close()
			b := graph.NewBuilder(engine)
			nodes, err := v.Build(b, b.Variable(shape...), taps)
			if err != nil {
				t.Fatal(err)
			}
			var list []graph.Node
			for _, tap := range taps {
				list = append(list, nodes[tap])
			}
			p, err := b.Compile(list...)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(context.Background(), graph.Single(shape, x)); err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for _, tap := range taps {
				got, l := p.Value(nodes[tap]).Float64s(), want.Layers[tap]
				if len(got) != l.Elements {
					t.Fatalf("%s: %d elements, want %d", tap, len(got), l.Elements)
				}
				near := func(what string, got, want float64) {
					off := math.Abs(got-want) / l.RMS
					worst = max(worst, off)
					if !(off <= 1e-5) {
						t.Errorf("%s: %s %.9g, PyTorch's %.9g, of rms %.9g", tap, what, got, want, l.RMS)
					}
				}
				sum, squares, n := 0.0, 0.0, float64(len(got))
				for _, v := range got {
					sum += v
					squares += v * v
				}
				near("mean", sum/n, l.Mean)
				near("rms", math.Sqrt(squares/n), l.RMS)
				for k, sample := range l.Samples {
					near("sample", got[k*(len(got)-1)/(len(l.Samples)-1)], sample)
				}
			}
			t.Logf("largest deviation %.2g of the layer's rms", worst)
		})
	}
}

func TestChecksum(t *testing.T) {
	f, err := lite.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if sum, err := f.SHA256(context.Background()); err != nil || sum != lite.SHA256 {
		t.Errorf("SHA-256 %s, %v; want %s", sum, err, lite.SHA256)
	}
	if licence := f.Metadata()["licence"]; !strings.HasPrefix(licence, "CC BY 4.0") {
		t.Errorf("licence %q", licence)
	}
}

// TestEndsWithItsWeights: the network ends at relu5_1, and its layers have VGG-19's
// indices.
func TestEndsWithItsWeights(t *testing.T) {
	v := network(t, "max")
	layers := v.Layers()
	if last := layers[len(layers)-1]; last.Name != lite.Last || last.Index != 29 || last.Channels != 256 || last.Receptive != 156 {
		t.Errorf("last layer %+v", last)
	}
	_, err1 := v.Weights([]string{"conv5_2"})
	_, err2 := v.Build(graph.NewDoubleBuilder(), graph.Node{}, []string{"pool5"})
	for _, err := range []error{err1, err2} {
		if err == nil || !strings.Contains(err.Error(), "backbone vgg19-lite: unknown layer") || !strings.Contains(err.Error(), "conv5_1, relu5_1)") {
			t.Errorf("error %v, want one that lists the layers", err)
		}
	}
}

func TestContract(t *testing.T) {
	for _, pooling := range []string{"max", "average", "l2"} {
		t.Run(pooling, func(t *testing.T) { plugintest.Backbone(t, network(t, pooling)) })
	}
}
