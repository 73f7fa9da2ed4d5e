// Package random is a small convolutional network of random weights: a control. What a
// recipe does with it is due to its statistics, and not to what a network has learnt
// (Ustyuzhaninov et al. 2016, arXiv:1606.00021, make textures with one).
package random

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"runexp/backbones/network"
	"runexp/backbones/network/torchvision"
	"runexp/framework"
	"runexp/framework/weights"
)

// Name is the backbone's.
const Name = "random"

// The bounds of the options.
const (
	maxBlocks = 8
	maxWidth  = 1024
)

// Config holds the options of the backbone.
type Config struct {
	Seed     int   `config:"seed" doc:"of the weights, at least 0; another seed is another network"`
	Widths   []int `config:"widths" doc:"channels of each block, 1 to 8 blocks of 1 to 1024: conv1, relu1 and pool1, which halves the size, and so on; the last has no pool"`
	Winograd bool  `config:"winograd" doc:"allow the faster, slightly less accurate convolution"`
}

// Defaults returns vgg19-lite's widths and seed 0.
func Defaults() Config { return Config{Widths: []int{16, 48, 96, 256, 256}, Winograd: true} }

// Validate reports options out of range.
func (c Config) Validate() error {
	var errs []error
	if c.Seed < 0 {
		errs = append(errs, framework.Invalid("seed", "%d is not at least 0", c.Seed))
	}
	if n := len(c.Widths); n < 1 || n > maxBlocks {
		errs = append(errs, framework.Invalid("widths", "%d blocks are not 1 to %d", n, maxBlocks))
	}
	for i, w := range c.Widths {
		if w < 1 || w > maxWidth {
			errs = append(errs, framework.Invalid("widths", "%d, of block %d, is not from 1 to %d", w, i+1, maxWidth))
		}
	}
	return errors.Join(errs...)
}

// New returns the network. Its kernels are 3×3 and drawn from a normal distribution of mean 0
// and He's variance, 2/(9·channels of the input) (He et al. 2015, arXiv:1502.01852), with
// which the mean square of activations is about the same in all layers: about that of the
// picture, normalised as for torchvision's networks. So nothing is divided to bring features
// to unit scale. There are no biases.
func New(c Config) (framework.Backbone, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	layers := c.layers()
	n, err := network.New(network.Description{Name: Name, Layers: layers, Winograd: c.Winograd}, c.source(layers))
	if err != nil {
		return nil, fmt.Errorf("backbone %s: %w", Name, err)
	}
	return n, nil
}

func (c Config) layers() []network.Layer {
	var all []network.Layer
	for i, width := range c.Widths {
		all = append(all,
			network.Layer{Name: fmt.Sprintf("conv%d", i+1), Kind: network.Conv, Channels: width, Kernel: 3, Stride: 1, Padding: 1, NoBias: true},
			network.Layer{Name: fmt.Sprintf("relu%d", i+1), Kind: network.ReLU})
		if i+1 < len(c.Widths) {
			all = append(all, network.Layer{Name: fmt.Sprintf("pool%d", i+1), Kind: network.MaxPool, Kernel: 2, Stride: 2})
		}
	}
	return all
}

// source draws the weights once, when they are first needed.
func (c Config) source(layers []network.Layer) network.Source {
	draw := sync.OnceValues(func() ([]byte, error) { return c.draw(layers) })
	return func([]framework.Layer) (network.Pretrained, error) {
		data, err := draw()
		if err != nil {
			return network.Pretrained{}, err
		}
		name := fmt.Sprintf("%s-%d", Name, c.Seed)
		f, err := weights.OpenReader(bytes.NewReader(data), int64(len(data)), name)
		sum := sha256.Sum256(data)
		return network.Pretrained{File: f, Is: framework.Weights{
			Name: name, SHA256: hex.EncodeToString(sum[:]), Format: Name, Input: torchvision.Input(), FeatureScale: 1,
		}}, err
	}
}

// draw returns the weights as a file in memory. A layer's depend on the seed, its position
// and its shape, and not on the layers behind it.
func (c Config) draw(layers []network.Layer) ([]byte, error) {
	header, in := map[string]any{}, 3
	var numbers []byte
	for i, l := range layers {
		if l.Kind != network.Conv {
			continue
		}
		random, begin := rand.New(rand.NewPCG(uint64(c.Seed), uint64(i))), len(numbers)
		deviation := math.Sqrt(2 / float64(9*in))
		for range 9 * in * l.Channels {
			numbers = binary.LittleEndian.AppendUint32(numbers, math.Float32bits(float32(deviation*random.NormFloat64())))
		}
		header[l.Name+".weight"] = map[string]any{"dtype": "F32", "shape": []int{l.Channels, in, 3, 3}, "data_offsets": []int{begin, len(numbers)}}
		in = l.Channels
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	data := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return append(append(data, text...), numbers...), nil
}
