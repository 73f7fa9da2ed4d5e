// Package compute holds the numerical kernels: convolution, pooling, Gram
// matrices and sums over pictures. It knows arrays and sizes, no graphs.
//
// Plain is the oracle: straightforward Go, generic over float32 and float64.
// Engine has the same operations in float32, fast, and is held to Plain by the
// same tests. Every tensor is one image, channels last: element (y, x, c) of
// [H, W, C] is at (y·W + x)·C + c. Kernels panic on slices of the wrong length,
// which is a mistake of the caller's code and never of a user.
//
// Sums run in float64 over blocks that depend on sizes alone, so that the same
// input gives the same bits at any number of threads. NaN passes through every
// kernel, ReLU and maximum included, so that it reaches the loss and is seen.
package compute

// Float is the type of a tensor's elements.
type Float interface{ float32 | float64 }

// Kernels are the operations on tensors of T. The destination comes first, is
// overwritten whole and overlaps no source. dSrc and dDst are gradients of the
// loss with respect to what the forward kernel calls src and dst.
// Methods may be called from several goroutines.
type Kernels[T Float] interface {
	// Conv writes f's convolution of src [h, w, f.In] into dst [oh, ow, f.Out],
	// (oh, ow) = f.OutSize(h, w), with zero padding. With a mask it applies
	// ReLU as well and sets bit i%64 of mask[i/64] where element i stayed > 0;
	// mask is nil, or has MaskLen(len(dst)) words.
	Conv(dst, src []T, h, w int, f *Filter, mask []uint64)
	// ConvBackward writes the gradient of Conv: dSrc from dDst, where elements
	// of dDst whose mask bit is not set count as 0 (mask nil: all count).
	ConvBackward(dSrc, dDst []T, h, w int, f *Filter, mask []uint64)
	// ConvReLU is Conv of max(src, 0), and ConvReLUBackward its gradient: for src,
	// 0 where it is not > 0.
	ConvReLU(dst, src []T, h, w int, f *Filter, mask []uint64)
	ConvReLUBackward(dSrc, dDst, src []T, h, w int, f *Filter, mask []uint64)

	// ReLU writes max(src, 0) and the bits of what is > 0.
	ReLU(dst, src []T, mask []uint64)
	// ReLUBackward writes dDst where the bit is set and 0 elsewhere.
	ReLUBackward(dSrc, dDst []T, mask []uint64)

	// MaxPool writes the largest element of each window and, in argmax (one byte
	// for each element of dst), its position in the window, row by row; of
	// equals the first.
	MaxPool(dst, src []T, h, w, c int, p Pool, argmax []uint8)
	MaxPoolBackward(dSrc, dDst []T, h, w, c int, p Pool, argmax []uint8)
	// AvgPool writes the mean of each window; padding never counts as an element.
	AvgPool(dst, src []T, h, w, c int, p Pool)
	AvgPoolBackward(dSrc, dDst []T, h, w, c int, p Pool)

	// Gram writes scale·FᵀF, [c, c], of src = F, [n, c].
	Gram(dst, src []T, n, c int, scale float64)
	// GramBackward writes scale·F·(dG + dGᵀ), [n, c], or adds it to dSrc.
	GramBackward(dSrc, dDst, src []T, n, c int, scale float64, add bool)

	// ConvGram writes Gram of f's Conv of src, [f.Out, f.Out], but need not make what
	// Conv would; ConvGramBackward writes its gradient for src, or adds it to dSrc.
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
	// one shorter, on as many threads as are idle, and returns when all is done. A
	// task may write what no other task touches; it must not call a kernel or
	// Parallel, which would wait for a thread that the task itself holds. If a task
	// panics, Parallel does.
	Parallel(n, size int, task func(from, to int))
}

// MaskLen returns how many words hold a bit for each of n elements.
func MaskLen(n int) int { return (n + 63) / 64 }

// A Filter is a frozen convolution. Its numbers never change, so an Engine
// transforms them once and every graph of the process shares the result.
type Filter struct {
	In, Out  int
	KH, KW   int
	Stride   int
	Pad      int
	Kernel   []float32 // [Out, In, KH, KW], as PyTorch stores it
	Bias     []float32 // [Out]
	Winograd bool      // allow Winograd's convolutions, which are faster and round differently
	Flat     bool      // with Winograd: forward, equal neighbourhoods in flat areas give equal bits, as max pooling wants

	prepared preparedFilters
}

// OutSize returns the height and width that f makes of h and w; 0 or less
// where the image is too small.
func (f *Filter) OutSize(h, w int) (int, int) {
	return windows(h, f.KH, f.Stride, f.Pad), windows(w, f.KW, f.Stride, f.Pad)
}

// Pool is a pooling window.
type Pool struct {
	Size, Stride, Pad int
	Ceil              bool // keep a last window that hangs over the edge, as Caffe does
}

// OutSize returns the height and width that p makes of h and w.
func (p Pool) OutSize(h, w int) (int, int) { return p.out(h), p.out(w) }

func (p Pool) out(n int) int {
	if !p.Ceil {
		return windows(n, p.Size, p.Stride, p.Pad)
	}
	o := (n+2*p.Pad-p.Size+p.Stride-1)/p.Stride + 1
	if (o-1)*p.Stride >= n+p.Pad { // a window that begins past the edge sees nothing
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
