// Package fourier parametrises a picture by its frequencies, in decorrelated colours (Olah
// et al. 2017, "Feature Visualization", distill.pub/2017/feature-visualization:
// preconditioning): a step of the optimiser changes large shapes more than small ones, and
// lightness more than hues, as they vary in photographs.
package fourier

import (
	"errors"
	"math"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// Config holds the options.
type Config struct {
	Decay  float64 `config:"decay" doc:"how much less a step changes high frequencies f than low ones: by 1/f to this power; 0 treats all alike; in [0, 4)"`
	Bounds string  `config:"bounds" choices:"none,clamp" doc:"none, or clamp: after each step the picture is clamped to the range that a file can hold"`
}

// Defaults returns the article's decay, that of photographs.
func Defaults() Config { return Config{Decay: 1, Bounds: "none"} }

// Validate reports options out of range.
func (c Config) Validate() error {
	return errors.Join(framework.InRange("decay", c.Decay, 0, 4), framework.OneOf("bounds", c.Bounds, "none", "clamp"))
}

// Variable is x, [H, W, 3], of the picture
//
//	u = S·p + m, p = hartley(s·x)
//
// where m is the mean colour of ImageNet and SSᵀ the covariance of its colours, hartley is
// that of each channel (see kernel), and
//
//	s(k) = a / max(f(k), 1/max(H, W))^decay
//
// for the coefficient with frequency f, in cycles per pixel. a makes the mean square of s 1,
// so that a learning rate moves a pixel by about as much as in the variable pixels.
//
// It is Lucid's image parametrisation (github.com/tensorflow/lucid, lucid/optvis/param) with
// three departures: there is no sigmoid, so that every image has an x; Lucid has other
// constants than a, and divides S by its longest column; and x holds for each pair of
// frequencies ±k the sum and the difference of real and imaginary part, instead of those,
// so that it has as many numbers as the picture.
type Variable struct {
	decay                  float64
	toPicture, fromPicture [3][3]float64
}

// Bounded is a Variable whose picture is clamped to [0, 1].
type Bounded struct{ Variable }

var (
	_ framework.Variable  = Variable{}
	_ framework.Projector = Bounded{}
)

// New returns the variable.
func New(c Config) (framework.Variable, error) {
	toPicture, fromPicture := colours()
	v := Variable{c.Decay, toPicture, fromPicture}
	if c.Bounds == "clamp" {
		return Bounded{v}, nil
	}
	return v, nil
}

// Shape is that of the picture.
func (Variable) Shape(h, w int) graph.Shape { return graph.Shape{h, w, 3} }

// Space is ImageNet's, whose 0 is m.
func (Variable) Space() framework.Space { return framework.ImageNet() }

// Build returns the picture of x.
func (v Variable) Build(b *graph.Builder, x graph.Node, h, w int) (graph.Node, error) {
	scales := b.Constant("scales of frequencies", graph.Double(graph.Shape{h, w, 1}, v.scales(h, w)))
	return b.Affine(hartley(b, b.Mul(x, scales), h, w), v.toPicture, [3]float64{}), b.Err()
}

// Initial returns the x whose picture is the image.
func (v Variable) Initial(image *imaging.Image) []float32 {
	return v.transformed(v.Space().FromUnit(image.Pix), image.H, image.W)
}

// transformed returns the x of a picture in Space.
func (v Variable) transformed(picture []float32, h, w int) []float32 {
	x := make([]float32, len(picture))
	for i := 0; i < len(x); i += 3 {
		r, g, b := float64(picture[i]), float64(picture[i+1]), float64(picture[i+2])
		for c, m := range v.fromPicture {
			x[i+c] = float32(m[0]*r + m[1]*g + m[2]*b)
		}
	}
	out := make([]float32, len(x))
	newKernel[float32](graph.Parallel{}, h, w).transform(out, x) // its own inverse
	for k, s := range v.scales(h, w) {
		for c := range 3 {
			out[3*k+c] = float32(float64(out[3*k+c]) / s)
		}
	}
	return out
}

// picture returns the picture of x, in Space, as Build does in the graph.
func (v Variable) picture(x []float32, h, w int) []float32 {
	scaled := make([]float32, len(x))
	for k, s := range v.scales(h, w) {
		for c := range 3 {
			scaled[3*k+c] = float32(s * float64(x[3*k+c]))
		}
	}
	out := make([]float32, len(x))
	newKernel[float32](graph.Parallel{}, h, w).transform(out, scaled)
	for i := 0; i < len(out); i += 3 {
		p, q, r := float64(out[i]), float64(out[i+1]), float64(out[i+2])
		for c, m := range v.toPicture {
			out[i+c] = float32(m[0]*p + m[1]*q + m[2]*r)
		}
	}
	return out
}

// scales returns s, [H, W].
func (v Variable) scales(h, w int) []float64 {
	scales := make([]float64, h*w)
	lowest, squares := 1/float64(max(h, w)), 0.0
	for i := range scales {
		f := math.Hypot(float64(frequency(i/w, h))/float64(h), float64(frequency(i%w, w))/float64(w))
		scales[i] = math.Pow(max(f, lowest), -v.decay)
		squares += scales[i] * scales[i]
	}
	a := math.Sqrt(float64(h*w) / squares)
	for i := range scales {
		scales[i] *= a
	}
	return scales
}

// frequency returns the cycles of coefficient k along a side of n pixels, from −n/2 to n/2.
func frequency(k, n int) int {
	if 2*k > n {
		return k - n
	}
	return k
}

// Resample returns the x of the resized picture. An optimiser's state stays with its number
// of cycles along each side; that of frequencies which the smaller picture did not have is
// 0, or if it is never negative, that of the nearest one, since it is a divisor.
func (v Variable) Resample(what framework.Quantity, x []float32, h, w, newH, newW int) []float32 {
	if what == framework.Numbers {
		return v.transformed(imaging.Resample(v.picture(x, h, w), h, w, 3, newH, newW), newH, newW)
	}
	out := make([]float32, 3*newH*newW)
	for k := range newH * newW {
		row, missing := coefficient(frequency(k/newW, newH), h)
		column, absent := coefficient(frequency(k%newW, newW), w)
		if what == framework.NonNegative || !missing && !absent {
			copy(out[3*k:3*k+3], x[3*(row*w+column):])
		}
	}
	return out
}

// coefficient returns the index of a frequency along a side of n pixels, or of the nearest
// one if it is missing.
func coefficient(frequency, n int) (k int, missing bool) {
	near := min(max(frequency, -(n-1)/2), n/2)
	return (near + n) % n, near != frequency
}

// Project clamps the picture.
func (v Bounded) Project(x []float32, h, w int) {
	picture := v.picture(x, h, w)
	if v.Space().Clamp(picture) {
		copy(x, v.transformed(picture, h, w))
	}
}
