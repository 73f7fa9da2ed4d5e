// Package resnet18 is ResNet-18 (He et al. 2016, arXiv:1512.03385), as torchvision has it,
// without its classifier: 11.2 million parameters.
//
// Gram matrices of residual networks stylise badly, since a few channels far outweigh the
// others; a softmax at the taps mends it (Wang, Li and Vasconcelos 2021, arXiv:2104.05623).
package resnet18

import (
	"fmt"

	"runexp/backbones/network"
	"runexp/backbones/network/torchvision"
	"runexp/framework/weights"
)

// Name is the backbone's.
const Name = "resnet18"

// New returns the network, whose weights are looked up in places.
func New(c torchvision.Config, places weights.Places) *torchvision.Backbone {
	return torchvision.New(Name, layers(), c, places)
}

// epsilon is what torchvision's batch norms add to the variance.
const epsilon = 1e-5

// norm is a convolution with the batch norm behind it, as one layer with the norm's name.
func norm(block, layer string, i string, channels, kernel, stride int, inputs ...string) network.Layer {
	return network.Layer{
		Name: layer + "bn" + i, Kind: network.Conv, Inputs: inputs, Channels: channels, Kernel: kernel, Stride: stride, Padding: kernel / 2,
		Tensor: block + "conv" + i, NoBias: true, BatchNorm: block + "bn" + i, Epsilon: epsilon,
	}
}

// layers describes torchvision's network up to the mean over all positions. A layer is called
// as torchvision's module, with _ for the dots: bn1, layer2_0_downsample. A convolution
// together with its batch norm is called as the norm; of a block, relu is the first, and
// add the sum before the last; the block's output is layer2_0, or layer2 for the last block,
// whose output is its stage's.
func layers() []network.Layer {
	all := []network.Layer{
		norm("", "", "1", 64, 7, 2),
		{Name: "relu", Kind: network.ReLU},
		{Name: "maxpool", Kind: network.MaxPool, Kernel: 3, Stride: 2, Padding: 1},
	}
	for stage := 1; stage <= 4; stage++ {
		for block := range 2 {
			all = append(all, basic(all[len(all)-1].Name, stage, block)...)
		}
	}
	return all
}

// basic is one block: two convolutions, and its input added, which the first block of all
// stages but the first reduces to half the size.
func basic(input string, stage, block int) []network.Layer {
	tensors, names := fmt.Sprintf("layer%d.%d.", stage, block), fmt.Sprintf("layer%d_%d_", stage, block)
	output, channels, stride := fmt.Sprintf("layer%d", stage), 32<<stage, 1
	if block == 0 {
		output += "_0"
	}
	var all []network.Layer
	shortcut := input
	if block == 0 && stage > 1 {
		stride, shortcut = 2, names+"downsample"
		all = append(all, network.Layer{
			Name: shortcut, Kind: network.Conv, Inputs: []string{input}, Channels: channels, Kernel: 1, Stride: stride,
			Tensor: tensors + "downsample.0", NoBias: true, BatchNorm: tensors + "downsample.1", Epsilon: epsilon,
		})
	}
	return append(all,
		norm(tensors, names, "1", channels, 3, stride, input),
		network.Layer{Name: names + "relu", Kind: network.ReLU},
		norm(tensors, names, "2", channels, 3, 1),
		network.Layer{Name: names + "add", Kind: network.Add, Inputs: []string{names + "bn2", shortcut}},
		network.Layer{Name: output, Kind: network.ReLU},
	)
}
