package framework

import (
	"maps"
	"slices"

	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// ImageTap is the tap of the image itself, in the variable's space, instead of a layer
// of the backbone.
const ImageTap = "image"

// A Role is what an image of the experiment is to the picture.
type Role string

// The roles. There is one content image and any number of style images. Start is the
// picture that a stage starts from.
const (
	Content Role = "content"
	Style   Role = "style"
	Start   Role = "start"
)

// A Loss maps features to scalars to be minimised.
//
// For each image of its roles the framework builds the backbone, calls Represent
// and stores the values: the targets, computed once. For the picture it builds the
// backbone once, calls Represent with the same taps, and then Score. Picture and
// targets share Represent, so they cannot diverge. Represent and Score only add
// nodes to b and keep no state between calls. The framework, not the loss, handles
// the loss's weight in the total, schedules, gradient normalisation and logging.
type Loss interface {
	// Roles lists the roles of the images that the loss compares with; none for a
	// loss of the picture alone.
	Roles() []Role
	// Taps lists the layers that the loss reads, in the order of the config.
	Taps() []Tap
	// Represent returns an image's values to be compared, under names that the loss
	// chooses. v.Taps has a node for each of Taps.
	Represent(b *graph.Builder, v View) (Values, error)
	// Score returns the loss's terms. got is what Represent returned for the picture,
	// want what it returned for each image of each role. The weights of a role's
	// targets sum to 1.
	Score(b *graph.Builder, got Values, want Targets) ([]Term, error)
}

// A MaskReader is a Loss that reads View.Masks. A config with masks but no such loss is
// rejected: the masks would have no effect.
type MaskReader interface{ ReadsMasks() bool }

// A QuestionMetrics is the options of a loss that say which metrics a sweep over the loss is about,
// beside content and style, where the config names none: noise, of a loss against noise.
type QuestionMetrics interface {
	QuestionMetrics() []string // as in sweep.metrics: eval/noise
}

// A TargetPreparer is a Loss with work on its targets that is too slow for every iteration:
// a matrix root, a match of features.
type TargetPreparer interface {
	Loss
	// PrepareTargets returns the targets that Score gets instead of want, of any names and
	// number. It is called once in a stage, with the representations as constants.
	PrepareTargets(b *graph.Builder, want Targets) (Targets, error)
}

// An ImageDeriver is a Loss that compares with images of its own, made of the
// experiment's: turned copies of a style, a blend of content and picture.
type ImageDeriver interface {
	Loss
	// DeriveImages returns the images of the loss's roles that are represented instead of
	// those in from, which has the content and style images and, if the loss has that role,
	// the start, in a stage, counted from 0, at the sizes they are used at. It must not
	// modify them. The sizes of the results must depend on sizes only, since it is called
	// with black images to predict memory.
	DeriveImages(stage int, from map[Role][]StageImage) (map[Role][]StageImage, error)
}

// A StageImage is an image as used in a stage, in [0, 1].
type StageImage struct {
	*imaging.Image
	Masks  map[string]*imaging.Image // by region, of any size; the first channel is used
	Weight float64                   // relative to the others of its role
}

// A Drawer is a Loss whose PrepareTargets or Score use Builder.Draws: runs with other seeds
// differ. What PrepareTargets draws is drawn once in a stage, what Score draws in each
// iteration.
type Drawer interface {
	Loss
	Draws() bool
}

// A Tap is a layer that a loss reads, with its weight.
type Tap struct {
	Layer  string  // a layer of the backbone, or ImageTap
	Weight float64 // of this layer within the loss
}

// A View is a loss's input for one image.
type View struct {
	Taps  map[string]graph.Node // [H, W, C] for each tap
	Space Space                 // of the tap "image"
	// Masks are the image's masks by region and tap: [H, W, 1], resized to the tap's
	// node, in [0, 1]. The picture has the content image's masks.
	Masks map[string]map[string]graph.Node
}

// Regions returns the names of the image's masks in alphabetical order.
func (v View) Regions() []string { return slices.Sorted(maps.Keys(v.Masks)) }

// Values are nodes of any shape, by names that the loss chooses: conv1_1, sky/conv1_1.
type Values map[string]graph.Node

// A Target is a loss's representation of one content or style image.
type Target struct {
	Values Values  // constants, as Represent returned them
	Weight float64 // of this image among those of its role
}

// Targets are the targets by role, in the order of the config.
type Targets map[Role][]Target

// A Term is one scalar of a loss. The framework multiplies it by its weight and the
// loss's, sums the terms, and logs each as loss/<loss>/<term>.
type Term struct {
	Name   string  // unique within the loss: conv4_4, sky/conv1_1, all
	Weight float64 // within the loss, at least 0
	Node   graph.Node
}

// Each applies change to the node of each tap; the results are named after the layers.
func (v View) Each(taps []Tap, change func(graph.Node) graph.Node) Values {
	values := Values{}
	for _, tap := range taps {
		values[tap.Layer] = change(v.Taps[tap.Layer])
	}
	return values
}
