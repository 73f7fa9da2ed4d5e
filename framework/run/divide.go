package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/segment"
)

// regionPositions is the number of positions along the longer side of an image that are
// divided into regions, in every stage the same. So at a layer with a stride of 4 an image
// has a longer side of 256 pixels: large enough to show what there is, small enough for the
// receptive field to see parts of it.
const regionPositions = 64

// regionStride is the largest stride of the layer whose features divide images. Deeper layers
// draw the outlines of small things as blobs.
const regionStride = 4

// divides reports whether the run finds regions itself for the content image or a style
// image: masks.auto is for those without masks.
func (p *Prepared) divides() bool {
	return p.e.Masks.Auto > 0 && (len(p.e.Content.Masks) == 0 || slices.ContainsFunc(p.e.Style, undivided))
}

// undivided reports whether a style image has neither masks nor a region.
func undivided(s framework.StyleImage) bool { return len(s.Masks) == 0 && s.Region == "" }

// markRegions gives images whose regions Optimize will find masks of ones, as many as there
// may be: programs can then be compiled for predictions.
func (p *Prepared) markRegions(framework.Plugins) error {
	if !p.divides() {
		return nil
	}
	if p.content.Image == nil {
		return errors.New("masks: they are of the content image, and there is none; give content.image, or remove masks")
	}
	ones := imaging.New(1, 1)
	for i := range ones.Pix {
		ones.Pix[i] = 1
	}
	names := p.drawnNames()
	if len(names) == 0 {
		most := p.e.Masks.Auto
		if len(p.e.Style) > 1 {
			most++ // parts that one style image joins another may not
		}
		for i := range most {
			names = append(names, autoName(i))
		}
	}
	whole := map[string]*imaging.Image{}
	for _, name := range names {
		whole[name] = ones
	}
	if len(p.e.Content.Masks) == 0 {
		p.content.masks = whole
	}
	for i, s := range p.e.Style {
		if undivided(s) {
			p.styles[i].masks = whole
		}
	}
	return nil
}

// drawnNames returns the names of the content image's masks that are drawn.
func (p *Prepared) drawnNames() []string {
	var names []string
	for _, mask := range p.e.Content.Masks {
		names = append(names, mask.Name)
	}
	return names
}

// autoName returns the name of the i-th region that is found.
func autoName(i int) string { return fmt.Sprintf("auto%d", i+1) }

// regionLayer returns the layer whose features divide images: the last ReLU up to a stride
// of regionStride, or the last layer of any kind if there is none. For VGG-19 it is relu3_4.
func regionLayer(layers []framework.Layer) (framework.Layer, error) {
	var last, relu framework.Layer
	for _, l := range layers {
		if l.Stride > regionStride {
			continue
		}
		last = l
		if l.Kind == "relu" {
			relu = l
		}
	}
	if last.Name == "" {
		return last, fmt.Errorf("masks.auto: no layer of the backbone has a stride of %d or less; draw the masks, or choose another backbone", regionStride)
	}
	if relu.Name != "" {
		return relu, nil
	}
	return last, nil
}

// divide finds the regions of images without masks, and returns a picture of all regions.
//
// Points of each style image are divided into masks.auto regions, those of the content image
// into one more, each of which is matched with one of the style image's. Regions of the
// content image that are matched alike are then one. So what looks as different in a
// photograph as clouds and the haze below them can both have the one sky of a painting.
func (p *Prepared) divide(ctx context.Context) (*imaging.Image, error) {
	content, err := p.points(ctx, p.original.content)
	if err != nil {
		return nil, fmt.Errorf("masks.auto: content: %w", err)
	}
	k, drawn := p.e.Masks.Auto, len(p.e.Content.Masks) > 0
	var parts segment.Regions // of the content image
	if drawn {
		var masks []*imaging.Image
		for _, mask := range p.e.Content.Masks {
			masks = append(masks, p.content.masks[mask.Name])
		}
		parts.Means = content.Means(masks)
		k = max(k, len(masks)) // or two of them would share a region of a style image
	} else {
		parts = content.Divide(k+1, p.regionRandom(0))
	}
	var styles []int
	var masks [][]*imaging.Image // of the regions of each of styles
	var matches [][]int          // and which of them each of parts is matched with
	for i, s := range p.e.Style {
		if !undivided(s) {
			continue
		}
		style, err := p.points(ctx, p.original.styles[i])
		if err != nil {
			return nil, fmt.Errorf("masks.auto: style[%d]: %w", i, err)
		}
		regions := style.Divide(k, p.regionRandom(uint64(i)+1))
		styles, masks = append(styles, i), append(masks, regions.Masks())
		matches = append(matches, segment.Match(parts.Means, regions.Means))
	}
	names := p.drawnNames()
	if !drawn {
		names = p.joinParts(parts, matches)
	}
	for n, i := range styles {
		p.styles[i].masks = map[string]*imaging.Image{}
		for part, found := range matches[n] {
			p.styles[i].masks[names[part]] = masks[n][found]
		}
	}
	p.extendMasks()
	return p.regionsPicture(), nil
}

// joinParts sets the content image's masks: parts with the same matches are one region. It
// returns the name of each part's region.
func (p *Prepared) joinParts(parts segment.Regions, matches [][]int) []string {
	p.content.masks = map[string]*imaging.Image{}
	regions := map[string]string{} // by the matches of their parts
	names := make([]string, len(parts.Means))
	for i, mask := range parts.Masks() {
		var matched []int
		for _, match := range matches {
			matched = append(matched, match[i])
		}
		key := fmt.Sprint(matched)
		name, known := regions[key]
		if !known {
			name = autoName(len(regions))
			regions[key], p.content.masks[name] = name, imaging.New(mask.H, mask.W)
		}
		for j, v := range mask.Pix {
			p.content.masks[name].Pix[j] += v
		}
		names[i] = name
	}
	return names
}

// regionRandom returns the random numbers of the image-th division.
func (p *Prepared) regionRandom(image uint64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(p.e.Seed), regionStream+image))
}

// points returns the points of an image, by a forward pass up to the layer for regions.
func (p *Prepared) points(ctx context.Context, image *imaging.Image) (segment.Points, error) {
	small := image.Resize(p.regionSize(image))
	program, features, err := p.divider(small.H, small.W)
	if err != nil {
		return segment.Points{}, err
	}
	if err := program.Run(ctx, graph.Single(graph.Shape{small.H, small.W, imaging.Channels}, small.Pix)); err != nil {
		return segment.Points{}, err
	}
	p.filters = append(p.filters, program.Filters()...)
	f := program.Value(features)
	if slices.ContainsFunc(f.Single, func(v float32) bool { return !finite(float64(v)) }) {
		return segment.Points{}, fmt.Errorf("the features at %s are not finite: %w", p.dividing.Name, framework.ErrNotFinite)
	}
	return segment.NewPoints(segment.Features{H: f.Shape[0], W: f.Shape[1], C: f.Shape[2], Values: f.Single}, small), nil
}

// regionSize returns the size at which an image is divided. Of a very long image the shorter
// side is stretched to what the layer needs.
func (p *Prepared) regionSize(image *imaging.Image) (h, w int) {
	least := minProbeSide
	if limiter, knows := p.backbone.(framework.SideLimiter); knows {
		if side, err := limiter.MinSide([]string{p.dividing.Name}); err == nil {
			least = max(least, side)
		}
	}
	scale := float64(p.regionSide()) / float64(max(image.H, image.W))
	side := func(n int) int { return max(least, int(math.Round(float64(n)*scale))) }
	return side(image.H), side(image.W)
}

// regionSide returns the longer side of an image that is divided.
func (p *Prepared) regionSide() int { return regionPositions * max(p.dividing.Stride, 1) }

// divider compiles the program of the features of an h×w image in [0, 1].
func (p *Prepared) divider(h, w int) (*graph.Program, graph.Node, error) {
	b := graph.NewBuilder(p.k)
	m, bias := preprocess(framework.Space{Scale: 1, Std: [3]float64{1, 1, 1}}, p.weights.Input)
	taps, err := p.backbone.Build(b, b.Affine(b.Variable(h, w, imaging.Channels), m, bias), []string{p.dividing.Name})
	if err != nil {
		return nil, graph.Node{}, err
	}
	program, err := b.Compile(taps[p.dividing.Name])
	return program, taps[p.dividing.Name], err
}

// pointArrays counts the arrays of an image's points: themselves and, while they are smoothed,
// two more.
const pointArrays = 3

// dividerMemory returns the memory that finding regions takes and the filters of its program,
// for a square image, which is the largest.
func (p *Prepared) dividerMemory() (int64, []*graph.Filter, error) {
	program, features, err := p.divider(p.regionSide(), p.regionSide())
	if err != nil {
		return 0, nil, fmt.Errorf("masks.auto: %w", err)
	}
	points := 8 * int64(features.Shape().Len())
	return program.Memory().Total() + pointArrays*points, program.Filters(), nil
}
