package plugintest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
)

// A weightedPicture is a target image and its weight.
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
func flatPicture(h, w int, value float64) graph.Tensor {
	shape := graph.Shape{h, w, 3}
	return graph.Double(shape, slices.Repeat([]float64{value}, shape.Len()))
}

// lossView returns a loss's view of image: for each tap a random convolution without padding
// and bias, so that flat pictures have flat features; taps differ in channels, and every
// second has half the size. As in a run, there are other losses' taps too. The masks of two
// regions overlap.
func lossView(b *graph.Builder, image graph.Node, taps []framework.Tap) framework.View {
	v := framework.View{Space: framework.ImageNet(), Taps: map[string]graph.Node{framework.ImageTap: image}, Masks: map[string]map[string]graph.Node{"left": {}, "right": {}}}
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
	for tap, node := range v.Taps {
		for region := range v.Masks {
			v.Masks[region][tap] = b.Constant(fmt.Sprintf("mask %s of %s", region, tap), mask(region, node.Shape()))
		}
	}
	return v
}

// mask returns a mask that increases from one side to the other; the builder converts it to
// its precision.
func mask(region string, shape graph.Shape) graph.Tensor {
	h, w := shape[0], shape[1]
	values := make([]float64, h*w)
	for i := range values {
		at := (float64(i%w) + 0.5) / float64(w)
		if region == "left" {
			at = 1 - at
		}
		values[i] = at
	}
	return graph.Double(graph.Shape{h, w, 1}, values)
}

// without is a loss with one tap replaced by zeros.
type without struct {
	framework.Loss
	tap string
}

func (l without) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	v.Taps = maps.Clone(v.Taps)
	v.Taps[l.tap] = b.Scale(v.Taps[l.tap], 0)
	return l.Loss.Represent(b, v)
}

func (l without) unwrap() framework.Loss { return l.Loss }

// unmasked is a loss whose images have no masks.
type unmasked struct{ framework.Loss }

func (l unmasked) unwrap() framework.Loss { return l.Loss }

// optional returns the optional interface T of a loss or of the loss that it wraps.
func optional[T any](l framework.Loss) (T, bool) {
	if wrapper, wraps := l.(interface{ unwrap() framework.Loss }); wraps {
		return optional[T](wrapper.unwrap())
	}
	t, is := l.(T)
	return t, is
}

func (l unmasked) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	v.Masks = nil
	return l.Loss.Represent(b, v)
}

// represent returns l's representation of a target image, in a separate program as in a run.
func represent(builder func() *graph.Builder, l framework.Loss, image graph.Tensor) (map[string]graph.Tensor, error) {
	b := builder()
	values, err := l.Represent(b, lossView(b, b.Variable(image.Shape...), l.Taps()))
	if err != nil {
		return nil, fmt.Errorf("represent: %w", err)
	}
	p, err := b.Compile(nodesOf(values)...)
	if err != nil {
		return nil, fmt.Errorf("represent: %w", err)
	}
	if err := p.Run(context.Background(), image); err != nil {
		return nil, err
	}
	return tensorsOf(p, values), nil
}

// nodesOf returns the nodes of values in the order of their names.
func nodesOf(values framework.Values) []graph.Node {
	var nodes []graph.Node
	for _, name := range slices.Sorted(maps.Keys(values)) {
		nodes = append(nodes, values[name])
	}
	return nodes
}

// tensorsOf returns copies of values from the last run of p.
func tensorsOf(p *graph.Program, values framework.Values) map[string]graph.Tensor {
	tensors := map[string]graph.Tensor{}
	for name, n := range values {
		tensors[name] = p.Value(n).Clone()
	}
	return tensors
}

// A lossGraph is the graph of a loss of one picture, built as in a run.
type lossGraph struct {
	got   framework.Values // as Represent returned them
	terms []framework.Term
	total graph.Node // the terms with the factors 1, 2, …
}

func newLossGraph(b *graph.Builder, x graph.Node, l framework.Loss, builder func() *graph.Builder, targets images) (lossGraph, error) {
	want, err := prepared(b, builder, l, targets)
	if err != nil {
		return lossGraph{}, err
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
			return lossGraph{}, fmt.Errorf("the term %s has shape %v, want a scalar", term.Name, shape)
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

// An evaluation is a loss's terms and gradient for a picture.
type evaluation struct {
	names          []string // of the terms
	weights        []float64
	values         []float64
	gradient       []float64
	representation map[string]graph.Tensor
}

// evaluate runs l on picture x against targets.
func evaluate(builder func() *graph.Builder, l framework.Loss, x graph.Tensor, targets images) (evaluation, error) {
	b := builder()
	g, err := newLossGraph(b, b.Variable(x.Shape...), l, builder, targets)
	if err != nil {
		return evaluation{}, err
	}
	outputs := nodesOf(g.got)
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
	e := evaluation{gradient: p.Gradient().Clone().Float64s(), representation: tensorsOf(p, g.got)}
	for _, term := range g.terms {
		e.names, e.weights = append(e.names, term.Name), append(e.weights, term.Weight)
		e.values = append(e.values, p.Scalar(term.Node))
	}
	return e, nil
}

// finite returns an error for values or gradients that are not finite.
func (e evaluation) finite() error {
	for i, v := range e.values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the term %s is %g", e.names[i], v)
		}
	}
	for i, g := range e.gradient {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return fmt.Errorf("the gradient is %g at element %d of the picture", g, i)
		}
	}
	return nil
}

// same returns an error for values or gradients that differ bitwise.
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
