// Package squeezenet is SqueezeNet 1.1 (Iandola et al. 2016, arXiv:1602.07360), as torchvision
// has it, without its classifier: 0.7 million parameters.
package squeezenet

import (
	"fmt"

	"runexp/backbones/network"
	"runexp/backbones/network/torchvision"
	"runexp/framework/weights"
)

// Name is the backbone's.
const Name = "squeezenet"

// New returns the network, whose weights are looked up in places.
func New(c torchvision.Config, places weights.Places) *torchvision.Backbone {
	return torchvision.New(Name, layers(), c, places)
}

// layers describes torchvision's `features`. A layer is called as there, with _ for the
// dots: features_3_squeeze, features_3_expand1x1_activation. features_3 is the output of the
// whole module, both expansions side by side.
func layers() []network.Layer {
	all := []network.Layer{
		{Name: "features_0", Kind: network.Conv, Channels: 64, Kernel: 3, Stride: 2, Tensor: "features.0"},
		{Name: "features_1", Kind: network.ReLU},
	}
	const pooled = 0 // in place of a width
	for i, squeeze := range []int{pooled, 16, 16, pooled, 32, 32, pooled, 48, 48, 64, 64} {
		if i += 2; squeeze == pooled {
			all = append(all, network.Layer{Name: fmt.Sprintf("features_%d", i), Kind: network.MaxPool, Kernel: 3, Stride: 2, Ceil: true})
		} else {
			all = append(all, fire(i, squeeze)...)
		}
	}
	return all
}

// fire is module i: squeeze channels, and from these four times as many by each of a 1×1 and
// a 3×3 convolution.
func fire(i, squeeze int) []network.Layer {
	name := fmt.Sprintf("features_%d", i)
	conv := func(part string, channels, kernel int, inputs ...string) []network.Layer {
		return []network.Layer{
			{
				Name: name + "_" + part, Kind: network.Conv, Inputs: inputs, Channels: channels, Kernel: kernel, Stride: 1, Padding: kernel / 2,
				Tensor: fmt.Sprintf("features.%d.%s", i, part),
			},
			{Name: name + "_" + part + "_activation", Kind: network.ReLU},
		}
	}
	all := conv("squeeze", squeeze, 1)
	all = append(all, conv("expand1x1", 4*squeeze, 1)...)
	all = append(all, conv("expand3x3", 4*squeeze, 3, name+"_squeeze_activation")...)
	return append(all, network.Layer{
		Name: name, Kind: network.Concat, Inputs: []string{name + "_expand1x1_activation", name + "_expand3x3_activation"},
	})
}
