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
//
// Alpha, [H, W] in [0, 1], is the opacity of a decoded image that is transparent
// somewhere, else nil. Pix is what one sees of such an image on white. Only EncodePNG and
// Rounded read it; Resize and all other arithmetic is of what one sees, and drops it.
type Image struct {
	H, W  int
	Pix   []float32
	Alpha []float32
}

// New returns a black image. Sizes below 1 panic.
func New(h, w int) *Image {
	if h < 1 || w < 1 {
		panic(fmt.Sprintf("imaging: size %d×%d", h, w))
	}
	return &Image{H: h, W: w, Pix: make([]float32, h*w*Channels)}
}

// Resize returns a copy of m, without Alpha, resampled to h rows of w pixels by Resample.
func (m *Image) Resize(h, w int) *Image {
	return &Image{H: h, W: w, Pix: Resample(m.Pix, m.H, m.W, Channels, h, w)}
}

// ResizeAlpha returns Alpha resampled to h rows of w pixels, in [0, 1]; nil for none.
func (m *Image) ResizeAlpha(h, w int) []float32 {
	if m.Alpha == nil {
		return nil
	}
	alpha := Resample(m.Alpha, m.H, m.W, 1, h, w)
	for i, v := range alpha {
		alpha[i] = min(max(v, 0), 1) // the cubic overshoots
	}
	return alpha
}

// Cut returns the h rows of w pixels from row top and column left.
func (m *Image) Cut(top, left, h, w int) *Image {
	out := &Image{H: h, W: w, Pix: cut(m.Pix, m.W*Channels, top, left*Channels, h, w*Channels)}
	if m.Alpha != nil {
		out.Alpha = cut(m.Alpha, m.W, top, left, h, w)
	}
	return out
}

// cut returns h rows of n values from rows of width values.
func cut(values []float32, width, top, left, h, n int) []float32 {
	out := make([]float32, 0, h*n)
	for y := top; y < top+h; y++ {
		out = append(out, values[y*width+left:][:n]...)
	}
	return out
}
