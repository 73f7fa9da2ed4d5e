// Package measure holds what metrics see of an image: its pixels, its brightness,
// its features at the layers of a scorer's backbone, and their statistics. What
// several metrics ask for is computed once.
package measure

import (
	"errors"

	"runexp/framework/compute"
	"runexp/framework/imaging"
)

// Smallest is the shortest side of an image, in pixels: smaller pictures are not scored.
const Smallest = 11

// ErrBlank is the error for an image in which a layer sees nothing.
var ErrBlank = errors.New("all features are 0, and nothing can be compared with that")

// An Image is one image as metrics see it. Nothing that it gives may be changed. It
// is used by one goroutine.
type Image struct {
	H, W int       // at least Smallest
	Pix  []float32 // [H, W, 3], RGB in [0, 1]
	// Kernels are what sums over pixels and features are to be made by: they give the
	// same bits at any number of threads.
	Kernels compute.Kernels[float32]

	features func(layer string) Features
	luma     *Plane
	moments  map[string]Moments
}

// Features are what a layer gives of an image.
type Features struct {
	H, W, C int
	Values  []float32 // [H, W, C]
}

// New returns the image of h×w pixels pix, whose features at each layer features returns.
func New(k compute.Kernels[float32], pix []float32, h, w int, features func(layer string) Features) *Image {
	return &Image{H: h, W: w, Pix: pix, Kernels: k, features: features, moments: map[string]Moments{}}
}

// Features returns a layer's features. They are the network's memory, which the
// next image overwrites: whoever keeps them makes a copy.
func (m *Image) Features(layer string) Features { return m.features(layer) }

// Moments returns the mean and covariance of a layer's features. They may be kept.
func (m *Image) Moments(layer string) Moments {
	known, ok := m.moments[layer]
	if !ok {
		f := m.Features(layer)
		known = MomentsOf(m.Kernels, f.Values, f.C)
		m.moments[layer] = known
	}
	return known
}

// Luma returns the brightness of the pixels, in [0, 1], by the weights of ITU-R
// BT.601 on the stored values: 0.299 R + 0.587 G + 0.114 B. It may be kept.
func (m *Image) Luma() Plane {
	if m.luma == nil {
		p := NewPlane(m.H, m.W)
		for i := range p.V {
			u := m.Pix[i*imaging.Channels:][:imaging.Channels]
			p.V[i] = 0.299*float64(u[0]) + 0.587*float64(u[1]) + 0.114*float64(u[2])
		}
		m.luma = &p
	}
	return *m.luma
}
