package compute

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// A pool bounds the number of goroutines that compute at the same time, over all callers. A
// worker is a token; its holder may use the scratch memory of its number.
type pool struct {
	threads int
	idle    chan int
}

func newPool(threads int) *pool {
	p := &pool{threads: threads, idle: make(chan int, threads)}
	for worker := range threads {
		p.idle <- worker
	}
	return p
}

// run calls task for each i in [0, n), on the calling goroutine and all idle workers, and
// returns when all are done. The assignment of i to workers is not deterministic: results
// must not depend on it. If a task panics, the remaining tasks are dropped and run panics.
func (p *pool) run(n int, task func(worker, i int)) {
	if n == 0 {
		return
	}
	j := &job{n: int64(n), task: task}
	own := <-p.idle
	for range min(p.threads, n) - 1 {
		select {
		case worker := <-p.idle:
			j.others.Add(1)
			go func() {
				defer j.others.Done()
				j.work(worker)
				p.idle <- worker
			}()
		default: // the others are busy for another caller
		}
	}
	j.work(own)
	p.idle <- own
	j.others.Wait()
	if failure := j.failure.Load(); failure != nil {
		panic(*failure)
	}
}

// A job is one call of run.
type job struct {
	n, next int64
	task    func(worker, i int)
	others  sync.WaitGroup
	failure atomic.Pointer[string]
}

// work takes tasks until none is left.
func (j *job) work(worker int) {
	defer func() {
		if value := recover(); value != nil {
			failure := fmt.Sprintf("%v\n\n%s", value, debug.Stack())
			j.failure.CompareAndSwap(nil, &failure)
			atomic.StoreInt64(&j.next, j.n)
		}
	}()
	for {
		i := atomic.AddInt64(&j.next, 1) - 1
		if i >= j.n {
			return
		}
		j.task(worker, int(i))
	}
}

// strips calls task for consecutive ranges of size elements of [0, n), the last
// one shorter.
func (p *pool) strips(n, size int, task func(worker, from, to int)) {
	p.run((n+size-1)/size, func(worker, i int) {
		task(worker, i*size, min(n, (i+1)*size))
	})
}

// Parallel is strips for a task that needs no scratch memory.
func (p *pool) Parallel(n, size int, task func(from, to int)) {
	checkStrips(n, size)
	p.strips(n, size, func(_, from, to int) { task(from, to) })
}
