package framework

import (
	"fmt"

	"runexp/framework/graph"
)

// A Backbone is a pretrained network whose features a loss compares.
//
// Layers and Weights work before any weight is loaded. Build loads the weights
// it needs, once; filters are shared by all graphs the backbone is built into,
// and Build may be called from several goroutines.
type Backbone interface {
	// Layers lists the network in order of computation.
	Layers() []Layer
	// Weights returns which weights file Build reads and the preprocessing it
	// requires. It checks that the file exists and has the tensors that the taps
	// need, without reading their values. Its errors say how to get the file.
	Weights(taps []string) (Weights, error)
	// Build adds the network to b and returns the node of each tap. image is
	// [H, W, 3] and already preprocessed as Weights says. No layer past the
	// deepest tap is built or loaded. An image too small for the taps is an error.
	Build(b *graph.Builder, image graph.Node, taps []string) (map[string]graph.Node, error)
}

// A SideLimiter is a Backbone with a known minimum image size. Without it, an image that
// is too small is found only when Build fails.
type SideLimiter interface {
	// MinSide returns the smallest image side, in pixels, that leaves at least one
	// pixel at every tap. Build succeeds from that size on. Errors: an unknown tap.
	MinSide(taps []string) (int, error)
}

// A Layer is one layer of a backbone, as `runexp backbones NAME` prints it.
type Layer struct {
	Index      int    `json:"index"`      // position in the network; a config may use it instead of the name
	Name       string `json:"name"`       // conv4_4, relu4_4, pool4
	Kind       string `json:"kind"`       // conv, relu, maxpool, avgpool, …
	Channels   int    `json:"channels"`   // C of its output
	Stride     int    `json:"stride"`     // input pixels from one output pixel to the next
	Receptive  int    `json:"receptive"`  // side of the receptive field, in input pixels
	Parameters int    `json:"parameters"` // weights and biases
	// Variant says what else determines the output: a border, a factor; "" for nothing.
	Variant string `json:"variant,omitempty"`
}

// Input is the preprocessing of a pixel u in [0, 1], RGB: channels are put in
// Order, then (Scale·u − Mean) / Std, with Mean and Std in that order.
type Input struct {
	Order     string // "RGB" or "BGR"
	Scale     float64
	Mean, Std [3]float64
}

// Weights identifies a network's weights: a file, or a part of the program.
type Weights struct {
	Name         string  // vgg19-oxford, or the path in the config
	Path         string  // where the file was found; "" for weights embedded in the program
	SHA256       string  // of embedded weights, in hex; "" for a file
	Format       string  // oxford, torchvision, …: how they were trained
	Input        Input   // the preprocessing they require
	FeatureScale float64 // what Build divides the features by
	Description  string  // SHA-256 of the file that describes the network, in hex; "" if name and options define it
}

// LayerNames returns the names of layers in order.
func LayerNames(layers []Layer) []string {
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = l.Name
	}
	return names
}

// Deepest returns the position in layers of the last of taps, or an error that
// names the first tap that is not among them.
func Deepest(layers []Layer, taps []string) (int, error) {
	deepest := -1
	for _, tap := range taps {
		at := -1
		for i, l := range layers {
			if l.Name == tap {
				at = i
			}
		}
		if at < 0 {
			return 0, UnknownName("layer", tap, LayerNames(layers))
		}
		deepest = max(deepest, at)
	}
	if deepest < 0 {
		return 0, fmt.Errorf("no layer is tapped")
	}
	return deepest, nil
}
