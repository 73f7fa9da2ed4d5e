package framework

import (
	"math"

	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// A Variable parametrises the picture: the numbers that the optimiser updates, and the
// map from them to the picture.
//
// It has no state: its methods may be called from several goroutines.
type Variable interface {
	// Shape returns the shape of the numbers for a picture of h×w pixels.
	Shape(h, w int) graph.Shape
	// Initial returns the numbers for which Build gives the image, as closely as possible.
	Initial(image *imaging.Image) []float32
	// Build adds the picture, [h, w, 3], in Space, to b. x has Shape(h, w).
	Build(b *graph.Builder, x graph.Node, h, w int) (graph.Node, error)
	// Space returns the space of the picture that Build gives. At the tap "image"
	// content and style images are in this space too.
	Space() Space
	// Resample returns x, of Shape(h, w), for a picture of another size. what is what x
	// holds. Numbers that are never negative must stay so.
	Resample(what Quantity, x []float32, h, w, newH, newW int) []float32
}

// A Quantity is what an array with one number for each of a variable's holds.
type Quantity int

const (
	Signed      Quantity = iota // an optimiser's state, of either sign: a mean of gradients
	NonNegative                 // an optimiser's state of at least 0, a divisor: a mean of squared gradients
	Numbers                     // the variable's own numbers
)

// ResamplePixels resamples x, [h, w, channels], with one number for each pixel and channel:
// bicubic if it has either sign, bilinear if it is never negative, since the cubic
// overshoots. (crowsonkb, style-transfer-pytorch, does the same.)
func ResamplePixels(what Quantity, x []float32, h, w, channels, newH, newW int) []float32 {
	if what == NonNegative {
		return imaging.ResampleBilinear(x, h, w, channels, newH, newW)
	}
	return imaging.Resample(x, h, w, channels, newH, newW)
}

// A Projector is a Variable with bounds: after each step Project moves x to the nearest
// point within them.
type Projector interface {
	// Project changes x, of Shape(h, w).
	Project(x []float32, h, w int)
}

// A Space is the value range of a picture: for a pixel u in [0, 1], RGB,
//
//	x = (Scale·u − Mean) / Std
//
// channel by channel.
type Space struct {
	Scale     float64
	Mean, Std [3]float64
}

// ImageNet returns the space of pixels standardised with ImageNet's mean and standard
// deviation.
func ImageNet() Space {
	return Space{Scale: 1, Mean: [3]float64{0.485, 0.456, 0.406}, Std: [3]float64{0.229, 0.224, 0.225}}
}

// SpaceOf returns the space called name: unit, [0, 1]; bytes, [0, 255]; or normalized, as
// ImageNet. Errors: an unknown name.
func SpaceOf(name string) (Space, error) {
	ones := [3]float64{1, 1, 1}
	switch name {
	case "unit":
		return Space{Scale: 1, Std: ones}, nil
	case "bytes":
		return Space{Scale: 255, Std: ones}, nil
	case "normalized":
		return ImageNet(), nil
	}
	return Space{}, Invalid("space", "%v", UnknownName("space", name, []string{"unit", "bytes", "normalized"}))
}

// FromUnit returns pixels u, [H·W·3], in s.
func (s Space) FromUnit(u []float32) []float32 {
	x := make([]float32, len(u))
	for i, v := range u {
		c := i % 3
		x[i] = float32((s.Scale*float64(v) - s.Mean[c]) / s.Std[c])
	}
	return x
}

// Bounds returns the least and the largest value of each channel that a file can hold.
func (s Space) Bounds() (low, high [3]float64) {
	for c := range 3 {
		low[c], high[c] = -s.Mean[c]/s.Std[c], (s.Scale-s.Mean[c])/s.Std[c]
	}
	return low, high
}

// Clamp clamps a picture, [H·W·3], to the range that a file can hold, and reports whether
// a value was outside by more than rounding errors of a variable's map to the picture.
func (s Space) Clamp(x []float32) (outside bool) {
	low, high := s.FromUnit(make([]float32, 3)), s.FromUnit([]float32{1, 1, 1})
	const rounding = 1e-5 // of the range
	for i, v := range x {
		c := i % 3
		x[i] = min(max(v, low[c]), high[c])
		outside = outside || !(math.Abs(float64(v-x[i])) <= rounding*float64(high[c]-low[c]))
	}
	return outside
}

// ToUnit is the inverse of FromUnit. It does not clamp.
func (s Space) ToUnit(x []float32) []float32 {
	u := make([]float32, len(x))
	for i, v := range x {
		c := i % 3
		u[i] = float32((float64(v)*s.Std[c] + s.Mean[c]) / s.Scale)
	}
	return u
}
