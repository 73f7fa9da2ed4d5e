package network

import (
	"fmt"
	"math"

	"runexp/framework/graph"
)

// l2Pool returns √Σx² of each window of x, [H, W, C]: PyTorch's LPPool2d of norm 2. Elements
// outside of x count as 0. The gradient of a window of zeros is 0.
func l2Pool(b *graph.Builder, x graph.Node, p graph.Pool) graph.Node {
	ones := make([]float64, p.Size)
	for i := range ones {
		ones[i] = 1
	}
	return rootPool(b, x, "l2 pool", p, ones, 0)
}

// hannPool returns √(Σ w x² + 10⁻¹²) of each window of x, [H, W, C], with the weights w of a
// Hann window along both axes, with sum 1: for a window of three ¼, ½, ¼. It is the pooling
// of DISTS (Ding, Ma, Wang and Simoncelli 2020, arXiv:2004.07728), which avoids aliasing.
// Elements outside of x count as 0.
func hannPool(b *graph.Builder, x graph.Node, p graph.Pool) graph.Node {
	const epsilon = 1e-12 // DISTS's, which keeps the gradient finite
	weights, sum := make([]float64, p.Size), 0.0
	for i := range weights {
		sine := math.Sin(math.Pi * float64(i+1) / float64(p.Size+1))
		weights[i] = sine * sine
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return rootPool(b, x, "hann pool", p, weights, epsilon)
}

// rootPool returns √(Σ w x² + epsilon) of each window, w the product of the weights of row
// and column.
func rootPool(b *graph.Builder, x graph.Node, name string, p graph.Pool, weights []float64, epsilon float64) graph.Node {
	k := pooling{p: b.Parallel(), size: p.Size, stride: p.Stride, pad: p.Pad, weights: weights, epsilon: epsilon}
	return b.Apply(graph.Function{
		Name: name,
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			s := in[0]
			if len(s) != 3 {
				return nil, fmt.Errorf("input %v, want [H W C]", s)
			}
			k.h, k.w, k.c = s[0], s[1], s[2]
			if k.oh, k.ow = p.OutSize(k.h, k.w); k.oh < 1 || k.ow < 1 {
				return nil, fmt.Errorf("%d×%d features are too small: use a larger picture or shallower layers", k.h, k.w)
			}
			return graph.Shape{k.oh, k.ow, k.c}, nil
		},
		Single: l2Kernel[float32]{&k},
		Double: l2Kernel[float64]{&k},
	}, x)
}

// pooling is the geometry of windows over an image of h×w pixels: oh×ow of them.
type pooling struct {
	p                 graph.Parallel
	size, stride, pad int
	h, w, c, oh, ow   int
	weights           []float64 // [size]
	epsilon           float64
}

// weight returns that of pixel y, x in window oy, ox.
func (k *pooling) weight(oy, ox, y, x int) float64 {
	return k.weights[y-oy*k.stride+k.pad] * k.weights[x-ox*k.stride+k.pad]
}

// inside returns the pixels, from and to, of window i along an axis of n.
func (k *pooling) inside(i, n int) (from, to int) {
	from = i*k.stride - k.pad
	return max(from, 0), min(from+k.size, n)
}

type l2Kernel[T graph.Float] struct{ *pooling }

func (k l2Kernel[T]) Forward(dst []T, in [][]T) {
	k.p.For(k.oh, rowsATask, func(from, to int) {
		for oy := from; oy < to; oy++ {
			top, bottom := k.inside(oy, k.h)
			for ox := range k.ow {
				left, right := k.inside(ox, k.w)
				out := dst[(oy*k.ow+ox)*k.c:][:k.c]
				clear(out)
				for y := top; y < bottom; y++ {
					for x := left; x < right; x++ {
						weight := k.weight(oy, ox, y, x)
						for c, v := range in[0][(y*k.w+x)*k.c:][:k.c] {
							out[c] += T(float64(v) * float64(v) * weight)
						}
					}
				}
				for c, sum := range out {
					out[c] = T(math.Sqrt(float64(sum) + k.epsilon))
				}
			}
		}
	})
}

// Backward adds dOut·w·x/out of every window that a pixel is in. A task handles rows of pixels, and so
// the windows that reach into them.
func (k l2Kernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, out []T) {
	k.p.For(k.h, rowsATask, func(from, to int) {
		clear(dIn[from*k.w*k.c : to*k.w*k.c])
		for oy := max(0, (from+k.pad-k.size)/k.stride); oy < k.oh; oy++ {
			top, bottom := k.inside(oy, k.h)
			if top >= to {
				break
			}
			for ox := range k.ow {
				left, right := k.inside(ox, k.w)
				at := (oy*k.ow + ox) * k.c
				for y := max(top, from); y < min(bottom, to); y++ {
					for x := left; x < right; x++ {
						pixel, weight := (y*k.w+x)*k.c, k.weight(oy, ox, y, x)
						for c, root := range out[at:][:k.c] {
							if root > 0 {
								dIn[pixel+c] += T(float64(dOut[at+c]) * float64(in[0][pixel+c]) * weight / float64(root))
							}
						}
					}
				}
			}
		}
	})
}
