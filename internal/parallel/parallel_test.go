package parallel_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"runexp/internal/parallel"
)

func TestEach(t *testing.T) {
	for _, procs := range []int{1, 4} {
		before := runtime.GOMAXPROCS(procs)
		for _, n := range []int{0, 1, 3, 1000} {
			calls := make([]atomic.Int64, n)
			parallel.Each(n, func(i int) { calls[i].Add(1) })
			for i := range calls {
				if got := calls[i].Load(); got != 1 {
					t.Errorf("%d processors: %d calls of %d in %d", procs, got, i, n)
				}
			}
		}
		runtime.GOMAXPROCS(before)
	}
}
