// Package hypercolumn is the first loss of neural neighbor style transfer (NNST, Kolkin et
// al. 2022, arXiv:2203.13215): features of many layers at once, each position compared with
// the style's position that matched it when the stage began.
package hypercolumn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/matching"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose features make a hypercolumn; a weight multiplies the layer's features"`
	Alpha  float64                 `config:"alpha" doc:"from 0 to 1, how much the matches are those of the content image: they are found for alpha times the content image, the rest the picture that the stage starts from with the content's finest details; in the first stage for the content image alone"`
	Turns  bool                    `config:"turns" doc:"match with the style turned by 90, 180 and 270 degrees too: more to choose from, four times the memory"`
}

// Defaults returns NNST's layers and options.
func Defaults() Config {
	c := Config{Alpha: 0.75, Turns: true}
	for _, name := range []string{"relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3", "relu4_1", "relu4_2", "relu4_3"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers and an alpha out of range.
func (c Config) Validate() error {
	var alpha error
	if !(c.Alpha >= 0 && c.Alpha <= 1) {
		alpha = framework.Invalid("alpha", "%g is not from 0 to 1", c.Alpha)
	}
	return errors.Join(framework.NeedLayers(c.Layers), alpha)
}

// Loss is the mean cosine distance of hypercolumns,
//
//	mean_i (1 − cos(x_i, y_m(i)))
//
// over the positions i of a grid of ⌊H/4⌋×⌊W/4⌋. A hypercolumn is, one after another, the
// features of each layer, divided by its number of channels and resized to the grid
// bilinearly, corners kept. m(i) is found once in a stage, for the blend z of DeriveImages
// and over the positions k of all style images and their turns together:
//
//	m(i) = argmax_k cos(z_i − mean z, y_k − mean y)
//
// It is between 0 and 2, in single precision from about −1e-7 on.
//
// With masks there is such a mean for each region of the picture, matched and centred within
// the positions of the region; a position is in it where its mask is above ½. The
// positions of all style images compete, whatever their weights, but for those of weight 0.
//
// Departures from the source code: it centres z in parts of 4,096 positions or less, which
// is an artefact of its memory; here it is centred as a whole, as the y are.
type Loss struct {
	layers []framework.Tap
	alpha  float64
	turns  bool
}

var (
	_ framework.ImageDeriver   = (*Loss)(nil)
	_ framework.TargetPreparer = (*Loss)(nil)
	_ framework.MaskReader     = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	return &Loss{framework.TapsOf(c.Layers), c.Alpha, c.Turns}, nil
}

// Roles are the style images, and the start for what matches are found for.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style, framework.Start} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Taps are the layers, and the image for its size.
func (l *Loss) Taps() []framework.Tap {
	return append([]framework.Tap{{Layer: framework.ImageTap}}, l.layers...)
}

// The names of values: the hypercolumns [N C], and for each region which are in it, [N 1].
const (
	columns = "columns"
	inside  = "in "
)

// whole is the name of the term without regions, and of its matches.
const whole = "all"

// Represent returns the hypercolumns and the regions on their grid.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	size := v.Taps[framework.ImageTap].Shape()
	if len(size) != 3 {
		return nil, b.Err()
	}
	h, w := max(size[0]/4, 1), max(size[1]/4, 1)
	var parts []graph.Node
	for _, tap := range l.layers {
		features := b.ResizeCorners(v.Taps[tap.Layer], h, w)
		parts = append(parts, b.Scale(features, tap.Weight/float64(max(v.Taps[tap.Layer].Shape()[2], 1))))
	}
	all := b.Concat(2, parts...)
	values := framework.Values{columns: b.Reshape(all, h*w, all.Shape()[2])}
	for _, region := range v.Regions() {
		mask := b.ResizeCorners(v.Masks[region][framework.ImageTap], h, w)
		values[inside+region] = b.Reshape(matching.Inside(b, mask), h*w, 1)
	}
	return values, b.Err()
}

// PrepareTargets replaces the images by one target: for each region, or the whole picture, the
// hypercolumns that match the picture's positions, [N C].
func (l *Loss) PrepareTargets(b *graph.Builder, want framework.Targets) (framework.Targets, error) {
	if len(want[framework.Start]) != 1 || len(want[framework.Style]) == 0 {
		return nil, fmt.Errorf("%d blends and %d style images to match", len(want[framework.Start]), len(want[framework.Style]))
	}
	blend := want[framework.Start][0].Values
	matches := framework.Values{}
	for _, region := range regions(blend) {
		var styles []matching.Set
		for _, style := range want[framework.Style] {
			if set, has := set(style.Values, region); has {
				styles = append(styles, set)
			}
		}
		if len(styles) == 0 {
			return nil, fmt.Errorf("no style image has the region %s of the picture: add it to style.0.masks, or remove it from content.masks", region)
		}
		x, _ := set(blend, region)
		matches[region], _ = matching.Matched(b, x, styles)
	}
	return framework.Targets{framework.Style: {{Values: matches, Weight: 1}}}, b.Err()
}

// Score returns a term for each region, or one for the whole picture.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	if len(want[framework.Style]) != 1 {
		return nil, fmt.Errorf("%d targets, and not the one of PrepareTargets", len(want[framework.Style]))
	}
	matches := want[framework.Style][0].Values
	var terms []framework.Term
	for _, region := range regions(got) {
		x, _ := set(got, region)
		distances := b.CosineDistance(x.Rows, matches[region])
		terms = append(terms, framework.Term{Name: region, Weight: 1, Node: matching.MeanOver(b, distances, x)})
	}
	return terms, b.Err()
}

// regions returns the regions that an image's values have, in order; without any, whole.
func regions(values framework.Values) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if region, is := strings.CutPrefix(name, inside); is {
			all = append(all, region)
		}
	}
	if len(all) == 0 {
		return []string{whole}
	}
	return all
}

// set returns the positions of a region, or of the whole image, if it has the region.
func set(values framework.Values, region string) (matching.Set, bool) {
	s := matching.Set{Rows: values[columns], In: values[inside+region]}
	return s, s.In.Valid() || region == whole
}
