// Package image is the initial value that starts from an image file of its own: an
// earlier result, a drawing.
package image

import (
	"math/rand/v2"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Config holds the options.
type Config struct {
	Image string `config:"image,file" doc:"the file of the picture to start from; it is resized to the first stage's size"`
}

// Defaults returns no file: it is required.
func Defaults() Config { return Config{} }

// Validate reports a missing file.
func (c Config) Validate() error {
	if c.Image == "" {
		return framework.Invalid("image", "needs the file of the picture to start from")
	}
	return nil
}

// Initial is the image in a file, resized.
type Initial struct{ path string }

var (
	_ framework.Initial     = Initial{}
	_ framework.ImageReader = Initial{}
)

// New returns the initial value.
func New(c Config) (framework.Initial, error) { return Initial{c.Image}, nil }

// Roles returns none: it needs no image of the experiment.
func (Initial) Roles() []framework.Role { return nil }

// ImageFile returns the option image.
func (i Initial) ImageFile() (option, path string) { return "image", i.path }

// Image returns the image at h×w pixels.
func (Initial) Image(from framework.Sources, h, w int, _ *rand.Rand) (*imaging.Image, error) {
	return from.Own.Resize(h, w), nil
}

// Random returns false: the seed has no effect.
func (Initial) Random() bool { return false }
