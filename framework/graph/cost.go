package graph

import (
	"time"

	"runexp/framework/compute"
)

// Memory is the memory of a Program, in bytes.
type Memory struct {
	Results int64 // shared by all results of operations
	Loads   int64 // the variable and the constants
	Saved   int64 // by kernels from Forward to Backward: masks, positions of maxima
}

// Total is the sum.
func (m Memory) Total() int64 { return m.Results + m.Loads + m.Saved }

// Memory returns the memory that p's first Run allocates.
func (p *Program) Memory() Memory {
	m := Memory{Results: int64(p.layout.size) * p.element}
	for _, i := range p.tape.instructions {
		switch n := p.tape.b.nodes[i.node]; i.op {
		case load:
			m.Loads += int64(i.shape.Len()) * p.element
		case forward:
			if k, ok := n.fn.Single.(saver); ok {
				m.Saved += k.saved(i.shape.Len())
			}
		}
	}
	return m
}

// Arithmetic returns the floating-point operations of one Run in convolutions, Gram
// matrices and matrix products, which are nearly all of them.
func (p *Program) Arithmetic() float64 {
	sum := 0.0
	for _, i := range p.tape.instructions {
		if i.op != forward && i.op != backward {
			continue
		}
		if k, ok := p.tape.b.nodes[i.node].fn.Single.(counting); ok {
			_, real := k.arithmetic(i.op == backward)
			sum += real
		}
	}
	return sum
}

// saver is a kernel that allocates memory of its own, the same in both precisions.
type saver interface {
	saved(elements int) int64 // in bytes, for that many elements of output
}

func (c *convKernel[T]) saved(n int) int64 {
	if !c.after {
		return 0
	}
	return 8 * int64(compute.MaskLen(n))
}

func (r *reluKernel[T]) saved(n int) int64    { return 8 * int64(compute.MaskLen(n)) }
func (m *maxPoolKernel[T]) saved(n int) int64 { return int64(n) }

// Filters returns the filters that p convolves with, each once.
func (p *Program) Filters() []*Filter {
	var filters []*Filter
	seen := map[*Filter]bool{}
	for _, i := range p.tape.instructions {
		if i.op != forward {
			continue
		}
		if c, ok := p.tape.b.nodes[i.node].fn.Single.(*convKernel[float32]); ok && !seen[c.f] {
			seen[c.f] = true
			filters = append(filters, c.f)
		}
	}
	return filters
}

// A Timing is the time of one operation in the last Run.
type Timing struct {
	Operation string // "conv+relu relu4_2", "gradient of gram"
	Took      time.Duration
	Direct    float64 // floating-point operations of the direct algorithm; 0 if not counted
	Real      float64 // those of the kernels' matrix products
}

// Timings returns the operations of the last Run in order of execution.
func (p *Program) Timings() []Timing {
	if p.machine == nil {
		return nil
	}
	var timings []Timing
	for i, took := range p.machine.timing() {
		in := p.tape.instructions[i]
		if in.op == load || in.op == seed || in.op == view {
			continue
		}
		t := Timing{Operation: p.tape.describe(i), Took: took}
		if k, ok := p.tape.b.nodes[in.node].fn.Single.(counting); ok && in.op != add {
			t.Direct, t.Real = k.arithmetic(in.op == backward)
		}
		timings = append(timings, t)
	}
	return timings
}

// counting is a kernel that counts its floating-point operations.
type counting interface {
	arithmetic(backward bool) (direct, real float64)
}

func (c *convKernel[T]) arithmetic(backward bool) (direct, real float64) {
	if k, ok := any(c.k).(interface {
		Arithmetic(f *Filter, h, w int, backward bool) (direct, real float64)
	}); ok {
		return k.Arithmetic(c.f, c.h, c.w, backward)
	}
	oh, ow := c.f.OutSize(c.h, c.w)
	direct = 2 * float64(oh*ow*c.f.Out) * float64(c.f.KH*c.f.KW*c.f.In)
	return direct, direct
}

// A Gram matrix is symmetric: half of its products need not be made.
func (g gramKernel[T]) arithmetic(backward bool) (direct, real float64) {
	n, c := float64(g.shape[0]*g.shape[1]), float64(g.shape[2])
	if backward {
		return 2 * n * c * c, 2 * n * c * c
	}
	return 2 * n * c * c, n * c * c
}
