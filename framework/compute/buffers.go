package compute

import "sync"

// buffers keeps work memory between kernels, so that after the first iteration
// nothing of a tensor's size is allocated.
type buffers struct {
	mu      sync.Mutex
	shared  [][]float32 // not in use
	workers [][]float32 // by worker, in use by whoever is that worker
}

// take returns n elements of any content, and give takes them back.
func (b *buffers) take(n int) []float32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	best := -1
	for i, buffer := range b.shared {
		if cap(buffer) >= n && (best < 0 || cap(buffer) < cap(b.shared[best])) {
			best = i
		}
	}
	last := len(b.shared) - 1
	if best < 0 {
		// One that is too small is replaced, not kept beside its successor.
		b.shared = b.shared[:max(last, 0)]
		return Aligned[float32](n)
	}
	buffer := b.shared[best]
	b.shared[best] = b.shared[last]
	b.shared = b.shared[:last]
	return buffer[:n]
}

func (b *buffers) give(buffer []float32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shared = append(b.shared, buffer)
}

// scratch returns n elements of any content that are worker's until its next call.
func (b *buffers) scratch(worker, n int) []float32 {
	if cap(b.workers[worker]) < n {
		b.workers[worker] = Aligned[float32](n)
	}
	return b.workers[worker][:n]
}
