package hypercolumn

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/graph"
)

// mask is the name of a region's mask among an image's values.
const mask = "mask"

// named returns the name of a region's value: REGION/name. An image without masks has one
// region, all of it, called "".
func named(region, name string) string { return region + "/" + name }

// regionsOf returns the regions of an image in alphabetical order.
func regionsOf(image framework.Values) []string {
	var regions []string
	for _, name := range slices.Sorted(maps.Keys(image)) {
		if region, value, _ := strings.Cut(name, "/"); value == mask {
			regions = append(regions, region)
		}
	}
	if regions == nil {
		return []string{""}
	}
	return regions
}

// Prepare returns the style images' targets for Terms: of each region, what summary returns of
// the hypercolumns of StylePoints pixels. Images of one size without masks get the same
// pixels.
func (s Sampler) Prepare(b *graph.Builder, images []framework.Target, summary func(columns graph.Node) framework.Values) []framework.Target {
	draws := b.Draws(s.StylePoints)
	targets := make([]framework.Target, len(images))
	for i, image := range images {
		targets[i] = framework.Target{Weight: image.Weight, Values: framework.Values{}}
		for _, region := range regionsOf(image.Values) {
			columns := s.Columns(b, image.Values, pixels(b, image.Values, region, draws))
			for name, node := range summary(columns) {
				targets[i].Values[named(region, name)] = node
			}
		}
	}
	return targets
}

// Terms returns a term for each region of the picture, with the weight 1/regions: Σ_r w_r ·
// distance of the hypercolumns of Points pixels there from what summary returned of style r's,
// over the style images that have the region, whose weights are normalised to sum to 1. The term is
// named after the region, or "all". Errors: a region that no style image has.
func (s Sampler) Terms(b *graph.Builder, picture framework.Values, styles []framework.Target,
	distance func(columns graph.Node, style framework.Values) graph.Node) ([]framework.Term, error) {
	return s.terms(b, picture, func(region string, at graph.Node) (graph.Node, error) {
		with, sum := []framework.Target{}, 0.0
		for _, style := range styles {
			if values := of(style.Values, region); len(values) > 0 {
				with, sum = append(with, framework.Target{Values: values, Weight: style.Weight}), sum+style.Weight
			}
		}
		if !(sum > 0) {
			return graph.Node{}, fmt.Errorf("no style image has the region %s of the picture: add it to style.0.masks, or remove it from content.masks", region)
		}
		columns := s.Columns(b, picture, at)
		var total graph.Node
		for i, style := range with {
			part := b.Scale(distance(columns, style.Values), style.Weight/sum)
			if i > 0 {
				part = b.Add(total, part)
			}
			total = part
		}
		return total, nil
	})
}

// ContentTerms returns a term for each region of the picture, as Terms does: the distance of
// its hypercolumns at Points pixels from the content image's at the same pixels.
func (s Sampler) ContentTerms(b *graph.Builder, picture, content framework.Values, distance func(columns, content graph.Node) graph.Node) ([]framework.Term, error) {
	return s.terms(b, picture, func(_ string, at graph.Node) (graph.Node, error) {
		return distance(s.Columns(b, picture, at), s.Columns(b, content, at)), nil
	})
}

func (s Sampler) terms(b *graph.Builder, picture framework.Values, of func(region string, at graph.Node) (graph.Node, error)) ([]framework.Term, error) {
	draws := b.Draws(s.Points)
	regions := regionsOf(picture)
	terms := make([]framework.Term, len(regions))
	for i, region := range regions {
		node, err := of(region, pixels(b, picture, region, draws))
		if err != nil {
			return nil, err
		}
		name := region
		if name == "" {
			name = "all"
		}
		terms[i] = framework.Term{Name: name, Weight: 1 / float64(len(regions)), Node: node}
	}
	return terms, nil
}

// of returns the values of a region by their own names.
func of(values framework.Values, region string) framework.Values {
	own := framework.Values{}
	for full, node := range values {
		if r, name, found := strings.Cut(full, "/"); found && r == region {
			own[name] = node
		}
	}
	return own
}
