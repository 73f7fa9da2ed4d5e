package vgg

import (
	"fmt"

	"runexp/backbones/network"
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

// layers describes the network of the given depth, block widths and pooling. Their
// positions are the indices of torchvision's `features`.
func layers(convs, widths [5]int, pooling string) []network.Layer {
	pool := network.MaxPool
	if pooling == "average" {
		pool = network.AvgPool
	}
	var all []network.Layer
	for block, n := range convs {
		for i := range n {
			at := fmt.Sprintf("%d_%d", block+1, i+1)
			all = append(all,
				network.Layer{Name: "conv" + at, Kind: network.Conv, Channels: widths[block], Kernel: 3, Stride: 1, Padding: 1},
				network.Layer{Name: "relu" + at, Kind: network.ReLU})
		}
		all = append(all, network.Layer{Name: fmt.Sprintf("pool%d", block+1), Kind: pool, Kernel: 2, Stride: 2})
	}
	return all
}
