// Package imaging reads pictures, resizes them and writes them.
//
// A picture is channels last and holds the sRGB values as they are stored in
// the file, divided by the largest one: nothing is linearised, since the
// networks whose features we compare were trained on stored values.
package imaging

import "fmt"

// Channels of a pixel: red, green, blue.
const Channels = 3

// An Image is a picture of H rows of W pixels. Pix is [H, W, 3], RGB, row by
// row. Values are in [0, 1] as decoded; a picture that is being optimised or
// that was resampled may leave that range, and only EncodePNG clamps it.
type Image struct {
	H, W int
	Pix  []float32
}

// New returns a black image. Sizes below 1 panic.
func New(h, w int) *Image {
	if h < 1 || w < 1 {
		panic(fmt.Sprintf("imaging: size %d×%d", h, w))
	}
	return &Image{H: h, W: w, Pix: make([]float32, h*w*Channels)}
}

// Resize returns m at h rows of w pixels, by Resample; m stays as it is.
func (m *Image) Resize(h, w int) *Image {
	return &Image{H: h, W: w, Pix: Resample(m.Pix, m.H, m.W, Channels, h, w)}
}
