package framework

import "runexp/framework/graph"

// ImageTap is the tap that is the picture itself, in the variable's own space,
// instead of a layer of the backbone.
const ImageTap = "image"

// A Loss turns features into scalars to be made small.
//
// For each target image the framework builds the backbone, calls Represent and
// keeps the values; for the picture it builds the backbone once, calls
// Represent with the same taps and then Score. Both sides go through the same
// Represent and so cannot diverge. Represent and Score only add nodes to b;
// they keep no state between calls, and weights, schedules, normalisation of
// gradients and logging are the framework's: a Loss never sees them.
type Loss interface {
	// Target names the images that the loss compares with: "content", "style",
	// or "" for a loss of the picture alone.
	Target() string
	// Taps lists what the loss reads, in the order of the config.
	Taps() []Tap
	// Represent returns what is compared, in any number of nodes, from one
	// image's taps. v.Taps has a node for each of Taps.
	Represent(b *graph.Builder, v View) ([]graph.Node, error)
	// Score returns one unweighted scalar for each tap. got is what Represent
	// returned for the picture, want what it returned for each target image
	// (empty where Target is ""); the weights of want add up to 1.
	Score(b *graph.Builder, got []graph.Node, want []Reference) ([]Term, error)
}

// A Tap is a layer that a loss reads and how much it counts.
type Tap struct {
	Layer  string  // a layer of the backbone, or ImageTap
	Weight float64 // of this layer within the loss
}

// A View is one image as a loss sees it.
type View struct {
	Taps map[string]graph.Node // [H, W, C] for each tap
}

// A Reference is one target image in a loss's own representation.
type Reference struct {
	Values []graph.Node // constants, as Represent returned them
	Weight float64      // of this image among the targets
}

// A Term is one scalar of a loss. The framework multiplies it by its tap's
// weight and the loss's weight, sums, and logs it as loss/<name>/<layer>.
type Term struct {
	Layer string
	Node  graph.Node // shape []
}

// SquaredDistances is the Score of every loss that compares each
// representation with the targets' by the mean squared error: term i is
// Σ_r w_r · mean((got_i − want_r,i)²), i running over layers.
func SquaredDistances(b *graph.Builder, layers []Tap, got []graph.Node, want []Reference) []Term {
	terms := make([]Term, len(got))
	for i, node := range got {
		sum := b.Scale(b.MSE(node, want[0].Values[i]), want[0].Weight)
		for _, reference := range want[1:] {
			sum = b.Add(sum, b.Scale(b.MSE(node, reference.Values[i]), reference.Weight))
		}
		terms[i] = Term{Layer: layers[i].Layer, Node: sum}
	}
	return terms
}
