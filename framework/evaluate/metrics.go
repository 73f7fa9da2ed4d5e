package evaluate

import (
	"fmt"
	"math"
	"strings"
)

// A Metric is one number of a picture.
type Metric struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// A Definition tells a reader of numbers what they are.
type Definition struct {
	Name    string    `json:"name"`    // eval/content, or eval/content/relu3_3 for one layer of it
	Label   string    `json:"label"`   // what a sentence calls it: content distance
	Doc     string    `json:"doc"`     // one line
	Unit    string    `json:"unit"`    // "" for a number without one
	Range   Range     `json:"range"`   // what values are possible
	Better  Direction `json:"better"`  // which way a picture gets better
	Against string    `json:"against"` // what it is compared with: photograph, painting, or "" for the picture alone
}

// A Direction says which values of a metric are better, all else being equal.
type Direction string

// The directions. Neither is for what depends on the painting.
const (
	Lower   Direction = "lower"
	Higher  Direction = "higher"
	Neither Direction = "neither"
)

// A Range is the interval of possible values; High may be +Inf.
type Range struct{ Low, High float64 }

func (r Range) String() string {
	if math.IsInf(r.High, 1) {
		return fmt.Sprintf("%g and up", r.Low)
	}
	return fmt.Sprintf("%g to %g", r.Low, r.High)
}

// MarshalText writes the range as String does: JSON has no infinity.
func (r Range) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// A group is one metric with its layers, if it has any.
type group struct {
	Definition
	layers func(Layers) []string // nil for a metric without
	// score returns the metric of s, at the layer number at.
	score func(r *Reference, s subject, at int) float64
}

// groups lists the metrics in the order of reports.
func groups() []group {
	atLeast0, correlated := Range{0, math.Inf(1)}, Range{-1, 1}
	content := func(l Layers) []string { return l.Content }
	style := func(l Layers) []string { return l.Style }
	return []group{{
		Definition{"eval/content", "content distance", "squared distance of the features from the photograph's, relative to their energy" + overLayers,
			"", atLeast0, Lower, "photograph"},
		content, (*Reference).contentDistance,
	}, {
		Definition{"eval/cfsd", "CFSD", "CFSD, how differently the features resemble each other, relative to a picture without structure",
			"", atLeast0, Lower, "photograph"},
		nil, func(r *Reference, s subject, _ int) float64 { return r.structure.divergence(s.similar) },
	}, {
		Definition{"eval/ssim", "SSIM", "structural similarity (SSIM) of the brightness",
			"", correlated, Higher, "photograph"},
		nil, func(r *Reference, s subject, _ int) float64 { return r.luma.similarity(s.luma) },
	}, {
		Definition{"eval/edges", "edge correlation", "correlation of the strength of edges",
			"", correlated, Higher, "photograph"},
		nil, func(r *Reference, s subject, _ int) float64 { return correlation(s.luma.sobel(), r.edges) },
	}, {
		Definition{"eval/style", "style distance", "distance of the Gram matrices, relative to the painting's" + overLayers,
			"", atLeast0, Lower, "painting"},
		style, func(r *Reference, s subject, at int) float64 { return r.style[at].gramDistance(s.style[at]) },
	}, {
		Definition{"eval/frechet", "Fréchet distance", "Fréchet distance of the features' mean and covariance, relative to their energy in the painting" + overLayers,
			"", atLeast0, Lower, "painting"},
		style, func(r *Reference, s subject, at int) float64 { return r.style[at].frechetDistance(s.style[at]) },
	}, {
		Definition{"eval/palette", "palette distance", "sliced Wasserstein distance of the colours, RGB in [0, 1]; to shift all of them by d costs about d/2",
			"", Range{0, 1}, Lower, "painting"},
		nil, func(r *Reference, s subject, _ int) float64 { return r.palette.distance(newPalette(s.pix)) },
	}, {
		Definition{"eval/noise", "noise", "standard deviation of the finest noise, by Immerkær's estimate",
			"levels of 255", atLeast0, Lower, ""},
		nil, func(_ *Reference, s subject, _ int) float64 { return s.noise },
	}, {
		Definition{"eval/noise_relative", "relative noise", "noise as a multiple of the photograph's",
			"", atLeast0, Lower, "photograph"},
		nil, func(r *Reference, s subject, _ int) float64 { return ratio(s.noise, r.noise, noiseFloor) },
	}, {
		Definition{"eval/tv", "relative total variation", "total variation as a multiple of the photograph's: brushwork and noise raise it",
			"", atLeast0, Neither, "photograph"},
		nil, func(r *Reference, s subject, _ int) float64 { return ratio(s.variation, r.variation, variationFloor) },
	}}
}

// overLayers ends the line on a metric that is taken at several layers.
const overLayers = "; mean over held-out layers"

// values returns the metric, followed by those of its layers, whose mean it is.
func (g group) values(r *Reference, s subject) []float64 {
	if g.layers == nil {
		return []float64{g.score(r, s, 0)}
	}
	layers := g.layers(r.scorer.config.Layers)
	values := make([]float64, 1+len(layers))
	for at := range layers {
		values[1+at] = g.score(r, s, at)
		values[0] += values[1+at] / float64(len(layers))
	}
	return values
}

// Metrics describes the metrics of a Scorer with these layers, in order.
func Metrics(l Layers) []Definition {
	var all []Definition
	for _, g := range groups() {
		all = append(all, g.Definition)
		if g.layers == nil {
			continue
		}
		for _, layer := range g.layers(l) {
			all = append(all, g.at(layer))
		}
	}
	return all
}

// at returns the definition of the metric at one layer.
func (d Definition) at(layer string) Definition {
	d.Name += "/" + layer
	d.Label += " at " + layer
	d.Doc = strings.TrimSuffix(d.Doc, overLayers) + ", at " + layer
	return d
}

// Describe returns the definition of a metric by the name that a store has,
// eval/content or eval/content/relu3_3, whatever Scorer it came from.
func Describe(name string) (Definition, bool) {
	for _, g := range groups() {
		if g.Name == name {
			return g.Definition, true
		}
		if layer, ok := strings.CutPrefix(name, g.Name+"/"); ok && g.layers != nil && layer != "" {
			return g.at(layer), true
		}
	}
	return Definition{}, false
}
