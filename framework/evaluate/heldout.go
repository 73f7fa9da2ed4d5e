package evaluate

import (
	"errors"
	"math"
	"slices"
	"strings"

	"runexp/framework"
)

// The strides, in pixels, of content layers: coarse enough to ignore single pixels, fine
// enough to localise. VGG's third and fourth blocks.
const (
	finestContent   = 4
	coarsestContent = 8
)

// HeldOut chooses layers that no run's losses read; used are those that any trial taps.
// Layers of the same stride form a block, and each block provides at most one layer: the
// ReLU nearest to its middle that is neither used nor adjacent to a used layer, since the
// convolution before a ReLU and the pooling after it carry almost the same information.
// Style uses all of these, content those of strides 4 to 8, and CFSD the one whose stride
// is nearest to 4.
//
// For VGG-19 and Dive into Deep Learning's layers the result is relu1_2, relu2_2, relu3_3,
// relu4_3 and relu5_3; for vgg19-lite the same without the last. Names in used that the
// backbone does not have are ignored. Errors: no layer is left.
func HeldOut(layers []framework.Layer, used []string) (Layers, error) {
	free := func(i int) bool { return !optimised(layers, i, used) }
	var chosen []framework.Layer
	for begin := 0; begin < len(layers); {
		var block []int // the ReLUs of one stride
		end := begin
		for ; end < len(layers) && layers[end].Stride == layers[begin].Stride; end++ {
			if layers[end].Kind == "relu" {
				block = append(block, end)
			}
		}
		best := -1
		for k, i := range block {
			middle := len(block) / 2
			if free(i) && (best < 0 || abs(k-middle) < abs(best-middle)) {
				best = k
			}
		}
		if best >= 0 {
			chosen = append(chosen, layers[block[best]])
		}
		begin = end
	}
	if len(chosen) == 0 {
		return Layers{}, errors.New("no layer is held out: every ReLU of the backbone is tapped by some trial, or is adjacent to such a layer; " +
			"score with another backbone (evaluate.backbone)")
	}
	l := Layers{Style: framework.LayerNames(chosen), Structure: nearest(chosen, finestContent).Name}
	for _, c := range chosen {
		if c.Stride >= finestContent && c.Stride <= coarsestContent {
			l.Content = append(l.Content, c.Name)
		}
	}
	if len(l.Content) == 0 {
		l.Content = []string{l.Structure}
	}
	return l, nil
}

// optimised reports whether layer i is one of used, or adjoins one: the convolution before
// it, or the pooling after it.
func optimised(layers []framework.Layer, i int, used []string) bool {
	return slices.Contains(used, layers[i].Name) ||
		i > 0 && layers[i-1].Kind == "conv" && slices.Contains(used, layers[i-1].Name) ||
		i+1 < len(layers) && strings.HasSuffix(layers[i+1].Kind, "pool") && slices.Contains(used, layers[i+1].Name)
}

// nearest returns the layer whose stride has the smallest ratio to stride; the first
// of ties.
func nearest(layers []framework.Layer, stride int) framework.Layer {
	best, least := layers[0], math.Inf(1)
	for _, l := range layers {
		if d := math.Abs(math.Log2(float64(l.Stride) / float64(stride))); d < least {
			best, least = l, d
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }
