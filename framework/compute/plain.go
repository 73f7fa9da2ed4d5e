package compute

// Plain has every kernel in straightforward Go. It is the oracle that Engine is
// tested against and, cut into strips, Engine's fallback; with T = float64 it
// serves gradient checks. It keeps no state; the zero value is ready.
//
// Sums run in float64. A product is converted before it is added, which forbids
// Go to fuse the two, so that the bits are the same on every machine.
type Plain[T Float] struct{}

var (
	_ Kernels[float32] = Plain[float32]{}
	_ Kernels[float64] = Plain[float64]{}
)

// set says whether bit i of mask is set; a nil mask has every bit set.
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
