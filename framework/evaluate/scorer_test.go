package evaluate

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runexp/backbones"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/weights"
	"runexp/metrics/content"
)

func layersOf(t *testing.T, backbone string) []framework.Layer {
	t.Helper()
	plugin, err := backbones.Registry(weights.Places{}).Lookup(backbone)
	if err != nil {
		t.Fatal(err)
	}
	b, err := plugin.New(plugin.Options())
	if err != nil {
		t.Fatal(err)
	}
	return b.Layers()
}

func TestHeldOut(t *testing.T) {
	for _, c := range []struct {
		name, backbone string
		used           []string
		content, style string
		structure      string
	}{
		{"d2l", "vgg19", d2l(), "relu3_3 relu4_3", "relu1_2 relu2_2 relu3_3 relu4_3 relu5_3", "relu3_3"},
		{"d2l, embedded", "vgg19-lite", d2l(), "relu3_3 relu4_3", "relu1_2 relu2_2 relu3_3 relu4_3", "relu3_3"},
		{"gatys", "vgg19", []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1", "relu4_2"},
			"relu3_3 relu4_3", "relu1_2 relu2_2 relu3_3 relu4_3 relu5_3", "relu3_3"},
		{"the middle is used, before its ReLU", "vgg19", []string{"conv3_3", "relu4_3"},
			"relu3_2 relu4_2", "relu1_2 relu2_2 relu3_2 relu4_2 relu5_3", "relu3_2"},
		{"poolings", "vgg19", []string{"conv1_1", "pool1", "pool2", "pool3", "pool4"},
			"relu3_3 relu4_3", "relu2_1 relu3_3 relu4_3 relu5_3", "relu3_3"},
		{"no content in the middle", "vgg16", []string{"conv3_1", "relu3_2", "relu3_3", "relu4_1", "conv4_2", "relu4_3"},
			"relu2_2", "relu1_2 relu2_2 relu5_2", "relu2_2"},
		{"names of another network", "vgg11", []string{"fire2", "conv9_1"},
			"relu3_2 relu4_2", "relu1_1 relu2_1 relu3_2 relu4_2 relu5_2", "relu3_2"},
	} {
		layers := layersOf(t, c.backbone)
		got, err := HeldOut(layers, c.used)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if strings.Join(got.Content, " ") != c.content || strings.Join(got.Style, " ") != c.style || got.Structure != c.structure {
			t.Errorf("%s: %+v", c.name, got)
		}
		for _, tap := range got.Taps() {
			if slices.Contains(c.used, tap) || slices.Contains(c.used, strings.Replace(tap, "relu", "conv", 1)) {
				t.Errorf("%s: %s is used", c.name, tap)
			}
		}
	}
	layers := layersOf(t, "vgg11")
	if got, err := HeldOut(layers, framework.LayerNames(layers)); err == nil || !strings.Contains(err.Error(), "another backbone") {
		t.Errorf("with all layers used: %+v, %v", got, err)
	}
}

func TestHash(t *testing.T) {
	base := lite(t)
	k := compute.Plain[float32]{}
	hash := func(c Config) string {
		t.Helper()
		s, err := New(c, k)
		if err != nil {
			t.Fatal(err)
		}
		return s.Hash()
	}
	want := hash(base)
	moved := base
	moved.Weights.Path, moved.Weights.Name = "elsewhere", "elsewhere"
	if known := "93af8fb136830c6dcbe889dadb1db851caac60ca50a932b173f6b67669ad59c2"; want != known {
		t.Errorf("hash %s, want %s: scores in existing stores would not be ranked any more", want, known)
	}
	if hash(moved) != want {
		t.Errorf("hash %s of moved weights, want %s", hash(moved), want)
	}
	for what, change := range map[string]func(*Config){
		"backbone":      func(c *Config) { c.Name = "other" },
		"weights":       func(c *Config) { c.Weights.SHA256 = "00" },
		"preprocessing": func(c *Config) { c.Weights.Input.Mean[1] += 0.1 },
		"description":   func(c *Config) { c.Weights.Description = "00" },
		"feature scale": func(c *Config) { c.Weights.FeatureScale = 2 },
		"content":       func(c *Config) { c.Layers.Content = []string{"relu3_3"} },
		"style":         func(c *Config) { c.Layers.Style = []string{"relu3_3"} },
		"structure":     func(c *Config) { c.Layers.Structure = "relu3_2" },
		"pooling":       func(c *Config) { c.Backbone = averaging{c.Backbone} },
	} {
		c := base
		change(&c)
		if hash(c) == want {
			t.Errorf("another %s has the same hash", what)
		}
	}
}

// averaging is a backbone with another pooling in its layers.
type averaging struct{ framework.Backbone }

func (a averaging) Layers() []framework.Layer {
	layers := slices.Clone(a.Backbone.Layers())
	for i := range layers {
		layers[i].Kind = strings.Replace(layers[i].Kind, "max", "avg", 1)
	}
	return layers
}

func TestConfigMistakes(t *testing.T) {
	for want, change := range map[string]func(*Config){
		`no content layer`:                      func(c *Config) { c.Layers.Content = nil },
		`no style layer`:                        func(c *Config) { c.Layers.Style = nil },
		`no structure layer`:                    func(c *Config) { c.Layers.Structure = "" },
		`"relu3_3" is listed twice`:             func(c *Config) { c.Layers.Style = []string{"relu3_3", "relu3_3"} },
		`unknown layer "relu9_9"`:               func(c *Config) { c.Layers.Structure = "relu9_9" },
		`the SHA-256 of the weights is missing`: func(c *Config) { c.Weights.SHA256 = "" },
	} {
		c := lite(t)
		change(&c)
		_, err := New(c, compute.Plain[float32]{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "vgg19-lite") {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

func TestPictureMistakes(t *testing.T) {
	s := scorer(t, 2)
	ctx := context.Background()
	if _, err := s.Prepare(ctx, landscape(), brushwork(), 40, 10); err == nil || !strings.Contains(err.Error(), "40×10") {
		t.Errorf("error %v for a small size", err)
	}
	bad := landscape()
	bad.Pix[3*(2*bad.W+7)+1] = float32(math.NaN())
	if _, err := s.Prepare(ctx, landscape(), bad, 96, 128); err == nil || !strings.Contains(err.Error(), "style image") {
		t.Errorf("error %v for a style image that is not finite", err)
	}
	r := against(t, s, landscape(), brushwork())
	if _, err := r.Score(ctx, bad); err == nil || !strings.Contains(err.Error(), "row 2, column 7") {
		t.Errorf("error %v for a picture that is not finite", err)
	}
	if _, err := r.Score(ctx, imaging.New(96, 127)); err == nil || !strings.Contains(err.Error(), "96×127") {
		t.Errorf("error %v for another size", err)
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := r.Score(done, landscape()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v for a cancelled context", err)
	}
}

// TestClamped: values are clamped as by the encoder.
func TestClamped(t *testing.T) {
	r := against(t, scorer(t, 2), landscape(), brushwork())
	wild := mapped(landscape(), func(u []float32) { u[0] = 3*u[0] - 1 })
	tame := mapped(wild, func(u []float32) { u[0] = min(max(u[0], 0), 1) })
	want := scores(t, r, tame)
	for name, got := range scores(t, r, wild) {
		if got != want[name] {
			t.Errorf("%s is %g, and %g when clamped", name, got, want[name])
		}
	}
}

// TestPreprocess: order, scale, mean and standard deviation of the network's input.
func TestPreprocess(t *testing.T) {
	m, bias := preprocess(framework.Input{Order: "BGR", Scale: 255, Mean: [3]float64{103, 116, 123}, Std: [3]float64{2, 4, 5}})
	u := [3]float64{0.2, 0.4, 0.6}
	for k, want := range []float64{(255*0.6 - 103) / 2, (255*0.4 - 116) / 4, (255*0.2 - 123) / 5} {
		got := bias[k]
		for c := range u {
			got += m[k][c] * u[c]
		}
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("input %d is %g, want %g", k, got, want)
		}
	}
}

// TestMemory: filters that a run already transformed are not counted again.
func TestMemory(t *testing.T) {
	s := scorer(t, 1)
	n, err := newNetwork(s.config, s.taps(), s.k, 40, 48)
	if err != nil {
		t.Fatal(err)
	}
	filters := n.program.Filters()
	alone, err := s.Memory(40, 48, nil)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := s.Memory(40, 48, filters)
	if err != nil {
		t.Fatal(err)
	}
	if own, forward, _ := compute.FilterMemory(s.k, filters); alone != beside+own+forward || own == 0 {
		t.Errorf("%d bytes alone and %d beside a run with the filters, which are %d and %d", alone, beside, own, forward)
	}
}

// TestMemoryOfMetrics: each metric at content layers may keep a copy of the features.
func TestMemoryOfMetrics(t *testing.T) {
	c, before := lite(t), scorer(t, 1)
	framework.RegisterMetric(c.Metrics, "content-again", content.Metric{})
	after, err := New(c, before.k)
	if err != nil {
		t.Fatal(err)
	}
	n, err := newNetwork(c, after.taps(), before.k, 40, 48)
	if err != nil {
		t.Fatal(err)
	}
	features := 0
	for _, layer := range c.Layers.Content {
		features += n.nodes[layer].Shape().Len()
	}
	without, err := before.Memory(40, 48, nil)
	if err != nil {
		t.Fatal(err)
	}
	with, err := after.Memory(40, 48, nil)
	if err != nil {
		t.Fatal(err)
	}
	if with-without != int64(4*features) {
		t.Errorf("%d bytes for one more metric at content layers, want %d", with-without, 4*features)
	}
}

// Named layers are used as HeldOut would use them; those that losses read, or that carry
// the same, are refused.
func TestNamedLayers(t *testing.T) {
	layers := []framework.Layer{
		{Name: "conv1", Kind: "conv", Stride: 1}, {Name: "relu1", Kind: "relu", Stride: 1}, {Name: "pool1", Kind: "maxpool", Stride: 2},
		{Name: "conv2", Kind: "conv", Stride: 2}, {Name: "relu2", Kind: "relu", Stride: 2}, {Name: "pool2", Kind: "maxpool", Stride: 4},
		{Name: "conv3", Kind: "conv", Stride: 4}, {Name: "relu3", Kind: "relu", Stride: 4},
	}
	all, err := HeldOut(layers, []string{"conv2"})
	if err != nil {
		t.Fatal(err)
	}
	named, err := Named(layers, []string{"conv2"}, []string{"relu3", "relu1"})
	if err != nil || !reflect.DeepEqual(named, all) {
		t.Errorf("named %+v, %v; chosen %+v", named, err, all)
	}
	for _, c := range []struct {
		used, named []string
		tap         string
	}{
		{[]string{"relu2"}, []string{"relu2"}, "relu2"}, {[]string{"conv2"}, []string{"relu1", "relu2"}, "conv2"}, {[]string{"pool1"}, []string{"relu1"}, "pool1"},
		{[]string{"conv3"}, []string{"relu2"}, ""}, {nil, []string{"relu1", "relu1"}, ""}, {nil, []string{"relu9"}, ""}, {nil, []string{}, ""},
	} {
		_, err := Named(layers, c.used, c.named)
		taken := new(TakenError)
		switch {
		case c.tap != "" && (!errors.As(err, &taken) || taken.Tap != c.tap):
			t.Errorf("%v of %v: %v, want %s taken", c.named, c.used, err, c.tap)
		case c.tap == "" && c.used == nil && err == nil:
			t.Errorf("%q: no error", c.named)
		case c.tap == "" && c.used != nil && err != nil:
			t.Errorf("%v of %v: %v", c.named, c.used, err)
		}
	}
}
