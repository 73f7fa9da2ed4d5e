// Package imaging reads, resizes and writes images.
//
// An image is channels last and has the sRGB values stored in the file, divided by the
// maximum value: nothing is linearised, since the networks whose features are compared
// were trained on stored values.
package imaging

import "fmt"

// Channels of a pixel: red, green, blue.
const Channels = 3

// An Image has H rows of W pixels. Pix is [H, W, 3], RGB, row by row. Decoded values
// are in [0, 1]; optimisation and resampling may leave that range, and only EncodePNG
// and Rounded clamp it.
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

// Resize returns a copy of m resampled to h rows of w pixels by Resample.
func (m *Image) Resize(h, w int) *Image {
	return &Image{H: h, W: w, Pix: Resample(m.Pix, m.H, m.W, Channels, h, w)}
}
