package compute

import "unsafe"

// cacheLine is the alignment of work buffers in bytes: a vector load that
// straddles two lines costs two.
const cacheLine = 64

// Aligned returns a zeroed slice of n elements that starts at a cache line. Kernels accept
// any slice; they are faster on aligned ones.
func Aligned[T Float](n int) []T {
	var t T
	size := int(unsafe.Sizeof(t))
	buffer := make([]T, n+cacheLine/size)
	skip := 0
	if past := int(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))) % cacheLine); past != 0 {
		skip = (cacheLine - past) / size
	}
	return buffer[skip : skip+n : skip+n]
}
