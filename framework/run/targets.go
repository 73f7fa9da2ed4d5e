package run

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// representations are the losses' values of one image, by the loss's name and the
// value's.
type representations map[string]map[string]graph.Tensor

// A target is one content or style image as represented by all losses that compare
// with it.
type target struct {
	weight float64 // the weights of a role sum to 1
	values representations
}

// targets returns the targets of a stage of h×w pixels by role. values returns the
// representations of an image of a role at the size it is used at: computed, or only
// the shapes.
func (p *Prepared) targets(h, w int, values func(role framework.Role, image inputImage, h, w int) (representations, error)) (map[framework.Role][]target, error) {
	all := map[framework.Role][]target{}
	add := func(role framework.Role, image inputImage, h, w int, weight float64) error {
		v, err := values(role, image, h, w)
		if err == nil && v != nil {
			all[role] = append(all[role], target{weight: weight, values: v})
		}
		return err
	}
	if p.content.Image != nil {
		if err := add(framework.Content, p.content, h, w, 1); err != nil {
			return nil, err
		}
	}
	sum := 0.0
	for _, s := range p.e.Style {
		sum += s.Weight
	}
	for i, style := range p.styles {
		sh, sw := p.styleSize(i, h, w)
		if err := add(framework.Style, style, sh, sw, p.e.Style[i].Weight/sum); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// A targetProgram computes the representations of an image of one role, for all losses
// that compare with that role.
type targetProgram struct {
	program *graph.Program
	shape   graph.Shape
	nodes   map[string]framework.Values // by loss name
}

// targetProgram compiles the program for images of h×w pixels; nil if no loss compares
// with images of that role.
func (p *Prepared) targetProgram(role framework.Role, masks map[string]*imaging.Image, h, w int) (*targetProgram, error) {
	losses := p.lossesFor(role)
	if len(losses) == 0 {
		return nil, nil
	}
	b := graph.NewBuilder(p.k)
	view, err := p.view(b, b.Variable(h, w, 3), losses, masks)
	if err != nil {
		return nil, fmt.Errorf("%s image at %d×%d: %w", role, h, w, err)
	}
	t := &targetProgram{shape: graph.Shape{h, w, 3}, nodes: map[string]framework.Values{}}
	var all []graph.Node
	for _, l := range losses {
		values, err := l.Represent(b, view)
		if err != nil {
			return nil, fmt.Errorf("losses.%s: %w", l.name, err)
		}
		t.nodes[l.name] = values
		for _, name := range slices.Sorted(maps.Keys(values)) {
			all = append(all, values[name])
		}
	}
	t.program, err = b.Compile(all...)
	return t, err
}

// run returns the representations of image, resized, in the variable's space.
func (t *targetProgram) run(ctx context.Context, image *imaging.Image, s framework.Space) (representations, error) {
	x := s.FromUnit(image.Resize(t.shape[0], t.shape[1]).Pix)
	if err := t.program.Run(ctx, graph.Single(t.shape, x)); err != nil {
		return nil, err
	}
	return t.each(func(n graph.Node) graph.Tensor { return t.program.Value(n).Clone() }), nil
}

// each applies value to the nodes of every loss.
func (t *targetProgram) each(value func(graph.Node) graph.Tensor) representations {
	all := representations{}
	for loss, nodes := range t.nodes {
		all[loss] = map[string]graph.Tensor{}
		for name, n := range nodes {
			all[loss][name] = value(n)
		}
	}
	return all
}

// tapsOf returns the layers of the backbone that losses read, in order, with repetitions.
func tapsOf(losses []weighted) (layers []string) {
	for _, l := range losses {
		for _, tap := range l.Taps() {
			if tap.Layer != framework.ImageTap {
				layers = append(layers, tap.Layer)
			}
		}
	}
	return layers
}

// distinct returns the distinct layers in alphabetical order.
func distinct(layers []string) []string { return slices.Compact(slices.Sorted(slices.Values(layers))) }

// lossesFor returns the losses that compare with images of a role.
func (p *Prepared) lossesFor(role framework.Role) []weighted {
	var losses []weighted
	for _, l := range p.losses {
		if slices.Contains(l.Roles(), role) {
			losses = append(losses, l)
		}
	}
	return losses
}
