package graph

import (
	"fmt"
	"math/rand/v2"
)

// Draws returns n random numbers, uniform in [0, 1), which are the same for all runs of a
// program between two calls of its Redraw, and independent of those of other Draws. They
// have no gradient.
//
// Shapes: → [N]
func (b *Builder) Draws(n int) Node {
	if b.draws == nil {
		b.draws = &draws{}
	}
	b.draws.nodes++
	k := drawsKernel{b.draws, uint64(b.draws.nodes)}
	return b.Apply(Function{
		Name: "draws",
		Shape: func([]Shape) (Shape, error) {
			if n < 1 {
				return nil, fmt.Errorf("%d numbers", n)
			}
			return Shape{n}, nil
		},
		Single:   drawsOf[float32]{k},
		Double:   drawsOf[float64]{k},
		Needs:    NeedsNothing,
		constant: true,
	}, b.Number(0)) // Gorgonia rejects an operation without inputs
}

// draws is what the Draws of one builder depend on.
type draws struct {
	nodes      int // how many there are
	seed, step uint64
}

// Redraw makes the program's Draws those of a seed and a step, from the next Run on: equal
// arguments give equal numbers. It returns false if the program has none.
func (p *Program) Redraw(seed, step uint64) bool {
	d := p.tape.b.draws
	if d == nil {
		return false
	}
	d.seed, d.step = seed, step
	return true
}

type drawsKernel struct {
	*draws
	stream uint64
}

type drawsOf[T Float] struct{ drawsKernel }

// stepBits leaves the lower bits of a stream to the step: more steps than a run can have.
const stepBits = 40

func (d drawsOf[T]) Forward(dst []T, _ [][]T) {
	random := rand.New(rand.NewPCG(d.seed, d.stream<<stepBits|d.step))
	for i := range dst {
		// 24 bits are exact in both precisions, and less than 1.
		dst[i] = T(random.Uint32()>>8) / (1 << 24)
	}
}

func (drawsOf[T]) Backward([]T, int, []T, [][]T, []T) {}
