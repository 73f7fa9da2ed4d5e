// Package content is the initial value that starts from the content image.
package content

import (
	"math/rand/v2"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Config holds the options: there are none.
type Config struct{}

// Defaults returns them.
func Defaults() Config { return Config{} }

// Initial is the content image, resized.
type Initial struct{}

var _ framework.Initial = Initial{}

// New returns the initial value.
func New(Config) (framework.Initial, error) { return Initial{}, nil }

// Roles returns the content image's role.
func (Initial) Roles() []framework.Role { return []framework.Role{framework.Content} }

// Image returns the content image at h×w pixels.
func (Initial) Image(from framework.Sources, h, w int, _ *rand.Rand) (*imaging.Image, error) {
	return from.Content.Resize(h, w), nil
}

// Random returns false: the seed has no effect.
func (Initial) Random() bool { return false }
