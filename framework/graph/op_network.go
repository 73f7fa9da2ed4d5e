package graph

import (
	"fmt"

	"runexp/framework/compute"
)

// Conv returns the convolution of x, [H, W, f.In], by the frozen filter f.
//
// Shapes: [H W In] → [h w Out], by f.OutSize
func (b *Builder) Conv(x Node, f *compute.Filter) Node {
	return b.Apply(convolution(b.single, b.double, f, x.Shape(), rectifiers{}), x)
}

// rectifiers are the ReLUs that a convolution is fused with.
type rectifiers struct{ before, after bool }

// convolution is Conv fused with r.
func convolution(single compute.Kernels[float32], double compute.Kernels[float64], f *compute.Filter, in Shape, r rectifiers) Function {
	h, w := planeSize(in)
	name, needs := "conv", NeedsNothing
	if r.before {
		name, needs = "relu+"+name, NeedsInputs
	}
	if r.after {
		name += "+relu"
	}
	return Function{
		Name: name,
		Shape: func(in []Shape) (Shape, error) {
			if len(in[0]) != 3 || in[0][2] != f.In {
				return nil, fmt.Errorf("input %v, but the filter takes [H W %d]", in[0], f.In)
			}
			oh, ow := f.OutSize(h, w)
			if oh < 1 || ow < 1 {
				return nil, tooSmall(h, w)
			}
			return Shape{oh, ow, f.Out}, nil
		},
		Single: &convKernel[float32]{k: single, f: f, h: h, w: w, rectifiers: r},
		Double: &convKernel[float64]{k: double, f: f, h: h, w: w, rectifiers: r},
		Needs:  needs,
	}
}

type convKernel[T Float] struct {
	k    compute.Kernels[T]
	f    *compute.Filter
	h, w int
	rectifiers
	mask []uint64
}

func (c *convKernel[T]) Forward(dst []T, in [][]T) {
	if c.after {
		c.mask = grown(c.mask, compute.MaskLen(len(dst)))
	}
	if c.before {
		c.k.ConvReLU(dst, in[0], c.h, c.w, c.f, c.mask)
	} else {
		c.k.Conv(dst, in[0], c.h, c.w, c.f, c.mask)
	}
}

func (c *convKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	if c.before {
		c.k.ConvReLUBackward(dIn, dOut, in[0], c.h, c.w, c.f, c.mask)
	} else {
		c.k.ConvBackward(dIn, dOut, c.h, c.w, c.f, c.mask)
	}
}

// ReLU returns max(x, 0); its gradient at 0 is 0, as in PyTorch.
//
// Shapes: x → the same
func (b *Builder) ReLU(x Node) Node {
	return b.Apply(Function{
		Name:   "relu",
		Shape:  sameShape,
		Single: &reluKernel[float32]{k: b.single},
		Double: &reluKernel[float64]{k: b.double},
		Needs:  NeedsNothing,
	}, x)
}

type reluKernel[T Float] struct {
	k    compute.Kernels[T]
	mask []uint64
}

func (r *reluKernel[T]) Forward(dst []T, in [][]T) {
	r.mask = grown(r.mask, compute.MaskLen(len(dst)))
	r.k.ReLU(dst, in[0], r.mask)
}

func (r *reluKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	r.k.ReLUBackward(dIn, dOut, r.mask)
}

// MaxPool returns the largest element of each window of x, [H, W, C]. The gradient goes to
// the first of ties.
//
// Shapes: [H W C] → [h w C], by p.OutSize
func (b *Builder) MaxPool(x Node, p compute.Pool) Node {
	h, w := planeSize(x.Shape())
	return b.Apply(Function{
		Name:   "max pool",
		Shape:  poolShape(p),
		Single: &maxPoolKernel[float32]{k: b.single, p: p, h: h, w: w},
		Double: &maxPoolKernel[float64]{k: b.double, p: p, h: h, w: w},
		Needs:  NeedsNothing,
	}, x)
}

type maxPoolKernel[T Float] struct {
	k      compute.Kernels[T]
	p      compute.Pool
	h, w   int
	argmax []uint8
}

func (m *maxPoolKernel[T]) Forward(dst []T, in [][]T) {
	m.argmax = grown(m.argmax, len(dst))
	m.k.MaxPool(dst, in[0], m.h, m.w, len(in[0])/(m.h*m.w), m.p, m.argmax)
}

func (m *maxPoolKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	m.k.MaxPoolBackward(dIn, dOut, m.h, m.w, len(dIn)/(m.h*m.w), m.p, m.argmax)
}

// AvgPool returns the mean of each window of x, [H, W, C].
//
// Shapes: [H W C] → [h w C], by p.OutSize
func (b *Builder) AvgPool(x Node, p compute.Pool) Node {
	h, w := planeSize(x.Shape())
	return b.Apply(Function{
		Name:   "average pool",
		Shape:  poolShape(p),
		Single: avgPoolKernel[float32]{k: b.single, p: p, h: h, w: w},
		Double: avgPoolKernel[float64]{k: b.double, p: p, h: h, w: w},
		Needs:  NeedsNothing,
	}, x)
}

type avgPoolKernel[T Float] struct {
	k    compute.Kernels[T]
	p    compute.Pool
	h, w int
}

func (a avgPoolKernel[T]) Forward(dst []T, in [][]T) {
	a.k.AvgPool(dst, in[0], a.h, a.w, len(in[0])/(a.h*a.w), a.p)
}

func (a avgPoolKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	a.k.AvgPoolBackward(dIn, dOut, a.h, a.w, len(dIn)/(a.h*a.w), a.p)
}

func poolShape(p compute.Pool) func([]Shape) (Shape, error) {
	return func(in []Shape) (Shape, error) {
		if len(in[0]) != 3 {
			return nil, fmt.Errorf("input %v, want [H W C]", in[0])
		}
		oh, ow := p.OutSize(in[0][0], in[0][1])
		if oh < 1 || ow < 1 {
			return nil, tooSmall(in[0][0], in[0][1])
		}
		return Shape{oh, ow, in[0][2]}, nil
	}
}

// planeSize returns the first two sizes of an image's shape; the operation's Shape function
// reports a wrong rank.
func planeSize(s Shape) (h, w int) {
	if len(s) != 3 {
		return 0, 0
	}
	return s[0], s[1]
}

func tooSmall(h, w int) error {
	return fmt.Errorf("%d×%d features are too small: use a larger picture or shallower layers", h, w)
}

// grown returns s if it has n elements, or else a new slice of n.
func grown[E any](s []E, n int) []E {
	if len(s) == n {
		return s
	}
	return make([]E, n)
}
