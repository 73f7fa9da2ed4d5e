// Package lite embeds the weights of vgg19-lite, a narrow VGG-19. README.md describes it,
// and training/ is how it was trained.
package lite

import (
	_ "embed"
	"strings"

	"runexp/framework/weights"
)

const (
	// Name is the backbone's.
	Name = "vgg19-lite"
	// Last is the layer that the network ends with: deeper ones were not trained.
	Last = "relu5_1"
	// SHA256 is the checksum of the weights, as sha256sum prints it.
	SHA256 = "2cb9d9f6fc798e6367570a0fbd4fc4d4aa96b32fe08199ea6e294cb3ce3c514a"
)

// Widths returns the channels of the five blocks.
func Widths() [5]int { return [5]int{16, 48, 96, 256, 256} }

//go:embed vgg19-lite.safetensors
var data string

// Open opens the weights.
func Open() (*weights.File, error) {
	return weights.OpenReader(strings.NewReader(data), int64(len(data)), Name)
}
