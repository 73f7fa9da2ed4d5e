package graph

import "runexp/framework/compute"

// Memory is what a Program takes, in bytes.
type Memory struct {
	Results    int64 // shared by all results of operations
	Loads      int64 // the variable and the constants
	Remembered int64 // what kernels keep from Forward to Backward: masks, positions of maxima
}

// Total is the sum.
func (m Memory) Total() int64 { return m.Results + m.Loads + m.Remembered }

// Memory returns what p takes once it has run. It takes nothing before.
func (p *Program) Memory() Memory {
	m := Memory{Results: int64(p.layout.size) * p.element}
	for _, i := range p.tape.instructions {
		switch n := p.tape.b.nodes[i.node]; i.op {
		case load:
			m.Loads += int64(i.shape.Len()) * p.element
		case forward:
			if k, ok := n.fn.Single.(remembering); ok {
				m.Remembered += k.remembered(i.shape.Len())
			}
		}
	}
	return m
}

// remembering is a kernel that keeps memory of its own, the same in both precisions.
type remembering interface {
	remembered(elements int) int64 // in bytes, for that many elements of output
}

func (c *convKernel[T]) remembered(n int) int64 {
	if !c.relu {
		return 0
	}
	return 8 * int64(compute.MaskLen(n))
}

func (r *reluKernel[T]) remembered(n int) int64    { return 8 * int64(compute.MaskLen(n)) }
func (m *maxPoolKernel[T]) remembered(n int) int64 { return int64(n) }

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
