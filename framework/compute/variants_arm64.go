//go:build cgo

package compute

// #include "kernels.h"
import "C"

func nativeVariants() []string { return []string{"neon"} } // every arm64 has it

func table(string) *C.kernels { return &C.kernels_neon }
