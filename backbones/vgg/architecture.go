package vgg

import (
	"errors"
	"fmt"

	"runexp/backbones/network"
	"runexp/framework"
)

// convsPerBlock lists how many convolutions stand before each pooling in
// configurations A, B, D and E of Simonyan and Zisserman (2015), table 1.
func convsPerBlock(name string) [5]int {
	switch name {
	case "vgg11":
		return [5]int{1, 1, 2, 2, 2}
	case "vgg13":
		return [5]int{2, 2, 2, 2, 2}
	case "vgg16":
		return [5]int{2, 2, 3, 3, 3}
	case "vgg19":
		return [5]int{2, 2, 4, 4, 4}
	}
	panic(fmt.Sprintf("vgg: no configuration %q", name))
}

// Names returns the networks of this package.
func Names() []string { return []string{"vgg11", "vgg13", "vgg16", "vgg19"} }

// A variation is how a network is used otherwise than it was trained: by the options of both
// kinds of Backbone.
type variation struct {
	pooling      string  // max, average, l2 or hann
	poolScale    float64 // a factor of its results
	firstPadding string  // the border of conv1_1
	padding      string  // of the other convolutions, and of conv1_1 if firstPadding is zero
}

func (v variation) validate() error {
	scale := framework.Positive("pool_scale", v.poolScale)
	if scale == nil && v.poolScale > maxPoolScale {
		scale = framework.Invalid("pool_scale", "%g is more than %d", v.poolScale, maxPoolScale)
	}
	return errors.Join(
		framework.OneOf("pooling", v.pooling, "max", "average", "l2", "hann"),
		scale,
		framework.OneOf("first_padding", v.firstPadding, string(network.Zero), string(network.Replicate), string(network.Reflect)),
		framework.OneOf("padding", v.padding, string(network.Zero), string(network.Replicate), string(network.Reflect)),
	)
}

// maxPoolScale is far above a sensible factor, and its fifth power a float32.
const maxPoolScale = 1000

// layers describes the network of the given depth and block widths. Their positions are
// the indices of torchvision's `features`.
func layers(convs, widths [5]int, v variation) []network.Layer {
	pool := network.Layer{Kind: network.MaxPool, Kernel: 2, Stride: 2, Factor: v.poolScale}
	switch v.pooling {
	case "average":
		pool.Kind = network.AvgPool
	case "l2":
		pool.Kind = network.L2Pool
	case "hann":
		pool.Kind, pool.Kernel, pool.Padding = network.HannPool, 3, 1
	}
	var all []network.Layer
	for block, n := range convs {
		for i := range n {
			at := fmt.Sprintf("%d_%d", block+1, i+1)
			all = append(all,
				network.Layer{Name: "conv" + at, Kind: network.Conv, Channels: widths[block], Kernel: 3, Stride: 1, Padding: 1, Border: network.Border(v.padding)},
				network.Layer{Name: "relu" + at, Kind: network.ReLU})
		}
		pool.Name = fmt.Sprintf("pool%d", block+1)
		all = append(all, pool)
	}
	if v.firstPadding != string(network.Zero) {
		all[0].Border = network.Border(v.firstPadding)
	}
	return all
}
