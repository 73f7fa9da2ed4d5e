package evaluate

import (
	"errors"
	"fmt"
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

// ErrNoneHeldOut says that HeldOut has nothing to choose from.
var ErrNoneHeldOut = errors.New("no layer is held out: every ReLU of the backbone is tapped by some trial, or is adjacent to such a layer; " +
	"score with another backbone (evaluate.backbone)")

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
			if !optimised(layers, i, used) && (best < 0 || abs(k-middle) < abs(best-middle)) {
				best = k
			}
		}
		if best >= 0 {
			chosen = append(chosen, layers[block[best]])
		}
		begin = end
	}
	if len(chosen) == 0 {
		return Layers{}, ErrNoneHeldOut
	}
	return arrange(chosen), nil
}

// Named returns the Layers that consist of named ones, each used for what HeldOut would use
// it for. Errors: a layer that the backbone does not have or that is named twice; a
// *TakenError for one that is used, or adjacent to a used one.
func Named(layers []framework.Layer, used, named []string) (Layers, error) {
	if len(named) == 0 {
		return Layers{}, errors.New("no layer is named; name at least one")
	}
	var problems []error
	seen := map[string]bool{}
	for _, name := range named {
		i := slices.IndexFunc(layers, func(l framework.Layer) bool { return l.Name == name })
		switch {
		case i < 0:
			problems = append(problems, framework.UnknownName("layer", name, framework.LayerNames(layers)))
		case seen[name]:
			problems = append(problems, fmt.Errorf("the layer %s is named twice", name))
		default:
			if tap := takenBy(layers, i, used); tap != "" {
				problems = append(problems, &TakenError{name, tap})
			}
		}
		seen[name] = true
	}
	if err := errors.Join(problems...); err != nil {
		return Layers{}, err
	}
	var chosen []framework.Layer
	for _, l := range layers {
		if seen[l.Name] {
			chosen = append(chosen, l)
		}
	}
	return arrange(chosen), nil
}

// A TakenError says that a layer cannot be held out: losses read Tap, which is the layer
// itself, the convolution before it or the pooling after it.
type TakenError struct{ Layer, Tap string }

func (e *TakenError) Error() string {
	if e.Layer == e.Tap {
		return fmt.Sprintf("the layer %s is read by losses", e.Layer)
	}
	return fmt.Sprintf("the layer %s carries almost the same information as %s, which losses read", e.Layer, e.Tap)
}

// takenBy returns the used layer that keeps layer i from being held out; "" for none.
func takenBy(layers []framework.Layer, i int, used []string) string {
	near := []framework.Layer{layers[i]}
	if i > 0 && layers[i-1].Kind == "conv" {
		near = append(near, layers[i-1])
	}
	if i+1 < len(layers) && strings.HasSuffix(layers[i+1].Kind, "pool") {
		near = append(near, layers[i+1])
	}
	for _, l := range near {
		if slices.Contains(used, l.Name) {
			return l.Name
		}
	}
	return ""
}

// arrange divides chosen layers, of which there is at least one, between content, style
// and structure.
func arrange(chosen []framework.Layer) Layers {
	l := Layers{Style: framework.LayerNames(chosen), Structure: nearest(chosen, finestContent).Name}
	for _, c := range chosen {
		if c.Stride >= finestContent && c.Stride <= coarsestContent {
			l.Content = append(l.Content, c.Name)
		}
	}
	if len(l.Content) == 0 {
		l.Content = []string{l.Structure}
	}
	return l
}

// optimised reports whether layer i is one of used, or adjoins one: the convolution before
// it, or the pooling after it.
func optimised(layers []framework.Layer, i int, used []string) bool {
	return takenBy(layers, i, used) != ""
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
