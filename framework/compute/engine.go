package compute

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Engine has every kernel in float32 at the machine's speed. One Engine serves
// a whole process: it bounds the threads that compute, whoever calls, and keeps
// the work buffers.
//
// The same input gives the same bits at any number of threads, but not on
// another variant.
type Engine struct {
	Kernels[float32]
	variant string
	pool    *pool
}

// Options of an Engine; the zero value takes all CPUs that the process may use and the best variant.
type Options struct {
	Threads int    // at most this many compute at once; 0: GOMAXPROCS
	ISA     string // avx512, avx2, neon, or generic (plain Go); "": the best that the CPU has
}

// maxThreads is more than any machine has: each that is asked for takes a
// goroutine with buffers of its own.
const maxThreads = 4096

// NewEngine returns an Engine, or an error if the CPU lacks o.ISA.
func NewEngine(o Options) (*Engine, error) {
	if o.Threads < 0 {
		return nil, fmt.Errorf("%d threads: give at least 1, or 0 for one per CPU", o.Threads)
	}
	if o.Threads > maxThreads {
		return nil, fmt.Errorf("%d threads: give at most %d", o.Threads, maxThreads)
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0) // Go sets it by the CPUs and the cgroup's quota
	}
	available := Variants()
	if o.ISA == "" {
		o.ISA = available[0]
	}
	if !slices.Contains(available, o.ISA) {
		return nil, fmt.Errorf("this machine cannot run the kernel variant %q (available: %s)", o.ISA, strings.Join(available, ", "))
	}
	e := &Engine{variant: o.ISA, pool: newPool(o.Threads)}
	if o.ISA == genericISA {
		e.Kernels = generic{e.pool}
	} else {
		e.Kernels = newNative(o.ISA, e.pool)
	}
	return e, nil
}

const genericISA = "generic"

// Variants returns the names that Options.ISA accepts on this machine, best first.
func Variants() []string { return append(nativeVariants(), genericISA) }

// Variant returns the kernel variant in use: a run records it, since bits
// differ between variants.
func (e *Engine) Variant() string { return e.variant }

// Threads returns how many threads compute at most.
func (e *Engine) Threads() int { return e.pool.threads }

// Close waits for running kernels. The Engine must not be used afterwards.
func (e *Engine) Close() {
	for range e.pool.threads {
		<-e.pool.idle
	}
	e.Kernels = nil
}
