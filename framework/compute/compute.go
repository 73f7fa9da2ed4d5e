// Package compute has the numerical kernels: convolution, pooling, Gram matrices and sums
// over pictures. It works on arrays and sizes, not on graphs.
//
// Plain is the reference: straightforward Go, generic over float32 and float64. Engine has
// the same operations in float32, optimised, and is tested against Plain. Every tensor is
// one image, channels last: element (y, x, c) of [H, W, C] is at (y·W + x)·C + c. Kernels
// panic on slices of the wrong length, a programming error that no user input causes.
//
// Sums run in float64 over blocks that depend on sizes alone, so that the same input gives
// the same bits at any number of threads. All kernels propagate NaN, ReLU and maximum
// included, so that it is detected in the loss.
package compute

// Float is the type of a tensor's elements.
type Float interface{ float32 | float64 }

// Kernels are the operations on tensors of T. The destination comes first, is completely
// overwritten and must not overlap a source. dSrc and dDst are gradients of the loss with
// respect to the forward kernel's src and dst. Methods may be called from several
// goroutines.
type Kernels[T Float] interface {
	// Conv writes f's convolution of src [h, w, f.In] into dst [oh, ow, f.Out],
	// (oh, ow) = f.OutSize(h, w), with zero padding. With a mask it applies
	// ReLU as well and sets bit i%64 of mask[i/64] if element i is > 0; mask is nil, or
	// has MaskLen(len(dst)) words.
	Conv(dst, src []T, h, w int, f *Filter, mask []uint64)
	// ConvBackward writes the gradient of Conv, dSrc from dDst. Elements of dDst whose
	// mask bit is not set count as 0; with a nil mask all count.
	ConvBackward(dSrc, dDst []T, h, w int, f *Filter, mask []uint64)
	// ConvReLU is Conv of max(src, 0), and ConvReLUBackward its gradient: for src,
	// 0 where it is not > 0.
	ConvReLU(dst, src []T, h, w int, f *Filter, mask []uint64)
	ConvReLUBackward(dSrc, dDst, src []T, h, w int, f *Filter, mask []uint64)

	// ReLU writes max(src, 0) and sets the mask bits of elements > 0.
	ReLU(dst, src []T, mask []uint64)
	// ReLUBackward writes dDst where the bit is set and 0 elsewhere.
	ReLUBackward(dSrc, dDst []T, mask []uint64)

	// MaxPool writes the largest element of each window, the first of ties, and in argmax
	// (one byte per element of dst) its position in the window, counted row by row.
	MaxPool(dst, src []T, h, w, c int, p Pool, argmax []uint8)
	MaxPoolBackward(dSrc, dDst []T, h, w, c int, p Pool, argmax []uint8)
	// AvgPool writes the mean of each window; padding never counts as an element.
	AvgPool(dst, src []T, h, w, c int, p Pool)
	AvgPoolBackward(dSrc, dDst []T, h, w, c int, p Pool)

	// Gram writes scale·FᵀF, [c, c], of src = F, [n, c].
	Gram(dst, src []T, n, c int, scale float64)
	// GramBackward writes scale·F·(dG + dGᵀ), [n, c], or adds it to dSrc.
	GramBackward(dSrc, dDst, src []T, n, c int, scale float64, add bool)

	// ConvGram writes Gram of f's Conv of src, [f.Out, f.Out], without necessarily computing
	// Conv; ConvGramBackward writes its gradient for src, or adds it to dSrc.
	ConvGram(dst, src []T, h, w int, f *Filter, scale float64)
	ConvGramBackward(dSrc, dDst, src []T, h, w int, f *Filter, scale float64, add bool)

	// SquaredError returns Σ (a − b)².
	SquaredError(a, b []T) float64
	// SquaredErrorBackward writes scale·2·(a − b), the gradient for a.
	SquaredErrorBackward(dA, a, b []T, scale float64)

	// AbsDifferences returns Σ|x[y+1] − x[y]| and Σ|x[x+1] − x[x]| over src [h, w, c].
	AbsDifferences(src []T, h, w, c int) (dy, dx float64)
	// AbsDifferencesBackward writes the gradient of wy·dy + wx·dx; sign(0) = 0.
	AbsDifferencesBackward(dSrc, src []T, h, w, c int, wy, wx float64)

	// Affine writes m·s + bias for every pixel s (3 numbers) of src [n, 3].
	Affine(dst, src []T, m [3][3]float64, bias [3]float64)
	// AffineBackward writes mᵀ·d for every pixel d of dDst.
	AffineBackward(dSrc, dDst []T, m [3][3]float64)

	// Accumulate adds src to dst, element by element.
	Accumulate(dst, src []T)

	// MatMul writes A·B, [rows, columns], of A [rows, depth] and B [depth, columns].
	// With aT the slice a holds Aᵀ, [depth, rows], and with bT the slice b holds Bᵀ,
	// [columns, depth].
	MatMul(dst, a, b []T, rows, depth, columns int, aT, bT bool)

	// Parallel calls task for consecutive ranges of size elements of [0, n), the last
	// maybe shorter, on all idle threads, and returns when all are done. A task may write
	// what no other task touches; it must not call a kernel or Parallel, which could
	// deadlock waiting for the task's own thread. If a task panics, Parallel panics.
	Parallel(n, size int, task func(from, to int))
}

// MaskLen returns how many words hold a bit for each of n elements.
func MaskLen(n int) int { return (n + 63) / 64 }

// A Filter is a frozen convolution. Its weights never change, so an Engine transforms them
// once and all graphs of the process share the result.
type Filter struct {
	In, Out  int
	KH, KW   int
	Stride   int
	Pad      int
	Kernel   []float32 // [Out, In, KH, KW], as PyTorch stores it
	Bias     []float32 // [Out]
	Winograd bool      // allow Winograd's convolutions, which are faster and round differently
	Flat     bool      // with Winograd, forward: equal neighbourhoods in flat areas give equal bits, for max pooling

	prepared preparedFilters
}

// OutSize returns the height and width of f's output for an h×w input; 0 or less if the
// input is too small.
func (f *Filter) OutSize(h, w int) (int, int) {
	return windows(h, f.KH, f.Stride, f.Pad), windows(w, f.KW, f.Stride, f.Pad)
}

// Pool is a pooling window.
type Pool struct {
	Size, Stride, Pad int
	Ceil              bool // include a last window that extends past the edge, as Caffe does
}

// OutSize returns the height and width of p's output for an h×w input.
func (p Pool) OutSize(h, w int) (int, int) { return p.out(h), p.out(w) }

func (p Pool) out(n int) int {
	if !p.Ceil {
		return windows(n, p.Size, p.Stride, p.Pad)
	}
	o := (n+2*p.Pad-p.Size+p.Stride-1)/p.Stride + 1
	if (o-1)*p.Stride >= n+p.Pad { // skip a window that begins past the edge
		o--
	}
	return o
}

// windows counts the windows of size k, stride s apart, in n elements padded by p on both sides.
func windows(n, k, s, p int) int {
	if n+2*p < k {
		return 0
	}
	return (n+2*p-k)/s + 1
}
