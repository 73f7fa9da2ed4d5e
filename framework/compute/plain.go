package compute

// Plain has every kernel in straightforward Go. It is the reference that Engine is tested
// against and, in strips, Engine's fallback; with T = float64 it serves gradient checks. It
// has no state; the zero value is ready to use.
//
// Sums run in float64. Products are converted before they are added, which prevents fused
// multiply-adds, so that the bits are the same on every machine.
type Plain[T Float] struct{}

var (
	_ Kernels[float32] = Plain[float32]{}
	_ Kernels[float64] = Plain[float64]{}
)

// set reports whether bit i of mask is set; a nil mask has every bit set.
func set(mask []uint64, i int) bool {
	return mask == nil || mask[i/64]>>(i%64)&1 != 0
}

// Parallel calls task for one range after the other.
func (Plain[T]) Parallel(n, size int, task func(from, to int)) {
	checkStrips(n, size)
	for from := 0; from < n; from += size {
		task(from, min(n, from+size))
	}
}
