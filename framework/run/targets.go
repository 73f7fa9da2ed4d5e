package run

import (
	"context"
	"fmt"

	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// A target is one content or style image in the representations of all losses
// that compare with it.
type target struct {
	weight float64                   // the weights of a kind add up to 1
	values map[string][]graph.Tensor // by loss name
}

// targets returns the targets of a stage of h×w pixels by kind, "content" and
// "style". What each is worth is up to values, which are given an image of a kind
// and the size that it is used at: computed, or of the right shapes only.
func (p *Plan) targets(h, w int, values func(kind string, image *imaging.Image, h, w int) (map[string][]graph.Tensor, error)) (map[string][]target, error) {
	all := map[string][]target{}
	add := func(kind string, image *imaging.Image, h, w int, weight float64) error {
		v, err := values(kind, image, h, w)
		if err == nil && v != nil {
			all[kind] = append(all[kind], target{weight: weight, values: v})
		}
		return err
	}
	if err := add("content", p.content, h, w, 1); err != nil {
		return nil, err
	}
	sum := 0.0
	for _, s := range p.e.Style {
		sum += s.Weight
	}
	for i, style := range p.styles {
		sh, sw := p.styleSize(i, h, w)
		if err := add("style", style, sh, sw, p.e.Style[i].Weight/sum); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// A targetProgram computes what every loss with one kind of target makes of an image.
type targetProgram struct {
	program *graph.Program
	shape   graph.Shape
	nodes   map[string][]graph.Node // by loss name
}

// targetProgram compiles the program for images of h×w pixels; nil where no
// loss has that kind of target.
func (p *Plan) targetProgram(kind string, h, w int) (*targetProgram, error) {
	var losses []weighted
	for _, l := range p.losses {
		if l.Target() == kind {
			losses = append(losses, l)
		}
	}
	if len(losses) == 0 {
		return nil, nil
	}
	b := graph.NewBuilder(p.k)
	view, err := p.view(b, b.Variable(h, w, 3), losses)
	if err != nil {
		return nil, fmt.Errorf("%s image at %d×%d: %w", kind, h, w, err)
	}
	t := &targetProgram{shape: graph.Shape{h, w, 3}, nodes: map[string][]graph.Node{}}
	var all []graph.Node
	for _, l := range losses {
		if t.nodes[l.name], err = l.Represent(b, view); err != nil {
			return nil, fmt.Errorf("losses.%s: %w", l.name, err)
		}
		all = append(all, t.nodes[l.name]...)
	}
	t.program, err = b.Compile(all...)
	return t, err
}

// run returns the representations of image, resized, in the variable's space.
func (t *targetProgram) run(ctx context.Context, image *imaging.Image, s space) (map[string][]graph.Tensor, error) {
	x := s.fromUnit(image.Resize(t.shape[0], t.shape[1]).Pix)
	if err := t.program.Run(ctx, graph.Single(t.shape, x)); err != nil {
		return nil, err
	}
	return t.each(func(n graph.Node) graph.Tensor { return t.program.Value(n).Clone() }), nil
}

// each maps the nodes of every loss.
func (t *targetProgram) each(value func(graph.Node) graph.Tensor) map[string][]graph.Tensor {
	values := map[string][]graph.Tensor{}
	for name, nodes := range t.nodes {
		for _, n := range nodes {
			values[name] = append(values[name], value(n))
		}
	}
	return values
}
