package vgg

import (
	"fmt"

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

// layers lists the network of the given depth, block widths and pooling. Indices
// are those of torchvision's `features`; the receptive field r and the stride s of
// a layer with kernel k and stride t follow r ← r + (k−1)·s, s ← s·t.
func layers(convs, widths [5]int, pooling string) []framework.Layer {
	pool := "maxpool"
	if pooling == "average" {
		pool = "avgpool"
	}
	var all []framework.Layer
	receptive, stride, channels := 1, 1, 3
	add := func(name, kind string, parameters int) {
		all = append(all, framework.Layer{
			Index: len(all), Name: name, Kind: kind, Channels: channels,
			Stride: stride, Receptive: receptive, Parameters: parameters,
		})
	}
	for block, n := range convs {
		for i := range n {
			at := fmt.Sprintf("%d_%d", block+1, i+1)
			parameters := 9*channels*widths[block] + widths[block]
			receptive += 2 * stride
			channels = widths[block]
			add("conv"+at, "conv", parameters)
			add("relu"+at, "relu", 0)
		}
		receptive += stride
		stride *= 2
		add(fmt.Sprintf("pool%d", block+1), pool, 0)
	}
	return all
}
