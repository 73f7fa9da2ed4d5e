package sweep

import (
	"cmp"
	"slices"
	"strings"

	"runexp/framework/store/record"
)

// metric returns what a metric is: as the plan says, or as it was known to be when
// plans did not say it. One that nobody describes is called as it is stored, and of it
// neither direction is better.
func (p plan) metric(name string) record.Metric {
	var m record.Metric
	if i := slices.IndexFunc(p.Definitions, func(d record.Metric) bool { return d.Name == name }); i >= 0 {
		m = p.Definitions[i]
	} else if older, known := olderMetric(name); known {
		m = older
	} else if name == record.Votes { // may come after the plan
		m = record.VotesMetric()
	}
	m.Name = name
	m.Label = cmp.Or(m.Label, strings.TrimPrefix(name, "eval/"))
	m.Better = cmp.Or(m.Better, "neither")
	return m
}

// olderMetric describes the metrics of stores whose plans have no definitions. It is
// not added to: what is recorded now says itself what it is.
func olderMetric(name string) (record.Metric, bool) {
	if loss, is := record.LossMetric(name); is {
		return loss, true
	}
	for _, m := range []record.Metric{
		{Name: "eval/content", Label: "content distance", Better: "lower", Doc: "squared distance of the features from the content image's, relative to their energy"},
		{Name: "eval/cfsd", Label: "CFSD", Better: "lower", Doc: "CFSD, how differently the features resemble each other, relative to a picture without structure"},
		{Name: "eval/ssim", Label: "SSIM", Better: "higher", Doc: "structural similarity (SSIM) of the brightness"},
		{Name: "eval/edges", Label: "edge correlation", Better: "higher", Doc: "correlation of the strength of edges"},
		{Name: "eval/style", Label: "style distance", Better: "lower", Doc: "distance of the Gram matrices, relative to the style image's"},
		{Name: "eval/frechet", Label: "Fréchet distance", Better: "lower", Doc: "Fréchet distance of the features' mean and covariance, relative to their energy in the style image"},
		{Name: "eval/palette", Label: "palette distance", Better: "lower", Doc: "sliced Wasserstein distance of the colours, RGB in [0, 1]"},
		{Name: "eval/noise", Label: "noise", Better: "lower", Unit: "levels of 255", Doc: "standard deviation of the finest noise, by Immerkær's estimate"},
		{Name: "eval/noise_relative", Label: "relative noise", Better: "lower", Doc: "noise as a multiple of the content image's"},
		{Name: "eval/tv", Label: "relative total variation", Better: "neither", Doc: "total variation as a multiple of the content image's"},
	} {
		if m.Name == name {
			return m, true
		}
		if layer, is := strings.CutPrefix(name, m.Name+"/"); is {
			m.Label += " at " + layer
			m.Doc += ", at " + layer
			return m, true
		}
	}
	return record.Metric{}, false
}
