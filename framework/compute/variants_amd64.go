//go:build cgo

package compute

// #include "kernels.h"
import "C"

import "golang.org/x/sys/cpu"

func nativeVariants() (names []string) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasFMA {
		names = append(names, "avx512")
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		names = append(names, "avx2")
	}
	return names
}

func table(variant string) *C.kernels {
	if variant == "avx512" {
		return &C.kernels_avx512
	}
	return &C.kernels_avx2
}
