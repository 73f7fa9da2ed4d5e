//go:build cgo && (amd64 || arm64)

package compute

// #cgo CFLAGS: -O3
// #include "kernels.h"
import "C"

import "unsafe"

// native runs the C kernels of one variant in strips on the pool. C checks nothing, so every
// method checks its slices first.
type native struct {
	*pool
	buffers
	table *C.kernels
	panel int // columns of a panel of a packed matrix, a multiple of block
}

var _ Kernels[float32] = (*native)(nil)

// block is how many channels the C kernels handle at a time.
const block = C.BLOCK

func newNative(variant string, p *pool) Kernels[float32] {
	t := table(variant)
	return &native{
		pool:    p,
		buffers: buffers{workers: make([][]float32, p.threads)},
		table:   t,
		panel:   int(t.panel),
	}
}

// pointer and size convert Go's slices and ints for C. C reads a mask as bytes: bit i of the
// words is bit i%8 of byte i/8.
func pointer(s []float32) *C.float      { return (*C.float)(unsafe.SliceData(s)) }
func pointer64(s []float64) *C.double   { return (*C.double)(unsafe.SliceData(s)) }
func pointer32(s []int32) *C.int32_t    { return (*C.int32_t)(unsafe.SliceData(s)) }
func pointer8(s []uint8) *C.uint8_t     { return (*C.uint8_t)(unsafe.SliceData(s)) }
func bitsPointer(s []uint64) *C.uint8_t { return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(s))) }
func size(n int) C.ptrdiff_t            { return C.ptrdiff_t(n) }

// blocks returns how many blocks n channels fill.
func blocks(n int) int { return (n + block - 1) / block }

// fusable reports whether a kernel may write the mask of n channels itself: their bits must
// be whole bytes, or two threads could write the same byte.
func fusable(n int) bool { return n%block == 0 }
