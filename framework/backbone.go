package framework

import (
	"fmt"

	"runexp/framework/graph"
)

// A Backbone is a pretrained network whose features a loss compares.
//
// Layers and Weights answer before any weight is loaded. Build loads what it
// needs, once; filters are shared by every graph the backbone is built into,
// and Build may be called from several goroutines.
type Backbone interface {
	// Layers lists the network in order of computation.
	Layers() []Layer
	// Weights says which weights file Build reads and what preprocessing goes
	// with it. It checks that the file is there and holds what the taps need,
	// without reading the values, and otherwise returns an error that says how
	// to get it.
	Weights(taps []string) (Weights, error)
	// Build adds the network to b and returns the node of each tap. image is
	// [H, W, 3] and already preprocessed as Weights says. No layer past the
	// deepest tap is built or loaded. An image too small for the taps is an error.
	Build(b *graph.Builder, image graph.Node, taps []string) (map[string]graph.Node, error)
}

// A SideLimiter is a Backbone that knows how small an image may be. Of any other, Build
// says what is too small.
type SideLimiter interface {
	// MinSide returns the smallest side, in pixels, of an image that has at least one
	// pixel at every tap: from there on Build makes them. Errors: a tap that is no layer.
	MinSide(taps []string) (int, error)
}

// A Layer is one layer of a backbone, as `runexp backbones NAME` prints it.
type Layer struct {
	Index      int    `json:"index"`      // position in the network; a config may use it instead of the name
	Name       string `json:"name"`       // conv4_4, relu4_4, pool4
	Kind       string `json:"kind"`       // conv, relu, maxpool, avgpool, …
	Channels   int    `json:"channels"`   // C of its output
	Stride     int    `json:"stride"`     // input pixels from one output pixel to the next
	Receptive  int    `json:"receptive"`  // side of the square of input pixels that one output pixel sees
	Parameters int    `json:"parameters"` // weights and biases
}

// Input is what a network expects of a pixel u in [0, 1], RGB: channels in
// Order, then (Scale·u − Mean) / Std, Mean and Std in that same order.
type Input struct {
	Order     string // "RGB" or "BGR"
	Scale     float64
	Mean, Std [3]float64
}

// Weights identifies a network's weights: a file, or a part of the program.
type Weights struct {
	Name         string  // vgg19-oxford, or the path that the config gave
	Path         string  // where the file was found; "" for weights that are part of the program
	SHA256       string  // of weights without a file, in hex; "" where there is one to be read
	Format       string  // oxford, torchvision, …: how they were trained
	Input        Input   // the preprocessing that goes with that
	FeatureScale float64 // what Build divides the features by
	Description  string  // SHA-256 of the file that describes the network, in hex; "" where the backbone's name and options say all
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
