// Package pyramid parametrises a picture as the sum of its details at several sizes, the
// Laplacian pyramid of Burt and Adelson (1983): a step of the optimiser then changes large
// shapes as easily as single pixels.
package pyramid

import (
	"fmt"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// Config holds the options.
type Config struct {
	Levels int    `config:"levels" doc:"number of sizes, each half of the previous one; details but for the last, which is the whole image; 1 is pixels"`
	Space  string `config:"space" choices:"unit,bytes,normalized" doc:"unit [0,1], bytes [0,255], or normalized (ImageNet mean and standard deviation)"`
}

// Defaults returns five sizes: the smallest has a sixteenth of the picture's sides.
func Defaults() Config { return Config{Levels: 5, Space: "normalized"} }

// mostLevels is the number of levels at which the largest picture's last one has more than
// one pixel.
const mostLevels = 16

// Validate reports a number of levels out of range and an unknown space.
func (c Config) Validate() error {
	if c.Levels < 1 || c.Levels > mostLevels {
		return framework.Invalid("levels", "%d is not from 1 to %d", c.Levels, mostLevels)
	}
	_, err := framework.SpaceOf(c.Space)
	return err
}

// Variable is the levels L₀ … L_n, concatenated in one vector. The picture is
//
//	P₀, P_n = L_n, P_k = L_k + larger(P_k+1)
//
// in Space, where level k has sides of ⌈H/2ᵏ⌉ and ⌈W/2ᵏ⌉ pixels and larger resizes by
// the bicubic of graph.Builder.Resize.
type Variable struct {
	levels int
	space  framework.Space
}

var _ framework.Variable = Variable{}

// New returns the variable.
func New(c Config) (framework.Variable, error) {
	space, err := framework.SpaceOf(c.Space)
	return Variable{c.Levels, space}, err
}

// A level is a range of the vector and the size of its image.
type level struct{ from, to, h, w int }

// of returns the levels of a picture of h×w pixels.
func (v Variable) of(h, w int) []level {
	var levels []level
	at := 0
	for range v.levels {
		levels = append(levels, level{at, at + 3*h*w, h, w})
		at += 3 * h * w
		h, w = (h+1)/2, (w+1)/2
	}
	return levels
}

// Shape is a vector of all levels' numbers, slightly more than 4⁄3 of the picture's.
func (v Variable) Shape(h, w int) graph.Shape {
	levels := v.of(h, w)
	return graph.Shape{levels[len(levels)-1].to}
}

// Initial returns at each size the difference from the enlarged next smaller one.
func (v Variable) Initial(image *imaging.Image) []float32 {
	levels := v.of(image.H, image.W)
	var x []float32
	picture := v.space.FromUnit(image.Pix)
	for k, l := range levels {
		if k == len(levels)-1 {
			return append(x, picture...)
		}
		next := levels[k+1]
		smaller := imaging.Resample(picture, l.h, l.w, 3, next.h, next.w)
		for i, u := range imaging.Resample(smaller, next.h, next.w, 3, l.h, l.w) {
			x = append(x, picture[i]-u)
		}
		picture = smaller
	}
	return x
}

// Build adds the levels up, from the smallest.
func (v Variable) Build(b *graph.Builder, x graph.Node, h, w int) (graph.Node, error) {
	levels := v.of(h, w)
	var picture graph.Node
	for k := len(levels) - 1; k >= 0; k-- {
		l := levels[k]
		details := b.Reshape(b.Slice(x, 0, l.from, l.to), l.h, l.w, 3)
		if picture.Valid() {
			details = b.Add(b.Resize(picture, l.h, l.w), details)
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

// Resample resizes each level separately.
func (v Variable) Resample(what framework.Quantity, x []float32, h, w, newH, newW int) []float32 {
	var out []float32
	larger := v.of(newH, newW)
	for k, l := range v.of(h, w) {
		out = append(out, framework.ResamplePixels(what, x[l.from:l.to], l.h, l.w, 3, larger[k].h, larger[k].w)...)
	}
	return out
}
