package hypercolumn

import (
	"fmt"

	"runexp/framework"
	"runexp/framework/graph"
)

// pixels returns pixels of a region of an image, rows and columns [N 2]: for each of
// draws, [N] uniform in [0, 1), one of the pixels whose mask is above ½, in the order of rows. Of
// a region that is nowhere above ½ at the image's size it is those where the mask is largest.
func pixels(b *graph.Builder, image framework.Values, region string, draws graph.Node) graph.Node {
	in := []graph.Node{draws}
	if m, has := image[named(region, mask)]; has {
		in = append(in, m)
	}
	size := image[framework.ImageTap].Shape()
	return b.Apply(graph.Function{
		Name: "pixels of a region",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			if len(in[0]) != 1 || len(in) > 1 && in[1].Len() != size[0]*size[1] {
				return nil, fmt.Errorf("inputs %v, want draws [N] and a mask of %d×%d", in, size[0], size[1])
			}
			return graph.Shape{in[0][0], 2}, nil
		},
		Single: pixelsKernel[float32]{size[0], size[1]},
		Double: pixelsKernel[float64]{size[0], size[1]},
		Needs:  graph.NeedsNothing,
	}, in...)
}

type pixelsKernel[T graph.Float] struct{ h, w int }

func (k pixelsKernel[T]) Forward(dst []T, in [][]T) {
	var inside []int // nil for all
	n := k.h * k.w
	if len(in) > 1 {
		inside = insideOf(in[1])
		n = len(inside)
	}
	for i, u := range in[0] {
		at := int(float64(u) * float64(n))
		if inside != nil {
			at = inside[at]
		}
		dst[2*i], dst[2*i+1] = T(at/k.w), T(at%k.w)
	}
}

// insideOf returns the pixels that are in a mask's region.
func insideOf[T graph.Float](mask []T) []int {
	threshold := T(0)
	for _, v := range mask {
		threshold = max(threshold, v)
	}
	strictly := threshold > 0.5
	if strictly {
		threshold = 0.5
	}
	var inside []int
	for i, v := range mask {
		if v > threshold || !strictly && v == threshold {
			inside = append(inside, i)
		}
	}
	return inside
}

// Backward is 0: draws and masks are constants.
func (k pixelsKernel[T]) Backward(dIn []T, _ int, _ []T, _ [][]T, _ []T) { clear(dIn) }
