package graph

import "runexp/framework/compute"

// A Parallel splits a kernel's loops over the engine's threads. The ranges depend on the
// loop's length alone, so that results need not depend on the number of threads: a task
// must write only what no other task touches, and sums over tasks are added in order, as
// Sum does. A task must not call a Parallel. The zero Parallel runs on the calling
// goroutine.
type Parallel struct {
	run func(n, size int, task func(from, to int))
}

// Parallel returns the Parallel for kernels of b's operations; pass it to a kernel's
// constructor.
func (b *Builder) Parallel() Parallel {
	if b.inDouble {
		return Parallel{b.double.Parallel}
	}
	return Parallel{b.single.Parallel}
}

// For calls task for consecutive ranges of size elements of [0, n), the last one maybe
// shorter; from/size is a range's index. It returns when all are done.
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
