// Package pyramid parametrises a picture as the sum of its details at several sizes, the
// Laplacian pyramid of Burt and Adelson (1983): a step of the optimiser then changes large
// shapes as easily as single pixels.
package pyramid

import (
	"errors"
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// Config holds the options.
type Config struct {
	Levels   int    `config:"levels" doc:"number of sizes, each half of the previous one; details but for the last, which is the whole image; 1 is pixels; 5, unless smallest is given"`
	Smallest int    `config:"smallest" doc:"instead of levels: as many sizes as it takes until the longer side has at most this many pixels"`
	Filter   string `config:"filter" choices:"bicubic,bilinear" doc:"bicubic (antialiased, sides are halved rounding up) or bilinear (without antialiasing, rounding down, as STROTSS and NNST have it)"`
	Space    string `config:"space" choices:"unit,bytes,normalized" doc:"unit [0,1], bytes [0,255], or normalized (ImageNet mean and standard deviation)"`
	Bounds   string `config:"bounds" choices:"none,clamp" doc:"none, or clamp: after each step the picture is clamped to the range that a file can hold, and its levels are made anew"`
}

// Defaults returns the bicubic pyramid of fiveLevels.
func Defaults() Config { return Config{Filter: "bicubic", Space: "normalized", Bounds: "none"} }

const (
	// fiveLevels is the number of levels if neither it nor the smallest is given: the
	// smallest has a sixteenth of the picture's sides.
	fiveLevels = 5
	// mostLevels is the number of levels at which the largest picture's last one has more
	// than one pixel.
	mostLevels = 16
)

// Validate reports options out of range and two that contradict each other.
func (c Config) Validate() error {
	var levels, smallest error
	if c.Levels < 0 || c.Levels > mostLevels {
		levels = framework.Invalid("levels", "%d is not from 1 to %d", c.Levels, mostLevels)
	}
	switch {
	case c.Smallest < 0:
		smallest = framework.Invalid("smallest", "%d is not a number of pixels, at least 1", c.Smallest)
	case c.Smallest > 0 && c.Levels > 0:
		smallest = framework.Invalid("smallest", "determines the number of levels, which is given too; leave one out")
	}
	_, space := framework.SpaceOf(c.Space)
	return errors.Join(levels, smallest, space,
		framework.OneOf("filter", c.Filter, "bicubic", "bilinear"), framework.OneOf("bounds", c.Bounds, "none", "clamp"))
}

// Variable is the levels L₀ … L_n, concatenated in one vector. The picture is
//
//	P₀, P_n = L_n, P_k = L_k + larger(P_k+1)
//
// in Space, where level k has sides of H/2ᵏ and W/2ᵏ pixels, rounded at each halving and at
// least 1, and larger resizes by the filter.
type Variable struct {
	levels, smallest int // the one that is not 0 says how many there are
	filter
	space framework.Space
}

// Bounded is a Variable whose picture is clamped to [0, 1].
type Bounded struct{ Variable }

var (
	_ framework.Variable  = Variable{}
	_ framework.Projector = Bounded{}
)

// filter is how images are resized, in the graph and outside, and how sides are halved.
type filter struct {
	resize   func(pix []float32, h, w, channels, h2, w2 int) []float32
	resizeIn func(b *graph.Builder, x graph.Node, h, w int) graph.Node
	half     func(side int) int
}

// New returns the variable.
func New(c Config) (framework.Variable, error) {
	space, err := framework.SpaceOf(c.Space)
	v := Variable{c.Levels, c.Smallest, filter{imaging.Resample, (*graph.Builder).Resize, func(side int) int { return (side + 1) / 2 }}, space}
	if c.Filter == "bilinear" {
		v.filter = filter{imaging.ResampleBilinear, (*graph.Builder).ResizeBilinear, func(side int) int { return max(side/2, 1) }}
	}
	if v.levels == 0 && v.smallest == 0 {
		v.levels = fiveLevels
	}
	if c.Bounds == "clamp" {
		return Bounded{v}, err
	}
	return v, err
}

// A level is a range of the vector and the size of its image.
type level struct{ from, to, h, w int }

// of returns the levels of a picture of h×w pixels.
func (v Variable) of(h, w int) []level {
	var levels []level
	at := 0
	for {
		levels = append(levels, level{at, at + 3*h*w, h, w})
		if len(levels) == v.levels || v.levels == 0 && max(h, w) <= v.smallest {
			return levels
		}
		at += 3 * h * w
		h, w = v.half(h), v.half(w)
	}
}

// Shape is a vector of all levels' numbers, about 4⁄3 of the picture's.
func (v Variable) Shape(h, w int) graph.Shape {
	levels := v.of(h, w)
	return graph.Shape{levels[len(levels)-1].to}
}

// Initial returns at each size the difference from the enlarged next smaller one.
func (v Variable) Initial(image *imaging.Image) []float32 {
	return v.decomposed(v.space.FromUnit(image.Pix), image.H, image.W)
}

// decomposed returns the levels of a picture in Space.
func (v Variable) decomposed(picture []float32, h, w int) []float32 {
	levels := v.of(h, w)
	var x []float32
	for k, l := range levels[:len(levels)-1] {
		next := levels[k+1]
		smaller := v.resize(picture, l.h, l.w, 3, next.h, next.w)
		for i, u := range v.resize(smaller, next.h, next.w, 3, l.h, l.w) {
			x = append(x, picture[i]-u)
		}
		picture = smaller
	}
	return append(x, picture...)
}

// composed returns the picture of x, in Space, as Build does in the graph.
func (v Variable) composed(x []float32, h, w int) []float32 {
	levels := v.of(h, w)
	last := levels[len(levels)-1]
	picture := slices.Clone(x[last.from:last.to])
	for k := len(levels) - 2; k >= 0; k-- {
		l, smaller := levels[k], levels[k+1]
		picture = v.resize(picture, smaller.h, smaller.w, 3, l.h, l.w)
		for i, u := range x[l.from:l.to] {
			picture[i] += u
		}
	}
	return picture
}

// Build adds the levels up, from the smallest.
func (v Variable) Build(b *graph.Builder, x graph.Node, h, w int) (graph.Node, error) {
	levels := v.of(h, w)
	var picture graph.Node
	for k := len(levels) - 1; k >= 0; k-- {
		l := levels[k]
		details := b.Reshape(b.Slice(x, 0, l.from, l.to), l.h, l.w, 3)
		if picture.Valid() {
			details = b.Add(v.resizeIn(b, picture, l.h, l.w), details)
		}
		picture = details
	}
	if err := b.Err(); err != nil {
		return picture, fmt.Errorf("pyramid: %w", err)
	}
	return picture, nil
}

// Space returns the space from the options.
func (v Variable) Space() framework.Space { return v.space }

// Resample resizes the picture by the filter and makes its levels anew. An optimiser's
// state is resized level by level: the smallest ones of both sizes correspond, and if the
// new picture has more levels, the additional ones get the state of the largest.
func (v Variable) Resample(what framework.Quantity, x []float32, h, w, newH, newW int) []float32 {
	if what == framework.Numbers {
		return v.decomposed(v.resize(v.composed(x, h, w), h, w, 3, newH, newW), newH, newW)
	}
	levels, resized := v.of(h, w), v.of(newH, newW)
	var out []float32
	for k, to := range resized {
		l := levels[max(k+len(levels)-len(resized), 0)]
		out = append(out, framework.ResamplePixels(what, x[l.from:l.to], l.h, l.w, 3, to.h, to.w)...)
	}
	return out
}

// Project clamps the picture.
func (v Bounded) Project(x []float32, h, w int) {
	picture := v.composed(x, h, w)
	if v.space.Clamp(picture) {
		copy(x, v.decomposed(picture, h, w))
	}
}
