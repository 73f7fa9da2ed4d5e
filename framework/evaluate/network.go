package evaluate

import (
	"context"
	"fmt"
	"strings"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// A network computes the features of pictures of one size.
type network struct {
	k       compute.Kernels[float32]
	program *graph.Program
	shape   graph.Shape // of the picture
	nodes   map[string]graph.Node
}

// newNetwork returns a network with these taps for pictures of h×w pixels.
func newNetwork(c Config, taps []string, k compute.Kernels[float32], h, w int) (*network, error) {
	n := &network{k: k, shape: graph.Shape{h, w, imaging.Channels}}
	b := graph.NewBuilder(k)
	m, bias := preprocess(c.Weights.Input)
	image := b.Affine(b.Variable(n.shape...), m, bias)
	var err error
	if n.nodes, err = c.Backbone.Build(b, image, taps); err != nil {
		return nil, fmt.Errorf("at %d×%d pixels: %w", h, w, err)
	}
	outputs := make([]graph.Node, len(taps))
	for i, tap := range taps {
		outputs[i] = n.nodes[tap]
	}
	n.program, err = b.Compile(outputs...)
	return n, err
}

// preprocess returns the map m·u + bias from a pixel u in [0, 1], RGB, to the network's
// input.
func preprocess(in framework.Input) (m [3][3]float64, bias [3]float64) {
	for k := range 3 {
		m[k][strings.IndexByte("RGB", in.Order[k])] = in.Scale / in.Std[k]
		bias[k] = -in.Mean[k] / in.Std[k]
	}
	return m, bias
}

// run computes the features of pix, [H, W, 3] in [0, 1].
func (n *network) run(ctx context.Context, pix []float32) error {
	return n.program.Run(ctx, graph.Single(n.shape, pix))
}

// features returns a layer's features, valid until the next run.
func (n *network) features(layer string) measure.Features {
	node := n.nodes[layer]
	s := node.Shape()
	return measure.Features{H: s[0], W: s[1], C: s[2], Values: n.program.Value(node).Single}
}
