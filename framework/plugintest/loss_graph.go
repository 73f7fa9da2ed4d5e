package plugintest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
)

// A weightedPicture is a target image and its share among the targets.
type weightedPicture struct {
	picture graph.Tensor
	weight  float64
}

// randomPicture returns a picture of normally distributed numbers.
func randomPicture(h, w int, seed uint64) graph.Tensor {
	source := rand.New(rand.NewPCG(seed, 7))
	x := make([]float64, h*w*3)
	for i := range x {
		x[i] = source.NormFloat64()
	}
	return graph.Double(graph.Shape{h, w, 3}, x)
}

// flatPicture returns a picture whose numbers are all value.
func flatPicture(value float64) graph.Tensor {
	shape := graph.Shape{lossHeight, lossWidth, 3}
	return graph.Double(shape, slices.Repeat([]float64{value}, shape.Len()))
}

// lossView returns what a loss sees of image: for each tap a random convolution
// without padding and bias, so that flat pictures have flat features, each tap
// with other channels and every second at half the size. As in a run there are
// taps of other losses besides.
func lossView(b *graph.Builder, image graph.Node, taps []framework.Tap) framework.View {
	v := framework.View{Taps: map[string]graph.Node{framework.ImageTap: image}}
	for i, tap := range append(slices.Clone(taps), framework.Tap{Layer: "a tap of another loss"}) {
		if tap.Layer == framework.ImageTap {
			continue
		}
		source := rand.New(rand.NewPCG(uint64(i), 11))
		f := &graph.Filter{In: 3, Out: 4 + i%3, KH: 3, KW: 3, Stride: 1 + i%2}
		f.Bias = make([]float32, f.Out)
		f.Kernel = make([]float32, f.Out*f.In*f.KH*f.KW)
		for k := range f.Kernel {
			f.Kernel[k] = float32(source.NormFloat64() / math.Sqrt(float64(f.In*f.KH*f.KW)))
		}
		v.Taps[tap.Layer] = b.Conv(image, f)
	}
	return v
}

// represent returns what l makes of a target image, in a program of its own as in a run.
func represent(builder func() *graph.Builder, l framework.Loss, image graph.Tensor) ([]graph.Tensor, error) {
	b := builder()
	nodes, err := l.Represent(b, lossView(b, b.Variable(image.Shape...), l.Taps()))
	if err != nil {
		return nil, fmt.Errorf("represent: %w", err)
	}
	p, err := b.Compile(nodes...)
	if err != nil {
		return nil, fmt.Errorf("represent: %w", err)
	}
	if err := p.Run(context.Background(), image); err != nil {
		return nil, err
	}
	return valuesOf(p, nodes), nil
}

// valuesOf returns copies of what the last run of p gave to nodes.
func valuesOf(p *graph.Program, nodes []graph.Node) []graph.Tensor {
	values := make([]graph.Tensor, len(nodes))
	for i, n := range nodes {
		values[i] = p.Value(n).Clone()
	}
	return values
}

// A lossGraph is a loss of one picture as a run builds it.
type lossGraph struct {
	got   []graph.Node // as Represent returned them
	terms []framework.Term
	total graph.Node // the terms with the factors 1, 2, …
}

func newLossGraph(b *graph.Builder, x graph.Node, l framework.Loss, builder func() *graph.Builder, targets []weightedPicture) (lossGraph, error) {
	var want []framework.Reference
	for i, target := range targets {
		values, err := represent(builder, l, target.picture)
		if err != nil {
			return lossGraph{}, err
		}
		r := framework.Reference{Weight: target.weight}
		for k, v := range values {
			r.Values = append(r.Values, b.Constant(fmt.Sprintf("target %d.%d", i, k), v))
		}
		want = append(want, r)
	}
	got, err := l.Represent(b, lossView(b, x, l.Taps()))
	if err != nil {
		return lossGraph{}, fmt.Errorf("represent: %w", err)
	}
	terms, err := l.Score(b, got, want)
	if err = errors.Join(err, b.Err()); err != nil {
		return lossGraph{}, fmt.Errorf("score: %w", err)
	}
	g := lossGraph{got: got, terms: terms}
	for i, term := range terms {
		if shape := term.Node.Shape(); !term.Node.Valid() || len(shape) != 0 {
			return lossGraph{}, fmt.Errorf("the term of %s has shape %v, want a scalar", term.Layer, shape)
		}
		scaled := b.Scale(term.Node, float64(i+1))
		if i > 0 {
			scaled = b.Add(g.total, scaled)
		}
		g.total = scaled
	}
	if len(terms) == 0 {
		return lossGraph{}, errors.New("score: no terms")
	}
	return g, nil
}

// An evaluation is what a loss says of a picture.
type evaluation struct {
	layers         []string
	values         []float64 // of the terms
	gradient       []float64
	representation []graph.Tensor
}

// evaluate runs l on picture x against targets.
func evaluate(builder func() *graph.Builder, l framework.Loss, x graph.Tensor, targets []weightedPicture) (evaluation, error) {
	b := builder()
	g, err := newLossGraph(b, b.Variable(x.Shape...), l, builder, targets)
	if err != nil {
		return evaluation{}, err
	}
	outputs := slices.Clone(g.got)
	for _, term := range g.terms {
		outputs = append(outputs, term.Node)
	}
	p, err := b.CompileGradient(g.total, outputs...)
	if err != nil {
		return evaluation{}, err
	}
	if err := p.Run(context.Background(), x); err != nil {
		return evaluation{}, err
	}
	e := evaluation{gradient: p.Gradient().Clone().Float64s(), representation: valuesOf(p, g.got)}
	for _, term := range g.terms {
		e.layers = append(e.layers, term.Layer)
		e.values = append(e.values, p.Scalar(term.Node))
	}
	return e, nil
}

// finite reports values or gradients that are not.
func (e evaluation) finite() error {
	for i, v := range e.values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the term of %s is %g", e.layers[i], v)
		}
	}
	for i, g := range e.gradient {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return fmt.Errorf("the gradient is %g at element %d of the picture", g, i)
		}
	}
	return nil
}

// same reports values or gradients whose bits differ.
func (e evaluation) same(other evaluation) error {
	switch {
	case !slices.Equal(e.values, other.values):
		return fmt.Errorf("the terms are %v and %v", e.values, other.values)
	case !slices.Equal(e.gradient, other.gradient):
		return errors.New("the gradients differ")
	}
	return nil
}

// sameTensor reports whether shapes and bits agree.
func sameTensor(a, b graph.Tensor) bool {
	return a.Shape.Equal(b.Shape) && slices.Equal(a.Single, b.Single) && slices.Equal(a.Double, b.Double)
}
