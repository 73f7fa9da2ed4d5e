package graph

import "runexp/framework/compute"

// A Parallel cuts loops of a kernel over the engine's threads. What a loop is cut
// into depends on its length alone, so that results need not depend on how many
// threads there are: a task writes only what no other task touches, and what is
// added up over tasks is added in their order, as Sum does. A task must not call
// a Parallel itself. The zero Parallel runs on the calling goroutine.
type Parallel struct {
	run func(n, size int, task func(from, to int))
}

// Parallel returns what the kernels of b's operations cut their loops with: give
// it to a kernel when making it.
func (b *Builder) Parallel() Parallel {
	if b.inDouble {
		return Parallel{b.double.Parallel}
	}
	return Parallel{b.single.Parallel}
}

// For calls task for consecutive ranges of size elements of [0, n), the last one
// shorter: range from/size is the first element's. It returns when all are done.
func (p Parallel) For(n, size int, task func(from, to int)) {
	switch {
	case n > 0 && n <= size: // not worth a thread
		task(0, n)
	case p.run == nil:
		compute.Plain[float64]{}.Parallel(n, size, task)
	default:
		p.run(n, size, task)
	}
}

// Sum returns the sum of part over the ranges of For, added in their order.
func (p Parallel) Sum(n, size int, part func(from, to int) float64) float64 {
	parts := make([]float64, (n+size-1)/size)
	p.For(n, size, func(from, to int) { parts[from/size] = part(from, to) })
	total := 0.0
	for _, v := range parts {
		total += v
	}
	return total
}

// strip is how many elements of a simple loop one task handles: some 10 µs.
const strip = 1 << 14
