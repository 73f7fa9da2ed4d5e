// Package vgg is the VGG networks of Simonyan and Zisserman (2015,
// arXiv:1409.1556): 3×3 convolutions with ReLU in five blocks, each ended by a
// pooling that halves the size. Layers are called conv4_4 before their ReLU and
// relu4_4 after it.
package vgg

import (
	"errors"
	"fmt"

	"runexp/backbones/network"
	"runexp/framework"
	"runexp/framework/weights"
)

// Config holds the options of the backbone.
type Config struct {
	Weights       string  `config:"weights,name or file" doc:"name of the weights (vgg19-oxford, vgg19-torchvision, …) or path of a .safetensors or .pth file"`
	Preprocessing string  `config:"preprocessing" doc:"oxford, torchvision, or auto: as the file's numbers and names tell; or bytes, torchvision's weights on 0 to 255 minus the mean, not divided, as gordic has them"`
	Pooling       string  `config:"pooling" choices:"max,average,l2,hann" doc:"max, as the network was trained; average, as Gatys et al. prefer; l2, the root of the sum of squares; or hann, DISTS's, the root of a weighted mean of squares of 3×3"`
	PoolScale     float64 `config:"pool_scale,optional=1" doc:"a factor of every pooling's result: crowsonkb has 2 with average and 0.78 with l2"`
	FirstPadding  string  `config:"first_padding,optional=zero" choices:"zero,replicate,reflect" doc:"what the first convolution sees beyond the picture's border: zero, as the network was trained; replicate, as crowsonkb; or reflect. The others see what padding says"`
	Padding       string  `config:"padding,optional=zero" choices:"zero,replicate,reflect" doc:"what all convolutions see beyond their border: zero, as the network was trained; reflect, as heitz; or replicate. first_padding, if it is not zero, is the first one's"`
	InputScale    float64 `config:"input_scale,optional" doc:"what a pixel from 0 to 1 is multiplied by before the mean is subtracted: johnson has 256 where the preprocessing oxford has 255; 0: the preprocessing's own"`
	FeatureScale  string  `config:"feature_scale" doc:"unit divides the features by their scale relative to torchvision's, so that loss weights carry over; raw does not"`
	Winograd      bool    `config:"winograd" doc:"allow the faster, slightly less accurate convolution"`
}

// Defaults returns the options of the network called name. The authors released
// weights for 16 and 19 layers only.
func Defaults(name string) Config {
	source := "oxford"
	if name == "vgg11" || name == "vgg13" {
		source = "torchvision"
	}
	return Config{
		Weights: name + "-" + source, Preprocessing: "auto", Pooling: "max", PoolScale: 1, FirstPadding: "zero", Padding: "zero", FeatureScale: "unit", Winograd: true,
	}
}

// maxInputScale is far above the 255 of a byte.
const maxInputScale = 10000

// Validate reports options that are not among the known ones.
func (c Config) Validate() error {
	var missing error
	if c.Weights == "" {
		missing = framework.Invalid("weights", "give a name or the path of a .safetensors or .pth file")
	}
	var scale error
	if !(c.InputScale >= 0 && c.InputScale <= maxInputScale) {
		scale = framework.Invalid("input_scale", "%g is not from 0 to %d", c.InputScale, maxInputScale)
	}
	return errors.Join(
		missing, scale,
		framework.OneOf("preprocessing", c.Preprocessing, "auto", "oxford", "torchvision", bytes().name),
		c.variation().validate(),
		framework.OneOf("feature_scale", c.FeatureScale, "unit", "raw"),
	)
}

func (c Config) variation() variation {
	return variation{c.Pooling, c.PoolScale, c.FirstPadding, c.Padding}
}

// Backbone is one network.
type Backbone struct {
	*network.Network
	published bool // its weights are files
}

var _ framework.Backbone = (*Backbone)(nil)

// New returns the network called name (see Names), whose weights are looked up in places.
func New(name string, c Config, places weights.Places) *Backbone {
	all := layers(convsPerBlock(name), [5]int{64, 128, 256, 512, 512}, c.variation())
	n, err := network.New(network.Description{Name: name, Layers: all, Winograd: c.Winograd}, c.source(places))
	if err != nil {
		panic(fmt.Sprintf("vgg: %v", err)) // the description is ours
	}
	return &Backbone{Network: n, published: true}
}
