package vgg

import (
	"errors"
	"math"
	"path/filepath"
	"strings"

	"runexp/framework"
	"runexp/framework/weights"
)

// readingKey is the metadata key of an imported file's format.
const readingKey = "reading"

// A format is one way in which VGG was trained: the preprocessing and scale of its weights.
// Tensor names do not determine it: Oxford's weights are most often published under
// torchvision's names.
type format struct {
	name  string
	input framework.Input
	scale float64 // features are about this many times torchvision's
}

// oxford is the authors' release: BGR, 0 to 255, minus the mean of ImageNet.
// Its features are about as many times larger than torchvision's as its input
// is: 255 times the mean of the three standard deviations, 57.6.
func oxford() format {
	return format{
		name:  "oxford",
		input: framework.Input{Order: "BGR", Scale: 255, Mean: [3]float64{103.939, 116.779, 123.68}, Std: [3]float64{1, 1, 1}},
		scale: 57.6,
	}
}

// flipped is Oxford's with the channels of the first kernels turned round, as
// some conversions from Caffe do.
func flipped() format {
	f := oxford()
	f.name = "oxford-rgb"
	f.input.Order, f.input.Mean = "RGB", [3]float64{123.68, 116.779, 103.939}
	return f
}

// torchvision is torchvision's training: RGB, 0 to 1, normalised.
func torchvision() format {
	return format{
		name: "torchvision",
		input: framework.Input{
			Order: "RGB", Scale: 1,
			Mean: [3]float64{0.485, 0.456, 0.406}, Std: [3]float64{0.229, 0.224, 0.225},
		},
		scale: 1,
	}
}

// bytes is torchvision's weights used on another range: RGB, 0 to 255, minus the mean of
// ImageNet and not divided by its deviation. No file is said to be so; an option chooses it.
// Its features are about as many times larger as Oxford's.
func bytes() format {
	f := oxford()
	f.name = "bytes"
	f.input.Order, f.input.Mean = "RGB", [3]float64{255 * 0.485, 255 * 0.456, 255 * 0.406}
	return f
}

// distilled is training of this project: torchvision's input and scale.
func distilled() format {
	return format{name: "distilled", input: torchvision().input, scale: torchvision().scale}
}

// family is the format's name without the order of its channels: what goes
// into the name of the weights.
func (f format) family() string { return strings.TrimSuffix(f.name, "-rgb") }

// formatCalled returns the format of a name.
func formatCalled(name string) (format, bool) {
	for _, f := range []format{oxford(), flipped(), torchvision()} {
		if f.name == name {
			return f, true
		}
	}
	return format{}, false
}

// said returns the format that the name of weights, or of their file, ends with; "" for none.
func said(name string) string {
	name = filepath.Base(name)
	for _, f := range []format{oxford(), torchvision()} {
		for _, extension := range []string{"", ".safetensors", ".pth", ".pt"} {
			if strings.HasSuffix(name, "-"+f.name+extension) {
				return f.name
			}
		}
	}
	return ""
}

// read returns the format of f's weights and the reason: by the numbers themselves if they
// are Oxford's, then the import's metadata, the user's name for them, and last the tensors'
// names.
func read(f *weights.File, names naming, first framework.Layer, called string) (format, string, error) {
	if known, ok, err := released(f, names.tensor(first)); err != nil || ok {
		return known, "its numbers are those that Oxford released", err
	}
	if known, ok := formatCalled(f.Metadata()[readingKey]); ok {
		return known, "it was imported so", nil
	}
	if known, ok := formatCalled(called); ok {
		return known, "its name says so", nil
	}
	// Torchvision's classifier is 0, 3, 6; that of early 2017, with Dropout first,
	// is known from conversions of Oxford's weights alone.
	classifier := strings.TrimSuffix(names.prefix, "features.") + "classifier."
	switch {
	case names.byName:
		return oxford(), "its tensors have Oxford's names", nil
	case f.Has(classifier+"1.weight") && f.Has(classifier+"4.weight") && !f.Has(classifier+"0.weight"):
		return oxford(), "its classifier is 1, 4 and 6, as in conversions of Oxford's weights", nil
	}
	return torchvision(), "its tensors have torchvision's names and its numbers are not Oxford's", nil
}

// released recognises Oxford's weights by the biases of the first layer, which renaming,
// reordering of channels and half precision do not change. VGG-16 and 19 were initialised
// from one network and share them to five digits. The centres of one kernel that responds to
// colour determine the order of channels. Other kernels expect another range of values,
// which is not guessed.
func released(f *weights.File, first string) (format, bool, error) {
	const tolerance = 0.005 // eight values of about 0.5 that agree so far by chance: one in 10¹⁴
	biases := []float32{0.730178, 0.064936, 0.034288, 0.826039, 0.257803, 0.548677, -0.012439, 0.347899}
	near := func(a, b float32) bool { return math.Abs(float64(a-b)) < tolerance }
	if !f.Has(first + ".bias") {
		return format{}, false, nil
	}
	got, err := f.Read(first + ".bias")
	if err != nil || len(got) < len(biases) {
		return format{}, false, err
	}
	for i, want := range biases {
		if !near(got[i], want) {
			return format{}, false, nil
		}
	}
	kernels, err := f.Read(first + ".weight")
	if err != nil {
		return format{}, false, err
	}
	const filter, size, centre = 29, 3 * 3, 4
	if len(kernels) < (filter+1)*3*size {
		return format{}, false, nil
	}
	k := kernels[filter*3*size:]
	blue, red := float32(-0.2362), float32(0.2090)
	switch first, last := k[centre], k[2*size+centre]; {
	case near(first, blue) && near(last, red):
		return oxford(), true, nil
	case near(first, red) && near(last, blue):
		return flipped(), true, nil
	}
	return format{}, false, errors.New("its first biases are Oxford's and its first kernels are not: they may have been scaled for another range of values; " +
		"set backbone.preprocessing=oxford or backbone.preprocessing=torchvision if you know which pictures it takes, or take the published weights")
}
