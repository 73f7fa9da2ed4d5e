package compute

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Engine has optimised float32 kernels. A process needs one Engine: it bounds the number of
// computing threads over all callers, and pools work buffers.
//
// The same input gives the same bits at any number of threads, but not on another variant.
type Engine struct {
	Kernels[float32]
	variant string
	pool    *pool
}

// Options of an Engine; the zero value uses all available CPUs and the best variant.
type Options struct {
	Threads int    // at most this many compute at once; 0: GOMAXPROCS
	ISA     string // avx512, avx2, neon, or generic (plain Go); "": the best that the CPU has
}

// maxThreads bounds Options.Threads, since each thread has a goroutine and buffers.
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

// Variant returns the kernel variant in use. Runs record it, since bits differ between
// variants.
func (e *Engine) Variant() string { return e.variant }

// Threads returns the maximum number of computing threads.
func (e *Engine) Threads() int { return e.pool.threads }

// Close waits for running kernels. The Engine must not be used afterwards.
func (e *Engine) Close() {
	for range e.pool.threads {
		<-e.pool.idle
	}
	e.Kernels = nil
}
