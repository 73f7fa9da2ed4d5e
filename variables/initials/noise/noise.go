// Package noise is the initial value of Gatys, Ecker and Bethge (2015): independent
// Gaussian noise in every channel of every pixel.
package noise

import (
	"math/rand/v2"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Config holds the options.
type Config struct {
	Sigma float64 `config:"sigma" doc:"standard deviation, in ImageNet's standard deviations; above 0"`
}

// Defaults returns noise with the standard deviation of ImageNet's pixels.
func Defaults() Config { return Config{Sigma: 1} }

// Validate reports a deviation that is not a positive number.
func (c Config) Validate() error { return framework.Positive("sigma", c.Sigma) }

// Initial is noise.
type Initial struct{ sigma float64 }

var _ framework.Initial = Initial{}

// New returns the initial value.
func New(c Config) (framework.Initial, error) { return Initial{c.Sigma}, nil }

// Roles returns none.
func (Initial) Roles() []framework.Role { return nil }

// Image returns, for independent normal numbers z,
//
//	mean + sigma · std · z
//
// with ImageNet's mean and standard deviation of each channel, so that sigma does not
// depend on the variable's space. Values are drawn row by row and not clamped to [0, 1].
func (i Initial) Image(_ framework.Sources, h, w int, random *rand.Rand) (*imaging.Image, error) {
	normal := make([]float32, h*w*imaging.Channels)
	for k := range normal {
		normal[k] = float32(i.sigma * random.NormFloat64())
	}
	return &imaging.Image{H: h, W: w, Pix: framework.ImageNet().ToUnit(normal)}, nil
}

// Random returns true: the picture is drawn with the seed.
func (Initial) Random() bool { return true }
