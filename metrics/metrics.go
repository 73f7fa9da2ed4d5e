// Package metrics lists the metrics that runexp ships.
//
// Those on features are relative: an equal picture scores 0, and one without
// features scores 1, or one without structure for CFSD. All but CFSD are quadratic
// in the features, so that layers and networks of different scale can be read side
// by side. Content and style pull apart, and no product of the two is made.
package metrics

import (
	"runexp/framework"
	"runexp/metrics/cfsd"
	"runexp/metrics/content"
	"runexp/metrics/edges"
	"runexp/metrics/frechet"
	"runexp/metrics/noise"
	"runexp/metrics/palette"
	"runexp/metrics/ssim"
	"runexp/metrics/style"
	"runexp/metrics/tv"
)

// Registry returns a new registry of all metrics, in the order of reports. Whoever
// changes a number that one of them gives raises version in framework/evaluate.
func Registry() *framework.Registry[framework.Metric] {
	r := framework.NewRegistry[framework.Metric]("metric")
	framework.RegisterMetric(r, "content", content.Metric{})
	framework.RegisterMetric(r, "cfsd", cfsd.Metric{})
	framework.RegisterMetric(r, "ssim", ssim.Metric{})
	framework.RegisterMetric(r, "edges", edges.Metric{})
	framework.RegisterMetric(r, "style", style.Metric{})
	framework.RegisterMetric(r, "frechet", frechet.Metric{})
	framework.RegisterMetric(r, "palette", palette.Metric{})
	framework.RegisterMetric(r, "noise", noise.Metric{})
	framework.RegisterMetric(r, "noise_relative", noise.Relative{})
	framework.RegisterMetric(r, "tv", tv.Metric{})
	return r
}
