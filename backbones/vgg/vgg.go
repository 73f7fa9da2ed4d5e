// Package vgg is the VGG networks of Simonyan and Zisserman (2015,
// arXiv:1409.1556): 3×3 convolutions with ReLU in five blocks, each ended by a
// pooling that halves the size. Layers are called conv4_4 before their ReLU and
// relu4_4 after it.
package vgg

import (
	"errors"
	"fmt"
	"maps"
	"sync"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/weights"
)

// Config holds the options of the backbone.
type Config struct {
	Weights       string `config:"weights,name or file" doc:"name of the weights (vgg19-oxford, vgg19-torchvision, …) or path of a .safetensors or .pth file"`
	Preprocessing string `config:"preprocessing" doc:"oxford, torchvision, or auto: as the file's numbers and names tell"`
	Pooling       string `config:"pooling" doc:"max, as the network was trained, or average, as Gatys et al. prefer"`
	FeatureScale  string `config:"feature_scale" doc:"unit divides the features by their scale relative to torchvision's, so that loss weights carry over; raw does not"`
	Winograd      bool   `config:"winograd" doc:"allow the faster, slightly less accurate convolution"`
}

// Defaults returns the options of the network called name. The authors released
// weights for 16 and 19 layers only.
func Defaults(name string) Config {
	source := "oxford"
	if name == "vgg11" || name == "vgg13" {
		source = "torchvision"
	}
	return Config{
		Weights: name + "-" + source, Preprocessing: "auto", Pooling: "max", FeatureScale: "unit", Winograd: true,
	}
}

// Validate reports options that are not among the known ones.
func (c Config) Validate() error {
	var missing error
	if c.Weights == "" {
		missing = framework.Invalid("weights", "give a name or the path of a .safetensors or .pth file")
	}
	return errors.Join(
		missing,
		framework.OneOf("preprocessing", c.Preprocessing, "auto", "oxford", "torchvision"),
		framework.OneOf("pooling", c.Pooling, "max", "average"),
		framework.OneOf("feature_scale", c.FeatureScale, "unit", "raw"),
	)
}

// Backbone is one network. Its filters are loaded when a graph first needs
// them and shared by all graphs after that.
type Backbone struct {
	name     string
	layers   []framework.Layer
	winograd bool
	open     source

	mu      sync.Mutex
	filters map[string]*graph.Filter
}

var _ framework.Backbone = (*Backbone)(nil)

// New returns the network called name (see Names), whose weights are looked up in places.
func New(name string, c Config, places weights.Places) *Backbone {
	return &Backbone{
		name:     name,
		layers:   layers(convsPerBlock(name), [5]int{64, 128, 256, 512, 512}, c.Pooling),
		winograd: c.Winograd,
		open:     c.source(places),
		filters:  map[string]*graph.Filter{},
	}
}

// Layers lists the network.
func (v *Backbone) Layers() []framework.Layer { return v.layers }

// Weights finds the file and checks the tensors that the taps need.
func (v *Backbone) Weights(taps []string) (framework.Weights, error) {
	deepest, err := framework.Deepest(v.layers, taps)
	if err != nil {
		return framework.Weights{}, fmt.Errorf("backbone %s: %w", v.name, err)
	}
	f, err := v.open(v.layers[:deepest+1])
	if err != nil {
		return framework.Weights{}, fmt.Errorf("backbone %s: %w", v.name, err)
	}
	return f.is, f.Close()
}

// Build adds the network up to the deepest tap.
func (v *Backbone) Build(b *graph.Builder, image graph.Node, taps []string) (map[string]graph.Node, error) {
	deepest, err := framework.Deepest(v.layers, taps)
	if err != nil {
		return nil, fmt.Errorf("backbone %s: %w", v.name, err)
	}
	filters, err := v.load(v.layers[:deepest+1])
	if err != nil {
		return nil, fmt.Errorf("backbone %s: %w", v.name, err)
	}
	nodes := make(map[string]graph.Node, deepest+1)
	x := image
	for _, l := range v.layers[:deepest+1] {
		switch l.Kind {
		case "conv":
			x = b.Conv(x, filters[l.Name])
		case "relu":
			x = b.ReLU(x)
		case "maxpool":
			x = b.MaxPool(x, graph.Pool{Size: 2, Stride: 2})
		case "avgpool":
			x = b.AvgPool(x, graph.Pool{Size: 2, Stride: 2})
		}
		if err := b.Err(); err != nil {
			return nil, fmt.Errorf("backbone %s: %s: %w", v.name, l.Name, err)
		}
		b.Label(x, l.Name)
		nodes[l.Name] = x
	}
	out := make(map[string]graph.Node, len(taps))
	for _, tap := range taps {
		out[tap] = nodes[tap]
	}
	return out, nil
}

// load returns the filters of the convolutions among layers, reading those that
// no graph has needed before. The features of every layer are divided by the
// feature scale, exactly: a ReLU network is homogeneous, so that dividing the
// first kernel and every bias by it is enough.
func (v *Backbone) load(layers []framework.Layer) (map[string]*graph.Filter, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	missing := false
	for _, l := range layers {
		missing = missing || l.Kind == "conv" && v.filters[l.Name] == nil
	}
	if !missing {
		return maps.Clone(v.filters), nil
	}
	f, err := v.open(layers)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := 3
	for i, l := range layers {
		if l.Kind != "conv" {
			continue
		}
		if v.filters[l.Name] == nil {
			kernel, err := f.Read(f.names.tensor(l) + ".weight")
			if err != nil {
				return nil, err
			}
			bias, err := f.Read(f.names.tensor(l) + ".bias")
			if err != nil {
				return nil, err
			}
			if i == 0 {
				divide(kernel, f.is.FeatureScale)
			}
			divide(bias, f.is.FeatureScale)
			v.filters[l.Name] = &graph.Filter{
				In: in, Out: l.Channels, KH: 3, KW: 3, Stride: 1, Pad: 1,
				Kernel: kernel, Bias: bias, Winograd: v.winograd, Flat: flat(l),
			}
		}
		in = l.Channels
	}
	return maps.Clone(v.filters), nil
}

// flat tells the layers whose equal outputs in flat areas, clipped skies say,
// the first two poolings decide between: a photograph has thousands of such
// ties. Deeper ones need flat areas of fifty pixels and more.
func flat(l framework.Layer) bool { return l.Stride <= 2 }

func divide(x []float32, by float64) {
	for i := range x {
		x[i] = float32(float64(x[i]) / by)
	}
}
