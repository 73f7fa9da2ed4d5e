//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

func (n *native) multiplyAdd(rounds int) float64 {
	sink := make([]float32, block)
	return float64(C.call_multiply_add(n.table, pointer(sink), size(rounds)))
}
