package run

import (
	"context"
	"fmt"
	"math"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/sizes"
)

// buildVariable builds the variable.
func (p *Prepared) buildVariable(plugins framework.Plugins) error {
	plugin, err := plugins.Variables.Lookup(p.e.Variable.Name)
	if err != nil {
		return fmt.Errorf("variable.name: %w", err)
	}
	if p.variable, err = plugin.New(p.e.Variable.Options); err != nil {
		return fmt.Errorf("variable: %w", err)
	}
	return nil
}

// image returns the picture of x at h×w pixels, in [0, 1]; the encoder clamps.
func (p *Prepared) image(ctx context.Context, x []float32, h, w int) (*imaging.Image, error) {
	b := graph.NewBuilder(p.k)
	shape := p.variable.Shape(h, w)
	moved := b.Variable(shape...)
	picture, err := p.variable.Build(b, moved, h, w)
	if err != nil {
		return nil, fmt.Errorf("variable: %w", err)
	}
	pixels := x
	if picture != moved {
		program, err := b.Compile(picture)
		if err == nil {
			err = program.Run(ctx, graph.Single(shape, x))
		}
		if err != nil {
			return nil, fmt.Errorf("variable: %w", err)
		}
		pixels = program.Value(picture).Single
	}
	return &imaging.Image{H: h, W: w, Pix: p.variable.Space().ToUnit(pixels)}, nil
}

// inherited returns x, the result of the stage before, of size before, as a stage takes it: itself or, if
// the stage says so, what a file would have.
func (p *Prepared) inherited(ctx context.Context, x []float32, stage int, before sizes.Pixels) ([]float32, error) {
	if !p.e.Stages[stage].Saved {
		return x, nil
	}
	picture, err := p.image(ctx, x, before.H, before.W)
	if err != nil {
		return nil, err
	}
	for i, u := range picture.Pix {
		picture.Pix[i] = float32(math.Round(min(max(float64(u), 0), 1)*255) / 255)
	}
	return p.variable.Initial(picture), nil
}

// detailed returns x with factor times the content image's finest details added to its
// picture, within the variable's bounds.
func (p *Prepared) detailed(ctx context.Context, x []float32, stage Stage, factor float64) ([]float32, error) {
	picture, err := p.image(ctx, x, stage.canvas.H, stage.canvas.W)
	if err != nil {
		return nil, err
	}
	for i, u := range p.canvas.Resize(stage.canvas.H, stage.canvas.W).Details().Pix {
		picture.Pix[i] += float32(factor * float64(u))
	}
	x = p.variable.Initial(picture)
	p.project(x, stage)
	return x, nil
}

// project moves x, of stage, back into the variable's bounds, if it has any.
func (p *Prepared) project(x []float32, stage Stage) {
	if bounded, is := p.variable.(framework.Projector); is {
		bounded.Project(x, stage.canvas.H, stage.canvas.W)
	}
}

// descends reports whether no step of o can lead to a bad loss. A step that is then
// projected into the variable's bounds carries no such guarantee.
func (p *Prepared) descends(o framework.Optimizer) bool {
	_, bounded := p.variable.(framework.Projector)
	return !bounded && descends(o)
}
