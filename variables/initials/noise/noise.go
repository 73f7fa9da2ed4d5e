// Package noise is the initial value of Gatys, Ecker and Bethge (2015): independent
// Gaussian noise in every channel of every pixel.
package noise

import (
	"errors"
	"math/rand/v2"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Config holds the options.
type Config struct {
	Sigma float64 `config:"sigma" doc:"standard deviation, in the unit; above 0"`
	Unit  string  `config:"unit,optional=deviations" choices:"deviations,levels" doc:"of sigma: ImageNet's standard deviations, or levels of 255, as programs have it whose variable is 0 to 255 minus the mean: anishathalye 0.256, gordic 90, johnson 0.001 (with 256 for 255)"`
}

// The units.
const (
	deviations = "deviations"
	levels     = "levels"
)

// Defaults returns noise with the standard deviation of ImageNet's pixels.
func Defaults() Config { return Config{Sigma: 1, Unit: deviations} }

// Validate reports a deviation that is not a positive number, and an unknown unit.
func (c Config) Validate() error {
	return errors.Join(framework.Positive("sigma", c.Sigma), framework.OneOf("unit", c.Unit, deviations, levels))
}

// Initial is noise.
type Initial struct{ c Config }

var _ framework.Initial = Initial{}

// New returns the initial value.
func New(c Config) (framework.Initial, error) { return Initial{c}, nil }

// Roles returns none.
func (Initial) Roles() []framework.Role { return nil }

// Image returns, for independent normal numbers z,
//
//	mean + sigma · std · z    or, in levels,    mean + sigma/255 · z
//
// with ImageNet's mean and standard deviation of each channel, so that sigma does not
// depend on the variable's space. Values are drawn row by row and not clamped to [0, 1].
func (i Initial) Image(_ framework.Sources, h, w int, random *rand.Rand) (*imaging.Image, error) {
	space := framework.ImageNet()
	if i.c.Unit == levels {
		space.Std = [3]float64{1. / 255, 1. / 255, 1. / 255}
	}
	normal := make([]float32, h*w*imaging.Channels)
	for k := range normal {
		normal[k] = float32(i.c.Sigma * random.NormFloat64())
	}
	return &imaging.Image{H: h, W: w, Pix: space.ToUnit(normal)}, nil
}

// Random returns true: the picture is drawn with the seed.
func (Initial) Random() bool { return true }
