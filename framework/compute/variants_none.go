//go:build !cgo || !(amd64 || arm64)

package compute

func nativeVariants() []string { return nil }

func newNative(variant string, _ *pool) Kernels[float32] {
	panic("compute: this build has no variant " + variant)
}
