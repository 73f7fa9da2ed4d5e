// Package pixels is the variable of Gatys, Ecker and Bethge (2016): the picture's
// own pixels.
package pixels

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// Config holds the options.
type Config struct {
	Space  string `config:"space" choices:"unit,bytes,normalized" doc:"unit [0,1], bytes [0,255], or normalized (ImageNet mean and standard deviation)"`
	Bounds string `config:"bounds" choices:"none,clamp" doc:"none, or clamp: after each step pixels are clamped to the range that a file can hold"`
}

// Defaults returns the choice of Dive into Deep Learning.
func Defaults() Config { return Config{Space: "normalized", Bounds: "none"} }

// Validate reports options that are not among the known ones.
func (c Config) Validate() error {
	_, space := framework.SpaceOf(c.Space)
	return errors.Join(space, framework.OneOf("bounds", c.Bounds, "none", "clamp"))
}

// Variable is the picture itself, [H, W, 3], in a space.
type Variable struct{ space framework.Space }

// Bounded is a Variable whose pixels are clamped to [0, 1] of the picture.
type Bounded struct{ Variable }

var (
	_ framework.Variable  = Variable{}
	_ framework.Projector = Bounded{}
)

// New returns the variable.
func New(c Config) (framework.Variable, error) {
	space, err := framework.SpaceOf(c.Space)
	if c.Bounds == "clamp" {
		return Bounded{Variable{space}}, err
	}
	return Variable{space}, err
}

// Shape returns the picture's shape.
func (Variable) Shape(h, w int) graph.Shape { return graph.Shape{h, w, 3} }

// Initial returns the image's pixels.
func (v Variable) Initial(image *imaging.Image) []float32 { return v.space.FromUnit(image.Pix) }

// Build returns x.
func (Variable) Build(_ *graph.Builder, x graph.Node, _, _ int) (graph.Node, error) { return x, nil }

// Space returns the space from the options.
func (v Variable) Space() framework.Space { return v.space }

// Resample resizes x as a picture, by framework.ResamplePixels.
func (Variable) Resample(what framework.Quantity, x []float32, h, w, newH, newW int) []float32 {
	return framework.ResamplePixels(what, x, h, w, 3, newH, newW)
}

// Project clamps each pixel to the range of [0, 1] in its space.
func (v Bounded) Project(x []float32, _, _ int) { v.space.Clamp(x) }
