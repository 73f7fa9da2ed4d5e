// Package details is the initial value of STROTSS (Kolkin, Salavon and Shakhnarovich 2019,
// arXiv:1904.12785): the style's mean colour with the content's finest details.
package details

import (
	"math/rand/v2"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Config holds the options: there are none.
type Config struct{}

// Defaults returns them.
func Defaults() Config { return Config{} }

// Initial is the mean colour of the style images, as large in the mean as each other, plus
// the finest details of the content image (imaging.Image.Details) at the picture's size.
type Initial struct{}

var _ framework.Initial = Initial{}

// New returns the initial value.
func New(Config) (framework.Initial, error) { return Initial{}, nil }

// Roles returns the roles of both kinds of images.
func (Initial) Roles() []framework.Role {
	return []framework.Role{framework.Content, framework.Style}
}

// Image returns the picture of h×w pixels.
func (Initial) Image(from framework.Sources, h, w int, _ *rand.Rand) (*imaging.Image, error) {
	var mean [imaging.Channels]float64
	for _, style := range from.Styles {
		share := 1 / float64(style.H*style.W*len(from.Styles))
		for i, u := range style.Pix {
			mean[i%imaging.Channels] += share * float64(u)
		}
	}
	picture := from.Content.Resize(h, w).Details()
	for i, u := range picture.Pix {
		picture.Pix[i] = float32(mean[i%imaging.Channels] + float64(u))
	}
	return picture, nil
}

// Random returns false: the seed has no effect.
func (Initial) Random() bool { return false }
