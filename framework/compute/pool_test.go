package compute

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The pool limits the computing threads for any number of callers, and tasks never share
// a worker.
func TestPoolBoundsThreads(t *testing.T) {
	p := newPool(3)
	var running, most, tasks atomic.Int64
	var owner [3]atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			p.run(10, func(worker, _ int) {
				if !owner[worker].CompareAndSwap(0, 1) {
					t.Error("two tasks share a worker's scratch memory")
				}
				now := running.Add(1)
				for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
				}
				time.Sleep(100 * time.Microsecond)
				running.Add(-1)
				owner[worker].Store(0)
				tasks.Add(1)
			})
		})
	}
	callers.Wait()
	if most.Load() > 3 || tasks.Load() != 80 {
		t.Errorf("%d tasks of 80, %d at once, want at most 3", tasks.Load(), most.Load())
	}
}

// A worker's panic reaches the caller with its message and place, and the pool still works.
func TestPoolPanicSurfaces(t *testing.T) {
	p := newPool(2)
	for range 20 {
		message := panicOf(func() {
			p.run(50, func(_, i int) {
				if i == 7 {
					panic("compute: task 7")
				}
			})
		})
		if !strings.HasPrefix(message, "compute: task 7") || !strings.Contains(message, "pool_test.go") {
			t.Fatalf("panic %q", message)
		}
	}
	var tasks atomic.Int64
	p.run(50, func(_, _ int) { tasks.Add(1) })
	if tasks.Load() != 50 {
		t.Errorf("after a panic %d of 50 tasks ran", tasks.Load())
	}
}

// Goroutines may share an Engine and a Filter.
func TestConcurrentCallers(t *testing.T) {
	for _, e := range engines(t, 2) {
		d := newFixture[float32](t)
		f := d.filter(&Filter{In: 16, Out: 32, KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true})
		const h, w = 9, 10
		src, want := d.normal(h*w*16), d.out(h*w*32)
		Plain[float32]{}.Conv(want, src, h, w, f, nil)
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				dst, dSrc := make([]float32, len(want)), make([]float32, len(src))
				for range 5 {
					e.Conv(dst, src, h, w, f, nil)
					e.ConvBackward(dSrc, dst, h, w, f, nil)
				}
				if err := worst(widened(dst), widened(want)); !(err < WinogradBound) {
					t.Errorf("%s: off by %g", e.Variant(), err)
				}
			})
		}
		callers.Wait()
	}
}
