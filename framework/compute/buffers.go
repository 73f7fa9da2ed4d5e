package compute

import "sync"

// buffers pools work memory between kernel calls, so that nothing of a tensor's size is
// allocated after the first iteration.
type buffers struct {
	mu      sync.Mutex
	shared  [][]float32 // not in use
	workers [][]float32 // by worker, in use by the goroutine that holds its token
}

// take returns n uninitialised elements, and give returns them to the pool.
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
		// A buffer that is too small is replaced.
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

// scratch returns n uninitialised elements for worker, valid until its next call.
func (b *buffers) scratch(worker, n int) []float32 {
	if cap(b.workers[worker]) < n {
		b.workers[worker] = Aligned[float32](n)
	}
	return b.workers[worker][:n]
}
