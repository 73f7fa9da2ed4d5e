package vgg

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"runexp/backbones/network"
	"runexp/framework"
	"runexp/framework/weights"
)

// Embedded is a narrow VGG-19, distilled from the wide one, whose weights are embedded in
// the program.
type Embedded struct {
	Name   string // of the backbone
	Widths [5]int // channels of the five blocks; VGG-19 has 64, 128, 256, 512, 512
	Last   string // the layer that it ends with
	SHA256 string // of the weights, in hex
	Open   func() (*weights.File, error)
}

// EmbeddedConfig holds the options of an Embedded, whose weights and preprocessing are fixed.
type EmbeddedConfig struct {
	Pooling      string  `config:"pooling" choices:"max,average,l2,hann" doc:"max, as the network was trained; average, as Gatys et al. prefer; l2, the root of the sum of squares; or hann, DISTS's, the root of a weighted mean of squares of 3×3"`
	PoolScale    float64 `config:"pool_scale,optional=1" doc:"a factor of every pooling's result: crowsonkb has 2 with average and 0.78 with l2"`
	FirstPadding string  `config:"first_padding,optional=zero" choices:"zero,replicate,reflect" doc:"what the first convolution sees beyond the picture's border: zero, as the network was trained; replicate, as crowsonkb; or reflect. The others see what padding says"`
	Padding      string  `config:"padding,optional=zero" choices:"zero,replicate,reflect" doc:"what all convolutions see beyond their border: zero, as the network was trained; reflect, as heitz; or replicate. first_padding, if it is not zero, is the first one's"`
	FeatureScale string  `config:"feature_scale" doc:"unit or raw, which are the same here: the network was trained to unit scale"`
	Winograd     bool    `config:"winograd" doc:"allow the faster, slightly less accurate convolution"`
}

// EmbeddedDefaults returns the options of a config that names none.
func EmbeddedDefaults() EmbeddedConfig {
	return EmbeddedConfig{Pooling: "max", PoolScale: 1, FirstPadding: "zero", Padding: "zero", FeatureScale: "unit", Winograd: true}
}

// Validate reports options that are not among the known ones.
func (c EmbeddedConfig) Validate() error {
	return errors.Join(
		c.variation().validate(),
		framework.OneOf("feature_scale", c.FeatureScale, "unit", "raw"),
	)
}

func (c EmbeddedConfig) variation() variation {
	return variation{c.Pooling, c.PoolScale, c.FirstPadding, c.Padding}
}

// NewEmbedded returns the network, with VGG-19's layers, names and indices up to
// e.Last. It is an error if VGG-19 has no such layer.
func NewEmbedded(e Embedded, c EmbeddedConfig) (*Backbone, error) {
	all := layers(convsPerBlock("vgg19"), e.Widths, c.variation())
	last := slices.IndexFunc(all, func(l network.Layer) bool { return l.Name == e.Last })
	n, err := network.New(network.Description{Name: e.Name, Layers: all[:last+1], Winograd: c.Winograd}, e.source())
	if err != nil {
		return nil, fmt.Errorf("backbone %s up to %s: %w", e.Name, e.Last, err)
	}
	return &Backbone{Network: n}, nil
}

// source opens the embedded weights. Their header is read once, since they never change.
func (e Embedded) source() network.Source {
	open := sync.OnceValues(e.Open)
	return func([]framework.Layer) (network.Pretrained, error) {
		f, err := open()
		is := distilled()
		return network.Pretrained{
			File: f, Prefix: naming{byName: true}.tensor,
			Is: framework.Weights{
				Name: e.Name, SHA256: e.SHA256, Format: is.name, Input: is.input, FeatureScale: is.scale,
			},
		}, err
	}
}
