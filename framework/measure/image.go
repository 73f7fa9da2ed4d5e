// Package measure provides the inputs of metrics: an image's pixels, its luma, its
// features at the layers of a scorer's backbone, and their statistics. What several
// metrics need is computed once.
package measure

import (
	"errors"

	"runexp/framework/compute"
	"runexp/framework/imaging"
)

// Smallest is the minimum side of a scored image, in pixels.
const Smallest = 11

// ErrBlank is the error for an image whose features at a layer are all 0.
var ErrBlank = errors.New("all features are 0, and nothing can be compared with that")

// An Image is a metric's input. What its methods return must not be modified. It is used
// by one goroutine.
type Image struct {
	H, W int       // at least Smallest
	Pix  []float32 // [H, W, 3], RGB in [0, 1]
	// Kernels must be used for sums over pixels and features: their results are bitwise
	// the same at any number of threads.
	Kernels compute.Kernels[float32]

	features func(layer string) Features
	luma     *Plane
	moments  map[string]Moments
}

// Features are a layer's output for an image.
type Features struct {
	H, W, C int
	Values  []float32 // [H, W, C]
}

// New returns the image of h×w pixels pix; features returns its features at a layer.
func New(k compute.Kernels[float32], pix []float32, h, w int, features func(layer string) Features) *Image {
	return &Image{H: h, W: w, Pix: pix, Kernels: k, features: features, moments: map[string]Moments{}}
}

// Features returns a layer's features. The next image overwrites them: copy them to
// retain them.
func (m *Image) Features(layer string) Features { return m.features(layer) }

// Moments returns the mean and covariance of a layer's features. They may be retained.
func (m *Image) Moments(layer string) Moments {
	known, ok := m.moments[layer]
	if !ok {
		f := m.Features(layer)
		known = MomentsOf(m.Kernels, f.Values, f.C)
		m.moments[layer] = known
	}
	return known
}

// Luma returns the pixels' luma in [0, 1], with the weights of ITU-R BT.601 on the stored
// values: 0.299 R + 0.587 G + 0.114 B. It may be retained.
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
