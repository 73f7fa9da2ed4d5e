package plugintest

import (
	"context"
	"fmt"
	"math/rand/v2"

	"runexp/framework"
	"runexp/framework/graph"
)

// A window is an output pixel's receptive field in the picture, ends included.
type window struct{ y0, y1, x0, x1 int }

// windows measures strides and receptive fields: an output pixel's receptive field is the
// pixels for which it has a gradient.
func (s backboneSubject) windows() error {
	for _, l := range s.Layers() {
		if l.Receptive > 24 {
			continue
		}
		first, err := s.window(l, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		next, err := s.window(l, 1)
		if err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		if h, w := first.y1-first.y0+1, first.x1-first.x0+1; h != l.Receptive || w != l.Receptive {
			return fmt.Errorf("%s: the receptive field is %d×%d pixels, not %d×%[4]d", l.Name, h, w, l.Receptive)
		}
		if dy, dx := next.y0-first.y0, next.x0-first.x0; dy != l.Stride || dx != l.Stride {
			return fmt.Errorf("%s: the stride is %d and %d pixels, not %d", l.Name, dy, dx, l.Stride)
		}
	}
	return nil
}

// window returns the receptive field of l's output pixel in the middle, offset by `further`
// rows and columns. A ReLU or a maximum may hide an edge in one picture, so it is the union
// over several.
func (s backboneSubject) window(l framework.Layer, further int) (window, error) {
	const pictures = 2
	side := l.Receptive + 2*l.Stride + 2
	b := graph.NewDoubleBuilder()
	nodes, err := s.Build(b, b.Variable(side, side, 3), []string{l.Name})
	if err != nil {
		return window{}, err
	}
	shape := nodes[l.Name].Shape()
	at := ((shape[0]-1)/2+further)*shape[1] + (shape[1]-1)/2 + further
	source := rand.New(rand.NewPCG(1, 13))
	choice := make([]float64, shape.Len()) // random factors at that pixel, 0 elsewhere
	for c := range shape[2] {
		choice[at*shape[2]+c] = source.NormFloat64()
	}
	p, err := b.CompileGradient(b.Sum(b.Mul(nodes[l.Name], b.Constant("choice", graph.Double(shape, choice)))))
	if err != nil {
		return window{}, err
	}
	seen := window{y0: side, x0: side, y1: -1, x1: -1}
	for seed := range uint64(pictures) {
		if err := p.Run(context.Background(), randomPicture(side, side, seed)); err != nil {
			return window{}, err
		}
		for i, g := range p.Gradient().Double {
			if y, x := i/3/side, i/3%side; g != 0 {
				seen = window{min(seen.y0, y), max(seen.y1, y), min(seen.x0, x), max(seen.x1, x)}
			}
		}
	}
	return seen, nil
}
