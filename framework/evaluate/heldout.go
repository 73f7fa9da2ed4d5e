package evaluate

import (
	"errors"
	"math"

	"runexp/framework"
)

// The strides, in pixels, of the layers that tell content: large enough to look
// past single pixels, small enough to know places. VGG's third and fourth blocks.
const (
	finestContent   = 4
	coarsestContent = 8
)

// HeldOut chooses layers that no run has optimised: used are those that any trial
// taps. Layers of the same stride form a block, and from each block comes one layer
// or none: the ReLU nearest to the block's middle, of those that are not used and
// that do not stand beside a used layer: the convolution before a ReLU and the
// pooling after it say almost the same as it does. Style takes all of these, content
// those of strides 4 to 8, and CFSD the one of stride 4, or what comes nearest.
//
// For VGG-19 and Dive into Deep Learning's layers that is relu1_2, relu2_2,
// relu3_3, relu4_3 and relu5_3, and without the last one for vgg19-lite. Names
// in used that the backbone does not have count for nothing. It is an error if
// no layer is left.
func HeldOut(layers []framework.Layer, used []string) (Layers, error) {
	taken := map[string]bool{}
	for _, name := range used {
		taken[name] = true
	}
	free := func(i int) bool {
		before := i > 0 && layers[i-1].Kind == "conv" && taken[layers[i-1].Name]
		after := i+1 < len(layers) && (layers[i+1].Kind == "maxpool" || layers[i+1].Kind == "avgpool") && taken[layers[i+1].Name]
		return !taken[layers[i].Name] && !before && !after
	}
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
		return Layers{}, errors.New("no layer is held out: every ReLU of the backbone is tapped by some trial, or stands beside a layer that is; " +
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

// nearest returns the layer whose stride is nearest to stride by its ratio; of
// two as near, the first.
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
