package vgg

import (
	"errors"
	"fmt"

	"runexp/framework"
	"runexp/framework/weights"
)

// A format is one way in which VGG's weights are published: other weights, with
// other preprocessing and other tensor names.
type format struct {
	name   string
	input  framework.Input
	scale  float64 // features are about this many times torchvision's
	tensor func(framework.Layer) string
}

// oxford is the authors' release: BGR, 0 to 255, minus the mean of ImageNet.
// Its features are about as many times larger than torchvision's as its input
// is: 255 times the mean of the three standard deviations, 57.6.
func oxford() format {
	return format{
		name:   "oxford",
		input:  framework.Input{Order: "BGR", Scale: 255, Mean: [3]float64{103.939, 116.779, 123.68}, Std: [3]float64{1, 1, 1}},
		scale:  57.6,
		tensor: func(l framework.Layer) string { return l.Name },
	}
}

// torchvision is torchvision's training: RGB, 0 to 1, normalised.
func torchvision() format {
	return format{
		name: "torchvision",
		input: framework.Input{
			Order: "RGB", Scale: 1,
			Mean: [3]float64{0.485, 0.456, 0.406}, Std: [3]float64{0.229, 0.224, 0.225},
		},
		scale:  1,
		tensor: func(l framework.Layer) string { return fmt.Sprintf("features.%d", l.Index) },
	}
}

// formatOf returns the format of a file: the tensors' names tell.
func formatOf(f *weights.File, first framework.Layer) (format, error) {
	for _, known := range []format{oxford(), torchvision()} {
		if f.Has(known.tensor(first) + ".weight") {
			return known, nil
		}
	}
	return format{}, errors.New("the tensors are named neither as in Oxford's VGG (conv1_1.weight, …) nor as in torchvision's (features.0.weight, …)")
}

// shapes returns the tensors that the convolutions among layers need.
func shapes(names format, layers []framework.Layer) map[string][]int {
	want := map[string][]int{}
	in := 3
	for _, l := range layers {
		if l.Kind != "conv" {
			continue
		}
		want[names.tensor(l)+".weight"] = []int{l.Channels, in, 3, 3}
		want[names.tensor(l)+".bias"] = []int{l.Channels}
		in = l.Channels
	}
	return want
}
