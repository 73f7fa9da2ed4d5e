package framework

import (
	"maps"
	"slices"

	"runexp/framework/graph"
)

// ImageTap is the tap that is the picture itself, in the variable's own space,
// instead of a layer of the backbone.
const ImageTap = "image"

// A Role is what an image of the experiment is to the picture.
type Role string

// The roles. There is one content image and any number of style images.
const (
	Content Role = "content"
	Style   Role = "style"
)

// A Loss turns features into scalars to be made small.
//
// For each image of its roles the framework builds the backbone, calls Represent
// and keeps the values: they are the targets, computed once. For the picture it
// builds the backbone once, calls Represent with the same taps, and then Score.
// Both sides go through the same Represent and so cannot diverge. Represent and
// Score only add nodes to b; they keep no state between calls. The loss's weight
// in the total, schedules, normalisation of gradients and logging are the
// framework's: a Loss never sees them.
type Loss interface {
	// Roles lists the images that the loss compares with; none for a loss of the
	// picture alone.
	Roles() []Role
	// Taps lists what the loss reads of every image, in the order of the config.
	Taps() []Tap
	// Represent returns what is compared of one image, under names of the loss's
	// own. v.Taps has a node for each of Taps.
	Represent(b *graph.Builder, v View) (Values, error)
	// Score returns the loss's terms. got is what Represent returned for the
	// picture; want has what it returned for each image of each of Roles. The
	// weights of a role's references add up to 1.
	Score(b *graph.Builder, got Values, want Targets) ([]Term, error)
}

// A MaskReader is a Loss that reads View.Masks. Masks in a config none of whose
// losses reads them are reported: they would change nothing.
type MaskReader interface{ ReadsMasks() bool }

// A Tap is a layer that a loss reads and how much it counts.
type Tap struct {
	Layer  string  // a layer of the backbone, or ImageTap
	Weight float64 // of this layer within the loss
}

// A View is one image as a loss sees it.
type View struct {
	Taps map[string]graph.Node // [H, W, C] for each tap
	// Masks are the image's, by region and tap: [H, W, 1], as large as the tap's
	// node, between 0 and 1. The picture's are those of the content image.
	Masks map[string]map[string]graph.Node
}

// Regions returns the names of the image's masks in alphabetical order.
func (v View) Regions() []string { return slices.Sorted(maps.Keys(v.Masks)) }

// Values are nodes of any shape, by names that the loss chooses: conv1_1, sky/conv1_1.
type Values map[string]graph.Node

// A Target is one target image in a loss's own representation.
type Target struct {
	Values Values  // constants, as Represent returned them
	Weight float64 // of this image among those of its role
}

// Targets are the target images by role, in the order of the config.
type Targets map[Role][]Target

// A Term is one scalar of a loss. The framework multiplies it by its weight and
// the loss's, sums, and logs it as loss/<loss>/<term>.
type Term struct {
	Name   string  // unique within the loss: conv4_4, sky/conv1_1, all
	Weight float64 // within the loss, at least 0
	Node   graph.Node
}

// Each returns change of the node of each tap, under the name of its layer.
func (v View) Each(taps []Tap, change func(graph.Node) graph.Node) Values {
	values := Values{}
	for _, tap := range taps {
		values[tap.Layer] = change(v.Taps[tap.Layer])
	}
	return values
}

// SquaredDistances is the Score of a loss that compares each layer's value with
// that of the images of one role by the mean squared error: the term of a tap is
//
//	Σ_r w_r · mean((got − want_r)²)
//
// under the tap's name and with its weight.
func SquaredDistances(b *graph.Builder, taps []Tap, got Values, want []Target) []Term {
	terms := make([]Term, len(taps))
	for i, tap := range taps {
		terms[i] = Term{Name: tap.Layer, Weight: tap.Weight, Node: SquaredDistance(b, tap.Layer, got, want)}
	}
	return terms
}

// SquaredDistance returns Σ_r w_r · mean((got − want_r)²) for the values called
// name. Targets that have none of that name do not count: the weights of the
// others are taken to add up to 1. It is the zero Node where none has.
func SquaredDistance(b *graph.Builder, name string, got Values, want []Target) graph.Node {
	var with []Target
	sum := 0.0
	for _, r := range want {
		if _, has := r.Values[name]; has {
			with, sum = append(with, r), sum+r.Weight
		}
	}
	var distance graph.Node
	for i, r := range with {
		weight := r.Weight
		if len(with) < len(want) {
			weight /= sum
		}
		part := b.Scale(b.MSE(got[name], r.Values[name]), weight)
		if i > 0 {
			part = b.Add(distance, part)
		}
		distance = part
	}
	return distance
}
