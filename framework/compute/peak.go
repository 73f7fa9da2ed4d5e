package compute

import (
	"sync"
	"time"
)

// A multiplier measures the machine: it does rounds of multiply-adds in registers and
// returns the number of floating-point operations.
type multiplier interface {
	multiplyAdd(rounds int) float64
}

// Peak measures the multiply-add throughput of all threads of e in registers, in GFLOP/s:
// the upper bound of any kernel. It takes about a third of a second.
func (e *Engine) Peak() float64 {
	m, ok := e.Kernels.(multiplier)
	if !ok {
		return plainPeak()
	}
	best := 0.0
	for range 12 { // other processes may slow down some of them
		var wait sync.WaitGroup
		work := make([]float64, e.Threads())
		begin := time.Now()
		for i := range work {
			wait.Go(func() { work[i] = m.multiplyAdd(1 << 22) })
		}
		wait.Wait()
		sum := 0.0
		for _, w := range work {
			sum += w
		}
		best = max(best, sum/time.Since(begin).Seconds()/1e9)
	}
	return best
}

// plainPeak is Peak of one thread of Go's own arithmetic.
func plainPeak() float64 {
	const rounds = 1 << 24
	var sum [8]float32
	begin := time.Now()
	for range rounds {
		for i := range sum {
			sum[i] = float32(sum[i]*0.5) + 1
		}
	}
	seconds := time.Since(begin).Seconds()
	if sum[0] == 0 { // the sums are used
		return 0
	}
	return 2 * rounds * float64(len(sum)) / seconds / 1e9
}
