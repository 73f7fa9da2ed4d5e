package framework

import (
	"strings"

	"runexp/framework/graph"
)

// SplitTap returns the layer and the transform of a tap called LAYER:TRANSFORM; the transform
// is "" for the layer as it is.
func SplitTap(name string) (layer, transform string) {
	layer, transform, _ = strings.Cut(name, ":")
	return layer, transform
}

// Transforms returns the names of what can be done to a layer's features before a loss sees them.
func Transforms() []string { return []string{"softmax"} }

// Transform returns features x, [H, W, C], under one of Transforms, of the same shape; x itself for "".
//
// softmax is eˣ / Σeˣ over all positions and channels, in [0, 1]: it takes the peaks off the features of
// networks with residual connections (SWAG: Wang, Li and Vasconcelos 2021, arXiv:2104.05623).
func Transform(b *graph.Builder, x graph.Node, name string) graph.Node {
	if name == "" {
		return x
	}
	all := b.Reshape(x, x.Shape().Len())
	e := b.Exp(b.Sub(all, b.Detach(b.MaxAlong(all, 0))))
	return b.Reshape(b.Div(e, b.Sum(e)), x.Shape()...)
}
