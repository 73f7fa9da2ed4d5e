// Package network implements backbones described as data: layers with their inputs, and a
// file with their weights.
package network

import (
	"fmt"
	"sync"

	"runexp/framework"
	"runexp/framework/graph"
)

// A Description is a network without its weights.
type Description struct {
	Name     string // in messages
	Layers   []Layer
	Winograd bool // allow the faster, slightly less accurate convolution
}

// Network is one network. Its weights are read when a graph first needs them, and shared by
// all graphs.
type Network struct {
	name     string
	winograd bool
	places   []place
	layers   []framework.Layer
	source   Source

	mu     sync.Mutex
	loaded []*values // by position; nil for what no graph has needed
}

var (
	_ framework.Backbone    = (*Network)(nil)
	_ framework.SideLimiter = (*Network)(nil)
)

// New returns the network of a description, with weights from source. Errors: all problems of
// the layers, each a *Problem; no layers, or too many.
func New(d Description, source Source) (*Network, error) {
	places, err := locate(d.Layers)
	if err != nil {
		return nil, err
	}
	n := &Network{name: d.Name, winograd: d.Winograd, places: places, source: source, loaded: make([]*values, len(places))}
	for i, p := range places {
		parameters := 0
		switch p.Kind {
		case Conv: // one without biases has zeros for them
			parameters = p.channels * (p.in/p.groups()*p.Kernel*p.Kernel + 1)
		case Affine:
			parameters = 2 * p.channels
		}
		n.layers = append(n.layers, framework.Layer{
			Index: i, Name: p.Name, Kind: string(p.Kind), Channels: p.channels,
			Stride: p.stride, Receptive: p.receptive(), Parameters: parameters, Variant: p.variant(),
		})
	}
	return n, nil
}

// Layers lists the network.
func (n *Network) Layers() []framework.Layer { return n.layers }

// Weights finds the file and checks the tensors that the taps need.
func (n *Network) Weights(taps []string) (framework.Weights, error) {
	needed, err := n.needed(taps)
	if err != nil {
		return framework.Weights{}, err
	}
	f, err := n.open(needed)
	if err != nil {
		return framework.Weights{}, fmt.Errorf("backbone %s: %w", n.name, err)
	}
	return f.Is, f.Close()
}

// needed reports, by position, which layers the taps depend on, themselves included.
func (n *Network) needed(taps []string) ([]bool, error) {
	deepest, err := framework.Deepest(n.layers, taps)
	if err != nil {
		return nil, fmt.Errorf("backbone %s: %w", n.name, err)
	}
	needed := make([]bool, len(n.places))
	for _, tap := range taps {
		for i := range n.places {
			needed[i] = needed[i] || n.places[i].Name == tap
		}
	}
	for i := deepest; i >= 0; i-- {
		if needed[i] {
			for _, at := range n.places[i].inputs {
				if at != picture {
					needed[at] = true
				}
			}
		}
	}
	return needed, nil
}

// Build adds the taps and the layers that they depend on.
func (n *Network) Build(b *graph.Builder, image graph.Node, taps []string) (map[string]graph.Node, error) {
	needed, err := n.needed(taps)
	if err != nil {
		return nil, err
	}
	loaded, err := n.load(needed)
	if err != nil {
		return nil, fmt.Errorf("backbone %s: %w", n.name, err)
	}
	nodes := make([]graph.Node, len(n.places))
	for i, p := range n.places {
		if !needed[i] {
			continue
		}
		inputs := make([]graph.Node, len(p.inputs))
		for j, at := range p.inputs {
			inputs[j] = image
			if at != picture {
				inputs[j] = nodes[at]
			}
		}
		nodes[i], err = p.build(b, inputs, loaded[i])
		if err != nil {
			return nil, n.explain(p, err, image.Shape(), taps, needed)
		}
		b.Label(nodes[i], p.Name)
	}
	out := make(map[string]graph.Node, len(taps))
	for _, tap := range taps {
		for i, p := range n.places {
			if p.Name == tap {
				out[tap] = nodes[i]
			}
		}
	}
	return out, nil
}

// explain says what to do about a layer that cannot be built.
func (n *Network) explain(p place, err error, shape graph.Shape, taps []string, needed []bool) error {
	err = fmt.Errorf("backbone %s: %s: %w", n.name, p.Name, err)
	if len(shape) == 3 && !n.holds(needed, min(shape[0], shape[1])) {
		if side, sideErr := n.MinSide(taps); sideErr == nil {
			return fmt.Errorf("%w; these layers need a picture of at least %d×%[2]d pixels, not %d×%d", err, side, shape[0], shape[1])
		}
	}
	return err
}

// build adds one layer.
func (p place) build(b *graph.Builder, inputs []graph.Node, v *values) (graph.Node, error) {
	x := inputs[0]
	for _, other := range inputs[1:] {
		if s, t := x.Shape(), other.Shape(); s[0] != t[0] || s[1] != t[1] {
			return x, fmt.Errorf("its inputs are %d×%d and %d×%d here: pad them alike, or use pictures whose sides are multiples of %d",
				s[0], s[1], t[0], t[1], p.stride)
		}
	}
	if p.explicit() {
		x = pad(b, x, p.Padding, p.Border)
	}
	switch p.Kind {
	case Conv:
		x = convolve(b, x, v.filters)
	case Affine:
		x = b.Add(b.Mul(x, b.Constant("scale", v.scale)), b.Constant("shift", v.shift))
	case ReLU:
		x = b.ReLU(x)
	case MaxPool:
		x = b.MaxPool(x, p.pool())
	case AvgPool:
		x = b.AvgPool(x, p.pool())
	case L2Pool:
		x = l2Pool(b, x, p.pool())
	case HannPool:
		x = hannPool(b, x, p.pool())
	case Add:
		for _, other := range inputs[1:] {
			x = b.Add(x, other)
		}
	case Concat:
		x = b.Concat(2, inputs...)
	}
	if p.Factor != 0 && p.Factor != 1 {
		x = b.Scale(x, p.Factor)
	}
	return x, b.Err()
}

// convolve convolves each group of channels with its filter.
func convolve(b *graph.Builder, x graph.Node, filters []*graph.Filter) graph.Node {
	if len(filters) == 1 {
		return b.Conv(x, filters[0])
	}
	groups := make([]graph.Node, len(filters))
	for g, f := range filters {
		groups[g] = b.Conv(b.Slice(x, 2, g*f.In, (g+1)*f.In), f)
	}
	return b.Concat(2, groups...)
}
